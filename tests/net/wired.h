// Two sites and a real link between them, in one process: TLS over loopback, with a proxy that counts and breaks.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "net/rpc/door.h"
#include "net/rpc/engine_thread.h"
#include "net/sync/hello.h"
#include "tests/net/sites.h"
#include "tests/support/proxy.h"

namespace chancery {

inline constexpr int64_t kPatienceMs = 600'000;  // the order's own beats come by the clock, whatever is filed

struct Deaf final : rpc::Host {
  void Exchanged(const ExchangeView&, uint64_t) override {}
  void Refused(const std::string&, const std::string&) override {}
};

inline std::shared_ptr<rpc::Neighbour> NewNeighbour() { return std::make_shared<rpc::Neighbour>(NetLimits()); }

// luxembourg's door on a port, tallinn calls it through the proxy.
struct Wired {
  explicit Wired(std::function<Weather(int)> weather = {}) : link(door(), std::move(weather)) {}

  kj::AsyncIoContext io = kj::setupAsyncIo();
  Site tallinn = Founded("tallinn"), luxembourg = Joined("luxembourg", tallinn);
  tls::Identity own = Ok(tls::OwnIdentity(tallinn->dir())), other = Ok(tls::OwnIdentity(luxembourg->dir()));
  std::map<std::string, std::string> peers = {{own.fingerprint, "tallinn"}};  // of luxembourg, by key
  tls::Pinned tls{own, io.provider->getTimer(), [this](const std::string& key) { return key == other.fingerprint; }};
  tls::Pinned tls_there{other, io.provider->getTimer(), [this](const std::string& key) { return peers.contains(key); }};
  rpc::EngineThread engine, engine_there;
  rpc::TlsLinks links{io.provider->getTimer(), io.provider->getNetwork(), tls};
  rpc::TlsLinks links_there{io.provider->getTimer(), io.provider->getNetwork(), tls_there};
  std::minstd_rand random, random_there;
  rpc::Means means{*tallinn.db, engine, io.provider->getTimer(), links, random, kPatienceMs};
  rpc::Means means_there{*luxembourg.db, engine_there, io.provider->getTimer(), links_there, random_there, kPatienceMs};
  std::shared_ptr<rpc::Neighbour> neighbour = NewNeighbour();
  std::map<std::string, std::shared_ptr<rpc::Neighbour>> neighbours_there;
  Deaf host;
  kj::Own<kj::ConnectionReceiver> port = io.provider->getNetwork().parseAddress("127.0.0.1").wait(io.waitScope)->listen();
  Proxy link;
  std::map<std::string, kj::Own<rpc::Connection>> visits;  // one of each peer, the newest
  struct Quiet final : kj::TaskSet::ErrorHandler {
    void taskFailed(kj::Exception&&) override {}  // who does not get in
  } quiet;
  kj::TaskSet greeting{quiet};
  kj::Promise<void> admitting = Admit().eagerlyEvaluate(nullptr);

  void LetBothFile() { Ok(luxembourg->Ingest(Ok(tallinn.now().RunsSince(luxembourg.now().Frontier())))); }
  int door() { return static_cast<int>(port->getPort()); }

  kj::Promise<void> Admit() {
    return port->accept().then([this](kj::Own<kj::AsyncIoStream> raw) {
      greeting.add(tls_there.Accept(kj::mv(raw)).then([this](tls::Link in) { Visit(kj::mv(in)); }));
      return Admit();
    });
  }
  void Visit(tls::Link in) {
    const std::string& name = peers.at(in.fingerprint);
    std::shared_ptr<rpc::Neighbour>& theirs = neighbours_there[name];
    if (theirs == nullptr) theirs = NewNeighbour();
    visits[name] = kj::heap<rpc::Connection>(kj::mv(in.stream), rpc::DoorFor(means_there, host, {name, "", ""}, theirs));
  }

  kj::Own<rpc::Call> Dial() {
    Turn(1);  // the loop's clock stood while entries were filed
    return rpc::Call::Dial(means, {"luxembourg", link.address(), other.fingerprint}, neighbour).wait(io.waitScope);
  }
  ExchangeView Exchange(rpc::Call& call) {
    const ExchangeView view = call.Exchange().wait(io.waitScope);
    Turn(50);  // what is still under way is counted too
    return view;
  }
  void Turn(int ms) { io.provider->getTimer().afterDelay(ms * kj::MILLISECONDS).wait(io.waitScope); }
};

}  // namespace chancery
