// Addresses of records as table keys: register ‖ key ‖ 00 ‖ zeros to a multiple of 8. Ordered by register, then key. The register
// takes seven bytes, the first of Name64 of its name: with them a key of 16 bytes fits into 24.
#pragma once

#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/base/limits.h"
#include "engine/journal/rows.h"

namespace chancery {

using RecordKey = std::string;

inline constexpr size_t kRegisterBytes = 7;

// What of a register's hash stands in keys, as a number.
inline uint64_t RegisterPart(uint64_t reg_hash) { return reg_hash >> 8; }
constexpr size_t RecordKeyBytes(size_t key_bytes) { return (kRegisterBytes + key_bytes + 1 + 7) / 8 * 8; }
inline size_t RecordKeyBytes(std::string_view key) { return RecordKeyBytes(key.size()); }
inline constexpr size_t kRecordKeyMost = RecordKeyBytes(limits::kKeyBytes);

// to: room for RecordKeyBytes(key).
inline void WriteRecordKey(uint64_t reg_hash, std::string_view key, char* to) {
  std::memset(to + RecordKeyBytes(key) - 8, 0, 8);
  StoreBig64(reg_hash & ~uint64_t{0xff}, to);
  std::memcpy(to + kRegisterBytes, key.data(), key.size());
}
// Written over what `out` held.
inline void PutRecordKey(uint64_t reg_hash, std::string_view key, RecordKey* out) {
  out->resize(RecordKeyBytes(key));
  WriteRecordKey(reg_hash, key, out->data());
}
inline RecordKey RecordKeyOf(uint64_t reg_hash, std::string_view key) {
  RecordKey out;
  PutRecordKey(reg_hash, key, &out);
  return out;
}

// On the stack, of a key of a record that is no longer than keys may be.
class ShortRecordKey {
 public:
  ShortRecordKey(uint64_t reg_hash, std::string_view key) : size_(RecordKeyBytes(key)) {
    WriteRecordKey(reg_hash, key, bytes_.data());
  }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kRecordKeyMost> bytes_;  // not initialised: most of it is not used
  size_t size_;
};

// RegisterPart; 0 of what is no key of a record.
inline uint64_t RegisterOf(std::string_view record_key) { return record_key.size() < 8 ? 0 : LoadBig64(record_key.data()) >> 8; }
inline std::string_view KeyOf(std::string_view record_key) {
  const std::string_view key = record_key.substr(kRegisterBytes);
  return key.substr(0, key.find('\0'));
}

}  // namespace chancery
