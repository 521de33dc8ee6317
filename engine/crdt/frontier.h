// Which entries: a place names one, a frontier names a down-closed set exactly.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/few.h"

namespace chancery {

// First 8 bytes, big-endian, of SHA-256 of the lane's public key.
using LaneId = uint64_t;

// Entry number `seq` (from 1) of a lane. The same at every site.
struct Place {
  LaneId lane = 0;
  uint64_t seq = 0;
  auto operator<=>(const Place&) const = default;
};

// A place inside one store: lane handle (16 bits) and sequence number (48 bits). Private: handles differ from store to store.
using Dot = uint64_t;
inline constexpr Dot MakeDot(uint16_t handle, uint64_t seq) { return static_cast<Dot>(handle) << 48 | seq; }
inline constexpr uint16_t HandleOf(Dot d) { return static_cast<uint16_t>(d >> 48); }
inline constexpr uint64_t SeqOf(Dot d) { return d & ((uint64_t{1} << 48) - 1); }

// Highest contiguous sequence number per lane handle; what an entry's author had seen. Missing = 0.
class Vector {
 public:
  uint64_t At(uint16_t handle) const { return handle < seqs_.size() ? seqs_[handle] : 0; }
  void Raise(uint16_t handle, uint64_t seq) {
    if (seqs_.size() <= handle) seqs_.resize(handle + 1u, 0);
    if (seqs_[handle] < seq) seqs_[handle] = seq;
  }
  bool Has(Dot d) const { return At(HandleOf(d)) >= SeqOf(d); }
  size_t size() const { return seqs_.size(); }
  bool operator==(const Vector&) const = default;

 private:
  Few<uint64_t, 4> seqs_;
};

// Highest contiguous sequence number per lane, sorted by lane, zeros left out. The same at every site.
struct Frontier {
  std::vector<Place> lanes;
  uint64_t At(LaneId lane) const;
  void Raise(Place p);
  bool Covers(const Frontier& other) const;
  bool operator==(const Frontier&) const = default;
};

}  // namespace chancery
