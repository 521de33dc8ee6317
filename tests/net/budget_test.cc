// What an exchange takes on the wire: real TLS over loopback, every byte of TCP payload counted.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "bench/workload.h"
#include "tests/net/wired.h"

namespace chancery {
namespace {

// As many as the budget is stated for take minutes in a build for testing: CHANCERY_RECORDS=100000 for those.
int Records() {
  const char* named = std::getenv("CHANCERY_RECORDS");
  return named == nullptr ? 2000 : std::atoi(named);
}

constexpr size_t kACommit = 1000;

void FileAll(const Site& site, const std::vector<Draft>& drafts) {
  for (size_t at = 0; at < drafts.size(); at += kACommit) {
    const size_t size = std::min(kACommit, drafts.size() - at);
    for (const auto& receipt : site->FileAll(absl::MakeConstSpan(drafts).subspan(at, size))) Ok(receipt);
  }
}

std::vector<Draft> Loading(int records) {
  std::vector<Draft> drafts;
  for (const bench::Parcel& parcel : bench::Parcels(static_cast<uint32_t>(records)))
    drafts.push_back(Draft().Create("parcel/" + parcel.key).Set("owner", parcel.owner).Set("status", parcel.status));
  return drafts;
}

std::vector<Draft> Changes(int records, int edits, uint32_t site) {
  std::vector<Draft> drafts;
  for (const bench::Edit& edit : bench::Edits(static_cast<uint32_t>(records), static_cast<uint32_t>(edits), site))
    drafts.push_back(Draft().Record("parcel/" + edit.key).Set(edit.owner ? "owner" : "status", edit.value));
  return drafts;
}

// Both hold the same records, the order has come to rest, and the session is open.
struct Budget : testing::Test {
  Budget() {
    FileAll(sites.tallinn, Loading(Records()));
    call = sites.Dial();
    for (int i = 0; i < 8; ++i) sites.Exchange(*call);
    EXPECT_EQ(sites.tallinn.digests(), sites.luxembourg.digests());
    sites.link.ForgetCounts();
  }
  ~Budget() noexcept override {}  // KJ's may throw
  int64_t wire() const { return sites.link.bytes(Proxy::kThere) + sites.link.bytes(Proxy::kBack); }
  Wired sites;
  kj::Own<rpc::Call> call;
};

TEST_F(Budget, TenChangesTakeOneRoundTripAndAtMostOneAndAHalfKilobytes) {
  int64_t most = 0;
  for (uint32_t round = 0; round < 20; ++round) {  // whatever was signed before
    FileAll(sites.tallinn, Changes(Records(), 10, 7 + round));
    sites.link.ForgetCounts();
    sites.Exchange(*call);
    EXPECT_EQ(sites.tallinn.digests(), sites.luxembourg.digests());
    EXPECT_LE(sites.link.turns(), 3) << "there, back, and RPC's own word that the answer has come";
    most = std::max(most, wire());
  }
  EXPECT_LE(most, 1536);
  std::printf("[ bytes    ] at most %ld\n", static_cast<long>(most));
}

TEST_F(Budget, AHealTakesEighteenBytesAnEdit) {
  FileAll(sites.tallinn, Changes(Records(), Records() / 2, 1));
  FileAll(sites.luxembourg, Changes(Records(), Records() / 2, 2));
  sites.Exchange(*call);
  EXPECT_EQ(sites.tallinn.digests(), sites.luxembourg.digests());
  const double an_edit = static_cast<double>(wire()) / Records();
  EXPECT_LE(an_edit, Records() < 100'000 ? 22 : 18) << "of few edits what is said beside them weighs more";
  std::printf("[ bytes    ] %.2f an edit\n", an_edit);
}

// Cut three times on the way, each time in the middle of an offer.
TEST(Resume, SendsAtMostOneOfferAgainForEachCut) {
  constexpr int kCuts = 3;
  constexpr int64_t kPart = 8 << 20;
  Wired sites([](int n) { return Weather{.cut_byte = n == 0 ? -1 : n <= kCuts ? kPart : -1}; });
  sites.Exchange(*sites.Dial());
  std::vector<Draft> drafts;
  std::string value(16'000, 0);
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    for (char& c : value) c = static_cast<char>('a' + random() % 26);
    drafts.push_back(Parcel(std::to_string(i), value));
  }
  const std::string before = sites.tallinn.now().Frontier();
  for (size_t at = 0; at < drafts.size(); at += 100) FileAll(sites.luxembourg, {drafts.begin() + at, drafts.begin() + at + 100});
  int64_t whole = 0;
  for (const std::string& run : Ok(sites.luxembourg.now().RunsSince(before))) whole += static_cast<int64_t>(run.size());
  sites.link.ForgetCounts();
  int cuts = 0;
  for (bool done = false; !done;) {
    const uint64_t held = sites.tallinn.status().entries;
    const auto failed = kj::runCatchingExceptions([&] { sites.Exchange(*sites.Dial()); });
    done = failed == nullptr;
    cuts += !done;
    EXPECT_GT(sites.tallinn.status().entries, held) << "a link that breaks brings something too";
  }
  EXPECT_EQ(cuts, kCuts);
  EXPECT_EQ(sites.tallinn.digests(), sites.luxembourg.digests());
  EXPECT_LE(sites.link.bytes(Proxy::kBack), whole + whole / 100 + cuts * static_cast<int64_t>(sync::kRoomMax));
}

}  // namespace
}  // namespace chancery
