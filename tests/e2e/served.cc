#include "tests/e2e/served.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>

namespace chancery::e2e {
namespace {

int Listen(int* port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  const bool made = bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 && listen(fd, 16) == 0 &&
                    getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) == 0;
  if (!made) std::abort();
  *port = ntohs(at.sin_port);
  return fd;
}

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(static_cast<uint16_t>(port));
  if (connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0) return fd;
  close(fd);
  return -1;
}

std::string ReadLine(int fd) {
  std::string line;
  for (char c; read(fd, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

}  // namespace

Served::Served(const Land& land, const std::string& site, int port, const Words& mode) : log_(land / (site + ".log")) {
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) std::abort();
  const std::string binary = BinaryPath();
  Words words = {binary, "--store", land / site, "serve", "--listen", "127.0.0.1:" + std::to_string(port)};
  words.insert(words.end(), mode.begin(), mode.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // it does not outlive a test that crashed
    const int log = open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644), in = open("/dev/null", O_RDONLY);
    dup2(in, STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv(binary.c_str(), argv.data());
    _exit(127);
  }
  close(out[1]);
  out_ = out[0];
  first_line_ = ReadLine(out_);  // SERVING  tallinn at 127.0.0.1:40001
  const std::string host = "127.0.0.1:";
  const size_t at = first_line_.find(host);
  if (at != std::string::npos) port_ = std::atoi(first_line_.c_str() + at + host.size());
  EXPECT_GT(port_, 0) << site << " does not serve: " << first_line_ << Log();
}

Served::~Served() {
  if (pid_ > 0) End(SIGKILL);
  close(out_);
}

void Served::Signal(int signal) const { kill(pid_, signal); }

int Served::End(int signal) {
  int status = 0;
  kill(pid_, signal);
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string Served::Log() const { return ReadAll(log_); }

Cutter::Cutter(int target, unsigned seed, int most_bytes) : target_(target), most_bytes_(most_bytes) {
  listener_ = Listen(&port_);
  thread_ = std::thread([this, seed] { Loop(seed); });
}

Cutter::~Cutter() {
  ending_ = true;
  thread_.join();
  for (std::thread& pump : pumps_) pump.join();
  close(listener_);
}

void Cutter::Loop(unsigned seed) {
  std::mt19937 random(seed);
  while (!ending_) {
    pollfd ready = {listener_, POLLIN, 0};
    if (poll(&ready, 1, 50) <= 0) continue;
    const int from = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (from >= 0)
      pumps_.emplace_back([this, from, budget = static_cast<int64_t>(random() % most_bytes_)] { Pump(from, budget); });
  }
}

void Cutter::Pump(int from, int64_t budget) {
  const int to = Connect(target_);
  char bytes[4096];
  for (bool open = to >= 0; open && !ending_;) {
    pollfd ends[] = {{from, POLLIN, 0}, {to, POLLIN, 0}};
    if (poll(ends, 2, 50) <= 0) continue;
    for (int i = 0; i < 2 && open; ++i) {
      if (ends[i].revents == 0) continue;
      ssize_t size = read(ends[i].fd, bytes, sizeof bytes);
      const bool cut = !good_ && size > 0 && (budget -= size) <= 0;
      if (cut) {
        size += static_cast<ssize_t>(budget);  // what was left of it still goes through
        ++cuts_;
      }
      open = size > 0 && send(ends[1 - i].fd, bytes, static_cast<size_t>(size), MSG_NOSIGNAL) == size && !cut;
    }
  }
  close(from);
  if (to >= 0) close(to);
}

std::string LinkKey(const Land& land, const std::string& site) {
  const Result listed = land.At(site, {"-q", "peer", "ls"});
  EXPECT_EQ(listed.code, 0) << listed.err;
  return listed.out.substr(0, listed.out.find('\n'));
}

void AddPeer(const Land& land, const std::string& site, const std::string& peer, const std::string& address) {
  land.At(site, {"peer", "rm", peer});
  const Result added = land.At(site, {"peer", "add", peer, address, "--key", LinkKey(land, peer)});
  EXPECT_EQ(added.code, 0) << added.err;
}

bool Eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 600; ++i) {
    if (holds()) return true;
    usleep(50'000);
  }
  return false;
}

}  // namespace chancery::e2e
