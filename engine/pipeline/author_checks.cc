// What a filing is refused for, in its filer's own view.
#include <algorithm>

#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/author.h"
#include "engine/register/kept.h"
#include "engine/text/value_text.h"

namespace chancery {

absl::Status Author::CheckExists(const Address& record, OpKind kind, bool exists) {
  if ((kind == OpKind::kCreate) != exists) return absl::OkStatus();
  const std::string shown = record.Shown();
  if (exists)
    return Refuse(
        {"existence", "", shown, Cat(shown, " exists already"), Cat("chancery get ", shown, "; change it with {\"record\": …}")});
  return Refuse({"existence", "", shown, Cat("no such record: ", shown), "begin it with {\"create\": …}"});
}

// A deletion would decide what a person has to.
absl::Status Author::CheckUncontested(const RecordKey& key, const RecordEdit& edit) {
  ASSIGN_OR_RETURN(std::vector<Case> cases, batch_.docket().OfExistence(key, edit));
  for (const FieldInfo* field : edit.reg->by_name) {
    ASSIGN_OR_RETURN(const std::vector<Case> more, batch_.docket().OfField(key, edit, *field));
    cases.insert(cases.end(), more.begin(), more.end());
  }
  std::erase_if(cases, [](const Case& c) { return c.notice; });
  if (cases.empty()) return absl::OkStatus();
  return Refuse({"contested", cases[0].rule, work_.AddressOf(key),
                 Cat(work_.AddressOf(key), " is contested: only a ruling can end it"),
                 Cat("chancery case show ", cases[0].rule, " ", cases[0].shown)});
}

absl::Status Author::CheckMove(const FieldInfo& field, const Write* base, const Value& value, const std::string& at) {
  const std::string_view from = base == nullptr || base->value.unset() ? field.def.start : base->value.payload();
  if (field.def.MayMove(from, value.payload())) return absl::OkStatus();
  std::string targets;
  for (const auto& [state, next] : field.def.moves)
    if (state == from) targets += (targets.empty() ? "" : ", ") + next;
  return Refuse({"state", field.rule_id, at, Cat(at, " is \"", from, "\": no move leads from there to \"", value.payload(), "\""),
                 targets.empty() ? Cat("no move leads on from \"", from, "\"") : Cat("moves from there lead to: ", targets)});
}

absl::Status Author::CheckHold(const RecordKey& key, const RecordEdit& edit) {
  if (!edit.reg->holds) return absl::OkStatus();
  for (const FieldInfo* field : edit.reg->by_name) {
    const bool holds =
        field->def.hold || std::any_of(field->rules.begin(), field->rules.end(), [](const RuleInfo* r) { return r->def.hold; });
    if (!holds) continue;
    ASSIGN_OR_RETURN(const std::vector<Case> cases, batch_.docket().OfField(key, edit, *field));
    for (const Case& c : cases) {
      const RuleInfo* rule = work_.catalog().Rule(c.rule);
      const bool its_own = c.rule == field->rule_id && field->def.hold;
      if (rule != nullptr ? !rule->def.hold : !its_own) continue;
      return Refuse({"hold", c.rule, work_.AddressOf(key),
                     Cat("nothing is entered on ", work_.AddressOf(key), " while the case ", c.rule, " waits for a ruling"),
                     Cat("chancery case show ", c.rule, " ", c.shown)});
    }
  }
  return absl::OkStatus();
}

absl::Status Author::CheckStep(const FieldInfo& field, const Cell& cell, const Value& value, const std::string& at) {
  const Write* highest = HighestOf(cell, field.def, work_.lanes);
  if (highest == nullptr || field.def.StepOf(value.payload()) >= field.def.StepOf(highest->value.payload()))
    return absl::OkStatus();
  return Refuse(
      {"ladder", field.rule_id, at,
       Cat(at, " stands at \"", highest->value.payload(), "\" and only ever rises; \"", value.payload(), "\" is below it"),
       Cat("chancery get ", at)});
}

absl::Status Author::CheckReferences(bool admit_breaches) {
  if (admit_breaches) return absl::OkStatus();
  for (const Changed& changed : changed_) {
    const RecordEdit* edit = changed.edit;
    const RecordKey& key = edit->key;
    RETURN_IF_ERROR(CheckTargets(key, *edit));
    if (edit->record.exists()) continue;
    const std::vector<Workspace::Reference> references = work_.ReferencesTo(key, *edit->reg);
    if (references.empty() || Planted(Bug::kDeletionUnderReference)) continue;
    const FieldInfo& field = *references[0].by.field;
    const std::string holder = work_.AddressOf(references[0].row.record);
    return Refuse(
        {"reference", field.rule_id, Cat(holder, "/", field.def.name),
         Cat(holder, " refers to ", work_.AddressOf(key), " in ", field.def.name, field.title.empty() ? "" : ": ", field.title),
         Cat("chancery get ", holder, "; point it elsewhere first, or in the same entry")});
  }
  return absl::OkStatus();
}

// The references that the entry in hand writes name records that exist.
absl::Status Author::CheckTargets(const RecordKey& key, const RecordEdit& edit) {
  for (const FieldInfo* field : edit.reg->refer) {
    const Cell* cell = edit.record.Find(field->handle);
    if (cell == nullptr) continue;
    for (const Write& write : *cell) {
      if (write.dot != in_hand_ || write.value.unset()) continue;
      ASSIGN_OR_RETURN(const RecordEdit* target, work_.Target(write.value));
      if (target != nullptr && target->record.exists()) continue;
      return Refuse({"reference", field->rule_id, Cat(work_.AddressOf(key), "/", field->def.name),
                     Cat("no such record: ", ShowValue(write.value).text, field->title.empty() ? "" : ": ", field->title),
                     "create it first, or in the same entry"});
    }
  }
  return absl::OkStatus();
}

}  // namespace chancery
