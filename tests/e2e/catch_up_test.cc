// A site that is far behind catches up while it is worked with: in bounded memory, and a kill in the middle costs one offer.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "tests/e2e/run.h"
#include "tests/e2e/served.h"
#include "tests/support/process.h"
#include "tests/support/proxy.h"

namespace chancery::e2e {
namespace {

constexpr int64_t kMostBytes = 256ll << 20;

// A night: CHANCERY_BEHIND=1000000.
int Behind() {
  const char* named = std::getenv("CHANCERY_BEHIND");
  return named == nullptr ? 30'000 : std::atoi(named);
}

class Watched {
 public:
  explicit Watched(pid_t pid)
      : thread_([this, pid] {
          for (; !ending_; usleep(5'000)) most_ = std::max<int64_t>(most_, AnonymousBytes(pid));
        }) {}
  ~Watched() {
    ending_ = true;
    thread_.join();
  }
  int64_t most() const { return most_; }

 private:
  std::atomic<bool> ending_{false};
  std::atomic<int64_t> most_{0};
  std::thread thread_;
};

std::string Rows(int count) {
  std::mt19937 random(1);
  std::string rows = "key,owner,area\n", owner(24, 0);
  for (int i = 0; i < count; ++i) {
    for (char& c : owner) c = static_cast<char>('a' + random() % 26);
    rows += std::to_string(i) + "," + owner + "," + std::to_string(i % 9973) + "\n";
  }
  return rows;
}

int64_t Entries(const Land& land, const std::string& site) { return land.Status(site).Find("entries")->integer; }

TEST(CatchUp, IsDoneInBoundedMemoryWhileTheSiteIsWorkedWith) {
  const Land land;
  land.Join("luxembourg");
  WriteAll(land / "rows.csv", Rows(Behind()));
  const Result imported = land.Do({"-q", "import", "--register", "parcel", "--key", "key", "--map", "owner=owner", "--map",
                                   "area=area_m2", "--officer", "mari", land / "rows.csv"});
  ASSERT_EQ(imported.code, 0) << imported.err;
  ASSERT_EQ(land.Do({"-q", "bundle", "export", "--since", "0", "-o", land / "all.cbn"}).code, 0);
  const int64_t all = static_cast<int64_t>(std::filesystem::file_size(land / "all.cbn"));
  std::filesystem::remove(land / "all.cbn");

  Served tallinn(land, "tallinn");
  Proxy link(tallinn.port(), [all](int) { return Weather{.bytes_a_second = all / 5}; });  // slow enough to be killed on the way
  AddPeer(land, "tallinn", "luxembourg", "127.0.0.1:1");
  auto luxembourg = std::make_unique<Served>(land, "luxembourg");
  auto there = std::make_unique<Watched>(luxembourg->pid());
  const Watched here(tallinn.pid());
  AddPeer(land, "luxembourg", "tallinn", link.address());
  int filed = 0;
  const auto file = [&] {
    const Result result = land.At("luxembourg", {"-q", "file"}, Create("late" + std::to_string(filed), "Liis"));
    EXPECT_EQ(result.code, 0) << result.err;
    ++filed;
  };
  while (Entries(land, "luxembourg") < Behind() / 2 && link.connections() < 100) file();
  const int port = luxembourg->port();
  int64_t most = there->most();
  there.reset();
  luxembourg->End(SIGKILL);
  link.Clear();
  EXPECT_LT(Entries(land, "luxembourg"), Behind()) << "it was done before it was killed";
  luxembourg = std::make_unique<Served>(land, "luxembourg", port);
  there = std::make_unique<Watched>(luxembourg->pid());
  EXPECT_TRUE(Eventually(
      [&] {
        file();
        return Entries(land, "luxembourg") > Behind() &&
               land.Status("tallinn").Find("digest")->text == land.Status("luxembourg").Find("digest")->text;
      },
      Behind() / 1000 + 60))
      << luxembourg->Log();
  most = std::max(most, there->most());
  if (kMemoryIsOurs) {
    EXPECT_LE(most, kMostBytes) << "of who catches up";
    EXPECT_LE(here.most(), kMostBytes) << "of who serves it";
  }
  const int64_t offer = std::clamp<int64_t>(all / 3, 256 << 10, 4 << 20);  // the first, and the largest
  EXPECT_LE(link.bytes(Proxy::kBack), all + all / 50 + offer) << "one offer more than all that there is";
  std::printf("[ memory   ] %ld and %ld MiB; %ld bytes for a bundle of %ld; %d filed meanwhile\n", static_cast<long>(most >> 20),
              static_cast<long>(here.most() >> 20), static_cast<long>(link.bytes(Proxy::kBack)), static_cast<long>(all), filed);
}

}  // namespace
}  // namespace chancery::e2e
