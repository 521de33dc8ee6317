// How a bench is registered, timed and sized. Names are WORKLOAD/SYSTEM: table.cc finds them by name.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/types/span.h"
#include "bench/rival.h"

namespace chancery::bench {

// Records in a store: 100,000, or what --parcels says.
uint32_t ParcelCount();
// Records in the largest store of the benches of scale: 0 = none is run, or what --scale says.
uint32_t ScaleCount();

void RegisterLoad();        // W1
void RegisterCommit();      // W2
void RegisterRead();        // W3
void RegisterHeal();        // W4
void RegisterDifference();  // W5
void RegisterPreview();     // S12
void RegisterDisk();        // W6, and verify and rebuild of the store that it leaves
void RegisterOrder();       // S11
void RegisterScale();       // S9
void RegisterStrain();      // long heals, many cases, many values, filers beside an import
void RegisterPhysical();    // what the machine itself can do

// The work once, by the clock on the wall: what waits for the disk counts.
template <class F>
void Timed(benchmark::State& state, uint64_t items, F work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  state.SetItemsProcessed(static_cast<int64_t>(items));
}

template <class F, class... Args>
benchmark::internal::Benchmark* Register(const std::string& name, F bench, Args... args) {
  return benchmark::RegisterBenchmark(name.c_str(), bench, args...)
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

// Pieces of kACommit, in their order.
template <class T, class F>
void InCommits(absl::Span<const T> all, F work) {
  for (; !all.empty(); all.remove_prefix(std::min<size_t>(all.size(), kACommit))) work(all.subspan(0, kACommit));
}

using MakeRival = std::unique_ptr<Rival> (*)(const std::string& dir);
void Load(Rival& rival, uint32_t parcels);
void Update(Rival& rival, absl::Span<const Edit> edits);
// As Loaded() of a registry: one a kind of rival.
Rival& Loaded(MakeRival make);
void CloseLoaded();  // before main returns: a store may not outlive the statics of its library

}  // namespace chancery::bench
