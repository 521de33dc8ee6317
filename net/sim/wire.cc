#include "net/sim/wire.h"

#include <algorithm>
#include <utility>

#include "kj/debug.h"

namespace chancery::sim {
namespace {

constexpr uint64_t kWindow = 512 << 10;  // bytes on their way, behind which a writer waits
constexpr kj::Duration kGivenUp = 30 * kj::SECONDS, kLook = 5 * kj::SECONDS, kAgain = 200 * kj::MILLISECONDS;

kj::Exception Gone() { return KJ_EXCEPTION(DISCONNECTED, "the link broke"); }

}  // namespace

Wire::Wire(Network& network, int from, int to) : network_(network), from_(from), to_(to), moved_(network.timer_.now()) {
  network_.wires_.push_back(this);
  auto pair = kj::newPromiseAndFulfiller<void>();
  told_ = kj::mv(pair.fulfiller);
  telling_ = pair.promise.fork();
  watching_ = Watch().eagerlyEvaluate(nullptr);
}

Wire::~Wire() noexcept(false) { network_.wires_.remove(this); }

void Wire::Wake(kj::Maybe<kj::Own<kj::PromiseFulfiller<void>>>& who) {
  KJ_IF_MAYBE (waiting, who) {
    auto fulfiller = kj::mv(*waiting);
    who = nullptr;
    fulfiller->fulfill();
  }
}

kj::Promise<void> Wire::Send(int way, std::string bytes, bool last) {
  if (broken_) return Gone();
  Way& w = ways_[way];
  const Route& route = RouteOf(way);
  SeededRandom& random = network_.random_;
  kj::TimePoint due = network_.timer_.now() + (route.delay_us + random.Below(route.delay_us + 1)) * kj::MICROSECONDS;
  for (int again = 0; again < 3 && random.Below(100) < static_cast<uint64_t>(route.loss_percent); ++again)
    due = due + kAgain * (1 << again);
  due = std::max(due, w.last_due) + bytes.size() * 1'000'000 / route.bytes_per_s * kj::MICROSECONDS;
  w.last_due = due;
  w.waiting += bytes.size();
  network_.most_ = std::max(network_.most_, w.waiting);
  w.sent.push_back({due, std::move(bytes), last});
  if (w.sent.size() == 1) moved_ = network_.timer_.now();
  Pump();
  if (w.waiting < kWindow) return kj::READY_NOW;
  auto pair = kj::newPromiseAndFulfiller<void>();
  w.writer = kj::mv(pair.fulfiller);
  return pair.promise.then([this]() -> kj::Promise<void> { return broken_ ? kj::Promise<void>(Gone()) : kj::READY_NOW; });
}

kj::Promise<size_t> Wire::Read(int way, kj::byte* into, size_t least, size_t most, size_t got) {
  Way& w = ways_[way];
  const size_t size = std::min(most - got, w.arrived.size() - w.at);
  std::copy_n(w.arrived.data() + w.at, size, into + got);
  w.at += size;
  got += size;
  if (w.at == w.arrived.size()) {
    w.arrived.clear();
    w.at = 0;
  }
  w.waiting -= size;
  if (w.waiting < kWindow) Wake(w.writer);
  if (got >= least || w.ended) return got;
  if (broken_) return Gone();
  auto pair = kj::newPromiseAndFulfiller<void>();
  w.reader = kj::mv(pair.fulfiller);
  return pair.promise.then([this, way, into, least, most, got] { return Read(way, into, least, most, got); });
}

kj::Promise<void> Wire::Broken() { return telling_.addBranch(); }

void Wire::Break() {
  if (broken_) return;
  broken_ = true;
  ++network_.breaks_;
  for (Way& way : ways_) {
    way.sent.clear();
    Wake(way.reader);
    Wake(way.writer);
  }
  told_->fulfill();
}

void Wire::Leave() {
  for (int way : {0, 1})
    if (!broken_) Send(way, "", true).detach([](kj::Exception&&) {});
}

void Wire::Pump() {
  for (int way : {0, 1}) PumpWay(way);
}

void Wire::PumpWay(int way) {
  Way& w = ways_[way];
  while (!broken_ && !w.sent.empty() && !muted && RouteOf(way).cuts == 0) {
    if (w.sent.front().due > network_.timer_.now()) return PumpAt(way, w.sent.front().due);
    Piece piece = std::move(w.sent.front());
    w.sent.pop_front();
    Arrive(w, piece);
  }
}

// All of it, or what comes before the byte at which the connection ends.
void Wire::Arrive(Way& way, Piece& piece) {
  moved_ = network_.timer_.now();
  const bool ends = piece.bytes.size() >= break_after;
  if (ends) piece.bytes.resize(break_after);
  if (break_after != UINT64_MAX) break_after -= piece.bytes.size();
  network_.bytes_ += piece.bytes.size();
  way.all += piece.bytes.size();
  way.arrived += piece.bytes;
  way.ended = way.ended || piece.last;
  Wake(way.reader);
  if (ends) Break();
}

void Wire::PumpAt(int way, kj::TimePoint when) {
  auto& planned = ways_[way].pumped_at;
  KJ_IF_MAYBE (at, planned) {
    if (*at <= when) return;
  }
  planned = when;
  network_.tasks_.add(network_.timer_.atTime(when).then([self = kj::addRef(*this), way]() mutable {
    self->ways_[way].pumped_at = nullptr;
    self->PumpWay(way);
  }));
}

bool Wire::Still() const {
  const bool nothing = ways_[0].sent.empty() && ways_[1].sent.empty();
  return muted || !nothing || RouteOf(0).cuts > 0 || RouteOf(1).cuts > 0;
}

// What stands still for long has ended: the kernel of each side finds out by itself.
kj::Promise<void> Wire::Watch() {
  return network_.timer_.afterDelay(kLook).then([this]() -> kj::Promise<void> {
    if (!Still()) moved_ = network_.timer_.now();
    if (network_.timer_.now() - moved_ < kGivenUp) return Watch();
    Break();
    return kj::READY_NOW;
  });
}

}  // namespace chancery::sim
