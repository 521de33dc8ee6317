#include "chancery/net.h"
#include "net/sync/state.h"

namespace chancery {

absl::StatusOr<std::string> HeldBy(const PeerView& peer, const Snapshot& now) {
  sync::State state;
  for (const auto& [key, entries] : peer.holds)
    state.lanes.push_back({sync::KeyOf(key), entries});  // ascending, as they are shown
  return sync::FrontierOf(state, now);
}

}  // namespace chancery
