// What a client has seen, in words that every site understands.
#include <gtest/gtest.h>

#include "chancery/net.h"
#include "tests/net/sites.h"

namespace chancery {
namespace {

using Words = std::vector<std::string>;

// tallinn has admitted luxembourg, and each holds what the other has.
struct Sessions : ::testing::Test {
  Sessions() { Carry(tallinn, luxembourg); }
  static void Carry(const Site& from, const Site& to) { Ok(to->ApplyBundle(Ok(from.now().ExportBundle("0")))); }
  static Session SeenAt(const Site& site) {
    Session session;
    EXPECT_TRUE(session.Seen(site.now()).ok());
    return session;
  }

  Site tallinn = Founded("tallinn"), luxembourg = Joined("luxembourg", tallinn);
};

TEST_F(Sessions, MissNothingWhereTheyHaveSeen) {
  EXPECT_EQ(Ok(SeenAt(tallinn).Missing(tallinn.now())), Words());
  EXPECT_EQ(Ok(Session().Missing(tallinn.now())), Words());
  EXPECT_EQ(SeenAt(tallinn), SeenAt(luxembourg)) << "both hold the same";
}

TEST_F(Sessions, NameWhatAnotherSiteHasNotYet) {
  Ok(tallinn->File(Parcel("1", "Mari")));
  EXPECT_EQ(Ok(SeenAt(tallinn).Missing(luxembourg.now())), (Words{"tallinn-4"}));
  Ok(tallinn->File(Parcel("2", "Mari")));
  const Session seen = SeenAt(tallinn);
  EXPECT_EQ(Ok(seen.Missing(luxembourg.now())), (Words{"tallinn-4…5"}));
  EXPECT_EQ(seen.Beyond(SeenAt(luxembourg)), 2u);
  EXPECT_EQ(SeenAt(luxembourg).Beyond(seen), 0u);
  Carry(tallinn, luxembourg);
  EXPECT_EQ(Ok(seen.Missing(luxembourg.now())), Words());
}

TEST_F(Sessions, KnowLanesThatASiteDoesNot) {
  Site tartu = Joined("tartu", tallinn);
  Carry(tallinn, tartu);
  Ok(tartu->File(Parcel("1", "Mari")));
  EXPECT_EQ(Ok(SeenAt(tartu).Missing(luxembourg.now())), (Words{"tallinn-4", "1 entry of a site that is not known here"}));
}

TEST_F(Sessions, AreRaisedAndNeverLowered) {
  Ok(tallinn->File(Parcel("1", "Mari")));
  Ok(luxembourg->File(Parcel("2", "Jaan")));
  Session session = SeenAt(tallinn);
  ASSERT_TRUE(session.Seen(luxembourg.now()).ok());
  EXPECT_EQ(Ok(session.Missing(luxembourg.now())), (Words{"tallinn-4"}));
  EXPECT_EQ(Ok(session.Missing(tallinn.now())), (Words{"luxembourg-1"}));
  Session other = SeenAt(luxembourg);
  other.Raise(SeenAt(tallinn));
  EXPECT_EQ(other, session);
}

TEST_F(Sessions, AreOneLineOfTextAndTheSameAgain) {
  const std::string text = SeenAt(tallinn).Text();
  EXPECT_EQ(text.rfind("chancery/session@v1 " + tallinn.status().registry + " ", 0), 0u) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(Ok(Session::Parse(text)), SeenAt(tallinn));
  EXPECT_EQ(Ok(Session::Parse(text + "\n")), SeenAt(tallinn));
  EXPECT_EQ(Ok(Session::Parse(Session().Text())), Session());
  EXPECT_EQ(Ok(Session::Parse("")), Session());
}

TEST_F(Sessions, RefuseTextThatIsNone) {
  const std::string text = SeenAt(tallinn).Text();
  for (size_t size = 1; size < text.size() - 1; ++size)
    EXPECT_FALSE(Session::Parse(text.substr(0, size)).ok()) << text.substr(0, size);
  const std::string lane = text.substr(text.rfind(' ') + 1);
  for (const std::string& bad : {text + " x", text + "," + lane, text + "x", text.substr(0, text.size() - 1) + "0",
                                 text.substr(0, text.rfind('-')) + "-99999999999999999999"})
    EXPECT_TRUE(absl::IsInvalidArgument(Session::Parse(bad).status())) << bad;
}

TEST_F(Sessions, AreOfOneRegistry) {
  const Site other = Founded("riga", "other");
  EXPECT_TRUE(absl::IsFailedPrecondition(SeenAt(tallinn).Missing(other.now()).status()));
  Session session = SeenAt(tallinn);
  EXPECT_TRUE(absl::IsFailedPrecondition(session.Seen(other.now())));
  EXPECT_EQ(session, SeenAt(tallinn)) << "and are not spoilt by another";
}

}  // namespace
}  // namespace chancery
