#include "engine/register/standing.h"

#include "engine/base/status.h"
#include "engine/register/kept.h"
#include "engine/register/view.h"

namespace chancery {

absl::Status EachStanding(const Record& record, const FieldInfo& field, const Workspace& work,
                          const std::function<void(const Value&)>& visit) {
  static const Cell kEmpty;
  const Cell* found = record.Find(field.handle);
  const Cell& cell = found == nullptr ? kEmpty : *found;
  switch (field.def.type) {
    case FieldType::kSet:
      for (const Element& element : record.elements)
        if (element.field == field.handle && Present(element, field.def)) visit(element.value);
      break;
    case FieldType::kCounter:
      visit(Value::Integer(SumOf(found)));
      break;
    case FieldType::kEscrow:
      visit(Value::Integer(QuotaIn(found, work.lanes).used));
      break;
    case FieldType::kLadder: {
      const Write* highest = HighestOf(cell, field.def, work.lanes);
      const std::string& first = field.def.steps[0];
      visit(highest == nullptr ? Value::Text(first) : highest->value);
      break;
    }
    case FieldType::kShares:
      for (const auto& [owner, share] : Owned(Hold(TransfersOf(InOrder(cell, Kind::kTransfer, work.lanes), work.lanes)).live))
        visit(Value::Text(owner));
      break;
    case FieldType::kRanked: {
      ASSIGN_OR_RETURN(const Ranking ranking, RankingOf(InOrder(cell, Kind::kRank, work.lanes), field.def, work));
      for (const Charge& charge : ranking.charges) visit(Value::Text(charge.id));
      break;
    }
    default: {
      const Writes visible = Visible(cell, field.def, work.lanes);
      for (const Write* write : visible) visit(write->value);
      const std::string& start = field.def.start;
      if (visible.empty() && field.def.type == FieldType::kState) visit(Value::Text(start));
    }
  }
  return absl::OkStatus();
}

}  // namespace chancery
