// Keys and values of tables: big-endian keys, values padded with zeros to a multiple of 8.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/base/bytes.h"

namespace chancery {

inline std::string Key64(uint64_t a) {
  ByteWriter w;
  w.U64(a);
  return std::move(w.out);
}
inline std::string Key64(uint64_t a, uint64_t b) {
  ByteWriter w;
  w.U64(a);
  w.U64(b);
  return std::move(w.out);
}
inline uint64_t Read64(std::string_view key, size_t at) { return ByteReader(key.substr(at)).U64(); }

inline void PadTo8(std::string& s) { s.resize((s.size() + 7) / 8 * 8, '\0'); }

// A value whose length is no multiple of 8: u32 length first, zeros at the end. "" comes back for a damaged row.
inline std::string SizedRow(std::string_view bytes) {
  ByteWriter w;
  w.U32(static_cast<uint32_t>(bytes.size()));
  w.Raw(bytes);
  PadTo8(w.out);
  return std::move(w.out);
}
// The same in an arena.
inline std::string_view KeepSizedRow(std::string_view bytes, Arena& rows) {
  const size_t used = 4 + bytes.size(), padded = (used + 7) / 8 * 8;
  char* const row = rows.Take(padded);
  PutBig(row, bytes.size(), 4);
  std::memcpy(row + 4, bytes.data(), bytes.size());
  std::memset(row + used, 0, padded - used);
  return {row, padded};
}
inline std::string_view UnsizedRow(std::string_view row) {
  ByteReader r(row);
  return r.Raw(r.U32());
}

}  // namespace chancery
