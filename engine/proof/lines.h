// What the text formats of proofs have in common: lines that end, numbers and hashes that are written in one way only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/hash.h"

namespace chancery {

class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) {}
  // The next line, without its newline. False at the end of the text, and where the last line has no newline: then rest() is it.
  bool Next(std::string_view* line);
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// ASCII digits without leading zeros, up to 2^64-1.
bool ParseDecimal(std::string_view text, uint64_t* value);

// Base64 of exactly 32 bytes.
bool ParseHash(std::string_view text, Hash256* hash);
std::string PrintHash(const Hash256& hash);

}  // namespace chancery
