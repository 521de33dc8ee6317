#include "tests/support/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <deque>

namespace chancery {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollMs = 20;
constexpr size_t kHeader = 5;             // type, version, length
constexpr size_t kWaitingMost = 1 << 18;  // bytes that are on the way: more is not read, as by a router with small buffers

sockaddr_in Loopback(int port) {
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(static_cast<uint16_t>(port));
  return at;
}

int ListenOn(int* port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at = Loopback(0);
  socklen_t size = sizeof at;
  const bool made = bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 && listen(fd, 16) == 0 &&
                    getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) == 0;
  if (!made) std::abort();
  *port = ntohs(at.sin_port);
  return fd;
}

int ConnectTo(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in at = Loopback(port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) return fd;
  close(fd);
  return -1;
}

void SendNow(int fd) {
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

// The first record, once all of it is there; else "".
std::string TakeRecord(std::string* read) {
  if (read->size() < kHeader) return "";
  const auto byte = [read](size_t i) { return static_cast<size_t>(static_cast<unsigned char>((*read)[i])); };
  const size_t size = kHeader + (byte(3) << 8 | byte(4));
  if (read->size() < size) return "";
  std::string record = read->substr(0, size);
  read->erase(0, size);
  return record;
}

struct Waiting {
  Clock::time_point due;
  std::string bytes;
};

}  // namespace

// One connection, both ways.
struct Proxy::Link {
  struct Half {
    int from, to;
    std::string read = {};  // of a record that has not come whole
    std::deque<Waiting> waiting = {};
    size_t waiting_bytes = 0;
    Clock::time_point busy_until = {};
    bool ended = false;  // nothing more comes from there
  };
  Proxy& proxy;
  Weather weather;
  Half halves[2];
  int64_t records = 0, bytes = 0;
  bool cut = false;

  Weather Now() const { return proxy.clear_ ? Weather{} : weather; }

  void Read(int way) {
    Half& half = halves[way];
    char bytes_read[16 << 10];
    const ssize_t size = recv(half.from, bytes_read, sizeof bytes_read, 0);
    half.ended = size <= 0;
    if (half.ended) return;
    half.read.append(bytes_read, static_cast<size_t>(size));
    for (std::string record; !cut && !(record = TakeRecord(&half.read)).empty();) Pass(way, std::move(record));
  }

  void Pass(int way, std::string record) {
    const Weather now = Now();
    const int64_t index = records++, first = bytes;
    bytes += static_cast<int64_t>(record.size());
    const auto within = [&](int64_t at) { return at >= first && at < bytes; };
    int copies = 1;
    if (now.cut_record >= 0 && index >= now.cut_record) cut = true, copies = 0;
    if (now.cut_byte >= 0 && now.cut_byte < bytes)
      cut = true, record.resize(static_cast<size_t>(std::max<int64_t>(0, now.cut_byte - first)));
    if (within(now.spoil_byte)) record[static_cast<size_t>(now.spoil_byte - first)] ^= 4;
    if (index == now.drop_record) copies = 0;
    if (index == now.repeat_record) copies = 2;
    proxy.broken_ += cut || within(now.spoil_byte) || copies != 1;
    for (int i = 0; i < copies; ++i) Queue(way, now, record);
  }

  void Queue(int way, const Weather& now, std::string record) {
    Half& half = halves[way];
    half.busy_until = std::max(half.busy_until, Clock::now());
    if (now.bytes_a_second > 0)
      half.busy_until += std::chrono::microseconds(static_cast<int64_t>(record.size()) * 1'000'000 / now.bytes_a_second);
    half.waiting_bytes += record.size();
    half.waiting.push_back({half.busy_until + std::chrono::milliseconds(now.delay_ms), std::move(record)});
  }

  // False where the other end has gone.
  bool Write(int way) {
    Half& half = halves[way];
    while (!half.waiting.empty() && half.waiting.front().due <= Clock::now()) {
      const std::string bytes_due = std::move(half.waiting.front().bytes);
      half.waiting.pop_front();
      half.waiting_bytes -= bytes_due.size();
      if (proxy.mute_[way]) continue;
      proxy.Took(way, bytes_due.size());
      if (send(half.to, bytes_due.data(), bytes_due.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes_due.size())) return false;
    }
    return true;
  }

  int Timeout() const {
    auto first = Clock::now() + std::chrono::milliseconds(kPollMs);
    for (const Half& half : halves)
      if (!half.waiting.empty()) first = std::min(first, half.waiting.front().due);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(first - Clock::now()).count();
    return static_cast<int>(std::max<int64_t>(0, left));
  }

  void Run() {
    while (!proxy.ending_) {
      pollfd ready[2] = {};
      for (int way : {0, 1}) {
        const bool reads = !cut && !halves[way].ended && halves[way].waiting_bytes < kWaitingMost;
        ready[way] = {reads ? halves[way].from : -1, POLLIN, 0};
      }
      poll(ready, 2, Timeout());
      for (int way : {0, 1})
        if (ready[way].revents != 0) Read(way);
      if (!Write(0) || !Write(1)) return;
      const bool over = cut || halves[0].ended || halves[1].ended;
      if (over && halves[0].waiting.empty() && halves[1].waiting.empty()) return;
    }
  }
};

Proxy::Proxy(int target, std::function<Weather(int)> weather) : target_(target), weather_(std::move(weather)) {
  listener_ = ListenOn(&port_);
  thread_ = std::thread([this] { Listen(); });
}

Proxy::~Proxy() {
  ending_ = true;
  thread_.join();
  for (std::thread& pump : pumps_) pump.join();
  close(listener_);
}

void Proxy::ForgetCounts() {
  turns_ = 0;
  way_ = -1;
  records_ = bytes_[0] = bytes_[1] = 0;
}

void Proxy::Listen() {
  while (!ending_) {
    pollfd ready = {listener_, POLLIN, 0};
    if (poll(&ready, 1, kPollMs) <= 0) continue;
    const int from = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (from < 0) continue;
    const Weather weather = weather_ ? weather_(connections_) : Weather{};
    ++connections_;
    pumps_.emplace_back([this, from, weather] { Pump(from, weather); });
  }
}

void Proxy::Pump(int from, Weather weather) {
  const int to = ConnectTo(target_);
  if (to >= 0) {
    SendNow(from);
    SendNow(to);
    Link link{*this, weather, {{from, to}, {to, from}}};
    link.Run();
    close(to);
  }
  close(from);
}

void Proxy::Took(int way, size_t bytes) {
  if (way_.exchange(way) != way) ++turns_;
  bytes_[way] += static_cast<int64_t>(bytes);
  ++records_;
}

}  // namespace chancery
