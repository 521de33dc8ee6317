#include "engine/register/claims.h"

#include <algorithm>
#include <map>
#include <optional>

#include "engine/base/limits.h"
#include "engine/base/planted.h"
#include "engine/text/value_text.h"

namespace chancery {

namespace {

// First byte of a row. The second: grouped is the entry of the first write, and no other.
enum Head : uint8_t { kSame = 1, kGroupedByFirst = 2, kGrouped = 4 };

Literal Compared(const RuleInfo& rule, Literal value) {
  if (!rule.def.casefold || value.type != Literal::Type::kText) return value;
  absl::StatusOr<std::string> folded = Casefold(value.text);
  return folded.ok() ? Literal(*std::move(folded)) : value;
}

}  // namespace

std::string SubjectUnder(const RuleInfo& rule, const Few<const Value*, 4>& values) {
  if (values.size() == 1 && !rule.def.casefold) return ShowJson(*values[0]);
  if (values.size() == 1) return Compared(rule, ShowValue(*values[0])).Json();
  Literal list = Literal::List();
  for (const Value* value : values) list.list.push_back(Compared(rule, ShowValue(*value)));
  return list.Json();
}

std::string SubjectMeant(const RuleInfo& rule, const Literal& written) {
  Literal meant = Compared(rule, written);
  for (Literal& item : meant.list) item = Compared(rule, std::move(item));
  return meant.Json();
}
Hash128 ClaimHash(std::string_view subject) { return HashParts({subject}); }

std::string ClaimPrefix(uint64_t rule, const Hash128& value) {
  ByteWriter w;
  w.U64(rule);
  w.Raw(value.view());
  return std::move(w.out);
}

std::string ClaimKey(const ClaimRow& row) { return ClaimPrefix(row.rule, row.value) + row.record; }

void PutClaim(const ClaimRow& row, ByteBuffer& w) {
  const bool same = !row.same.IsZero(), own = row.grouped == Few<Dot>{row.writes[0].first};
  w.Clear();
  w.U8((same ? kSame : 0) | (own ? kGroupedByFirst : row.grouped.empty() ? 0 : kGrouped));
  if (same) w.Raw(row.same.view());
  const auto put_dot = [&](Dot dot) {
    w.Varint(HandleOf(dot));
    w.Varint(SeqOf(dot));
  };
  w.Varint(row.writes.size());
  for (const auto& [dot, op] : row.writes) {
    put_dot(dot);
    w.Varint(op);
  }
  if (!own && !row.grouped.empty()) {
    w.Varint(row.grouped.size());
    for (const Dot dot : row.grouped) put_dot(dot);
  }
  w.Zeros((8 - w.size() % 8) % 8);
}

std::string EncodeClaim(const ClaimRow& row) {
  ByteBuffer w;
  PutClaim(row, w);
  return std::string(w.view());
}

ClaimRow DecodeClaim(std::string_view key, std::string_view row) {
  return DecodeClaim(Read64(key, 0), Hash128::From(key.substr(8, 16)), key.substr(24), row);
}

ClaimRow DecodeClaim(uint64_t rule, const Hash128& value, std::string_view record, std::string_view bytes) {
  ClaimRow row{rule, value, RecordKey(record), {}, {}, {}, {}};
  ByteReader r(bytes);
  const uint8_t head = r.U8();
  const auto dot = [&] {
    const auto handle = static_cast<uint16_t>(r.Varint());
    return MakeDot(handle, r.Varint());
  };
  if (head & kSame)
    if (const std::string_view same = r.Raw(16); r.ok()) row.same = Hash128::From(same);
  for (uint64_t left = r.Varint(); left > 0 && r.ok(); --left) {
    const Dot by = dot();
    row.writes.emplace_back(by, r.Varint());
  }
  if (head & kGroupedByFirst && !row.writes.empty()) row.grouped = {row.writes[0].first};
  if (head & kGrouped)
    for (uint64_t left = r.Varint(); left > 0 && r.ok(); --left) row.grouped.push_back(dot());
  return row;
}

namespace {

Hash128 SameOf(const RuleInfo& rule, const Record& record, const Lanes& lanes) {
  const Cell* cell = rule.same == nullptr ? nullptr : record.Find(rule.same->handle);
  if (cell == nullptr) return {};
  const Writes visible = Visible(*cell, rule.same->def, lanes);
  const Few<const Value*, 2> values = Distinct(visible);
  if (values.size() != 1 || values[0]->unset()) return {};
  return HashParts({ShowJson(*values[0])});
}

Writes Claiming(const Record& record, const FieldInfo& field, const Lanes& lanes) {  // that are set
  const Cell* cell = record.Find(field.handle);
  if (cell == nullptr) return {};
  Writes visible = Visible(*cell, field.def, lanes);
  if (Planted(Bug::kClaimsFromInterim) && !visible.empty()) visible = {InterimOf(visible, {}, lanes)};
  EraseIf(visible, [](const Write* w) { return w->value.unset(); });
  return visible;
}

using Combination = Few<const Write*, 4>;  // one write of each field

// Every choice of one set value for each of the fields.
std::vector<Combination> Combinations(const Record& record, const std::vector<const FieldInfo*>& fields, const Lanes& lanes) {
  std::vector<Combination> all(1);
  for (const FieldInfo* field : fields) {
    std::vector<Combination> longer;
    const Writes claiming = Claiming(record, *field, lanes);
    for (const Combination& combination : all)
      for (const Write* write : claiming) {
        if (longer.size() == limits::kClaimsOfARule) break;  // those that come first by place: the same at every site
        longer.push_back(combination);
        longer.back().push_back(write);
      }
    all = std::move(longer);
  }
  return all;
}

Few<const Value*, 4> ValuesOf(const Combination& combination) {
  Few<const Value*, 4> values;
  for (const Write* write : combination) values.push_back(&write->value);
  return values;
}

// The row of that subject among those from `first` on; added where it is missing.
ClaimRow& RowOf(const ClaimRow& sample, std::string subject, ptrdiff_t first, std::vector<ClaimRow>* rows) {
  const Hash128 value = ClaimHash(subject);
  auto it = std::find_if(rows->begin() + first, rows->end(), [&](const ClaimRow& r) { return r.value == value; });
  if (it != rows->end()) return *it;
  rows->push_back(sample);
  rows->back().subject = std::move(subject);
  rows->back().value = value;
  return rows->back();
}

void NoteWrite(const Write& write, ClaimRow& row) {
  const std::pair<Dot, uint64_t> claimed(write.dot, write.op);
  if (std::find(row.writes.begin(), row.writes.end(), claimed) == row.writes.end()) row.writes.push_back(claimed);
}

void SortByPlace(const Lanes& lanes, ClaimRow& row) {
  std::sort(row.writes.begin(), row.writes.end(), [&](const auto& a, const auto& b) {
    return std::make_pair(lanes.PlaceOf(a.first), a.second) < std::make_pair(lanes.PlaceOf(b.first), b.second);
  });
  std::sort(row.grouped.begin(), row.grouped.end());
  row.grouped.erase(std::unique(row.grouped.begin(), row.grouped.end()), row.grouped.end());
}

using Position = std::pair<Hlc, Place>;

// Since when the writes put the record into its group. Those that stand alone in their fields carry no stamp: they are in every
// combination, and decide nothing between them.
Position SinceOf(const Combination& combination, const Lanes& lanes) {
  Position since;
  for (const Write* write : combination) since = std::max(since, Position(write->hlc, lanes.PlaceOf(write->dot)));
  return since;
}

// Of several combinations that put the record into one group the first that did counts.
void NoteGrouped(const Combination& combination, const Lanes& lanes, std::optional<Position>* since, ClaimRow& row) {
  const Position at = SinceOf(combination, lanes);
  if (*since && **since <= at) return;
  *since = at;
  row.grouped.clear();
  for (const Write* write : combination) row.grouped.push_back(write->dot);
}

// Of a number the greatest that stands counts; of equal ones the first in canonical order.
Writes Contributing(const RuleInfo& rule, const Record& record, const Lanes& lanes) {
  Writes claiming = Claiming(record, *rule.on[0], lanes);
  if (rule.def.kind != RuleKind::kAtMost || claiming.size() < 2) return claiming;
  const Write* greatest = claiming[0];
  for (const Write* write : claiming) {
    const bool first = write->value == greatest->value && Before(lanes, write->hlc, write->dot, greatest->hlc, greatest->dot);
    if (IsGreater(write->value, greatest->value) || first) greatest = write;
  }
  return {greatest};
}

const Write* OnlyOf(const Record& record, const FieldInfo& field) {
  const Cell* cell = record.Find(field.handle);
  return cell != nullptr && cell->size() == 1 ? cell->data() : nullptr;
}

// The row of a record whose fields have one write each, as nearly all have: what the rest of AddRule comes to, made of `sample`.
// False: they have not.
bool AddOnly(const RuleInfo& rule, const std::vector<const FieldInfo*>& keys, const Record& record, const Lanes& lanes,
             ClaimRow& sample, std::vector<ClaimRow>* rows) {
  Combination by;
  for (const FieldInfo* field : keys) {
    const Write* only = OnlyOf(record, *field);
    if (only == nullptr || only->value.unset()) return false;
    by.push_back(only);
  }
  const Write* contributes = rule.groups() ? OnlyOf(record, *rule.on[0]) : nullptr;
  if (rule.groups() && (contributes == nullptr || contributes->value.unset())) return false;
  ClaimRow& row = rows->emplace_back(std::move(sample));
  row.subject = SubjectUnder(rule, ValuesOf(by));
  row.value = ClaimHash(row.subject);
  for (const Write* write : rule.groups() ? Combination{contributes} : by) NoteWrite(*write, row);
  for (const Write* write : by)
    if (rule.def.kind == RuleKind::kAtMost) row.grouped.push_back(write->dot);
  SortByPlace(lanes, row);
  return true;
}

void AddRule(const RuleInfo& rule, const RecordKey& key, const Record& record, const Lanes& lanes, std::vector<ClaimRow>* rows) {
  if (rule.def.kind == RuleKind::kAcyclic) return;  // it looks at the rows of the reference
  const auto missing = [&](const FieldInfo* field) { return record.Find(field->handle) == nullptr; };
  if (std::any_of(rule.on.begin(), rule.on.end(), missing) || std::any_of(rule.per.begin(), rule.per.end(), missing)) return;
  const auto first = static_cast<ptrdiff_t>(rows->size());
  const std::vector<const FieldInfo*>& keys = rule.groups() ? rule.per : rule.on;
  ClaimRow sample{rule.hash, {}, key, {}, SameOf(rule, record, lanes), {}, {}};
  if (AddOnly(rule, keys, record, lanes, sample, rows)) return;
  const Writes contributing = rule.groups() ? Contributing(rule, record, lanes) : Writes();
  if (rule.groups() && contributing.empty()) return;
  std::map<Hash128, std::optional<Position>> since;
  for (const Combination& combination : Combinations(record, keys, lanes)) {
    ClaimRow& row = RowOf(sample, SubjectUnder(rule, ValuesOf(combination)), first, rows);
    for (const Write* write : rule.groups() ? contributing : Writes(combination.begin(), combination.end()))
      NoteWrite(*write, row);
    if (rule.def.kind == RuleKind::kAtMost) NoteGrouped(combination, lanes, &since[row.value], row);
  }
  for (auto row = rows->begin() + first; row != rows->end(); ++row) SortByPlace(lanes, *row);
}

bool SubjectBefore(const ClaimRow& a, const ClaimRow& b) { return std::tie(a.rule, a.value) < std::tie(b.rule, b.value); }

void AddReferences(const FieldInfo& field, const RecordKey& key, const Record& record, const Lanes& lanes,
                   std::vector<ClaimRow>* rows) {
  const auto first = static_cast<ptrdiff_t>(rows->size());
  for (const Write* write : Claiming(record, field, lanes))
    NoteWrite(*write, RowOf({field.hash, {}, key, {}, {}, {}, {}}, std::string(write->value.payload()), first, rows));
}

}  // namespace

std::vector<ClaimRow> ClaimsOf(const RegisterInfo& reg, const RecordKey& key, const Record& record, const Lanes& lanes) {
  std::vector<ClaimRow> rows;
  if (!reg.claims || !record.exists()) return rows;
  for (const RuleInfo* rule : reg.rules) AddRule(*rule, key, record, lanes, &rows);
  for (const FieldInfo* field : reg.refer) AddReferences(*field, key, record, lanes, &rows);
  for (const RuleInfo* rule : reg.limits) {  // what is allowed to those that refer to it
    const Cell* cell = record.Find(rule->limit->handle);
    if (cell == nullptr) continue;
    const Literal address = Address{reg.name, std::string(KeyOf(key)), {}, {}}.Shown();
    const auto first = static_cast<ptrdiff_t>(rows.size());
    for (const Write* write : Visible(*cell, rule->limit->def, lanes))  // unset ones: they lift it
      NoteWrite(*write, RowOf({rule->limit_hash, {}, key, {}, {}, {}, {}}, address.Json(), first, &rows));
  }
  std::sort(rows.begin(), rows.end(), SubjectBefore);
  return rows;
}

bool Holds(const std::vector<ClaimRow>& claims, const ClaimRow& row) {
  const auto at = std::lower_bound(claims.begin(), claims.end(), row, SubjectBefore);
  return at != claims.end() && *at == row;
}

}  // namespace chancery
