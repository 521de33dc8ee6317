#include "net/rpc/links.h"

#include "net/rpc/connection.h"
#include "net/rpc/failure.h"

namespace chancery::rpc {
namespace {

constexpr kj::Duration kConnect = 10 * kj::SECONDS;

}  // namespace

kj::Promise<kj::Own<kj::AsyncIoStream>> ConnectTo(kj::Timer& timer, kj::Network& network, const std::string& address) {
  auto connected = network.parseAddress(kj::StringPtr(address.c_str())).then([](kj::Own<kj::NetworkAddress> at) {
    auto stream = at->connect();
    return stream.attach(kj::mv(at));
  });
  return timer.timeoutAfter(kConnect, kj::mv(connected)).catch_([](kj::Exception&& failed) -> kj::Own<kj::AsyncIoStream> {
    const std::string why(failed.getDescription().cStr());
    kj::throwFatalException(
        Thrown(absl::UnavailableError(why.find("timed out") == std::string::npos ? why : "no answer within 10 seconds")));
  });
}

kj::Promise<tls::Link> TlsLinks::Connect(const std::string& address) {
  return ConnectTo(timer_, network_, address).then([this](kj::Own<kj::AsyncIoStream> raw) {
    WatchOver(*raw);
    return tls_.Connect(kj::mv(raw));
  });
}

}  // namespace chancery::rpc
