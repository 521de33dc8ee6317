// Small helps of the store tests: keys and values of the sizes that tables ask for.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/bytes.h"
#include "engine/store/env.h"

namespace chancery {

inline std::string Key(uint64_t n) {
  ByteWriter w;
  w.U64(n);
  return w.out;
}

inline std::string Row(size_t size, char fill = 'v') { return std::string((size + 7) / 8 * 8, fill); }

inline Env::Options In(const std::string& dir, bool create) {
  return {.dir = dir, .create = create, .durable = false, .reserve_bytes = 0};
}

// A closed store whose journal holds the rows 0 to rows-1, one commit each.
inline absl::Status MakeStore(const std::string& dir, uint64_t rows, size_t row_bytes) {
  auto env = Env::Open(In(dir, true));
  if (!env.ok()) return env.status();
  for (uint64_t i = 0; i < rows; ++i) {
    auto txn = (*env)->Write();
    if (!txn.ok()) return txn.status();
    txn->Put(Table::kJournal, Key(i), Row(row_bytes));
    if (absl::Status committed = txn->Commit(); !committed.ok()) return committed;
  }
  return absl::OkStatus();
}

}  // namespace chancery
