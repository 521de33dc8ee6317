#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "engine/base/limits.h"
#include "samples.h"
#include "tests/support/forever.h"

namespace chancery {
namespace {

std::string WhyRefused(const Entry& e) {
  const auto decoded = DecodeEntry(EncodeEntry(e));
  return decoded.ok() ? "accepted" : std::string(decoded.status().message());
}

// What the change of one thing in a good entry leads to.
std::string WhyRefused(Entry e, const std::function<void(Entry&)>& spoil) {
  spoil(e);
  return WhyRefused(e);
}

TEST(Entry, ComesBackFromItsBytes) {
  for (const auto& [name, entry] : samples::Entries()) {
    const std::string bytes = EncodeEntry(entry);
    const auto decoded = DecodeEntry(bytes);
    ASSERT_TRUE(decoded.ok()) << name << ": " << decoded.status();
    EXPECT_TRUE(*decoded == entry) << name;
    EXPECT_EQ(EncodeEntry(*decoded), bytes) << name;
  }
}

TEST(Entry, ComesBackFromItsParts) {
  for (const auto& [name, entry] : samples::Entries()) {
    const std::string header = EncodeHeader(entry), body = EncodeBody(entry);
    const auto decoded = DecodeParts(header, entry.seq, entry.hlc, body);
    ASSERT_TRUE(decoded.ok()) << name << ": " << decoded.status();
    EXPECT_TRUE(*decoded == entry) << name;
    EXPECT_EQ(JoinEntry(header, entry.seq, entry.hlc, body), EncodeEntry(entry)) << name;
  }
}

TEST(Entry, ASmallEditCostsKeyAndValueAndEightBytes) {
  EXPECT_EQ(EncodeBody(samples::SmallEdit()).size(),
            std::string("P000000000000007").size() + std::string("registered").size() + 8);
}

TEST(Entry, EveryCutAndEveryAddedByteIsRefused) {
  for (const auto& [name, entry] : samples::Entries()) {
    const std::string bytes = EncodeEntry(entry);
    for (size_t n = 0; n < bytes.size(); ++n)
      EXPECT_FALSE(DecodeEntry(std::string_view(bytes).substr(0, n)).ok()) << name << " " << n;
    EXPECT_FALSE(DecodeEntry(bytes + '\0').ok()) << name;
  }
}

// The bytes of an accepted entry are the only bytes of that entry.
TEST(Entry, WhateverIsAcceptedIsCanonical) {
  const uint64_t seed = 20260503;
  std::mt19937_64 random(seed);
  std::vector<std::string> good;
  for (const auto& [name, entry] : samples::Entries()) good.push_back(EncodeEntry(entry));
  int accepted = 0;
  for (int i = 0; i < 60000; ++i) {
    std::string bytes = good[random() % good.size()];
    const size_t from = random() % 4 == 0 ? 0 : 58;  // mostly behind the header
    for (uint64_t n = 1 + random() % 2; n > 0; --n) bytes[from + random() % (bytes.size() - from)] = static_cast<char>(random());
    const auto decoded = DecodeEntry(bytes);
    if (!decoded.ok()) continue;
    ++accepted;
    ASSERT_EQ(EncodeEntry(*decoded), bytes) << "seed " << seed << " step " << i;
  }
  EXPECT_GT(accepted, 1000);
}

TEST(Entry, NamesTheMemberThatIsWrong) {
  const Entry good = samples::Filing();
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.officer = std::string("a\0b", 3); }), "malformed entry: officer");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.basis = "\xff"; }), "malformed entry: basis");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.idempotency = std::string(65, 'x'); }), "malformed entry: id");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.note = std::string(4097, 'x'); }), "malformed entry: note");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.filed = Filed{INT64_MAX, "", ""}; }), "malformed entry: filed: at");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.hlc = 0; }), "malformed entry: hlc");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.seq = 0; }), "malformed entry: seq");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.seq = 1ull << 48; }), "malformed entry: seq");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.ops[0].key = ""; }), "malformed entry: ops: key");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.ops[0].key = Forever().Keep(std::string(256, 'k')); }),
            "malformed entry: ops: key");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.ops[0].key = "a\nb"; }), "malformed entry: ops: key");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.ops[0].changes[0].field = 250; }), "malformed entry: ops: field");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.ops[0].changes[0].value = Value::Text("\xc0\x80"); }),
            "malformed entry: ops: value");
  EXPECT_EQ(WhyRefused(good,
                       [](Entry& e) {
                         e.ops[0].changes[0].value = {Kind::kRational, std::string_view("\4\4", 2)};
                       }),
            "malformed entry: ops: value");
}

