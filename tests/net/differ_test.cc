// Two sites that hold the same entries and make different things of them: which ones is found out.
#include "net/sync/differ.h"

#include <gtest/gtest.h>

#include "engine/base/planted.h"
#include "tests/net/wired.h"

namespace chancery {
namespace {

using Names = std::vector<std::string>;

Names Differing(const Site& a, const Site& b, bool* more = nullptr) {
  sync::Differ differ;
  for (const size_t bucket : Ok(differ.Begin(*a.db, Ok(sync::ReadSums(*b.db)))))
    for (std::string after;;) {
      const sync::Parts parts = Ok(sync::ReadParts(*b.db, bucket, after));
      const absl::Status added = differ.Add(bucket, parts);
      EXPECT_EQ(added, absl::OkStatus());
      if (parts.parts.size() < sync::kPartsMost || !added.ok()) break;
      after = parts.parts.back().key;
    }
  if (more != nullptr) *more = differ.more();
  return differ.names();
}

Draft Owner(const std::string& key, const std::string& owner) { return Draft().Record("parcel/" + key).Set("owner", owner); }

struct Differ : testing::Test {
  Differ() {
    for (int i = 0; i < 200; ++i) Ok(sites.tallinn->File(Parcel(std::to_string(i), "Mari")));
    sites.LetBothFile();
  }
  ~Differ() noexcept override {}  // KJ's may throw
  Wired sites;
};

TEST_F(Differ, EqualSitesDifferInNothing) { EXPECT_EQ(Differing(sites.tallinn, sites.luxembourg), Names()); }

TEST_F(Differ, OtherEntriesAreNotCompared) {
  Ok(sites.tallinn->File(Owner("7", "Jaan")));
  sync::Differ differ;
  EXPECT_TRUE(absl::IsAborted(differ.Begin(*sites.tallinn.db, Ok(sync::ReadSums(*sites.luxembourg.db))).status()));
}

TEST_F(Differ, TheSumsOfABucketAreThatOfItsParts) {
  Ok(sites.tallinn->File(Owner("7", "Jaan")));
  Ok(sites.luxembourg->File(Owner("7", "Liis")));
  Ok(sites.tallinn->Ingest(Ok(sites.luxembourg.now().RunsSince(sites.tallinn.now().Frontier()))));
  const Snapshot now = sites.tallinn.now();
  const std::string sums = Ok(now.BucketSums());
  ASSERT_EQ(sums.size(), 16u * (sync::kDocketBucket + 1));
  size_t parts = 0;
  for (size_t bucket = 0; bucket <= sync::kDocketBucket; ++bucket) {
    std::string sum(16, '\0');
    std::string after;
    for (bool more = true; more;) {  // a page of three
      const std::vector<SumView> page = Ok(now.SumsIn(bucket, after, 3));
      more = page.size() == 3;
      for (const SumView& one : page) {
        EXPECT_LT(after, one.key);
        after = one.key;
        ++parts;
        int carry = 0;
        for (size_t i = 16; i-- > 0; carry >>= 8) {
          carry += static_cast<unsigned char>(sum[i]) + static_cast<unsigned char>(one.sum[i]);
          sum[i] = static_cast<char>(carry & 255);
        }
      }
    }
    EXPECT_EQ(sum, sums.substr(bucket * 16, 16)) << bucket;
  }
  EXPECT_EQ(parts, 201u) << "the records, and a case";
}

TEST_F(Differ, KeysThatDoNotAscendAreRefused) {
  sync::Sums sums = Ok(sync::ReadSums(*sites.luxembourg.db));
  sums.sums[0] ^= 1;
  sync::Differ differ;
  ASSERT_EQ(Ok(differ.Begin(*sites.tallinn.db, sums)), std::vector<size_t>{0});
  sync::Parts parts{sums.at, {{"b", std::string(16, 'x')}, {"a", std::string(16, 'x')}}};
  EXPECT_TRUE(absl::IsInvalidArgument(differ.Add(0, parts)));
}

#ifdef CHANCERY_PLANTED_BUGS
TEST_F(Differ, WhatDiffersIsNamedOverTheLink) {
  kj::Own<rpc::Call> call = sites.Dial();
  sites.Exchange(*call);
  Ok(sites.tallinn->File(Owner("7", "Jaan")));
  Ok(sites.luxembourg->File(Owner("7", "Liis")));
  PlantBug(Bug::kSetReplacesUnseen);
  sites.Exchange(*call);
  PlantBug(Bug::kNone);
  ASSERT_NE(sites.tallinn.digests(), sites.luxembourg.digests());
  EXPECT_EQ(sites.tallinn.now().Frontier(), sites.luxembourg.now().Frontier());
  const std::shared_ptr<sync::Differ> differ = call->Differences().wait(sites.io.waitScope);
  EXPECT_EQ(differ->names(), Names{"parcel/7"});
  EXPECT_FALSE(differ->more());
  EXPECT_EQ(Differing(sites.luxembourg, sites.tallinn), Names{"parcel/7"}) << "the other way round";
  EXPECT_EQ(sites.luxembourg->Rebuild(), absl::OkStatus());
  EXPECT_EQ(Differing(sites.luxembourg, sites.tallinn), (Names{"parcel/7", "parcel.owner parcel/7"})) << "as the journal decides";
  const Names there = Differing(sites.tallinn, sites.luxembourg);
  ASSERT_EQ(there.size(), 2u);
  EXPECT_TRUE(there[1].starts_with("case ")) << "of a case that is not here its id is known: " << there[1];
  EXPECT_EQ(sites.tallinn->Rebuild(), absl::OkStatus());
  EXPECT_EQ(sites.tallinn.digests(), sites.luxembourg.digests());
}

TEST_F(Differ, AtMostTwentyAreNamed) {
  PlantBug(Bug::kSetReplacesUnseen);
  for (int i = 0; i < 200; ++i) {
    Ok(sites.tallinn->File(Owner(std::to_string(i), "Jaan")));
    Ok(sites.luxembourg->File(Owner(std::to_string(i), "Liis")));
  }
  Ok(sites.luxembourg->Ingest(Ok(sites.tallinn.now().RunsSince(sites.luxembourg.now().Frontier()))));
  Ok(sites.tallinn->Ingest(Ok(sites.luxembourg.now().RunsSince(sites.tallinn.now().Frontier()))));
  PlantBug(Bug::kNone);
  bool more = false;
  const Names names = Differing(sites.tallinn, sites.luxembourg, &more);
  EXPECT_GE(names.size(), 2u) << "two buckets are looked into";
  EXPECT_LE(names.size(), sync::kNamesMost);
  EXPECT_TRUE(more);
}
#endif

}  // namespace
}  // namespace chancery
