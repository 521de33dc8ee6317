// A ruling of two officers at sites that do not hear each other.
#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

class ProposalOfSites : public Sites {
 protected:
  // Two owners written apart, and what to do about it proposed at tallinn; all hold that.
  void Propose() {
    Create("tallinn", "1");
    Tell("tallinn", "tartu");
    for (const char* site : {"tallinn", "tartu"})
      ASSERT_TRUE((*this)[site]->File(Draft().By("mari").Record("parcel/1").Set("owner", site)).ok());
    Tell("tartu", "tallinn");
    RulingDraft ruling;
    ruling.rule = "parcel.owner";
    ruling.subject = "parcel/1";
    ruling.both = true;
    ruling.officer = "judge";
    ruling.reason = "heard both";
    ASSERT_TRUE((*this)["tallinn"]->Propose(ruling).ok());
    for (const char* site : {"tartu", "luxembourg"}) Tell("tallinn", site);
  }
  CaseView Case(const std::string& site) { return *(*this)[site]->Read()->Case("parcel.owner", "parcel/1"); }
};

TEST_F(ProposalOfSites, SentBackTwiceIsShownAsSentBackByTheFirstEverywhere) {
  Propose();
  for (const char* site : {"tartu", "luxembourg"}) {
    Tick(1000);
    ASSERT_TRUE((*this)[site]->SendBack({"parcel.owner", "parcel/1", "", "chief", "look at the map again"}).ok());
  }
  Tell("luxembourg", "tartu");
  for (const char* site : {"luxembourg", "tallinn"}) Tell("tartu", site);
  for (const char* site : {"tallinn", "tartu", "luxembourg"}) {
    const CaseView view = Case(site);
    EXPECT_EQ(view.state, "open");
    ASSERT_EQ(view.proposals.size(), 1u);
    EXPECT_FALSE(view.proposals[0].standing);
    EXPECT_TRUE(view.proposals[0].returned.starts_with("tartu-")) << site << ": " << view.proposals[0].returned;
  }
}

}  // namespace
}  // namespace chancery
