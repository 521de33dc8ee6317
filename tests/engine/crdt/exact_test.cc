#include "engine/crdt/exact.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

TEST(Exact, OfANumberIsThatNumber) {
  EXPECT_EQ(ExactOf(Value::Integer(INT64_MIN)), Exact(mpz_class("-9223372036854775808")));
  EXPECT_EQ(ExactOf(Value::Rational(-1, 3)) * 3, -1);
  EXPECT_EQ(ExactOf(Value::Rational(1, UINT64_MAX)), Exact(mpz_class(1), mpz_class("18446744073709551615")));
  EXPECT_EQ(ExactOf(Value::Rational(1, 3)) + ExactOf(Value::Rational(2, 3)), ExactOf(int64_t{1}));
}

TEST(Exact, OfAnythingElseIsNothing) {
  EXPECT_EQ(ExactOf(Value::Unset()), 0);
  EXPECT_EQ(ExactOf(Value::Text("7")), 0);
}

}  // namespace
}  // namespace chancery
