// Fields that are no single value: an act on shares, a priority list, a sum, a number that is issued. Typed first, then fitted to
// what stands here.
#include <algorithm>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/author.h"
#include "engine/register/kept.h"
#include "engine/text/value_text.h"

namespace chancery {
namespace {

using DraftVerb = DraftChange::Verb;
using What = RankAct::What;

absl::Status RefuseForm(const std::string& at, std::string_view why, std::string_view next) {
  return Refuse({"type", "", at, Cat(at, " ", why), std::string(next)});
}

absl::Status RefuseGrantee(const std::string& at, std::string_view site) {
  return RefuseForm(at, Cat("is granted to another site of the registry; found \"", site, "\""), "chancery site ls");
}

absl::Status RefuseSize(const std::string& at) {
  return Refuse({"limit", "", at, Cat(at, " would take more than ", limits::kValueBytes, " bytes, or 4096 shares at once"),
                 "file less at once"});
}

absl::StatusOr<std::vector<Portion>> PortionsOf(const Literal& list, const std::string& at) {
  std::vector<Portion> portions;
  for (const Literal& item : list.list) {
    const std::optional<Fraction> share = ParseFraction(item.Find("share")->text);
    if (!share)
      return RefuseForm(at, Cat("takes shares above 0 and at most 1, of numbers below 2^32; found ", item.Find("share")->Json()),
                        "write {\"owner\": \"A\", \"share\": \"1/2\"}");
    if (item.Find("owner")->text.empty()) return RefuseForm(at, "names an owner with each share", "");
    portions.push_back({item.Find("owner")->text, *share, std::nullopt});
  }
  return portions;
}

// What is wanted, whichever lots will do it: for one id filed twice.
Value Wanted(const std::vector<Portion>& give, const std::vector<Portion>& take) {
  Transfer wanted;
  for (const Portion& portion : give) wanted.in.push_back({{}, portion.owner, portion.share});
  wanted.out = take;
  return Value(Kind::kBytes, ActOf("", wanted).view());
}

const DraftChange& Written(const Draft& draft, size_t op, std::string_view field) {
  const std::vector<DraftChange>& changes = draft.ops[op].changes;
  return *std::find_if(changes.begin(), changes.end(), [&](const DraftChange& c) { return c.field == field; });
}

const std::string& PartOf(const Literal& object, std::string_view key) { return object.Find(key)->text; }

std::vector<Place> PlacesAt(const std::vector<size_t>& which, const Writes& writes, const Lanes& lanes) {
  Writes chosen;
  for (const size_t i : which) chosen.push_back(writes[i]);
  return PlacesOf(chosen, lanes);
}

bool AddsTo(int64_t sum, int64_t amount) {
  int64_t ignored = 0;
  return !__builtin_add_overflow(sum, amount, &ignored);
}

}  // namespace

absl::Status Author::TypeAct(const DraftChange& draft, const FieldInfo& field, const std::string& at, Change& change) {
  const auto rank = [&](RankAct act) {
    const std::string bytes = EncodeRank({std::move(act)});
    if (bytes.size() > limits::kValueBytes || !DecodeRank(bytes)) return RefuseSize(at);
    change.value = Value(Kind::kRank, bytes).KeptIn(work_.arena());
    return absl::OkStatus();
  };
  switch (draft.verb) {
    case DraftVerb::kBump:
      if (draft.value.type != Literal::Type::kInteger || draft.value.integer == 0)
        return RefuseForm(at, "takes an integer other than 0", "write {\"bump\": {\"visits\": 1}}");
      change.value = Value::Integer(draft.value.integer);
      return absl::OkStatus();
    case DraftVerb::kGrant: {
      ASSIGN_OR_RETURN(change.value, TypeGrant(draft, at));
      return absl::OkStatus();
    }
    case DraftVerb::kTransfer: {
      ASSIGN_OR_RETURN(const std::vector<Portion> give, PortionsOf(*draft.value.Find("from"), at));
      ASSIGN_OR_RETURN(const std::vector<Portion> take, PortionsOf(*draft.value.Find("to"), at));
      change.value = Wanted(give, take);
      return absl::OkStatus();
    }
    case DraftVerb::kFile: {
      const std::string& cls = PartOf(draft.value, "class");
      const std::vector<std::string>& classes = field.def.classes;
      if (std::find(classes.begin(), classes.end(), cls) == classes.end()) {
        std::string known;
        for (const std::string& one : classes) known += (known.empty() ? "" : ", ") + one;
        return RefuseForm(at, Cat("has no class \"", cls, "\""), Cat("its classes: ", known));
      }
      if (PartOf(draft.value, "id").empty()) return RefuseForm(at, "takes a charge with an id", "");
      return rank({What::kFile, PartOf(draft.value, "id"), cls, PartOf(draft.value, "value")});
    }
    case DraftVerb::kStrike:
      if (draft.value.text.empty()) return RefuseForm(at, "takes the ids of charges", "");
      return rank({What::kStrike, draft.value.text, {}, {}});
    default: {
      const std::string &id = PartOf(draft.value, "id"), &behind = PartOf(draft.value, "behind");
      if (id.empty() || behind.empty() || id == behind)
        return RefuseForm(at, "takes two charges of which one steps behind the other", "");
      return rank({What::kBehind, id, behind, {}});
    }
  }
}

// To a site means to the lane in which it files now. That it is another's is seen in FitSum: an act that was filed elsewhere may
// grant to this site, and is recognised here.
absl::StatusOr<Value> Author::TypeGrant(const DraftChange& draft, const std::string& at) {
  const std::string& site = PartOf(draft.value, "to");
  const int64_t amount = draft.value.Find("amount")->integer;
  const Lane* to = nullptr;
  for (const Lane& lane : work_.lanes.all())
    if (lane.site == site && (to == nullptr || lane.incarnation > to->incarnation)) to = &lane;
  if (to == nullptr) return RefuseGrantee(at, site);
  if (amount <= 0) return RefuseForm(at, "is granted in amounts above 0", "");
  ByteWriter lane;
  lane.U64(to->id);
  return Value::Group({{"amount", Value::Integer(amount)}, {"lane", Value(Kind::kBytes, std::string_view(lane.out))}},
                      work_.arena());
}

// Several charges struck by one operation are one change.
void Author::JoinStrikes(Op& op) {
  const auto strikes = [](const Change& c) { return c.value.kind == Kind::kRank && IsStrike(c.value.payload()); };
  for (size_t i = 0; i < op.changes.size(); ++i) {
    Change& first = op.changes[i];
    if (!strikes(first)) continue;
    RankActs all;
    size_t end = i;
    for (; end < op.changes.size() && op.changes[end].field == first.field && strikes(op.changes[end]); ++end)
      all.push_back(DecodeRank(op.changes[end].value.payload())->front());
    std::sort(all.begin(), all.end());
    const std::string bytes = EncodeRank(all);
    first.value = Value(Kind::kRank, bytes).KeptIn(work_.arena());
    op.changes.erase(op.changes.begin() + static_cast<ptrdiff_t>(i) + 1, op.changes.begin() + static_cast<ptrdiff_t>(end));
  }
}

absl::Status Author::FitAct(const Draft& draft, size_t op, const FieldInfo& field, const Record& record, const RecordKey& key,
                            bool anew, Change& change) {
  const std::string at = Cat(work_.AddressOf(key), "/", field.def.name);
  const Cell* cell = record.Find(field.handle);
  switch (field.def.type) {
    case FieldType::kShares:
      return FitTransfer(draft, Written(draft, op, field.def.name), field, cell, at, change);
    case FieldType::kRanked:
      return FitRank(field, cell, at, change);
    case FieldType::kSerial:
      return FitNumber(field, cell, at, change);
    default:
      return FitSum(field, cell, anew, at, change);
  }
}

absl::Status Author::FitTransfer(const Draft& draft, const DraftChange& from, const FieldInfo& field, const Cell* cell,
                                 const std::string& at, Change& change) {
  const auto refuse = [&](std::string_view why) {
    return Refuse({"shares", field.rule_id, at, Cat(at, ": ", why), Cat("chancery get ", at)});
  };
  ASSIGN_OR_RETURN(const std::vector<Portion> give, PortionsOf(*from.value.Find("from"), at));
  ASSIGN_OR_RETURN(const std::vector<Portion> take, PortionsOf(*from.value.Find("to"), at));
  const bool first = cell == nullptr || cell->empty();
  Transfer transfer;
  if (first) {
    std::optional<Transfer> made;
    if (give.empty() && !take.empty()) made = FirstTransfer(take);
    if (!made) return refuse("the first transfer has an empty \"from\" and gives shares that add up to 1");
    transfer = *std::move(made);
  } else {
    if (give.empty()) return refuse("its shares are given out already: say from whom they go");
    const Holdings held = Hold(TransfersOf(InOrder(*cell, Kind::kTransfer, work_.lanes), work_.lanes));
    std::string why;
    std::optional<Transfer> made = MakeTransfer(held.live, give, take, &why);
    if (!made) return refuse(why);
    transfer = *std::move(made);
  }
  if (!draft.id.empty()) transfer.act = ActOf(draft.id, transfer);
  const std::string bytes = EncodeTransfer(transfer);
  if (bytes.size() > limits::kValueBytes || !DecodeTransfer(bytes)) return RefuseSize(at);
  change.value = Value(Kind::kTransfer, bytes).KeptIn(work_.arena());
  return absl::OkStatus();
}

absl::Status Author::FitRank(const FieldInfo& field, const Cell* cell, const std::string& at, Change& change) {
  static const Cell kEmpty;
  const Writes writes = InOrder(cell == nullptr ? kEmpty : *cell, Kind::kRank, work_.lanes);
  const std::vector<RankActs> standing = RankActsOf(writes);
  const RankActs acts = *DecodeRank(change.value.payload());
  const auto stands = [&](const std::string& id) {
    return std::any_of(standing.begin(), standing.end(),
                       [&](const RankActs& of) { return of[0].what == What::kFile && of[0].id == id; });
  };
  const auto missing = [&](const std::string& id) {
    return Refuse({"existence", field.rule_id, at, Cat(at, " has no charge \"", id, "\""), Cat("chancery get ", at)});
  };
  std::vector<size_t> named;
  for (const RankAct& act : acts) {
    if (act.what == What::kFile && stands(act.id))
      return Refuse({"unique", field.rule_id, at, Cat(at, " has a charge \"", act.id, "\" already"), "give it an id of its own"});
    if (act.what != What::kFile && !stands(act.id)) return missing(act.id);
    if (act.what == What::kBehind && !stands(act.other)) return missing(act.other);
    if (act.what == What::kBehind) named = InTheWay(standing, act.id, act.other);
    for (size_t i = 0; i < standing.size() && act.what != What::kBehind; ++i)  // also moves of a charge struck off before
      if (std::any_of(standing[i].begin(), standing[i].end(), [&](const RankAct& of) {
            return of.id == act.id || (act.what == What::kFile && of.what != What::kFile && of.other == act.id);
          }))
        named.push_back(i);
  }
  change.named = PlacesAt(named, writes, work_.lanes);
  return absl::OkStatus();
}

absl::Status Author::FitSum(const FieldInfo& field, const Cell* cell, bool anew, const std::string& at, const Change& change) {
  const bool grants = change.value.kind == Kind::kGroup;
  const int64_t amount = grants ? change.value.AsGroup()[0].second.AsInteger() : change.value.AsInteger();
  if (field.def.type == FieldType::kCounter) {
    if (AddsTo(anew ? 0 : SumOf(cell), amount)) return absl::OkStatus();
    return Refuse({"limit", field.rule_id, at, Cat(at, " would leave the range of 64 bits"), ""});
  }
  const LaneId own = work_.Own() == nullptr ? 0 : work_.Own()->id;
  if (grants && own != 0 && ByteReader(change.value.AsGroup()[1].second.payload()).U64() == own)
    return RefuseGrantee(at, work_.Own()->site);
  int64_t rights = 0, used = 0;
  if (anew) {
    rights = field.def.max;
  } else {
    const Quota quota = QuotaIn(cell, work_.lanes);
    for (const auto& [lane, left] : quota.rights)
      if (lane == own) rights = left;
    if (!grants) rights = std::min(rights, LeftOf(quota));  // where the record was created apart, more may be used than there is
    for (size_t i = 0; cell != nullptr && i < cell->size(); ++i)
      if (work_.lanes.PlaceOf((*cell)[i].dot).lane == own) used = SumOf((*cell)[i]);
  }
  if (amount > 0 && amount > rights)
    return Refuse({"escrow", field.rule_id, at,
                   Cat("this site may use ", std::max<int64_t>(rights, 0), " of ", at, "; ", amount, " are asked for"),
                   "a site that has more may grant some: {\"grant\": {FIELD: {\"to\": SITE, \"amount\": N}}}"});
  if (amount < 0 && !AddsTo(used, amount))
    return Refuse({"limit", field.rule_id, at, Cat(at, " would leave the range of 64 bits"), ""});
  if (amount < 0 && used + amount < 0)
    return Refuse({"escrow", field.rule_id, at, Cat("this site has used ", used, " of ", at, " and cannot give back more"),
                   "the site that used them gives them back"});
  return absl::OkStatus();
}

absl::Status Author::FitNumber(const FieldInfo& field, const Cell* cell, const std::string& at, Change& change) {
  const bool has_number =
      cell != nullptr && std::any_of(cell->begin(), cell->end(), [](const Write& w) { return !w.value.unset(); });
  if (has_number) return Refuse({"once", field.rule_id, at, Cat(at, " has a number already"), Cat("chancery get ", at)});
  if (work_.Own() == nullptr) return absl::OkStatus();  // refused soon enough
  ASSIGN_OR_RETURN(const int64_t number, work_.NextNumber(field, *work_.Own(), static_cast<uint64_t>(issued_[field.hash]++)));
  if (number < 0)
    return Refuse({"limit", field.rule_id, at, Cat("there are no more numbers for ", at), "add a serial field to the pack"});
  change.value = Value::Integer(number);
  return absl::OkStatus();
}

}  // namespace chancery
