// A status as people and programs meet it: what was refused or failed, what to try next, and the exit code.
#include "chancery/types.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

int ExitCode(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return 2;  // the caller's words
    case absl::StatusCode::kNotFound:
      return 4;
    case absl::StatusCode::kDataLoss:
      return 5;  // integrity
    case absl::StatusCode::kFailedPrecondition:
      return 6;  // another registry, or a right that is missing
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kUnimplemented:
      return 8;  // the store is locked · is of another version
    default:
      return 1;
  }
}

}  // namespace

ErrorView Explain(const absl::Status& status) {
  ErrorView view;
  if (std::optional<Refusal> refusal = RefusalOf(status)) {
    view.refused = true;
    view.kind = std::move(refusal->kind);
    view.rule = std::move(refusal->rule);
    view.at = std::move(refusal->at);
    view.message = std::move(refusal->message);
    view.next = std::move(refusal->next);
    view.exit_code = 6;
    return view;
  }
  view.message = S(status.message());
  view.next = NextOf(status);
  view.exit_code = status.ok() ? 0 : ExitCode(status.code());
  return view;
}

}  // namespace chancery
