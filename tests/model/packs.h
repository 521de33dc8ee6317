// The two packs of the random tests, twice: as TOML for the engine, and as the model's own description, which no parser made.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/codec/entry.h"

namespace chancery::model {

enum class Type { kText, kInteger, kGroup, kSet, kState, kReference };

struct FieldSpec {
  std::string name;
  Type type = Type::kText;
  bool last = false, once = false;  // merge; neither = guarded
  char interim = 'f';               // f first, l last, n none
  bool remove_wins = false;         // sets
  bool notice = false, hold = false;
  std::vector<std::pair<std::string, Type>> members = {};  // groups, ascending by name
  std::string start = {};                                  // states
  std::vector<std::pair<std::string, std::string>> moves = {}, confluent = {};
  std::string to = {};  // references: the register
  bool unset_on_deletion = false;
  std::string rule = {};  // references: the [[rule]] in the place of the field's own
};

struct RegisterSpec {
  std::string name;
  std::vector<FieldSpec> fields;  // ascending by name: the index is the ordinal
};

struct RuleSpec {  // kUnique: a `[[rule]]` on one field; the others exist by themselves
  enum class Kind { kField, kUnique, kExistence } kind = Kind::kUnique;
  std::string id;
  std::string reg, field;  // kExistence: neither
  std::string same;
  bool casefold = false, notice = false, hold = false;
  std::string shown = "unique";  // the kind, as a case shows it
};

struct PackSpec {
  PackId id;
  std::string name, toml;
  std::vector<RegisterSpec> registers;  // ascending by name: the index is the ordinal
  std::vector<RuleSpec> rules;          // as written
};

const std::vector<PackSpec>& Packs();
const PackSpec& PackOf(const PackId& id);
const RegisterSpec& RegisterOf(const std::string& name);
const FieldSpec* FieldOf(const RegisterSpec& reg, const std::string& name);
uint32_t OrdinalOf(const RegisterSpec& reg, const std::string& field);  // of a field that is there
std::vector<RuleSpec> UniqueRules();                                    // of both packs
std::string RuleIdOf(const std::string& reg, const FieldSpec& field);   // of the field's own cases
RuleSpec RuleOf(const std::string& id);

}  // namespace chancery::model
