#include "tests/model/clerk.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "tests/support/forever.h"

namespace chancery::model {
namespace {

using Kind = RuleSpec::Kind;
using Kind_ = chancery::Kind;

std::optional<Value> Typed(Type type, const Literal& literal, const FieldSpec* field) {
  switch (type) {
    case Type::kState:
    case Type::kText:
    case Type::kSet:
      if (literal.type != Literal::Type::kText) return std::nullopt;
      return Value::Text(literal.text).KeptIn(Forever());
    case Type::kReference: {
      const absl::StatusOr<Address> address = Address::Parse(literal.text);
      if (literal.type != Literal::Type::kText || !address.ok() || address->reg != field->to) return std::nullopt;
      const std::string text = address->Text();
      return Value(Kind_::kReference, text).KeptIn(Forever());
    }
    case Type::kInteger:
      if (literal.type != Literal::Type::kInteger) return std::nullopt;
      return Value::Integer(literal.integer);
    case Type::kGroup: {
      std::vector<std::pair<std::string, Value>> members;
      if (literal.type != Literal::Type::kObject) return std::nullopt;
      for (const auto& [name, type_of] : field->members) {
        const Literal* given = literal.Find(name);
        if (given == nullptr) continue;
        const std::optional<Value> member = Typed(type_of, *given, nullptr);
        if (!member) return std::nullopt;
        members.emplace_back(name, *member);
      }
      if (members.empty() || members.size() != literal.members.size()) return std::nullopt;
      return Value::Group(members, Forever());
    }
  }
  return std::nullopt;
}

std::vector<Place> PlacesWith(const std::vector<Act>& writes, const Value& value) {
  std::vector<Place> out;
  for (const Act& write : writes) {
    if (write.value() == value) out.push_back(write.by->place());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// The state that a move starts from: that of the one value, of `over`, or what is shown. nullopt: nothing is shown.
std::optional<std::string> MovedFrom(const Meaning& view, const Row* row, uint32_t field, const FieldSpec& spec,
                                     const std::string& over) {
  const std::vector<Act> writes = row == nullptr ? std::vector<Act>() : row->Visible(field);
  const auto named = [&](const Act& write) { return view.book.Short(write.by->place()) == over; };
  const auto base = std::find_if(writes.begin(), writes.end(), named);
  const Value* value = base != writes.end() ? &base->value() : writes.empty() ? nullptr : view.Interim(*row, field);
  if (value == nullptr && !writes.empty()) return std::nullopt;
  return value == nullptr || value->unset() ? spec.start : std::string(value->payload());
}

// The standing writes that an ordinary set replaces; empty = all seen. Adds the refusal where it may not.
std::vector<Place> Replaced(const Meaning& view, const Row& row, uint32_t field, const std::string& over, Expected& out) {
  const std::vector<Act> writes = row.Visible(field);
  const auto differs = [&](const Act& write) { return write.value() != writes.front().value(); };
  const auto named = [&](const Act& write) { return view.book.Short(write.by->place()) == over; };
  const auto base = std::find_if(writes.begin(), writes.end(), named);
  if (!over.empty() && base == writes.end()) out.refusals.insert("*");  // nothing of it stands: no kind is promised
  if (std::none_of(writes.begin(), writes.end(), differs)) return {};
  if (base != writes.end()) return PlacesWith(writes, base->value());
  const Value* interim = view.Interim(row, field);
  if (interim == nullptr) {
    out.refusals.insert("contested");
    return {};
  }
  return PlacesWith(writes, *interim);
}

void AddChange(const Meaning& view, const DraftChange& change, const RegisterSpec& reg, const Row* row, Op& op, Expected& out) {
  const FieldSpec* field = FieldOf(reg, change.field);
  const bool element = change.verb == DraftChange::Verb::kAdd || change.verb == DraftChange::Verb::kRemove;
  const bool move = change.verb == DraftChange::Verb::kMove;
  if (field == nullptr || element != (field->type == Type::kSet) || move != (field->type == Type::kState)) {
    out.refusals.insert("type");
    return;
  }
  std::optional<Value> value = Value::Unset();
  if (change.verb != DraftChange::Verb::kUnset) value = Typed(field->type, change.value, field);
  if (!value) {
    out.refusals.insert("type");
    return;
  }
  Change made;
  made.field = OrdinalOf(reg, change.field);
  made.value = *value;
  made.verb = change.verb == DraftChange::Verb::kAdd      ? Verb::kAdd
              : change.verb == DraftChange::Verb::kRemove ? Verb::kRemove
              : field->last                               ? Verb::kSetLast
                                                          : Verb::kSet;
  if (made.verb == Verb::kSet && row != nullptr) {
    for (const Act& write : row->Visible(made.field)) {
      if (field->once && !write.value().unset()) out.refusals.insert("once");
    }
    made.named = Replaced(view, *row, made.field, change.over, out);
  }
  if (move) {
    const std::optional<std::string> from = MovedFrom(view, row, made.field, *field, change.over);
    const auto leads = [&](const auto& pair) { return pair.first == from && pair.second == value->payload(); };
    if (from && std::none_of(field->moves.begin(), field->moves.end(), leads)) out.refusals.insert("state");
  }
  op.changes.push_back(made);
}

Op OpOn(const Address& record, OpKind kind, Few<PackId>& packs) {
  Op op;
  op.kind = kind;
  op.key = Forever().Keep(record.key);
  for (const PackSpec& pack : Packs()) {
    for (uint32_t i = 0; i < pack.registers.size(); ++i) {
      if (pack.registers[i].name != record.reg) continue;
      op.reg = i;
      const auto at = std::find(packs.begin(), packs.end(), pack.id);
      op.pack = static_cast<uint32_t>(at - packs.begin());
      if (at == packs.end()) packs.push_back(pack.id);
    }
  }
  return op;
}

// The view after one more entry, which is only imagined.
struct Imagined {
  Imagined(const Meaning& view, LaneId lane, const Expected& out, std::optional<Ruling> ruling)
      : book(view.book), seen(view.seen) {
    Item item;
    item.entry.lane = lane;
    item.entry.seq = ++seen[lane];
    item.entry.hlc = UINT64_MAX;
    item.entry.packs = out.packs;
    item.entry.ops = out.ops;
    if (ruling) item.entry.kind = EntryKind::kRuling;
    if (ruling) item.entry.ruling = *std::move(ruling);
    for (const auto& [other, seq] : view.seen) {
      if (other != lane) item.entry.context.push_back({other, seq});
    }
    book.Add(std::move(item));
  }
  Book book;
  Seen seen;
};

// A claim that is new after the entry, and that another existing record holds.
bool BreaksUnique(const Meaning& before, const Meaning& after) {
  for (const auto& [key, holders] : after.claims) {
    for (const auto& [mine, writes] : holders) {
      const auto known = before.claims.find(key);
      if (known != before.claims.end() && known->second.contains(mine)) continue;
      for (const auto& [other, its] : holders) {
        if (other != mine && !after.Same(RuleOf(key.first), mine, other)) return true;
      }
    }
  }
  return false;
}

// After the entry: a record that it ended is named by one that stands, or what it refers to does not exist.
bool BreaksReference(const Meaning& after, const Item& entry) {
  for (const Op& op : entry.entry.ops) {
    const Row& row = *after.Find(AddressText(entry.entry, op));
    for (const auto& [address, other] : after.rows) {
      for (uint32_t f = 0; f < other.reg->fields.size() && other.exists && !row.exists; ++f) {
        if (other.reg->fields[f].type != Type::kReference) continue;
        for (const Act& write : other.Visible(f)) {
          if (write.value().payload() == row.address) return true;
        }
      }
    }
    for (uint32_t f = 0; f < row.reg->fields.size(); ++f) {
      if (row.reg->fields[f].type != Type::kReference) continue;
      for (const Act& write : row.Standing(f)) {
        if (write.by->place() == entry.place() && !write.value().unset() && !after.Exists(std::string(write.value().payload())))
          return true;
      }
    }
  }
  return false;
}

// What a case about the record leaves to a person.
bool Contested(const Meaning& view, const std::string& address) {
  return std::any_of(view.cases.begin(), view.cases.end(),
                     [&](const auto& known) { return !known.second.rule.notice && view.Disputes(known.second, address); });
}

OpKind KindOfEdit(const Meaning& view, const std::string& address) {
  const auto c = view.cases.find({"existence", address});
  const bool contested = c != view.cases.end() && view.Disputes(c->second, address);
  return view.Exists(address) && !contested ? OpKind::kEdit : OpKind::kNeutral;
}

bool Held(const Meaning& view, const std::string& address) {
  for (const auto& [key, c] : view.cases) {
    if (!c.rule.hold || c.state == "ruled") continue;
    if (c.rule.kind != Kind::kUnique && c.subject != address) continue;
    for (const Fact& fact : c.facts) {
      if (view.AddressOf(fact) == address) return true;
    }
  }
  return false;
}

void FindActsBefore(const Meaning& view, const Draft& draft, const Contents& contents, Expected& out) {
  bool other_content = false;
  for (const Item* item : view.order) {
    if (draft.id.empty() || item->entry.idempotency != draft.id) continue;
    if (contents.at(item->place()) == JsonOf(draft)) {
      out.before.push_back(view.book.Short(item->place()));
    } else {
      other_content = true;
    }
  }
  if (other_content && out.before.empty()) out.refusals.insert("idempotency");
}

// ---- rulings

Op& OpFor(const Meaning& view, const std::string& address, Expected& out) {
  const Op made = OpOn(*Address::Parse(address), KindOfEdit(view, address), out.packs);
  for (Op& op : out.ops) {
    if (op.pack == made.pack && op.reg == made.reg && op.key == made.key) return op;
  }
  out.ops.push_back(made);
  return out.ops.back();
}

void Retract(const Meaning& view, const std::string& address, uint32_t field, std::vector<Place> named, Expected& out) {
  if (named.empty()) return;
  std::sort(named.begin(), named.end());
  OpFor(view, address, out).changes.push_back({field, Verb::kRetract, {}, std::move(named)});
}

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

void Settle(const Meaning& view, const std::string& address, const std::string& field, const Value& value, Expected& out) {
  const uint32_t ordinal = OrdinalOf(RegisterOf(Address::Parse(address)->reg), field);
  OpFor(view, address, out).changes.push_back({ordinal, Verb::kSettle, value, {}});
}

bool IsFact(const Meaning& view, const Case& c, const std::string& entry) {
  return std::any_of(c.facts.begin(), c.facts.end(), [&](const Fact& fact) { return view.book.Short(fact.place) == entry; });
}

// What the entry wrote into the field of the case.
const Value* WrittenBy(const Meaning& view, const Case& c, const std::string& entry) {
  for (const Act& act : view.Find(c.subject)->acts) {
    if (view.book.Short(act.by->place()) == entry && act.change != nullptr &&
        act.field() == OrdinalOf(RegisterOf(c.rule.reg), c.rule.field)) {
      return &act.value();
    }
  }
  return nullptr;
}

void SettleField(const Meaning& view, const Case& c, const RulingDraft& ruling, Expected& out) {
  if (ruling.none) Settle(view, c.subject, c.rule.field, Value::Unset(), out);
  if (!ruling.keep.empty()) Settle(view, c.subject, c.rule.field, *WrittenBy(view, c, ruling.keep), out);
}

void WithdrawClaims(const Meaning& view, const Case& c, const RulingDraft& ruling, Expected& out) {
  std::set<std::string> records, kept;  // kept: where the claim of the entry kept still stands
  for (const Fact& fact : c.facts) {
    const std::string address = view.AddressOf(fact);
    records.insert(address);
    if (view.book.Short(fact.place) == ruling.keep && view.Stands(c, fact) && view.Exists(address)) kept.insert(address);
  }
  // The value would go to nobody, or `keep` would have to choose between records of one entry.
  if (!ruling.keep.empty() && kept.size() != 1) out.refusals.insert("ruling");
  for (const std::string& address : records) {
    if (ruling.both || kept.contains(address)) continue;
    const Row& row = *view.Find(address);
    std::vector<Place> named;
    for (const Act& write : row.Standing(OrdinalOf(*row.reg, c.rule.field))) {
      if (!write.value().unset() && SubjectOf(c.rule, write.value()) == c.subject) named.push_back(write.by->place());
    }
    Retract(view, address, OrdinalOf(*row.reg, c.rule.field), named, out);
  }
}

// The fact that `keep` names: the first of its entry.
std::optional<Fact> KeptFact(const Meaning& view, const Case& c, const std::string& keep) {
  for (const Fact& fact : c.facts) {
    if (view.book.Short(fact.place) == keep) return fact;
  }
  return std::nullopt;
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
      for (const Act& write : row.reg->fields[f].type == Type::kSet ? std::vector<Act>() : row.Standing(f)) {
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
  const uint32_t field = OrdinalOf(*row.reg, c.rule.field);
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
  if (!ruling.keep.empty() && !revived.empty()) Settle(view, c.subject, c.rule.field, revived[0].value(), out);
  std::set<Place> named;
  for (const Act& write : gone) named.insert(write.by->place());
  Retract(view, c.subject, field, {named.begin(), named.end()}, out);
  std::set<std::string> targets;
  for (const Act& write : revived) targets.insert(std::string(write.value().payload()));
  for (const std::string& target : targets) {
    if (target.empty() || view.Exists(target)) continue;
    const std::vector<Act> ends = view.Find(target) == nullptr ? std::vector<Act>() : view.Find(target)->Standing(kNoField);
    if (ends.empty() && ruling.none) continue;  // nothing ended it
    RuleOnLife(view, target, ends, Value::Bool(true), out);
  }
}

// Every address must be a field that the case is about.
void SettleByHand(const Meaning& view, const Case& c, const Literal& object, Expected& out) {
  for (const auto& [text, literal] : object.members) {
    Address address = *Address::Parse(text);
    const std::string field = address.field;
    address.field.clear();
    const auto here = [&](const Fact& fact) { return view.AddressOf(fact) == address.Text(); };
    const bool elsewhere = c.rule.kind == Kind::kField && address.Text() != c.subject;
    if (c.rule.kind == Kind::kExistence || field != c.rule.field || elsewhere ||
        std::none_of(c.facts.begin(), c.facts.end(), here)) {
      out.refusals.insert("ruling");
      return;
    }
    const FieldSpec* spec = FieldOf(RegisterOf(address.reg), field);
    const std::optional<Value> value = literal.null() ? Value::Unset() : Typed(spec->type, literal, spec);
    if (!value) {
      out.refusals.insert({"type", "ruling"});
      return;
    }
    const auto is_state = [&](const auto& move) { return value->payload() == move.first || value->payload() == move.second; };
    if (spec->type == Type::kState && std::none_of(spec->moves.begin(), spec->moves.end(), is_state))
      out.refusals.insert("ruling");
    Settle(view, address.Text(), field, *value, out);
  }
}

// The case must be at rest after the ruling, and no claim may be new that another record holds.
void CheckRuling(const Meaning& view, LaneId lane, const RulingDraft& draft, Expected& out) {
  Ruling ruling;
  ruling.rule = draft.rule;
  ruling.subject = draft.subject;
  ruling.outcome = draft.both ? Outcome::kBoth : draft.none ? Outcome::kNone : draft.set ? Outcome::kSet : Outcome::kKeep;
  if (!draft.keep.empty()) ruling.keep = view.book.Find(draft.keep)->place();
  ruling.facts = out.facts;
  const Imagined after(view, lane, out, ruling);
  const Meaning meaning(after.book, after.seen);
  const Case& c = meaning.cases.at({draft.rule, draft.subject});
  const bool gone = c.clashes.empty() || !draft.set || c.rule.kind != Kind::kUnique;
  if (c.state != "ruled" || !gone) out.refusals.insert("ruling");
  if (BreaksUnique(view, meaning)) out.refusals.insert("unique");
}

}  // namespace

namespace {

// What a deletion takes with it: references in fields of which the pack says so, each unset in the same entry.
void UnsetReferences(const Meaning& view, const std::string& target, Expected& out) {
  for (const std::string reg : {"firm", "parcel"}) {  // ascending, as the fields are
    for (uint32_t f = 0; f < RegisterOf(reg).fields.size(); ++f) {
      const FieldSpec& field = RegisterOf(reg).fields[f];
      for (const auto& [address, row] : view.rows) {
        if (!field.unset_on_deletion || row.reg->name != reg || !row.exists) continue;
        std::set<Place> named;
        bool others = false;
        for (const Act& write : row.Visible(f)) {
          if (write.value().payload() == target) {
            named.insert(write.by->place());
          } else {
            others = true;
          }
        }
        Entry entry;
        entry.packs = out.packs;
        const bool written = std::any_of(out.ops.begin(), out.ops.end(), [&](const Op& op) {
          const auto writes = [&](const Change& change) { return change.field == f; };
          return AddressText(entry, op) == address &&
                 (op.kind == OpKind::kDelete || std::any_of(op.changes.begin(), op.changes.end(), writes));
        });
        if (named.empty() || written) continue;
        if (Held(view, address)) out.refusals.insert("hold");
        Op op = OpOn(*Address::Parse(address), KindOfEdit(view, address), out.packs);
        Change change{f, field.last ? Verb::kSetLast : Verb::kSet, {}, {}};
        if (others && !field.last) change.named.assign(named.begin(), named.end());
        op.changes.push_back(change);
        out.ops.push_back(op);
      }
    }
  }
}

}  // namespace

Expected Expect(const Meaning& view, LaneId lane, const Draft& draft, const Contents& contents) {
  Expected out;
  if (!view.book.labels.contains(lane)) out.refusals.insert("admission");
  std::map<std::string, bool> exists;  // of records that the operations before began or ended
  for (const DraftOp& draft_op : draft.ops) {
    const bool create = draft_op.verb == DraftOp::Verb::kCreate, ends = draft_op.verb == DraftOp::Verb::kDelete;
    const std::string address = draft_op.record.Text();
    const bool anew = exists.contains(address);
    if (create == (anew ? exists[address] : view.Exists(address))) out.refusals.insert("existence");
    if (ends && !anew && Contested(view, address)) out.refusals.insert("contested");
    if (Held(view, address)) out.refusals.insert("hold");
    const OpKind kind = create ? OpKind::kCreate : ends ? OpKind::kDelete : anew ? OpKind::kEdit : KindOfEdit(view, address);
    if (create || ends) exists[address] = create;
    Op op = OpOn(draft_op.record, kind, out.packs);
    const Row* row = exists.contains(address) ? nullptr : view.Find(address);  // a creation begins with an empty record
    for (const DraftChange& change : draft_op.changes) AddChange(view, change, RegisterOf(draft_op.record.reg), row, op, out);
    std::sort(op.changes.begin(), op.changes.end(), [](const Change& a, const Change& b) {
      return std::tie(a.field, a.verb, a.value) < std::tie(b.field, b.verb, b.value);
    });
    out.ops.push_back(op);
  }
  for (const DraftOp& draft_op : draft.ops) {
    const std::string address = draft_op.record.Text();
    if (draft_op.verb == DraftOp::Verb::kDelete && !exists[address]) UnsetReferences(view, address, out);
  }
  if (!draft.admit_breaches) {
    const Imagined imagined(view, lane, out, std::nullopt);
    const Meaning after(imagined.book, imagined.seen);
    if (BreaksUnique(view, after)) out.refusals.insert("unique");
    if (BreaksReference(after, imagined.book.items.at({lane, imagined.seen.at(lane)}))) out.refusals.insert("reference");
  }
  FindActsBefore(view, draft, contents, out);
  return out;
}

Expected Expect(const Meaning& view, LaneId lane, const RulingDraft& draft) {
  Expected out;
  if (!view.book.labels.contains(lane)) out.refusals.insert("admission");
  const auto found = view.cases.find({draft.rule, draft.subject});
  if (found == view.cases.end()) {
    out.refusals.insert("ruling");
    return out;
  }
  const Case& c = found->second;
  out.facts.assign(c.facts.begin(), c.facts.end());
  if (!draft.keep.empty() && !IsFact(view, c, draft.keep)) {
    out.refusals.insert("ruling");
    return out;
  }
  if (draft.set) SettleByHand(view, c, *draft.set, out);
  if (!draft.set && c.rule.shown == "reference") RuleOnReference(view, c, draft, out);
  if (!draft.set && c.rule.kind == Kind::kField && c.rule.shown != "reference") SettleField(view, c, draft, out);
  if (!draft.set && c.rule.kind == Kind::kUnique) WithdrawClaims(view, c, draft, out);
  if (!draft.set && c.rule.kind == Kind::kExistence) RuleOnExistence(view, c, draft, out);
  if (out.refusals.empty()) CheckRuling(view, lane, draft, out);
  for (Op& op : out.ops) {
    std::sort(op.changes.begin(), op.changes.end(), [](const Change& a, const Change& b) { return a.field < b.field; });
  }
  return out;
}

// ---- drafts as text

std::string JsonOf(const Draft& draft) {
  Literal out = Literal::Object();
  if (!draft.id.empty()) out.Add("id", draft.id);
  if (!draft.officer.empty()) out.Add("officer", draft.officer);
  if (!draft.basis.empty()) out.Add("basis", draft.basis);
  if (!draft.relied_on.empty()) out.Add("relied_on", Literal::List(draft.relied_on));
  Literal ops = Literal::List();
  for (const DraftOp& op : draft.ops) {
    Literal shown = Literal::Object();
    const char* verbs[] = {"create", "record", "delete"};
    shown.Add(verbs[static_cast<int>(op.verb)], op.record.Text());
    Literal move = Literal::Object(), set = Literal::Object(), unset = Literal::List(), add = Literal::Object(),
            remove = Literal::Object(), over = Literal::Object();
    const auto append = [](Literal& object, const DraftChange& change) {
      for (auto& [name, list] : object.members) {
        if (name == change.field) {
          list.list.push_back(change.value);
          return;
        }
      }
      object.Add(change.field, Literal::List({change.value}));
    };
    for (const DraftChange& change : op.changes) {
      if (change.verb == DraftChange::Verb::kSet) set.Add(change.field, change.value);
      if (change.verb == DraftChange::Verb::kUnset) unset.list.push_back(change.field);
      if (change.verb == DraftChange::Verb::kMove) move.Add(change.field, change.value);
      if (change.verb == DraftChange::Verb::kAdd) append(add, change);
      if (change.verb == DraftChange::Verb::kRemove) append(remove, change);
      if (!change.over.empty()) over.Add(change.field, change.over);
    }
    if (!set.members.empty()) shown.Add("set", set);
    if (!unset.list.empty()) shown.Add("unset", unset);
    if (!move.members.empty()) shown.Add("move", move);
    if (!add.members.empty()) shown.Add("add", add);
    if (!remove.members.empty()) shown.Add("remove", remove);
    if (!over.members.empty()) shown.Add("over", over);
    ops.list.push_back(shown);
  }
  out.Add("ops", ops);
  return out.Json();
}

std::string JsonOf(const RulingDraft& ruling) {
  Literal out = Literal::Object();
  if (!ruling.keep.empty()) out.Add("keep", ruling.keep);
  if (ruling.set) out.Add("set", *ruling.set);
  if (ruling.both) out.Add("both", true);
  if (ruling.none) out.Add("none", true);
  return out.Add("officer", ruling.officer).Add("reason", ruling.reason).Json();
}

}  // namespace chancery::model
