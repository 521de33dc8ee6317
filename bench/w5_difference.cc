// W5: what ten changes take on the way to a site that has all the rest.
#include "bench/bench.h"
#include "bench/registry.h"

namespace chancery::bench {
namespace {

// `commits`: in how many commits the ten were filed; each has a signature of its own.
void Difference(benchmark::State& state, size_t commits) {
  const std::vector<Draft> drafts = Changes(Edits(ParcelCount(), 10, 7));
  Database& db = Loaded();
  for (auto _ : state) {
    const std::string frontier = Must(db.Read()).Frontier();
    for (size_t i = 0; i < commits; ++i) FileAll(db, absl::MakeConstSpan(drafts).subspan(i * 10 / commits, 10 / commits));
    size_t bytes = 0;
    Timed(state, drafts.size(), [&] {
      for (const std::string& run : Must(Must(db.Read()).RunsSince(frontier))) bytes += run.size();
    });
    state.counters["bytes"] = static_cast<double>(bytes);
  }
}

}  // namespace

void RegisterDifference() {
  Register("W5/chancery", Difference, 1);
  Register("W5/alone/chancery", Difference, 10);
}

}  // namespace chancery::bench
