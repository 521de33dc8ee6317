// A client of three sites: it reads nothing older than it has seen, and what it files counts once, whichever site answers.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "tests/e2e/run.h"
#include "tests/e2e/served.h"

namespace chancery::e2e {
namespace {

constexpr std::array<const char*, 3> kSites = {"tallinn", "luxembourg", "tartu"};

// Adds to what would show that it was added twice.
std::string Visit(const std::string& tag, const std::string& id = "") {
  return "{" + (id.empty() ? "" : R"("id":")" + id + R"(",)") +
         R"("officer":"mari","ops":[{"record":"parcel/book","add":{"tags":[")" + tag + R"("]},"bump":{"visits":1}}]})" + "\n";
}

class Client : public ::testing::Test {
 protected:
  Client() {
    std::string pack = ReadAll(land_ / "land.toml");
    pack.replace(pack.find("version = 1"), 11, "version = 2");
    pack.insert(pack.find("tags ="), "visits = { type = \"counter\" }\n");
    WriteAll(land_ / "land-2.toml", pack);
    EXPECT_EQ(land_.Do({"pack", "apply", land_ / "land-2.toml"}).code, 0);
    EXPECT_EQ(land_.Do({"file"}, Create("book", "the state")).code, 0);
    for (const char* site : {"luxembourg", "tartu"}) land_.Join(site);
    EXPECT_EQ(land_.Carry("tallinn", "luxembourg").code, 0);
    for (const char* site : kSites) Serve(site);
    for (const char* from : kSites)
      for (const char* to : kSites)
        if (std::string(from) != to) AddPeer(land_, from, to, served_[to]->address());
  }

  void Serve(const std::string& site) {
    served_[site] = std::make_unique<Served>(land_, site, ports_[site]);
    ports_[site] = served_[site]->port();
  }

  // At `home`, else at one of the others, with the session.
  Result Ask(const std::string& home, const Words& verb, const std::string& input = "") const {
    Words words = {"--json", "--session", land_ / "session"};
    for (const char* site : kSites)
      if (site != home) words.insert(words.end(), {"--or", land_ / site});
    words.insert(words.end(), verb.begin(), verb.end());
    return land_.At(home, words, input);
  }
  // There alone.
  Result AskOnly(const std::string& site, Words verb, const std::string& input = "") const {
    verb.insert(verb.begin(), {"--json", "--session", land_ / "session"});
    return land_.At(site, verb, input);
  }

  // It is cut off when this returns: nothing that is filed elsewhere gets there.
  void Isolate(const std::string& site) const {
    ASSERT_EQ(land_.At(site, {"site", "isolate"}).code, 0);
    ASSERT_TRUE(Eventually([&] { return served_.at(site)->Log().find("  isolated  ") != std::string::npos; }));
  }

  std::string Digests(const std::string& site) const {
    const Literal status = land_.Status(site);
    return status.null() ? "" : status.Find("digest")->text + status.Find("docket")->text + status.Find("frontier")->Json();
  }
  bool Equal() const { return Digests("tallinn") == Digests("luxembourg") && Digests("tallinn") == Digests("tartu"); }
  std::string Field(const std::string& site, const char* field) const {
    const Result read = land_.At(site, {"--json", "get", "parcel/book"});
    return read.code == 0 ? read.Lines().at(0).Find("fields")->Find(field)->Find("value")->Json() : read.out;
  }
  // Entries with that id, at that site.
  int64_t Filed(const std::string& site, const std::string& id) const {
    int64_t filed = 0;
    for (const Literal& entry : land_.At(site, {"--json", "log", "parcel/book"}).Lines())
      filed += entry.Find("id") != nullptr && entry.Find("id")->text == id;
    return filed;
  }
  int64_t Duplicates(const std::string& site) const {
    int64_t duplicates = 0;
    for (const Literal& entry : land_.At(site, {"--json", "log", "parcel/book"}).Lines())
      duplicates += entry.Find("duplicate_of") != nullptr;
    return duplicates;
  }
  static std::string SiteOf(const Literal& receipt) {
    return receipt.null() ? "" : receipt.Find("short")->text.substr(0, receipt.Find("short")->text.find('-'));
  }

