// Finding by claim, range and case; the docket in pages; the change feed.
#include <algorithm>
#include <set>

#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

using Texts = std::vector<std::string>;

class Search : public Sites {
 protected:
  void UsePack(const char* fields, const char* rules) {
    const std::string toml = std::string("[pack]\nname = \"more\"\nversion = 1\n") + fields + rules;
    ASSERT_TRUE((*this)["tallinn"]->ApplyPack(toml, "more.toml").ok());
    Tell("tallinn", "tartu");
  }
  void File(const std::string& site, const Draft& draft) {
    const auto receipt = (*this)[site]->File(draft);
    ASSERT_TRUE(receipt.ok()) << receipt.status();
  }
  std::vector<std::string> Found(const std::string& site, const FindQuery& query) {
    const auto found = (*this)[site]->Read()->Find(query);
    EXPECT_TRUE(found.ok()) << found.status();
    std::vector<std::string> addresses;
    for (const FoundView& one : found.ok() ? *found : std::vector<FoundView>()) addresses.push_back(one.address);
    return addresses;
  }
  std::vector<std::string> Cases(const std::string& site, const CaseFilter& filter) {
    const auto cases = (*this)[site]->Read()->Cases(filter);
    EXPECT_TRUE(cases.ok()) << cases.status();
    std::vector<std::string> names;
    for (const CaseView& one : cases.ok() ? *cases : std::vector<CaseView>()) names.push_back(one.rule + " " + one.subject);
    return names;
  }
};

constexpr char kFirms[] =
    "[register.firm.fields]\nname = { type = \"text\" }\nsize = { type = \"integer\" }\nhome = { type = \"reference\", to = "
    "\"parcel\" }\npart = { type = \"rational\" }\n";
constexpr char kNames[] =
    "[[rule]]\nid = \"firm-name\"\nkind = \"unique\"\non = [\"firm.name\"]\nnormalise = \"nfkc-casefold\"\n";

TEST_F(Search, FindsByRange) {
  UsePack(kFirms, "");
  for (const int size : {3, 12, 100})
    File("tallinn", Draft().Create("firm/" + std::to_string(size)).Set("size", size).Set("part", std::to_string(size) + "/7"));
  EXPECT_EQ(Found("tallinn", FindQuery{.reg = "firm"}.Between("size", 3, 12)), (Texts{"firm/12", "firm/3"}));
  EXPECT_EQ(Found("tallinn", FindQuery{.reg = "firm"}.Between("size", 13, std::nullopt)), (Texts{"firm/100"}));
  EXPECT_EQ(Found("tallinn", FindQuery{.reg = "firm"}.Between("part", std::nullopt, "12/7")), (Texts{"firm/12", "firm/3"}));
  EXPECT_EQ(Found("tallinn", FindQuery{.reg = "firm"}.Between("name", "a", std::nullopt)), Texts{});
  EXPECT_FALSE((*this)["tallinn"]->Read()->Find(FindQuery{.reg = "firm"}.Between("home", "parcel/1", std::nullopt)).ok());
}

TEST_F(Search, FindsByClaimAsTheRuleComparesIt) {
  UsePack(kFirms, kNames);
  File("tallinn", Draft().Create("firm/1").Set("name", "Paju"));
  File("tartu", Draft().Create("firm/2").Set("name", "PAJU"));
  EXPECT_EQ(Found("tartu", {.reg = "firm", .rule = "firm-name", .claim = "paju"}), (Texts{"firm/2"}));
  Tell("tartu", "tallinn");
  const auto found = (*this)["tallinn"]->Read()->Find({.reg = "firm", .rule = "firm-name", .claim = "paju"});
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].contested, (Texts{"name"}));
  EXPECT_EQ(Found("tallinn", FindQuery{.reg = "firm"}.Where("name", "Paju")), (Texts{"firm/1"})) << "a value is compared exactly";
  EXPECT_EQ(Found("tallinn", {.reg = "firm", .in_case_of = "firm-name"}), (Texts{"firm/1", "firm/2"}));
  EXPECT_EQ(Found("tallinn", {.reg = "firm", .in_case_of = "existence"}), Texts{});
  EXPECT_FALSE((*this)["tallinn"]->Read()->Find({.reg = "firm", .rule = "wonder", .claim = "paju"}).ok());
  EXPECT_FALSE((*this)["tallinn"]->Read()->Find({.reg = "parcel", .rule = "firm-name", .claim = "paju"}).ok());
}

TEST_F(Search, FindsByReferenceWithOtherConditions) {
  UsePack(kFirms, kNames);
  Create("tallinn", "1");
  for (const char* name : {"Paju", "Kask", "Mand"})
    File("tallinn", Draft().Create(std::string("firm/") + name).Set("name", name));
  for (const char* name : {"Paju", "Mand"}) File("tallinn", Draft().Record(std::string("firm/") + name).Set("home", "parcel/1"));
  EXPECT_EQ(Found("tallinn", {.reg = "firm", .refers_to = "parcel/1"}), (Texts{"firm/Mand", "firm/Paju"}));
  FindQuery query{.reg = "firm", .refers_to = "parcel/1"};
  EXPECT_EQ(Found("tallinn", query.Where("name", "Paju")), (Texts{"firm/Paju"}));
  EXPECT_EQ(Found("tallinn", {.reg = "firm", .refers_to = "parcel/1", .after = "firm/Mand"}), (Texts{"firm/Paju"}));
  EXPECT_EQ(Found("tallinn", {.reg = "firm", .refers_to = "parcel/9"}), Texts{});
  EXPECT_FALSE((*this)["tallinn"]->Read()->Find({.reg = "parcel", .refers_to = "parcel/1"}).ok());
}

