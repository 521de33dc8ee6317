// A link that fails at every place where it can: whatever came of an exchange, the next one goes on.
#include <gtest/gtest.h>

#include <atomic>
#include <ostream>
#include <random>

#include "net/rpc/failure.h"
#include "tests/net/wired.h"

namespace chancery {
namespace {

constexpr int kRecordsMost = 200;  // more than one exchange takes

struct Fault {
  const char* name;
  Weather (*at)(int64_t record);
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

constexpr Fault kFaults[] = {
    {"Cut", [](int64_t n) { return Weather{.cut_record = n}; }},
    {"Dropped", [](int64_t n) { return Weather{.drop_record = n}; }},
    {"Repeated", [](int64_t n) { return Weather{.repeat_record = n}; }},
};

// Who has waited for a second gives up, as a peer does that hears nothing for longer.
absl::Status TryToExchange(Wired& sites) {
  absl::Status status;
  const auto failed = kj::runCatchingExceptions([&] {
    sites.Turn(1);
    auto dialed = rpc::Call::Dial(sites.means, {"luxembourg", sites.link.address(), sites.other.fingerprint}, sites.neighbour);
    auto call = sites.means.timer.timeoutAfter(1 * kj::SECONDS, kj::mv(dialed)).wait(sites.io.waitScope);
    sites.means.timer.timeoutAfter(1 * kj::SECONDS, call->Exchange()).wait(sites.io.waitScope);
  });
  KJ_IF_MAYBE (why, failed) {
    status = rpc::Caught(*why);
  }
  return status;
}

class Faults : public testing::TestWithParam<Fault> {};

TEST_P(Faults, AtEveryRecordCostNothingButTheExchange) {
  std::atomic<int64_t> record{0};
  Wired sites([&record](int) { return GetParam().at(record); });
  sites.LetBothFile();
  int failed = 0;
  for (; record < kRecordsMost; ++record) {
    const std::string key = std::to_string(record);
    Ok(sites.tallinn->File(Parcel("t" + key, "Mari")));
    Ok(sites.luxembourg->File(Parcel("l" + key, std::string(20'000, 'x'))));
    const int broken = sites.link.broken();
    const absl::Status status = TryToExchange(sites);
    if (sites.link.broken() == broken) break;  // it took fewer records than that
    failed += !status.ok();
    EXPECT_TRUE(status.ok() || absl::IsUnavailable(status)) << record << ": " << status;
  }
  EXPECT_LT(record, kRecordsMost);
  EXPECT_GT(failed, 10) << "nothing was tested";
  sites.link.Clear();
  EXPECT_EQ(TryToExchange(sites), absl::OkStatus());
  EXPECT_EQ(sites.tallinn.now().Frontier(), sites.luxembourg.now().Frontier());
  EXPECT_EQ(sites.tallinn.digests(), sites.luxembourg.digests());
}

INSTANTIATE_TEST_SUITE_P(Links, Faults, testing::ValuesIn(kFaults), [](const auto& info) { return info.param.name; });

// TLS tells of every byte that is not what was sent.
TEST(Corruption, OfAnyByteClosesTheLinkAndNothingOfItIsMerged) {
  std::atomic<int64_t> byte{0};
  Wired sites([&byte](int) { return Weather{.spoil_byte = byte}; });
  int failed = 0;
  for (int round = 0; round < 60; ++round) {
    Ok(sites.tallinn->File(Parcel(std::to_string(round), "Mari")));
    const std::string before = sites.luxembourg.now().Frontier();
    const int broken = sites.link.broken();
    const absl::Status status = TryToExchange(sites);
    if (sites.link.broken() == broken) break;
    failed += !status.ok();
    EXPECT_TRUE(status.ok() || absl::IsUnavailable(status) || absl::IsPermissionDenied(status)) << byte << ": " << status;
    byte += 97;
  }
  EXPECT_GT(failed, 10);
  sites.link.Clear();
  EXPECT_EQ(TryToExchange(sites), absl::OkStatus());
  EXPECT_EQ(sites.tallinn.digests(), sites.luxembourg.digests());
}

// 64 kbit/s and more than half a second there and back: what is sent in one offer gets through before anybody gives up.
TEST(SlowLink, CarriesWhatThereIs) {
  Wired sites([](int) { return Weather{.bytes_a_second = 8000, .delay_ms = 300}; });
  sites.LetBothFile();
  Ok(sites.luxembourg->File(Parcel("before", "Mari")));
  std::mt19937 random(1);
  std::string value(50'000, 0);
  for (char& c : value) c = static_cast<char>('a' + random() % 26);
  Ok(sites.tallinn->File(Parcel("large", value)));
  auto call = sites.Dial();
  const ExchangeView view = sites.Exchange(*call);
  EXPECT_GE(view.taken, 1u);
  EXPECT_EQ(sites.tallinn.digests(), sites.luxembourg.digests());
}

}  // namespace
}  // namespace chancery
