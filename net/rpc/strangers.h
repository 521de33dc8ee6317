// Connections that have not shown a known key yet: at most so many, each for as long as a handshake may take.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "kj/async-io.h"
#include "net/tls/pinned.h"

namespace chancery::rpc {

// Where there are as many as may be, one gives way to who comes: of the host that has most of them, who has waited longest. So
// nobody holds the door shut with handshakes that never end, and who comes from a host of his own is not pushed out by others.
class Strangers {
 public:
  static constexpr size_t kMost = 64;

  // welcome: gets who has shown a known key.
  Strangers(tls::Pinned& tls, std::function<void(tls::Link)> welcome) : tls_(tls), welcome_(std::move(welcome)) {}
  void Greet(kj::Own<kj::AsyncIoStream> raw);
  size_t size() const { return waiting_.size(); }

 private:
  struct Waiting {
    std::string host;
    kj::Own<kj::PromiseFulfiller<tls::Link>> leaves;
  };
  struct Quiet final : kj::TaskSet::ErrorHandler {
    void taskFailed(kj::Exception&&) override {}  // who did not get in
  };
  void MakeRoom();

  tls::Pinned& tls_;
  const std::function<void(tls::Link)> welcome_;
  uint64_t arrivals_ = 0;
  std::map<uint64_t, Waiting> waiting_;  // by arrival
  Quiet quiet_;
  kj::TaskSet tasks_{quiet_};
};

}  // namespace chancery::rpc
