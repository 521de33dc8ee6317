#include "engine/journal/lanes.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <map>
#include <tuple>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/proof.h"
#include "engine/journal/rows.h"

namespace chancery {
namespace {

constexpr uint64_t kPeaksEvery = 1024;

std::string EncodeLane(const Lane& lane) {
  ByteWriter w;
  w.U64(lane.id);
  w.Raw(lane.key.view());
  w.Sized(lane.site);
  w.Varint(lane.incarnation);
  w.U8(static_cast<uint8_t>(lane.role));
  w.Varint(lane.admitted_by.size());
  for (const Dot by : lane.admitted_by) w.U64(by);
  w.U64(lane.first_admission.lane);
  w.Varint(lane.first_admission.seq);
  w.U64(lane.admitted_hlc);
  w.U64(lane.above);
  w.U64(lane.end);
  w.U64(lane.counts_above);
  w.U64(lane.tip_hlc);
  w.Varint(lane.context.size());
  for (size_t h = 0; h < lane.context.size(); ++h) w.Varint(lane.context.At(static_cast<uint16_t>(h)));
  CHECK(lane.unhashed == 0);
  w.Varint(lane.tree.size());
  for (const Hash256& peak : lane.tree.peaks()) w.Raw(peak.view());
  return SizedRow(w.out);
}

bool DecodeLane(std::string_view row, Lane* lane) {
  ByteReader r(UnsizedRow(row));
  lane->id = r.U64();
  const std::string_view key = r.Raw(32);
  if (!r.ok()) return false;
  lane->key = PublicKey::From(key);
  lane->site = r.Sized();
  lane->incarnation = r.Varint();
  lane->role = static_cast<Role>(r.U8());
  for (uint64_t left = r.Varint(); left > 0 && r.ok(); --left) lane->admitted_by.push_back(r.U64());
  lane->first_admission.lane = r.U64();
  lane->first_admission.seq = r.Varint();
  lane->admitted_hlc = r.U64();
  lane->above = r.U64();
  lane->end = r.U64();
  lane->counts_above = r.U64();
  lane->tip_hlc = r.U64();
  const uint64_t known = r.Varint();
  if (known > limits::kLanes) return false;
  for (uint64_t h = 0; h < known; ++h) lane->context.Raise(static_cast<uint16_t>(h), r.Varint());
  const uint64_t size = r.Varint();
  std::vector<Hash256> peaks;
  for (int i = 0; i < std::popcount(size) && r.ok(); ++i) {
    const std::string_view peak = r.Raw(32);
    if (r.ok()) peaks.push_back(Hash256::From(peak));
  }
  if (!r.ok() || !r.AtEnd()) return false;
  lane->tree = Tree::From(size, std::move(peaks));
  return true;
}

}  // namespace

bool Lane::AdmittedIn(const Vector& past) const {
  return admitted_by.empty() || std::any_of(admitted_by.begin(), admitted_by.end(), [&](Dot by) { return past.Has(by); });
}

std::string Lane::Label() const {
  if (namesake) return Cat(site, ".", incarnation, ".", absl::Hex(id >> 32, absl::kZeroPad8));
  return incarnation == 1 ? site : Cat(site, ".", incarnation);
}

absl::StatusOr<Lanes> Lanes::Load(const Txn& txn) {
  Lanes lanes;
  Cursor rows(txn, Table::kLane);
  for (bool more = rows.Seek({}); more; more = rows.Next()) {
    Lane lane;
    lane.handle = static_cast<uint16_t>(lanes.lanes_.size());
    if (rows.key() != Key64(lane.handle) || !DecodeLane(rows.value(), &lane))
      return Error(absl::StatusCode::kDataLoss, "the table of lanes is damaged", "restore a backup, or join again from a peer");
    lanes.ids_.push_back(lane.id);
    lanes.lanes_.push_back(std::move(lane));
  }
  lanes.changed_.resize(lanes.lanes_.size(), false);
  for (Lane& lane : lanes.lanes_) {
    lanes.marks_.push_back(lane.tip() / kPeaksEvery);
    ASSIGN_OR_RETURN(lane.fork, ForkOf(txn, lane.id));
  }
  lanes.FindNamesakes();
  RETURN_IF_ERROR(txn.status());
  return lanes;
}

void Lanes::Store(WriteTxn& txn) {
  for (size_t h = 0; h < lanes_.size(); ++h) {
    if (changed_[h]) txn.Put(Table::kLane, Key64(h), EncodeLane(lanes_[h]));
    changed_[h] = false;
    if (lanes_[h].tip() / kPeaksEvery <= marks_[h]) continue;
    marks_[h] = lanes_[h].tip() / kPeaksEvery;
    PutPeaks(txn, lanes_[h].handle, lanes_[h].tree);
  }
}

const Lane* Lanes::Find(LaneId id) const {
  for (const Lane& lane : lanes_)
    if (lane.id == id) return &lane;
  return nullptr;
}

const Lane* Lanes::FindLabel(std::string_view label) const {
  for (const Lane& lane : lanes_)
    if (lane.Label() == label) return &lane;
  return nullptr;
}

const Lane& Lanes::Unknown() {
  static const Lane* const unknown = [] {
    Lane* const lane = new Lane;
    lane->site = "?";
    return lane;
  }();
  return *unknown;
}

Lane& Lanes::Edit(uint16_t handle) {
  changed_[handle] = true;
  return lanes_[handle];
}

Lane& Lanes::Add(Lane lane) {
  lane.handle = static_cast<uint16_t>(lanes_.size());
  ids_.push_back(lane.id);
  lanes_.push_back(std::move(lane));
  changed_.push_back(true);
  marks_.push_back(0);
  FindNamesakes();
  return lanes_.back();
}

void Lanes::Admit(uint16_t handle, Dot by, const Entry& entry) {
  Lane& lane = Edit(handle);
  const auto at = std::lower_bound(lane.admitted_by.begin(), lane.admitted_by.end(), by);
  if (at != lane.admitted_by.end() && *at == by) return;  // a rebuild
  const Place place{entry.lane, entry.seq};
  if (lane.admitted_by.empty() || std::tie(entry.hlc, place) < std::tie(lane.admitted_hlc, lane.first_admission)) {
    lane.site = entry.admit->site;
    lane.incarnation = entry.admit->incarnation;
    lane.role = entry.admit->role;
    lane.above = entry.admit->above;
    lane.first_admission = place;
    lane.admitted_hlc = entry.hlc;
  }
  lane.admitted_by.insert(at, by);
  FindNamesakes();
}

void Lanes::FindNamesakes() {
  std::map<std::pair<std::string_view, uint64_t>, int> named;
  for (const Lane& lane : lanes_) ++named[{lane.site, lane.incarnation}];
  for (Lane& lane : lanes_) lane.namesake = named[{lane.site, lane.incarnation}] > 1;
}

std::optional<PublicKey> Lanes::LastKeyOf(std::string_view site, const PublicKey& own) const {
  const Lane* last = nullptr;
  for (const Lane& lane : lanes_) {
    if (lane.site != site || lane.key == own) continue;
    if (last == nullptr || std::tie(last->incarnation, last->id) < std::tie(lane.incarnation, lane.id)) last = &lane;
  }
  return last == nullptr ? std::nullopt : std::optional(last->key);
}

uint64_t Lanes::Incarnations(std::string_view site) const {
  uint64_t highest = 0;
  for (const Lane& lane : lanes_)
    if (lane.site == site) highest = std::max(highest, lane.incarnation);
  return highest;
}

std::optional<Dot> Lanes::DotOf(Place p) const {
  const Lane* lane = Find(p.lane);
  if (lane == nullptr) return std::nullopt;
  return MakeDot(lane->handle, p.seq);
}

std::string Lanes::Short(Dot d) const {
  std::string text = At(HandleOf(d)).Label();
  absl::StrAppend(&text, "-", SeqOf(d));
  return text;
}

Vector Lanes::Tips() const {
  Vector tips;
  for (const Lane& lane : lanes_) tips.Raise(lane.handle, lane.tip());
  return tips;
}

Frontier Lanes::Reached() const {
  Frontier frontier;
  for (const Lane& lane : lanes_) frontier.Raise({lane.id, lane.tip()});
  return frontier;
}

Hlc Lanes::HighestHlc() const {
  Hlc highest = 0;
  for (const Lane& lane : lanes_) highest = std::max({highest, lane.tip_hlc, lane.above});
  return highest;
}

std::string Lanes::FrontierText() const {
  Vector tips;
  for (const Lane& lane : lanes_) tips.Raise(lane.handle, lane.tip());
  return FrontierText(tips);
}

std::string Lanes::FrontierText(const Vector& frontier) const {
  std::vector<std::string> parts;
  for (const Lane& lane : lanes_)
    if (const uint64_t seq = frontier.At(lane.handle); seq > 0) parts.push_back(Cat(lane.Label(), "-", seq));
  std::sort(parts.begin(), parts.end());
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
  return text.empty() ? "0" : text;
}

absl::StatusOr<std::vector<std::pair<std::string_view, uint64_t>>> Lanes::NamedIn(std::string_view text) {
  std::vector<std::pair<std::string_view, uint64_t>> named;
  const std::string_view whole = text;
  if (text == "0") return named;
  for (bool more = true; more;) {
    const size_t comma = text.find(',');
    more = comma != std::string_view::npos;
    const std::string_view part = text.substr(0, comma);
    text.remove_prefix(more ? comma + 1 : text.size());
    const size_t dash = part.rfind('-');
    uint64_t seq = 0;
    const char* const end = part.data() + part.size();
    bool number = dash != std::string_view::npos && dash + 1 < part.size();
    if (number) {
      const auto [read, why] = std::from_chars(part.data() + dash + 1, end, seq);
      number = read == end && why == std::errc();
    }
    if (!number)
      return Error(absl::StatusCode::kInvalidArgument, Cat("\"", whole, "\" is no frontier"),
                   "write tallinn-17,luxembourg-4, or 0 for nothing");
    named.emplace_back(part.substr(0, dash), seq);
  }
  return named;
}

absl::StatusOr<Vector> Lanes::ParseFrontier(std::string_view text, Beyond beyond) const {
  Vector frontier;
  ASSIGN_OR_RETURN(const auto named, NamedIn(text));
  for (const auto& [label, seq] : named) {
    const Lane* lane = FindLabel(label);
    // A lane unknown here: its holder has entries that this store lacks, so nothing of it can be missing there.
    if (lane != nullptr) frontier.Raise(lane->handle, beyond == Beyond::kCut ? std::min(seq, lane->tip()) : seq);
  }
  return frontier;
}

}  // namespace chancery
