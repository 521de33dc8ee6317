#include "net/rpc/strangers.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "net/rpc/failure.h"

namespace chancery::rpc {
namespace {

// The address that it comes from; of IPv6 the network, of which one host has as many addresses as it likes. "" where it has none.
std::string HostOf(kj::AsyncIoStream& raw) {
  sockaddr_storage from = {};
  kj::uint size = sizeof from;
  raw.getpeername(reinterpret_cast<sockaddr*>(&from), &size);
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(&from);
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&from);
  if (from.ss_family == AF_INET) return {reinterpret_cast<const char*>(&v4->sin_addr), sizeof v4->sin_addr};
  if (from.ss_family == AF_INET6) return {reinterpret_cast<const char*>(&v6->sin6_addr), sizeof v6->sin6_addr / 2};
  return "";
}

}  // namespace

void Strangers::Greet(kj::Own<kj::AsyncIoStream> raw) {
  if (waiting_.size() >= kMost) MakeRoom();
  const uint64_t arrival = arrivals_++;
  auto pair = kj::newPromiseAndFulfiller<tls::Link>();
  waiting_[arrival] = {HostOf(*raw), kj::mv(pair.fulfiller)};
  auto done = kj::defer([this, arrival] { waiting_.erase(arrival); });
  tasks_.add(tls_.Accept(kj::mv(raw)).exclusiveJoin(kj::mv(pair.promise)).attach(kj::mv(done)).then([this](tls::Link link) {
    welcome_(kj::mv(link));
  }));
}

void Strangers::MakeRoom() {
  std::map<std::string, size_t> counts;
  for (const auto& [arrival, stranger] : waiting_) ++counts[stranger.host];
  auto leaves = waiting_.begin();
  for (auto at = waiting_.begin(); at != waiting_.end(); ++at)
    if (counts[at->second.host] > counts[leaves->second.host]) leaves = at;
  leaves->second.leaves->reject(Thrown(absl::ResourceExhaustedError("it gave way to who came later")));
  waiting_.erase(leaves);
}

}  // namespace chancery::rpc
