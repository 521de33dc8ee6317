// S12: two equal sites are cut and each changes one field of half of the records; one of them rehearses what the other's bundle
// would do, beside taking it without waiting for the disk.
#include "bench/bench.h"
#include "bench/registry.h"

namespace chancery::bench {
namespace {

struct Cut {
  Scratch scratch;
  std::unique_ptr<Database> here;
  std::string bundle;
  size_t edits = 0, clashes = 0;

  Cut() {
    const std::vector<Edit> ours = Edits(ParcelCount(), ParcelCount() / 2, 1),
                            theirs = Edits(ParcelCount(), ParcelCount() / 2, 2);
    edits = theirs.size();
    clashes = Clashing(ours, theirs).size();
    here = Found(scratch / "a", "tallinn");
    Load(*here, ParcelCount());
    const auto there = JoinTo(*here, scratch / "b", "tartu");
    Update(*here, ours);
    Update(*there, theirs);
    bundle = Must(Must(there->Read()).ExportBundle(Must(here->Read()).Frontier()));
    here.reset();
    Environment in_memory;
    in_memory.durable = false;
    here = Must(Database::Open(scratch / "a", in_memory));
  }
};

void Preview(benchmark::State& state) {
  for (auto _ : state) {
    const Cut cut;
    Timed(state, cut.edits, [&] {
      const MergePreview preview = Must(cut.here->PreviewBundle(cut.bundle));
      if (preview.cases.size() != cut.clashes) Fail("the preview names " + std::to_string(preview.cases.size()) + " cases");
    });
  }
}

void Apply(benchmark::State& state) {
  for (auto _ : state) {
    const Cut cut;
    Timed(state, cut.edits, [&] {
      if (Must(cut.here->ApplyBundle(cut.bundle)).opened != cut.clashes) Fail("not the cases that there have to be");
    });
  }
}

}  // namespace

void RegisterPreview() {
  Register("preview/chancery", Preview);
  Register("preview/apply", Apply);
}

}  // namespace chancery::bench
