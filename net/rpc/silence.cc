#include "net/rpc/silence.h"

#include <linux/tcp.h>
#include <netinet/in.h>

#include <utility>

#include "net/rpc/failure.h"

namespace chancery::rpc {
namespace {

constexpr kj::Duration kLook = 5 * kj::SECONDS;

class Watch {
 public:
  Watch(kj::AsyncIoStream& stream, kj::Timer& timer, std::function<void()> ask)
      : stream_(stream), timer_(timer), ask_(std::move(ask)), moved_(timer.now()) {
    Moved();
  }

  kj::Promise<void> Run() {
    return timer_.afterDelay(kLook).then([this]() -> kj::Promise<void> {
      if (Moved()) moved_ = timer_.now();
      if (timer_.now() - moved_ >= kSilence)
        return Thrown(absl::UnavailableError("no word from it for 25 seconds: the link is dead"));
      ask_();
      return Run();
    });
  }

 private:
  bool Moved() {
    tcp_info info = {};
    kj::uint size = sizeof info;
    stream_.getsockopt(IPPROTO_TCP, TCP_INFO, &info, &size);
    const bool sending = info.tcpi_unacked > 0 || info.tcpi_notsent_bytes > 0;
    const bool moved = info.tcpi_bytes_received != received_ || (sending && info.tcpi_bytes_acked != acked_);
    received_ = info.tcpi_bytes_received;
    acked_ = info.tcpi_bytes_acked;
    return moved;
  }

  kj::AsyncIoStream& stream_;
  kj::Timer& timer_;
  std::function<void()> ask_;
  kj::TimePoint moved_;
  uint64_t received_ = 0, acked_ = 0;
};

}  // namespace

kj::Promise<void> Silence(kj::AsyncIoStream& stream, kj::Timer& timer, std::function<void()> ask) {
  auto watch = kj::heap<Watch>(stream, timer, std::move(ask));
  auto running = watch->Run();
  return running.attach(kj::mv(watch));
}

}  // namespace chancery::rpc
