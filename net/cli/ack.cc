#include "net/cli/ack.h"

#include "net/cli/peers.h"

namespace chancery::cli {
namespace {

constexpr int kMost = 99;

std::vector<std::string> HoldersIn(const Database& db, const PeerBook& book, const std::string& entry) {
  const absl::StatusOr<Snapshot> now = db.Read();
  const absl::StatusOr<NetConfig> config = ReadNetConfig(db.dir());
  if (!now.ok() || !config.ok()) return {};
  return health::HoldersOf(*now, book.Of(*config), entry).value_or(std::vector<std::string>());
}

}  // namespace

absl::StatusOr<int> ParseAck(const std::string& text) {
  if (text == "local") return 0;
  if (text == "settled") return absl::UnimplementedError(text);
  const std::string head = "witnessed=";
  const std::string digits = text.starts_with(head) ? text.substr(head.size()) : "";
  const bool number = !digits.empty() && digits.size() <= 2 && digits.find_first_not_of("0123456789") == std::string::npos;
  const int k = number ? std::stoi(digits) : 0;
  if (k < 1 || k > kMost) return absl::InvalidArgumentError("--ack takes local, witnessed=K or settled, not " + text);
  return k;
}

int CheckAck(const Command& command, const Database& db, const Ack& ack) {
  if (ack.witnesses == 0) return kDone;
  const absl::StatusOr<NetConfig> config = ReadNetConfig(db.dir());
  if (!config.ok()) return command.Fail(config.status());
  if (static_cast<size_t>(ack.witnesses) <= config->peers.size()) return kDone;
  return command.Fail(kUsage,
                      "--ack witnessed=" + std::to_string(ack.witnesses) + " needs as many peers; there are " +
                          std::to_string(config->peers.size()),
                      command.Self() + " peer ls");
}

absl::StatusOr<bool> AwaitAck(const Command& command, Database& db, const Ack& ack, Receipt* receipt,
                              std::vector<std::string>* holders) {
  const auto enough = [&](const PeerBook& book) {
    *holders = HoldersIn(db, book, receipt->short_name);
    return holders->size() >= static_cast<size_t>(ack.witnesses);
  };
  const absl::StatusOr<bool> held = AwaitPeers(command, db, ack.wait_ms, enough);
  if (!holders->empty()) receipt->strength = "witnessed " + std::to_string(holders->size());
  return held;
}

}  // namespace chancery::cli
