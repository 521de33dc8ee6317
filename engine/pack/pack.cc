#include "engine/pack/pack.h"

#include <algorithm>

#include "engine/base/planted.h"

namespace chancery {
namespace {

// The place of a name in a list that ascends by name.
template <class Def>
std::optional<uint32_t> OrdinalIn(const std::vector<Def>& defs, std::string_view name) {
  const auto found =
      std::lower_bound(defs.begin(), defs.end(), name, [](const Def& def, std::string_view n) { return def.name < n; });
  if (found == defs.end() || found->name != name) return std::nullopt;
  return static_cast<uint32_t>(found - defs.begin());
}

template <class Def>
const Def* FindIn(const std::vector<Def>& defs, std::string_view name) {
  const std::optional<uint32_t> ordinal = OrdinalIn(defs, name);
  return ordinal.has_value() ? &defs[*ordinal] : nullptr;
}

}  // namespace

bool FieldDef::IsState(std::string_view state) const {
  return std::any_of(moves.begin(), moves.end(), [&](const auto& move) { return move.first == state || move.second == state; });
}

std::optional<size_t> FieldDef::StepOf(std::string_view step) const {
  const auto found = std::find(steps.begin(), steps.end(), step);
  return found == steps.end() ? std::nullopt : std::optional(static_cast<size_t>(found - steps.begin()));
}

bool FieldDef::MayMove(std::string_view from, std::string_view to_state) const {
  return std::any_of(moves.begin(), moves.end(), [&](const auto& move) { return move.first == from && move.second == to_state; });
}

bool FieldDef::Confluent(std::string_view a, std::string_view b) const {
  return std::any_of(confluent.begin(), confluent.end(), [&](const auto& pair) {
    return (pair.first == a && pair.second == b) || (pair.first == b && pair.second == a && !Planted(Bug::kConfluentByOrder));
  });
}

const FieldDef* RegisterDef::Find(std::string_view name) const { return FindIn(fields, name); }
std::optional<uint32_t> RegisterDef::Ordinal(std::string_view name) const { return OrdinalIn(fields, name); }
const RegisterDef* PackDef::Find(std::string_view name) const { return FindIn(registers, name); }
std::optional<uint32_t> PackDef::Ordinal(std::string_view name) const { return OrdinalIn(registers, name); }

}  // namespace chancery
