// `tail`: what was filed last, in a file beside the store: an append and one sync make a group of filings durable; LMDB takes
// many groups in one commit. What is in LMDB already is told by the lane's numbers alone, so nothing is ever erased: the file
// begins anew at its front. Byte by byte: docs/reference/store.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/codec/run.h"
#include "engine/register/catalog.h"
#include "engine/store/env.h"

namespace chancery {

// One group: its runs, encoded, are taken up together or not at all.
std::string TailRecord(absl::Span<const std::string> runs);

// The runs that stand at the front of a tail and follow one another in one lane: up to the first record that is not whole, of
// another lane, or not the next.
std::vector<Run> TailChain(std::string_view bytes);
std::vector<Run> ReadTail(const std::string& dir);  // none: no file

// Folds into the store what the chain holds behind its lane's tip; one commit. A chain that does not follow what the store holds
// is left alone, from there on. Derived rows that cannot be read are made anew. Errors: DataLoss.
absl::Status TakeUp(Env& env, const std::vector<Run>& chain, const KeyPair& signer);

class Tail {
 public:
  Tail() = default;
  Tail(const Tail&) = delete;
  ~Tail();

  void Open(std::string dir, bool durable, std::function<bool()> sync_fails = {});

  // Whether so many bytes may be appended. Makes the file when it is asked first.
  bool Fits(size_t bytes);

  // Durable when it returns OK. Errors: DataLoss (outcome unknown).
  absl::Status Append(std::string_view record);

  void StartAgain() { end_ = 0; }  // all that was appended is in LMDB

 private:
  bool Sync();
  bool Make();  // written whole and synced, so that no later sync has to change where its bytes lie

  std::string dir_;
  bool durable_ = true;
  std::function<bool()> sync_fails_;  // tests
  bool made_ = false, unusable_ = false;
  int fd_ = -1;
  size_t end_ = 0;
};

}  // namespace chancery
