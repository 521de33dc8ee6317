// A link key is renewed while sites are served: nobody has to be told by hand, and the old key finds the door closed.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <map>
#include <memory>

#include "tests/e2e/run.h"
#include "tests/e2e/served.h"

namespace chancery::e2e {
namespace {

struct Renewal : testing::Test {
  void Join(const Words& others) {
    for (const std::string& site : others) land.Join(site);
    for (const std::string& site : others) EXPECT_EQ(land.Carry("tallinn", site).code, 0);
  }
  void Serve(const std::string& site) { served[site] = std::make_unique<Served>(land, site); }
  void Know(const std::string& site, const std::string& peer) const { AddPeer(land, site, peer, served.at(peer)->address()); }
  bool Arrives(const std::string& from, const std::string& to) {
    const std::string key = from + std::to_string(++filed);
    EXPECT_EQ(land.At(from, {"-q", "file"}, Create(key, "Mari")).code, 0);
    return Eventually([&] { return land.At(to, {"get", "parcel/" + key}).code == 0; });
  }
  std::string Config(const std::string& site) const { return ReadAll(land / (site + "/chancery.toml")); }
  bool Knows(const std::string& site, const std::string& key) const { return Config(site).find(key) != std::string::npos; }
  // tartu, and somebody who has another site's link key.
  Result ThiefCalls(const std::string& link_key, const std::string& site) const {
    std::filesystem::copy_file(link_key, land / "tartu/link.key", std::filesystem::copy_options::overwrite_existing);
    return land.At("tartu", {"--json", "sync", site});
  }

