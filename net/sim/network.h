// The network between simulated sites: connections whose bytes take time, stand still, or end at any byte, in one thread and in
// virtual time. What TCP hides is hidden here too: bytes arrive in order or not at all; loss is delay.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "chancery/testing.h"
#include "kj/async-io.h"
#include "kj/timer.h"
#include "net/rpc/links.h"

namespace chancery::sim {

class Wire;

// From one site to another: how bytes fare.
struct Route {
  int cuts = 0;              // while there is one nothing gets through; who waits learns it after 30 s, as by TCP_USER_TIMEOUT
  uint64_t delay_us = 2000;  // and up to as much again
  uint64_t bytes_per_s = 10 << 20;  // at most
  int loss_percent = 0;             // of pieces that are sent a second time, a fifth of a second later, or a third time
};

class Network {
 public:
  // A connection from `caller` has come in.
  using Arrival = std::function<void(int caller, kj::Own<kj::AsyncIoStream>)>;

  Network(kj::Timer& timer, uint64_t seed, int sites);
  ~Network();
  KJ_DISALLOW_COPY(Network);

  Route& At(int from, int to) { return routes_[static_cast<size_t>(from * sites_ + to)]; }
  void Changed();  // after routes were changed: what stood still moves on

  void Listen(int site, Arrival arrival);
  // The site is gone: its connections end. quietly: nobody is told so.
  void Silence(int site, bool quietly);

  // Every connection between the two ends once `bytes` more have gone over it. How many those are.
  size_t BreakAfter(int a, int b, uint64_t bytes);
  // Nothing goes over what is connected now, and nobody is told. How many connections that is.
  size_t Mute(int a, int b);

  kj::Promise<kj::Own<kj::AsyncIoStream>> Connect(int from, int to);

  uint64_t bytes() const { return bytes_; }        // that arrived
  uint64_t breaks() const { return breaks_; }      // connections that ended before their time
  uint64_t connects() const { return connects_; }  // that were made
  uint64_t most_waiting() const { return most_; }  // bytes on their way on one connection, one way, at most

 private:
  friend class Wire;
  struct Unheard final : kj::TaskSet::ErrorHandler {
    void taskFailed(kj::Exception&& why) override { kj::throwFatalException(kj::mv(why)); }
  };
  bool IsCut(int a, int b) { return At(a, b).cuts > 0 || At(b, a).cuts > 0; }
  std::vector<Wire*> WiresWhere(const std::function<bool(const Wire&)>& is) const;

  kj::Timer& timer_;
  SeededRandom random_;
  const int sites_;
  std::vector<Route> routes_;
  std::vector<Arrival> arrivals_;
  std::list<Wire*> wires_;  // in the order in which they were made
  uint64_t bytes_ = 0, breaks_ = 0, connects_ = 0, most_ = 0;
  Unheard unheard_;
  kj::TaskSet tasks_{unheard_};
};

// How one site reaches the others: an address is the name of a site, a key is "key of " and its name.
class SimLinks final : public rpc::Links {
 public:
  SimLinks(Network& network, int self, std::function<int(const std::string&)> find)
      : network_(network), self_(self), find_(std::move(find)) {}
  kj::Promise<tls::Link> Connect(const std::string& address) override;

 private:
  Network& network_;
  int self_;
  std::function<int(const std::string&)> find_;
};

std::string LinkKeyOf(const std::string& site);

}  // namespace chancery::sim
