// W3: one field of random records, hot, in one snapshot.
#include "bench/bench.h"
#include "bench/registry.h"

namespace chancery::bench {
namespace {

constexpr uint32_t kLookups = 500'000;

// `name` makes what a record is found by of its key.
template <class F>
std::vector<std::string> Wanted(F name) {
  std::vector<std::string> wanted;
  for (const uint32_t parcel : Lookups(ParcelCount(), kLookups)) wanted.push_back(name(KeyOf(parcel)));
  return wanted;
}

// Twice, of which the second time counts.
template <class F>
void Hot(benchmark::State& state, F read) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(read());
    Timed(state, kLookups, [&] { benchmark::DoNotOptimize(read()); });
  }
}

void ReadRival(benchmark::State& state, MakeRival make) {
  const std::vector<std::string> keys = Wanted([](std::string key) { return key; });
  Rival& rival = Loaded(make);
  Hot(state, [&] { return rival.Read(keys); });
}

void ReadByAddress(benchmark::State& state) {
  const std::vector<std::string> addresses = Wanted([](const std::string& key) { return AddressOf(key) + "/owner"; });
  const Snapshot now = Must(Loaded().Read());
  Hot(state, [&] {
    uint64_t sum = 0;
    for (const std::string& address : addresses) sum += static_cast<unsigned char>(Must(now.Value(address)).text[7]);
    return sum;
  });
}

// By references that were held since a scan: of the snapshot that is read, or of one before.
void ReadByReference(benchmark::State& state, bool later) {
  const Snapshot then = Must(Loaded().Read()), fresh = Must(Loaded().Read());
  const Snapshot& now = later ? fresh : then;
  std::vector<RecordRef> all, wanted;
  Must(then.Scan("parcel", [&](const RecordRef& record) {
    all.push_back(record);
    return true;
  }));
  for (const uint32_t parcel : Lookups(ParcelCount(), kLookups)) wanted.push_back(all[parcel]);
  const FieldRef owner = Must(now.Field("parcel.owner"));
  Hot(state, [&] {
    uint64_t sum = 0;
    for (const RecordRef& record : wanted) sum += static_cast<unsigned char>(Must(now.Value(record, owner)).text[7]);
    return sum;
  });
}

}  // namespace

void RegisterRead() {
  Register("W3/lmdb", ReadRival, MakeLmdb);
  Register("W3/address/chancery", ReadByAddress);
  Register("W3/reference/chancery", ReadByReference, false);
  Register("W3/reference_later/chancery", ReadByReference, true);
  Register("W3/sqlite", ReadRival, MakeSqlite);
  Register("W3/rocksdb", ReadRival, MakeRocksdb);
}

}  // namespace chancery::bench
