#include "net/drill/line.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace chancery::drill {
namespace {

constexpr int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour, kYear = 365 * kDay;
constexpr std::pair<const char*, int64_t> kUnits[] = {{"ms", 1},    {"s", kSecond}, {"m", kMinute},
                                                      {"h", kHour}, {"d", kDay},    {"y", kYear}};
constexpr int64_t kLongest = 1000 * kYear;

bool IsSpace(char c) { return c == ' ' || c == '\t'; }

bool IsName(const std::string& s) {
  const auto inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !s.empty() && s.size() <= 63 && s[0] >= 'a' && s[0] <= 'z' && std::all_of(s.begin(), s.end(), inner);
}

// The position behind the bracketed value that opens at `at`, or npos where it is not closed. Inside strings nothing counts.
size_t EndOfBrackets(std::string_view line, size_t at) {
  int depth = 0;
  bool in_string = false;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (in_string) {
      if (c == '\\')
        ++at;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

size_t EndOfString(std::string_view line, size_t at) {
  for (++at; at < line.size(); ++at) {
    if (line[at] == '\\')
      ++at;
    else if (line[at] == '"')
      return at + 1;
  }
  return std::string_view::npos;
}

}  // namespace

void LineReader::SkipSpace() {
  while (at_ < line_.size() && IsSpace(line_[at_])) ++at_;
}

bool LineReader::AtEnd() {
  SkipSpace();
  return !ok() || at_ >= line_.size() || line_[at_] == '#';
}

bool LineReader::NextIs(char c) { return !AtEnd() && line_[at_] == c; }

int LineReader::Column() {
  SkipSpace();
  return static_cast<int>(CharactersBefore(at_)) + 1;
}

size_t LineReader::CharactersBefore(size_t at) const {  // of UTF-8: bytes that go on with a character do not count
  const std::string_view before = line_.substr(0, at);
  return static_cast<size_t>(std::count_if(before.begin(), before.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

bool LineReader::TakeChar(char c) {
  if (!NextIs(c)) return false;
  ++at_;
  return true;
}

void LineReader::Fail(int column, std::string message) {
  if (!ok()) return;
  fault_ = std::move(message);
  fault_column_ = column;
}

std::string LineReader::Text() const {
  size_t begin = 0, end = at_;
  while (begin < end && IsSpace(line_[begin])) ++begin;
  while (end > begin && IsSpace(line_[end - 1])) --end;
  return std::string(line_.substr(begin, end - begin));
}

bool LineReader::Take(std::string_view word) {
  if (AtEnd() || line_.substr(at_, word.size()) != word) return false;
  const size_t end = at_ + word.size();
  if (end < line_.size() && !IsSpace(line_[end]) && line_[end] != '#') return false;
  at_ = end;
  return true;
}

std::string LineReader::Word(std::string_view what, std::string_view stops) {
  if (AtEnd()) {
    Fail(absl::StrCat(std::string(what), " is missing"));
    return {};
  }
  const size_t begin = at_;
  while (at_ < line_.size() && !IsSpace(line_[at_]) && line_[at_] != '#' && stops.find(line_[at_]) == stops.npos) ++at_;
  if (at_ == begin) Fail(absl::StrCat(std::string(what), " is missing"));
  return std::string(line_.substr(begin, at_ - begin));
}

std::string LineReader::Name(std::string_view what) {
  const int column = Column();
  std::string name = Word(what, "|>=");
  if (ok() && !IsName(name)) Fail(column, absl::StrCat(std::string(what), " is a name of a-z, 0-9, _ and -, not ", name));
  return name;
}

std::string LineReader::JsonText(std::string_view what) {
  const int column = Column();
  if (AtEnd()) {
    Fail(absl::StrCat(std::string(what), " is missing"));
    return {};
  }
  const size_t begin = at_;
  size_t end = begin;
  if (line_[at_] == '{' || line_[at_] == '[') {
    end = EndOfBrackets(line_, at_);
  } else if (line_[at_] == '"') {
    end = EndOfString(line_, at_);
  } else {
    while (end < line_.size() && !IsSpace(line_[end]) && line_[end] != '#') ++end;
  }
  if (end == std::string_view::npos) {
    Fail(column, absl::StrCat(std::string(what), " is not closed on this line"));
    return {};
  }
  at_ = end;
  return absl::StrCat(std::string(static_cast<size_t>(number_ - 1), '\n'), std::string(CharactersBefore(begin), ' '),
                      std::string(line_.substr(begin, end - begin)));
}

Literal LineReader::Parsed(const std::string& placed) {
  if (!ok()) return {};
  absl::StatusOr<Literal> value = ParseJson(placed);
  if (value.ok()) return *std::move(value);
  const std::string message(value.status().message());
  int line = 0, column = 0, length = 0;  // the parser's own words give the place: "line L, column C: …"
  if (std::sscanf(message.c_str(), "line %d, column %d: %n", &line, &column, &length) == 2 && length > 0) {
    Fail(column, message.substr(static_cast<size_t>(length)));
  } else {
    Fail(static_cast<int>(placed.find_first_not_of("\n ")) - number_ + 2, message);
  }
  return {};
}

Literal LineReader::Json(std::string_view what) { return Parsed(JsonText(what)); }

Literal LineReader::List(std::string_view what) {
  const int column = Column();
  Literal value = Json(what);
  if (ok() && value.type != Literal::Type::kList) Fail(column, absl::StrCat(std::string(what), " is a JSON array"));
  return value;
}

WrittenObject LineReader::Object(bool checked) {
  if (!AtEnd() && line_[at_] != '{') Fail("a JSON object is expected here");
  WrittenObject object{JsonText("a JSON object")};
  if (checked) Parsed(object.text);
  return object;
}

std::string LineReader::WordOrJson(std::string_view what) {
  if (NextIs('"') || NextIs('[') || NextIs('{')) return Json(what).Json();
  return Word(what);
}

int64_t LineReader::Count() {
  const int column = Column();
  const std::string word = Word("a number");
  int64_t count = 0;
  if (ok() && (!absl::SimpleAtoi(word, &count) || count < 0)) Fail(column, absl::StrCat("a number is expected, not ", word));
  return count;
}

int64_t LineReader::Duration() {
  const int column = Column();
  const std::string word = Word("a duration");
  if (!ok()) return 0;
  const size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  int64_t count = 0;
  if (absl::SimpleAtoi(word.substr(0, digits), &count)) {
    for (const auto& [unit, ms] : kUnits) {
      if (word.substr(digits) != unit) continue;
      if (count > kLongest / ms) Fail(column, "a duration is at most 1000y");
      return ok() ? count * ms : 0;
    }
  }
  Fail(column, absl::StrCat("a duration is a number with ms, s, m, h, d or y, not ", word));
  return 0;
}

void LineReader::End() {
  if (AtEnd()) return;
  const int column = Column();
  Fail(column, absl::StrCat("nothing is expected here, but there is ", Word("a word")));
}

}  // namespace chancery::drill
