#include "engine/pipeline/readmit.h"

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/docket/docket.h"
#include "engine/pipeline/read.h"
#include "engine/pipeline/resolve.h"

namespace chancery {
namespace {

Literal PremiseLiteral(const Premise& premise) {
  if (premise.scope != Premise::Scope::kClaim) return Literal(premise.address);
  return Literal::Object({{"rule", premise.address}, {"value", ParseJson(premise.value).value_or(Literal())}});
}

// Operations as they are shown are operations as they are written, but that numbers issued are shown.
Literal Written(Literal ops) {
  for (Literal& op : ops.list)
    for (auto& [name, fields] : op.members) {
      if (name != "issue") continue;
      Literal names = Literal::List();
      for (const auto& [field, number] : fields.members) names.list.push_back(Literal(field));
      fields = std::move(names);
    }
  return ops;
}

absl::Status CheckVoid(const Workspace& work, const Entry& entry, Dot dot) {
  const std::string name = work.lanes.Short(dot);
  if (!work.lanes.At(HandleOf(dot)).Void(entry.seq, entry.hlc))
    return Error(absl::StatusCode::kFailedPrecondition, Cat(name, " is not outside the order: there is nothing to readmit"),
                 "chancery epoch show says which lanes have ended, and where");
  if (entry.kind == EntryKind::kFiling) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, Cat(name, " is no filing: only filings are readmitted"),
               "rule, admit or load the pack again");
}

}  // namespace

absl::StatusOr<Draft> DraftAgain(Workspace& work, std::string_view name) {
  ASSIGN_OR_RETURN(const Dot dot, ResolveEntry(work, name));
  ASSIGN_OR_RETURN(const Entry entry, work.journal.EntryAt(dot));
  RETURN_IF_ERROR(CheckVoid(work, entry, dot));
  Docket docket(work);
  ASSIGN_OR_RETURN(const EntryView view, Reader(work, docket).Entry(dot));
  ASSIGN_OR_RETURN(Draft draft, DraftOf(Literal::Object({{"ops", Written(view.ops)}})));
  draft.id = entry.idempotency.empty() ? Cat("readmit/", view.entry.substr(0, 56)) : entry.idempotency;
  draft.officer = entry.officer;
  draft.basis = entry.basis;
  draft.note = entry.note;
  draft.filed = view.filed;
  for (const Premise& premise : entry.relied_on) draft.relied_on.push_back(PremiseLiteral(premise));
  draft.readmits = view.entry;
  return draft;
}

}  // namespace chancery
