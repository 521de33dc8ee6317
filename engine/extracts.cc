#include "engine/extracts.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

std::string PathOf(const std::string& dir) { return dir + "/extracts"; }

// What a record's JSON says of a field.
struct FieldWords {
  std::string interim;  // JSON
  bool contested = false;
  std::string words() const { return (interim == "null" ? "nothing" : interim) + (contested ? ", contested" : ""); }
  bool operator==(const FieldWords&) const = default;
};

std::map<std::string, FieldWords> FieldsOf(const Literal& record) {
  std::map<std::string, FieldWords> fields;
  const Literal* all = record.Find("fields");
  for (const auto& [name, field] : all == nullptr ? decltype(all->members)() : all->members) {
    const Literal *interim = field.Find("interim"), *contested = field.Find("contested");
    if (interim != nullptr && contested != nullptr) fields[name] = {interim->Json(), contested->truth};
  }
  return fields;
}

bool Exists(const Literal& record) {
  const Literal* exists = record.Find("exists");
  return exists != nullptr && exists->truth;
}

// Where `then` shows another thing than was handed out.
std::vector<std::string> Differences(const Literal& shown, const Literal& then, std::string_view because) {
  std::vector<std::string> out;
  if (Exists(shown) != Exists(then)) out.push_back(Cat(because, "it ", Exists(then) ? "exists" : "does not exist"));
  const std::map<std::string, FieldWords> was = FieldsOf(shown);
  for (const auto& [name, is] : FieldsOf(then)) {
    const auto old = was.find(name);
    if (old != was.end() && !(old->second == is))
      out.push_back(Cat(name, ": ", old->second.words(), " was shown; ", because, is.words()));
  }
  return out;
}

// The last ruling on the record that came after the extract; "" = none did.
absl::StatusOr<std::string> RuledSince(const ExtractWords& words, const Snapshot& now) {
  ASSIGN_OR_RETURN(const std::vector<EntryView> log, now.Log(words.address));
  std::string last;
  for (const EntryView& entry : log)
    if (entry.kind == "ruling" && entry.hlc > words.at) last = entry.short_name;
  return last;
}

}  // namespace

namespace {

// A crash may have left half a line, of an extract that nobody was handed.
bool DropHalfLine(int fd) {
  const off_t size = lseek(fd, 0, SEEK_END);
  off_t end = size;
  for (char last = 0; end > 0; --end) {
    if (pread(fd, &last, 1, end - 1) != 1) return false;
    if (last == '\n') break;
  }
  return size >= 0 && (end == size || ftruncate(fd, end) == 0);
}

}  // namespace

absl::Status NoteExtract(const std::string& dir, const std::string& text, bool durable) {
  const std::string line = Literal(text).Json() + "\n";
  const int fd = open(PathOf(dir).c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  bool written = fd >= 0 && DropHalfLine(fd) && write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  written = written && (!durable || fdatasync(fd) == 0);
  const std::string why = std::strerror(errno);
  if (fd >= 0) close(fd);
  return written ? absl::OkStatus()
                 : Error(absl::StatusCode::kUnavailable, Cat("the extract cannot be noted in ", PathOf(dir), ": ", why),
                         "free disk space; nothing was handed out");
}

absl::StatusOr<std::vector<std::string>> NotedExtracts(const std::string& dir) {
  std::vector<std::string> texts;
  if (access(PathOf(dir).c_str(), F_OK) != 0) return texts;  // none was made
  std::ifstream in(PathOf(dir), std::ios::binary);
  if (!in) return Error(absl::StatusCode::kUnavailable, Cat(PathOf(dir), " cannot be read"));
  for (std::string line; std::getline(in, line);) {
    const absl::StatusOr<Literal> text = ParseJson(line);
    const bool half = in.eof();  // a crash: it was never handed out
    if (!text.ok() && half) break;
    if (!text.ok())
      return Error(absl::StatusCode::kDataLoss, Cat("a line of ", PathOf(dir), " is damaged"),
                   "move the file away: the register is not touched by it");
    texts.push_back(text->text);
  }
  return texts;
}

ExtractView ViewOf(const ExtractWords& words, std::string_view text) {
  ExtractView view;
  view.id = Hex(Sha256({text}).view()).substr(0, 16);
  view.address = words.address;
  view.site = words.site;
  view.at = words.at;
  view.frontier = words.frontier;
  return view;
}

absl::StatusOr<std::vector<std::string>> ChangedSince(const ExtractWords& words, const Snapshot& now) {
  ASSIGN_OR_RETURN(const Literal shown, ParseJson(words.record));
  const absl::StatusOr<RecordView> is = now.Record(words.address);
  if (is.ok() && ToJson(*is).Json() == words.record) return std::vector<std::string>();
  ASSIGN_OR_RETURN(const Snapshot then, now.AsOf(words.at));
  ASSIGN_OR_RETURN(const RecordView was, then.Record(words.address));
  std::vector<std::string> changed = Differences(shown, ToJson(was), "of then it is known now: ");
  if (!changed.empty() || !is.ok()) return changed;
  ASSIGN_OR_RETURN(const std::string ruling, RuledSince(words, now));
  if (ruling.empty()) return changed;
  return Differences(shown, ToJson(*is), Cat("since the ruling ", ruling, " it is: "));
}

}  // namespace chancery
