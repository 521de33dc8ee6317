#include "tests/model/clerk.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace chancery::model {
namespace {

using Kind = RuleSpec::Kind;

std::optional<Value> Typed(Type type, const Literal& literal, const FieldSpec* field) {
  switch (type) {
    case Type::kText:
    case Type::kSet:
      if (literal.type != Literal::Type::kText) return std::nullopt;
      return Value::Text(literal.text);
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
      return Value::Group(members);
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
  if (field == nullptr || element != (field->type == Type::kSet)) {
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
  op.changes.push_back(made);
}

Op OpOn(const Address& record, OpKind kind, std::vector<PackId>& packs) {
  Op op;
  op.kind = kind;
  op.key = record.key;
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
    item.entry.ruling = std::move(ruling);
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

bool Held(const Meaning& view, const std::string& address) {
  for (const auto& [key, c] : view.cases) {
    if (!c.rule.hold || c.state == "ruled") continue;
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

Op& OpFor(const std::string& address, Expected& out) {
  const Op made = OpOn(*Address::Parse(address), OpKind::kEdit, out.packs);
  for (Op& op : out.ops) {
    if (op.pack == made.pack && op.reg == made.reg && op.key == made.key) return op;
  }
  out.ops.push_back(made);
  return out.ops.back();
}

void Retract(const std::string& address, uint32_t field, std::vector<Place> named, const Value& value, Expected& out) {
  if (named.empty()) return;
  std::sort(named.begin(), named.end());
  OpFor(address, out).changes.push_back({field, Verb::kRetract, value, std::move(named)});
}

void Settle(const std::string& address, const std::string& field, const Value& value, Expected& out) {
  const uint32_t ordinal = OrdinalOf(RegisterOf(Address::Parse(address)->reg), field);
  OpFor(address, out).changes.push_back({ordinal, Verb::kSettle, value, {}});
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
  if (ruling.none) Settle(c.subject, c.rule.field, Value::Unset(), out);
  if (!ruling.keep.empty()) Settle(c.subject, c.rule.field, *WrittenBy(view, c, ruling.keep), out);
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
    Retract(address, OrdinalOf(*row.reg, c.rule.field), named, Value::Unset(), out);
  }
}

void WithdrawCreations(const Meaning& view, const Case& c, const RulingDraft& ruling, Expected& out) {
  const Row& row = *view.Find(c.subject);
  const std::vector<Act> lives = row.Standing(kNoField);
  const auto kept = [&](const Act& life) { return life.change == nullptr && view.book.Short(life.by->place()) == ruling.keep; };
  if (!ruling.keep.empty() && std::none_of(lives.begin(), lives.end(), kept)) out.refusals.insert("ruling");
  std::vector<Place> creations;
  std::map<uint32_t, std::vector<Place>> writes;
  for (const Act& life : lives) {
    if (ruling.both || life.change != nullptr || kept(life)) continue;
    creations.push_back(life.by->place());
    for (uint32_t f = 0; f < row.reg->fields.size(); ++f) {
      if (row.reg->fields[f].type == Type::kSet) continue;
      for (const Act& write : row.Standing(f)) {
        if (write.fact() == life.fact()) writes[f].push_back(write.by->place());
      }
    }
  }
  for (const auto& [field, named] : writes) Retract(c.subject, field, named, Value::Unset(), out);
  Retract(c.subject, kNoField, creations, ruling.none ? Value::Bool(false) : Value::Unset(), out);
}

// Every address must be a field that the case is about.
void SettleByHand(const Meaning& view, const Case& c, const Literal& object, Expected& out) {
  for (const auto& [text, literal] : object.members) {
    Address address = *Address::Parse(text);
    const std::string field = address.field;
    address.field.clear();
    const auto here = [&](const Fact& fact) { return view.AddressOf(fact) == address.Text(); };
    if (c.rule.kind == Kind::kExistence || field != c.rule.field || std::none_of(c.facts.begin(), c.facts.end(), here)) {
      out.refusals.insert("ruling");
      return;
    }
    const FieldSpec* spec = FieldOf(RegisterOf(address.reg), field);
    const std::optional<Value> value = Typed(spec->type, literal, spec);
    if (!value) {
      out.refusals.insert({"type", "ruling"});
      return;
    }
    Settle(address.Text(), field, *value, out);
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

Expected Expect(const Meaning& view, LaneId lane, const Draft& draft, const Contents& contents) {
  Expected out;
  if (!view.book.labels.contains(lane)) out.refusals.insert("admission");
  std::set<std::string> created;
  for (const DraftOp& draft_op : draft.ops) {
    const bool create = draft_op.verb == DraftOp::Verb::kCreate;
    const std::string address = draft_op.record.Text();
    const bool exists = view.Exists(address) || created.contains(address);
    if (create == exists) out.refusals.insert("existence");
    if (create) created.insert(address);
    if (Held(view, address)) out.refusals.insert("hold");
    Op op = OpOn(draft_op.record, create ? OpKind::kCreate : OpKind::kEdit, out.packs);
    const Row* row = created.contains(address) ? nullptr : view.Find(address);  // a creation begins with an empty record
    for (const DraftChange& change : draft_op.changes) AddChange(view, change, RegisterOf(draft_op.record.reg), row, op, out);
    std::sort(op.changes.begin(), op.changes.end(), [](const Change& a, const Change& b) {
      return std::tie(a.field, a.verb, a.value) < std::tie(b.field, b.verb, b.value);
    });
    out.ops.push_back(op);
  }
  if (!draft.admit_breaches) {
    const Imagined after(view, lane, out, std::nullopt);
    if (BreaksUnique(view, Meaning(after.book, after.seen))) out.refusals.insert("unique");
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
  if (!draft.set && c.rule.kind == Kind::kField) SettleField(view, c, draft, out);
  if (!draft.set && c.rule.kind == Kind::kUnique) WithdrawClaims(view, c, draft, out);
  if (!draft.set && c.rule.kind == Kind::kExistence) WithdrawCreations(view, c, draft, out);
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
    shown.Add(op.verb == DraftOp::Verb::kCreate ? "create" : "record", op.record.Text());
    Literal set = Literal::Object(), unset = Literal::List(), add = Literal::Object(), remove = Literal::Object(),
            over = Literal::Object();
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
      if (change.verb == DraftChange::Verb::kAdd) append(add, change);
      if (change.verb == DraftChange::Verb::kRemove) append(remove, change);
      if (!change.over.empty()) over.Add(change.field, change.over);
    }
    if (!set.members.empty()) shown.Add("set", set);
    if (!unset.list.empty()) shown.Add("unset", unset);
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
