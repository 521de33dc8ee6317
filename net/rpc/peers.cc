#include "net/rpc/peers.h"

namespace chancery::rpc {

void Peers::Keep(const PeerConfig& peer) {
  const auto exchanged = [this](const ExchangeView& view, uint64_t holds) { Exchanged(view, holds); };
  const auto failed = [this, name = peer.name](const absl::Status& why) {
    absl::IsUnavailable(why) ? book_.Failed(name) : book_.Refused(name, std::string(why.message()));
  };
  keepers_[peer.name] = kj::heap<Keeper>(means_, peer, NeighbourOf(peer.name), exchanged, event_, failed);
}

void Peers::Visit(const PeerConfig& peer, kj::Own<kj::AsyncIoStream> stream) {
  auto connection = kj::heap<Connection>(kj::mv(stream), DoorFor(means_, *this, peer, NeighbourOf(peer.name)));
  auto ended = connection->Ended();
  visits_[peer.name] = {peer.key, kj::heap(ended.attach(kj::mv(connection)).eagerlyEvaluate([](kj::Exception&&) {}))};
}

void Peers::Turn(const PeerConfig& peer) {
  const auto visit = visits_.find(peer.name);
  if (visit != visits_.end() && visit->second.key != peer.key && visit->second.key != peer.next) visits_.erase(visit);
}

void Peers::Drop(const std::string& peer) {
  keepers_.erase(peer);
  visits_.erase(peer);
  neighbours_.erase(peer);
}

void Peers::DropAll() {
  keepers_.clear();
  visits_.clear();
}

void Peers::Limit(const NetLimits& limits) {
  limits_ = limits;
  all_->Set(limits.all);
  for (auto& [name, neighbour] : neighbours_) neighbour->Set(limits);
}

std::shared_ptr<Neighbour> Peers::NeighbourOf(const std::string& peer) {
  std::shared_ptr<Neighbour>& neighbour = neighbours_[peer];
  if (neighbour == nullptr) neighbour = std::make_shared<Neighbour>(limits_, all_);
  return neighbour;
}

void Peers::Wake(const std::string& but) {
  for (auto& [name, keeper] : keepers_)
    if (name != but) keeper->Wake();
}

// News for all others where this site holds something that it did not hold before: with the peer that it came from the exchange
// goes on until neither lacks anything.
void Peers::Exchanged(const ExchangeView& view, uint64_t holds) {
  book_.Heard(view);
  if (view.taken > 0)
    event_({"taken", view.peer, std::to_string(view.taken) + " entries, " + std::to_string(view.opened) + " new cases"});
  if (view.documents > 0) event_({"taken", view.peer, std::to_string(view.documents) + " documents"});
  if (view.damaged > 0) event_({"damaged", view.peer, std::to_string(view.damaged) + " runs or documents do not hold"});
  const bool unequal = view.compared && !view.equal;
  if (unequal && !unequal_) event_({"unequal", view.peer, "the same entries make other records or cases there"});
  unequal_ = unequal;
  if (holds == holds_) return;
  holds_ = holds;
  Wake(view.peer);
}

void Peers::Refused(const std::string& peer, const std::string& why) {
  book_.Refused(peer, why);
  event_({"refused", peer, why});
}

}  // namespace chancery::rpc
