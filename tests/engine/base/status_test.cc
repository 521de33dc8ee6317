#include "engine/base/status.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

TEST(Status, CarriesWhatToTryNext) {
  const absl::Status s = Error(absl::StatusCode::kNotFound, "no store in x", "chancery init");
  EXPECT_EQ(s.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(s.message(), "no store in x");
  EXPECT_EQ(NextOf(s), "chancery init");
  EXPECT_EQ(NextOf(WithNext(s, "other")), "other");
  EXPECT_EQ(NextOf(WithNext(s, "")), "");
  EXPECT_EQ(NextOf(absl::InternalError("x")), "");
  EXPECT_EQ(NextOf(absl::OkStatus()), "");
}

TEST(Status, ARefusalComesBackWhole) {
  const absl::Status s = Refuse({"unique", "parcel-number", "parcel/a b", "taken", "choose another"});
  EXPECT_EQ(s.code(), absl::StatusCode::kFailedPrecondition);
  const auto refusal = RefusalOf(s);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->kind, "unique");
  EXPECT_EQ(refusal->rule, "parcel-number");
  EXPECT_EQ(refusal->at, "parcel/a b");
  EXPECT_EQ(refusal->message, "taken");
  EXPECT_EQ(refusal->next, "choose another");
  EXPECT_EQ(RefusalOf(WithNext(s, "wait"))->next, "wait");
}

TEST(Status, OtherErrorsAreNoRefusal) {
  EXPECT_FALSE(RefusalOf(absl::OkStatus()).has_value());
  EXPECT_FALSE(RefusalOf(Error(absl::StatusCode::kFailedPrecondition, "another format", "upgrade")).has_value());
}

absl::Status Doubled(absl::StatusOr<int> in, int* out) {
  ASSIGN_OR_RETURN(const int value, std::move(in));
  RETURN_IF_ERROR(value < 0 ? absl::OutOfRangeError("negative") : absl::OkStatus());
  *out = 2 * value;
  return absl::OkStatus();
}

TEST(Status, MacrosPassErrorsOn) {
  int out = 0;
  EXPECT_TRUE(Doubled(21, &out).ok());
  EXPECT_EQ(out, 42);
  EXPECT_EQ(Doubled(-1, &out).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Doubled(absl::DataLossError("x"), &out).code(), absl::StatusCode::kDataLoss);
}

TEST(StatusDeathTest, ACheckNamesThePlace) {
  EXPECT_DEATH(CHECK(1 + 1 == 3), "status_test.cc:[0-9]+: CHECK failed: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace chancery
