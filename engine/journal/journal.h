// The journal: every entry of every lane as stored runs, the only truth. Reads also see what the batch in hand has appended.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/codec/run.h"
#include "engine/journal/lanes.h"
#include "engine/store/env.h"

namespace chancery {

// For each operation of an entry, the entry that touched its record before it in this store's order (0 = none): the links of the
// record's touch chain. Local: rebuilt, never sent.
using Touches = Few<Dot>;

class Journal {
 public:
  explicit Journal(const Txn& txn) : txn_(txn) {}

  // Adds one entry of the site's own behind the lane's last. opens_run: the entry carries a context delta. Runs are cut at the
  // limits; Flush signs each. HashOwn computes the ids of what was added and appends them to the lane's tree: many at once, since
  // hashing takes the place of filing in the processor's first cache.
  void AppendOwn(Lane& lane, std::string_view header, Hlc hlc, std::string_view body, Touches touches, bool opens_run);
  void HashOwn(Lane& lane);

  // Adds a verified run of another site, whole, with its seal. stored: the form in which this store wrote it before, which stays;
  // "" = it is encoded. What comes from a peer always is: its compressed form is under no seal.
  void AppendRun(uint16_t handle, Run run, std::vector<EntryId> ids, std::vector<Touches> touches, std::string_view stored = {});

  // What this batch appended of the site's own behind `after`, in runs that are sealed one by one, encoded. A large one is
  // closed: Flush writes the same bytes.
  std::vector<std::string> SealOwn(const Lane& lane, uint64_t after, const RegistryId& registry, const KeyPair& signer);
  size_t fresh_ops() const { return fresh_ops_; }  // operations of what AppendOwn added and Flush has not written

  // Writes what was appended; signs own runs. Small runs grow in place while they are below 2 KiB, so that single filings share a
  // row and a signature.
  void Flush(WriteTxn& txn, const Lanes& lanes, const RegistryId& registry, const KeyPair& signer);

  void KeepRows() { keep_rows_ = true; }  // every run goes to the row that it came from

  // Errors: DataLoss (missing or damaged).
  absl::StatusOr<Entry> EntryAt(Dot dot) const;
  absl::StatusOr<std::string> OfficerAt(Dot dot) const;  // of the entry, without the rest; "" = none is named
  absl::StatusOr<EntryId> IdAt(Dot dot) const;
  absl::StatusOr<Hlc> HlcAt(Dot dot) const;
  absl::StatusOr<Touches> TouchesAt(Dot dot) const;
  absl::StatusOr<std::string> BytesAt(Dot dot) const;

  // The run in a row of table journal: u64 XXH3 of the rest, u32 length, run, touches. LMDB has no checksums: a flipped bit is
  // told here. Errors: DataLoss.
  static absl::StatusOr<std::string_view> RunIn(std::string_view row);

  // The first entry of `run` that is not the one held here, of those up to the lane's tip; 0 = all are. Errors: DataLoss.
  absl::StatusOr<uint64_t> FirstDifference(const Lane& lane, const Run& run) const;

  // The lane's tree as it was at `size`, at most its tip. O(entries since the stored peaks before it); from_start: all are
  // hashed, and nothing but the journal is trusted. Errors: DataLoss.
  absl::StatusOr<Tree> TreeAt(const Lane& lane, uint64_t size, bool from_start = false) const;

  // The lane's seal over its tip, of a lane that has entries. Errors: DataLoss.
  absl::StatusOr<Signature> SealOf(const Lane& lane) const;

  // What follows a run of so many bytes and entries in its row. Errors: DataLoss (cut short).
  static absl::StatusOr<std::vector<Touches>> TouchesIn(std::string_view row, size_t run_bytes, size_t entries);

  // The entries of `lane` behind `after`, as the table has them, until `visit` returns false. Errors: DataLoss.
  absl::Status EachAfter(const Lane& lane, uint64_t after, const std::function<bool(const Run& run, size_t i)>& visit) const;

  // Runs of `lane` that hold entries after `after`, the first cut so that it begins at after + 1, encoded.
  // Stops once bytes_max (0 = none) is passed.
  struct Stretch {
    Hlc first_hlc = 0;
    LaneId lane = 0;
    std::string run;
  };
  absl::Status RunsAfter(const Lane& lane, uint64_t after, size_t bytes_max, std::vector<Stretch>* out) const;

 private:
  struct Row {  // a decoded run with its touches and, once asked for, its entry ids
    Run run;
    std::vector<Touches> touches;
    std::vector<EntryId> ids;
    size_t raw_bytes = 0;
    bool sealed = false;
    std::optional<Hash256> root;  // of an own run that another follows in this batch
    std::string encoded;          // of one that is closed, or that a rebuild keeps
  };
  using RowKey = std::pair<uint16_t, uint64_t>;

  absl::StatusOr<const Row*> RowOf(Dot dot) const;
  static const Row* RowIn(const std::map<RowKey, Row>& rows, Dot dot);
  static absl::StatusOr<Row> DecodeRow(std::string_view value);
  static void PutRow(const Row& row, ByteBuffer& w);
  Row* LastFresh(uint16_t handle, uint64_t seq);
  bool GrowsLastRow(WriteTxn& txn, uint16_t handle, const Row& fresh, Row* grown) const;

  const Txn& txn_;
  bool keep_rows_ = false;
  size_t fresh_ops_ = 0;
  std::map<RowKey, Row> fresh_;          // appended, not yet written
  mutable std::map<RowKey, Row> cache_;  // read
};

}  // namespace chancery
