// `chancery serve` as a process of its own.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <string>

#include "tests/e2e/run.h"

namespace chancery::e2e {

// Where a site is served.
struct Place {
  std::string host = "127.0.0.1";  // that it listens on
  Words by = {};                   // what runs it, in front of the command
};

class Served {
 public:
  // Listens on a port that the kernel chooses, or on `port`. Returns once it listens; fails the test where it does not.
  Served(const Land& land, const std::string& site, int port = 0, const Words& mode = {}, Place place = {});
  ~Served();  // SIGKILL, where it still runs
  Served(const Served&) = delete;

  pid_t pid() const { return pid_; }
  int port() const { return port_; }
  std::string address() const { return place_.host + ":" + std::to_string(port_); }
  const std::string& first_line() const { return first_line_; }
  void Signal(int signal) const;
  int End(int signal);      // the exit code; -1 where the signal ended it
  std::string Log() const;  // its stderr so far

 private:
  const Place place_;
  std::string log_, first_line_;
  pid_t pid_ = -1;
  int out_ = -1, port_ = 0;
};

// The key that the site shows on the network.
std::string LinkKey(const Land& land, const std::string& site);
void AddPeer(const Land& land, const std::string& site, const std::string& peer, const std::string& address);

// Instead of all that it knew: addresses by the peer's name.
void SetPeers(const Land& land, const std::string& site, const std::map<std::string, std::string>& addresses);

// Asks every 50 ms, for at most so long.
bool Eventually(const std::function<bool()>& holds, int seconds = 30);

}  // namespace chancery::e2e
