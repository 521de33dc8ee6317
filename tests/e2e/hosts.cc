#include "tests/e2e/hosts.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace chancery::e2e {
namespace {

// A process that keeps a namespace and does nothing; -1 where it may not.
pid_t Hold() {
  int made[2];
  if (pipe(made) != 0) return -1;
  const pid_t holder = fork();
  if (holder == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const char good = unshare(CLONE_NEWNET) == 0;
    if (write(made[1], &good, 1) != 1) _exit(1);
    for (;;) pause();
  }
  char good = 0;
  const bool told = read(made[0], &good, 1) == 1;
  close(made[0]);
  close(made[1]);
  if (told && good != 0) return holder;
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  return -1;
}

std::string Port(int host) { return "port" + std::to_string(host); }

constexpr const char* kSlow = " root tbf rate 64kbit burst 4000 limit 32000; ";
constexpr const char* kSwift = " root 2> /dev/null; ";

}  // namespace

Hosts::Hosts(int count) : count_(count) {
  for (int i = 0; i <= count; ++i) {
    holders_.push_back(Hold());
    if (holders_.back() < 0) return;
  }
  std::string joined = "set -e; ip link add bridge type bridge; ip link set bridge up; ";
  for (int i = 0; i < count; ++i)
    joined += "ip link add " + Port(i) + " type veth peer name eth0 netns " + std::to_string(holders_[static_cast<size_t>(i)]) +
              "; ip link set " + Port(i) + " master bridge up; ";
  there_ = In(holders_.back(), joined).code == 0;
  for (int i = 0; there_ && i < count; ++i)
    there_ = In(holders_[static_cast<size_t>(i)], "set -e; ip link set lo up; ip address add " + Address(i) +
                                                      "/24 dev eth0; ip link set eth0 up; tc qdisc replace dev eth0" + kSlow)
                 .code == 0;
  if (there_) Heal();
}

Hosts::~Hosts() {
  for (const pid_t holder : holders_) {
    if (holder < 0) continue;
    kill(holder, SIGKILL);
    waitpid(holder, nullptr, 0);
  }
}

Result Hosts::In(pid_t holder, const std::string& script) const {
  return RunShell("nsenter -t " + std::to_string(holder) + " -n sh -c '" + script + "'", "/");
}

Words Hosts::Enter(int host) const { return {"nsenter", "-t", std::to_string(holders_[static_cast<size_t>(host)]), "-n", "--"}; }

void Hosts::Deafen(int from, int to, bool deaf) {
  const std::string neighbour = Address(to) + " dev eth0";
  const std::string script = deaf ? "ip neigh replace " + neighbour + " lladdr 02:00:00:00:00:ff nud permanent"
                                  : "ip neigh del " + neighbour + " 2> /dev/null; true";
  EXPECT_EQ(In(holders_[static_cast<size_t>(from)], script).code, 0);
}

void Hosts::Plug(int host, bool in) {
  EXPECT_EQ(In(holders_.back(), "ip link set " + Port(host) + (in ? " up" : " down")).code, 0);
}

void Hosts::Throttle(int host, bool slow) {
  const std::string verb = slow ? "tc qdisc replace dev " : "tc qdisc del dev ", how = slow ? kSlow : kSwift;
  In(holders_[static_cast<size_t>(host)], verb + "eth0" + how + "true");
  In(holders_.back(), verb + Port(host) + how + "true");
}

void Hosts::Heal() {
  std::string ports;
  for (int i = 0; i < count_; ++i) {
    ports += "ip link set " + Port(i) + " up; tc qdisc del dev " + Port(i) + kSwift;
    std::string here = std::string("tc qdisc del dev eth0") + kSwift;
    for (int to = 0; to < count_; ++to) here += "ip neigh del " + Address(to) + " dev eth0 2> /dev/null; ";
    EXPECT_EQ(In(holders_[static_cast<size_t>(i)], here + "true").code, 0);
  }
  EXPECT_EQ(In(holders_.back(), ports + "true").code, 0);
}

int64_t Hosts::BytesReceived(int host) const {
  const Result seen = In(holders_[static_cast<size_t>(host)], "ip -s link show eth0");
  const size_t at = seen.out.find("RX:");
  const size_t line = seen.out.find('\n', at);
  return at == std::string::npos ? 0 : std::atoll(seen.out.c_str() + line + 1);
}

}  // namespace chancery::e2e
