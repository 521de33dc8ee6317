#include "tests/e2e/run.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

namespace chancery::e2e {

std::string BinaryPath() {
#ifdef CHANCERY_BINARY
  const char* built = CHANCERY_BINARY;
#else
  const char* built = "";
#endif
  const char* named = std::getenv("CHANCERY_BINARY");
  return named != nullptr ? named : built;
}

namespace {

constexpr const char* kPack = R"([pack]
name = "land"
version = 1
[register.parcel]
title = "Land parcel"
[register.parcel.fields]
number = { type = "text", merge = "once" }
owner = { type = "text" }
area_m2 = { type = "integer" }
sold = { type = "date" }
public = { type = "bool" }
address = { type = "group", fields = { street = "text", town = "text" } }
remark = { type = "text", merge = "last" }
tags = { type = "set", of = "text" }
plan = { type = "blob" }
[[rule]]
id = "parcel-number"
kind = "unique"
on = ["parcel.number"]
title = "A cadastral number names one parcel"
)";

struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    read_end = ends[0];
    write_end = ends[1];
  }
};

std::vector<char*> Pointers(Words& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

Words Environment() {
  Words variables = {"CHANCERY=" + BinaryPath()};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view name = std::string_view(*variable).substr(0, std::string_view(*variable).find('='));
    if (name != "CHANCERY" && name != "CHANCERY_STORE") variables.emplace_back(*variable);
  }
  return variables;
}

// Not fork: other threads may hold the lock of an allocator, and the child would wait for it for ever.
pid_t Spawn(Words words, const std::string& dir, const Pipe& in, const Pipe& out, const Pipe& err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read_end, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.write_end, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write_end, STDERR_FILENO);
  if (!dir.empty()) posix_spawn_file_actions_addchdir_np(&actions, dir.c_str());
  Words variables = Environment();
  pid_t child = -1;
  const int error = posix_spawnp(&child, words[0].c_str(), &actions, nullptr, Pointers(words).data(), Pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  EXPECT_EQ(error, 0) << words[0] << ": " << strerror(error);
  return error == 0 ? child : -1;
}

void Feed(int fd, const std::string& input) {
  signal(SIGPIPE, SIG_IGN);  // a child that is killed reads no more
  for (size_t at = 0; at < input.size();) {
    const ssize_t n = write(fd, input.data() + at, input.size() - at);
    if (n <= 0) break;
    at += static_cast<size_t>(n);
  }
  close(fd);
}

void Drain(int fd, std::string* text) {
  char buffer[1 << 16];
  for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) text->append(buffer, static_cast<size_t>(n));
  close(fd);
}

}  // namespace

std::vector<Literal> Result::Lines() const {
  std::vector<Literal> lines;
  std::istringstream in(out);
  for (std::string line; std::getline(in, line);) {
    absl::StatusOr<Literal> object = ParseJson(line);
    EXPECT_TRUE(object.ok()) << line;
    if (object.ok()) lines.push_back(*std::move(object));
  }
  return lines;
}

Literal Result::Last(const char* member) const {
  Literal found;
  for (const Literal& line : Lines()) {
    if (const Literal* value = line.Find(member); value != nullptr) found = *value;
  }
  return found;
}

namespace {

Result RunProgram(const std::string& program, const Words& arguments, const RunOptions& options) {
  const Pipe in, out, err;
  Words words = options.by;
  words.push_back(program);
  words.insert(words.end(), arguments.begin(), arguments.end());
  const pid_t child = Spawn(std::move(words), options.dir, in, out, err);
  close(in.read_end);
  close(out.write_end);
  close(err.write_end);
  Result result;
  std::thread feeder(Feed, in.write_end, std::cref(options.input));
  std::thread errors(Drain, err.read_end, &result.err);
  std::thread outputs(Drain, out.read_end, &result.out);
  if (child > 0 && options.kill_after_us >= 0) {
    usleep(static_cast<useconds_t>(options.kill_after_us));
    kill(child, options.signal);
  }
  int status = 127 << 8;
  if (child > 0) waitpid(child, &status, 0);
  feeder.join();
  errors.join();
  outputs.join();
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return result;
}

}  // namespace

Result Chancery(const Words& words, const RunOptions& options) { return RunProgram(BinaryPath(), words, options); }

Result RunShell(const std::string& script, const std::string& dir) {
  return RunProgram("/bin/sh", {"-c", script}, {.input = "", .dir = dir});
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void WriteAll(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

Land::Land() {
  WriteAll(dir_ / "land.toml", kPack);
  const Result founded = Do({"init", "--site", "tallinn", "--pack", dir_ / "land.toml"});
  EXPECT_EQ(founded.code, 0) << founded.err;
}

Result Land::At(const std::string& site, Words words, const std::string& input) const {
  words.insert(words.begin(), {"--store", dir_ / site});
  return Chancery(words, {.input = input, .dir = dir_.path()});
}

Result Land::Json(Words words, const std::string& input) const {
  words.insert(words.begin(), "--json");
  return Do(std::move(words), input);
}

Literal Land::Status(const std::string& site) const { return At(site, {"--json", "status"}).Last("status"); }

std::set<std::string> Land::Entries(const std::string& site) const {
  std::set<std::string> entries;
  for (const Literal& entry : At(site, {"--json", "log"}).Lines()) entries.insert(entry.Find("entry")->text);
  return entries;
}

void Land::Join(const std::string& site) const {
  const std::string bundle = dir_ / "join.cbn";
  EXPECT_EQ(Do({"bundle", "export", "--since", "0", "-o", bundle}).code, 0);
  const Result joined = At(site, {"init", "--site", site, "--join", bundle});
  EXPECT_EQ(joined.code, 0) << joined.err;
  const Result admitted = Do({"site", "admit", dir_ / (site + ".site")});
  EXPECT_EQ(admitted.code, 0) << admitted.err;
  EXPECT_EQ(Carry("tallinn", site).code, 0);
}

Result Land::Carry(const std::string& from, const std::string& to) const {
  const std::string bundle = dir_ / "carry.cbn";
  const Result exported = At(from, {"bundle", "export", "--since", "0", "-o", bundle});
  EXPECT_EQ(exported.code, 0) << exported.err;
  return At(to, {"--json", "bundle", "apply", bundle});
}

std::string Create(const std::string& key, const std::string& owner) {
  return R"({"officer":"mari","ops":[{"create":"parcel/)" + key + R"(","set":{"owner":")" + owner + "\"}}]}\n";
}

std::string Sell(const std::string& key, const std::string& owner) {
  return R"({"officer":"mari","ops":[{"record":"parcel/)" + key + R"(","set":{"owner":")" + owner + "\"}}]}\n";
}

}  // namespace chancery::e2e
