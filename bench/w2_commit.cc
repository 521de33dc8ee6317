// W2: one new owner a durable commit, by one writer and by sixteen; and then one read, which sees them all: what a store puts off
// until it is asked is within the time.
#include <thread>

#include "bench/bench.h"
#include "bench/registry.h"

namespace chancery::bench {
namespace {

constexpr uint32_t kCommits = 2000, kWriters = 16, kEach = 500;

// What writer n files; 0 is the one that is alone.
std::vector<Edit> EditsOf(uint32_t n) {
  return n == 0 ? Transfers(ParcelCount(), kCommits, 77) : Transfers(ParcelCount(), kEach, 99 + n);
}

void OneRival(benchmark::State& state, MakeRival make) {
  const std::vector<Edit> edits = EditsOf(0);
  Rival& rival = Loaded(make);
  for (auto _ : state)
    Timed(state, edits.size(), [&] {
      for (const Edit& edit : edits) rival.Apply({&edit, 1});
    });
}

void OneChancery(benchmark::State& state) {
  const std::vector<Draft> drafts = Changes(EditsOf(0));
  Database& db = Loaded();
  for (auto _ : state)
    Timed(state, drafts.size(), [&] {
      for (const Draft& draft : drafts) Must(db.File(draft).status());
      Must(db.Read().status());
    });
}

// Each writer's own list, all at once; then `after`.
template <class T, class F, class After>
void Sixteen(benchmark::State& state, const std::vector<std::vector<T>>& lists, F file, After after) {
  for (auto _ : state)
    Timed(state, kWriters * kEach, [&] {
      std::vector<std::thread> writers;
      for (const std::vector<T>& list : lists)
        writers.emplace_back([&] {
          for (const T& one : list) file(one);
        });
      for (std::thread& writer : writers) writer.join();
      after();
    });
}

void SixteenRival(benchmark::State& state, MakeRival make) {
  std::vector<std::vector<Edit>> lists;
  for (uint32_t n = 1; n <= kWriters; ++n) lists.push_back(EditsOf(n));
  Rival& rival = Loaded(make);
  Group group(rival);
  Sixteen(
      state, lists,
      [&](const Edit& edit) {
        rival.groups() ? rival.Apply({&edit, 1}) : group.Apply(edit);
      },
      [] {});
}

void SixteenChancery(benchmark::State& state) {
  std::vector<std::vector<Draft>> lists;
  for (uint32_t n = 1; n <= kWriters; ++n) lists.push_back(Changes(EditsOf(n)));
  Database& db = Loaded();
  Sixteen(
      state, lists, [&](const Draft& draft) { Must(db.File(draft).status()); }, [&] { Must(db.Read().status()); });
}

}  // namespace

void RegisterCommit() {
  Register("W2/one/lmdb", OneRival, MakeLmdb);
  Register("W2/one/chancery", OneChancery);
  Register("W2/one/sqlite", OneRival, MakeSqlite);
  Register("W2/one/rocksdb", OneRival, MakeRocksdb);
  Register("W2/sixteen/lmdb", SixteenRival, MakeLmdb);
  Register("W2/sixteen/chancery", SixteenChancery);
  Register("W2/sixteen/rocksdb", SixteenRival, MakeRocksdb);
  Register("W2/sixteen/sqlite", SixteenRival, MakeSqlite);
}

}  // namespace chancery::bench
