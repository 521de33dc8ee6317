// The register of officers, which is there before any pack is. Its definition never changes under its name: entries name it by
// the hash of what stands here.
#include "engine/pack/pack.h"

namespace chancery {
namespace {

FieldDef Field(const char* name, FieldType type) {
  FieldDef field;
  field.name = name;
  field.type = type;
  return field;
}

PackDef MakeBuiltIn() {
  PackDef pack;
  pack.name = "chancery";
  pack.toml = "chancery: register officer, fields for reference officer, may set of text, until date";
  pack.id = PackIdOf(pack.toml);
  RegisterDef& officer = pack.registers.emplace_back();
  officer.name = kOfficerRegister;
  officer.title = "Officer";
  officer.fields = {Field("for", FieldType::kReference), Field("may", FieldType::kSet), Field("until", FieldType::kDate)};
  officer.fields[0].to = kOfficerRegister;
  return pack;
}

}  // namespace

const PackDef& BuiltInPack() {
  static const PackDef* const pack = new PackDef(MakeBuiltIn());  // never destroyed: catalogs point into it
  return *pack;
}

}  // namespace chancery
