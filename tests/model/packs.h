// The packs of the random tests, and of the exhaustive one, twice: as TOML for the engine, and as the model's own description,
// which no parser made.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "engine/codec/entry.h"

namespace chancery::model {

enum class Type {
  kText,
  kInteger,
  kDate,
  kGroup,
  kSet,
  kState,
  kReference,
  kInterval,
  kLadder,
  kCounter,
  kEscrow,
  kSerial,
  kShares,
  kRanked
};

struct FieldSpec {
  std::string name;
  Type type = Type::kText;
  bool last = false, once = false;  // merge; neither = guarded
  char interim = 'f';               // f first, l last, n none
  bool remove_wins = false;         // sets
  bool notice = false, hold = false;
  std::vector<std::pair<std::string, Type>> members = {};  // groups, ascending by name
  std::string by = {};                                     // groups with merge = last: the member whose greater value is shown
  std::string start = {};                                  // states
  std::vector<std::pair<std::string, std::string>> moves = {}, confluent = {};
  std::string to = {};  // references: the register
  bool unset_on_deletion = false;
  std::string rule = {};                  // references: the [[rule]] in the place of the field's own
  Type of = Type::kInteger;               // intervals: of their ends
  std::vector<std::string> steps = {};    // ladders, from the lowest
  int64_t max = 0;                        // escrow
  int64_t first_number = 1, block = 0;    // serial
  std::vector<std::string> classes = {};  // ranked, in their order
  bool tie_equal = false;                 // ranked
  int officers = 0;                       // that a ruling takes; 0 = as many as the pack says

  bool one_value() const {  // of several standing writes one is shown, and different ones are told apart
    return type <= Type::kGroup || type == Type::kState || type == Type::kReference || type == Type::kInterval ||
           type == Type::kSerial;
  }
  bool adds_up() const { return type == Type::kCounter || type == Type::kEscrow; }
};

struct RegisterSpec {
  std::string name;
  std::vector<FieldSpec> fields;  // ascending by name: the index is the ordinal
};

struct RuleSpec {  // those up to kExistence exist by themselves, the others are `[[rule]]`s
  enum class Kind { kPremise, kAuthority, kField, kExistence, kUnique, kNoOverlap, kAtMost, kAcyclic } kind = Kind::kUnique;
  std::string id;
  std::string reg = {};               // kExistence: none
  std::vector<std::string> on = {};   // its fields; kExistence: none
  std::vector<std::string> per = {};  // kNoOverlap, kAtMost
  std::string same = {};
  int64_t limit = 0;             // kAtMost: a number,
  std::string limit_field = {};  // or this field of the record that the one `per` reference names
  bool casefold = false, notice = false, hold = false;
  int officers = 0;              // as of a field
  std::string shown = "unique";  // the kind, as a case shows it

  bool on_entry() const { return kind <= Kind::kAuthority; }
  bool between_records() const { return kind > Kind::kExistence; }
  bool is_on(const std::string& field) const;
};

struct PackSpec {
  PackId id;
  std::string name, toml;
  std::vector<RegisterSpec> registers;  // ascending by name: the index is the ordinal
  std::vector<RuleSpec> rules;          // between records, as written
  int officers = 1;                     // that a ruling takes
};

absl::Span<const PackSpec> Packs();     // in use, to be loaded: at first those of the random tests
absl::Span<const PackSpec> AllPacks();  // with the one that is built in
PackSpec OfficerPack();                 // that one
// The same, but rulings take two officers: of firms and where a field or rule says otherwise one.
std::vector<PackSpec> FourEyed(absl::Span<const PackSpec> packs);
PackSpec EstatePack();  // the third of them
PackSpec UnitPack();    // one register with every kind of field

class WithPacks {  // others are in use while it lives
 public:
  explicit WithPacks(std::vector<PackSpec> packs);
  ~WithPacks();

 private:
  std::vector<PackSpec> before_;
};

const PackSpec& PackOf(const PackId& id);
const RegisterSpec& RegisterOf(const std::string& name);
std::vector<std::string> RegisterNames();  // ascending
const FieldSpec* FieldOf(const RegisterSpec& reg, const std::string& name);
uint32_t OrdinalOf(const RegisterSpec& reg, const std::string& field);  // of a field that is there
std::vector<RuleSpec> RulesOf(RuleSpec::Kind kind);                     // between records, of all packs
std::string RuleIdOf(const std::string& reg, const FieldSpec& field);   // of the field's own cases
RuleSpec RuleOf(const std::string& id);
const PackSpec& PackWith(const std::string& reg);

}  // namespace chancery::model
