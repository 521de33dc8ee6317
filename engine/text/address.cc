// Addresses: what is escaped inside the text, and only there.
#include <algorithm>
#include <array>

#include "chancery/types.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

absl::Status Bad(std::string_view text, std::string_view why) {
  constexpr size_t kShown = 120;
  const std::string shown = Literal(std::string(text.substr(0, kShown))).Json();
  return Error(absl::StatusCode::kInvalidArgument, Cat(IsText(text) ? shown : "the text", " is no address: ", why),
               "write register/key or register/key/field, for example parcel/1/owner");
}

constexpr std::array<std::pair<char, std::string_view>, 4> kEscapes = {{{'%', "%25"}, {'/', "%2F"}, {' ', "%20"}, {'#', "%23"}}};

void AppendEscaped(std::string_view part, std::string& out) {
  for (const char c : part) {
    const auto escape = std::find_if(kEscapes.begin(), kEscapes.end(), [c](const auto& e) { return e.first == c; });
    if (escape == kEscapes.end()) {
      out += c;
    } else {
      out += escape->second;
    }
  }
}

// false: a `%` that begins none of the four escapes.
bool Unescape(std::string_view part, std::string* out) {
  out->clear();
  for (size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '%') {
      *out += part[i];
      continue;
    }
    const std::string_view code = part.substr(i, 3);
    const auto escape = std::find_if(kEscapes.begin(), kEscapes.end(), [code](const auto& e) { return e.second == code; });
    if (escape == kEscapes.end()) return false;
    *out += escape->first;
    i += 2;
  }
  return true;
}

std::vector<std::string_view> Split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; at != std::string_view::npos;) {
    const size_t slash = text.find('/', at);
    parts.push_back(text.substr(at, slash == std::string_view::npos ? slash : slash - at));
    at = slash == std::string_view::npos ? slash : slash + 1;
  }
  return parts;
}

std::string Join(const Address& a, bool escaped) {
  std::string out = a.reg;
  for (const std::string* part : {&a.key, &a.field, &a.member}) {
    if (part->empty()) break;
    out += '/';
    if (escaped && part != &a.field) {
      AppendEscaped(*part, out);
    } else {
      out += *part;
    }
  }
  return out;
}

// U+0000 to U+001F, U+007F to U+009F in valid UTF-8.
bool HasControls(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return true;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;  // U+0080 to U+009F
  }
  return false;
}

}  // namespace

std::string Address::Text() const { return Join(*this, true); }
std::string Address::Shown() const { return Join(*this, false); }

absl::StatusOr<Address> Address::Parse(std::string_view text) {
  const std::vector<std::string_view> parts = Split(text);
  if (parts.size() < 2) return Bad(text, "it has no key");
  if (parts.size() > 4) return Bad(text, "it has more than four parts; a `/` of a key is written %2F");
  Address a;
  a.reg = parts[0];
  if (!IsName(a.reg))
    return Bad(text, "the register's name is a lower-case letter, then letters, digits, `-` and `_`, 63 at most");
  if (!Unescape(parts[1], &a.key)) return Bad(text, "a `%` of a key is written %25; the escapes are %25 %2F %20 %23");
  if (a.key.empty()) return Bad(text, "its key is empty");
  if (a.key.size() > limits::kKeyBytes)
    return Bad(text, absl::StrCat("its key has ", a.key.size(), " bytes, ", limits::kKeyBytes, " are allowed"));
  if (!IsKey(a.key)) return Bad(text, "a key is UTF-8 without control characters");
  if (parts.size() > 2) a.field = parts[2];
  if (parts.size() > 2 && !IsName(a.field))
    return Bad(text, "a field's name is a lower-case letter, then letters, digits, `-` and `_`, 63 at most");
  if (parts.size() < 4) return a;
  if (!Unescape(parts[3], &a.member)) return Bad(text, "a `%` of a member is written %25; the escapes are %25 %2F %20 %23");
  if (a.member.empty()) return Bad(text, "its member is empty");
  if (a.member.size() > limits::kWordBytes) return Bad(text, absl::StrCat("its member is over ", limits::kWordBytes, " bytes"));
  if (!IsText(a.member) || HasControls(a.member)) return Bad(text, "a member is UTF-8 without control characters");
  return a;
}

}  // namespace chancery
