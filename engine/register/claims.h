// What a record claims under unique rules, and which records it refers to: rows that anyone can look up by value.
#pragma once

#include <compare>
#include <string>
#include <utility>
#include <vector>

#include "engine/register/keys.h"
#include "engine/register/view.h"

namespace chancery {

struct ClaimRow {
  uint64_t rule = 0;  // RuleInfo::hash; of a reference FieldInfo::hash
  Hash128 value;      // ClaimHash of the subject
  RecordKey record;
  std::string
      subject;   // SubjectUnder of the value, of a reference the target's address; not stored: empty in rows read from the table
  Hash128 same;  // of the one standing value of the rule's `same` field; zero = exempts nothing
  std::vector<std::pair<Dot, uint64_t>> writes;  // (entry, op) of the visible writes with that value, ascending by place
  auto operator<=>(const ClaimRow&) const = default;
};

// The subject of a unique case: the value as the rule compares it, folded where the rule says so, as compact JSON. Its hash keys
// the claim. Never fails: what filing refused is compared as it stands.
std::string SubjectUnder(const RuleInfo& rule, const Value& value);
Hash128 ClaimHash(std::string_view subject);

std::string ClaimKey(const ClaimRow& row);
std::string ClaimPrefix(uint64_t rule, const Hash128& value);
std::string EncodeClaim(const ClaimRow& row);
ClaimRow DecodeClaim(std::string_view key, std::string_view value);

// From all visible writes, never from what is shown meanwhile. Ascending.
std::vector<ClaimRow> ClaimsOf(const RegisterInfo& reg, const RecordKey& key, const Record& record, const Lanes& lanes);

}  // namespace chancery
