// What sites did apart: branches as entries tell them, two sides beside each other, a merge rehearsed. That a preview is what the
// merge does is compared in random histories (tests/model/history.cc).
#include "engine/base/status.h"
#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

class BranchOfSites : public Sites {
 protected:
  void Set(const std::string& site, const std::string& parcel, const std::string& owner, const std::string& by = "mari") {
    const auto receipt = (*this)[site]->File(Draft().By(by).Record("parcel/" + parcel).Set("owner", owner));
    ASSERT_TRUE(receipt.ok()) << receipt.status();
  }
  std::vector<BranchView> Branches(const std::string& site, int64_t shortest_ms = 0) {
    return *(*this)[site]->Read()->Branches(shortest_ms);
  }
  static std::string Rows(const DiffView& diff) {
    std::string out;
    for (const DiffView::Row& row : diff.rows)
      out += row.address + " " + row.base.Json() + " " + row.a.Json() + " " + row.b.Json() + "\n";
    return out;
  }
};

TEST_F(BranchOfSites, IsWhatASiteFiledUntilItKnewOfTheOthers) {
  Create("tallinn", "1");
  Tell("tallinn", "luxembourg");
  EXPECT_TRUE(Branches("tallinn").empty());
  const std::string base = (*this)["luxembourg"].Frontier();
  Set("tallinn", "1", "Jaan");
  Set("luxembourg", "1", "Liis");
  Create("luxembourg", "2");
  Tick(kHour);
  Tell("luxembourg", "tallinn");
  std::vector<BranchView> now = Branches("tallinn");
  ASSERT_EQ(now.size(), 2u);  // each of the two went on
  EXPECT_EQ(now[0].name, "luxembourg");
  EXPECT_EQ(now[0].until, "");
  EXPECT_EQ(now[0].base, base);
  EXPECT_EQ(now[0].entries, 2u);
  EXPECT_EQ(now[0].others, 1u);
  EXPECT_EQ(now[1].name, "tallinn");
  EXPECT_EQ(now[1].entries, 1u);

  Create("tallinn", "3");  // knowing of luxembourg's: its own branch is over
  Tell("tallinn", "luxembourg");
  Create("luxembourg", "4");
  Tell("luxembourg", "tallinn");
  now = Branches("tallinn");
  ASSERT_EQ(now.size(), 2u);
  EXPECT_EQ(now[0].name.substr(0, 22), "luxembourg@2026-01-01T");
  EXPECT_EQ(now[1].name.substr(0, 19), "tallinn@2026-01-01T");
  EXPECT_EQ(ToJson(Branches("luxembourg")[0]).Json(), ToJson(now[0]).Json());  // at every site alike
  EXPECT_EQ(Branches("tallinn", 2 * kHour).size(), 0u);

  const absl::StatusOr<BranchView> one = (*this)["tallinn"]->Read()->Branch("luxembourg@01:0");
  ASSERT_TRUE(one.ok()) << one.status();
  ASSERT_EQ(one->filed.size(), 2u);
  EXPECT_EQ(one->filed[0].short_name, "luxembourg-1");
  ASSERT_EQ(one->met.size(), 1u);
  EXPECT_EQ(one->met[0].ops.list[0].Find("set")->members[0].second.text, "Jaan");
  ASSERT_EQ(one->cases.size(), 1u);
  EXPECT_EQ(one->cases[0].rule, "parcel.owner");
  EXPECT_EQ((*this)["tallinn"]->Read()->Branch("luxembourg").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(BranchOfSites, TakingTurnsIsNone) {
  Create("tallinn", "1");
  for (int i = 0; i < 4; ++i) {
    Tell("tallinn", "luxembourg");
    Set("luxembourg", "1", "Liis" + std::to_string(i));
    Tell("luxembourg", "tallinn");
    Set("tallinn", "1", "Jaan" + std::to_string(i));
  }
  EXPECT_TRUE(Branches("tallinn").empty());
}

TEST_F(BranchOfSites, TwoSidesStandBesideWhatTheyGrewFrom) {
  Create("tallinn", "1");
  Create("tallinn", "2");
  Tell("tallinn", "luxembourg");
  Set("tallinn", "1", "Jaan");
  Set("luxembourg", "1", "Liis");
  Set("luxembourg", "2", "Liis");
  Create("luxembourg", "3", "Anu");
  Tell("luxembourg", "tallinn");
  const Snapshot now = *(*this)["tallinn"]->Read();
  const DiffView sides = *now.Diff("tallinn", "luxembourg");
  EXPECT_EQ(sides.entries_a, 1u);
  EXPECT_EQ(sides.entries_b, 3u);
  EXPECT_EQ(Rows(sides),
            "parcel/1/owner \"Mari\" \"Jaan\" \"Liis\"\n"
            "parcel/2/owner \"Mari\" \"Mari\" \"Liis\"\n"
            "parcel/3 false false true\n"
            "parcel/3/owner null null \"Anu\"\n");
  const std::string mine = "tallinn-" + std::to_string(now.Sites()->at(1).entries);
  EXPECT_EQ(Rows(*now.Diff(mine, "luxembourg-1")), "parcel/1/owner \"Mari\" \"Jaan\" \"Liis\"\n");  // the two acts
  EXPECT_EQ(Rows(*now.Diff("tallinn", "tallinn")), "");
  EXPECT_EQ(now.Diff("tallinn", "narva").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(BranchOfSites, APreviewNamesCasesPeopleAndWhatWasShown) {
  Create("tallinn", "1");
  Tell("tallinn", "luxembourg");
  Set("tallinn", "1", "Jaan", "kaja");
  Tick(1000);
  Set("luxembourg", "1", "Liis", "olev");
  Create("luxembourg", "2");
  const std::string bundle = (*this)["luxembourg"].Export("0"), before = (*this)["tallinn"].Digests();
  const absl::StatusOr<MergePreview> preview = (*this)["tallinn"]->PreviewBundle(bundle);
  ASSERT_TRUE(preview.ok()) << preview.status();
  EXPECT_EQ(preview->intake.entries, 2u);
  ASSERT_EQ(preview->cases.size(), 1u);
  EXPECT_EQ(preview->cases[0].before, "");
  EXPECT_EQ(preview->cases[0].now.state, "open");
  EXPECT_EQ(preview->officers, (std::vector<std::string>{"kaja", "olev"}));
  ASSERT_EQ(preview->values.size(), 1u);  // parcel/2 is news: nobody was told otherwise
  EXPECT_EQ(preview->values[0].address, "parcel/1/owner");
  EXPECT_TRUE(preview->values[0].contested_after);
  EXPECT_EQ((*this)["tallinn"].Digests(), before);
  EXPECT_TRUE((*this)["tallinn"]->PreviewBundle(bundle, 0)->more_values);

  std::string damaged = bundle;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  const absl::StatusOr<MergePreview> of_damaged = (*this)["tallinn"]->PreviewBundle(damaged);
  EXPECT_TRUE(!of_damaged.ok() || of_damaged->intake.damaged > 0);
  EXPECT_FALSE((*this)["tallinn"]->PreviewBundle("no bundle").ok());
}

}  // namespace
}  // namespace chancery
