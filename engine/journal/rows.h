// Keys and values of tables: big-endian keys, values padded with zeros to a multiple of 8.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/base/bytes.h"
#include "engine/base/copy.h"

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
inline size_t SizedRowBytes(std::string_view bytes) { return (4 + bytes.size() + 7) / 8 * 8; }
inline void PutSizedRow(std::string_view bytes, char* row) {
  std::memset(row + SizedRowBytes(bytes) - 8, 0, 8);
  PutBig(row, bytes.size(), 4);
  CopyBytes(bytes, row + 4);
}
inline std::string SizedRow(std::string_view bytes) {
  std::string row(SizedRowBytes(bytes), '\0');
  PutSizedRow(bytes, row.data());
  return row;
}
inline std::string_view KeepSizedRow(std::string_view bytes, Arena& rows) {
  char* const row = rows.Take(SizedRowBytes(bytes));
  PutSizedRow(bytes, row);
  return {row, SizedRowBytes(bytes)};
}
inline std::string_view UnsizedRow(std::string_view row) {
  ByteReader r(row);
  return r.Raw(r.U32());
}

}  // namespace chancery
