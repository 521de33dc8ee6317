// Addresses of records as table keys: u64 register ‖ key ‖ 00 ‖ zeros to a multiple of 8. Ordered by register, then key.
#pragma once

#include <string>
#include <string_view>

#include "engine/journal/rows.h"

namespace chancery {

using RecordKey = std::string;

inline RecordKey RecordKeyOf(uint64_t reg_hash, std::string_view key) {
  ByteWriter w;
  w.out.reserve(24 + key.size());
  w.U64(reg_hash);
  w.Raw(key);
  w.U8(0);
  PadTo8(w.out);
  return std::move(w.out);
}
inline uint64_t RegisterOf(std::string_view record_key) { return Read64(record_key, 0); }
inline std::string_view KeyOf(std::string_view record_key) {
  const std::string_view key = record_key.substr(8);
  return key.substr(0, key.find('\0'));
}

}  // namespace chancery
