// What a ruling comes to: fields of one value, claims, existence, references.
#include <algorithm>
#include <optional>
#include <tuple>

#include "tests/model/clerk_parts.h"

namespace chancery::model {

using Kind = RuleSpec::Kind;

Op& OpFor(const std::string& address, OpKind kind, Expected& out) {
  const Op made = OpOn(*Address::Parse(address), kind, out.packs);
  for (Op& op : out.ops) {
    if (op.pack == made.pack && op.reg == made.reg && op.key == made.key) return op;
  }
  out.ops.push_back(made);
  return out.ops.back();
}

Op& OpFor(const Meaning& view, const std::string& address, Expected& out) {
  return OpFor(address, KindOfEdit(view, address), out);
}

void Retract(const Meaning& view, const std::string& address, uint32_t field, std::set<Place> named, Expected& out) {
  if (named.empty()) return;
  OpFor(view, address, out).changes.push_back({field, Verb::kRetract, {}, {named.begin(), named.end()}});
}

void Settle(const Meaning& view, const std::string& address, const std::string& field, const Value& value, Expected& out) {
  const uint32_t ordinal = OrdinalOf(RegisterOf(Address::Parse(address)->reg), field);
  OpFor(view, address, out).changes.push_back({ordinal, Verb::kSettle, value, {}});
}

namespace {

// Withdraws marks of a record's life; `says` is what the ruling then says of it.
void RuleOnLife(const Meaning& view, const std::string& address, const std::vector<Act>& marks, const Value& says,
                Expected& out) {
  if (marks.empty() && says.unset()) return;
  std::set<Place> named;
  for (const Act& mark : marks) named.insert(mark.by->place());
  Op& op = OpFor(view, address, out);
  op.kind = OpKind::kNeutral;
  op.changes.push_back({kNoField, Verb::kRetract, says, {named.begin(), named.end()}});
}

bool IsFact(const Meaning& view, const Case& c, const std::string& entry) {
  return std::any_of(c.facts.begin(), c.facts.end(), [&](const Fact& fact) { return view.book.Short(fact.place) == entry; });
}

// What the entry wrote into the field of the case.
const Value* WrittenBy(const Meaning& view, const Case& c, const std::string& entry) {
  for (const Act& act : view.Find(c.subject)->acts) {
    if (view.book.Short(act.by->place()) == entry && act.change != nullptr &&
        act.field() == OrdinalOf(RegisterOf(c.rule.reg), c.rule.on[0])) {
      return &act.value();
    }
  }
  return nullptr;
}

void SettleField(const Meaning& view, const Case& c, const RulingDraft& ruling, Expected& out) {
  if (ruling.none) Settle(view, c.subject, c.rule.on[0], Value::Unset(), out);
  if (!ruling.keep.empty()) Settle(view, c.subject, c.rule.on[0], *WrittenBy(view, c, ruling.keep), out);
}

// The writes of a field, among those that stand, that make up the record's part in the claim.
std::set<Place> MakersOf(const Row& row, const RuleSpec& rule, const std::string& field, const std::string& part) {
  std::set<Place> makers;
  for (const Act& write : row.Standing(OrdinalOf(*row.reg, field))) {
    if (!write.value().unset() && PartOf(rule, write.value()) == part) makers.insert(write.by->place());
  }
  return makers;
}

void WithdrawClaim(const Meaning& view, const Case& c, const std::string& address, Expected& out) {
  const Row& row = *view.Find(address);
  const std::vector<std::string> parts = PartsOf(c.rule, c.subject);
  std::vector<std::set<Place>> makers;
  for (size_t i = 0; i < parts.size(); ++i) makers.push_back(MakersOf(row, c.rule, c.rule.on[i], parts[i]));
  if (std::any_of(makers.begin(), makers.end(), [](const auto& its) { return its.empty(); })) return;  // no claim any more
  for (size_t i = 0; i < parts.size(); ++i) Retract(view, address, OrdinalOf(*row.reg, c.rule.on[i]), makers[i], out);
}

// Whether what the fact wrote still is part of its record's claim.
bool Claims(const Meaning& view, const Case& c, const Fact& fact) {
  const auto holders = view.claims.find({c.rule.id, c.subject});
  if (holders == view.claims.end()) return false;
  const auto its = holders->second.find(view.AddressOf(fact));
  if (its == holders->second.end()) return false;
  return std::any_of(its->second.begin(), its->second.end(), [&](const Act& write) { return write.fact() == fact; });
}

void WithdrawClaims(const Meaning& view, const Case& c, const RulingDraft& ruling, Expected& out) {
  std::set<std::string> records, kept;  // kept: where the claim of the entry kept still stands
  for (const Fact& fact : c.facts) {
    records.insert(view.AddressOf(fact));
    if (view.book.Short(fact.place) == ruling.keep && Claims(view, c, fact)) kept.insert(view.AddressOf(fact));
  }
  // The value would go to nobody, or `keep` would have to choose between records of one entry.
  if (!ruling.keep.empty() && kept.size() != 1) out.refusals.insert("ruling");
  for (const std::string& address : records) {
    if (!ruling.both && !kept.contains(address)) WithdrawClaim(view, c, address, out);
  }
}

// The fact that `keep` names: the first of its entry.
std::optional<Fact> KeptFact(const Meaning& view, const Case& c, const std::string& keep) {
  for (const Fact& fact : c.facts) {
    if (view.book.Short(fact.place) == keep) return fact;
  }
  return std::nullopt;
}

// What a ruling may take away of a field: elements stay, and sums.
std::vector<Act> Withdrawable(const Row& row, uint32_t field) {
  const bool stays = row.spec(field).type == Type::kSet || row.spec(field).adds_up();
  return stays ? std::vector<Act>() : row.Standing(field);
}

void RuleOnExistence(const Meaning& view, const Case& c, const RulingDraft& ruling, Expected& out) {
  const Row& row = *view.Find(c.subject);
  const std::vector<Act> lives = row.Standing(kNoField);
  const std::optional<Fact> fact = KeptFact(view, c, ruling.keep);
  const auto kept = std::find_if(lives.begin(), lives.end(), [&](const Act& life) { return fact && life.fact() == *fact; });
  if (!ruling.keep.empty() && kept == lives.end()) {
    out.refusals.insert("ruling");
    return;
  }
  const bool keeps = kept != lives.end(), ends = keeps && !kept->live(), keeps_creation = keeps && kept->says(OpKind::kCreate);
  std::vector<Act> withdrawn;
  for (const Act& life : lives) {
    if (keeps && life.fact() == kept->fact()) continue;
    const bool creation = life.says(OpKind::kCreate);
    if (ruling.none || (ends ? life.live() : !life.live() || (creation && keeps_creation))) withdrawn.push_back(life);
    if (!creation || !(ruling.none || keeps_creation)) continue;
    for (uint32_t f = 0; f < row.reg->fields.size(); ++f) {  // what a creation wrote goes with it
      std::vector<Place> named;
      for (const Act& write : Withdrawable(row, f)) {
        if (write.fact() == life.fact()) named.push_back(write.by->place());
      }
      if (named.empty()) continue;
      Changes& changes = OpFor(view, c.subject, out).changes;
      const auto same = [&](const Change& change) { return change.field == f; };
      const auto there = std::find_if(changes.begin(), changes.end(), same);
      if (there == changes.end()) {
        changes.push_back({f, Verb::kRetract, {}, named});
      } else {
        there->named.insert(std::lower_bound(there->named.begin(), there->named.end(), named[0]), named[0]);
      }
    }
  }
  const Value says = ruling.none ? Value::Bool(false) : ends || row.exists ? Value::Unset() : Value::Bool(true);
  RuleOnLife(view, c.subject, withdrawn, says, out);
}

void RuleOnReference(const Meaning& view, const Case& c, const RulingDraft& ruling, Expected& out) {
  const Row& row = *view.Find(c.subject);
  const uint32_t field = OrdinalOf(*row.reg, c.rule.on[0]);
  std::vector<Act> gone, revived;
  if (ruling.none) gone = revived = row.Visible(field);
  std::optional<Fact> kept = KeptFact(view, c, ruling.keep);
  for (const Act& write : row.Visible(field)) {
    if (!ruling.keep.empty() && view.book.Short(write.by->place()) == ruling.keep && c.facts.contains(write.fact()))
      revived = {write};
  }
  if (!ruling.keep.empty() && revived.empty()) {  // an end is kept: what names it goes
    for (const Act& write : row.Visible(field)) {
      for (const Clash& clash : c.clashes) {
        const bool these = (clash.a == write.fact() && clash.b == *kept) || (clash.b == write.fact() && clash.a == *kept);
        if (these) gone.push_back(write);
      }
    }
    if (gone.empty()) out.refusals.insert("ruling");
  }
  if (!ruling.keep.empty() && !revived.empty()) Settle(view, c.subject, c.rule.on[0], revived[0].value(), out);
  std::set<Place> named;
  for (const Act& write : gone) named.insert(write.by->place());
  Retract(view, c.subject, field, named, out);
  std::set<std::string> targets;
  for (const Act& write : revived) targets.insert(std::string(write.value().payload()));
  for (const std::string& target : targets) {
    if (target.empty() || view.Exists(target)) continue;
    const std::vector<Act> ends = view.Find(target) == nullptr ? std::vector<Act>() : view.Find(target)->Standing(kNoField);
    if (ends.empty() && ruling.none) continue;  // nothing ended it
    RuleOnLife(view, target, ends, Value::Bool(true), out);
  }
}

// What the literal says for a field that a ruling may set. nullopt: nothing that it can hold.
std::optional<Value> Settable(const Case& c, const FieldSpec& spec, const Literal& literal) {
  if (spec.type == Type::kShares) return WholeFrom(c, literal);
  if (spec.type == Type::kSerial) return std::nullopt;  // it is issued, and nobody chooses it
  if (literal.null()) return Value::Unset();
  const std::optional<Value> value = Typed(spec, literal);
  const auto is_state = [&](const auto& move) { return value->payload() == move.first || value->payload() == move.second; };
  if (value && spec.type == Type::kState && std::none_of(spec.moves.begin(), spec.moves.end(), is_state)) return std::nullopt;
  return value;
}

// Every address must be a field that the case is about.
void SettleByHand(const Meaning& view, const Case& c, const Literal& object, Expected& out) {
  for (const auto& [text, literal] : object.members) {
    Address address = *Address::Parse(text);
    const std::string field = address.field;
    address.field.clear();
    const auto here = [&](const Fact& fact) { return view.AddressOf(fact) == address.Text(); };
    const bool elsewhere = !c.rule.between_records() && address.Text() != c.subject;
    const bool written = c.rule.on_entry() && FieldsWritten(view, c).contains(address.Text() + "/" + field);
    const bool about =
        c.rule.is_on(field) && !elsewhere && c.rule.shown != "ranked" && std::any_of(c.facts.begin(), c.facts.end(), here);
    if (c.rule.on_entry() ? !written : !about) {
      out.refusals.insert("ruling");
      return;
    }
    const std::optional<Value> value = Settable(c, *FieldOf(RegisterOf(address.reg), field), literal);
    if (!value) {
      out.refusals.insert({"type", "ruling"});
      return;
    }
    Settle(view, address.Text(), field, *value, out);
  }
}

// The case must be at rest after the ruling, and nothing between records newly broken.
void CheckRuling(const Meaning& view, LaneId lane, const RulingDraft& draft, Expected& out) {
  const Imagined after = After(view, lane, draft, out);
  const Meaning meaning(after.book, after.seen);
  const Case& c = meaning.cases.at({draft.rule, draft.subject});
  const bool gone = c.clashes.empty() || !draft.set || !c.rule.between_records();
  if (c.state != "ruled" || !gone) out.refusals.insert("ruling");
  FindBreaches(view, meaning, after.item(), out);
}

void RuleByKind(const Meaning& view, LaneId lane, const Case& c, const RulingDraft& draft, Expected& out) {
  if (draft.set) return SettleByHand(view, c, *draft.set, out);
  if (c.rule.on_entry()) return RuleOnEntry(view, lane, c, draft, out);
  if (c.rule.kind == Kind::kUnique) return WithdrawClaims(view, c, draft, out);
  if (c.rule.kind == Kind::kExistence) return RuleOnExistence(view, c, draft, out);
  if (c.rule.between_records()) return RuleByReturn(view, lane, c, draft, out);
  if (c.rule.shown == "reference") return RuleOnReference(view, c, draft, out);
  if (c.rule.shown == "shares") return RuleOnShares(view, c, draft, out);
  if (c.rule.shown == "ranked") return RuleOnRanked(view, c, draft, out);
  SettleField(view, c, draft, out);
}

}  // namespace

Imagined After(const Meaning& view, LaneId lane, const RulingDraft& draft, const Expected& out) {
  Ruling ruling;
  ruling.rule = draft.rule;
  ruling.subject = draft.subject;
  ruling.outcome = draft.both ? Outcome::kBoth : draft.none ? Outcome::kNone : draft.set ? Outcome::kSet : Outcome::kKeep;
  if (!draft.keep.empty()) ruling.keep = view.book.Find(draft.keep)->place();
  ruling.facts = out.facts;
  return Imagined(view, lane, out, ruling);
}

Expected ExpectEffects(const Meaning& view, const Office& office, const RulingDraft& draft, const std::string& right) {
  const LaneId lane = office.lane;
  Expected out;
  if (!view.book.labels.contains(lane)) out.refusals.insert("admission");
  const auto found = view.cases.find({draft.rule, draft.subject});
  if (found == view.cases.end()) {
    out.refusals.insert("ruling");
    return out;
  }
  const Case& c = found->second;
  out.facts.assign(c.facts.begin(), c.facts.end());
  CheckJudge(view, office, c, draft.officer, right, out);
  if (!draft.keep.empty() && !IsFact(view, c, draft.keep)) {
    out.refusals.insert("ruling");
    return out;
  }
  RuleByKind(view, lane, c, draft, out);
  if (out.refusals.empty()) CheckRuling(view, lane, draft, out);
  for (Op& op : out.ops) {
    std::sort(op.changes.begin(), op.changes.end(),
              [](const Change& a, const Change& b) { return std::tie(a.field, a.verb) < std::tie(b.field, b.verb); });
  }
  return out;
}

}  // namespace chancery::model
