// W1 to W4: loading, filing, reading, healing, each by chancery and by the raw stores.
#include <benchmark/benchmark.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "bench/registry.h"
#include "bench/rival.h"
#include "bench/workload.h"

namespace chancery::bench {
namespace {

constexpr uint32_t kParcels = 100'000;
using MakeRival = std::unique_ptr<Rival> (*)(const std::string&);

template <class F>
void Timed(benchmark::State& state, uint64_t items, F work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  state.SetItemsProcessed(static_cast<int64_t>(items));
}

void LoadInto(Rival& rival, const std::vector<Parcel>& parcels) {
  for (absl::Span<const Parcel> left = parcels; !left.empty(); left.remove_prefix(std::min(left.size(), kACommit)))
    rival.Load(left.subspan(0, kACommit));
}

void W1Rival(benchmark::State& state, MakeRival make) {
  const std::vector<Parcel> parcels = Parcels(kParcels);
  for (auto _ : state) {
    const Scratch scratch;
    const auto rival = make(scratch / "s");
    Timed(state, kParcels, [&] { LoadInto(*rival, parcels); });
  }
}

void W1(benchmark::State& state) {
  const std::vector<Draft> drafts = Creations(Parcels(kParcels));
  for (auto _ : state) {
    const Scratch scratch;
    const auto db = Found(scratch / "s", "tallinn");
    Timed(state, kParcels, [&] { FileAll(*db, drafts); });
  }
}

constexpr uint32_t kCommits = 2000;

void W2Rival(benchmark::State& state, MakeRival make) {
  const std::vector<Edit> edits = Transfers(kParcels, kCommits, 77);
  for (auto _ : state) {
    const Scratch scratch;
    const auto rival = make(scratch / "s");
    LoadInto(*rival, Parcels(kParcels));
    Timed(state, kCommits, [&] {
      for (const Edit& edit : edits) rival->Apply({&edit, 1});
    });
  }
}

void W2(benchmark::State& state) {
  const std::vector<Draft> drafts = Changes(Transfers(kParcels, kCommits, 77));
  for (auto _ : state) {
    const Scratch scratch;
    const auto db = Found(scratch / "s", "tallinn");
    FileAll(*db, Creations(Parcels(kParcels)));
    Timed(state, kCommits, [&] {
      for (const Draft& draft : drafts) Must(db->File(draft).status());
    });
  }
}

void W3Rival(benchmark::State& state, MakeRival make) {
  std::vector<std::string> keys;
  for (uint32_t i = 0; i < kParcels; ++i) keys.push_back(KeyOf(i));
  std::vector<const std::string*> wanted;
  for (const uint32_t i : Lookups(kParcels, 1'000'000)) wanted.push_back(&keys[i]);
  const Scratch scratch;
  const auto rival = make(scratch / "s");
  LoadInto(*rival, Parcels(kParcels));
  for (auto _ : state) Timed(state, wanted.size(), [&] { benchmark::DoNotOptimize(rival->Read(wanted)); });
}

void W3(benchmark::State& state) {
  std::vector<std::string> keys;
  for (uint32_t i = 0; i < kParcels; ++i) keys.push_back("parcel/" + KeyOf(i) + "/owner");
  std::vector<const std::string*> wanted;
  for (const uint32_t i : Lookups(kParcels, 200'000)) wanted.push_back(&keys[i]);
  const Scratch scratch;
  const auto db = Found(scratch / "s", "tallinn");
  FileAll(*db, Creations(Parcels(kParcels)));
  const Snapshot now = Must(db->Read());
  for (auto _ : state)
    Timed(state, wanted.size(), [&] {
      uint64_t sum = 0;
      for (const std::string* address : wanted) sum += static_cast<unsigned char>(Must(now.Value(*address)).text[7]);
      benchmark::DoNotOptimize(sum);
    });
}

void W4Rival(benchmark::State& state, MakeRival make) {
  const std::vector<Edit> edits = Edits(kParcels, kParcels / 2, 1);
  const std::vector<Edit> others = Edits(kParcels, kParcels / 2, 2);
  for (auto _ : state) {
    const Scratch scratch;
    const auto a = make(scratch / "a"), b = make(scratch / "b");
    LoadInto(*a, Parcels(kParcels));
    LoadInto(*b, Parcels(kParcels));
    a->Apply(edits);
    b->Apply(others);
    Timed(state, edits.size() + others.size(), [&] {
      a->Apply(others);
      b->Apply(edits);
    });
  }
}

void W4(benchmark::State& state) {
  for (auto _ : state) {
    const Scratch scratch;
    const auto a = Found(scratch / "a", "tallinn");
    FileAll(*a, Creations(Parcels(kParcels)));
    const auto b = JoinTo(*a, scratch / "b", "tartu");
    Carry(*b, *a);
    FileAll(*a, Changes(Edits(kParcels, kParcels / 2, 1)));
    FileAll(*b, Changes(Edits(kParcels, kParcels / 2, 2)));
    size_t bytes = 0;
    Timed(state, kParcels, [&] {
      bytes += Carry(*a, *b);
      bytes += Carry(*b, *a);
      const StatusView at_a = Must(Must(a->Read()).Status()), at_b = Must(Must(b->Read()).Status());
      if (at_a.digest != at_b.digest || at_a.cases != 12342) std::exit(1);
    });
    state.counters["bytes_an_edit"] = static_cast<double>(bytes) / kParcels;
  }
}

template <class F, class... Args>
void Register(const char* name, F bench, Args... args) {
  benchmark::RegisterBenchmark(name, bench, args...)->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);
}

}  // namespace

void RegisterPath() {
  Register("W1/lmdb", W1Rival, MakeLmdb);
  Register("W1/chancery", W1);
  Register("W2/1/lmdb", W2Rival, MakeLmdb);
  Register("W2/1/chancery", W2);
  Register("W3/address/lmdb", W3Rival, MakeLmdb);
  Register("W3/address/chancery", W3);
  Register("W4/lmdb", W4Rival, MakeLmdb);
  Register("W4/chancery", W4);
}

}  // namespace chancery::bench

int main(int argc, char** argv) {
  chancery::bench::RegisterPath();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
