#include "engine/crdt/value.h"

#include <gtest/gtest.h>

#include <limits>

#include "engine/base/strings.h"
#include "tests/support/forever.h"

namespace chancery {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min(), kMax = std::numeric_limits<int64_t>::max();

std::string Varints(std::initializer_list<uint64_t> numbers) {
  ByteWriter w;
  for (const uint64_t n : numbers) w.Varint(n);
  return w.out;
}

std::string Member(std::string_view name, Kind kind, std::string_view payload) {
  ByteWriter w;
  w.Sized(name);
  w.U8(static_cast<uint8_t>(kind));
  w.Sized(payload);
  return w.out;
}

TEST(Value, WhatIsMadeHereIsCanonical) {
  const Value values[] = {Value::Unset(),
                          Value::Bool(true),
                          Value::Bool(false),
                          Value::Integer(kMin),
                          Value::Integer(kMax),
                          Value::Text(""),
                          Value::Text("Õis"),
                          Value::Rational(kMin, std::numeric_limits<uint64_t>::max()),
                          Value::Rational(0, 17),
                          Value::Date(-719528),
                          Value::Time(253402300799999),
                          Value::Bytes(std::string_view("\0\xff", 2)),
                          Value::Group({}, Forever()),
                          Value::Group({{"street", Value::Text("Pikk 1")}, {"town", Value::Text("Tallinn")}}, Forever()),
                          {Kind::kReference, "parcel/2341:0057"}};
  for (const Value& v : values)
    EXPECT_TRUE(Value::IsCanonical(v.kind, v.payload())) << static_cast<int>(v.kind) << " " << Hex(v.payload());
}

TEST(Value, EqualMeansEqualBytes) {
  EXPECT_EQ(Value::Rational(2, 4), Value::Rational(1, 2));
  EXPECT_EQ(Value::Rational(-6, 4), Value::Rational(-3, 2));
  EXPECT_EQ(Value::Rational(0, 9), Value::Rational(0, 1));
  EXPECT_NE(Value::Integer(1), Value::Rational(1, 1));
  EXPECT_NE(Value::Unset(), Value::Text(""));
  EXPECT_TRUE(Value::Unset().unset());
  EXPECT_FALSE(Value::Text("").unset());
}

TEST(Value, ReadsBackWhatWasWritten) {
  EXPECT_TRUE(Value::Bool(true).AsBool());
  EXPECT_FALSE(Value::Bool(false).AsBool());
  for (const int64_t v : {kMin, int64_t{-1}, int64_t{0}, int64_t{300}, kMax}) EXPECT_EQ(Value::Integer(v).AsInteger(), v);
  EXPECT_EQ(Value::Rational(-6, 4).AsRational(), (std::pair<int64_t, uint64_t>(-3, 2)));
  EXPECT_EQ(Value::Rational(kMin, 2).AsRational(), (std::pair<int64_t, uint64_t>(kMin / 2, 1)));
  EXPECT_EQ(Value::Rational(kMin, 1).AsRational(), (std::pair<int64_t, uint64_t>(kMin, 1)));
  EXPECT_EQ(Value::Rational(kMin, uint64_t{1} << 63).AsRational(), (std::pair<int64_t, uint64_t>(-1, 1)));
  const std::vector<std::pair<std::string, Value>> members = {{"a", Value::Integer(7)}, {"b", Value::Bytes("")}};
  EXPECT_EQ(Value::Group(members, Forever()).AsGroup(), members);
}

TEST(Value, HasAFixedForm) {  // these bytes are stored, sent and hashed
  EXPECT_EQ(Hex(Value::Integer(-2).payload()), "03");
  EXPECT_EQ(Hex(Value::Date(20484).payload()), "88c002");
  EXPECT_EQ(Hex(Value::Rational(-3, 4).payload()), "0504");
  EXPECT_EQ(Hex(Value::Group({{"a", Value::Bool(true)}, {"b", Value::Text("x")}}, Forever()).payload()), "01610101010162030178");
}

TEST(Value, RefusesNumbersThatAreNotInTheirOneForm) {
  const std::string long_zero("\x80\x00", 2), one("\x02");
  for (const Kind kind : {Kind::kInteger, Kind::kDate, Kind::kTime}) {
    EXPECT_TRUE(Value::IsCanonical(kind, one));
    for (const std::string& bad : {std::string(), long_zero, one + one, std::string("\x80"), std::string(10, '\xff')}) {
      EXPECT_FALSE(Value::IsCanonical(kind, bad)) << Hex(bad);
    }
  }
  EXPECT_FALSE(Value::IsCanonical(Kind::kDate, Value::Integer(2932897).payload()));
  EXPECT_FALSE(Value::IsCanonical(Kind::kDate, Value::Integer(kMin).payload()));
  EXPECT_FALSE(Value::IsCanonical(Kind::kTime, Value::Integer(253402300800000).payload()));
}

TEST(Value, RefusesRationalsThatAreNotReduced) {
  EXPECT_TRUE(Value::IsCanonical(Kind::kRational, Varints({0, 1})));
  for (const auto& bad :
       {Varints({0, 2}), Varints({4, 4}), Varints({2, 0}), Varints({0, 0}), Varints({2}), Varints({2, 3, 1}), std::string()}) {
    EXPECT_FALSE(Value::IsCanonical(Kind::kRational, bad)) << Hex(bad);
  }
  EXPECT_FALSE(Value::IsCanonical(Kind::kRational, Varints({~uint64_t{0}, uint64_t{1} << 63})));  // -2^63 / 2^63 is -1
}

TEST(Value, RefusesOtherPayloadsOfSimpleKinds) {
  EXPECT_FALSE(Value::IsCanonical(Kind::kUnset, std::string_view("\0", 1)));
  for (const std::string& bad : {std::string(), std::string("\x02"), std::string("\x01\x01")})
    EXPECT_FALSE(Value::IsCanonical(Kind::kBool, bad));
  EXPECT_FALSE(Value::IsCanonical(Kind::kText, "\xff"));
  EXPECT_FALSE(Value::IsCanonical(Kind::kText, std::string_view("a\0b", 3)));
  for (int kind = 10; kind < 256; ++kind) EXPECT_FALSE(Value::IsCanonical(static_cast<Kind>(kind), ""));
}

TEST(Value, RefusesGroupsOutOfOrderNestedOrUnset) {
  const std::string a = Member("a", Kind::kInteger, "\x02"), b = Member("b", Kind::kText, "x");
  EXPECT_TRUE(Value::IsCanonical(Kind::kGroup, a + b));
  const std::string bad[] = {b + a,
                             a + a,
                             a + b.substr(0, b.size() - 1),
                             a + "\x01",
                             Member("", Kind::kBool, "\x01"),
                             Member("A", Kind::kBool, "\x01"),
                             Member("a", Kind::kUnset, ""),
                             Member("a", Kind::kGroup, ""),
                             Member("a", Kind::kReference, "parcel/1"),
                             Member("a", static_cast<Kind>(10), ""),
                             Member("a", Kind::kText, "\xff"),
                             Member("a", Kind::kInteger, std::string_view("\x80\x00", 2))};
  for (const std::string& payload : bad) EXPECT_FALSE(Value::IsCanonical(Kind::kGroup, payload)) << Hex(payload);
}

TEST(Value, AReferenceIsOneAddressInItsCanonicalText) {
  const std::string longest(255, 'k');
  for (const std::string& good :
       {std::string("parcel/1"), std::string("parcel/a%2Fb%20c%23%25"), "p/" + longest, std::string("p/Õ")}) {
    EXPECT_TRUE(Value::IsCanonical(Kind::kReference, good)) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("parcel"), std::string("parcel/"), std::string("/1"), std::string("Parcel/1"),
        std::string("p/a/b"), std::string("p/a b"), std::string("p/a#"), std::string("p/a%"), std::string("p/a%2"),
        std::string("p/a%2f"), std::string("p/%41"), std::string("p/a\n"), std::string("p/\xff"), "p/" + longest + "k"}) {
    EXPECT_FALSE(Value::IsCanonical(Kind::kReference, bad)) << bad;
  }
}

