#include "tests/model/model.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <tuple>

#include "absl/strings/escaping.h"

namespace chancery::model {
namespace {

bool Earlier(const Item* a, const Item* b) {  // canonical order
  return std::pair(a->entry.hlc, a->entry.lane) < std::pair(b->entry.hlc, b->entry.lane);
}

std::string ShownId(const Case& c) {
  std::string out;
  char digits[3];
  const Hash128 id = CaseId(c.rule.id, c.subject);
  for (const char byte : id.view()) out.append(digits, snprintf(digits, 3, "%02x", byte & 0xff));
  return out;
}

bool Names(const Change& change, Place place) { return std::count(change.named.begin(), change.named.end(), place) > 0; }

// Does merging `act` remove what `other` left on the same record?
bool Removes(const Act& act, const Act& other) {
  const bool knew = Has(act.by->past, other.by->place());
  const bool before = knew || (act.by == other.by && other.op < act.op);
  if (act.says(OpKind::kCreate)) return before;  // it begins with an empty record
  if (act.says(OpKind::kDelete)) return before && other.field() == kNoField;
  if (act.says(OpKind::kEdit)) return knew && other.says(OpKind::kEdit);
  const Change& change = *act.change;
  if (change.field != other.field()) return false;
  if (change.verb == Verb::kRetract || (change.verb == Verb::kSet && !change.named.empty()))
    return Names(change, other.by->place());
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
  if (act.change == nullptr || act.change->verb != Verb::kRetract) return true;
  return act.change->field == kNoField && !act.change->value.unset();  // a ruling: it shall exist, or not
}

std::set<std::string> ValuesOf(const std::vector<Act>& writes) {  // distinct, as JSON
  std::set<std::string> out;
  for (const Act& write : writes) out.insert(LiteralOf(write.value()).Json());
  return out;
}

bool Decides(const Item* ruling, const Fact& a, const Fact& b) {
  const std::vector<Fact>& facts = ruling->entry.ruling->facts;
  return std::count(facts.begin(), facts.end(), a) > 0 && std::count(facts.begin(), facts.end(), b) > 0;
}

// The rulings that decide the pair and that no other of them knew.
std::vector<const Item*> Deciding(const std::vector<const Item*>& rulings, const Fact& a, const Fact& b) {
  std::vector<const Item*> all, out;
  for (const Item* ruling : rulings) {
    if (Decides(ruling, a, b)) all.push_back(ruling);
  }
  for (const Item* ruling : all) {
    const auto knows = [&](const Item* other) { return Has(other->past, ruling->place()); };
    if (std::none_of(all.begin(), all.end(), knows)) out.push_back(ruling);
  }
  return out;
}

using Settled = std::vector<std::tuple<std::string, uint32_t, Value>>;
Settled SettledBy(const Entry& ruling) {
  Settled out;
  for (const Op& op : ruling.ops) {
    for (const Change& change : op.changes) {
      if (change.verb == Verb::kSettle) out.emplace_back(AddressText(ruling, op), change.field, change.value);
    }
  }
  return out;
}

bool SameOutcome(const Item* a, const Item* b) {
  const Ruling &x = *a->entry.ruling, &y = *b->entry.ruling;
  return x.outcome == y.outcome && x.keep == y.keep && SettledBy(a->entry) == SettledBy(b->entry);
}

}  // namespace

bool Has(const Seen& seen, Place place) {
  const auto it = seen.find(place.lane);
  return it != seen.end() && it->second >= place.seq;
}

std::string AddressText(const Entry& entry, const Op& op) {
  Address address;
  address.reg = PackOf(entry.packs[op.pack]).registers[op.reg].name;
  address.key = op.key;
  return address.Text();
}

Literal LiteralOf(const Value& value) {  // of the kinds that the test packs have
  if (value.kind == Kind::kInteger) return value.AsInteger();
  if (value.kind == Kind::kText) return std::string(value.payload());
  if (value.kind == Kind::kReference) return Address::Parse(value.payload())->Shown();
  if (value.kind != Kind::kGroup) return {};
  Literal object = Literal::Object();
  for (const auto& [name, member] : value.AsGroup()) object.Add(name, LiteralOf(member));
  return object;
}

std::string SubjectOf(const RuleSpec& rule, const Value& value) {
  std::string text(value.payload());  // the unique fields of the test packs are ASCII text
  for (char& c : text) {
    if (rule.casefold && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return Literal(text).Json();
}

// ---- the book

std::string Book::Take(const std::string& bytes, std::vector<Place>* places) {
  const absl::StatusOr<Run> run = DecodeRun(bytes);
  if (!run.ok()) return "a run does not decode: " + std::string(run.status().message());
  for (size_t i = 0; i < run->leaves.size(); ++i) {
    const std::string entry_bytes = run->EntryBytes(i);
    const absl::StatusOr<Entry> entry = DecodeEntry(entry_bytes);
    if (!entry.ok()) return "an entry does not decode: " + std::string(entry.status().message());
    const Item item{*entry, IdOf(entry_bytes), {}};
    places->push_back(item.place());
    const auto known = items.find(item.place());
    if (known != items.end()) {
      if (known->second.id != item.id) return "other bytes at " + Short(item.place());
      continue;
    }
    Add(item);
    for (const auto& [lane, seq] : items[item.place()].past) {
      if (items.contains({lane, seq}) && items[{lane, seq}].entry.hlc >= item.entry.hlc)
        return "the stamp of an entry is not above its past";
    }
  }
  return "";
}

void Book::Add(Item item) {
  const Entry& entry = item.entry;
  if (entry.seq > 1) {
    item.past = items.at({entry.lane, entry.seq - 1}).past;
    item.past[entry.lane] = entry.seq - 1;
  }
  for (const Place& tip : entry.context) item.past[tip.lane] = tip.seq;
  if (entry.genesis) labels[entry.lane] = entry.genesis->site;
  if (entry.admit) {
    const uint64_t n = entry.admit->incarnation;
    labels[LaneOf(entry.admit->key)] = entry.admit->site + (n > 1 ? "." + std::to_string(n) : "");
  }
  items[item.place()] = std::move(item);
}

std::string Book::Short(Place place) const {
  const auto label = labels.find(place.lane);
  return (label == labels.end() ? "?" : label->second) + "-" + std::to_string(place.seq);
}

const Item* Book::Find(const std::string& name) const {
  const size_t dash = name.rfind('-');
  const auto it = items.find({LaneOfSite(name.substr(0, dash)), std::strtoull(name.c_str() + dash + 1, nullptr, 10)});
  return it == items.end() ? nullptr : &it->second;
}

LaneId Book::LaneOfSite(const std::string& label) const {
  for (const auto& [lane, name] : labels) {
    if (name == label) return lane;
  }
  return 0;
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
    const bool lost = std::any_of(writes.begin() + i + 1, writes.end(), [](const Act& later) { return later.last(); });
    if (!writes[i].last() || !lost) out.push_back(writes[i]);
  }
  return out;
}

Meaning::Meaning(const Book& the_book, const Seen& the_seen) : book(the_book), seen(the_seen) {
  for (const auto& [place, item] : book.items) {
    if (Has(seen, place)) order.push_back(&item);
  }
  std::sort(order.begin(), order.end(), Earlier);
  for (const Item* item : order) {
    for (uint32_t i = 0; i < item->entry.ops.size(); ++i) {
      const Op& op = item->entry.ops[i];
      Row& row = rows[AddressText(item->entry, op)];
      row.address = AddressText(item->entry, op);
      row.reg = &PackOf(item->entry.packs[op.pack]).registers[op.reg];
      if (SaysSomething(item->entry, i)) row.acts.push_back({item, i, nullptr});
      for (const Change& change : op.changes) row.acts.push_back({item, i, &change});
    }
  }
  for (auto& [address, row] : rows) {
    for (const Act& act : row.acts) {
      const auto removes = [&](const Act& other) { return Removes(other, act); };
      if (LeavesAMark(act) && std::none_of(row.acts.begin(), row.acts.end(), removes)) row.standing.push_back(act);
    }
    for (const Act& life : row.Standing(kNoField)) row.exists |= life.live();
  }
  FindClaims();
  FindClashes();
  for (const Item* item : order) {
    if (item->entry.kind != EntryKind::kRuling) continue;
    const Ruling& ruling = *item->entry.ruling;
    cases[{ruling.rule, ruling.subject}].rulings.push_back(item);
  }
  for (auto& [key, c] : cases) {
    c.rule = RuleOf(key.first);
    c.subject = key.second;
    Judge(c);
  }
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
  const char interim = row.reg->fields[field].interim;
  if (interim == 'n' && ValuesOf(writes).size() > 1) return nullptr;
  return interim == 'l' ? &writes.back().value() : &writes.front().value();
}

// ---- claims and clashes

void Meaning::FindClaims() {
  for (const RuleSpec& rule : UniqueRules()) {
    for (const auto& [address, row] : rows) {
      if (!row.exists || row.reg->name != rule.reg) continue;
      for (const Act& write : row.Visible(OrdinalOf(*row.reg, rule.field))) {
        if (!write.value().unset()) claims[{rule.id, SubjectOf(rule, write.value())}][address].push_back(write);
      }
    }
  }
}

bool Meaning::Same(const RuleSpec& rule, const std::string& a, const std::string& b) const {
  if (rule.same.empty()) return false;
  const auto values = [&](const std::string& address) {
    const Row& row = rows.at(address);
    return ValuesOf(row.Visible(OrdinalOf(*row.reg, rule.same)));
  };
  return values(a).size() == 1 && values(a) == values(b) && *values(a).begin() != "null";
}

void Meaning::AddClash(const std::string& rule, const std::string& subject, const Fact& a, const Fact& b) {
  cases[{rule, subject}].clashes.push_back({std::min(a, b), std::max(a, b)});
}

void Meaning::FindFieldClashes(const Row& row, uint32_t f) {
  const FieldSpec& field = row.reg->fields[f];
  if (field.type == Type::kSet || field.last) return;
  const auto go_together = [&](const Act& a, const Act& b) {
    return std::any_of(field.confluent.begin(), field.confluent.end(), [&](const auto& pair) {
      return (a.value() == Value::Text(pair.first) && b.value() == Value::Text(pair.second)) ||
             (b.value() == Value::Text(pair.first) && a.value() == Value::Text(pair.second));
    });
  };
  const std::vector<Act> writes = row.Visible(f);
  for (const Act& a : writes) {
    for (const Act& b : writes) {
      if (a.fact() < b.fact() && a.value() != b.value() && !go_together(a, b))
        AddClash(RuleIdOf(row.reg->name, field), row.address, a.fact(), b.fact());
    }
  }
}

void Meaning::FindDangling(const Row& row, uint32_t f) {
  const FieldSpec& field = row.reg->fields[f];
  if (field.type != Type::kReference) return;
  for (const Act& write : row.Visible(f)) {
    const std::string target(write.value().payload());
    if (write.value().unset() || Exists(target)) continue;
    const std::vector<Act> ends = Find(target) == nullptr ? std::vector<Act>() : Find(target)->Standing(kNoField);
    for (const Act& end : ends) AddClash(RuleIdOf(row.reg->name, field), row.address, write.fact(), end.fact());
    if (ends.empty()) AddClash(RuleIdOf(row.reg->name, field), row.address, write.fact(), write.fact());
  }
}

void Meaning::FindLifeClashes(const Row& row) {
  const std::vector<Act> lives = row.Standing(kNoField);
  for (const Act& a : lives) {
    for (const Act& b : lives) {
      if (!(a.fact() < b.fact())) continue;
      const Entry &x = a.by->entry, &y = b.by->entry;
      const bool ruled = a.change != nullptr && b.change != nullptr;
      const bool one_document =
          (!x.basis.empty() && x.basis == y.basis) || (!x.idempotency.empty() && x.idempotency == y.idempotency);
      const bool twice = a.says(OpKind::kCreate) && b.says(OpKind::kCreate) && !one_document;
      if (twice || (a.live() != b.live() && !ruled)) AddClash("existence", row.address, a.fact(), b.fact());
    }
  }
}

void Meaning::FindClashes() {
  for (const auto& [address, row] : rows) {
    FindLifeClashes(row);
    for (uint32_t f = 0; f < row.reg->fields.size() && row.exists; ++f) {
      FindFieldClashes(row, f);
      FindDangling(row, f);
    }
  }
  for (const auto& [key, holders] : claims) {
    for (auto x = holders.begin(); x != holders.end(); ++x) {
      for (auto y = std::next(x); y != holders.end(); ++y) {
        if (Same(RuleOf(key.first), x->first, y->first)) continue;
        for (const Act& a : x->second) {
          for (const Act& b : y->second) AddClash(key.first, key.second, a.fact(), b.fact());
        }
      }
    }
  }
}

// ---- cases

void Meaning::Judge(Case& c) {
  bool open = false, split = false;
  for (Clash& clash : c.clashes) {
    clash.decided =
        std::any_of(c.rulings.begin(), c.rulings.end(), [&](const Item* ruling) { return Decides(ruling, clash.a, clash.b); });
    open |= !clash.decided;
    c.facts.insert({clash.a, clash.b});
  }
  for (const Item* ruling : c.rulings) c.facts.insert(ruling->entry.ruling->facts.begin(), ruling->entry.ruling->facts.end());
  for (const Fact& a : c.facts) {
    for (const Fact& b : c.facts) {
      if (b < a || (a == b && c.rule.shown != "reference")) continue;  // a reference may clash with nothing but itself
      const std::vector<const Item*> deciding = Deciding(c.rulings, a, b);
      c.standing.insert(deciding.begin(), deciding.end());
      for (const Item* ruling : deciding) split |= !SameOutcome(ruling, deciding.front());
    }
  }
  c.state = split ? "split" : open ? (c.rulings.empty() ? "open" : "reopened") : "ruled";
}

bool Meaning::IsWrite(const Case& c, const Fact& fact) const {
  if (c.rule.kind == RuleSpec::Kind::kUnique) return true;
  if (c.rule.kind == RuleSpec::Kind::kExistence || AddressOf(fact) != c.subject) return false;
  const Row& row = rows.at(c.subject);
  return std::any_of(row.acts.begin(), row.acts.end(),
                     [&](const Act& act) { return act.fact() == fact && act.field() == OrdinalOf(*row.reg, c.rule.field); });
}

bool Meaning::Stands(const Case& c, const Fact& fact) const {
  const Row& row = rows.at(AddressOf(fact));
  const std::vector<Act> marks = IsWrite(c, fact) ? row.Visible(OrdinalOf(*row.reg, c.rule.field)) : row.Standing(kNoField);
  return std::any_of(marks.begin(), marks.end(), [&](const Act& act) { return act.fact() == fact; });
}

bool Meaning::Disputes(const Case& c, const std::string& address) const {
  if (c.rule.kind != RuleSpec::Kind::kUnique) return c.state != "ruled" && address == c.subject;
  const auto here = [&](const Fact& fact) { return AddressOf(fact) == address; };
  if (c.state == "split") return std::any_of(c.facts.begin(), c.facts.end(), here);
  return std::any_of(c.clashes.begin(), c.clashes.end(),
                     [&](const Clash& clash) { return !clash.decided && (here(clash.a) || here(clash.b)); });
}

bool Meaning::Touches(const Item& item, const Case& c, const Fact& fact) const {
  const std::string record = AddressOf(fact);
  for (const Op& op : item.entry.ops) {
    if (AddressText(item.entry, op) == record) return true;
  }
  const bool holder = c.rule.kind == RuleSpec::Kind::kUnique || record == c.subject;  // not what a reference names
  const std::string field = holder ? record + "/" + c.rule.field : "";
  for (const Premise& premise : item.entry.relied_on) {
    if (premise.scope == Premise::Scope::kRecord && premise.address == record) return true;
    if (premise.scope == Premise::Scope::kField && premise.address == field) return true;
    if (premise.scope == Premise::Scope::kElement && holder && premise.address.starts_with(field + "/")) return true;
    if (premise.scope == Premise::Scope::kClaim && premise.address == c.rule.id && premise.value == c.subject) return true;
  }
  return false;
}

std::vector<std::string> Meaning::Dependants(const Case& c) const {
  std::vector<std::string> out;
  for (const Item* item : order) {
    const auto is_it = [&](const Fact& fact) { return fact.place == item->place(); };
    const auto built_on = [&](const Fact& fact) { return Has(item->past, fact.place) && Touches(*item, c, fact); };
    if (item->entry.kind == EntryKind::kRuling || std::any_of(c.facts.begin(), c.facts.end(), is_it)) continue;
    if (std::any_of(c.facts.begin(), c.facts.end(), built_on)) out.push_back(book.Short(item->place()));
  }
  return out;
}

// ---- what is shown

RecordView Meaning::View(const Row& row) const {
  RecordView view;
  view.address = Address::Parse(row.address)->Shown();
  view.exists = row.exists;
  const auto disputes = [&](const std::string& field) {  // notices wait for nobody
    std::vector<std::string> ids;
    for (const auto& [key, c] : cases) {
      if (c.rule.field == field && !c.rule.notice && Disputes(c, row.address)) ids.push_back(ShownId(c));
    }
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  view.cases = disputes("");
  view.contested = !view.cases.empty();
  for (uint32_t f = 0; f < row.reg->fields.size(); ++f) {
    const FieldSpec& spec = row.reg->fields[f];
    FieldView field;
    field.name = spec.name;
    field.cases = disputes(spec.name);
    field.contested = !field.cases.empty();
    view.contested |= field.contested;
    if (spec.type == Type::kSet) {
      std::map<std::string, std::pair<bool, bool>> marks;  // element -> added, removed
      for (const Act& mark : row.Standing(f)) {
        auto& [added, removed] = marks[std::string(mark.value().payload())];
        (mark.change->verb == Verb::kAdd ? added : removed) = true;
      }
      field.interim = Literal::List();
      for (const auto& [element, mark] : marks) {
        if (mark.first && !(spec.remove_wins && mark.second)) field.interim.list.push_back(element);
      }
    } else if (const Value* interim = Interim(row, f)) {
      field.interim = LiteralOf(*interim);
    }
    const bool none_shown = Interim(row, f) == nullptr && !row.Visible(f).empty();
    if (spec.type == Type::kState && row.exists && field.interim.null() && !none_shown) field.interim = spec.start;
    if (!field.contested) field.value = field.interim;
    std::map<std::string, StandingView> values;
    for (const Act& write : spec.type == Type::kSet ? std::vector<Act>() : row.Visible(f)) {
      StandingView& standing = values[LiteralOf(write.value()).Json()];
      standing.value = LiteralOf(write.value());
      standing.entries.push_back(book.Short(write.by->place()));
      standing.entry = standing.entries.front();
    }
    for (const auto& [json, standing] : values) field.values.push_back(standing);
    view.fields.push_back(field);
  }
  return view;
}

CaseView Meaning::View(const Case& c) const {
  CaseView view;
  view.id = ShownId(c);
  view.rule = c.rule.id;
  view.subject = c.subject;
  view.kind = c.rule.shown;
  view.state = c.state;
  view.notice = c.rule.notice;
  std::set<std::string> records;
  for (const Item* item : order) {
    for (const Fact& fact : c.facts) {
      if (fact.place != item->place()) continue;
      FactView shown;
      shown.entry = book.Short(fact.place);
      shown.site = shown.entry.substr(0, shown.entry.find_first_of(".-"));
      shown.id = absl::BytesToHexString({item->id.view().data(), item->id.view().size()});
      shown.officer = item->entry.officer;
      shown.basis = item->entry.basis;
      shown.standing = Stands(c, fact);
      view.facts.push_back(shown);
      if (c.rule.kind == RuleSpec::Kind::kUnique) records.insert(Address::Parse(AddressOf(fact))->Shown());
    }
  }
  if (c.rule.kind != RuleSpec::Kind::kUnique) records.insert(Address::Parse(c.subject)->Shown());
  for (const Item* item : c.rulings) {
    const Ruling& ruling = *item->entry.ruling;
    RulingView shown;
    shown.entry = book.Short(item->place());
    shown.outcome = ruling.outcome == Outcome::kBoth   ? "both"
                    : ruling.outcome == Outcome::kNone ? "none"
                    : ruling.outcome == Outcome::kKeep ? "keep " + book.Short(ruling.keep)
                                                       : "set";
    shown.standing = c.standing.contains(item);
    view.rulings.push_back(shown);
  }
  view.dependants = Dependants(c);
  view.records.assign(records.begin(), records.end());
  return view;
}

std::vector<std::string> Meaning::ClaimLines() const {
  std::vector<std::string> lines;
  for (const auto& [key, holders] : claims) {
    for (const auto& [address, writes] : holders) {
      std::string line = key.first + "\t" + key.second + "\t" + address + "\t";
      std::vector<std::string> writers;
      for (const Act& write : writes) writers.push_back(book.Short(write.by->place()));
      std::sort(writers.begin(), writers.end());
      for (const std::string& writer : writers) line += (line.back() == '\t' ? "" : ",") + writer;
      lines.push_back(line);
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace chancery::model
