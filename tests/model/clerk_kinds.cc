// What the changes of a draft come to: counters, quotas, shares, priority lists.
#include <algorithm>

#include "tests/model/clerk_parts.h"
#include "tests/model/ranked.h"
#include "tests/model/shares.h"
#include "tests/model/sums.h"
#include "tests/support/forever.h"

namespace chancery::model {
namespace {

using Verbs = DraftChange::Verb;

// One field of one record, and where its change goes.
struct Spot {
  Desk& desk;
  const FieldSpec& field;
  uint32_t ordinal;
  const Row* row;
  Op& op;

  void Refuse(const std::string& kind) { desk.out.refusals.insert(kind); }
  void Add(Verb verb, const Value& value, std::vector<Place> named = {}) {
    std::sort(named.begin(), named.end());
    op.changes.push_back({ordinal, verb, value, std::move(named)});
  }
};

// A record that begins in this entry brings the quota to the lane that files it.
Wide RightsOf(const Spot& at) {
  return at.row == nullptr ? at.field.max : Sum(at.row, at.ordinal, at.field).Rights(at.desk.lane);
}

void Bump(Spot at, const Literal& literal) {
  if (literal.type != Literal::Type::kInteger || literal.integer == 0) return at.Refuse("type");
  const Wide by = literal.integer;
  const Sum sum(at.row, at.ordinal, at.field);
  const Wide after = sum.total() + by;
  if (after > INT64_MAX || after < INT64_MIN) at.Refuse("limit");
  if (at.field.type == Type::kEscrow) {
    const Wide max = at.row == nullptr ? at.field.max : sum.max;
    if (by > 0 && (by > RightsOf(at) || after > max)) at.Refuse("escrow");
    if (by < 0 && sum.Used(at.desk.lane) + by < 0) at.Refuse("escrow");
  }
  at.Add(Verb::kBump, Value::Integer(literal.integer));
}

std::string SiteOf(const Meaning& view, LaneId lane) {
  const auto label = view.book.labels.find(lane);
  return label == view.book.labels.end() ? "" : label->second.substr(0, label->second.find('.'));
}

void Grant(Spot at, const Literal& literal) {
  const Literal *to = literal.Find("to"), *amount = literal.Find("amount");
  const LaneId lane = to == nullptr ? 0 : NewestLaneOf(at.desk.view, to->text);
  if (lane == 0 || amount == nullptr || amount->integer <= 0 || to->text == SiteOf(at.desk.view, at.desk.lane))
    return at.Refuse("type");
  if (amount->integer > RightsOf(at)) at.Refuse("escrow");
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(lane >> shift));
  at.Add(Verb::kBump, Value::Group({{"amount", Value::Integer(amount->integer)},
                                    {"lane", Value(chancery::Kind::kBytes, std::string_view(bytes))}},
                                   Forever()));
}

Value WholeValue(const Transfer& transfer) {
  const std::string bytes = EncodeTransfer(transfer);
  return Value(chancery::Kind::kTransfer, std::string_view(bytes)).KeptIn(Forever());
}

void Hand(Spot at, const Literal& literal) {
  const auto from = SharesIn(literal.Find("from") == nullptr ? Literal() : *literal.Find("from"));
  const auto to = SharesIn(literal.Find("to") == nullptr ? Literal() : *literal.Find("to"));
  if (!from || !to) return at.Refuse("type");
  const Ownership shares(at.row, at.ordinal);
  const bool first = shares.size() == 0;
  if (from->empty() != first || SumOf(*to) != (first ? mpq_class(1) : SumOf(*from))) return at.Refuse("shares");
  Amounts given, taken;
  for (const auto& [owner, share] : *from) given[owner] += share;
  for (const auto& [owner, share] : *to) taken[owner] += share;
  Amounts owned = shares.Owned();
  for (const auto& [owner, share] : given) {
    if (owned[owner] < share) return at.Refuse("shares");
  }
  Transfer transfer = Moved(shares.live, given, taken);
  if (!at.desk.draft.id.empty()) transfer.act = ActOf(at.desk.draft.id, transfer);
  at.Add(Verb::kKeep, WholeValue(transfer));
}

Value Acts(const RankActs& acts) {
  const std::string bytes = EncodeRank(acts);
  return Value(chancery::Kind::kRank, std::string_view(bytes)).KeptIn(Forever());
}

std::vector<Place> PlacesOf(const PriorityList& list, const std::vector<size_t>& writes) {
  std::vector<Place> places;
  for (const size_t i : writes) places.push_back(list.writes[i].by->place());
  return places;
}

std::string TextIn(const Literal& literal, const std::string& key) {
  return literal.Find(key) == nullptr ? "" : literal.Find(key)->text;
}

void FileCharge(Spot at, const Literal& literal) {
  const std::string id = TextIn(literal, "id"), cls = TextIn(literal, "class"), value = TextIn(literal, "value");
  if (id.empty() || value.empty() || std::count(at.field.classes.begin(), at.field.classes.end(), cls) == 0)
    return at.Refuse("type");
  const PriorityList list(at.row, at.ordinal, at.field);
  if (list.Has(id)) at.Refuse("unique");
  at.Add(Verb::kKeep, Acts({{RankAct::What::kFile, id, cls, value}}), PlacesOf(list, list.LeftOver(id)));
}

void Cede(Spot at, const Literal& literal) {
  const std::string id = TextIn(literal, "id"), behind = TextIn(literal, "behind");
  if (id.empty() || behind.empty() || id == behind) return at.Refuse("type");
  const PriorityList list(at.row, at.ordinal, at.field);
  if (!list.Has(id) || !list.Has(behind)) at.Refuse("existence");
  at.Add(Verb::kKeep, Acts({{RankAct::What::kBehind, id, behind, ""}}), PlacesOf(list, list.InTheWay(id, behind)));
}

void Strike(Spot at, const DraftOp& draft_op) {
  std::set<std::string> ids;
  for (const DraftChange& change : draft_op.changes) {
    if (change.field == at.field.name && change.verb == Verbs::kStrike) ids.insert(change.value.text);
  }
  const PriorityList list(at.row, at.ordinal, at.field);
  RankActs acts;
  for (const std::string& id : ids) {
    if (id.empty()) return at.Refuse("type");
    if (!list.Has(id)) at.Refuse("existence");
    acts.push_back({RankAct::What::kStrike, id, "", ""});
  }
  at.Add(Verb::kKeep, Acts(acts), PlacesOf(list, list.Concerning(ids)));
}

}  // namespace

bool AddKindsChange(Desk& desk, const DraftChange& change, const DraftOp& draft_op, const RegisterSpec& reg, const Row* row,
                    Op& op) {
  const FieldSpec* field = FieldOf(reg, change.field);
  const Verbs verb = change.verb;
  if (field == nullptr) return false;
  const Spot at{desk, *field, OrdinalOf(reg, change.field), row, op};
  if (verb == Verbs::kBump && field->adds_up()) return Bump(at, change.value), true;
  if (verb == Verbs::kGrant && field->type == Type::kEscrow) return Grant(at, change.value), true;
  if (verb == Verbs::kTransfer && field->type == Type::kShares) return Hand(at, change.value), true;
  if (field->type != Type::kRanked) return false;
  if (verb == Verbs::kFile) return FileCharge(at, change.value), true;
  if (verb == Verbs::kCede) return Cede(at, change.value), true;
  if (verb != Verbs::kStrike) return false;
  const auto first = std::find_if(draft_op.changes.begin(), draft_op.changes.end(),
                                  [&](const DraftChange& other) { return other.verb == verb && other.field == change.field; });
  if (&*first == &change) Strike(at, draft_op);  // all of them at once
  return true;
}

}  // namespace chancery::model
