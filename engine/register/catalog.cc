#include "engine/register/catalog.h"

#include <algorithm>
#include <tuple>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/register/keys.h"

namespace chancery {
namespace {

// Ascending by precedence: the last of a name is in force.
std::vector<const PackSource*> ByPrecedence(const std::vector<PackSource>& packs) {
  std::vector<const PackSource*> out;
  for (const PackSource& pack : packs) out.push_back(&pack);
  std::sort(out.begin(), out.end(), [](const PackSource* a, const PackSource* b) {
    return std::tie(b->withdrawn, a->def.version, b->hlc, b->lane) < std::tie(a->withdrawn, b->def.version, a->hlc, a->lane);
  });
  return out;
}

FieldInfo MakeField(std::string_view reg, const FieldDef& def, uint16_t handle) {
  FieldInfo field;
  field.def = def;
  field.handle = handle;
  field.path = Cat(reg, ".", def.name);
  field.hash = Name64(field.path);
  field.rule_id = field.path;
  return field;
}

}  // namespace

const FieldInfo* RegisterInfo::Find(std::string_view field) const {
  const auto it = found.find(A(field));
  return it == found.end() ? nullptr : it->second;
}

std::shared_ptr<const Catalog> Catalog::Build(std::vector<PackSource> packs) {
  std::shared_ptr<Catalog> catalog(new Catalog);
  catalog->packs_ = std::move(packs);
  catalog->AddFields(BuiltInPack());
  catalog->SetDefinitions(BuiltInPack());
  catalog->registers_.at(std::string(kOfficerRegister)).of_officers = true;
  for (const PackSource& pack : catalog->packs_) catalog->AddFields(pack.def);
  for (const PackSource* pack : ByPrecedence(catalog->packs_)) {
    catalog->in_force_[pack->def.name] = &pack->def;
    catalog->SetDefinitions(pack->def);
  }
  for (auto& [name, reg] : catalog->registers_) {
    catalog->NameInForce(reg);
    for (const FieldInfo& field : reg.fields) {
      reg.by_name.push_back(&field);
      reg.found.emplace(A(field.def.name), &field);
      reg.digest_fields.emplace_back(field.def.name, field.handle, field.def.remove_wins);
    }
    std::sort(reg.by_name.begin(), reg.by_name.end(),
              [](const FieldInfo* a, const FieldInfo* b) { return a->def.name < b->def.name; });
    catalog->found_.emplace(A(name), &reg);
  }
  for (const auto& [name, pack] : catalog->in_force_)
    for (const RuleDef& def : pack->rules)
      if (def.kind != RuleKind::kReference) catalog->AddRule(def);
  catalog->AddReferences();
  catalog->AddOrdinals(BuiltInPack());
  for (const PackSource& pack : catalog->packs_) catalog->AddOrdinals(pack.def);
  return catalog;
}

void Catalog::NameInForce(RegisterInfo& reg) const {
  if (reg.in_force != &BuiltInPack())
    reg.in_force = in_force_.at(reg.in_force->name);  // perhaps a later version, which may lack the register
  reg.ordinal = reg.in_force->Ordinal(reg.name);
  const RegisterDef* def = reg.in_force->Find(reg.name);
  for (FieldInfo& field : reg.fields) field.ordinal = def == nullptr ? std::nullopt : def->Ordinal(field.def.name);
}

void Catalog::AddFields(const PackDef& pack) {
  for (const RegisterDef& def : pack.registers) {
    RegisterInfo& reg = registers_[def.name];
    reg.name = def.name;
    reg.hash = Name64(def.name);
    for (const FieldDef& field : def.fields) {
      if (std::none_of(reg.fields.begin(), reg.fields.end(), [&](const FieldInfo& f) { return f.def.name == field.name; }))
        reg.fields.push_back(MakeField(def.name, field, static_cast<uint16_t>(reg.fields.size())));
    }
  }
}

void Catalog::SetDefinitions(const PackDef& pack) {
  for (const RegisterDef& def : pack.registers) {
    RegisterInfo& reg = registers_.at(def.name);
    reg.title = def.title;
    reg.in_force = &pack;
    for (const FieldDef& field : def.fields)
      for (FieldInfo& info : reg.fields)
        if (info.def.name == field.name) info.def = field;
  }
}

// A [[rule]] of kind reference takes the place of the rule that the field has by itself.
void Catalog::AddReferences() {
  for (const auto& [name, pack] : in_force_)
    for (const RuleDef& def : pack->rules) {
      if (def.kind != RuleKind::kReference) continue;
      RegisterInfo& reg = registers_.at(def.on[0].reg);
      FieldInfo& field = reg.fields[reg.Find(def.on[0].field)->handle];
      field.rule_id = def.id;
      field.title = def.title;
      field.def.notice = def.notice;
      field.def.hold = def.hold;
      field.def.officers = def.officers;
    }
  for (auto& [name, reg] : registers_)
    for (const FieldInfo* field : reg.by_name) {
      reg.holds |= field->def.hold;
      reg.has_quota |= field->def.type == FieldType::kEscrow;
      reg.issues |= field->def.type == FieldType::kSerial;
      if (!field->refers()) continue;
      reg.refer.push_back(field);
      reg.claims = true;
      if (const auto target = registers_.find(field->def.to); target != registers_.end())
        target->second.referred_by.push_back({&reg, field});
    }
}

void Catalog::AddRule(const RuleDef& def) {
  if (rules_.contains(def.id)) return;  // another pack, loaded apart, has a rule of that name
  RegisterInfo& reg = registers_.at(def.on[0].reg);
  RuleInfo& rule = rules_[def.id];
  rule.def = def;
  rule.hash = Name64(def.id);
  rule.limit_hash = Name64(Cat(def.id, "/limit"));
  rule.reg = &reg;
  rules_by_hash_.emplace(rule.hash, &rule);
  for (const FieldPath& path : def.on) rule.on.push_back(reg.Find(path.field));
  for (const FieldPath& path : def.per) rule.per.push_back(reg.Find(path.field));
  if (def.same) rule.same = reg.Find(def.same->field);
  reg.rules.push_back(&rule);
  reg.claims = true;
  reg.holds |= def.hold;
  for (const FieldInfo* field : rule.on) reg.fields[field->handle].rules.push_back(&rule);
  if (!def.limit_field) return;
  RegisterInfo& limiting = registers_.at(def.limit_field->reg);
  rule.limit = limiting.Find(def.limit_field->field);
  limiting.limits.push_back(&rule);
  limiting.claims = true;
}

void Catalog::AddOrdinals(const PackDef& pack) {
  std::vector<Ordinals>& registers = ordinals_[pack.id];
  registers.clear();
  for (const RegisterDef& def : pack.registers) {
    Ordinals ordinals{&def, &registers_.at(def.name), {}};
    for (const FieldDef& field : def.fields) ordinals.fields.push_back(ordinals.reg->Find(field.name));
    registers.push_back(std::move(ordinals));
  }
}

const RegisterInfo* Catalog::Find(std::string_view reg) const {
  const auto it = found_.find(A(reg));
  return it == found_.end() ? nullptr : it->second;
}

const RegisterInfo* Catalog::FindHash(uint64_t part) const {
  for (const auto& [name, reg] : registers_)
    if (RegisterPart(reg.hash) == part) return &reg;
  return nullptr;
}

const RuleInfo* Catalog::Rule(std::string_view id) const {
  const auto it = rules_.find(id);
  return it == rules_.end() ? nullptr : &it->second;
}

const RuleInfo* Catalog::RuleByHash(uint64_t hash) const {
  const auto it = rules_by_hash_.find(hash);
  return it == rules_by_hash_.end() ? nullptr : it->second;
}

std::vector<PackDef> Catalog::InForce() const {
  std::vector<PackDef> out;
  for (const auto& [name, pack] : in_force_) out.push_back(*pack);
  return out;
}

std::vector<PackDef> Catalog::Known(const std::function<bool(Dot)>& seen) const {
  std::vector<const PackSource*> sources = ByPrecedence(packs_);
  std::reverse(sources.begin(), sources.end());
  std::vector<PackDef> known;
  for (const PackSource* source : sources)
    if (seen(source->dot)) known.push_back(source->def);
  return known;
}

const PackDef* Catalog::InForce(std::string_view name) const {
  const auto it = in_force_.find(name);
  return it == in_force_.end() ? nullptr : it->second;
}

namespace {

absl::Status NotInForce(const PackDef& pack, const std::string& what) {
  return Refuse({"pack", "", what,
                 Cat("the version of pack ", pack.name, " in force here has no ", what, ": two versions were loaded apart"),
                 "load a higher version that has what both brought: chancery pack apply FILE"});
}

}  // namespace

absl::StatusOr<Catalog::Naming> Catalog::NamingOf(const RegisterInfo& reg) const {
  if (!reg.ordinal) return NotInForce(PackOf(reg), reg.name);
  return Naming{PackOf(reg).id, *reg.ordinal};
}

absl::StatusOr<uint32_t> Catalog::FieldOrdinal(const RegisterInfo& reg, const FieldInfo& field) const {
  if (!field.ordinal) return NotInForce(PackOf(reg), field.path);
  return *field.ordinal;
}

const Ordinals* Catalog::Resolve(const PackId& pack, uint32_t reg) const {
  const auto it = ordinals_.find(pack);
  return it == ordinals_.end() || reg >= it->second.size() ? nullptr : &it->second[reg];
}

int Catalog::Officers(std::string_view rule_id, const RegisterInfo& reg, const FieldInfo* field) const {
  if (const RuleInfo* rule = Rule(rule_id); rule != nullptr && rule->def.officers > 0) return rule->def.officers;
  if (field != nullptr && field->rule_id == rule_id && field->def.officers > 0) return field->def.officers;
  return PackOf(reg).officers;
}

}  // namespace chancery
