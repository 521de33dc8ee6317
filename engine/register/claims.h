// What a record claims under the rules between records, and which records it refers to: rows that anyone can look up by value.
#pragma once

#include <compare>
#include <string>
#include <utility>
#include <vector>

#include "chancery/types.h"
#include "engine/register/keys.h"
#include "engine/register/view.h"

namespace chancery {

struct ClaimRow {
  uint64_t rule = 0;  // RuleInfo::hash, or limit_hash of a record that gives a limit; of a reference FieldInfo::hash
  Hash128 value;      // ClaimHash of the subject
  RecordKey record;
  std::string
      subject;   // SubjectUnder of the value, of a reference the target's address; not stored: empty in rows read from the table
  Hash128 same;  // of the one standing value of the rule's `same` field; zero = exempts nothing
  Few<std::pair<Dot, uint64_t>> writes;  // (entry, op) of the visible writes that claim it, ascending by place
  Few<Dot> grouped;                      // at-most: the writes that put the record into the group; they decide on its place in it
  bool operator==(const ClaimRow&) const = default;
};

// The subject of a case between records: the values as the rule compares them, folded where the rule says so, as compact JSON; a
// list where the rule compares several. Its hash keys the claim. Never fails: what filing refused is compared as it stands.
std::string SubjectUnder(const RuleInfo& rule, const Few<const Value*, 4>& values);
std::string SubjectMeant(const RuleInfo& rule, const Literal& written);  // by who writes a value, or a list, as it is
Hash128 ClaimHash(std::string_view subject);

std::string ClaimKey(const ClaimRow& row);
std::string ClaimPrefix(uint64_t rule, const Hash128& value);
std::string EncodeClaim(const ClaimRow& row);       // it has a write
void PutClaim(const ClaimRow& row, ByteBuffer& w);  // the same, written over what `w` held
ClaimRow DecodeClaim(std::string_view key, std::string_view row);
ClaimRow DecodeClaim(uint64_t rule, const Hash128& value, std::string_view record, std::string_view row);

// From all visible writes, never from what is shown meanwhile. Ascending by rule and value.
std::vector<ClaimRow> ClaimsOf(const RegisterInfo& reg, const RecordKey& key, const Record& record, const Lanes& lanes);
bool Holds(const std::vector<ClaimRow>& claims, const ClaimRow& row);  // claims: of one record, ascending

}  // namespace chancery
