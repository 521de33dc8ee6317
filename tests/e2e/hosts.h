// Hosts with a network of their own: network namespaces on one bridge. They are gone when the test ends, however it does.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/e2e/run.h"

namespace chancery::e2e {

class Hosts {
 public:
  static constexpr const char* kNone = "NOT TESTED HERE: no network namespaces can be made (needs root, ip, tc and nsenter)";

  explicit Hosts(int count);
  ~Hosts();
  Hosts(const Hosts&) = delete;

  bool there() const { return there_; }  // false: that is not permitted
  std::string Address(int host) const { return "10.77.0." + std::to_string(host + 1); }
  Words Enter(int host) const;  // in front of a command: it runs there

  // Nothing that `from` sends to `to` arrives, while what `to` sends does: it knows a wrong hardware address.
  void Deafen(int from, int to, bool deaf = true);
  void Plug(int host, bool in);        // the cable
  void Throttle(int host, bool slow);  // to 64 kbit/s, each way
  void Heal();                         // all of that
  int64_t BytesReceived(int host) const;

 private:
  Result In(pid_t holder, const std::string& script) const;

  int count_;
  std::vector<pid_t> holders_;  // a process in each, the bridge's last
  bool there_ = false;
};

}  // namespace chancery::e2e
