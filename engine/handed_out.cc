#include "engine/handed_out.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "chancery/types.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

std::string PathOf(const std::string& dir) { return dir + "/extracts"; }

// A crash may have left half a line, of what nobody was handed.
bool DropHalfLine(int fd) {
  const off_t size = lseek(fd, 0, SEEK_END);
  off_t end = size;
  for (char last = 0; end > 0; --end) {
    if (pread(fd, &last, 1, end - 1) != 1) return false;
    if (last == '\n') break;
  }
  return size >= 0 && (end == size || ftruncate(fd, end) == 0);
}

Literal LineOf(const HandedOut& one) {
  if (!one.extract.empty()) return Literal(one.extract);
  return Literal::Object({{"receipt", one.receipt}, {"strength", one.strength}, {"at", one.at}});
}

// nullopt: no such line is ever written.
std::optional<HandedOut> ReadLine(const std::string& text) {
  const absl::StatusOr<Literal> line = ParseJson(text);
  if (!line.ok()) return std::nullopt;
  HandedOut one;
  if (line->type == Literal::Type::kText) {
    one.extract = line->text;
    return one.extract.empty() ? std::nullopt : std::optional(one);
  }
  for (const auto& [name, to] : {std::pair{"receipt", &one.receipt}, {"strength", &one.strength}, {"at", &one.at}}) {
    const Literal* found = line->Find(name);
    if (found == nullptr || found->type != Literal::Type::kText) return std::nullopt;
    *to = found->text;
  }
  return one;
}

}  // namespace

absl::Status NoteHandedOut(const std::string& dir, const HandedOut& one, bool durable) {
  const std::string line = LineOf(one).Json() + "\n";
  const int fd = open(PathOf(dir).c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  bool written = fd >= 0 && DropHalfLine(fd) && write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  written = written && (!durable || fdatasync(fd) == 0);
  const std::string why = std::strerror(errno);
  if (fd >= 0) close(fd);
  return written ? absl::OkStatus()
                 : Error(absl::StatusCode::kUnavailable, Cat("it cannot be noted in ", PathOf(dir), ": ", why),
                         "free disk space; nothing was handed out");
}

absl::StatusOr<std::vector<HandedOut>> AllHandedOut(const std::string& dir) {
  std::vector<HandedOut> all;
  if (access(PathOf(dir).c_str(), F_OK) != 0) return all;  // nothing was
  std::ifstream in(PathOf(dir), std::ios::binary);
  if (!in) return Error(absl::StatusCode::kUnavailable, Cat(PathOf(dir), " cannot be read"));
  for (std::string line; std::getline(in, line);) {
    std::optional<HandedOut> one = ReadLine(line);
    if (!one && in.eof()) break;  // a crash: it was never handed out
    if (!one)
      return Error(absl::StatusCode::kDataLoss, Cat("a line of ", PathOf(dir), " is damaged"),
                   "move the file away: the register is not touched by it");
    all.push_back(*std::move(one));
  }
  return all;
}

}  // namespace chancery
