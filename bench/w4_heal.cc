// W4: two equal sites are cut, each changes one field of half of the records, and both are brought together again: durable, both
// ways, until they are equal, with every clash on the docket and nothing else.
#include "bench/bench.h"
#include "bench/registry.h"

namespace chancery::bench {
namespace {

struct Cut {
  std::vector<Edit> here = Edits(ParcelCount(), ParcelCount() / 2, 1), there = Edits(ParcelCount(), ParcelCount() / 2, 2);
  size_t edits() const { return here.size() + there.size(); }
};

// The cases that there have to be, as they are listed: ascending by rule, then by subject.
std::vector<std::pair<std::string, std::string>> Expected(const Cut& cut) {
  const std::vector<Edit> both = Clashing(cut.here, cut.there);
  if (ParcelCount() == 100'000 && both.size() != 12'342) Fail("this is not the workload: 12,342 fields clash in it");
  std::vector<std::pair<std::string, std::string>> cases;
  for (const bool owner : {true, false})
    for (const Edit& edit : both)
      if (edit.owner == owner) cases.emplace_back(owner ? "parcel.owner" : "parcel.status", AddressOf(edit.key));
  return cases;
}

void MustBeEqual(const StatusView& a, const StatusView& b) {
  if (a.digest != b.digest || a.docket != b.docket) Fail("the sites differ");
}

void MustList(const std::vector<CaseView>& listed, const std::vector<std::pair<std::string, std::string>>& expected) {
  if (listed.size() != expected.size()) Fail("the docket lists " + std::to_string(listed.size()) + " cases");
  for (size_t i = 0; i < listed.size(); ++i)
    if (listed[i].rule != expected[i].first || listed[i].subject != expected[i].second)
      Fail("case " + listed[i].rule + " " + listed[i].subject + ", not " + expected[i].first + " " + expected[i].second);
}

void HealRival(benchmark::State& state, MakeRival make) {
  const Cut cut;
  for (auto _ : state) {
    const Scratch scratch;
    const auto a = make(scratch / "a"), b = make(scratch / "b");
    Load(*a, ParcelCount());
    Load(*b, ParcelCount());
    Update(*a, cut.here);
    Update(*b, cut.there);
    Timed(state, cut.edits(), [&] {
      b->Apply(cut.here);
      a->Apply(cut.there);
    });
  }
}

void HealChancery(benchmark::State& state) {
  const Cut cut;
  const auto expected = Expected(cut);
  for (auto _ : state) {
    const Scratch scratch;
    const auto a = Found(scratch / "a", "tallinn");
    Load(*a, ParcelCount());
    const auto b = JoinTo(*a, scratch / "b", "tartu");
    Update(*a, cut.here);
    Update(*b, cut.there);
    size_t bytes = 0;
    Timed(state, cut.edits(), [&] {
      bytes = Carry(*a, *b) + Carry(*b, *a);
      const Snapshot at_a = Must(a->Read()), at_b = Must(b->Read());
      MustBeEqual(Must(at_a.Status()), Must(at_b.Status()));
      MustList(Must(at_a.Cases()), expected);
    });
    state.counters["clashes"] = static_cast<double>(expected.size());
    state.counters["bytes_an_edit"] = static_cast<double>(bytes) / static_cast<double>(cut.edits());
  }
}

}  // namespace

void RegisterHeal() {
  Register("W4/lmdb", HealRival, MakeLmdb);
  Register("W4/chancery", HealChancery);
  Register("W4/sqlite", HealRival, MakeSqlite);
  Register("W4/rocksdb", HealRival, MakeRocksdb);
}

}  // namespace chancery::bench
