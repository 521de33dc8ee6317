// The docket as a list: however many cases there are, in the order of rules and subjects, with bounded memory.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "chancery/chancery.h"
#include "engine/pipeline/read.h"

namespace chancery {

class CaseList {
 public:
  // Errors: InvalidArgument (neither a time nor a frontier).
  static absl::StatusOr<CaseList> Make(Workspace& work, Docket& docket, Reader& reader, const CaseFilter& filter);

  // Rows lie in the order of ids, so each page of the list is chosen from all of them. Errors: DataLoss.
  absl::Status Each(const std::function<bool(CaseView)>& visit);

 private:
  CaseList(Workspace& work, Docket& docket, Reader& reader, const CaseFilter& filter)
      : work_(work), docket_(docket), reader_(reader), filter_(filter) {}
  absl::Status ReadTimes();
  size_t PageSize() const;
  std::vector<CaseRow> NextPage() const;                                                      // behind rule_ and subject_
  absl::StatusOr<bool> Show(const CaseRow& row, const std::function<bool(CaseView)>& visit);  // false: enough
  bool Concerns(const CaseView& view) const;
  absl::StatusOr<bool> HasActs(const CaseRow& row);  // as the filter wants them

  Workspace& work_;
  Docket& docket_;
  Reader& reader_;
  const CaseFilter filter_;
  std::string rule_, subject_;  // of the case that was shown last
  std::optional<int64_t> since_ms_, before_ms_;
  std::optional<Vector> since_;
  size_t shown_ = 0, looked_ = 0;
};

}  // namespace chancery
