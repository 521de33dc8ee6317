// W1: every parcel, one entry a record, durable every 1,000.
#include "bench/bench.h"
#include "bench/registry.h"

namespace chancery::bench {
namespace {

void LoadRival(benchmark::State& state, MakeRival make) {
  const std::vector<Parcel> parcels = Parcels(ParcelCount());
  for (auto _ : state) {
    const Scratch scratch;
    const auto rival = make(scratch / "s");
    Timed(state, parcels.size(),
          [&] { InCommits<Parcel>(parcels, [&](absl::Span<const Parcel> commit) { rival->Load(commit); }); });
  }
}

void LoadChancery(benchmark::State& state, const char* pack) {
  const std::vector<Draft> drafts = Creations(Parcels(ParcelCount()));
  for (auto _ : state) {
    const Scratch scratch;
    const auto db = Found(scratch / "s", "tallinn", pack);
    Timed(state, drafts.size(), [&] { FileAll(*db, drafts); });
  }
}

}  // namespace

void RegisterLoad() {
  Register("W1/lmdb", LoadRival, MakeLmdb);
  Register("W1/chancery", LoadChancery, kPack);
  Register("W1/wide", LoadChancery, kWidePack.c_str());
  Register("W1/wide_three", LoadChancery, kWidePackThree.c_str());
  Register("W1/lmdb_three", LoadRival, MakeLmdbWithClaims);
  Register("W1/sqlite", LoadRival, MakeSqlite);
  Register("W1/rocksdb", LoadRival, MakeRocksdb);
}

}  // namespace chancery::bench
