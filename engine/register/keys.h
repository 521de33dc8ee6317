// Addresses of records as table keys: u64 register ‖ key ‖ 00 ‖ zeros to a multiple of 8. Ordered by register, then key.
#pragma once

#include <string>
#include <string_view>

#include "engine/journal/rows.h"

namespace chancery {

using RecordKey = std::string;

// Written over what `out` held.
inline void PutRecordKey(uint64_t reg_hash, std::string_view key, RecordKey* out) {
  ByteWriter w;
  w.out.swap(*out);
  w.out.clear();
  w.U64(reg_hash);
  w.Raw(key);
  w.U8(0);
  PadTo8(w.out);
  out->swap(w.out);
}
inline RecordKey RecordKeyOf(uint64_t reg_hash, std::string_view key) {
  RecordKey out;
  out.reserve(24 + key.size());
  PutRecordKey(reg_hash, key, &out);
  return out;
}
inline uint64_t RegisterOf(std::string_view record_key) { return Read64(record_key, 0); }
inline std::string_view KeyOf(std::string_view record_key) {
  const std::string_view key = record_key.substr(8);
  return key.substr(0, key.find('\0'));
}

}  // namespace chancery
