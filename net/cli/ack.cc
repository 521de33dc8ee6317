#include "net/cli/ack.h"

#include "net/cli/peers.h"

namespace chancery::cli {
namespace {

constexpr int kMost = 99;
constexpr int64_t kSettledMs = 120'000;  // a round is ten seconds, and then it is signed

std::vector<std::string> HoldersIn(const Database& db, const PeerBook& book, const std::string& entry) {
  const absl::StatusOr<Snapshot> now = db.Read();
  const absl::StatusOr<NetConfig> config = ReadNetConfig(db.dir());
  if (!now.ok() || !config.ok()) return {};
  return health::HoldersOf(*now, book.Of(*config), entry).value_or(std::vector<std::string>());
}

bool IsSettled(const Database& db, const std::string& entry) {
  const absl::StatusOr<Snapshot> now = db.Read();
  const absl::StatusOr<PlaceView> place = now.ok() ? now->Place(entry) : now.status();
  return place.ok() && place->settled;
}

}  // namespace

absl::StatusOr<Ack> ParseAck(const std::string& text) {
  if (text == "local") return Ack();
  if (text == "settled") return Ack{.settled = true, .wait_ms = kSettledMs};
  const size_t head = std::string("witnessed=").size();
  const std::string digits = text.starts_with("witnessed=") || text.starts_with("witnessed ") ? text.substr(head) : "";
  const bool number = !digits.empty() && digits.size() <= 2 && digits.find_first_not_of("0123456789") == std::string::npos;
  const int k = number ? std::stoi(digits) : 0;
  if (k < 1 || k > kMost) return absl::InvalidArgumentError("--ack takes local, witnessed=K or settled, not " + text);
  return Ack{.witnesses = k};
}

absl::StatusOr<Ack> PackAck(const Database& db) {
  const absl::StatusOr<Snapshot> now = db.Read();
  const absl::StatusOr<std::vector<PackView>> packs = now.ok() ? now->Packs() : now.status();
  if (!packs.ok()) return packs.status();
  Ack strongest;
  for (const PackView& pack : *packs) {
    const absl::StatusOr<Ack> ack = ParseAck(pack.ack);
    if (!ack.ok()) return ack.status();
    strongest.witnesses = std::max(strongest.witnesses, ack->witnesses);
    if (ack->settled) strongest = {.witnesses = strongest.witnesses, .settled = true, .wait_ms = ack->wait_ms};
  }
  return strongest;
}

int CheckAck(const Command& command, const Database& db, const Ack& ack) {
  if (ack.local()) return kDone;
  const absl::StatusOr<NetConfig> config = ReadNetConfig(db.dir());
  if (!config.ok()) return command.Fail(config.status());
  if (static_cast<size_t>(ack.witnesses) <= config->peers.size()) return kDone;
  return command.Fail(kUsage,
                      "an acknowledgement witnessed=" + std::to_string(ack.witnesses) + " needs as many peers; there are " +
                          std::to_string(config->peers.size()),
                      command.Self() + " peer ls, or file --ack local");
}

absl::StatusOr<bool> AwaitAck(const Command& command, Database& db, const Ack& ack, Receipt* receipt,
                              std::vector<std::string>* holders) {
  bool settled = false;
  const auto enough = [&](const PeerBook& book) {
    *holders = HoldersIn(db, book, receipt->short_name());
    if (ack.settled && command.served == nullptr)
      db.Settle(0).IgnoreError();  // a beat, where nobody serves; the peers are called again
    settled = ack.settled && IsSettled(db, receipt->entry());
    return holders->size() >= static_cast<size_t>(ack.witnesses) && settled == ack.settled;
  };
  const absl::StatusOr<bool> held = AwaitPeers(command, db, ack.wait_ms, enough);
  if (!holders->empty()) receipt->strength = "witnessed " + std::to_string(holders->size());
  if (settled) receipt->strength = "settled";
  return held;
}

std::string Missing(const Database& db, const Ack& ack, const Receipt& receipt, size_t holders) {
  const std::string within = " within " + std::to_string(ack.wait_ms / 1000) + " s";
  if (!ack.settled)
    return receipt.short_name() + " is filed here and held by " + std::to_string(holders) + " of " +
           std::to_string(ack.witnesses) + " peers" + within + ". It stays filed, and goes to them as soon as they are heard";
  const absl::StatusOr<Snapshot> now = db.Read();
  const absl::StatusOr<StatusView> status = now.ok() ? now->Status() : now.status();
  const std::string whom = status.ok() && !status->order.waiting_for.empty()
                               ? ": the order waits for " + health::Joined(status->order.waiting_for)
                               : "";
  return receipt.short_name() + " is filed here and has no final place" + within + whom + ". It stays filed, and gets one";
}

}  // namespace chancery::cli
