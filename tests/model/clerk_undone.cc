// What a ruling on an entry as a whole comes to: it stands, or what it wrote is undone where it still stands.
#include <algorithm>
#include <tuple>

#include "tests/model/clerk_parts.h"
#include "tests/model/shares.h"

namespace chancery::model {
namespace {

using Effects = std::vector<Change>;

std::set<Place> PlacesOf(const std::vector<Act>& acts) {
  std::set<Place> places;
  for (const Act& act : acts) places.insert(act.by->place());
  return places;
}

std::vector<Act> WrittenBy(const Row& row, uint32_t field, const Item& item) {
  std::vector<Act> out;
  if (row.spec(field).type == Type::kShares) {
    const Ownership shares(&row, field);
    std::set<size_t> own;
    for (size_t i = 0; i < shares.writes.size(); ++i) {
      if (shares.writes[i].by == &item) own.insert(i);
    }
    for (const size_t i : shares.BuiltOn(own)) out.push_back(shares.writes[i]);
    return own.empty() ? std::vector<Act>() : out;
  }
  for (const Act& act : row.Standing(field)) {
    if (act.by == &item) out.push_back(act);
  }
  return out;
}

struct Undoing {
  const Meaning& view;
  const Item& item;
  bool to_unset;   // losers do not return to the value before
  bool* returned;  // some would
};

void UndoChange(const Undoing& undoing, const Row& row, const Row* before, const Change& change, Effects& effects) {
  const FieldSpec& spec = row.spec(change.field);
  if (spec.type == Type::kSet) {
    for (const Act& mark : row.Standing(change.field)) {
      if (mark.by == &undoing.item && mark.value() == change.value) {
        effects.push_back({change.field, change.verb == Verb::kAdd ? Verb::kRemove : Verb::kAdd, change.value, {}});
        return;
      }
    }
    return;
  }
  if (spec.type == Type::kCounter) {
    effects.push_back({change.field, Verb::kBump, Value::Integer(-change.value.AsInteger()), {}});
    return;
  }
  const std::vector<Act> written = WrittenBy(row, change.field, undoing.item);
  if (written.empty() || spec.adds_up()) return;
  if (spec.one_value() && row.Standing(change.field).size() == 1 && spec.type != Type::kSerial) {
    const Value* shown = before == nullptr || !before->exists ? nullptr : undoing.view.Interim(*before, change.field);
    if (shown != nullptr && !shown->unset()) {
      *undoing.returned = true;
      if (!undoing.to_unset) {
        effects.push_back({change.field, Verb::kSettle, *shown, {}});
        return;
      }
    }
  }
  const std::set<Place> named = PlacesOf(written);
  effects.push_back({change.field, Verb::kRetract, {}, {named.begin(), named.end()}});
}

void UndoLife(const Item& item, const Row& row, OpKind kind, Effects& effects) {
  if (kind != OpKind::kCreate && kind != OpKind::kDelete) return;
  std::vector<Act> own, dead, others, edits;
  for (const Act& mark : row.Standing(kNoField)) {
    (mark.says(OpKind::kEdit) ? edits : mark.by == &item ? own : mark.live() ? others : dead).push_back(mark);
  }
  if (own.empty()) return;
  const bool deleted = kind == OpKind::kDelete;
  std::vector<Act> withdrawn = own;
  if (deleted) withdrawn.insert(withdrawn.end(), dead.begin(), dead.end());
  if (!deleted && others.empty()) withdrawn.insert(withdrawn.end(), edits.begin(), edits.end());
  const std::set<Place> named = PlacesOf(withdrawn);
  effects.push_back(
      {kNoField, Verb::kRetract, deleted || others.empty() ? Value::Bool(deleted) : Value(), {named.begin(), named.end()}});
}

Op& OpOnRecord(const std::string& address, OpKind kind, Expected& out) {
  const Op made = OpOn(*Address::Parse(address), kind, out.packs);
  for (Op& op : out.ops) {
    if (op.pack == made.pack && op.reg == made.reg && op.key == made.key) return op;
  }
  out.ops.push_back(made);
  return out.ops.back();
}

void AddTo(Op& op, const Effects& effects) {
  for (const Change& change : effects) {
    const auto same = [&](const Change& other) {
      return other.field == change.field && other.verb == change.verb && other.value == change.value;
    };
    if (std::none_of(op.changes.begin(), op.changes.end(), same)) op.changes.push_back(change);
  }
  std::sort(op.changes.begin(), op.changes.end(), [](const Change& a, const Change& b) {
    return std::tie(a.field, a.verb, a.value) < std::tie(b.field, b.verb, b.value);
  });
}

void Undo(const Undoing& undoing, Expected& out) {
  const Entry& entry = undoing.item.entry;
  const Meaning past(undoing.view.book, undoing.item.past);
  for (const Op& op : entry.ops) {
    const std::string address = AddressText(entry, op);
    const Row& row = *undoing.view.Find(address);
    Effects effects;
    for (const Change& change : op.changes) {
      if (change.field != kNoField)
        UndoChange({past, undoing.item, undoing.to_unset, undoing.returned}, row, past.Find(address), change, effects);
    }
    UndoLife(undoing.item, row, op.kind, effects);
    if (!effects.empty()) AddTo(OpOnRecord(address, OpKind::kNeutral, out), effects);
  }
}

void UndoAll(const Meaning& view, const Case& c, const RulingDraft& draft, bool to_unset, bool* returned, Expected& out) {
  const Item& t = *view.Relying(c);
  std::set<Place> undone{t.place()};
  if (!draft.keep.empty() && draft.keep == view.book.Short(t.place())) undone.clear();
  for (const Fact& fact : draft.none ? c.facts : std::set<Fact>()) undone.insert(fact.place);
  for (const Place& place : undone) Undo({view, view.book.items.at(place), to_unset, returned}, out);
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
