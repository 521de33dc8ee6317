#include "engine/base/strings.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "absl/strings/escaping.h"
#include "engine/base/limits.h"

namespace chancery {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr char32_t kBadSequence = 0xffffffff;

// Takes one code point off the front. kBadSequence: an overlong form, a surrogate, a value above U+10FFFF, or bytes missing.
char32_t NextCodePoint(std::string_view* s) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>((*s)[i]); };
  const uint8_t first = byte(0);
  const size_t size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size == 0 || s->size() < size) return kBadSequence;
  char32_t c = size == 1 ? first : first & (0x7f >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return kBadSequence;
    c = c << 6 | (byte(i) & 0x3f);
  }
  const bool overlong = (size == 3 && c < 0x800) || (size == 4 && c < 0x10000);
  if (overlong || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff) return kBadSequence;
  s->remove_prefix(size);
  return c;
}

// Whether the eight bytes are plain characters (U+0020 to U+007E): of the lowest that is not one of the three has the top bit.
bool ArePlain(const char* bytes) {
  constexpr uint64_t kEach = 0x0101010101010101;
  uint64_t v = 0;
  std::memcpy(&v, bytes, sizeof v);
  return ((v | (v + kEach) | (v - 0x20 * kEach)) & 0x80 * kEach) == 0;
}

// What follows the plain characters at the front: all that most texts are.
std::string_view AfterPlain(std::string_view s) {
  size_t plain = 0;
  while (plain + 8 <= s.size() && ArePlain(s.data() + plain)) plain += 8;
  const bool all = plain + 8 > s.size() && s.size() >= 8 && ArePlain(s.data() + s.size() - 8);
  if (all) return {};
  while (plain < s.size() && s[plain] >= 0x20 && s[plain] < 0x7f) ++plain;
  return s.substr(plain);
}

constexpr std::array<bool, 256> kOfNames = [] {
  std::array<bool, 256> of{};
  for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyz0123456789_-")) of[static_cast<uint8_t>(c)] = true;
  return of;
}();

bool IsControl(char32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0); }

}  // namespace

std::string Hex(std::string_view bytes) { return absl::BytesToHexString(A(bytes)); }

bool Unhex(std::string_view hex, std::string* bytes) {
  if (hex.size() % 2 != 0) return false;
  bytes->clear();
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = HexDigit(hex[i]), low = HexDigit(hex[i + 1]);
    if (high < 0 || low < 0) return false;
    bytes->push_back(static_cast<char>(high << 4 | low));
  }
  return true;
}

std::string Base64(std::string_view bytes) { return absl::Base64Escape(A(bytes)); }

bool Unbase64(std::string_view text, std::string* bytes) {
  // Abseil takes white space, missing padding and stray bits as well; only what encodes back to itself is the one form.
  return absl::Base64Unescape(A(text), bytes) && Base64(*bytes) == text;
}

bool IsText(std::string_view s) {
  for (s = AfterPlain(s); !s.empty(); s = AfterPlain(s)) {
    const char32_t c = NextCodePoint(&s);
    if (c == 0 || c == kBadSequence) return false;
  }
  return true;
}

bool IsName(std::string_view s) {
  if (s.empty() || s.size() > limits::kNameBytes || s[0] < 'a' || s[0] > 'z') return false;
  bool all = true;
  for (const char c : s) all &= kOfNames[static_cast<uint8_t>(c)];
  return all;
}

bool IsKey(std::string_view s) {
  if (s.empty() || s.size() > limits::kKeyBytes) return false;
  for (s = AfterPlain(s); !s.empty(); s = AfterPlain(s)) {
    const char32_t c = NextCodePoint(&s);
    if (c == kBadSequence || IsControl(c)) return false;
  }
  return true;
}

}  // namespace chancery
