// `chancery serve` as a process of its own, and what stands between two of them.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/run.h"

namespace chancery::e2e {

class Served {
 public:
  // Listens on a port that the kernel chooses, or on `port`. Returns once it listens; fails the test where it does not.
  Served(const Land& land, const std::string& site, int port = 0, const Words& mode = {});
  ~Served();  // SIGKILL, where it still runs
  Served(const Served&) = delete;

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  const std::string& first_line() const { return first_line_; }
  void Signal(int signal) const;
  int End(int signal);      // the exit code; -1 where the signal ended it
  std::string Log() const;  // its stderr so far

 private:
  std::string log_, first_line_;
  pid_t pid_ = -1;
  int out_ = -1, port_ = 0;
};

// A link that breaks: connections are cut after a random number of bytes, either way, until it is told to be good.
class Cutter {
 public:
  Cutter(int target, unsigned seed, int most_bytes);
  ~Cutter();
  Cutter(const Cutter&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void BeGood() { good_ = true; }
  int cuts() const { return cuts_; }

 private:
  void Loop(unsigned seed);
  void Pump(int from, int64_t budget);

  int target_, most_bytes_, listener_ = -1, port_ = 0;
  std::atomic<bool> good_{false}, ending_{false};
  std::atomic<int> cuts_{0};
  std::vector<std::thread> pumps_;
  std::thread thread_;
};

// The key that the site shows on the network.
std::string LinkKey(const Land& land, const std::string& site);
void AddPeer(const Land& land, const std::string& site, const std::string& peer, const std::string& address);

// Asks every 50 ms, for at most 30 s.
bool Eventually(const std::function<bool()>& holds);

}  // namespace chancery::e2e
