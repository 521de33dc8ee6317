// One connection of the simulated network, and its two ends.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "kj/async-io.h"
#include "kj/refcount.h"
#include "net/sim/network.h"

namespace chancery::sim {

class Wire final : public kj::Refcounted {
 public:
  Wire(Network& network, int from, int to);
  ~Wire() noexcept(false);

  // way 0: from the caller; 1: to it.
  kj::Promise<void> Send(int way, std::string bytes, bool last);
  kj::Promise<size_t> Read(int way, kj::byte* into, size_t least, size_t most, size_t got);
  kj::Promise<void> Broken();
  uint64_t Arrived(int way) const { return ways_[way].all; }  // bytes, since it began
  bool Sending(int way) const { return !ways_[way].sent.empty(); }

  void Break();  // both ends learn of it
  void Leave();  // one end is gone; the other reads to the end of what was sent
  bool Joins(int a, int b) const { return (from_ == a && to_ == b) || (from_ == b && to_ == a); }
  bool Touches(int site) const { return from_ == site || to_ == site; }
  void Pump();  // what is due arrives

  bool muted = false;
  uint64_t break_after = UINT64_MAX;  // bytes

 private:
  struct Piece {
    kj::TimePoint due;
    std::string bytes;
    bool last;
  };
  struct Way {
    std::deque<Piece> sent;
    std::string arrived;
    size_t at = 0;  // of `arrived`: read up to here
    bool ended = false;
    kj::TimePoint last_due = kj::origin<kj::TimePoint>();
    uint64_t waiting = 0;                // bytes sent and not read
    uint64_t all = 0;                    // bytes that arrived
    kj::Maybe<kj::TimePoint> pumped_at;  // when that is planned
    kj::Maybe<kj::Own<kj::PromiseFulfiller<void>>> reader, writer;
  };
  void PumpWay(int way);
  void Arrive(Way& way, Piece& piece);
  void PumpAt(int way, kj::TimePoint when);
  bool Still() const;  // nothing can arrive on it
  kj::Promise<void> Watch();
  Route& RouteOf(int way) const { return way == 0 ? network_.At(from_, to_) : network_.At(to_, from_); }
  static void Wake(kj::Maybe<kj::Own<kj::PromiseFulfiller<void>>>& who);

  Network& network_;
  const int from_, to_;
  Way ways_[2];
  bool broken_ = false;
  kj::TimePoint moved_;  // when a byte last arrived, or none was on its way
  kj::Own<kj::PromiseFulfiller<void>> told_;
  kj::ForkedPromise<void> telling_ = nullptr;
  kj::Promise<void> watching_ = nullptr;
};

}  // namespace chancery::sim