TEST_F(Search, ManyRecordsDoNotStayInMemory) {
  UsePack(kFirms, "");
  std::vector<Draft> drafts;
  for (int i = 0; i < 1000; ++i) drafts.push_back(Draft().Create("firm/" + std::to_string(i)).Set("size", i % 2));
  for (const auto& receipt : (*this)["tallinn"]->FileAll(drafts)) ASSERT_TRUE(receipt.ok());
  const Snapshot now = *(*this)["tallinn"]->Read();
  size_t found = 0;
  ASSERT_TRUE(now.Find(FindQuery{.reg = "firm"}.Where("size", 1),
                       [&](const FoundView& one) {
                         EXPECT_TRUE(now.Record(one.address).ok());  // whoever is told may look
                         return ++found < 400;
                       })
                  .ok());
  EXPECT_EQ(found, 400u);
}

TEST_F(Search, TheDocketInPagesAndByWhat) {
  for (const char* key : {"1", "2", "3"}) Create("tallinn", key);
  Tell("tallinn", "tartu");
  const std::string known = (*this)["tallinn"].Frontier();
  for (const char* key : {"1", "2", "3"}) {
    File("tallinn", Draft().By("anu").Record(std::string("parcel/") + key).Set("owner", "Jaan"));
    File("tartu", Draft().By(key[0] == '2' ? "olev" : "kaja").Record(std::string("parcel/") + key).Set("owner", "Liis"));
  }
  Tell("tartu", "tallinn");
  EXPECT_EQ(Cases("tallinn", {.limit = 2}), (Texts{"parcel.owner parcel/1", "parcel.owner parcel/2"}));
  EXPECT_EQ(Cases("tallinn", {.after_rule = "parcel.owner", .after_subject = "parcel/2"}), (Texts{"parcel.owner parcel/3"}));
  EXPECT_EQ(Cases("tallinn", {.officer = "olev"}), (Texts{"parcel.owner parcel/2"}));
  EXPECT_EQ(Cases("tallinn", {.officer = "olev", .limit = 1}), (Texts{"parcel.owner parcel/2"})) << "behind a page of others";
  EXPECT_EQ(Cases("tallinn", {.site = "tartu"}).size(), 3u);
  EXPECT_EQ(Cases("tallinn", {.since = known}).size(), 3u);
  EXPECT_EQ(Cases("tallinn", {.since = (*this)["tallinn"].Frontier()}), Texts{});
  EXPECT_EQ(Cases("tallinn", {.before = "2026-01-01"}), Texts{});
  EXPECT_EQ(Cases("tallinn", {.before = "2026-01-02"}).size(), 3u);
  EXPECT_FALSE((*this)["tallinn"]->Read()->Cases({.since = "yesterday"}).ok());
}

TEST_F(Search, TheFeedGoesOnWhereItWas) {
  const auto told = [&](const std::string& since) {
    std::vector<ChangeView> changes;
    EXPECT_TRUE(
        (*this)["tartu"]->Read()->Changes(since, "", [&](const ChangeView& one) { return changes.push_back(one), true; }).ok());
    return changes;
  };
  Create("luxembourg", "late");  // stamped first, arrives last
  Tick(1000);
  Create("tallinn", "1");
  Tell("tallinn", "tartu");
  std::set<std::string> seen;
  std::string position = "0";
  for (const ChangeView& one : told("0")) {
    EXPECT_TRUE(seen.insert(one.entry.entry).second);
    position = one.position;
  }
  EXPECT_EQ(position, (*this)["tartu"].Frontier());
  EXPECT_TRUE(told(position).empty());
  (*this)["tartu"].Reopen();
  Create("tartu", "2");
  Tell("luxembourg", "tartu");
  const auto more = told(position);
  ASSERT_EQ(more.size(), 2u);
  EXPECT_EQ(more[0].entry.short_name, "luxembourg-1") << "in canonical order, as far as it is told at once";
  for (const ChangeView& one : more) EXPECT_TRUE(seen.insert(one.entry.entry).second);
  EXPECT_EQ(told(more[0].position).size(), 1u);
}

TEST_F(Search, TheFeedOfARecord) {
  Create("tallinn", "1");
  Create("tallinn", "2");
  std::vector<std::string> entries;
  ASSERT_TRUE((*this)["tallinn"]
                  ->Read()
                  ->Changes("0", "parcel/2/owner", [&](const ChangeView& one) { return entries.push_back(one.position), true; })
                  .ok());
  EXPECT_EQ(entries, (Texts{(*this)["tallinn"].Frontier()}));
}

TEST_F(Search, ThePulseTellsOfEveryChange) {
  const auto pulse = [&] { return *Database::Pulse((*this)["tallinn"].dir); };
  std::set<uint64_t> seen = {pulse()};
  EXPECT_EQ(pulse(), *seen.begin());
  for (const char* key : {"1", "2", "3"}) {
    Create("tallinn", key);  // some stand in the tail alone
    EXPECT_TRUE(seen.insert(pulse()).second) << key;
  }
  Create("tartu", "4");
  Tell("tartu", "tallinn");
  EXPECT_TRUE(seen.insert(pulse()).second) << "what arrives";
  EXPECT_TRUE(absl::IsNotFound(Database::Pulse((*this)["tallinn"].dir + "/nowhere").status()));
}

}  // namespace
}  // namespace chancery
