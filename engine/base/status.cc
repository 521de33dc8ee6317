#include "engine/base/status.h"

#include "absl/strings/cord.h"
#include "engine/base/bytes.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

constexpr char kNext[] = "chancery/next";        // the text itself
constexpr char kRefusal[] = "chancery/refusal";  // kind, rule, at: three sized strings

}  // namespace

absl::Status Error(absl::StatusCode code, std::string_view message, std::string_view next) {
  CHECK(code != absl::StatusCode::kOk);
  return WithNext(absl::Status(code, A(message)), next);
}

std::string NextOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kNext);
  return payload ? std::string(*payload) : std::string();
}

absl::Status WithNext(absl::Status status, std::string_view next) {
  if (next.empty()) {
    status.ErasePayload(kNext);
  } else {
    status.SetPayload(kNext, absl::Cord(A(next)));
  }
  return status;
}

absl::Status Refuse(Refusal refusal) {
  absl::Status status = Error(absl::StatusCode::kFailedPrecondition, refusal.message, refusal.next);
  ByteWriter w;
  w.Sized(refusal.kind);
  w.Sized(refusal.rule);
  w.Sized(refusal.at);
  status.SetPayload(kRefusal, absl::Cord(A(w.out)));
  return status;
}

std::optional<Refusal> RefusalOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kRefusal);
  if (!payload) return std::nullopt;
  const std::string bytes(*payload);
  ByteReader r(bytes);
  Refusal refusal;
  refusal.kind = r.Sized();
  refusal.rule = r.Sized();
  refusal.at = r.Sized();
  CHECK(r.ok() && r.AtEnd());
  refusal.message = S(status.message());
  refusal.next = NextOf(status);
  return refusal;
}

}  // namespace chancery
