// Operations of an entry: reading, and the rules between them that need no other entry.
#include <algorithm>
#include <tuple>

#include "engine/base/strings.h"
#include "engine/codec/entry_reader.h"

namespace chancery {

using namespace body;

namespace {

// kKeep: of filings and rulings alike.
bool MayStandIn(EntryKind kind, Verb v) {
  const bool rulings = v == Verb::kSettle || v == Verb::kRetract, filings = v == Verb::kSet || v == Verb::kSetLast;
  return kind == EntryKind::kRuling ? !filings : !rulings;
}

// A change says neither less nor more than its verb needs.
bool IsLegal(const Change& c) {
  switch (c.verb) {
    case Verb::kSet:
      return true;
    case Verb::kSetLast:
    case Verb::kSettle:
      return c.named.empty();
    case Verb::kAdd:
    case Verb::kRemove:
      return c.named.empty() && !c.value.unset();
    case Verb::kKeep:
      return !c.value.unset() || !c.named.empty();
    case Verb::kBump:
      return c.named.empty() && (c.value.kind == Kind::kInteger || c.value.kind == Kind::kGroup);
    case Verb::kRetract:
      if (c.field == kNoField && c.value.kind == Kind::kBool) return true;
      return !c.named.empty() && c.value.unset();
  }
  return false;
}

// Ascending by (field, verb, value); several changes of one field only where each is about another element of a set, or where a
// ruling withdraws something and adds something.
bool MayFollow(const Change& a, const Change& b) {
  const auto is_element = [](const Change& c) { return c.verb == Verb::kAdd || c.verb == Verb::kRemove; };
  const bool anew = a.verb == Verb::kRetract && b.verb == Verb::kKeep;
  if (a.field == b.field && !(is_element(a) && is_element(b)) && !anew) return false;
  return std::tie(a.field, a.verb, a.value) < std::tie(b.field, b.verb, b.value);
}

// Pack ids are listed in order of first use, and each is used.
bool PacksInOrder(const Entry& e) {
  uint32_t used = 0;
  for (const Op& op : e.ops) {
    if (op.pack > used) return false;
    if (op.pack == used) ++used;
  }
  if (used != e.packs.size()) return false;
  if (used < 2) return true;
  Few<PackId> ids = e.packs;
  std::sort(ids.begin(), ids.end());
  return std::adjacent_find(ids.begin(), ids.end()) == ids.end();
}

auto RecordOf(const Op& op) { return std::tie(op.pack, op.reg, op.key); }

// The operations on one record, in the entry's order: a creation comes first or after a deletion, after a deletion comes nothing
// but a creation, and no two of them change one field.
bool AgreeOnRecord(const std::vector<const Op*>& ops) {
  std::vector<uint32_t> fields;
  for (size_t i = 0; i < ops.size(); ++i) {
    const bool after_delete = i > 0 && ops[i - 1]->kind == OpKind::kDelete;
    const bool creates = ops[i]->kind == OpKind::kCreate;
    if (i > 0 && creates != after_delete) return false;
    const size_t before = fields.size();
    for (const Change& c : ops[i]->changes) {
      if (fields.size() == before || fields.back() != c.field) fields.push_back(c.field);
    }
  }
  std::sort(fields.begin(), fields.end());
  return std::adjacent_find(fields.begin(), fields.end()) == fields.end();
}

bool AgreeOnRecords(const Ops& ops) {
  std::vector<const Op*> sorted;
  for (const Op& op : ops) sorted.push_back(&op);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Op* a, const Op* b) { return RecordOf(*a) < RecordOf(*b); });
  for (auto first = sorted.begin(); first != sorted.end();) {
    const auto other = [&](const Op* op) { return RecordOf(*op) != RecordOf(**first); };
    const auto end = std::find_if(first, sorted.end(), other);
    if (end - first > 1 && !AgreeOnRecord({first, end})) return false;
    first = end;
  }
  return true;
}

}  // namespace

void EntryReader::ReadValue(Value* v) {
  const std::string_view from = in_.rest();
  switch (v->kind) {
    case Kind::kUnset:
      break;
    case Kind::kBool:
      in_.U8();
      break;
    case Kind::kRational:
      in_.Varint();
      [[fallthrough]];
    case Kind::kInteger:
    case Kind::kDate:
    case Kind::kTime:
      in_.Varint();
      break;
    default: {
      const std::string_view payload = in_.Sized();
      if (Need(payload.size() <= limits::kValueBytes && Value::IsCanonical(v->kind, payload), "ops: value"))
        v->SetPayload(payload);
      return;
    }
  }
  const std::string_view payload = from.substr(0, from.size() - in_.left());
  if (Need(Value::IsCanonical(v->kind, payload), "ops: value")) v->SetPayload(payload);
}

void EntryReader::ReadChange(EntryKind kind, Change* c) {
  c->field = static_cast<uint32_t>(Number(0, kNoField, "ops: field"));
  const uint8_t head = in_.U8();
  c->verb = static_cast<Verb>(head & kVerbMask);
  Need((head >> kKindShift & kKindMask) <= static_cast<uint8_t>(kLastOfEntries), "ops: kind of value");
  c->value.kind = static_cast<Kind>(head >> kKindShift & kKindMask);
  if (failed()) return;
  ReadValue(&c->value);
  if (head & kNames) Places(&c->named, limits::kEntryBytes, "ops: named");
  Need(c->field < limits::kFieldsPerRegister || (c->field == kNoField && c->verb == Verb::kRetract), "ops: field");
  Need(MayStandIn(kind, c->verb), "ops: a verb that this kind of entry does not have");
  Need(IsLegal(*c), "ops: more or less than the verb needs");
}

void EntryReader::ReadOp(Entry& e, Op* op) {
  const uint8_t head = in_.U8();
  op->kind = static_cast<OpKind>(head & kOpKindMask);
  const bool edit = op->kind == OpKind::kEdit || op->kind == OpKind::kNeutral;
  Need(edit || e.kind != EntryKind::kRuling, "ops: a ruling creates or deletes");
  uint64_t changes = head >> kChangesShift;
  if (changes == kManyChanges) changes += Number(0, limits::kEntryBytes, "ops: changes");
  Need(op->kind != OpKind::kDelete || changes == 0, "ops: a deletion with changes");
  if (head & kOtherPack) op->pack = static_cast<uint32_t>(Number(1, limits::kOpsPerEntry, "ops: pack"));
  op->reg = static_cast<uint32_t>(Number(0, kRegisterMax, "ops: register"));
  const std::string_view key = in_.Sized();
  if (!Need(IsKey(key), "ops: key")) return;
  op->key = key;
  if (!Need(changes <= in_.left() / 2, "ops: changes")) return;
  op->changes.resize(changes);
  for (size_t i = 0; i < changes && !failed(); ++i) {
    ReadChange(e.kind, &op->changes[i]);
    if (i > 0) Need(MayFollow(op->changes[i - 1], op->changes[i]), "ops: order of changes");
  }
}

void EntryReader::ReadOps(Entry& e, bool several) {
  e.ops.resize(several ? Count(2, limits::kOpsPerEntry, 4, "ops: count") : 1);
  for (size_t i = 0; i < e.ops.size() && !failed(); ++i) ReadOp(e, &e.ops[i]);
  Need(PacksInOrder(e), "packs: not those used, in order of first use");
  if (e.ops.size() > 1) Need(AgreeOnRecords(e.ops), "ops: two that do not go together on one record");
}

}  // namespace chancery
