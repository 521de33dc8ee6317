#include "engine/pack/view.h"

#include "engine/base/status.h"

namespace chancery {
namespace {

FieldShape InfoOf(const FieldDef& field) {
  FieldShape info{.name = field.name, .type = std::string(NameOf(field.type)), .of = {}, .members = {}};
  if (field.type == FieldType::kSet || field.type == FieldType::kInterval) info.of = NameOf(field.of);
  for (const GroupMember& member : field.members) info.members.emplace_back(member.name, NameOf(member.type));
  return info;
}

RegisterShape InfoOf(const RegisterDef& reg) {
  RegisterShape info{.name = reg.name, .title = reg.title, .fields = {}};
  for (const FieldDef& field : reg.fields) info.fields.push_back(InfoOf(field));
  return info;
}

std::vector<PackNote> NotesOf(const std::vector<PackLine>& lines) {
  std::vector<PackNote> notes;
  for (const PackLine& line : lines) notes.push_back({line.rule, line.where, line.what});
  return notes;
}

}  // namespace

PackView ViewOf(const PackDef& pack) {
  PackView view{.name = pack.name, .version = pack.version, .ack = pack.ack, .registers = {}, .clashes = {}, .silent = {}};
  for (const RegisterDef& reg : pack.registers) view.registers.push_back(InfoOf(reg));
  const PackReport report = Report(pack);
  view.clashes = NotesOf(report.clashes);
  view.silent = NotesOf(report.silent);
  return view;
}

absl::StatusOr<PackView> CheckPack(std::string_view toml, std::string_view origin,
                                   const std::vector<std::pair<std::string, std::string>>& earlier) {
  std::vector<PackDef> loaded;
  for (const auto& [name, text] : earlier) {
    ASSIGN_OR_RETURN(PackDef pack, ParsePack(text, name, loaded));
    loaded.push_back(std::move(pack));
  }
  ASSIGN_OR_RETURN(PackDef pack, ParsePack(toml, origin, loaded));
  return ViewOf(pack);
}

}  // namespace chancery
