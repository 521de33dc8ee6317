// S9: the same work on ten and a hundred times the records. Not run unless asked for: --scale=1000000
#include <map>

#include "bench/bench.h"
#include "bench/registry.h"

namespace chancery::bench {
namespace {

constexpr uint32_t kLookups = 500'000, kTransfers = 100'000;
constexpr int kTimes = 20;  // what is quick

// One store of each kind and size, made when it is first asked for, gone when another size is.
struct Stores {
  uint32_t parcels;
  Scratch scratch;
  std::unique_ptr<Rival> rival = MakeLmdb(scratch / "rival");
  std::unique_ptr<Database> db = Found(scratch / "chancery", "tallinn");
  explicit Stores(uint32_t count) : parcels(count) {
    Load(*rival, parcels);
    Load(*db, parcels);
  }
};

Stores& StoresOf(uint32_t parcels) {
  static std::unique_ptr<Stores> stores;
  if (stores == nullptr || stores->parcels != parcels) {
    stores.reset();
    stores = std::make_unique<Stores>(parcels);
  }
  return *stores;
}

void ReadRival(benchmark::State& state, uint32_t parcels) {
  Rival& rival = *StoresOf(parcels).rival;
  std::vector<std::string> keys;
  for (const uint32_t parcel : Lookups(parcels, kLookups)) keys.push_back(KeyOf(parcel));
  for (auto _ : state) {
    rival.Read(keys);
    Timed(state, kLookups, [&] { benchmark::DoNotOptimize(rival.Read(keys)); });
  }
}

void ReadChancery(benchmark::State& state, uint32_t parcels) {
  const Snapshot now = Must(StoresOf(parcels).db->Read());
  std::vector<std::string> addresses;
  for (const uint32_t parcel : Lookups(parcels, kLookups)) addresses.push_back(AddressOf(KeyOf(parcel)) + "/owner");
  const auto read = [&] {
    uint64_t sum = 0;
    for (const std::string& address : addresses) sum += static_cast<unsigned char>(Must(now.Value(address)).text[7]);
    benchmark::DoNotOptimize(sum);
  };
  for (auto _ : state) {
    read();
    Timed(state, kLookups, read);
  }
}

void FileRival(benchmark::State& state, uint32_t parcels) {
  Rival& rival = *StoresOf(parcels).rival;
  const std::vector<Edit> edits = Transfers(parcels, kTransfers, 77);
  for (auto _ : state) Timed(state, edits.size(), [&] { Update(rival, edits); });
}

void FileChancery(benchmark::State& state, uint32_t parcels) {
  Database& db = *StoresOf(parcels).db;
  const std::vector<Draft> drafts = Changes(Transfers(parcels, kTransfers, 77));
  for (auto _ : state) Timed(state, drafts.size(), [&] { FileAll(db, drafts); });
}

void Open(benchmark::State& state, uint32_t parcels) {
  std::unique_ptr<Database>& db = StoresOf(parcels).db;
  const std::string dir = db->dir();
  for (auto _ : state) {
    db.reset();
    Timed(state, 1, [&] { db = Must(Database::Open(dir)); });
  }
}

void Status(benchmark::State& state, uint32_t parcels) {
  const Database& db = *StoresOf(parcels).db;
  for (auto _ : state) Timed(state, 1, [&] { benchmark::DoNotOptimize(Must(Must(db.Read()).Status())); });
}

void RegisterOf(uint32_t parcels) {
  const std::string size = "/" + std::to_string(parcels);
  Register("scale/read/lmdb" + size, ReadRival, parcels);
  Register("scale/read/chancery" + size, ReadChancery, parcels);
  Register("scale/file/lmdb" + size, FileRival, parcels);
  Register("scale/file/chancery" + size, FileChancery, parcels);
  Register("scale/open/chancery" + size, Open, parcels)->Iterations(kTimes);
  Register("scale/status/chancery" + size, Status, parcels)->Iterations(kTimes);
}

}  // namespace

void RegisterScale() {
  if (ScaleCount() == 0) return;
  for (uint64_t parcels = 100'000; parcels <= ScaleCount(); parcels *= 10) RegisterOf(static_cast<uint32_t>(parcels));
}

}  // namespace chancery::bench
