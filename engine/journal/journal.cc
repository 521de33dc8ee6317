#include "engine/journal/journal.h"

#include <algorithm>
#include <iterator>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/proof.h"
#include "engine/journal/rows.h"

namespace chancery {
namespace {

constexpr size_t kGrowBytes = 2 << 10;    // a run smaller than this takes the next one into its row
constexpr size_t kCloseBytes = 32 << 10;  // one that is larger, and sealed, is not worth compressing again with what follows
constexpr size_t kCachedRows = 256;
constexpr size_t kRowHead = 8 + 4;  // check, length of the run

absl::Status Damaged(Dot dot, std::string_view how) {
  return Error(absl::StatusCode::kDataLoss, Cat("journal entry ", HandleOf(dot), ":", SeqOf(dot), " ", how),
               "restore a backup, or join again from a peer: what peers hold comes back");
}

size_t RawBytes(const Run& run) {
  size_t bytes = 0;
  for (const Leaf& leaf : run.leaves) bytes += leaf.body.size() + 4;
  return bytes;
}

}  // namespace

Journal::Row* Journal::LastFresh(uint16_t handle, uint64_t seq) {
  const auto it = fresh_.upper_bound({handle, seq});
  return it != fresh_.begin() && std::prev(it)->first.first == handle ? &std::prev(it)->second : nullptr;
}

void Journal::AppendOwn(Lane& lane, std::string_view header, Hlc hlc, std::string_view body, Touches touches, bool opens_run) {
  const uint64_t seq = lane.tip() + 1;
  Row* row = LastFresh(lane.handle, seq);
  const bool fits = row != nullptr && row->encoded.empty() && !opens_run && row->run.header == header &&
                    row->run.leaves.size() < limits::kRunEntries && row->raw_bytes + body.size() <= limits::kRunBytes &&
                    MsOf(hlc) - MsOf(row->run.leaves.front().hlc) <= limits::kRunSpanMs;
  if (!fits) {
    HashOwn(lane);
    if (row != nullptr) row->root = lane.tree.Root();
    row = &fresh_[{lane.handle, seq}];
    row->run.header = header;
    row->run.lane = lane.id;
    row->run.first = seq;
  }
  row->raw_bytes += body.size() + 4;
  row->run.Append(hlc, body);
  fresh_ops_ += touches.size();
  row->touches.push_back(std::move(touches));
  ++lane.unhashed;
}

void Journal::HashOwn(Lane& lane) {
  if (lane.unhashed == 0) return;
  Row* row = LastFresh(lane.handle, lane.tip());
  CHECK(row->ids.size() + lane.unhashed == row->run.leaves.size());
  for (size_t i = row->ids.size(); i < row->run.leaves.size(); ++i) {
    row->ids.push_back(row->run.Id(i));
    lane.tree.Append(row->ids.back());
  }
  lane.unhashed = 0;
}

void Journal::AppendRun(uint16_t handle, Run run, std::vector<EntryId> ids, std::vector<Touches> touches,
                        std::string_view stored) {
  Row& row = fresh_[{handle, run.first}];
  row.run = std::move(run);
  row.ids = std::move(ids);
  row.touches = std::move(touches);
  row.raw_bytes = RawBytes(row.run);
  row.sealed = true;
  row.encoded = stored;
}

void Journal::PutRow(const Row& row, ByteBuffer& w) {
  w.Clear();
  w.Zeros(kRowHead);  // check and length, below
  if (row.encoded.empty()) PutRun(row.run, w);
  w.Raw(row.encoded);
  PutBig(w.data() + 8, w.size() - kRowHead, 4);
  for (const Touches& touches : row.touches) {
    w.Varint(touches.size());
    for (const Dot d : touches) {  // 0 = none; lanes count from 1 here
      w.Varint(d == 0 ? 0 : HandleOf(d) + 1u);
      if (d != 0) w.Varint(SeqOf(d));
    }
  }
  w.Zeros((8 - w.size() % 8) % 8);
  PutBig(w.data(), Xxh64(w.view().substr(8)), 8);
}

absl::StatusOr<std::string_view> Journal::RunIn(std::string_view row) {
  ByteReader r(row);
  const uint64_t check = r.U64();
  if (!r.ok() || check != Xxh64(r.rest())) return absl::DataLossError("its bytes have changed on the disk");
  return r.Raw(r.U32());
}

absl::StatusOr<std::vector<Touches>> Journal::TouchesIn(std::string_view row, size_t run_bytes, size_t entries) {
  ByteReader r(row.substr(kRowHead + run_bytes));
  std::vector<Touches> all;
  all.reserve(entries);
  for (size_t i = 0; i < entries && r.ok(); ++i) {
    Touches& touches = all.emplace_back(std::min<uint64_t>(r.Varint(), limits::kOpsPerEntry));
    for (Dot& d : touches) {
      const uint64_t handle = r.Varint();
      d = handle == 0 ? 0 : MakeDot(static_cast<uint16_t>(handle - 1), r.Varint());
    }
  }
  if (!r.ok()) return absl::DataLossError("its touch trailer is cut short");
  return all;
}

absl::StatusOr<Journal::Row> Journal::DecodeRow(std::string_view value) {
  ASSIGN_OR_RETURN(const std::string_view bytes, RunIn(value));
  Row row;
  ASSIGN_OR_RETURN(row.run, DecodeRun(bytes));
  ASSIGN_OR_RETURN(row.touches, TouchesIn(value, bytes.size(), row.run.leaves.size()));
  row.raw_bytes = RawBytes(row.run);
  return row;
}

bool Journal::GrowsLastRow(WriteTxn& txn, uint16_t handle, const Row& fresh, Row* grown) const {
  if (keep_rows_ || fresh.run.first == 1 || fresh.raw_bytes > kGrowBytes) return false;
  Cursor rows(txn, Table::kJournal);
  if (!rows.SeekLast(Key64(handle, fresh.run.first)) || Read64(rows.key(), 0) != handle || rows.value().size() > 2 * kGrowBytes)
    return false;
  absl::StatusOr<Row> last = DecodeRow(rows.value());
  const int64_t last_ms = MsOf(fresh.run.leaves.back().hlc);  // entries of one run are held together: none waits long for another
  if (!last.ok() || last_ms - MsOf(last->run.leaves.front().hlc) > limits::kRunSpanMs || last->run.header != fresh.run.header ||
      last->run.last() + 1 != fresh.run.first || last->raw_bytes >= kGrowBytes)
    return false;
  const absl::StatusOr<Entry> first =
      DecodeParts(fresh.run.header, fresh.run.first, fresh.run.leaves[0].hlc, fresh.run.leaves[0].body);
  if (!first.ok() || !first->context.empty()) return false;
  *grown = *std::move(last);
  for (const Leaf& leaf : fresh.run.leaves) grown->run.Append(leaf.hlc, leaf.body);
  grown->touches.insert(grown->touches.end(), fresh.touches.begin(), fresh.touches.end());
  return true;
}

void Journal::Flush(WriteTxn& txn, const Lanes& lanes, const RegistryId& registry, const KeyPair& signer) {
  thread_local ByteBuffer bytes;  // kept: it is large
  for (auto& [key, row] : fresh_) {
    const Lane& lane = lanes.At(key.first);
    if (!row.sealed && row.encoded.empty())
      row.run.seal = signer.Sign(SealMessage(registry, lane.id, row.run.last(), row.root ? *row.root : lane.tree.Root()));
    Row grown;
    const bool grows = GrowsLastRow(txn, key.first, row, &grown);
    if (grows) grown.run.seal = row.run.seal;
    const Row& stored = grows ? grown : row;
    PutRow(stored, bytes);
    txn.Put(Table::kJournal, Key64(key.first, stored.run.first), bytes.view());
    cache_.erase({key.first, stored.run.first});
  }
  fresh_.clear();
  fresh_ops_ = 0;
}

std::vector<std::string> Journal::SealOwn(const Lane& lane, uint64_t after, const RegistryId& registry, const KeyPair& signer) {
  std::vector<std::string> runs;
  const auto seal = [&](Run& run, const Row& row) {
    run.seal = signer.Sign(SealMessage(registry, lane.id, run.last(), row.root ? *row.root : lane.tree.Root()));
    runs.push_back(EncodeRun(run));
  };
  auto at = fresh_.upper_bound({lane.handle, after + 1});
  if (at != fresh_.begin()) --at;
  for (; at != fresh_.end() && at->first.first <= lane.handle; ++at) {
    Row& row = at->second;
    if (at->first.first != lane.handle || row.run.last() <= after) continue;
    if (after < row.run.first && row.raw_bytes > kCloseBytes) {
      seal(row.run, row);
      row.encoded = runs.back();
      continue;
    }
    const uint64_t known = after < row.run.first ? 0 : after + 1 - row.run.first;
    Run run;  // not the whole row cut: that would be copied with every group
    run.header = row.run.header;
    run.lane = lane.id;
    run.first = row.run.first + known;
    run.bytes = row.run.bytes;
    run.leaves.assign(row.run.leaves.begin() + static_cast<ptrdiff_t>(known), row.run.leaves.end());
    seal(run, row);
  }
  return runs;
}

const Journal::Row* Journal::RowIn(const std::map<RowKey, Row>& rows, Dot dot) {
  auto it = rows.upper_bound({HandleOf(dot), SeqOf(dot)});
  if (it == rows.begin() || (--it)->first.first != HandleOf(dot) || it->second.run.last() < SeqOf(dot)) return nullptr;
  return &it->second;
}

absl::StatusOr<const Journal::Row*> Journal::RowOf(Dot dot) const {
  const uint16_t handle = HandleOf(dot);
  if (const Row* fresh = RowIn(fresh_, dot)) return fresh;
  if (const Row* cached = RowIn(cache_, dot)) return cached;
  Cursor rows(txn_, Table::kJournal);
  if (!rows.SeekLast(Key64(handle, SeqOf(dot))) || Read64(rows.key(), 0) != handle) return Damaged(dot, "is missing");
  const RowKey key{handle, Read64(rows.key(), 8)};
  absl::StatusOr<Row> row = DecodeRow(rows.value());
  if (!row.ok()) return Damaged(dot, Cat("cannot be read: ", row.status().message()));
  if (row->run.last() < SeqOf(dot)) return Damaged(dot, "is missing");
  if (cache_.size() >= kCachedRows) cache_.clear();
  return &cache_.insert_or_assign(key, *std::move(row)).first->second;
}

absl::StatusOr<Entry> Journal::EntryAt(Dot dot) const {
  ASSIGN_OR_RETURN(const Row* row, RowOf(dot));
  const Leaf& leaf = row->run.leaves[SeqOf(dot) - row->run.first];
  absl::StatusOr<Entry> entry = DecodeParts(row->run.header, SeqOf(dot), leaf.hlc, leaf.body);
  if (!entry.ok()) return Damaged(dot, Cat("cannot be read: ", entry.status().message()));
  entry->backing.bytes = row->run.bytes;
  return entry;
}

absl::StatusOr<std::string> Journal::OfficerAt(Dot dot) const {
  ASSIGN_OR_RETURN(const Row* row, RowOf(dot));
  return OfficerIn(row->run.leaves[SeqOf(dot) - row->run.first].body);
}

absl::StatusOr<std::string> Journal::BytesAt(Dot dot) const {
  ASSIGN_OR_RETURN(const Row* row, RowOf(dot));
  return row->run.EntryBytes(SeqOf(dot) - row->run.first);
}

absl::StatusOr<EntryId> Journal::IdAt(Dot dot) const {
  ASSIGN_OR_RETURN(const Row* row, RowOf(dot));
  const size_t i = SeqOf(dot) - row->run.first;
  return i < row->ids.size() ? row->ids[i] : row->run.Id(i);
}

absl::StatusOr<Hlc> Journal::HlcAt(Dot dot) const {
  ASSIGN_OR_RETURN(const Row* row, RowOf(dot));
  return row->run.leaves[SeqOf(dot) - row->run.first].hlc;
}

absl::StatusOr<Touches> Journal::TouchesAt(Dot dot) const {
  ASSIGN_OR_RETURN(const Row* row, RowOf(dot));
  return row->touches[SeqOf(dot) - row->run.first];
}

absl::StatusOr<uint64_t> Journal::FirstDifference(const Lane& lane, const Run& run) const {
  for (uint64_t seq = run.first; seq <= std::min(run.last(), lane.tip()); ++seq) {
    ASSIGN_OR_RETURN(const Row* row, RowOf(MakeDot(lane.handle, seq)));
    const Leaf &ours = row->run.leaves[seq - row->run.first], &theirs = run.leaves[seq - run.first];
    if (row->run.header != run.header || ours.hlc != theirs.hlc || ours.body != theirs.body) return seq;
  }
  return 0;
}

absl::StatusOr<Tree> Journal::TreeAt(const Lane& lane, uint64_t size, bool from_start) const {
  if (size == lane.tip() && !from_start) return lane.tree;
  Tree tree = from_start ? Tree() : PeaksBefore(txn_, lane.handle, size);
  while (tree.size() < size) {
    ASSIGN_OR_RETURN(const EntryId id, IdAt(MakeDot(lane.handle, tree.size() + 1)));
    tree.Append(id);
  }
  return tree;
}

absl::StatusOr<Signature> Journal::SealOf(const Lane& lane) const {
  ASSIGN_OR_RETURN(const Row* row, RowOf(MakeDot(lane.handle, lane.tip())));
  return row->run.seal;
}

absl::Status Journal::EachAfter(const Lane& lane, uint64_t after,
                                const std::function<bool(const Run& run, size_t i)>& visit) const {
  if (after >= lane.tip()) return absl::OkStatus();
  Cursor rows(txn_, Table::kJournal);
  bool more = rows.SeekLast(Key64(lane.handle, after + 1));
  for (; more && Read64(rows.key(), 0) == lane.handle; more = rows.Next()) {
    const Dot at = MakeDot(lane.handle, Read64(rows.key(), 8));
    const absl::StatusOr<std::string_view> stored = RunIn(rows.value());
    if (!stored.ok()) return Damaged(at, Cat("cannot be read: ", stored.status().message()));
    const absl::StatusOr<Run> run = DecodeRun(*stored);
    if (!run.ok()) return Damaged(at, Cat("cannot be read: ", run.status().message()));
    for (size_t i = after < run->first ? 0 : after + 1 - run->first; i < run->leaves.size(); ++i)
      if (!visit(*run, i)) return txn_.status();
  }
  return txn_.status();
}

absl::Status Journal::RunsAfter(const Lane& lane, uint64_t after, size_t bytes_max, std::vector<Stretch>* out) const {
  if (after >= lane.tip()) return absl::OkStatus();
  Cursor rows(txn_, Table::kJournal);
  size_t bytes = 0;
  bool more = rows.SeekLast(Key64(lane.handle, after + 1));
  for (; more && Read64(rows.key(), 0) == lane.handle && (bytes_max == 0 || bytes < bytes_max); more = rows.Next()) {
    const Dot at = MakeDot(lane.handle, Read64(rows.key(), 8));
    const absl::StatusOr<std::string_view> stored = RunIn(rows.value());
    if (!stored.ok()) return Damaged(at, Cat("cannot be read: ", stored.status().message()));
    const RunHead head = HeadOfRun(*stored);
    if (head.entries > 0 && head.first > after) {  // whole: it is sent as it lies here
      out->push_back({head.first_hlc, lane.id, std::string(*stored)});
    } else {
      absl::StatusOr<Run> run = DecodeRun(*stored);
      if (!run.ok()) return Damaged(at, Cat("cannot be read: ", run.status().message()));
      run->DropUpTo(after);
      if (run->leaves.empty()) continue;
      out->push_back({run->leaves[0].hlc, lane.id, EncodeRun(*run)});
    }
    bytes += out->back().run.size();
  }
  return txn_.status();
}

}  // namespace chancery
