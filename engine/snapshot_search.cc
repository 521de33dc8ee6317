// What a snapshot finds and tells one after the other: records, cases, changes.
#include <utility>

#include "engine/base/status.h"
#include "engine/pipeline/changes.h"
#include "engine/pipeline/find.h"
#include "engine/pipeline/list_cases.h"
#include "engine/snapshot.h"

namespace chancery {

absl::Status Snapshot::Find(const FindQuery& query, const std::function<bool(const FoundView&)>& visit) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  ASSIGN_OR_RETURN(Finder finder, Finder::Make(*view->work, view->docket, view->reader, query));
  return finder.Each(visit);
}

absl::StatusOr<std::vector<FoundView>> Snapshot::Find(const FindQuery& query) const {
  std::vector<FoundView> all;
  RETURN_IF_ERROR(Find(query, [&](const FoundView& found) { return all.push_back(found), true; }));
  return all;
}

absl::Status Snapshot::Impl::EachCase(const CaseFilter& filter, const std::function<bool(CaseView)>& visit) {
  ASSIGN_OR_RETURN(View * now, Open());
  ASSIGN_OR_RETURN(CaseList list, CaseList::Make(*now->work, now->docket, now->reader, filter));
  return list.Each(visit);
}

absl::Status Snapshot::Cases(const CaseFilter& filter, const std::function<bool(const CaseView&)>& visit) const {
  return impl_->EachCase(filter, visit);
}

absl::StatusOr<std::vector<CaseView>> Snapshot::Cases(const CaseFilter& filter) const {
  std::vector<CaseView> all;
  RETURN_IF_ERROR(impl_->EachCase(filter, [&](CaseView one) { return all.push_back(std::move(one)), true; }));
  return all;
}

absl::Status Snapshot::Changes(std::string_view since, std::string_view address,
                               const std::function<bool(const ChangeView&)>& visit) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  return EachChange(*view->work, view->reader, since, address, visit);
}

}  // namespace chancery
