// What a register could be kept in instead: a store of keys and values, which merges nothing, signs nothing and remembers
// nothing. The floor beside which chancery is measured.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "bench/workload.h"

namespace chancery::bench {

class Rival {
 public:
  virtual ~Rival() = default;
  // Whether calls of several threads share commits already.
  virtual bool groups() const { return false; }
  // In one durable transaction.
  virtual void Load(absl::Span<const Parcel> parcels) = 0;
  virtual void Apply(absl::Span<const Edit> edits) = 0;  // reads each parcel, changes one field, writes it
  // Each parcel, copied, all looked up in one state. Returns a sum of bytes, so that nothing is optimised away.
  virtual uint64_t Read(absl::Span<const std::string> keys) = 0;
  virtual uint64_t BytesOnDisk() = 0;  // once everything is where it stays
};

// Writers of several threads share commits: whoever finds nobody writing takes all edits that wait.
class Group {
 public:
  explicit Group(Rival& rival) : rival_(rival) {}
  void Apply(const Edit& edit);  // durable when this returns

 private:
  Rival& rival_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Edit> waiting_;
  uint64_t asked_ = 0, done_ = 0;  // edits, in the order they were asked for
  bool leads_ = false;
};

std::unique_ptr<Rival> MakeLmdb(const std::string& dir);
std::unique_ptr<Rival> MakeLmdbWithClaims(const std::string& dir);  // loads with three more rows a parcel, each by a value
std::unique_ptr<Rival> MakeSqlite(const std::string& dir);          // WAL, synchronous = FULL
std::unique_ptr<Rival> MakeRocksdb(const std::string& dir);         // WAL synced, no compression

}  // namespace chancery::bench
