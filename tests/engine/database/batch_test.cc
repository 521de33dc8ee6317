// Many drafts in one call are filed stage by stage; what comes of it is what one call each would make, byte by byte.
#include <algorithm>
#include <functional>

#include "sites.h"

namespace chancery {
namespace {

// Registers at which no rule looks, with single values and with all others, and some with rules, references and a quota.
constexpr char kKinds[] = R"([pack]
name = "land"
version = 1

[register.parcel]
fields.owner = { type = "text" }
fields.tags = { type = "set", of = "text" }

[register.act]
fields.charges = { type = "ranked", classes = ["mortgage"] }
fields.number = { type = "serial", start = 1 }
fields.owner = { type = "text" }
fields.uses = { type = "escrow", max = 4 }

[register.permit]
fields.on = { type = "reference", to = "deed" }
fields.owner = { type = "text" }
fields.uses = { type = "escrow", max = 4 }

[register.deed]
fields.number = { type = "serial", start = 1 }
fields.owner = { type = "text" }

[[rule]]
id = "owner-once"
kind = "unique"
on = ["permit.owner"]
)";

class Batches : public Sites {
 protected:
  // Of a registry of its own: keys, nonce and clock are those of every other.
  Site& Founded(const std::string& name) {
    Site& site = New(name);
    site.env.random = &random_.try_emplace(name, 7).first->second;
    site.db = *Database::Found(site.dir, {"tallinn", "", {{"land.toml", kKinds}}, "tallinn"}, site.env);
    return site;
  }

