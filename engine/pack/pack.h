// A pack: registers, fields and rules as a registry defines them in TOML. Syntax: docs/reference/pack.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/codec/entry.h"

namespace chancery {

enum class FieldType : uint8_t {
  kText,
  kInteger,
  kRational,
  kBool,
  kDate,
  kTime,
  kBytes,
  kGroup,
  kSet,
  kState,
  kLadder,
  kInterval,
  kShares,
  kRanked,
  kCounter,
  kEscrow,
  kSerial,
  kReference,
  kBlob,
};
enum class MergeKind : uint8_t { kGuarded, kLast, kOnce };
enum class Interim : uint8_t { kFirst, kLast, kNone };
enum class Relied : uint8_t { kAny, kEarlier, kNotice };  // which unseen writes make stale what was relied on, or only a notice
enum class RuleKind : uint8_t { kUnique, kReference, kNoOverlap, kAtMost, kAcyclic };

// As a pack writes them: "text", "guarded", "unique".
std::string_view NameOf(FieldType type);
std::string_view NameOf(MergeKind merge);
std::string_view NameOf(RuleKind kind);

struct GroupMember {
  std::string name;
  FieldType type;  // a plain type
};

struct FieldDef {
  std::string name;
  FieldType type = FieldType::kText;
  FieldType of = FieldType::kText;  // sets, intervals: the element's plain type
  MergeKind merge = MergeKind::kGuarded;
  Interim interim = Interim::kFirst;
  std::string by;            // groups with merge = last: the member whose greater value stays; "" = the later stamp does
  bool remove_wins = false;  // sets
  bool notice = false;       // outcome = "notice"
  bool hold = false;
  Relied relied = Relied::kAny;
  int officers = 0;                                                   // 0 = as the pack says
  std::vector<GroupMember> members;                                   // groups, ascending by name
  std::string start;                                                  // states: what a record begins in
  std::vector<std::pair<std::string, std::string>> moves, confluent;  // states: from and to; pairs that do not clash
  std::vector<std::string> steps;                                     // ladders, from the lowest
  std::vector<std::string> classes;                                   // ranked, in their order
  bool tie_equal = false;                                             // ranked: a tie is a notice
  int64_t max = 0;                                                    // escrow
  int64_t start_number = 1, block = 1000;                             // serial
  std::string to;                                                     // references: the register
  bool unset_on_deletion = false;                                     // references: deletion = "unset"
  bool plain_kind() const { return type <= FieldType::kGroup; }
  // One value at a time: what clashes where two stand. Shares and ranked keep all they are given, counters and quotas add up.
  bool one_value() const {
    return plain_kind() || type == FieldType::kState || type == FieldType::kReference || type == FieldType::kInterval ||
           type == FieldType::kSerial || type == FieldType::kBlob;
  }
  bool keeps() const { return type == FieldType::kShares || type == FieldType::kRanked; }
  bool adds_up() const { return type == FieldType::kCounter || type == FieldType::kEscrow; }
  std::optional<size_t> StepOf(std::string_view step) const;  // of a ladder
  bool IsState(std::string_view state) const;                 // that a move leads from or to
  bool MayMove(std::string_view from, std::string_view to_state) const;
  bool Confluent(std::string_view a, std::string_view b) const;  // in either order
};

struct RegisterDef {
  std::string name, title;
  std::vector<FieldDef> fields;  // ascending by name: the index is the ordinal in entries
  const FieldDef* Find(std::string_view name) const;
  std::optional<uint32_t> Ordinal(std::string_view name) const;
};

struct FieldPath {
  std::string reg, field;
  std::string Text() const { return reg + "." + field; }
  bool operator==(const FieldPath&) const = default;
};

struct RuleDef {
  std::string id, title;
  RuleKind kind = RuleKind::kUnique;
  std::vector<FieldPath> on, per;
  bool casefold = false;  // normalise = "nfkc-casefold"
  std::optional<FieldPath> same;
  int64_t limit = 0;                     // at-most: a number,
  std::optional<FieldPath> limit_field;  // or a field of the record that `per` names
  bool notice = false;
  bool hold = false;
  int officers = 0;
};

struct PackDef {
  std::string name;
  uint64_t version = 1;
  int officers = 1;
  std::string ack = "local", zone;
  std::vector<RegisterDef> registers;  // ascending by name: the index is the ordinal in entries
  std::vector<RuleDef> rules;          // in the order of the file
  std::string toml;                    // the exact bytes
  PackId id;
  const RegisterDef* Find(std::string_view name) const;
  std::optional<uint32_t> Ordinal(std::string_view name) const;
};

// Parses and checks a pack. `loaded`: packs already in the registry, whose registers rules may name and whose register names may
// not be used again (but by a higher version of the same pack). Errors: a Refusal of kind `pack` whose message gives
// "NAME:LINE:COLUMN: what is wrong"; field and rule kinds that this version does not merge yet are refused by name. origin: the
// file's name for messages.
absl::StatusOr<PackDef> ParsePack(std::string_view toml, std::string_view origin, const std::vector<PackDef>& loaded);

// `next` may replace `now` (same name, higher version): registers, fields and rules may be added, nothing removed or changed in
// kind.
absl::Status CheckUpgrade(const PackDef& now, const PackDef& next);

// The pack that every registry has: the register of its officers.
const PackDef& BuiltInPack();
inline constexpr std::string_view kOfficerRegister = "officer";

// What `pack check` prints: what can clash (rule id, where, with what outcome) and what merges in silence (field, how), which the
// registry signs for. Both ascending by address.
struct PackLine {
  std::string rule;   // "" in the silent list
  std::string where;  // "parcel.owner"
  std::string what;   // one sentence
};
struct PackReport {
  std::vector<PackLine> clashes, silent;
};
PackReport Report(const PackDef& pack);

// NFKC and case folding by utf8proc. Errors: InvalidArgument where the text holds a code point that these Unicode tables do not
// know (the folded form of an assigned character never changes again, that of an unassigned one may).
absl::StatusOr<std::string> Casefold(std::string_view text);

}  // namespace chancery