  Land land;
  std::map<std::string, std::unique_ptr<Served>> served;
  int filed = 0;
};

TEST_F(Renewal, OfTwoSitesNeedsNoHand) {
  Join({"luxembourg", "tartu"});
  for (const char* site : {"tallinn", "luxembourg"}) Serve(site);
  Know("tallinn", "luxembourg");
  Know("luxembourg", "tallinn");
  Know("tartu", "luxembourg");
  ASSERT_TRUE(Arrives("tallinn", "luxembourg"));
  const std::string old = LinkKey(land, "tallinn");
  std::filesystem::copy_file(land / "tallinn/link.key", land / "stolen.key");
  ASSERT_NE(ThiefCalls(land / "stolen.key", "luxembourg").out.find("says that it is site tartu"), std::string::npos)
      << "the key opens the door, or nothing is tested";

  const Result renew = land.Do({"--json", "peer", "renew"});
  ASSERT_EQ(renew.code, 0) << renew.out;
  const std::string next = renew.Last("link").Find("next")->text;
  EXPECT_EQ(renew.Last("link").Find("key")->text, old);
  ASSERT_TRUE(Eventually([&] { return LinkKey(land, "tallinn") == next; })) << served["tallinn"]->Log();
  EXPECT_TRUE(Eventually([&] { return !Knows("luxembourg", old); })) << Config("luxembourg") << served["luxembourg"]->Log();
  EXPECT_TRUE(Knows("luxembourg", "key = \"" + next));
  EXPECT_FALSE(std::filesystem::exists(land / "tallinn/link.next"));
  EXPECT_TRUE(Arrives("tallinn", "luxembourg"));
  EXPECT_TRUE(Arrives("luxembourg", "tallinn"));
  for (const char* site : {"tallinn", "luxembourg"})
    EXPECT_NE(served[site]->Log().find("  renewed  "), std::string::npos) << served[site]->Log();

  const Result late = ThiefCalls(land / "stolen.key", "luxembourg");
  EXPECT_EQ(late.code, 6) << late.out;
  EXPECT_NE(late.out.find("does not know our key"), std::string::npos) << late.out;
}

TEST_F(Renewal, WaitsForASiteThatIsAway) {
  Join({"luxembourg", "tartu"});
  for (const char* site : {"tallinn", "luxembourg", "tartu"}) Serve(site);
  for (const char* from : {"tallinn", "luxembourg", "tartu"})
    for (const char* to : {"tallinn", "luxembourg", "tartu"})
      if (std::string(from) != to) Know(from, to);
  ASSERT_TRUE(Arrives("tallinn", "tartu"));
  served["tartu"]->End(SIGTERM);
  const std::string old = LinkKey(land, "tallinn");
  const std::string next = land.Do({"--json", "peer", "renew"}).Last("link").Find("next")->text;
  EXPECT_TRUE(Eventually([&] { return Knows("luxembourg", "next = \"" + next); })) << served["luxembourg"]->Log();
  EXPECT_TRUE(Eventually([&] {
    const Literal status = land.Status();
    const Literal* waits = status.Find("renewing");
    return waits != nullptr && waits->Json() == R"(["tartu"])";
  }));
  EXPECT_NE(land.Do({"status"}).out.find("not noted yet by tartu"), std::string::npos);
  EXPECT_EQ(LinkKey(land, "tallinn"), old) << "what tartu does not know would find its door closed";
  EXPECT_TRUE(Arrives("tallinn", "luxembourg")) << "meanwhile";

  served["tartu"] = std::make_unique<Served>(land, "tartu", served["tartu"]->port());
  EXPECT_TRUE(Eventually([&] { return LinkKey(land, "tallinn") == next; })) << served["tallinn"]->Log();
  for (const char* site : {"luxembourg", "tartu"}) {
    EXPECT_TRUE(Eventually([&] { return !Knows(site, old) && Knows(site, next); })) << Config(site);
    EXPECT_TRUE(Arrives("tallinn", site)) << site;
    EXPECT_TRUE(Arrives(site, "tallinn")) << site;
  }
}

TEST_F(Renewal, OfAStolenKeyIsAtOnceAndByHand) {
  Join({"luxembourg"});
  for (const char* site : {"tallinn", "luxembourg"}) Serve(site);
  Know("tallinn", "luxembourg");
  Know("luxembourg", "tallinn");
  ASSERT_TRUE(Arrives("tallinn", "luxembourg"));
  const std::string old = LinkKey(land, "tallinn");
  const Result renew = land.Do({"peer", "renew", "--now"});
  EXPECT_EQ(renew.code, 0) << renew.err;
  const std::string key = LinkKey(land, "tallinn");
  EXPECT_NE(key, old);
  EXPECT_NE(renew.out.find(key), std::string::npos);
  const auto refused = [&](const std::string& site, const std::string& why) {
    return Eventually([&] { return served[site]->Log().find(why) != std::string::npos; });
  };
  EXPECT_TRUE(refused("tallinn", "the peer does not know our key")) << served["tallinn"]->Log();
  // Unless tallinn met it between the two steps of the verb, and the key that it signs entries with vouched for the next one.
  EXPECT_TRUE(refused("luxembourg", "the peer shows a key that is not known here") ||
              refused("luxembourg", "it shows its new key"))
      << served["luxembourg"]->Log();
  Know("luxembourg", "tallinn");
  EXPECT_TRUE(Arrives("tallinn", "luxembourg"));
  EXPECT_TRUE(Arrives("luxembourg", "tallinn"));
}

TEST_F(Renewal, ByHandWhereNobodyServes) {
  Join({"luxembourg"});
  Serve("luxembourg");
  Know("tallinn", "luxembourg");
  AddPeer(land, "luxembourg", "tallinn", "127.0.0.1:1");
  const std::string next = land.Do({"--json", "peer", "renew"}).Last("link").Find("next")->text;
  EXPECT_TRUE(Eventually([&] { return land.Do({"sync", "luxembourg"}).code == 0; })) << "once it has read its file again";
  EXPECT_NE(land.Do({"peer", "ls"}).out.find("noted by all"), std::string::npos);
  const Result renewed = land.Do({"peer", "renew"});
  EXPECT_EQ(renewed.out.rfind("RENEWED", 0), 0u) << renewed.out;
  EXPECT_EQ(LinkKey(land, "tallinn"), next);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(land.Do({"sync", "luxembourg"}).code, 0) << "the list that changes meanwhile ends no visit";
  EXPECT_TRUE(Eventually([&] { return Knows("luxembourg", "key = \"" + next); }));
}

TEST_F(Renewal, APreviewMeetsTheNextKeyToo) {
  Join({"luxembourg"});
  Serve("luxembourg");
  Know("tallinn", "luxembourg");
  AddPeer(land, "luxembourg", "tallinn", "127.0.0.1:1");
  EXPECT_TRUE(Eventually([&] { return land.Do({"sync", "luxembourg"}).code == 0; })) << "once it has read its file again";
  const std::string next = land.At("luxembourg", {"--json", "peer", "renew"}).Last("link").Find("next")->text;
  EXPECT_TRUE(Eventually([&] { return land.Do({"sync", "luxembourg"}).code == 0 && Knows("tallinn", "next = \"" + next); }));
  EXPECT_EQ(land.Do({"sync", "luxembourg"}).code, 0) << "now it is told that its next key is noted";
  EXPECT_TRUE(Eventually([&] { return LinkKey(land, "luxembourg") == next; })) << served["luxembourg"]->Log();
  EXPECT_TRUE(Knows("tallinn", "next = \"" + next)) << "nobody has shown it yet";
  EXPECT_EQ(land.Do({"preview", "luxembourg"}).code, 0);
}

}  // namespace
}  // namespace chancery::e2e
