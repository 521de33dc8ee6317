// Many drafts in one call are filed stage by stage; what comes of it is what one call each would make, byte by byte.
#include <algorithm>

#include "sites.h"

namespace chancery {
namespace {

class Batches : public Sites {
 protected:
  // Of a registry of its own: keys, nonce and clock are those of every other.
  Site& Founded(const std::string& name) {
    Site& site = New(name);
    site.env.random = &random_.try_emplace(name, 7).first->second;
    site.db = *Database::Found(site.dir, {"tallinn", "", {{"land.toml", kPack}}, "tallinn"}, site.env);
    return site;
  }

  std::map<std::string, SeededRandom> random_;
};

std::string Told(const absl::StatusOr<Receipt>& receipt) {
  if (!receipt.ok()) return std::string(S(receipt.status().message()));
  return Cat(receipt->short_name, " ", receipt->entry, " ", receipt->hlc, "/", receipt->ticks, receipt->repeated ? " again" : "");
}

// More than one call looks at together, with whatever depends on what the same call has filed before.
std::vector<Draft> Mixed() {
  std::vector<Draft> drafts;
  for (int i = 0; i < 300; ++i) {
    const std::string at = Cat("parcel/", i);
    drafts.push_back(Draft().By("mari").Create(at).Set("owner", Cat("Kask ", i)));
    drafts.push_back(Draft().By("jaan").Record(at).Set("owner", std::string(static_cast<size_t>(i) * 7, 'x')));
    if (i % 5 == 0) drafts.push_back(Draft().Create(at));                       // refused: it exists
    if (i % 7 == 0) drafts.push_back(Draft().Record(at).Set("colour", "red"));  // refused: no such field
    if (i % 11 == 0) drafts.push_back(Draft().Create("parcel/\x01"));           // refused: no address
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

TEST_F(Batches, AreTheSameAsOneByOne) {
  const std::vector<Draft> drafts = Mixed();
  ASSERT_GT(drafts.size(), 700u);
  Site &one = Founded("one"), &all = Founded("all");
  ASSERT_EQ(one.Since("0"), all.Since("0"));
  std::vector<std::string> told, told_all;
  for (const Draft& draft : drafts) told.push_back(Told(one->File(draft)));
  for (const absl::StatusOr<Receipt>& receipt : all->FileAll(drafts)) told_all.push_back(Told(receipt));
  EXPECT_EQ(told, told_all);
  EXPECT_GT(std::count_if(told.begin(), told.end(), [](const std::string& t) { return t.ends_with(" again"); }), 5);
  EXPECT_EQ(one.Digests(), all.Digests());
  EXPECT_TRUE(all->Verify()->ok());
  all.Reopen();
  EXPECT_EQ(one.Digests(), all.Digests());
  EXPECT_TRUE(all->File(Draft().Create("parcel/last")).ok());
  EXPECT_TRUE(all->Verify()->ok());
}

}  // namespace
}  // namespace chancery
