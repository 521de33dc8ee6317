#include "engine/crdt/interval.h"

#include "engine/base/environment.h"

namespace chancery {
namespace {

bool InRange(Kind of, int64_t end) {
  if (of == Kind::kInteger) return true;
  return of == Kind::kDate ? IsDateInRange(end) : of == Kind::kTime && IsTimeInRange(end);
}

}  // namespace

bool Overlap(const Interval& a, const Interval& b) {
  return a.of == b.of && (!b.to || a.from < *b.to) && (!a.to || b.from < *a.to);
}

Value IntervalValue(const Interval& interval) {
  char bytes[1 + 2 * kVarintBytes];
  Pen pen(bytes);
  pen.U8(static_cast<uint8_t>(interval.of));
  pen.Varint(Zigzagged(interval.from));
  if (interval.to) pen.Varint(Zigzagged(*interval.to));
  return {Kind::kInterval, std::string_view(bytes, static_cast<size_t>(pen.at() - bytes))};
}

std::optional<Interval> IntervalIn(std::string_view payload) {
  ByteReader r(payload);
  Interval interval;
  interval.of = static_cast<Kind>(r.U8());
  interval.from = r.Zigzag();
  if (!r.AtEnd()) interval.to = r.Zigzag();
  if (!r.ok() || !r.AtEnd() || !InRange(interval.of, interval.from)) return std::nullopt;
  if (interval.to && (!InRange(interval.of, *interval.to) || *interval.to <= interval.from)) return std::nullopt;
  return interval;
}

}  // namespace chancery
