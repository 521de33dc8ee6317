#include "tests/model/officers.h"

#include <algorithm>

namespace chancery::model {
namespace {

// The definition that entries on officers name.
constexpr char kBuiltIn[] = "chancery: register officer, fields for reference officer, may set of text, until date";

const Value* ShownIn(const Meaning& meaning, const Row& record, const std::string& field) {
  const Value* shown = meaning.Interim(record, OrdinalOf(*record.reg, field));
  return shown == nullptr || shown->unset() ? nullptr : shown;
}

}  // namespace

PackSpec OfficerPack() {
  const RegisterSpec officer{kOfficers,
                             {{.name = "for", .type = Type::kReference, .to = kOfficers},
                              {.name = "may", .type = Type::kSet},
                              {.name = "until", .type = Type::kDate}}};
  return {PackIdOf(kBuiltIn), "chancery", kBuiltIn, {officer}, {}};
}

std::string OfficerAddress(const std::string& name) { return Address{kOfficers, name, {}, {}}.Text(); }

bool AnyOfficer(const Meaning& view) {
  return std::any_of(view.rows.begin(), view.rows.end(),
                     [](const auto& known) { return known.second.reg->name == kOfficers && known.second.exists; });
}

std::string PrincipalIn(const Meaning& meaning, const Row& record) {
  const Value* principal = record.exists ? ShownIn(meaning, record, "for") : nullptr;
  return principal == nullptr ? "" : Address::Parse(std::string(principal->payload()))->key;
}

Rights RightsOf(const Meaning& view, int64_t today, const std::string& name) {
  Rights rights;
  std::set<std::string> asked;
  for (std::string at = name; !at.empty() && asked.insert(at).second;) {
    const Row* row = view.Find(OfficerAddress(at));
    if (row == nullptr || !row->exists) return rights;
    const Value* until = ShownIn(view, *row, "until");
    rights.expired = until != nullptr && until->AsInteger() < today;
    if (rights.expired) return rights;
    for (const Literal& word : view.Shown(*row, OrdinalOf(*row->reg, "may")).list) rights.words.insert(word.text);
    rights.holder = at;
    at = rights.words.empty() ? PrincipalIn(view, *row) : "";
  }
  return rights;
}

bool May(const Meaning& view, int64_t today, const std::string& name, const std::string& right,
         const std::set<std::string>& registers) {
  if (!AnyOfficer(view)) return true;
  const Rights rights = RightsOf(view, today, name);
  return !name.empty() &&
         std::all_of(registers.begin(), registers.end(), [&](const auto& reg) { return rights.Has(right, reg); });
}

bool IsRight(const std::string& word) {
  const std::set<std::string> rights = {"admit", "approve", "correct", "file", "operate", "rule"};
  const size_t colon = word.find(':');
  const std::vector<std::string> registers = RegisterNames();
  return rights.contains(word.substr(0, colon)) &&
         (colon == std::string::npos || std::count(registers.begin(), registers.end(), word.substr(colon + 1)) > 0);
}

std::set<std::string> RegistersOf(const Entry& entry) {
  std::set<std::string> registers;
  for (const Op& op : entry.ops) registers.insert(PackOf(entry.packs[op.pack]).registers[op.reg].name);
  return registers;
}

std::set<std::string> RegistersOf(const Meaning& view, const Case& c) {
  std::set<std::string> registers;
  for (const Fact& fact : c.facts) registers.merge(RegistersOf(view.book.items.at(fact.place).entry));
  return registers;
}

bool FiledOneOf(const Meaning& view, const Case& c, const std::string& name) {
  return std::any_of(c.facts.begin(), c.facts.end(), [&](const Fact& fact) {
    const Entry& entry = view.book.items.at(fact.place).entry;
    return entry.kind == EntryKind::kFiling && entry.officer == name;
  });
}

int OfficersFor(const Case& c) {
  int officers = 1;
  if (c.rule.on_entry()) {
    for (const std::string& reg : RegistersOf(c.relying->entry)) officers = std::max(officers, PackWith(reg).officers);
    return officers;
  }
  if (c.rule.officers > 0) return c.rule.officers;
  return PackWith(c.rule.reg.empty() ? Address::Parse(c.subject)->reg : c.rule.reg).officers;
}

// The record as it was for the author of the entry.
Row Meaning::AsKnownTo(const Item& item, const Row& row) const {
  Row known{row.reg, row.address, {}, {}, nullptr, {}, {}, false};
  std::copy_if(row.filed.begin(), row.filed.end(), std::back_inserter(known.filed),
               [&](const Act& act) { return Has(item.past, act.by->place()); });
  std::vector<const Item*> past;
  std::copy_if(order.begin(), order.end(), std::back_inserter(past),
               [&](const Item* other) { return Has(item.past, other->place()); });
  const Copies then(book, past);
  known.copies = &then;
  Stand(known);
  known.copies = &copies;
  return known;
}

// An entry, and changes that its author did not know of: to the record of its officer, of whom he stood for as the author knew
// it, and so on.
void Meaning::FindOfficerChanges(const Item& t) {
  std::set<std::string> asked;
  for (std::string name = t.entry.officer; !name.empty() && asked.insert(name).second;) {
    const Row* row = Find(OfficerAddress(name));
    if (row == nullptr) return;
    for (const Item* w : order) {
      if (!copies.Counts(*w) || !copies.Apart(t, *w)) continue;
      for (uint32_t op = 0; op < w->entry.ops.size(); ++op) {
        if (AddressText(w->entry, w->entry.ops[op]) == row->address)
          AddClash("authority", SubjectOfEntry(t), {t.place(), 0}, {w->place(), op});
      }
    }
    name = PrincipalIn(*this, AsKnownTo(t, *row));
  }
}

}  // namespace chancery::model
