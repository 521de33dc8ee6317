// The one order: closing rounds, proving a place, checking the proof. One site, that settles by itself.
#include "bench/bench.h"
#include "bench/registry.h"
#include "chancery/receipt.h"
#include "chancery/testing.h"

namespace chancery::bench {
namespace {

constexpr int64_t kMinuteMs = 60'000;

// A store with all parcels filed, a minute before its clock.
struct Filed {
  Filed() {
    FoundOptions options;
    options.site = "tallinn";
    options.packs = {{"cadastre.toml", kPack}};
    Environment environment;
    environment.clock = &clock;
    db = Must(Database::Found(scratch / "s", options, environment));
    FileAll(*db, Creations(Parcels(ParcelCount())));
    clock.Set(clock.NowMs() + kMinuteMs);
  }
  const Scratch scratch;
  ManualClock clock{1767225600000};
  std::unique_ptr<Database> db;
};

void Settles(benchmark::State& state) {
  for (auto _ : state) {
    const Filed filed;
    Timed(state, ParcelCount(), [&] { Must(filed.db->Settle().status()); });
    const uint64_t placed = Must(Must(filed.db->Read()).Status()).order.entries;
    if (placed < ParcelCount()) Fail("not every entry has its place");
  }
}

void Proves(benchmark::State& state) {
  for (auto _ : state) {
    const Filed filed;
    Must(filed.db->Settle().status());
    constexpr int kProofs = 100;
    std::vector<ReceiptFile> proofs;
    Timed(state, kProofs, [&] {
      for (int i = 0; i < kProofs; ++i)
        proofs.push_back(Must(filed.db->Prove("tallinn-" + std::to_string(7 + i * 11), "settled")));
    });
    state.counters["bytes"] = static_cast<double>(proofs[0].proof.size());
  }
}

void Checks(benchmark::State& state) {
  for (auto _ : state) {
    const Filed filed;
    Must(filed.db->Settle().status());
    const ReceiptFile file = Must(filed.db->Prove("tallinn-99", "settled"));
    constexpr int kChecks = 1000;
    Timed(state, kChecks, [&] {
      for (int i = 0; i < kChecks; ++i)
        if (Must(VerifyReceipt(file.proof, file.policy)).verdict != "PROVEN") Fail("a receipt is not proven");
    });
  }
}

}  // namespace

void RegisterOrder() {
  Register("order/settle", Settles);
  Register("order/prove", Proves);
  Register("order/check", Checks);
}

}  // namespace chancery::bench
