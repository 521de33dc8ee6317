// Small bridges: Debian's absl::string_view is its own type, with no conversion to or from std::string_view.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace chancery {

inline absl::string_view A(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view S(absl::string_view s) { return {s.data(), s.size()}; }

// absl::StrCat that also takes std::string_view.
template <class... Ts>
std::string Cat(const Ts&... parts) {
  const auto piece = [](const auto& p) -> decltype(auto) {
    using P = std::decay_t<decltype(p)>;
    if constexpr (std::is_same_v<P, std::string_view>) {
      return A(p);
    } else {
      return (p);
    }
  };
  return absl::StrCat(piece(parts)...);
}

// Lower-case hexadecimal, and back. Unhex: false on an odd length or a character that is not a hexadecimal digit.
std::string Hex(std::string_view bytes);
bool Unhex(std::string_view hex, std::string* bytes);

// Base64 with padding (RFC 4648 section 4), and back: false where the text is not exactly that.
std::string Base64(std::string_view bytes);
bool Unbase64(std::string_view text, std::string* bytes);

// Valid UTF-8 (RFC 3629), without U+0000.
bool IsText(std::string_view s);

// A name of a register, field, site or rule: [a-z][a-z0-9_-]{0,62}.
bool IsName(std::string_view s);

// A record's key, decoded: 1 to 255 bytes of UTF-8 without control characters (U+0000 to U+001F, U+007F to U+009F).
bool IsKey(std::string_view s);

}  // namespace chancery
