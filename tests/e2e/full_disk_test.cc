// A served site whose disk is full takes nothing, is read, hands on what it has, and goes on when there is room.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "tests/e2e/run.h"
#include "tests/e2e/served.h"
#include "tests/support/small_disk.h"

namespace chancery::e2e {
namespace {

constexpr size_t kDisk = 400 << 20, kLeft = 40 << 20;  // of which filings need 64 MiB

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Whether the full site calls the other, or is called alone.
struct FullDisk : testing::TestWithParam<bool> {
  FullDisk() {
    std::filesystem::create_directory(land / "luxembourg");
    disk = std::make_unique<SmallDisk>(land / "luxembourg", kDisk);
    if (!disk->there()) return;
    land.Join("luxembourg");
    luxembourg = std::make_unique<Served>(land, "luxembourg");
    tallinn = std::make_unique<Served>(land, "tallinn");
    AddPeer(land, "tallinn", "luxembourg", luxembourg->address());
    AddPeer(land, "luxembourg", "tallinn", GetParam() ? tallinn->address() : "127.0.0.1:1");
  }
  void Fill() const {
    struct statvfs at = {};
    ASSERT_EQ(statvfs((land / "luxembourg").c_str(), &at), 0);
    const int fd = open(ballast.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_EQ(posix_fallocate(fd, 0, static_cast<off_t>(at.f_bavail * at.f_frsize - kLeft)), 0);
    close(fd);
  }
  bool Reads(const std::string& site, const std::string& parcel) const {
    return land.At(site, {"get", "parcel/" + parcel}).code == 0;
  }
  std::string Digests(const std::string& site) const {
    const Literal status = land.Status(site);
    return status.Find("frontier")->Json() + status.Find("digest")->text + status.Find("docket")->text;
  }

  const Land land;
  const std::string ballast = land / "luxembourg/ballast";
  std::unique_ptr<SmallDisk> disk;
  std::unique_ptr<Served> luxembourg, tallinn;
};

TEST_P(FullDisk, IsReadHandsOnAndGoesOnWhenThereIsRoom) {
  if (!disk->there()) GTEST_SKIP() << SmallDisk::kNone;
  ASSERT_EQ(land.At("luxembourg", {"file"}, Create("before", "Liis")).code, 0);
  ASSERT_TRUE(Eventually([&] { return Reads("tallinn", "before"); })) << tallinn->Log();
  const int port = tallinn->port();
  ASSERT_EQ(tallinn->End(SIGTERM), 0);
  ASSERT_EQ(land.At("luxembourg", {"file"}, Create("unsent", "Liis")).code, 0);
  ASSERT_EQ(land.Do({"file"}, Create("untaken", "Mari")).code, 0);
  Fill();

  const Result refused = land.At("luxembourg", {"--json", "file"}, Create("refused", "Liis"));
  ASSERT_EQ(refused.code, 1) << refused.out;
  EXPECT_TRUE(Has(refused.Last("error").Find("message")->text, "less than 64 MiB free")) << refused.out;
  const Result check = land.At("luxembourg", {"status", "--check"});
  EXPECT_EQ(check.code, 3);
  EXPECT_TRUE(Has(check.out, "WAKE room")) << check.out;
  EXPECT_TRUE(Reads("luxembourg", "unsent"));
  EXPECT_EQ(land.At("luxembourg", {"-q", "backup", land / "full.cbk"}).code, 0);

  tallinn = std::make_unique<Served>(land, "tallinn", port);
  EXPECT_TRUE(Eventually([&] { return Reads("tallinn", "unsent"); })) << luxembourg->Log() << tallinn->Log();
  EXPECT_TRUE(Eventually([&] { return Has(GetParam() ? luxembourg->Log() : tallinn->Log(), "MiB free"); }))
      << luxembourg->Log() << tallinn->Log();
  EXPECT_FALSE(Reads("luxembourg", "untaken"));
  EXPECT_EQ(land.Do({"file"}, Create("later", "Mari")).code, 0);

  std::filesystem::remove(ballast);
  EXPECT_EQ(land.At("luxembourg", {"file"}, Create("after", "Liis")).code, 0) << "without a restart";
  EXPECT_TRUE(Eventually([&] { return Digests("luxembourg") == Digests("tallinn"); }, 60)) << luxembourg->Log() << tallinn->Log();
  for (const char* site : {"tallinn", "luxembourg"})
    for (const char* parcel : {"before", "unsent", "untaken", "later", "after"}) EXPECT_TRUE(Reads(site, parcel)) << parcel;
  EXPECT_FALSE(Reads("luxembourg", "refused"));
  EXPECT_EQ(land.At("luxembourg", {"status", "--check"}).code, 0);
  EXPECT_EQ(luxembourg->End(SIGTERM), 0);
  EXPECT_EQ(land.At("luxembourg", {"verify"}).code, 0);
}

INSTANTIATE_TEST_SUITE_P(WhoCalls, FullDisk, testing::Bool(),
                         [](const auto& run) { return run.param ? "TheFullSite" : "TheOther"; });

}  // namespace
}  // namespace chancery::e2e
