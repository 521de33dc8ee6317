// The packs of a store, resolved: what an ordinal in an entry means here, which rules watch which field.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/codec/digest.h"
#include "engine/pack/pack.h"

namespace chancery {

struct RuleInfo;

struct FieldInfo {
  FieldDef def;
  uint16_t handle = 0;                 // private to the store; stable
  std::optional<uint32_t> ordinal;     // in its register, as the pack in force has it
  std::string path;                    // "parcel.owner"
  uint64_t hash = 0;                   // Name64(path): references are found under it
  std::string rule_id, title;          // of the field's own cases: the path, or the [[rule]] of kind reference on it
  std::vector<const RuleInfo*> rules;  // that go on it, in the order of their ids
  bool refers() const { return def.type == FieldType::kReference; }
  bool clashes() const { return refers() || def.keeps() || (def.one_value() && def.merge != MergeKind::kLast); }
};

struct RegisterInfo;

// A field of some register whose values name records of this one.
struct Referrer {
  const RegisterInfo* reg = nullptr;
  const FieldInfo* field = nullptr;
};

struct RegisterInfo {
  std::string name, title;
  uint64_t hash = 0;                       // Name64(name): its first bytes begin its records' keys
  const PackDef* in_force = nullptr;       // the pack that defines it
  std::optional<uint32_t> ordinal;         // as that pack has it
  std::vector<FieldInfo> fields;           // by handle
  std::vector<const FieldInfo*> by_name;   // ascending by name
  std::vector<const FieldInfo*> refer;     // those whose values name records, ascending by name
  std::vector<DigestField> digest_fields;  // by handle
  std::vector<const RuleInfo*> rules;      // on its fields, in the order of their ids
  std::vector<const RuleInfo*> limits;     // whose limit is a field of it
  std::vector<Referrer> referred_by;       // ascending by (register, field) name
  bool holds = false;                      // some case on its fields lets nothing more in
  bool claims = false;                     // some rule goes on it, or some field refers: its records have rows in table claim
  bool of_officers = false;                // the built-in one
  bool has_quota = false;                  // some field is an escrow
  bool issues = false;                     // some field is a serial
  absl::flat_hash_map<absl::string_view, const FieldInfo*> found;  // by name
  const FieldInfo* Find(std::string_view field) const;
};

struct RuleInfo {  // of any kind but reference
  RuleDef def;
  uint64_t hash = 0;        // Name64(id)
  uint64_t limit_hash = 0;  // of the rows of records that give limits
  const RegisterInfo* reg = nullptr;
  std::vector<const FieldInfo*> on, per;
  const FieldInfo* same = nullptr;
  const FieldInfo* limit = nullptr;  // at-most: a field of the record that `per` names
  bool groups() const { return def.kind != RuleKind::kUnique; }
};

// What an entry's pack and ordinals lead to.
struct Ordinals {
  const RegisterDef* def = nullptr;  // as the named pack has it
  const RegisterInfo* reg = nullptr;
  std::vector<const FieldInfo*> fields;  // by ordinal
};

// A pack as an entry brought it.
struct PackSource {
  PackDef def;
  Hlc hlc = 0;
  LaneId lane = 0;
  Dot dot = 0;
  bool replaced = false;   // the author of another version of it had seen this one
  bool withdrawn = false;  // by a ruling
  bool stands() const { return !replaced && !withdrawn; }
};

class Catalog {
 public:
  // The register of officers is in every catalog. packs in the order in which this store merged them (field handles follow it);
  // every version of a pack stands there. In force: of those that no ruling withdrew the highest version of a name, of several
  // the first in canonical order: a function of the set.
  static std::shared_ptr<const Catalog> Build(std::vector<PackSource> packs);
  Catalog(const Catalog&) = delete;

  const RegisterInfo* Find(std::string_view reg) const;
  const RegisterInfo* FindHash(uint64_t part) const;  // RegisterOf a record's key
  const RuleInfo* Rule(std::string_view id) const;
  const RuleInfo* RuleByHash(uint64_t hash) const;
  const std::map<std::string, RegisterInfo, std::less<>>& registers() const { return registers_; }
  const std::vector<PackSource>& packs() const { return packs_; }  // every version, in the order merged
  std::vector<PackDef> InForce() const;                            // one a name, ascending by name
  const PackDef* InForce(std::string_view name) const;
  // What an author had who had seen those: every version, those in force first.
  std::vector<PackDef> Known(const std::function<bool(Dot)>& seen) const;
  const PackDef& PackOf(const RegisterInfo& reg) const { return *reg.in_force; }
  // The pack, version in force, and ordinals that a new entry uses for a register.
  struct Naming {
    PackId pack;
    uint32_t reg = 0;
  };
  // Errors: refusal `pack`, where two versions were loaded apart and the one in force lacks what the other brought.
  absl::StatusOr<Naming> NamingOf(const RegisterInfo& reg) const;
  absl::StatusOr<uint32_t> FieldOrdinal(const RegisterInfo& reg, const FieldInfo& field) const;
  // nullptr: the pack or the ordinal is not known here.
  const Ordinals* Resolve(const PackId& pack, uint32_t reg) const;

  int Officers(std::string_view rule_id, const RegisterInfo& reg, const FieldInfo* field) const;

 private:
  Catalog() = default;
  void NameInForce(RegisterInfo& reg) const;
  void AddFields(const PackDef& pack);
  void SetDefinitions(const PackDef& pack);
  void AddRule(const RuleDef& def);
  void AddReferences();
  void AddOrdinals(const PackDef& pack);

  std::vector<PackSource> packs_;
  std::map<std::string, const PackDef*, std::less<>> in_force_;
  std::map<std::string, RegisterInfo, std::less<>> registers_;
  absl::flat_hash_map<absl::string_view, const RegisterInfo*> found_;  // the same, for who looks for one
  std::map<std::string, RuleInfo, std::less<>> rules_;
  absl::flat_hash_map<uint64_t, const RuleInfo*> rules_by_hash_;
  struct HashOfPack {
    size_t operator()(const PackId& pack) const { return LoadBig64(pack.view().data()); }  // it is a hash already
  };
  absl::flat_hash_map<PackId, std::vector<Ordinals>, HashOfPack> ordinals_;
};

}  // namespace chancery
