#include "engine/register/claims.h"

#include <algorithm>

#include "engine/base/planted.h"
#include "engine/text/value_text.h"

namespace chancery {

std::string SubjectUnder(const RuleInfo& rule, const Value& value) {
  if (!rule.def.casefold || value.kind != Kind::kText) return ShowJson(value);
  const absl::StatusOr<std::string> folded = Casefold(value.payload());
  return folded.ok() ? ShowJson(Value::Text(*folded)) : ShowJson(value);
}
Hash128 ClaimHash(std::string_view subject) { return HashParts({subject}); }

std::string ClaimPrefix(uint64_t rule, const Hash128& value) {
  ByteWriter w;
  w.U64(rule);
  w.Raw(value.view());
  return std::move(w.out);
}

std::string ClaimKey(const ClaimRow& row) { return ClaimPrefix(row.rule, row.value) + row.record; }

std::string EncodeClaim(const ClaimRow& row) {
  ByteWriter w;
  w.Raw(row.same.view());
  for (const auto& [dot, op] : row.writes) {
    w.U64(dot);
    w.U64(op);
  }
  return std::move(w.out);
}

ClaimRow DecodeClaim(std::string_view key, std::string_view value) {
  ClaimRow row{
      Read64(key, 0), Hash128::From(key.substr(8, 16)), RecordKey(key.substr(24)), {}, Hash128::From(value.substr(0, 16)), {}};
  for (ByteReader r(value.substr(16)); !r.AtEnd();) {
    const Dot dot = r.U64();
    row.writes.emplace_back(dot, r.U64());
  }
  return row;
}

namespace {

Hash128 SameOf(const RuleInfo& rule, const Record& record, const Lanes& lanes) {
  const Cell* cell = rule.same == nullptr ? nullptr : record.Find(rule.same->handle);
  if (cell == nullptr) return {};
  const Writes visible = Visible(*cell, lanes);
  const Few<const Value*, 2> values = Distinct(visible);
  if (values.size() != 1 || values[0]->unset()) return {};
  return HashParts({ShowJson(*values[0])});
}

// Adds a row for each distinct subject of the field's visible writes. subject_of: what a value claims. sample: the rest of a row.
template <class SubjectOfValue>
void AddClaims(const Record& record, const FieldInfo& field, const Lanes& lanes, SubjectOfValue subject_of,
               const ClaimRow& sample, std::vector<ClaimRow>* rows) {
  const Cell* cell = record.Find(field.handle);
  if (cell == nullptr) return;
  const auto first = static_cast<ptrdiff_t>(rows->size());
  Writes visible = Visible(*cell, lanes);
  if (Planted(Bug::kClaimsFromInterim) && !visible.empty()) visible = {InterimOf(visible, {}, lanes)};
  for (const Write* w : visible) {
    if (w->value.unset()) continue;
    ClaimRow row = sample;
    row.subject = subject_of(w->value);
    row.value = ClaimHash(row.subject);
    auto it = std::find_if(rows->begin() + first, rows->end(), [&](const ClaimRow& r) { return r.value == row.value; });
    if (it == rows->end()) it = rows->insert(rows->end(), std::move(row));
    it->writes.emplace_back(w->dot, w->op);
  }
}

}  // namespace

std::vector<ClaimRow> ClaimsOf(const RegisterInfo& reg, const RecordKey& key, const Record& record, const Lanes& lanes) {
  std::vector<ClaimRow> rows;
  if (!reg.claims || !record.exists()) return rows;
  for (const RuleInfo* rule : reg.unique)
    AddClaims(
        record, *rule->field, lanes, [&](const Value& v) { return SubjectUnder(*rule, v); },
        {rule->hash, {}, key, {}, SameOf(*rule, record, lanes), {}}, &rows);
  for (const FieldInfo* field : reg.by_name)
    if (field->refers())
      AddClaims(
          record, *field, lanes, [](const Value& v) { return std::string(v.payload()); }, {field->hash, {}, key, {}, {}, {}},
          &rows);
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace chancery
