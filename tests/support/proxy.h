// What stands between two processes that speak TLS: it counts what passes, and breaks it where it is told to. Loopback only.
//
//   Proxy link(port, [](int n) { return Weather{.cut_record = n}; });  // the n-th connection ends behind its n-th record
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace chancery {

// What becomes of one connection. Records are those of TLS, counted both ways together from 0 on in the order they come; bytes
// too.
struct Weather {
  int64_t cut_byte = -1;        // it ends in front of this byte, what came before is passed on; -1 = it does not
  int64_t cut_record = -1;      // or in front of this record
  int64_t spoil_byte = -1;      // a bit of this byte is turned round
  int64_t drop_record = -1;     // this record does not arrive
  int64_t repeat_record = -1;   // this one arrives twice
  int64_t bytes_a_second = -1;  // each way
  int64_t delay_ms = 0;         // each way
};

class Proxy {
 public:
  enum Way { kThere = 0, kBack = 1 };  // from who called, and to it

  // Listens on a port that the kernel chooses and calls `target`. weather: asked once a connection, counted from 0 on.
  explicit Proxy(int target, std::function<Weather(int)> weather = {});
  ~Proxy();
  Proxy(const Proxy&) = delete;

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  void Clear() { clear_ = true; }  // from now on everything passes
  // Nothing passes that way and nobody is told, as where a cable is pulled: connections stay open.
  void Mute(Way way, bool mute = true) { mute_[way] = mute; }

  int connections() const { return connections_; }
  int broken() const { return broken_; }  // connections that were cut, or had something spoilt, dropped or repeated
  int64_t records() const { return records_; }
  int64_t bytes(Way way) const { return bytes_[way]; }
  // How often the way changed: one round trip is two.
  int turns() const { return turns_; }
  void ForgetCounts();

 private:
  struct Link;
  void Listen();
  void Pump(int from, Weather weather);
  void Took(int way, size_t bytes);

  const int target_;
  const std::function<Weather(int)> weather_;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> ending_{false}, clear_{false};
  std::atomic<bool> mute_[2] = {false, false};
  std::atomic<int> connections_{0}, broken_{0}, turns_{0}, way_{-1};
  std::atomic<int64_t> records_{0};
  std::atomic<int64_t> bytes_[2] = {0, 0};
  std::vector<std::thread> pumps_;
  std::thread thread_;
};

}  // namespace chancery
