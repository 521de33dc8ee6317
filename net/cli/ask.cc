#include "net/cli/ask.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <istream>
#include <utility>

#include "net/cli/descriptor_stream.h"
#include "net/cli/line.h"

namespace chancery::cli {
namespace {

constexpr int kUneasyMs = 1000;  // without a word, and it is asked whether anybody is there
constexpr int kAnswerMs = 4000;  // for the answer to that

// A file that has no name: what the verb reads, or writes, in whichever process it runs.
class Paper {
 public:
  explicit Paper(std::string_view text = {}) : fd_(memfd_create("chancery", MFD_CLOEXEC)) {
    written_ = write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && lseek(fd_, 0, SEEK_SET) == 0;
  }
  Paper(const Paper&) = delete;
  ~Paper() { close(fd_); }

  int fd() const { return fd_; }
  bool good() const { return fd_ >= 0 && written_; }
  std::string Text() const {
    std::string text;
    char bytes[1 << 16];
    for (ssize_t size; (size = pread(fd_, bytes, sizeof bytes, static_cast<off_t>(text.size()))) > 0;)
      text.append(bytes, static_cast<size_t>(size));
    return text;
  }

 private:
  int fd_;
  bool written_;
};

// Runs the line with `visit`, and reads from and writes on paper.
int RunOn(const Paper& in, const Paper& out, const Paper& err, const std::vector<std::string>& words, Visit& visit) {
  std::FILE* const out_stream = fdopen(dup(out.fd()), "w");
  std::FILE* const err_stream = fdopen(dup(err.fd()), "w");
  if (out_stream == nullptr || err_stream == nullptr) return kFailed;
  DescriptorBuffer buffer(in.fd(), -1);
  std::istream input(&buffer);
  Command command;
  command.out = out_stream;
  command.err = err_stream;
  command.in = &input;
  command.visit = &visit;
  const int code = RunLine(command, words);
  std::fclose(out_stream);
  std::fclose(err_stream);
  return code;
}

Answer AskFor(const std::string& store, const Question& question, const std::function<bool()>& alive, int silence_ms) {
  const Paper in(question.input), out, err;
  if (!in.good() || !out.good() || !err.good()) return {.out = {}, .err = "chancery: no memory\n", .seen = {}};
  Visit visit{
      .session = question.seen, .in = in.fd(), .out = out.fd(), .err = err.fd(), .silence_ms = silence_ms, .alive = alive};
  std::vector<std::string> words = {"--visit", store, question.seen.Text()};
  words.insert(words.end(), question.words.begin(), question.words.end());
  const int code = RunOn(in, out, err, words, visit);
  return {code, out.Text(), err.Text(), std::move(visit.session), visit.ran, visit.silent, visit.hangs};
}

}  // namespace

Answer Ask(const std::string& store, const Question& question) {
  return AskFor(
      store, question, [&store] { return HealthOf(store).answers; }, kUneasyMs);
}

Health HealthOf(const std::string& store) {
  const Answer answer = AskFor(store, {.words = {"--json", "status"}, .input = {}, .seen = {}}, {}, kAnswerMs);
  const absl::StatusOr<Literal> line = ParseJson(answer.out);
  const Literal* status = answer.ran && line.ok() ? line->Find("status") : nullptr;
  if (status == nullptr) return {.said = answer};
  const Literal *wake = status->Find("wake"), *isolated = status->Find("isolated"), *admitted = status->Find("admitted");
  Health health{.answers = true, .said = answer};
  health.files = admitted != nullptr && admitted->truth && status->Find("ended") == nullptr;
  health.stalled = wake != nullptr && wake->text == "stalled";
  health.isolated = isolated != nullptr && isolated->truth;
  return health;
}

}  // namespace chancery::cli
