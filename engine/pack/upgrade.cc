// A higher version of a pack: what it may change.
#include <algorithm>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pack/pack.h"

namespace chancery {
namespace {

absl::Status Forbidden(std::string_view message) {
  return Refuse({.kind = "pack",
                 .rule = "",
                 .at = "",
                 .message = std::string(message),
                 .next = "a new version may add registers, fields and rules; file what was there as it was"});
}

absl::Status CheckMembers(std::string_view path, const FieldDef& now, const FieldDef& next) {
  for (const GroupMember& member : now.members) {
    const auto same = [&](const GroupMember& m) { return m.name == member.name && m.type == member.type; };
    if (std::any_of(next.members.begin(), next.members.end(), same)) continue;
    return Forbidden(
        Cat("field ", path, ": its member ", member.name, " of type ", NameOf(member.type), " is removed or changed"));
  }
  return absl::OkStatus();
}

// What entries already filed mean by the field: its kind, not how its cases are handled or shown.
absl::Status CheckField(std::string_view path, const FieldDef& now, const FieldDef& next) {
  if (now.type != next.type)
    return Forbidden(Cat("field ", path, ": its type changes from ", NameOf(now.type), " to ", NameOf(next.type)));
  if (now.of != next.of)
    return Forbidden(Cat("field ", path, ": its elements change from ", NameOf(now.of), " to ", NameOf(next.of)));
  if (now.merge != next.merge)
    return Forbidden(Cat("field ", path, ": its merge changes from ", NameOf(now.merge), " to ", NameOf(next.merge)));
  if (now.remove_wins != next.remove_wins) return Forbidden(Cat("field ", path, ": what wins between add and remove changes"));
  if (now.by != next.by) return Forbidden(Cat("field ", path, ": what decides between later and greater changes"));
  if (now.steps != next.steps &&
      !std::equal(now.steps.begin(), now.steps.end(), next.steps.begin(),
                  next.steps.begin() + static_cast<ptrdiff_t>(std::min(now.steps.size(), next.steps.size()))))
    return Forbidden(Cat("field ", path, ": its steps change; a new one comes after those that are there"));
  for (const std::string& cls : now.classes)
    if (std::find(next.classes.begin(), next.classes.end(), cls) == next.classes.end())
      return Forbidden(Cat("field ", path, ": the class ", cls, " is removed"));
  if (now.start_number != next.start_number || now.block != next.block)
    return Forbidden(Cat("field ", path, ": where its numbers start, or how many a block has, changes"));
  if (now.start != next.start) return Forbidden(Cat("field ", path, ": its first state changes from ", now.start));
  for (const auto& [from, to] : now.moves)  // a state that is no longer known could not be shown
    if (!next.IsState(from) || !next.IsState(to))
      return Forbidden(Cat("field ", path, ": the state ", from, " or ", to, " is removed"));
  if (now.to != next.to) return Forbidden(Cat("field ", path, ": it refers to ", next.to, " and no longer to ", now.to));
  return CheckMembers(path, now, next);
}

absl::Status CheckRegister(const RegisterDef& now, const RegisterDef& next) {
  for (const FieldDef& field : now.fields) {
    const std::string path = Cat(now.name, ".", field.name);
    const FieldDef* found = next.Find(field.name);
    if (found == nullptr) return Forbidden(Cat("field ", path, " is removed"));
    RETURN_IF_ERROR(CheckField(path, field, *found));
  }
  return absl::OkStatus();
}

absl::Status CheckRule(const RuleDef& now, const PackDef& next) {
  const auto found = std::find_if(next.rules.begin(), next.rules.end(), [&](const RuleDef& r) { return r.id == now.id; });
  if (found == next.rules.end()) return Forbidden(Cat("rule ", now.id, " is removed"));
  const bool same = found->kind == now.kind && found->on == now.on && found->per == now.per && found->casefold == now.casefold &&
                    found->same == now.same;
  return same ? absl::OkStatus()
              : Forbidden(Cat("rule ", now.id, " changes what it compares; add a rule with another id instead"));
}

}  // namespace

absl::Status CheckUpgrade(const PackDef& now, const PackDef& next) {
  if (now.name != next.name) return Forbidden(Cat("the pack ", next.name, " is no version of the pack ", now.name));
  if (next.version <= now.version) {
    return Forbidden(Cat("the pack ", now.name, " is at version ", now.version, "; version ", next.version, " is not higher"));
  }
  for (const RegisterDef& reg : now.registers) {
    const RegisterDef* found = next.Find(reg.name);
    if (found == nullptr) return Forbidden(Cat("register ", reg.name, " is removed"));
    RETURN_IF_ERROR(CheckRegister(reg, *found));
  }
  for (const RuleDef& rule : now.rules) RETURN_IF_ERROR(CheckRule(rule, next));
  return absl::OkStatus();
}

}  // namespace chancery
