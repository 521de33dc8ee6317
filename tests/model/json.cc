// Drafts and rulings as text.
#include <array>

#include "tests/model/clerk.h"

namespace chancery::model {
namespace {

using Verbs = DraftChange::Verb;

struct Form {
  const char* key;
  Verbs verb;
  enum { kValues, kElements, kFields } shape;  // {FIELD: VALUE} · {FIELD: [ELEMENT]} · [FIELD]
};
constexpr std::array<Form, 12> kForms = {{{"set", Verbs::kSet, Form::kValues},
                                          {"unset", Verbs::kUnset, Form::kFields},
                                          {"move", Verbs::kMove, Form::kValues},
                                          {"add", Verbs::kAdd, Form::kElements},
                                          {"remove", Verbs::kRemove, Form::kElements},
                                          {"bump", Verbs::kBump, Form::kValues},
                                          {"grant", Verbs::kGrant, Form::kValues},
                                          {"issue", Verbs::kIssue, Form::kFields},
                                          {"transfer", Verbs::kTransfer, Form::kValues},
                                          {"file", Verbs::kFile, Form::kValues},
                                          {"strike", Verbs::kStrike, Form::kElements},
                                          {"cede", Verbs::kCede, Form::kValues}}};

void Append(Literal& object, const DraftChange& change) {
  for (auto& [name, list] : object.members) {
    if (name != change.field) continue;
    list.list.push_back(change.value);
    return;
  }
  object.Add(change.field, Literal::List({change.value}));
}

Literal ShownOp(const DraftOp& op) {
  Literal shown = Literal::Object();
  const char* verbs[] = {"create", "record", "delete"};
  shown.Add(verbs[static_cast<int>(op.verb)], op.record.Text());
  Literal over = Literal::Object();
  for (const Form& form : kForms) {
    Literal argument = form.shape == Form::kFields ? Literal::List() : Literal::Object();
    for (const DraftChange& change : op.changes) {
      if (change.verb != form.verb) continue;
      if (form.shape == Form::kFields) argument.list.push_back(change.field);
      if (form.shape == Form::kValues) argument.Add(change.field, change.value);
      if (form.shape == Form::kElements) Append(argument, change);
      if (!change.over.empty()) over.Add(change.field, change.over);
    }
    if (!argument.list.empty() || !argument.members.empty()) shown.Add(form.key, argument);
  }
  if (!over.members.empty()) shown.Add("over", over);
  return shown;
}

}  // namespace

std::string JsonOf(const Draft& draft) {
  Literal out = Literal::Object();
  if (!draft.id.empty()) out.Add("id", draft.id);
  if (!draft.officer.empty()) out.Add("officer", draft.officer);
  if (!draft.basis.empty()) out.Add("basis", draft.basis);
  if (!draft.relied_on.empty()) out.Add("relied_on", Literal::List(draft.relied_on));
  Literal ops = Literal::List();
  for (const DraftOp& op : draft.ops) ops.list.push_back(ShownOp(op));
  return out.Add("ops", ops).Json();
}

std::string JsonOf(const RulingDraft& ruling) {
  Literal out = Literal::Object();
  if (!ruling.keep.empty()) out.Add("keep", ruling.keep);
  if (ruling.set) out.Add("set", *ruling.set);
  if (ruling.both) out.Add("both", true);
  if (ruling.none) out.Add("none", true);
  return out.Add("officer", ruling.officer).Add("reason", ruling.reason).Json();
}

std::string JsonOf(const ApprovalDraft& approval) {
  Literal out = Literal::Object();
  if (!approval.proposal.empty()) out.Add("proposal", approval.proposal);
  return out.Add("officer", approval.officer).Add("reason", approval.reason).Json();
}

}  // namespace chancery::model
