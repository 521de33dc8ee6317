#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "engine/base/limits.h"
#include "engine/base/strings.h"
#include "samples.h"
#include "tests/support/forever.h"

namespace chancery {
namespace {

std::string WhyRefused(const Entry& e) {
  const auto decoded = DecodeEntry(EncodeEntry(e));
  return decoded.ok() ? "accepted" : std::string(decoded.status().message());
}

Entry Sample(const std::string& name) {
  const auto samples = samples::Entries();
  return std::find_if(samples.begin(), samples.end(), [&name](const auto& one) { return one.first == name; })->second;
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
    EXPECT_EQ(EntryBytes(header, entry.seq, body), EncodeEntry(entry).size()) << name;
    EXPECT_EQ(IdOf(header, entry.seq, entry.hlc, body), IdOf(EncodeEntry(entry))) << name;
    EXPECT_FALSE(DecodeParts(header.substr(1), entry.seq, entry.hlc, body).ok()) << name;
  }
}

TEST(Entry, ItsOfficerIsReadWithoutTheRest) {
  int behind_a_context = 0;
  for (const auto& [name, entry] : samples::Entries()) {
    const std::string body = EncodeBody(entry);
    EXPECT_EQ(OfficerIn(body), entry.officer) << name;
    behind_a_context += entry.context.size() > 1 && !entry.officer.empty();
    for (size_t bytes = 0; bytes < body.size(); ++bytes) OfficerIn(std::string_view(body).substr(0, bytes));
  }
  EXPECT_GT(behind_a_context, 0);
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
  const auto refused = [](const Entry& good, const std::function<void(Decision&)>& spoil) {
    return WhyRefused(good, [&spoil](Entry& e) { spoil(*e.decision); });
  };
  EXPECT_EQ(WhyRefused(Sample("vote"), [](Entry& e) { e.vote->end = {7, 7}; }), "malformed entry: vote: order of the lanes");
  const Entry epoch = Sample("epoch");
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
  EXPECT_EQ(refused(epoch,
                    [](Decision& d) {
                      d.signatures = {d.signatures[1], d.signatures[0], {UINT64_MAX, d.signatures[0].second}};
                    }),
            "malformed entry: epoch: order of the signatures");
  EXPECT_EQ(refused(epoch,
                    [](Decision& d) {
                      d.epoch.members.pop_back(), d.epoch.ends = {{UINT64_MAX, 1, {}}};
                    }),
            "accepted")
      << "an end behind all members";
  EXPECT_EQ(refused(Sample("acceptance"), [](Decision& d) { d.signatures[0].first ^= 1; }),
            "malformed entry: epoch: another's signature");
}

TEST(Entry, OneRecordIsDeletedAndBegunAnewInThatOrder) {
  const auto ops = [](const std::vector<OpKind>& kinds) {
    return WhyRefused(samples::Filing(), [&](Entry& e) {
      e.ops.clear();
      for (const OpKind kind : kinds) e.ops.push_back({kind, 0, 0, "1", {}});
    });
  };
  const std::string why = "malformed entry: ops: two that do not go together on one record";
  EXPECT_EQ(ops({OpKind::kDelete, OpKind::kCreate}), "accepted");
  EXPECT_EQ(ops({OpKind::kEdit, OpKind::kDelete, OpKind::kCreate, OpKind::kEdit}), "accepted");
  EXPECT_EQ(ops({OpKind::kDelete, OpKind::kEdit}), why);
  EXPECT_EQ(ops({OpKind::kDelete, OpKind::kDelete}), why);
  EXPECT_EQ(ops({OpKind::kEdit, OpKind::kCreate}), why);
  EXPECT_EQ(ops({OpKind::kCreate, OpKind::kCreate}), why);
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

TEST(Entry, NamesWhatIsWrongInThePartOfItsKind) {
  const std::string why = "malformed entry: ";
  const Entry vote = Sample("vote"), epoch = Sample("epoch"), ruling = Sample("ruling-keep"), proposal = Sample("proposal"),
              returned = Sample("return"), admit = Sample("admit"), members = Sample("members");
  EXPECT_EQ(WhyRefused(vote, [](Entry& e) { e.vote->ballot.by ^= 1; }), why + "vote: who does not propose ends nothing");
  EXPECT_EQ(WhyRefused(vote, [](Entry& e) { e.vote->ballot.by ^= 1, e.vote->end.clear(); }), "accepted");
  EXPECT_EQ(WhyRefused(vote, [](Entry& e) { e.vote->epoch = 0; }), why + "vote: epoch");
  EXPECT_EQ(WhyRefused(vote, [](Entry& e) { e.vote->ballot.number = 0; }), why + "epoch: ballot");
  EXPECT_EQ(WhyRefused(epoch, [](Entry& e) { e.decision->epoch.members[0].role = static_cast<Role>(3); }), why + "epoch: role");
  EXPECT_EQ(WhyRefused(epoch, [](Entry& e) { e.decision->epoch.number = 0; }), why + "epoch: number");
  EXPECT_EQ(WhyRefused(epoch, [](Entry& e) { e.decision->epoch.ends[0].last = 1ull << 48; }), why + "epoch: end");
  EXPECT_EQ(WhyRefused(epoch, [](Entry& e) { e.decision->signatures.clear(); }), why + "epoch: signatures");
  EXPECT_EQ(WhyRefused(admit, [](Entry& e) { e.admit->role = static_cast<Role>(3); }), why + "admit: role");
  EXPECT_EQ(WhyRefused(admit, [](Entry& e) { e.admit->incarnation = 0; }), why + "admit: incarnation");
  EXPECT_EQ(WhyRefused(ruling, [](Entry& e) { e.ruling->outcome = static_cast<Outcome>(4); }), why + "ruling: outcome");
  EXPECT_EQ(WhyRefused(ruling, [](Entry& e) { e.ruling->keep.seq = 0; }), why + "ruling: keep");
  EXPECT_EQ(WhyRefused(ruling, [](Entry& e) { e.ruling->facts.clear(); }), why + "ruling: facts");
  EXPECT_EQ(WhyRefused(ruling, [](Entry& e) { e.ruling->facts[1] = e.ruling->facts[0]; }), why + "ruling: order of the facts");
  EXPECT_EQ(WhyRefused(ruling, [](Entry& e) { e.ruling->facts[0].op = limits::kOpsPerEntry; }), why + "ruling: facts");
  EXPECT_EQ(WhyRefused(ruling, [](Entry& e) { e.ruling->tell[0] = ""; }), why + "ruling: tell");
  EXPECT_EQ(WhyRefused(ruling, [](Entry& e) { e.ruling->approves.seq = 1ull << 48; }), why + "ruling: what it approves");
  for (const char* no_date : {"soon", "2026-1-31", "20260131"})
    EXPECT_EQ(WhyRefused(ruling, [&](Entry& e) { e.ruling->effect = no_date; }), why + "ruling: effect") << no_date;
  EXPECT_EQ(WhyRefused(proposal, [](Entry& e) { e.proposal->approves = {7, 1}; }), why + "proposal: it approves nothing");
  EXPECT_EQ(WhyRefused(proposal, [](Entry& e) { e.proposal->set.clear(); }), why + "proposal: set");
  EXPECT_EQ(WhyRefused(proposal, [](Entry& e) { e.proposal->outcome = Outcome::kBoth; }), "accepted");
  EXPECT_EQ(WhyRefused(returned, [](Entry& e) { e.returned->proposal.seq = 0; }), why + "return: proposal");
  EXPECT_EQ(WhyRefused(returned, [](Entry& e) { e.returned->reason.clear(); }), why + "return: reason");
  EXPECT_EQ(WhyRefused(members, [](Entry& e) { e.relied_on[0].scope = static_cast<Premise::Scope>(4); }),
            why + "relied_on: scope");
  EXPECT_EQ(WhyRefused(members, [](Entry& e) { e.relied_on[3].value.clear(); }), why + "relied_on: value");
  EXPECT_EQ(WhyRefused(members, [](Entry& e) { e.relied_on[1] = e.relied_on[0]; }), why + "relied_on: order");
  EXPECT_EQ(WhyRefused(members, [](Entry& e) { e.relied_on[0].address.clear(); }), why + "relied_on: address");
}

TEST(Entry, OnlyTheGenesisHasNoRegistryAndFoundsItsLane) {
  EXPECT_EQ(WhyRefused(samples::Filing(), [](Entry& e) { e.registry = RegistryId(); }),
            "malformed entry: registry: zeros in the genesis entry and nowhere else");
  const std::string first = "malformed entry: genesis: it is the first entry of its lane, in epoch 0, and names no pack";
  EXPECT_EQ(WhyRefused(samples::Genesis(), [](Entry& e) { e.seq = 2; }), first);
  EXPECT_EQ(WhyRefused(samples::Genesis(), [](Entry& e) { e.epoch = 1; }), first);
  EXPECT_EQ(WhyRefused(samples::Genesis(), [](Entry& e) { e.packs.push_back(PackIdOf("x")); }), first);
  EXPECT_EQ(WhyRefused(samples::Genesis(), [](Entry& e) { e.genesis->site = "Not a name"; }), "malformed entry: genesis: site");
  EXPECT_EQ(WhyRefused(samples::Genesis(), [](Entry& e) { e.genesis->round_ms = 0; }), "malformed entry: genesis: round length");
}

// A body as no encoder writes it.
TEST(Entry, BytesThatSayMoreThanTheFormatHasAreRefused) {
  const Entry filing = samples::Filing();
  const auto why = [&](const std::string& body) {
    const auto decoded = DecodeParts(EncodeHeader(filing), 4, 5, body);
    return decoded.ok() ? "accepted" : std::string(decoded.status().message());
  };
  const std::string op = EncodeBody(samples::SmallEdit()).substr(2);  // behind kind and members
  EXPECT_EQ(why(std::string("\x00\x20", 2) + op), "accepted");
  EXPECT_EQ(why(std::string("\x0d\x20", 2) + op), "malformed entry: kind (unknown to this version)");
  const std::string member = "malformed entry: a member that this kind of entry does not have";
  EXPECT_EQ(why(std::string("\x00\xa0\x10", 3) + op), member) << "bit 11";
  EXPECT_EQ(why(std::string("\x00\x60\x02", 3) + op), member) << "one operation, and several";
  EXPECT_EQ(why(std::string("\x00\x30\x08", 3) + op), "malformed entry: filed");
  EXPECT_EQ(why(std::string("\x00\x40\x01", 3) + op), "malformed entry: ops: count");
  Entry many = filing;
  many.packs.clear();
  for (size_t i = 0; i <= limits::kOpsPerEntry; ++i) many.packs.push_back(PackIdOf("x"));
  EXPECT_FALSE(DecodeHeader(EncodeHeader(many)).ok());
  EXPECT_FALSE(DecodeHeader("\x02" + EncodeHeader(filing).substr(1)).ok()) << "a later format";
}

TEST(Entry, OneThatIsTooLargeIsRefusedByItsPartsToo) {
  Entry e = samples::Filing();
  const std::string header = EncodeHeader(e);
  const std::string body(limits::kEntryBytes - header.size() - 1 - sizeof(Hlc), '\0');
  EXPECT_NE(DecodeParts(header, 4, 5, body).status().message(), "malformed entry: larger than 1 MiB");
  EXPECT_EQ(DecodeParts(header, 4, 5, body + '\0').status().message(), "malformed entry: larger than 1 MiB");
}

TEST(Entry, OperationsSayWhatTheirKindMay) {
  const std::string why = "malformed entry: ops: ";
  const Entry filing = samples::Filing(), ruling = Sample("ruling-keep");
  const auto with = [&](const Entry& good, Op op) { return WhyRefused(good, [&](Entry& e) { e.ops[0] = op; }); };
  const Changes set = {{3, Verb::kSet, Value::Text("a"), {}}};
  EXPECT_EQ(with(filing, {OpKind::kDelete, 0, 0, "1", {}}), "accepted");
  EXPECT_EQ(with(filing, {OpKind::kDelete, 0, 0, "1", set}), why + "a deletion with changes");
  EXPECT_EQ(with(filing, {OpKind::kEdit, 0, 0x10000, "1", set}), why + "register");
  EXPECT_EQ(with(ruling, {OpKind::kCreate, 0, 0, "1", {}}), why + "a ruling creates or deletes");
  EXPECT_EQ(with(ruling, {OpKind::kDelete, 0, 0, "1", {}}), why + "a ruling creates or deletes");
  EXPECT_EQ(with(ruling, {OpKind::kNeutral, 0, 0, "1", {}}), "accepted");
  const auto change = [&](const Entry& good, const Changes& changes) { return with(good, {OpKind::kEdit, 0, 0, "1", changes}); };
  const std::vector<Place> named = {{5, 9}};
  const Value one = Value::Integer(1), none = Value::Unset();
  EXPECT_EQ(change(filing, {{3, Verb::kBump, one, {}}}), "accepted");
  EXPECT_EQ(change(filing, {{3, Verb::kBump, one, named}}), why + "more or less than the verb needs");
  EXPECT_EQ(change(filing, {{3, Verb::kBump, Value::Text("1"), {}}}), why + "more or less than the verb needs");
  EXPECT_EQ(change(filing, {{3, Verb::kBump, Value::Group({}, Forever()), {}}}), "accepted");
  EXPECT_EQ(change(filing, {{3, Verb::kKeep, none, {}}}), why + "more or less than the verb needs");
  EXPECT_EQ(change(filing, {{3, Verb::kKeep, none, named}}), "accepted");
  EXPECT_EQ(change(filing, {{3, Verb::kKeep, one, {}}}), "accepted");
  EXPECT_EQ(change(filing, {{3, Verb::kAdd, one, named}}), why + "more or less than the verb needs");
  EXPECT_EQ(change(filing, {{3, Verb::kRemove, one, {}}}), "accepted");
  EXPECT_EQ(change(ruling, {{3, Verb::kSettle, one, named}}), why + "more or less than the verb needs");
  EXPECT_EQ(change(ruling, {{3, Verb::kSetLast, one, {}}}), why + "a verb that this kind of entry does not have");
  EXPECT_EQ(change(filing, {{3, Verb::kRetract, none, named}}), why + "a verb that this kind of entry does not have");
  EXPECT_EQ(change(filing, {{3, Verb::kSet, {Kind::kTally, std::string_view("\1\2\0", 3)}, {}}}), why + "kind of value");
  EXPECT_EQ(change(filing, {{3, Verb::kSet, one, {{5, 9}, {5, 8}}}}), why + "named");
}

TEST(Entry, ChangesOfOneFieldAreElementsOrWhatARulingSetsAnew) {
  const std::string order = "malformed entry: ops: order of changes";
  const std::vector<Place> named = {{5, 9}};
  const auto change = [](const std::string& name, const Changes& changes) {
    return WhyRefused(Sample(name), [&](Entry& e) { e.ops[0] = {OpKind::kEdit, 0, 0, "1", changes}; });
  };
  const Value a = Value::Text("a"), b = Value::Text("b"), none = Value::Unset();
  EXPECT_EQ(change("filing", {{3, Verb::kAdd, a, {}}, {3, Verb::kAdd, b, {}}, {3, Verb::kRemove, a, {}}}), "accepted");
  EXPECT_EQ(change("filing", {{3, Verb::kAdd, b, {}}, {3, Verb::kAdd, a, {}}}), order);
  EXPECT_EQ(change("filing", {{3, Verb::kAdd, a, {}}, {3, Verb::kAdd, a, {}}}), order);
  EXPECT_EQ(change("filing", {{3, Verb::kSet, a, {}}, {3, Verb::kAdd, b, {}}}), order);
  EXPECT_EQ(change("filing", {{3, Verb::kKeep, a, {}}, {3, Verb::kKeep, b, {}}}), order);
  EXPECT_EQ(change("ruling-keep", {{3, Verb::kRetract, none, named}, {3, Verb::kKeep, a, {}}}), "accepted");
  EXPECT_EQ(change("ruling-keep", {{3, Verb::kSettle, a, {}}, {3, Verb::kRetract, none, named}}), order);
}

TEST(Entry, PacksAreThoseThatItsOperationsUseEachOnce) {
  const std::string why = "malformed entry: packs: not those used, in order of first use";
  const auto uses = [](std::vector<const char*> names, std::vector<uint32_t> packs) {
    return WhyRefused(samples::Filing(), [&](Entry& e) {
      e.packs.clear();
      for (const char* name : names) e.packs.push_back(PackIdOf(name));
      e.ops.clear();
      for (size_t i = 0; i < packs.size(); ++i) e.ops.push_back({OpKind::kEdit, packs[i], 0, Forever().Keep(Cat(i)), {}});
    });
  };
  EXPECT_EQ(uses({"a", "b"}, {0, 1, 0}), "accepted");
  EXPECT_EQ(uses({"a", "b"}, {1, 0}), why);
  EXPECT_EQ(uses({"a", "b"}, {0, 0}), why);
  EXPECT_EQ(uses({"a", "a"}, {0, 1}), why);
  EXPECT_EQ(uses({"a", "b", "a"}, {0, 1, 2}), why);
  EXPECT_EQ(uses({}, {0}), why);
  EXPECT_EQ(WhyRefused(Sample("ruling-both"), [](Entry& e) { e.packs.push_back(PackIdOf("a")); }),
            "malformed entry: packs: one that no operation uses");
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