  Land land_;
  std::map<std::string, int> ports_;
  std::map<std::string, std::unique_ptr<Served>> served_;
};

TEST_F(Client, IsServedAtHomeAsLongAsItAnswers) {
  const Result filed = Ask("luxembourg", {"file"}, Visit("a"));
  ASSERT_EQ(filed.code, 0) << filed.out;
  EXPECT_EQ(SiteOf(filed.Last("receipt")), "luxembourg");
  EXPECT_EQ(filed.Last("receipt").Find("id")->text.size(), 32u) << "made before it was filed, so that it can be filed again";
}

// The other site is cut off on purpose: what it has is older.
TEST_F(Client, IsToldWhatIsNotHereYet) {
  Isolate("luxembourg");
  const Result filed = AskOnly("tallinn", {"file"}, Visit("a"));
  ASSERT_EQ(filed.code, 0) << filed.out;
  EXPECT_EQ(Field("luxembourg", "tags"), "[]") << "nothing was cut, and nothing is tested";
  const Result read = AskOnly("luxembourg", {"get", "parcel/book"});
  EXPECT_EQ(read.code, 7) << read.out;
  const std::string words = read.Last("error").Find("message")->text;
  const std::string entry = filed.Last("receipt").Find("short")->text;  // a beat may not be there, either
  EXPECT_EQ(words.rfind("not here yet: tallinn-", 0), 0u) << words;
  EXPECT_NE(words.find(entry.substr(entry.find('-') + 1)), std::string::npos) << words << ", filed as " << entry;
  const Result refused = AskOnly("luxembourg", {"file"}, Visit("b"));
  EXPECT_EQ(refused.code, 7) << "nor does it file what would not build on what it has seen: " << refused.out;
  EXPECT_EQ(Ask("luxembourg", {"get", "parcel/book"}).code, 0) << "another site has it";

  ASSERT_EQ(land_.At("luxembourg", {"site", "rejoin"}).code, 0);
  EXPECT_TRUE(Eventually([&] { return AskOnly("luxembourg", {"get", "parcel/book"}).code == 0; }));
  EXPECT_EQ(Field("luxembourg", "tags"), R"(["a"])");
}

TEST_F(Client, ReadsAtASecondSiteWhatItReadAtAFirst) {
  ASSERT_EQ(land_.Do({"-q", "file"}, Visit("of another")).code, 0);
  ASSERT_EQ(AskOnly("tallinn", {"get", "parcel/book"}).code, 0);
  Isolate("tartu");
  ASSERT_EQ(land_.Do({"-q", "file"}, Visit("later")).code, 0);
  ASSERT_EQ(Ask("tallinn", {"get", "parcel/book"}).code, 0);
  EXPECT_EQ(AskOnly("tartu", {"find", "parcel"}).code, 7);
  EXPECT_EQ(AskOnly("tartu", {"log", "parcel/book"}).code, 7);
  EXPECT_EQ(AskOnly("tartu", {"case", "ls"}).code, 7);
  EXPECT_EQ(land_.At("tartu", {"find", "parcel"}).code, 0) << "who has seen nothing is shown what is there";
}

// tallinn stops while it is asked: it may file, or not. It does, once it goes on; the two are one act.
TEST_F(Client, CountsOnceWhatTwoSitesHaveFiled) {
  ASSERT_EQ(land_.Do({"site", "isolate"}).code, 0);  // or it may hear of the other first, and file none
  served_["tallinn"]->Signal(SIGSTOP);
  const auto before = std::chrono::steady_clock::now();
  const Result filed = Ask("tallinn", {"file"}, Visit("a"));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;
  ASSERT_EQ(filed.code, 0) << filed.out;
  const Literal receipt = filed.Last("receipt");
  EXPECT_NE(SiteOf(receipt), "tallinn");
  EXPECT_LT(took.count(), 20) << "it is not waited for";
  EXPECT_EQ(filed.Lines().size(), 1u) << "one answer is shown: " << filed.out;

  served_["tallinn"]->Signal(SIGCONT);
  const std::string id = receipt.Find("id")->text;
  EXPECT_TRUE(Eventually([&] { return Filed("tallinn", id) == 1; })) << "though nobody waits for it any more";
  ASSERT_EQ(land_.Do({"site", "rejoin"}).code, 0);
  EXPECT_TRUE(Eventually([&] { return Filed("tartu", id) == 2 && Equal(); })) << Filed("tartu", id) << served_["tallinn"]->Log();
  for (const char* site : kSites) {
    EXPECT_EQ(Filed(site, id), 2) << site << ": both are there to be seen";
    EXPECT_EQ(Field(site, "visits"), "1") << site;
    EXPECT_EQ(Duplicates(site), 1) << site;
  }
}

// What the test above would find: an application that asks a second site by itself, and gives no id.
TEST_F(Client, WouldCountTwiceWithoutAnId) {
  served_["tallinn"]->Signal(SIGSTOP);
  std::thread first([&] { land_.At("tallinn", {"file"}, Visit("a")); });
  usleep(500'000);
  ASSERT_EQ(land_.At("luxembourg", {"file"}, Visit("a")).code, 0);
  served_["tallinn"]->Signal(SIGCONT);
  first.join();
  EXPECT_TRUE(Eventually([&] { return Equal() && Field("tartu", "visits") == "2"; })) << Field("tartu", "visits");
}

TEST_F(Client, FindsOutWhatBecameOfAFilingWhenASiteIsKilled) {
  std::set<std::string> asked;
  for (int i = 0; i < 12; ++i) {
    const std::string tag = "t" + std::to_string(i);
    std::thread killer([&, i] {
      usleep(static_cast<useconds_t>(i) * 4'000);
      served_["tallinn"]->Signal(SIGKILL);
    });
    const Result filed = Ask("tallinn", {"file"}, Visit(tag));
    killer.join();
    EXPECT_EQ(filed.code, 0) << filed.out;
    if (filed.code == 0) asked.insert(tag);
    served_["tallinn"]->End(SIGKILL);
    const Result read = Ask(i % 2 == 0 ? "luxembourg" : "tartu", {"get", "parcel/book/tags"});
    EXPECT_TRUE(read.code == 0 || read.code == 7) << read.out;
    EXPECT_TRUE(read.code == 7 || read.out.find('"' + tag + '"') != std::string::npos) << read.out;
    Serve("tallinn");
  }
  EXPECT_TRUE(Eventually([&] { return Equal(); }, 60));
  for (const char* site : kSites) EXPECT_EQ(Field(site, "visits"), std::to_string(asked.size())) << site;
}

TEST_F(Client, SaysWithWhichIdToFileAgainWhereNobodyAnswers) {
  for (const char* site : kSites) served_[site]->Signal(SIGSTOP);
  const Result filed = Ask("tallinn", {"file"}, Visit("a", "app-1"));
  EXPECT_EQ(filed.code, 7) << filed.out;
  const Literal error = filed.Last("error");
  EXPECT_NE(error.Find("next")->text.find(R"("id":"app-1")"), std::string::npos) << error.Json();
  for (const char* site : kSites) served_[site]->Signal(SIGCONT);
  EXPECT_EQ(Ask("luxembourg", {"file"}, Visit("a", "app-1")).code, 0);
  EXPECT_TRUE(Eventually([&] { return Equal() && Filed("tartu", "app-1") > 0; }));
  EXPECT_EQ(Field("tartu", "visits"), "1");
}

TEST_F(Client, TakesTheSiteThatHasMost) {
  Isolate("luxembourg");
  ASSERT_EQ(AskOnly("tallinn", {"file"}, Visit("a")).code, 0);
  EXPECT_TRUE(Eventually([&] { return AskOnly("tartu", {"get", "parcel/book"}).code == 0; }));
  served_["tallinn"]->End(SIGKILL);
  Words words = {"--json", "--session", land_ / "session", "--or", land_ / "luxembourg", "--or", land_ / "tartu", "file"};
  const Result filed = land_.At("nowhere", words, Visit("b"));
  EXPECT_EQ(filed.code, 0) << filed.out;
  EXPECT_EQ(SiteOf(filed.Last("receipt")), "tartu");
}

TEST_F(Client, WaitsForWhoeverHasTheSession) {
  std::array<Result, 4> filed;
  std::vector<std::thread> clerks;
  for (size_t i = 0; i < filed.size(); ++i)
    clerks.emplace_back([&, i] { filed[i] = Ask(kSites[i % 3], {"file"}, Visit("t" + std::to_string(i))); });
  for (std::thread& clerk : clerks) clerk.join();
  for (const Result& one : filed) EXPECT_EQ(one.code, 0) << one.out;
  EXPECT_EQ(Ask("tallinn", {"get", "parcel/book"}).code, 0);
  EXPECT_EQ(ReadAll(land_ / "session").find('\n'), ReadAll(land_ / "session").size() - 1) << "one line";
}

TEST_F(Client, IsRefusedWhatIsAboutOneStore) {
  for (const Words& verb : {Words{"site", "ls"}, Words{"serve"}, Words{"log", "--follow"}, Words{"status", "--watch"}})
    EXPECT_EQ(AskOnly("tallinn", verb).code, 2) << verb[0];
  WriteAll(land_ / "session", "no session\n");
  EXPECT_EQ(AskOnly("tallinn", {"get", "parcel/book"}).code, 2);
  EXPECT_EQ(ReadAll(land_ / "session"), "no session\n");
}

}  // namespace
}  // namespace chancery::e2e
