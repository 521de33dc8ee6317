// What a ruling on an entry as a whole comes to: it stands, or what it wrote is undone where it still stands.
#include <algorithm>
#include <tuple>

#include "tests/model/clerk_parts.h"
#include "tests/model/shares.h"

namespace chancery::model {
namespace {

using Items = std::set<const Item*>;

std::set<Place> PlacesOf(const std::vector<Act>& acts) {
  std::set<Place> places;
  for (const Act& act : acts) places.insert(act.by->place());
  return places;
}

void AddRetract(uint32_t field, const std::vector<Act>& acts, const Value& says, Op& op) {
  const std::set<Place> named = PlacesOf(acts);
  op.changes.push_back({field, Verb::kRetract, says, {named.begin(), named.end()}});
}

// What the entries left in the field; of the shares also what was built on it.
std::vector<Act> WrittenBy(const Row& row, uint32_t field, const Items& undone) {
  std::vector<Act> out;
  if (row.spec(field).type == Type::kShares) {
    const Ownership shares(&row, field);
    std::set<size_t> own;
    for (size_t i = 0; i < shares.writes.size(); ++i) {
      if (undone.contains(shares.writes[i].by)) own.insert(i);
    }
    for (const size_t i : own.empty() ? own : shares.BuiltOn(own)) out.push_back(shares.writes[i]);
    return out;
  }
  for (const Act& act : row.Standing(field)) {
    if (undone.contains(act.by)) out.push_back(act);
  }
  return out;
}

struct Undoing {
  const Meaning& view;
  const Items& undone;
  bool to_unset;   // losers do not return to the value before
  bool* returned;  // some would
};

void UndoElements(const Undoing& undoing, const Row& row, uint32_t field, Op& op) {
  std::map<Value, Verb> verbs;
  for (const Act& mark : row.Standing(field)) {
    if (!undoing.undone.contains(mark.by)) continue;
    const Verb verb = mark.change->verb == Verb::kAdd ? Verb::kRemove : Verb::kAdd;
    const auto [at, fresh] = verbs.emplace(mark.value(), verb);
    if (!fresh && verb == Verb::kRemove) at->second = verb;
  }
  for (const auto& [value, verb] : verbs) op.changes.push_back({field, verb, value, {}});
}

void UndoField(const Undoing& undoing, const Row& row, uint32_t field, Op& op) {
  const FieldSpec& spec = row.spec(field);
  if (spec.type == Type::kSet) return UndoElements(undoing, row, field, op);
  const std::vector<Act> written = WrittenBy(row, field, undoing.undone);
  if (written.empty() || spec.type == Type::kEscrow) return;
  if (spec.type == Type::kCounter) {
    int64_t back = 0;
    for (const Act& bump : written) back -= bump.value().AsInteger();
    if (back != 0) op.changes.push_back({field, Verb::kBump, Value::Integer(back), {}});
    return;
  }
  if (spec.one_value() && row.Standing(field).size() == 1 && spec.type != Type::kSerial) {
    const Meaning past(undoing.view.book, written[0].by->past);
    const Row* before = past.Find(row.address);
    const Value* shown = before == nullptr || !before->exists ? nullptr : past.Interim(*before, field);
    const bool returns = shown != nullptr && !shown->unset();
    *undoing.returned |= returns;
    if (returns && !undoing.to_unset) {
      op.changes.push_back({field, Verb::kSettle, *shown, {}});
      return;
    }
  }
  AddRetract(field, written, {}, op);
}

void UndoLife(const Undoing& undoing, const Row& row, Op& op) {
  std::vector<Act> created, deleted, others, dead, edits;
  for (const Act& mark : row.Standing(kNoField)) {
    const bool own = undoing.undone.contains(mark.by) && mark.change == nullptr;
    (mark.says(OpKind::kEdit) ? edits
     : own && mark.live()     ? created
     : own                    ? deleted
     : mark.live()            ? others
                              : dead)
        .push_back(mark);
  }
  if (created.empty() && deleted.empty()) return;
  std::vector<Act> withdrawn = created;
  withdrawn.insert(withdrawn.end(), deleted.begin(), deleted.end());
  if (created.empty()) {
    withdrawn.insert(withdrawn.end(), dead.begin(), dead.end());
    return AddRetract(kNoField, withdrawn, Value::Bool(true), op);
  }
  if (others.empty()) withdrawn.insert(withdrawn.end(), edits.begin(), edits.end());
  AddRetract(kNoField, withdrawn, others.empty() ? Value::Bool(false) : Value(), op);
}

void UndoAll(const Meaning& view, const Case& c, const RulingDraft& draft, bool to_unset, bool* returned, Expected& out) {
  const Item* t = c.relying;
  std::map<Place, const Item*> order;
  if (draft.keep.empty() || draft.keep != view.book.Short(t->place())) order.emplace(t->place(), t);
  for (const Fact& fact : draft.none ? c.facts : std::set<Fact>()) order.emplace(fact.place, &view.book.items.at(fact.place));
  Items undone;
  std::vector<std::string> records;  // as first met
  for (const auto& [place, item] : order) {
    undone.insert(item);
    for (const Op& op : item->entry.ops) {
      const std::string address = AddressText(item->entry, op);
      if (std::count(records.begin(), records.end(), address) == 0) records.push_back(address);
    }
  }
  const Undoing undoing{view, undone, to_unset, returned};
  for (const std::string& address : records) {
    const Row& row = *view.Find(address);
    Op op;
    for (uint32_t f = 0; f < row.reg->fields.size(); ++f) UndoField(undoing, row, f, op);
    UndoLife(undoing, row, op);
    if (op.changes.empty()) continue;
    std::sort(op.changes.begin(), op.changes.end(), [](const Change& a, const Change& b) {
      return std::tie(a.field, a.verb, a.value) < std::tie(b.field, b.verb, b.value);
    });
    OpFor(address, OpKind::kNeutral, out).changes = op.changes;
  }
}

}  // namespace

void RuleOnEntry(const Meaning& view, LaneId lane, const Case& c, const RulingDraft& draft, Expected& out) {
  if (draft.both) return;
  const Expected nothing = out;
  bool returned = false;
  UndoAll(view, c, draft, false, &returned, out);
  if (!returned) return;
  const auto fits = [&](const Expected& tried) {
    const Imagined after = After(view, lane, draft, tried);
    const Meaning meaning(after.book, after.seen);
    Expected breaches;
    FindBreaches(view, meaning, after.item(), breaches);
    return meaning.cases.at({c.rule.id, c.subject}).state == "ruled" && breaches.refusals.empty();
  };
  if (fits(out)) return;
  Expected unset = nothing;
  UndoAll(view, c, draft, true, &returned, unset);
  if (fits(unset)) out = unset;
}

// Fields of one value that entries of the case wrote.
std::set<std::string> FieldsWritten(const Meaning& view, const Case& c) {
  std::set<std::string> fields;
  for (const Fact& fact : c.facts) {
    const Entry& entry = view.book.items.at(fact.place).entry;
    for (const Op& op : entry.ops) {
      const Row& row = *view.Find(AddressText(entry, op));
      for (const Change& change : op.changes) {
        if (change.field != kNoField && row.spec(change.field).one_value())
          fields.insert(row.address + "/" + row.spec(change.field).name);
      }
    }
  }
  return fields;
}

}  // namespace chancery::model
