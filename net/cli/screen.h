// Words on a screen of 80 columns: nothing that was stored may move a cursor or colour a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "chancery/types.h"

namespace chancery::cli {

inline constexpr size_t kColumns = 80;

// Stored text, fit to print on one line: control characters, escapes and marks that turn the direction of writing become \u{1b}.
std::string Plain(std::string_view text);

size_t Width(std::string_view text);                       // in terminal cells, of plain text
std::string Pad(std::string_view text, size_t width);      // with spaces on the right; longer text stays as it is
std::string Shorten(std::string_view text, size_t width);  // at most width cells, "…" at the end where something is left out
std::vector<std::string> Wrap(std::string_view text, size_t width);  // at spaces; a longer word is broken. At least one line

// `left` … `right` on one line of 80 columns, or on two where they do not fit.
std::string Sides(std::string_view left, std::string_view right);

// A label of at most 10 cells, the text in lines beside it.
std::string Labelled(std::string_view label, std::string_view text);

// A value in words: text bare, "no value" for null, a group as "street Uus, town Tartu".
std::string Words(const Literal& value);

std::string Count(uint64_t n);                                                    // 32,530
std::string Count(uint64_t n, std::string_view one, std::string_view many = {});  // "1 case", "2 cases"
std::string Day(std::string_view rfc3339);                                        // 3 May 2026 10:02 UTC
std::string Upper(std::string_view ascii);
std::string Bold(std::string_view text);  // on a terminal without NO_COLOR
void NeverBold();                         // on this thread: its output is not this process's

// A record as views show it, with its key decoded, as an address to type.
std::string Typed(std::string_view shown_record);

// One word of a shell command, quoted where it must be.
std::string ShellWord(std::string_view word);

// The last block of a screen: commands to copy, broken where they are longer than a line; "   # " begins a
// remark.
std::string NextBlock(const std::vector<std::string>& commands);

// The lane and number of a short form: "tallinn.2-17" is tallinn.2 and 17.
struct Short {
  std::string lane;
  uint64_t number = 0;
};
Short ParseShort(std::string_view name);

}  // namespace chancery::cli
