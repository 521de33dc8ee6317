// What is no registry is not founded, what is no copy of one is not joined; and nothing is left where it was tried.
#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

struct Founding : Sites {
  absl::Status Found(const std::string& site, const std::vector<std::pair<std::string, std::string>>& packs) {
    Site& here = New("here");
    return Database::Found(here.dir, {site, "", packs, "here"}, here.env).status();
  }
  absl::Status Join(const std::string& name, const std::string& role, const std::string& bundle) {
    Site& here = New("here");
    return Database::Join(here.dir, {name, role, "here"}, bundle, here.env).status();
  }
  bool NothingIsLeft() { return !std::filesystem::exists((*this)["here"].dir + "/data.mdb"); }
};

TEST_F(Founding, TakesASiteThatHasANameAndAPackThatCanBeRead) {
  EXPECT_EQ(Found("Not a name", {{"land.toml", kPack}}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(NothingIsLeft());
  EXPECT_EQ(Found("narva", {}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(NothingIsLeft());
  EXPECT_FALSE(Found("narva", {{"land.toml", "no pack"}}).ok());
  EXPECT_TRUE(NothingIsLeft());
  EXPECT_TRUE(Found("narva", {{"land.toml", kPack}}).ok());
}

TEST_F(Founding, NobodyJoinsUnderANameOrRoleThatCannotBe) {
  const std::string all = (*this)["tallinn"].Export("0");
  EXPECT_EQ(Join("Not a name", "full", all).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(NothingIsLeft());
  EXPECT_EQ(Join("narva", "judge", all).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(NothingIsLeft());
  const absl::Status taken = Join("tartu", "full", all);
  EXPECT_EQ(taken.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(taken.message().find("a site named tartu already"), absl::string_view::npos) << taken;
  EXPECT_TRUE(NothingIsLeft());
  EXPECT_TRUE(Join("narva", "witness", all).ok());
}

TEST_F(Founding, NobodyJoinsFromABundleThatDoesNotBeginAtTheBeginning) {
  const std::string frontier = (*this)["tallinn"].Frontier();
  Create("tallinn", "1");
  const absl::Status late = Join("narva", "full", (*this)["tallinn"].Export(frontier));
  EXPECT_EQ(late.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(late.message().find("does not begin with the registry's genesis"), absl::string_view::npos) << late;
  EXPECT_TRUE(NothingIsLeft());
}

}  // namespace
}  // namespace chancery
