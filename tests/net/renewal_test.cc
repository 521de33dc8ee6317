// What is noted of a peer's next link key, and what is not.
#include "net/rpc/renewal.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "net/sync/state.h"
#include "tests/net/sites.h"

namespace chancery {
namespace {

constexpr const char* kOther = "0000 1111 2222 3333 4444 5555 6666 7777";

// tallinn and luxembourg know each other; luxembourg renews its key.
struct Renewal : testing::Test {
  Renewal() {
    luxembourg->ApplyBundle(Ok(tallinn.now().ExportBundle("0"))).status().IgnoreError();
    Ok(AddPeer(tallinn->dir(), {"luxembourg", "127.0.0.1:7421", Ok(LinkFingerprint(luxembourg->dir()))}));
    Ok(AddPeer(luxembourg->dir(), {"tallinn", "127.0.0.1:7420", Ok(LinkFingerprint(tallinn->dir()))}));
  }
  PeerConfig Listed() const { return Ok(ReadNetConfig(tallinn->dir())).peers.at(0); }
  sync::Hello Greeting() const { return Ok(rpc::HelloTo(*luxembourg.db, "tallinn")); }

  Site tallinn = Founded("tallinn"), luxembourg = Joined("luxembourg", tallinn);
  const std::string old = Ok(LinkFingerprint(luxembourg->dir())), next = Ok(MakeNextLinkKey(luxembourg->dir()));
};

TEST_F(Renewal, IsNotedAndConfirmedInTheAnswer) {
  EXPECT_EQ(Ok(MakeNextLinkKey(luxembourg->dir())), next) << "the one that is there";
  rpc::Note(*tallinn.db, Listed(), Greeting());
  EXPECT_EQ(Listed().key, old);
  EXPECT_EQ(Listed().next, next);
  EXPECT_EQ(sync::ShownKey(Ok(rpc::HelloTo(*tallinn.db, "luxembourg")).noted), next);
}

TEST_F(Renewal, EndsOnceTheNextKeyIsShown) {
  rpc::Note(*tallinn.db, Listed(), Greeting());
  ASSERT_TRUE(SwitchLinkKey(luxembourg->dir()).ok());
  EXPECT_EQ(Ok(LinkFingerprint(luxembourg->dir())), next);
  EXPECT_EQ(Ok(NextFingerprint(luxembourg->dir())), "");
  rpc::Note(*tallinn.db, Ok(rpc::Showing(Listed(), next)), Greeting());
  EXPECT_EQ(Listed().key, next);
  EXPECT_EQ(Listed().next, "");
  EXPECT_TRUE(absl::IsPermissionDenied(rpc::Showing(Listed(), old).status()));
}

TEST_F(Renewal, IsNotNotedOfWhoHasTheLinkKeyAlone) {
  sync::Hello forged = Greeting();
  forged.next = sync::KeyOf(kOther);  // vouched for is another one
  rpc::Note(*tallinn.db, Listed(), forged);
  EXPECT_EQ(Listed().next, "");
  forged.vouched = tallinn->Vouch("the next link key " + std::string(kOther));  // by another site
  rpc::Note(*tallinn.db, Listed(), forged);
  EXPECT_EQ(Listed().next, "");
  forged.vouched = luxembourg->Vouch("the next link key " + std::string(kOther));
  rpc::Note(*tallinn.db, Listed(), forged);
  EXPECT_EQ(Listed().next, kOther) << "so it was for that alone";
}

TEST_F(Renewal, NamesNoKeyOfAnotherPeerNorOfTheSiteItself) {
  Ok(AddPeer(tallinn->dir(), {"tartu", "127.0.0.1:7422", kOther}));
  const std::string own = Ok(LinkFingerprint(tallinn->dir()));
  for (const std::string& key : {std::string(kOther), own}) {
    sync::Hello hello = Greeting();
    hello.next = sync::KeyOf(key);
    hello.vouched = luxembourg->Vouch("the next link key " + key);
    rpc::Note(*tallinn.db, Listed(), hello);
    EXPECT_EQ(Listed().next, "") << key;
  }
}

TEST_F(Renewal, ChangesTheFileWhereThePeerStands) {
  const std::string path = tallinn->dir() + "/chancery.toml";
  std::ofstream(path) << "# ours\n[peer.luxembourg]  # the embassy\naddress = \"127.0.0.1:1\"\n  key=\"" + old +
                             "\"  # read to us\n# its gate\n\n[peer.tartu]\naddress = \"127.0.0.1:2\"\nkey = \"" + kOther +
                             "\"\n";
  rpc::Note(*tallinn.db, Listed(), Greeting());
  const std::string noted = "# ours\n[peer.luxembourg]  # the embassy\naddress = \"127.0.0.1:1\"\nkey = \"" + old +
                            "\"  # read to us\nnext = \"" + next +
                            "\"\n# its gate\n\n[peer.tartu]\naddress = \"127.0.0.1:2\"\nkey = \"" + kOther + "\"\n";
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), noted);
  EXPECT_TRUE(absl::IsNotFound(SetPeerKeys(tallinn->dir(), {"riga", "", kOther})));
}

}  // namespace
}  // namespace chancery
