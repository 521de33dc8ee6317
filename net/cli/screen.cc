#include "net/cli/screen.h"

#include <unistd.h>
#include <utf8proc.h>

#include <cstdio>
#include <cstdlib>

namespace chancery::cli {
namespace {

struct Rune {
  utf8proc_int32_t code;  // -1: a byte that is no UTF-8
  size_t bytes;
};

Rune Next(std::string_view text) {
  utf8proc_int32_t code = -1;
  const auto n =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &code);
  return n > 0 ? Rune{code, static_cast<size_t>(n)} : Rune{-1, 1};
}

// C0, DEL, C1, line and paragraph separators, and the marks that reorder a line.
bool Dangerous(utf8proc_int32_t code) {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0x200e && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0x061c || code == 0xfeff;
}

size_t CellsOf(const Rune& rune) { return rune.code < 0 ? 1 : static_cast<size_t>(utf8proc_charwidth(rune.code)); }

std::string Escaped(const Rune& rune, unsigned char byte) {
  char out[16];
  std::snprintf(out, sizeof out, "\\u{%x}", rune.code < 0 ? static_cast<unsigned>(byte) : static_cast<unsigned>(rune.code));
  return out;
}

// Bytes of the longest prefix of at most `width` cells; at least one character.
size_t Fitting(std::string_view text, size_t width) {
  size_t bytes = 0, cells = 0;
  while (bytes < text.size()) {
    const Rune rune = Next(text.substr(bytes));
    if (cells + CellsOf(rune) > width && bytes > 0) break;
    cells += CellsOf(rune);
    bytes += rune.bytes;
  }
  return bytes;
}

// Spaces inside quotes do not end a word.
std::vector<std::string> ShellWords(std::string_view command) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (const char c : command) {
    if (c == '\'') quoted = !quoted;
    if (c == ' ' && !quoted) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

// A command on as many lines as it needs, and its remark (from "   # " on) behind it or on a line of its own.
std::string BrokenCommand(const std::string& command, std::string line) {
  const size_t remark = std::min(command.find("   # "), command.size());
  size_t used = line.size();
  for (const std::string& word : ShellWords(command.substr(0, remark))) {
    const bool first = used == 6;
    if (!first && used + Width(word) + 3 > kColumns) {
      line += " \\\n               ";
      used = 15;
    } else if (!first) {
      line += " ";
      ++used;
    }
    line += word;
    used += Width(word);
  }
  if (remark == command.size()) return line + "\n";
  const bool fits = used + Width(command.substr(remark)) <= kColumns;
  return line + (fits ? command.substr(remark) : "\n            " + command.substr(remark + 3)) + "\n";
}

}  // namespace

std::string Plain(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Rune rune = Next(text.substr(at));
    if (rune.code < 0 || Dangerous(rune.code)) {
      out += Escaped(rune, static_cast<unsigned char>(text[at]));
    } else {
      out += text.substr(at, rune.bytes);
    }
    at += rune.bytes;
  }
  return out;
}

size_t Width(std::string_view text) {
  size_t cells = 0;
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '\x1b') {  // our own Bold: stored text has no escapes left
      at = text.find('m', at) + 1;
      continue;
    }
    const Rune rune = Next(text.substr(at));
    cells += CellsOf(rune);
    at += rune.bytes;
  }
  return cells;
}

std::string Pad(std::string_view text, size_t width) {
  const size_t cells = Width(text);
  return std::string(text) + std::string(cells < width ? width - cells : 0, ' ');
}

std::string Shorten(std::string_view text, size_t width) {
  if (Width(text) <= width) return std::string(text);
  return std::string(text.substr(0, Fitting(text, width - 1))) + "…";
}

std::vector<std::string> Wrap(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  while (Width(text) > width) {
    const size_t fits = Fitting(text, width);
    size_t cut = text[fits] == ' ' ? fits : text.rfind(' ', fits);
    if (cut == std::string_view::npos || cut == 0) cut = fits;
    lines.emplace_back(text.substr(0, cut));
    text.remove_prefix(cut);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

std::string Sides(std::string_view left, std::string_view right) {
  const size_t cells = Width(left) + Width(right);
  if (cells + 2 <= kColumns) return std::string(left) + std::string(kColumns - cells, ' ') + std::string(right);
  return std::string(left) + "\n       " + std::string(right);
}

std::string Labelled(std::string_view label, std::string_view text) {
  std::string out;
  for (const std::string& line : Wrap(text, kColumns - 11)) out += Pad(out.empty() ? label : "", 11) + line + "\n";
  return out;
}

std::string Words(const Literal& value) {
  if (value.null()) return "no value";
  if (value.type == Literal::Type::kText) return Plain(value.text);
  std::string out;
  if (value.type == Literal::Type::kList) {
    for (const Literal& item : value.list) out += (out.empty() ? "" : ", ") + Words(item);
    return out.empty() ? "none" : out;
  }
  if (value.type == Literal::Type::kObject) {
    const Literal *from = value.Find("from"), *to = value.Find("to");  // a stretch of time
    if (value.members.size() == 2 && from != nullptr && to != nullptr && from->type != Literal::Type::kList)
      return Words(*from) + (to->null() ? " on" : " to " + Words(*to));
    for (const auto& [name, member] : value.members) out += (out.empty() ? "" : ", ") + Plain(name) + " " + Words(member);
    return out;
  }
  return value.Json();
}

std::string Count(uint64_t n) {
  std::string digits = std::to_string(n);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string Count(uint64_t n, std::string_view one, std::string_view many) {
  const std::string plural = many.empty() ? std::string(one) + "s" : std::string(many);
  return Count(n) + " " + (n == 1 ? std::string(one) : plural);
}

std::string Day(std::string_view rfc3339) {
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int year = 0, month = 0, day = 0, hour = 0, minute = 0;
  const std::string text(rfc3339);
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d", &year, &month, &day, &hour, &minute) != 5 || month < 1 || month > 12 ||
      text.back() != 'Z') {
    return Plain(text);
  }
  char out[48];
  std::snprintf(out, sizeof out, "%d %s %04d %02d:%02d UTC", day, kMonths[month - 1], year, hour, minute);
  return out;
}

std::string Upper(std::string_view ascii) {
  std::string out(ascii);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

namespace {
thread_local bool never_bold = false;
}  // namespace

void NeverBold() { never_bold = true; }

std::string Bold(std::string_view text) {
  static const bool kColour = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  return kColour && !never_bold ? "\x1b[1m" + std::string(text) + "\x1b[0m" : std::string(text);
}

std::string Typed(std::string_view shown_record) {
  const size_t slash = shown_record.find('/');
  if (slash == std::string_view::npos) return std::string(shown_record);
  return Address{std::string(shown_record.substr(0, slash)), std::string(shown_record.substr(slash + 1)), {}, {}}.Text();
}

std::string ShellWord(std::string_view word) {
  constexpr std::string_view kSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";
  const std::string plain = Plain(word);
  if (!plain.empty() && plain.find_first_not_of(kSafe) == std::string::npos) return plain;
  std::string out = "'";
  for (const char c : plain) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string NextBlock(const std::vector<std::string>& commands) {
  std::string out;
  for (const std::string& command : commands) out += BrokenCommand(command, out.empty() ? "Next  " : "      ");
  return out;
}

Short ParseShort(std::string_view name) {
  const size_t dash = name.rfind('-');
  if (dash == std::string_view::npos) return {std::string(name), 0};
  return {std::string(name.substr(0, dash)), std::strtoull(std::string(name.substr(dash + 1)).c_str(), nullptr, 10)};
}

}  // namespace chancery::cli
