// Private to codec/: reads entry bytes from anywhere, hostile peers included. The first thing that is missing, over a limit or
// not canonical ends the reading and is named.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "engine/base/bytes.h"
#include "engine/base/limits.h"
#include "engine/codec/body.h"
#include "engine/codec/entry.h"

namespace chancery {

class EntryReader {
 public:
  explicit EntryReader(std::string_view in) : in_(in) {}

  void Header(Entry& e);
  void Position(Entry& e);
  void At(Entry& e, uint64_t seq, Hlc hlc);  // the same, not as bytes
  void Body(Entry& e);                       // after header and position: rules between members look at them
  void Officer(Entry& e);                    // of a body, and no more than stands before
  void End() { Need(in_.AtEnd(), "bytes after the end"); }
  size_t left() const { return in_.left(); }
  absl::Status status() const;

 private:
  // False, once and for all, where the bytes ran out or the condition does not hold.
  bool Need(bool condition, const char* what) {
    if (in_.ok() && condition) return true;
    if (bad_ == nullptr) bad_ = what;
    in_.Fail();
    return false;
  }
  bool failed() const { return bad_ != nullptr; }

  uint64_t Number(uint64_t least, uint64_t most, const char* what);
  uint64_t Count(uint64_t least, uint64_t most, size_t item_bytes,
                 const char* what);                                          // also at most what the bytes left can hold
  void Word(std::string* out, size_t least, size_t most, const char* what);  // valid text
  template <size_t N>
  void Fixed(Digest<N>* out, const char* what) {
    const std::string_view s = in_.Raw(N);
    if (Need(s.size() == N, what)) *out = Digest<N>::From(s);
  }

  void ReadPlace(Place* p, const char* what);
  void Places(std::vector<Place>* places, size_t most, const char* what);
  void Context(Entry& e);
  void ReadFiled(Entry& e);
  void ReliedOn(Entry& e);
  void ReadCorrects(Entry& e);
  void ReadGenesis(Entry& e);
  void ReadAdmit(Entry& e);
  void ReadRuling(Ruling& r);
  void ReadReturn(Return& r);
  void Facts(Ruling& r);
  void ReadBallot(Ballot* b);
  void ReadVote(Entry& e);
  void ReadEpoch(Epoch* epoch);
  void ReadDecision(Entry& e);
  void Members(Entry& e, uint64_t mask);
  void KindPart(Entry& e);

  // entry_ops.cc
  void ReadOps(Entry& e, bool several);
  void ReadOp(Entry& e, Op* op);
  void ReadChange(EntryKind kind, Change* c);
  void ReadValue(Value* v);

  ByteReader in_;
  const char* bad_ = nullptr;
};

}  // namespace chancery
