// A session with a peer that this site has called.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>

#include "chancery/net.h"
#include "net/rpc/connection.h"
#include "net/rpc/differing.h"
#include "net/rpc/engine.h"
#include "net/rpc/links.h"
#include "net/rpc/neighbour.h"

namespace chancery::rpc {

// What calls and visits share. All of it outlives them.
struct Means {
  Database& db;
  Engine& engine;
  kj::Timer& timer;
  Links& links;
  std::minstd_rand& random;  // of when to call again, and nothing else
  int64_t patience_ms = 0;   // as for Database::Settle
};

// Of an offer that was taken.
struct Answered {
  absl::StatusOr<sync::Offer> offer;  // the answer
  bool done = false;
  ExchangeView view;
  uint64_t holds = 0, entries = 0;  // as Party::holds; of the offer's runs
};
// On the engine's thread, and nothing else is asked of a party anywhere else: parties that meet one peer share what they heard.
Answered AnswerTo(const sync::Offer& theirs, size_t room, const std::string& peer, sync::Party& party);

class Call {
 public:
  // Connects, shows and checks keys, greets. Throws (failure.h): Unavailable, PermissionDenied (a key), FailedPrecondition
  // (refused, by whom, why).
  static kj::Promise<kj::Own<Call>> Dial(const Means& means, PeerConfig peer, std::shared_ptr<Neighbour> neighbour);

  Call(const Means& means, PeerConfig peer, std::shared_ptr<Neighbour> neighbour, kj::Own<kj::AsyncIoStream> stream);
  KJ_DISALLOW_COPY(Call);

  // Offers go to and fro until neither side has what the other lacks. One at a time. Throws as Dial, and what Party::Answer
  // returns.
  kj::Promise<ExchangeView> Exchange();
  // Where the peer differs, once an exchange has found that it does. Throws as FindDifferences.
  kj::Promise<std::shared_ptr<sync::Differ>> Differences();
  uint64_t holds() const { return holds_; }  // names the entries that this site held then

 private:
  kj::Promise<void> Greet();
  kj::Promise<void> AskClock();
  void Ping();
  template <class T>
  kj::Promise<T> WhileHeard(kj::Promise<T> answer);
  kj::Promise<void> Send(absl::StatusOr<sync::Offer> offer);
  void Adapt(kj::Duration took, bool full);

  const Means& means_;
  PeerConfig peer_;
  Connection connection_;
  kj::Maybe<schema::Session::Client> session_;
  std::shared_ptr<Neighbour> neighbour_;
  std::shared_ptr<sync::Party> party_;  // jobs of the engine's thread hold it too
  size_t room_ = sync::kRoomFirst;
  ExchangeView view_;  // of the exchange in hand; likewise the next
  uint64_t holds_ = 0;
  kj::Maybe<kj::TimePoint> clock_at_;  // when it was asked for
  std::optional<int64_t> clock_ms_;    // how far the peer's clock is ahead of this one's
  std::string noted_;                  // as of ExchangeView
  kj::Promise<void> pinging_ = kj::READY_NOW;
};

}  // namespace chancery::rpc
