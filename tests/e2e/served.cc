#include "tests/e2e/served.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace chancery::e2e {
namespace {

std::string ReadLine(int fd) {
  std::string line;
  for (char c; read(fd, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

}  // namespace

Served::Served(const Land& land, const std::string& site, int port, const Words& mode, Place place)
    : place_(std::move(place)), log_(land / (site + ".log")) {
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) std::abort();
  Words words = place_.by;
  const Words serve = {BinaryPath(), "--store", land / site, "serve", "--listen", place_.host + ":" + std::to_string(port)};
  words.insert(words.end(), serve.begin(), serve.end());
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
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(out[1]);
  out_ = out[0];
  first_line_ = ReadLine(out_);  // SERVING  tallinn at 127.0.0.1:40001
  const std::string host = place_.host + ":";
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

void SetPeers(const Land& land, const std::string& site, const std::map<std::string, std::string>& addresses) {
  std::string peers;
  for (const auto& [peer, address] : addresses)
    peers += "[peer." + peer + "]\naddress = \"" + address + "\"\nkey = \"" + LinkKey(land, peer) + "\"\n";
  WriteAll(land / site + "/chancery.toml", peers);
}

bool Eventually(const std::function<bool()>& holds, int seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    usleep(50'000);
  }
  return true;
}

}  // namespace chancery::e2e