TEST(Entry, RefusesWhatIsOverALimit) {
  const Entry good = samples::Filing();
  const auto set_text = [](size_t bytes) {
    return [bytes](Entry& e) { e.ops[0].changes[0].value = Value::Text(Forever().Keep(std::string(bytes, 'x'))); };
  };
  EXPECT_EQ(WhyRefused(good, set_text(limits::kValueBytes)), "accepted");
  EXPECT_EQ(WhyRefused(good, set_text(limits::kValueBytes + 1)), "malformed entry: ops: value");
  EXPECT_EQ(WhyRefused(good, set_text(limits::kEntryBytes)), "malformed entry: larger than 1 MiB");
  const auto ops = [](size_t count) {
    return [count](Entry& e) {
      for (size_t i = 1; i < count; ++i) e.ops.push_back({OpKind::kEdit, 0, 0, std::to_string(i), {}});
    };
  };
  EXPECT_EQ(WhyRefused(good, ops(limits::kOpsPerEntry)), "accepted");
  EXPECT_EQ(WhyRefused(good, ops(limits::kOpsPerEntry + 1)), "malformed entry: ops: count");
  EXPECT_EQ(WhyRefused(good,
                       [](Entry& e) {
                         for (int i = 0; i < 257; ++i)
                           e.relied_on.push_back({Premise::Scope::kRecord, "parcel/" + std::to_string(1000 + i), ""});
                       }),
            "malformed entry: relied_on");
  EXPECT_EQ(WhyRefused(samples::Entries()[1].second, [](Entry& e) { e.pack_toml = std::string(limits::kPackBytes + 1, '#'); }),
            "malformed entry: pack");
}

TEST(Entry, AnAbsurdCountIsRefusedBeforeMemoryIsTaken) {
  const Entry good = samples::Filing();
  ByteWriter body;
  body.U8(0);
  body.Varint(1);               // a context …
  body.Varint(limits::kLanes);  // … of 65,535 lanes in no bytes at all
  const auto decoded = DecodeParts(EncodeHeader(good), 4, 5, body.out);
  EXPECT_FALSE(decoded.ok());
}

TEST(Entry, RefusesWhatIsOutOfOrder) {
  const Entry good = samples::Filing();
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.context = {{9, 1}, {8, 1}}; }), "malformed entry: context");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.context = {{9, 1}, {9, 2}}; }), "malformed entry: context names a lane twice");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.context = {{e.lane, 1}}; }), "malformed entry: context names its own lane");
  EXPECT_EQ(WhyRefused(good,
                       [](Entry& e) {
                         e.ops[0].changes.push_back({2, Verb::kSet, Value::Unset(), {}});
                       }),
            "malformed entry: ops: order of changes");
  EXPECT_EQ(WhyRefused(good,
                       [](Entry& e) {
                         e.ops[0].changes.push_back({3, Verb::kSet, Value::Text("Z"), {}});
                       }),
            "malformed entry: ops: order of changes");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.packs.push_back(PackIdOf("unused")); }),
            "malformed entry: packs: not those used, in order of first use");
  EXPECT_EQ(WhyRefused(good, [](Entry& e) { e.ops[0].pack = 1; }),
            "malformed entry: packs: not those used, in order of first use");
}

TEST(Entry, RefusesVotesAndEpochsThatNameALaneTwiceOrInNoOrder) {
  const auto samples = samples::Entries();
  const auto sample = [&samples](const std::string& name) {
    return std::find_if(samples.begin(), samples.end(), [&name](const auto& one) { return one.first == name; })->second;
  };
  const auto refused = [](const Entry& good, const std::function<void(Decision&)>& spoil) {
    return WhyRefused(good, [&spoil](Entry& e) { spoil(*e.decision); });
  };
  EXPECT_EQ(WhyRefused(sample("vote"), [](Entry& e) { e.vote->end = {7, 7}; }), "malformed entry: vote: order of the lanes");
  const Entry epoch = sample("epoch");
  for (const size_t other : {size_t{0}, size_t{1}}) {  // twice, and the other way round
    EXPECT_EQ(refused(epoch,
                      [other](Decision& d) {
                        d.epoch.members = {d.epoch.members[1], d.epoch.members[1 - other]};
                      }),
              "malformed entry: epoch: order of the members");
    EXPECT_EQ(refused(epoch,
                      [other](Decision& d) {
                        d.epoch.ends = {d.epoch.ends[1], d.epoch.ends[1 - other]};
                      }),
              "malformed entry: epoch: order of the ends");
    EXPECT_EQ(refused(epoch,
                      [other](Decision& d) {
                        d.signatures = {d.signatures[1], d.signatures[1 - other]};
                      }),
              "malformed entry: epoch: order of the signatures");
  }
  EXPECT_EQ(refused(epoch, [](Decision& d) { d.epoch.ends[0].lane = d.epoch.members[0].lane; }),
            "malformed entry: epoch: a member that has ended");
  EXPECT_EQ(refused(epoch, [](Decision& d) { d.epoch.members = {d.epoch.members[2]}; }),
            "malformed entry: epoch: nobody who holds data");
  EXPECT_EQ(refused(sample("acceptance"), [](Decision& d) { d.signatures[0].first ^= 1; }),
            "malformed entry: epoch: another's signature");
}

