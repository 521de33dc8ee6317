#include "net/sim/network.h"

#include <linux/tcp.h>
#include <netinet/in.h>

#include <algorithm>

#include "kj/debug.h"
#include "net/rpc/failure.h"
#include "net/sim/wire.h"

namespace chancery::sim {
namespace {

constexpr kj::Duration kConnect = 10 * kj::SECONDS;  // as rpc::ConnectTo waits

class End final : public kj::AsyncIoStream {
 public:
  End(kj::Own<Wire> wire, int out) : wire_(kj::mv(wire)), out_(out) {}
  ~End() noexcept(false) { wire_->Leave(); }

  kj::Promise<size_t> tryRead(void* into, size_t least, size_t most) override {
    return wire_->Read(1 - out_, static_cast<kj::byte*>(into), least, most, 0);
  }
  kj::Promise<void> write(const void* bytes, size_t size) override {
    return wire_->Send(out_, std::string(static_cast<const char*>(bytes), size), false);
  }
  kj::Promise<void> write(kj::ArrayPtr<const kj::ArrayPtr<const kj::byte>> pieces) override {
    std::string all;
    for (const auto& piece : pieces) all.append(reinterpret_cast<const char*>(piece.begin()), piece.size());
    return wire_->Send(out_, std::move(all), false);
  }
  kj::Promise<void> whenWriteDisconnected() override { return wire_->Broken(); }
  void shutdownWrite() override {
    wire_->Send(out_, "", true).detach([](kj::Exception&&) {});
  }
  // What a kernel tells of a connection, as far as anybody here asks for it.
  void getsockopt(int level, int option, void* value, kj::uint* length) override {
    KJ_REQUIRE(level == IPPROTO_TCP && option == TCP_INFO && *length >= sizeof(tcp_info));
    tcp_info info = {};
    info.tcpi_bytes_received = wire_->Arrived(1 - out_);
    info.tcpi_bytes_acked = wire_->Arrived(out_);
    info.tcpi_unacked = wire_->Sending(out_) ? 1 : 0;
    *static_cast<tcp_info*>(value) = info;
  }

 private:
  kj::Own<Wire> wire_;
  int out_;
};

}  // namespace

Network::Network(kj::Timer& timer, uint64_t seed, int sites)
    : timer_(timer),
      random_(seed),
      sites_(sites),
      routes_(static_cast<size_t>(sites * sites)),
      arrivals_(static_cast<size_t>(sites)) {}

Network::~Network() = default;

std::vector<Wire*> Network::WiresWhere(const std::function<bool(const Wire&)>& is) const {
  std::vector<Wire*> found;
  for (Wire* wire : wires_)
    if (is(*wire)) found.push_back(wire);
  return found;
}

void Network::Changed() {
  for (Wire* wire : WiresWhere([](const Wire&) { return true; })) wire->Pump();
}

void Network::Listen(int site, Arrival arrival) { arrivals_[static_cast<size_t>(site)] = std::move(arrival); }

void Network::Silence(int site, bool quietly) {
  arrivals_[static_cast<size_t>(site)] = nullptr;
  for (Wire* wire : WiresWhere([site](const Wire& one) { return one.Touches(site); }))
    quietly ? void(wire->muted = true) : wire->Break();
}

size_t Network::BreakAfter(int a, int b, uint64_t bytes) {
  const std::vector<Wire*> wires = WiresWhere([a, b](const Wire& one) { return one.Joins(a, b); });
  for (Wire* wire : wires) wire->break_after = bytes;
  return wires.size();
}

size_t Network::Mute(int a, int b) {
  const std::vector<Wire*> wires = WiresWhere([a, b](const Wire& one) { return one.Joins(a, b); });
  for (Wire* wire : wires) wire->muted = true;
  return wires.size();
}

kj::Promise<kj::Own<kj::AsyncIoStream>> Network::Connect(int from, int to) {
  const auto fails = [](const char* why) -> kj::Own<kj::AsyncIoStream> {
    kj::throwFatalException(rpc::Thrown(absl::UnavailableError(why)));
  };
  if (IsCut(from, to)) return timer_.afterDelay(kConnect).then([fails] { return fails("no answer within 10 seconds"); });
  const auto there_and_back = (At(from, to).delay_us + At(to, from).delay_us) * kj::MICROSECONDS;
  return timer_.afterDelay(there_and_back).then([this, from, to, fails]() -> kj::Own<kj::AsyncIoStream> {
    if (!arrivals_[static_cast<size_t>(to)] || IsCut(from, to)) return fails("nobody listens there");
    ++connects_;
    auto wire = kj::refcounted<Wire>(*this, from, to);
    arrivals_[static_cast<size_t>(to)](from, kj::heap<End>(kj::addRef(*wire), 1));
    return kj::heap<End>(kj::mv(wire), 0);
  });
}

std::string LinkKeyOf(const std::string& site) { return "key of " + site; }

kj::Promise<tls::Link> SimLinks::Connect(const std::string& address) {
  return network_.Connect(self_, find_(address)).then([address](kj::Own<kj::AsyncIoStream> stream) {
    return tls::Link{kj::mv(stream), LinkKeyOf(address)};
  });
}

}  // namespace chancery::sim
