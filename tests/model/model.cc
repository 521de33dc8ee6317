#include "tests/model/model.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "engine/crdt/ranked.h"
#include "tests/model/ranked.h"
#include "tests/model/shares.h"
#include "tests/model/sums.h"

namespace chancery::model {
namespace {

bool Earlier(const Item* a, const Item* b) {  // canonical order
  return std::pair(a->entry.hlc, a->entry.lane) < std::pair(b->entry.hlc, b->entry.lane);
}

bool Names(const Change& change, const std::vector<const Item*>& copies) {
  return std::any_of(copies.begin(), copies.end(),
                     [&](const Item* copy) { return std::count(change.named.begin(), change.named.end(), copy->place()) > 0; });
}

// Does merging `act` remove what `other` left on the same record?
bool Removes(const Copies& copies, const Act& act, const Act& other) {
  const bool knew = copies.Knew(*act.by, *other.by);
  const bool before = knew || (act.by == other.by && other.op < act.op);
  if (act.says(OpKind::kCreate)) return before;  // it begins with an empty record
  if (act.says(OpKind::kDelete)) return before && other.field() == kNoField;
  if (act.says(OpKind::kEdit)) return knew && other.says(OpKind::kEdit);
  const Change& change = *act.change;
  if (change.field != other.field()) return false;
  if (other.change != nullptr && other.change->verb == Verb::kBump) return false;  // nothing takes back what was added up
  if (change.verb == Verb::kRetract || change.verb == Verb::kKeep || (change.verb == Verb::kSet && !change.named.empty()))
    return Names(change, copies.Of(*other.by));
  const bool element = change.verb == Verb::kAdd || change.verb == Verb::kRemove;
  return knew && (!element || change.value == other.value());  // all that its author had seen
}

// Creations, deletions, and the first edit of an entry on the record that follows neither in the same entry.
bool SaysSomething(const Entry& entry, uint32_t index) {
  const OpKind kind = entry.ops[index].kind;
  if (kind != OpKind::kEdit) return kind != OpKind::kNeutral;
  bool edited = false;
  for (uint32_t i = 0; i < index; ++i) {
    if (AddressText(entry, entry.ops[i]) != AddressText(entry, entry.ops[index])) continue;
    if (entry.ops[i].kind == OpKind::kEdit) edited = true;
    if (entry.ops[i].kind == OpKind::kCreate || entry.ops[i].kind == OpKind::kDelete) edited = false;
  }
  return !edited;
}

bool LeavesAMark(const Act& act) {
  if (act.change == nullptr) return true;
  const Value& value = act.value();
  if (act.change->verb == Verb::kKeep)  // a charge is struck off
    return value.kind != chancery::Kind::kRank || DecodeRank(value.payload())->front().what != RankAct::What::kStrike;
  if (act.change->verb != Verb::kRetract) return true;
  return act.change->field == kNoField && !value.unset();  // a ruling: it shall exist, or not
}

// How a `last` write compares with another: by its place in the order alone, or by a member first.
std::pair<bool, Value> Weight(const FieldSpec& field, const Act& write) {
  if (field.by.empty() || write.value().unset()) return {false, {}};
  for (const auto& [name, member] : write.value().AsGroup()) {
    if (name == field.by) return {true, member};
  }
  return {false, {}};
}

bool Outweighs(const FieldSpec& field, const Act& later, const Act& earlier) {
  const auto [has, mine] = Weight(field, later);
  const auto [its_has, its] = Weight(field, earlier);
  if (has != its_has) return has;
  return !has || mine.AsInteger() >= its.AsInteger();  // of the test packs each is a number
}

std::set<std::string> ValuesOf(const std::vector<Act>& writes) {  // distinct, as JSON
  std::set<std::string> out;
  for (const Act& write : writes) out.insert(LiteralOf(write.value()).Json());
  return out;
}

}  // namespace

std::string AddressText(const Entry& entry, const Op& op) {
  Address address;
  address.reg = PackOf(entry.packs[op.pack]).registers[op.reg].name;
  address.key = op.key;
  return address.Text();
}

// ---- records

std::vector<Act> Row::Standing(uint32_t field) const {
  std::vector<Act> out;
  std::copy_if(standing.begin(), standing.end(), std::back_inserter(out), [&](const Act& act) { return act.field() == field; });
  return out;
}

std::vector<Act> Row::Visible(uint32_t field) const {
  const std::vector<Act> writes = Standing(field);
  std::vector<Act> out;
  for (size_t i = 0; i < writes.size(); ++i) {
    bool lost = false;
    for (size_t j = 0; j < writes.size(); ++j) {
      if (j == i || !writes[j].last() || !writes[i].last()) continue;
      lost |= j > i ? Outweighs(spec(field), writes[j], writes[i]) : !Outweighs(spec(field), writes[i], writes[j]);
    }
    if (!lost) out.push_back(writes[i]);
  }
  return out;
}

Meaning::Meaning(const Book& the_book, const Seen& the_seen) : book(the_book), seen(the_seen) {
  for (const auto& [place, item] : book.items) {
    if (Has(seen, place)) order.push_back(&item);
  }
  std::sort(order.begin(), order.end(), Earlier);
  copies = Copies(book, order);
  Fold();
  FindClaims();
  FindClashes();
  for (const Item* item : order) {
    if (item->entry.ruling) cases[{item->entry.ruling->rule, item->entry.ruling->subject}].rulings.push_back(item);
  }
  const auto judge = [&](bool on_entry) {
    for (auto& [key, c] : cases) {
      c.rule = RuleOf(key.first);
      c.subject = key.second;
      if (c.rule.on_entry() == on_entry) Judge(c);
    }
  };
  judge(false);
  for (const Item* t : order) {
    if (!copies.Counts(*t)) continue;
    for (const Premise& premise : t->entry.relied_on) FindStale(*t, premise);
    FindOfficerChanges(*t);
  }
  for (auto& [key, c] : cases) {
    for (const Item* item : RuleOf(key.first).on_entry() ? order : std::vector<const Item*>()) {
      if (SubjectOfEntry(*item) == key.second) c.relying = item;
    }
  }
  judge(true);
}

void Meaning::Fold() {
  for (const Item* item : order) {
    for (uint32_t i = 0; i < item->entry.ops.size(); ++i) {
      const Op& op = item->entry.ops[i];
      Row& row = rows[AddressText(item->entry, op)];
      row.address = AddressText(item->entry, op);
      row.reg = &PackOf(item->entry.packs[op.pack]).registers[op.reg];
      row.copies = &copies;
      if (SaysSomething(item->entry, i)) row.filed.push_back({item, i, nullptr});
      for (const Change& change : op.changes) row.filed.push_back({item, i, &change});
    }
  }
  for (auto& [address, row] : rows) Stand(row);
}

void Meaning::Stand(Row& row) {
  for (const Act& act : row.filed) {
    const bool lots = act.change != nullptr && act.value().kind == chancery::Kind::kTransfer;  // others may give them
    if (lots || row.copies->Counts(*act.by)) row.acts.push_back(act);
  }
  for (const Act& act : row.acts) {
    const auto removes = [&](const Act& other) { return Removes(*row.copies, other, act); };
    const auto begins_anew = [&](const Act& other) { return other.says(OpKind::kCreate) && removes(other); };
    if (LeavesAMark(act) && std::none_of(row.acts.begin(), row.acts.end(), removes)) row.standing.push_back(act);
    if (act.says(OpKind::kCreate) && std::none_of(row.acts.begin(), row.acts.end(), begins_anew)) row.begun.push_back(act);
  }
  for (const Act& life : row.Standing(kNoField)) row.exists |= life.live();
}

const Row* Meaning::Find(const std::string& address) const {
  const auto it = rows.find(address);
  return it == rows.end() ? nullptr : &it->second;
}

std::string Meaning::AddressOf(const Fact& fact) const {
  const Entry& entry = book.items.at(fact.place).entry;
  return AddressText(entry, entry.ops[fact.op]);
}

const Value* Meaning::Interim(const Row& row, uint32_t field) const {
  const std::vector<Act> writes = row.Visible(field);
  if (writes.empty()) return nullptr;
  const char interim = row.spec(field).interim;
  if (interim == 'n' && ValuesOf(writes).size() > 1) return nullptr;
  return interim == 'l' ? &writes.back().value() : &writes.front().value();
}

Literal Meaning::Shown(const Row& row, uint32_t f) const {
  const FieldSpec& spec = row.spec(f);
  const bool nothing = row.Standing(f).empty();
  if (spec.type == Type::kSet) {
    std::map<std::string, std::pair<bool, bool>> marks;  // element -> added, removed
    for (const Act& mark : row.Standing(f)) {
      auto& [added, removed] = marks[std::string(mark.value().payload())];
      (mark.change->verb == Verb::kAdd ? added : removed) = true;
    }
    Literal list = Literal::List();
    for (const auto& [element, mark] : marks) {
      if (mark.first && !(spec.remove_wins && mark.second)) list.list.push_back(element);
    }
    return list;
  }
  if (spec.type == Type::kShares) return Ownership(&row, f).Shown();
  if (spec.type == Type::kRanked) return PriorityList(&row, f, spec).Shown();
  if (spec.adds_up()) return row.exists ? Literal(Sum(&row, f, spec).total()) : Literal();
  if (spec.type == Type::kLadder) return nothing && !row.exists ? Literal() : Literal(StepOf(&row, f, spec));
  const Value* interim = Interim(row, f);
  const Literal shown = interim == nullptr ? Literal() : LiteralOf(*interim);
  const bool none_shown = interim == nullptr && !row.Visible(f).empty();
  if (spec.type == Type::kState && row.exists && shown.null() && !none_shown) return spec.start;
  return shown;
}

std::string Meaning::FilingOf(const RuleSpec& rule, const std::string& record) const {
  if (rule.same.empty()) return "";
  const Row& row = rows.at(record);
  const std::set<std::string> values = ValuesOf(row.Visible(OrdinalOf(*row.reg, rule.same)));
  return values.size() == 1 && *values.begin() != "null" ? *values.begin() : "";
}

bool Meaning::Same(const RuleSpec& rule, const std::string& a, const std::string& b) const {
  return !FilingOf(rule, a).empty() && FilingOf(rule, a) == FilingOf(rule, b);
}

}  // namespace chancery::model
