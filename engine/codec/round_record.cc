#include "engine/codec/round_record.h"

#include "engine/base/bytes.h"
#include "engine/base/status.h"

namespace chancery {
namespace {

constexpr std::string_view kMagic = "chancery/round/1\n";

}  // namespace

std::string EncodeRoundRecord(const RoundRecord& record) {
  ByteWriter w;
  w.Raw(kMagic);
  w.U64(record.round);
  w.U64(record.epoch);
  w.U64(record.entries);
  w.Varint(record.frontier.size());
  for (const Place& place : record.frontier) {
    w.U64(place.lane);
    w.Varint(place.seq);
  }
  return std::move(w.out);
}

absl::StatusOr<RoundRecord> DecodeRoundRecord(std::string_view bytes) {
  ByteReader r(bytes);
  RoundRecord record;
  bool good = r.Raw(kMagic.size()) == kMagic;
  record.round = r.U64();
  record.epoch = r.U64();
  record.entries = r.U64();
  for (uint64_t left = r.Varint(); left > 0 && r.ok(); --left) {
    const LaneId lane = r.U64();
    const uint64_t seq = r.Varint();
    good = good && seq > 0 && (record.frontier.empty() || record.frontier.back().lane < lane);
    record.frontier.push_back({lane, seq});
  }
  if (good && r.ok() && r.AtEnd()) return record;
  return Error(absl::StatusCode::kInvalidArgument, "this is no record of a round");
}

}  // namespace chancery
