#include "engine/docket/clash.h"

namespace chancery {

// Every pair of visible writes whose values differ: guarded and once fields, groups, references; states that do not go together.
std::vector<Clash> FieldClashes(const Cell& cell, const FieldDef& field, const Lanes& lanes) {
  std::vector<Clash> clashes;
  if (field.merge == MergeKind::kLast) return clashes;  // the pack has said that nobody minds
  const Writes visible = Visible(cell, field, lanes);
  for (size_t i = 0; i < visible.size(); ++i)
    for (size_t j = i + 1; j < visible.size(); ++j)
      if (visible[i]->value != visible[j]->value &&
          !(field.type == FieldType::kState && field.Confluent(visible[i]->value.payload(), visible[j]->value.payload())))
        clashes.push_back({{visible[i]->dot, visible[i]->op}, {visible[j]->dot, visible[j]->op}});
  return clashes;
}

}  // namespace chancery
