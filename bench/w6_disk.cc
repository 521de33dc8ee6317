// W6: what a store takes on disk after the load and after ten updates of every record; then how fast its journal of eleven
// entries a record is verified, and everything is derived from it again.
#include "bench/bench.h"
#include "bench/registry.h"

namespace chancery::bench {
namespace {

constexpr uint32_t kRounds = 10;

struct Room {
  uint64_t loaded = 0, updated = 0;  // bytes
};

void Report(benchmark::State& state, const Room& room) {
  const double records = ParcelCount();
  state.counters["load_to_payload"] = static_cast<double>(room.loaded) / (records * kPayloadBytes);
  state.counters["updated_to_payload"] = static_cast<double>(room.updated) / (records * kPayloadBytes);
  state.counters["bytes_an_update"] =
      (static_cast<double>(room.updated) - static_cast<double>(room.loaded)) / (records * kRounds);
}

void DiskRival(benchmark::State& state, MakeRival make) {
  const std::vector<Edit> edits = Rounds(ParcelCount(), kRounds);
  for (auto _ : state) {
    const Scratch scratch;
    const auto rival = make(scratch / "s");
    Load(*rival, ParcelCount());
    Room room{rival->BytesOnDisk()};
    Timed(state, edits.size(), [&] { Update(*rival, edits); });
    room.updated = rival->BytesOnDisk();
    Report(state, room);
  }
}

// A store with its journal of eleven entries a record, and what it took.
struct Kept {
  Scratch scratch;
  Room room;
  std::unique_ptr<Database> db;
  Kept() {
    db = Found(scratch / "s", "tallinn");
    Load(*db, ParcelCount());
    room.loaded = BytesOnDisk(db->dir());
    Update(*db, Rounds(ParcelCount(), kRounds));
    room.updated = BytesOnDisk(db->dir());
  }
};

Kept& Updated() {
  static Kept kept;
  return kept;
}

void DiskChancery(benchmark::State& state) {
  for (auto _ : state) Timed(state, ParcelCount() * kRounds, [&] { Updated(); });
  Report(state, Updated().room);
}

uint64_t EntriesOf(const Database& db) { return Must(Must(db.Read()).Status()).entries; }

void Verify(benchmark::State& state) {
  const Database& db = *Updated().db;
  for (auto _ : state)
    Timed(state, EntriesOf(db), [&] {
      if (!Must(db.Verify()).ok()) Fail("the store is damaged");
    });
}

void Rebuild(benchmark::State& state) {
  Database& db = *Updated().db;
  for (auto _ : state) Timed(state, EntriesOf(db), [&] { Must(db.Rebuild()); });
}

}  // namespace

void RegisterDisk() {
  Register("W6/lmdb", DiskRival, MakeLmdb);
  Register("W6/chancery", DiskChancery);
  Register("W6/sqlite", DiskRival, MakeSqlite);
  Register("W6/rocksdb", DiskRival, MakeRocksdb);
  Register("verify/chancery", Verify);
  Register("rebuild/chancery", Rebuild);
}

}  // namespace chancery::bench
