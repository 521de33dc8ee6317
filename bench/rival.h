// What a register could be kept in instead: a store of keys and values, which merges nothing, signs nothing and remembers
// nothing. The floor beside which chancery is measured.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "bench/workload.h"

namespace chancery::bench {

class Rival {
 public:
  virtual ~Rival() = default;
  // In one durable transaction.
  virtual void Load(absl::Span<const Parcel> parcels) = 0;
  virtual void Apply(absl::Span<const Edit> edits) = 0;  // reads each parcel, changes one field, writes it
  // What stands in the bytes of one parcel, all looked up in one state: a sum, so that nothing is optimised away.
  virtual uint64_t Read(absl::Span<const std::string* const> keys) = 0;
  virtual uint64_t BytesOnDisk() = 0;  // once everything is where it stays
};

std::unique_ptr<Rival> MakeLmdb(const std::string& dir);
std::unique_ptr<Rival> MakeSqlite(const std::string& dir);   // WAL, synchronous = FULL
std::unique_ptr<Rival> MakeRocksdb(const std::string& dir);  // WAL synced, no compression

}  // namespace chancery::bench
