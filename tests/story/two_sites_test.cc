// Two offices that lose each other: what comes together by itself, what a person must decide, and that both end up the same.
#include <algorithm>
#include <set>

#include "tests/story/story.h"

namespace chancery {
namespace {

struct TwoSites : testing::Test {
  Site tallinn, luxembourg;
  void SetUp() override {
    Found(tallinn, "tallinn");
    Join(luxembourg, "luxembourg", tallinn);
    Ok(tallinn->File(Parcel("1", "Mari").Set("remark", "by the sea")));
    Tell(tallinn, luxembourg);
  }
};

// A cut is nothing that happens to a site: it is only that nobody exchanges.
TEST_F(TwoSites, SellOneHouseTwiceAndAPersonDecides) {
  const Receipt jaan = Ok(tallinn->File(Sale("1", "Jaan")));
  const Receipt liis = Ok(luxembourg->File(Sale("1", "Liis")));
  EXPECT_EQ(tallinn.owner("parcel/1"), "Jaan");
  EXPECT_EQ(luxembourg.owner("parcel/1"), "Liis");

  Exchange(tallinn, luxembourg);
  for (const Site* site : {&tallinn, &luxembourg}) {
    const CaseView one = Ok(site->now().Case("parcel.owner", "parcel/1"));
    EXPECT_EQ(one.state, "open");
    ASSERT_EQ(one.facts.size(), 2u);
    EXPECT_EQ(one.facts[0].before[0].second, Literal("Mari"));  // both found her as the owner
    EXPECT_EQ(one.facts[1].before[0].second, Literal("Mari"));
    // A program never takes a disputed value for certain.
    EXPECT_EQ(Explain(site->now().Value("parcel/1/owner").status()).kind, "contested");
  }
  EXPECT_EQ(Digests(tallinn), Digests(luxembourg));

  Ok(luxembourg->Rule(Keep("parcel.owner", "parcel/1", liis.short_name())));
  Exchange(tallinn, luxembourg);
  EXPECT_EQ(tallinn.owner("parcel/1"), "Liis");
  EXPECT_EQ(Ok(tallinn.now().Case("parcel.owner", "parcel/1")).state, "ruled");
  EXPECT_EQ(Digests(tallinn), Digests(luxembourg));
  EXPECT_EQ(Ok(tallinn.now().Entry(jaan.entry())).officer, "mari");  // the act that lost its effect is still in the journal
}

// What a site can see it refuses, whole; what two sites did apart is a case.
TEST_F(TwoSites, FindThatOneNumberNamesTwoParcels) {
  Ok(tallinn->File(Parcel("2", "Jaan").Set("number", "12/345")));
  const ErrorView refusal = Explain(tallinn->File(Parcel("4", "Jaan").Set("number", "12/345")).status());
  EXPECT_EQ(refusal.kind, "unique");
  EXPECT_EQ(refusal.rule, "parcel-number");
  EXPECT_TRUE(absl::IsNotFound(tallinn.now().Record("parcel/4").status()));

  const Receipt liis = Ok(luxembourg->File(Parcel("3", "Liis").Set("number", "12/345")));
  Exchange(tallinn, luxembourg);

  const CaseView one = Ok(tallinn.now().Case("parcel-number", R"("12/345")"));
  EXPECT_EQ(one.state, "open");
  EXPECT_EQ(one.records, (std::vector<std::string>{"parcel/2", "parcel/3"}));

  Ok(tallinn->Rule(Keep("parcel-number", R"("12/345")", liis.short_name())));
  Exchange(tallinn, luxembourg);
  EXPECT_EQ(Ok(luxembourg.now().Value("parcel/3/number")).text, "12/345");
  EXPECT_TRUE(Ok(luxembourg.now().Value("parcel/2/number")).null());  // withdrawn; the parcel itself is untouched
  EXPECT_EQ(luxembourg.owner("parcel/2"), "Jaan");
}

// A deletion is a case as soon as somebody went on with what it ended; nobody closes the case by going on further.
TEST_F(TwoSites, EndAParcelThatTheOtherGoesOnWith) {
  const Receipt ended = Ok(tallinn->File(Draft().By("mari").Delete("parcel/1")));
  Ok(luxembourg->File(Sale("1", "Liis")));
  EXPECT_FALSE(Ok(tallinn.now().Record("parcel/1")).exists);

  Exchange(tallinn, luxembourg);
  EXPECT_TRUE(Ok(tallinn.now().Record("parcel/1")).exists);  // until a person has ruled
  EXPECT_EQ(Explain(tallinn.now().Value("parcel/1/owner").status()).kind, "contested");
  const CaseView one = Ok(tallinn.now().Case("existence", "parcel/1"));
  ASSERT_EQ(one.facts.size(), 2u);  // in the order of their stamps, which may be equal here
  EXPECT_EQ((std::set{one.facts[0].act, one.facts[1].act}), (std::set<std::string>{"delete", "edit"}));
  Ok(luxembourg->File(Draft().By("kaja").Record("parcel/1").Set("remark", "sold")));
  EXPECT_EQ(Ok(luxembourg.now().Case("existence", "parcel/1")).state, "open");

  Ok(luxembourg->Rule(Keep("existence", "parcel/1", ended.short_name())));
  Exchange(tallinn, luxembourg);
  EXPECT_FALSE(Ok(tallinn.now().Record("parcel/1")).exists);
  EXPECT_EQ(Digests(tallinn), Digests(luxembourg));

  Ok(tallinn->File(Draft().By("mari").Create("parcel/1")));  // it comes back with what the creation sets, and no more
  EXPECT_TRUE(Ok(tallinn.now().Value("parcel/1/owner")).null());
}

TEST_F(TwoSites, AddToASetAndNobodyIsAsked) {
  Ok(tallinn->File(Draft().Record("parcel/1").Add("tags", "shore").Add("tags", "wood")));
  Exchange(tallinn, luxembourg);
  Ok(tallinn->File(Draft().Record("parcel/1").Remove("tags", "wood").Set("remark", "surveyed")));
  Ok(luxembourg->File(Draft().Record("parcel/1").Add("tags", "field").Add("tags", "wood")));
  Exchange(tallinn, luxembourg);

  // Added and removed apart: the addition stays. The remark that only one wrote simply arrives.
  EXPECT_EQ(Ok(luxembourg.now().Value("parcel/1/tags")).Json(), R"(["field","shore","wood"])");
  EXPECT_EQ(Ok(luxembourg.now().Value("parcel/1/remark")).text, "surveyed");
  EXPECT_TRUE(Ok(tallinn.now().Cases()).empty());
  EXPECT_EQ(Digests(tallinn), Digests(luxembourg));
}

// A third site takes the runs of both in reverse and one by one; those that come before their causes wait for the next time.
TEST_F(TwoSites, AreEqualToAnyoneWhoHoldsTheSameEntries) {
  for (int i = 2; i < 6; ++i) {
    Ok(tallinn->File(Sale("1", "buyer " + std::to_string(i))));
    Ok(luxembourg->File(Parcel("lux-" + std::to_string(i), "Liis")));
    if (i % 2 == 0) Exchange(tallinn, luxembourg);
  }
  Exchange(tallinn, luxembourg);

  Site tartu;
  tartu.db = Ok(Database::Join(tartu.store(), {.site = "tartu", .role = "full", .key_seed = ""},
                               Ok(tallinn.now().ExportBundle("0")), tartu.env));
  Ok(tallinn->Admit(tartu->SiteCard()));
  Ok(luxembourg->File(Sale("1", "the last buyer")));
  Exchange(tallinn, luxembourg);
  Ok(luxembourg->File(Draft().Record("parcel/1").Set("remark", "sold")));
  Exchange(tallinn, luxembourg);

  std::vector<std::string> runs = Ok(luxembourg.now().RunsSince(tartu.now().Frontier()));
  ASSERT_GE(runs.size(), 2u);
  std::reverse(runs.begin(), runs.end());
  EXPECT_GT(Ok(tartu->Ingest({&runs[0], 1})).waiting, 0u);  // what it builds on is not here
  for (size_t round = 0; round < runs.size(); ++round) {
    for (const std::string& run : runs) Ok(tartu->Ingest({&run, 1}));
  }
  EXPECT_EQ(tartu.now().Frontier(), tallinn.now().Frontier());
  EXPECT_EQ(Digests(tartu), Digests(tallinn));
  EXPECT_EQ(Digests(tartu), Digests(luxembourg));
}

}  // namespace
}  // namespace chancery
