#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "absl/strings/ascii.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pack/pack.h"

namespace chancery {

absl::StatusOr<std::string> Casefold(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), absl::ascii_isascii)) return absl::AsciiStrToLower({text.data(), text.size()});
  constexpr auto kOptions = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                                           UTF8PROC_CASEFOLD | UTF8PROC_REJECTNA);
  utf8proc_uint8_t* folded = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                             static_cast<utf8proc_ssize_t>(text.size()), &folded, kOptions);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(folded, &std::free);
  if (size == UTF8PROC_ERROR_NOTASSIGNED) {
    return Error(absl::StatusCode::kInvalidArgument, Cat("it holds a character that Unicode ", utf8proc_unicode_version(),
                                                         " does not assign, so it cannot be compared without case"));
  }
  if (size < 0) return Error(absl::StatusCode::kInvalidArgument, utf8proc_errmsg(size));
  return std::string(reinterpret_cast<const char*>(folded), static_cast<size_t>(size));
}

}  // namespace chancery