TEST(ValueDeathTest, MisuseIsOurOwnFault) {
  EXPECT_DEATH(Value::Rational(1, 0), "CHECK failed");
  EXPECT_DEATH(Value::Group({{"b", Value::Bool(true)}, {"a", Value::Bool(true)}}, Forever()), "CHECK failed");
  EXPECT_DEATH(Value::Integer(1).AsGroup(), "CHECK failed");
}

TEST(Value, ADocumentIsItsHashAndItsSize) {
  const std::string hash(32, 'h');
  EXPECT_TRUE(Value::IsCanonical(Kind::kBlob, hash + Varints({300})));
  for (const std::string& bad : {std::string(), hash, hash.substr(2) + Varints({300}), hash + Varints({300, 1}), hash + "\x80"})
    EXPECT_FALSE(Value::IsCanonical(Kind::kBlob, bad)) << Hex(bad);
}

TEST(Value, NumbersAreComparedBySizeAndOtherThingsByTheirBytes) {
  EXPECT_TRUE(IsGreater(Value::Integer(3), Value::Integer(-200)));
  EXPECT_FALSE(IsGreater(Value::Integer(-200), Value::Integer(3)));
  EXPECT_FALSE(IsGreater(Value::Integer(3), Value::Integer(3)));
  EXPECT_TRUE(IsGreater(Value::Date(300), Value::Date(-300)));
  EXPECT_TRUE(IsGreater(Value::Time(300), Value::Time(-300)));
  EXPECT_TRUE(IsGreater(Value::Rational(1, 2), Value::Rational(1, 3)));
  EXPECT_FALSE(IsGreater(Value::Rational(-1, 2), Value::Rational(-1, 3)));
  EXPECT_FALSE(IsGreater(Value::Rational(1, 2), Value::Rational(1, 2)));
  EXPECT_TRUE(IsGreater(Value::Rational(kMax, 1), Value::Rational(kMin, std::numeric_limits<uint64_t>::max())));
  EXPECT_TRUE(IsGreater(Value::Text("b"), Value::Text("ab")));
  EXPECT_FALSE(IsGreater(Value::Text("a"), Value::Text("a")));
  EXPECT_TRUE(IsGreater(Value::Text(""), Value::Unset()));
  EXPECT_FALSE(IsGreater(Value::Unset(), Value::Bool(false)));
}

}  // namespace
}  // namespace chancery
