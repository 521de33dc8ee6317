#include "bench/rival.h"

#include <map>

#include "bench/bench.h"
#include "bench/scratch.h"

namespace chancery::bench {

void Load(Rival& rival, uint32_t parcels) {
  for (uint32_t first = 0; first < parcels; first += kACommit) rival.Load(Parcels(first, std::min(kACommit, parcels - first)));
}

void Update(Rival& rival, absl::Span<const Edit> edits) {
  InCommits(edits, [&](absl::Span<const Edit> commit) { rival.Apply(commit); });
}

namespace {
std::map<MakeRival, std::unique_ptr<Rival>> loaded;
}

Rival& Loaded(MakeRival make) {
  static const Scratch scratch;
  std::unique_ptr<Rival>& rival = loaded[make];
  if (rival == nullptr) {
    rival = make(scratch / std::to_string(loaded.size()));
    Load(*rival, ParcelCount());
  }
  return *rival;
}

void CloseLoaded() { loaded.clear(); }

void Group::Apply(const Edit& edit) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(edit);
  const uint64_t mine = ++asked_;
  while (done_ < mine) {
    if (leads_) {
      changed_.wait(lock);
      continue;
    }
    leads_ = true;
    const std::vector<Edit> edits = std::exchange(waiting_, {});
    lock.unlock();
    rival_.Apply(edits);
    lock.lock();
    done_ += edits.size();
    leads_ = false;
    changed_.notify_all();
  }
}

}  // namespace chancery::bench