TEST(Entry, RefusesOperationsThatDoNotGoTogetherOnOneRecord) {
  const std::string why = "malformed entry: ops: two that do not go together on one record";
  const Entry good = samples::Filing();
  const auto add = [&](Op op) { return WhyRefused(good, [&](Entry& e) { e.ops.push_back(op); }); };
  const std::string_view key = good.ops[0].key;
  EXPECT_EQ(add({OpKind::kCreate, 0, 0, key, {}}), why);
  EXPECT_EQ(add({OpKind::kEdit, 0, 0, key, {{3, Verb::kSet, Value::Unset(), {}}}}), why);
  EXPECT_EQ(add({OpKind::kEdit, 0, 0, key, {{4, Verb::kSet, Value::Unset(), {}}}}), "accepted");
  EXPECT_EQ(add({OpKind::kCreate, 0, 1, key, {{3, Verb::kSet, Value::Unset(), {}}}}), "accepted");
}

TEST(Entry, AVerbSaysNeitherMoreNorLessThanItNeeds) {
  const std::string why = "malformed entry: ops: more or less than the verb needs";
  const auto with = [](const Entry& good, Change change) {
    return WhyRefused(good, [&](Entry& e) { e.ops[0].changes = {change}; });
  };
  const Entry filing = samples::Filing(), ruling = samples::Entries()[9].second;
  const std::vector<Place> named = {{5, 9}};
  EXPECT_EQ(with(filing, {3, Verb::kSetLast, Value::Text("a"), named}), why);
  EXPECT_EQ(with(filing, {3, Verb::kAdd, Value::Unset(), {}}), why);
  EXPECT_EQ(with(filing, {3, Verb::kSettle, Value::Text("a"), {}}),
            "malformed entry: ops: a verb that this kind of entry does not have");
  EXPECT_EQ(with(filing, {kNoField, Verb::kSet, Value::Text("a"), {}}), "malformed entry: ops: field");
  EXPECT_EQ(with(ruling, {3, Verb::kSet, Value::Text("a"), {}}),
            "malformed entry: ops: a verb that this kind of entry does not have");
  EXPECT_EQ(with(ruling, {3, Verb::kRetract, Value::Unset(), {}}), why);
  EXPECT_EQ(with(ruling, {3, Verb::kRetract, Value::Bool(false), named}), why);
  EXPECT_EQ(with(ruling, {kNoField, Verb::kRetract, Value::Text("a"), named}), why);
  EXPECT_EQ(with(ruling, {kNoField, Verb::kRetract, Value::Unset(), {}}), why);
  EXPECT_EQ(with(ruling, {kNoField, Verb::kRetract, Value::Bool(true), {}}), "accepted");
  EXPECT_EQ(with(ruling, {kNoField, Verb::kRetract, Value::Bool(false), named}), "accepted");
}

TEST(Entry, EachKindHasItsOwnPartAndNoOther) {
  const std::string member = "malformed entry: a member that this kind of entry does not have";
  EXPECT_EQ(WhyRefused(samples::Genesis(), [](Entry& e) { e.context = {{9, 1}}; }), member);
  EXPECT_EQ(WhyRefused(samples::Genesis(), [](Entry& e) { e.registry = IdOf("x"); }),
            "malformed entry: registry: zeros in the genesis entry and nowhere else");
  EXPECT_EQ(WhyRefused(samples::Genesis(), [](Entry& e) { e.lane = 5; }),
            "malformed entry: genesis: the lane is not that of the key");
  EXPECT_EQ(WhyRefused(samples::Genesis(), [](Entry& e) { e.genesis = Rare<Genesis>(); }),
            "malformed entry: genesis: registry name");
  const Entry admit = samples::Entries()[2].second;
  EXPECT_EQ(WhyRefused(admit, [](Entry& e) { e.ops = samples::Filing().ops; }), member);
  EXPECT_EQ(WhyRefused(admit, [](Entry& e) { e.ruling = samples::Entries()[9].second.ruling; }),
            "malformed entry: bytes after the end");
  EXPECT_EQ(WhyRefused(admit, [](Entry& e) { e.admit->site = "Not a name"; }), "malformed entry: admit: site");
  EXPECT_EQ(WhyRefused(samples::Filing(), [](Entry& e) { e.ops.clear(); }), "malformed entry: a filing without operations");
  const Entry ruling = samples::Entries()[9].second;
  EXPECT_EQ(WhyRefused(ruling, [](Entry& e) { e.ruling->effect = "2026-02-30"; }), "malformed entry: ruling: effect");
  EXPECT_EQ(WhyRefused(ruling, [](Entry& e) { std::swap(e.ruling->facts[0], e.ruling->facts[1]); }),
            "malformed entry: ruling: order of the facts");
}

TEST(Ids, AClashIsThePairNotItsOrder) {
  const EntryId a = IdOf("a"), b = IdOf("b");
  EXPECT_EQ(ClashId("rule", "s", a, 1, b, 2), ClashId("rule", "s", b, 2, a, 1));
  EXPECT_NE(ClashId("rule", "s", a, 1, b, 2), ClashId("rule", "s", a, 2, b, 1));
  EXPECT_NE(ClashId("rule", "s", a, 1, a, 2), ClashId("rule", "t", a, 1, a, 2));
  EXPECT_NE(CaseId("ab", "c"), CaseId("a", "bc"));
}

}  // namespace
}  // namespace chancery