  std::map<std::string, SeededRandom> random_;
};

std::string Told(const absl::StatusOr<Receipt>& receipt) {
  if (!receipt.ok()) return std::string(S(receipt.status().message()));
  return Cat(receipt->short_name(), " ", receipt->entry(), " ", receipt->hlc(), "/", receipt->ticks,
             receipt->repeated ? " again" : "");
}

std::vector<std::string> OneByOne(Database& db, const std::vector<Draft>& drafts) {
  std::vector<std::string> told;
  for (const Draft& draft : drafts) told.push_back(Told(db.File(draft)));
  return told;
}

std::vector<std::string> InOneCall(Database& db, const std::vector<Draft>& drafts) {
  std::vector<std::string> told;
  for (const absl::StatusOr<Receipt>& receipt : db.FileAll(drafts)) told.push_back(Told(receipt));
  return told;
}

// More than one call looks at together, with whatever depends on what the same call has filed before.
std::vector<Draft> Mixed(std::string_view reg) {
  std::vector<Draft> drafts;
  for (int i = 0; i < 300; ++i) {
    const std::string at = Cat(reg, "/", i);
    drafts.push_back(Draft().By("mari").Create(at).Set("owner", Cat("Kask ", i)));
    if (reg == "act" || reg == "deed") drafts.back().Issue("number");
    drafts.push_back(Draft().By("jaan").Record(at).Set("owner", std::string(static_cast<size_t>(i) * 7, 'x')));
    if (i % 5 == 0) drafts.push_back(Draft().Create(at));                       // refused: it exists
    if (i % 7 == 0) drafts.push_back(Draft().Record(at).Set("colour", "red"));  // refused: no such field
    if (i % 11 == 0) drafts.push_back(Draft().Create(Cat(reg, "/\x01")));       // refused: no address
    if (i % 13 == 0) drafts.push_back(Draft().Delete(at)), drafts.push_back(Draft().Create(at));
    if (i % 17 != 0) continue;
    drafts.push_back(Draft().Record(at).Set("owner", "Tamm"));
    drafts.back().id = Cat("act-", i / 34);  // every other one says the same again, or something else
    drafts.push_back(drafts.back());
    drafts.push_back(Draft().Record(at).Set("owner", "Saar"));
    drafts.back().corrects = Cat("tallinn-", 3 + i);  // filed in this very call
    drafts.back().reason = "misread";
  }
  return drafts;
}

class Mixtures : public Batches, public testing::WithParamInterface<std::string> {};
INSTANTIATE_TEST_SUITE_P(Of, Mixtures, testing::Values("parcel", "act", "permit", "deed"),
                         [](const auto& of) { return of.param; });

TEST_P(Mixtures, AreTheSameAsOneByOne) {
  const std::vector<Draft> drafts = Mixed(GetParam());
  ASSERT_GT(drafts.size(), 700u);
  Site &one = Founded("one"), &all = Founded("all");
  ASSERT_EQ(one.Since("0"), all.Since("0"));
  const std::vector<std::string> told = OneByOne(*one.db, drafts);
  EXPECT_EQ(told, InOneCall(*all.db, drafts));
  EXPECT_GT(std::count_if(told.begin(), told.end(), [](const std::string& t) { return t.ends_with(" again"); }), 1);
  EXPECT_EQ(one.Digests(), all.Digests());
  EXPECT_TRUE(all->Verify()->ok());
  all.Reopen();
  EXPECT_EQ(one.Digests(), all.Digests());
  EXPECT_TRUE(all->File(Draft().Create("parcel/last")).ok());
  EXPECT_TRUE(all->Verify()->ok());
}

// Drafts alike are typed into the memory of those before: of other kinds, with values and with what those replaced.
TEST_F(Batches, AlikeLeaveNothingBehind) {
  const std::vector<std::function<Draft(const std::string&)>> kinds = {
      [](const std::string& n) { return Draft().Create("parcel/" + n).Set("owner", "Kask " + n); },
      [](const std::string& n) { return Draft().Record("parcel/" + n).Set("owner", "Tamm " + n); },
      [](const std::string& n) { return Draft().Record("parcel/" + n).Unset("owner"); },
      [](const std::string& n) { return Draft().Create("parcel/b" + n).Set("owner", "Saar"); },
      [](const std::string& n) { return Draft().Create("deed/" + n).Set("owner", std::string(100, 'x')).Issue("number"); },
      [](const std::string& n) { return Draft().Record("deed/" + n).Unset("owner"); }};
  std::vector<Draft> drafts;
  for (const auto& kind : kinds)
    for (int i = 0; i < 150; ++i) drafts.push_back(kind(std::to_string(i)));
  Site &one = Founded("one"), &all = Founded("all");
  EXPECT_EQ(OneByOne(*one.db, drafts), InOneCall(*all.db, drafts));
  EXPECT_EQ(one.Digests(), all.Digests());
  EXPECT_EQ(all.Status().records, 450u);
}

TEST_F(Batches, AlikeReplaceNothingThatOthersDid) {
  Create("tallinn", "0");
  Tell("tallinn", "tartu");
  const auto sold = [](const std::string& owner) { return Draft().Record("parcel/0").Set("owner", owner); };
  const std::string ours = (*this)["tallinn"]->File(sold("Tamm"))->entry();
  ASSERT_TRUE((*this)["tartu"]->File(sold("Saar")).ok());
  ASSERT_EQ(Tell("tartu", "tallinn").opened, 1u);
  std::vector<Draft> drafts = {sold("Kask")};
  drafts[0].ops[0].changes[0].over = ours;
  for (int i = 1; i < 200; ++i) drafts.push_back(Draft().Create(Cat("parcel/", i)).Set("owner", "Mari"));
  Site &all = (*this)["tallinn"], &one = Clone("tallinn", "copy");
  EXPECT_EQ(OneByOne(*one.db, drafts), InOneCall(*all.db, drafts));
}

// Keys in their order are looked for once for many, up to the next that is stored.
TEST_F(Batches, KeysInOrderMeetThoseThatAreStored) {
  Site& site = Founded("site");
  const auto draft = [](int i) { return Draft().Create(Cat("parcel/", 10000 + i)).Set("owner", Cat("Kask ", i)); };
  std::vector<Draft> some, all;
  for (int i = 0; i < 300; i += 23) some.push_back(draft(i));
  for (int i = 0; i < 300; ++i) all.push_back(draft(i));
  for (const absl::StatusOr<Receipt>& receipt : site->FileAll(some)) ASSERT_TRUE(receipt.ok());
  ASSERT_EQ(site.Status().records, some.size());  // a read: they are in the tables
  const std::vector<absl::StatusOr<Receipt>> filed = site->FileAll(all);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(filed[static_cast<size_t>(i)].ok(), i % 23 != 0) << i;
  EXPECT_EQ(site.Status().records, all.size());
  EXPECT_TRUE(site->Verify()->ok());
}

// Also those of one call, whatever its drafts begin.
TEST_F(Batches, NumbersAreIssuedOneByOne) {
  Site& site = Founded("site");
  for (const std::string reg : {"act", "deed"}) {
    ASSERT_TRUE(site->File(Draft().Create(reg + "/stored")).ok());
    std::vector<Draft> drafts;
    for (int i = 0; i < 100; ++i) drafts.push_back(Draft().Create(Cat(reg, "/", 1000 + i)).Issue("number"));
    drafts.push_back(Draft().Record(reg + "/stored").Issue("number"));
    for (const absl::StatusOr<Receipt>& receipt : site->FileAll(drafts)) ASSERT_TRUE(receipt.ok()) << receipt.status();
    const Snapshot now = *site->Read();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(now.Value(Cat(reg, "/", 1000 + i, "/number"))->integer, 1 + i);
    EXPECT_EQ(now.Value(reg + "/stored/number")->integer, 101);
  }
}

// A draft of the same fields as the one before, which is not looked up again, is still refused for what it says.
TEST_F(Batches, AlikeIsNotTheSame) {
  Site& site = Founded("site");
  const auto made = [](const std::string& key) { return Draft().Create("parcel/" + key).Set("owner", "Mari").Add("tags", "a"); };
  std::vector<Draft> bad(7, made("bad"));
  bad[0].ops[0].changes[0].value = 7;                       // no text
  bad[1].ops[0].changes[1].field = "owner";                 // two verbs on one field
  bad[2].ops[0].changes[0].over = "tallinn-1";              // nothing stands there
  bad[3].ops[0].verb = DraftOp::Verb::kDelete;              // a deletion changes nothing
  bad[4].ops[0].record.reg = "deed";                        // which has no tags
  bad[5].ops[0].record.key = "\x01";                        // no address
  bad[6].ops[0].changes[1].verb = DraftChange::Verb::kSet;  // not of a set
  std::vector<Draft> drafts;
  for (const Draft& one : bad) {  // each behind one that is good
    drafts.push_back(made(Cat(drafts.size())));
    drafts.push_back(one);
  }
  std::vector<std::string> whole;
  for (const absl::StatusOr<Receipt>& receipt : site->FileAll(drafts)) whole.push_back(Told(receipt));
  std::vector<std::string> alone;
  Site& other = Founded("other");
  for (const Draft& draft : drafts) alone.push_back(Told(other->File(draft)));
  EXPECT_EQ(whole, alone);
  for (size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(whole[i].starts_with("tallinn-"), i % 2 == 0) << i << ": " << whole[i];
  EXPECT_EQ(site.Digests(), other.Digests());
}

}  // namespace
}  // namespace chancery
