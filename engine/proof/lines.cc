#include "engine/proof/lines.h"

#include "absl/strings/numbers.h"
#include "engine/base/strings.h"

namespace chancery {

bool LineReader::Next(std::string_view* line) {
  const size_t end = rest_.find('\n');
  if (end == std::string_view::npos) return false;
  *line = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return true;
}

bool ParseDecimal(std::string_view text, uint64_t* value) {
  // Abseil takes spaces, signs and leading zeros as well; only what prints back to itself is the one form.
  return absl::SimpleAtoi(A(text), value) && Cat(*value) == text;
}

bool ParseHash(std::string_view text, Hash256* hash) {
  std::string bytes;
  if (!Unbase64(text, &bytes) || bytes.size() != sizeof(Hash256)) return false;
  *hash = Hash256::From(bytes);
  return true;
}

std::string PrintHash(const Hash256& hash) { return Base64(hash.view()); }

}  // namespace chancery
