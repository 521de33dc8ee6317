// What clients do, of whom the history is kept: tokens filed and looked at.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "net/sim/deeds.h"
#include "net/sim/work.h"

namespace chancery::sim {
namespace {

constexpr int kClients = 8;

// The entry of a token: on both records of its pair, and counted on one.
Literal TokenEntry(Token token, int pair) {
  const Literal added = Literal::Object({{"tokens", Literal::List({std::to_string(token)})}});
  const Literal left =
      Literal::Object({{"record", PairRecord("left", pair)}, {"add", added}, {"bump", Literal::Object({{"count", 1}})}});
  const Literal right = Literal::Object({{"record", PairRecord("right", pair)}, {"add", added}});
  return Literal::Object(
      {{"id", "token " + std::to_string(token)}, {"officer", kRegistrar}, {"ops", Literal::List({left, right})}});
}

// While it lives no file of this process grows beyond so many bytes, as on a disk that fails.
class FailingDisk {
 public:
  explicit FailingDisk(uint64_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FailingDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FailingDisk(const FailingDisk&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_ = {};
};

std::vector<Token> TokensIn(const RecordView& record) {
  std::vector<Token> tokens;
  for (const FieldView& field : record.fields)
    if (field.name == "tokens")
      for (const Literal& one : field.interim.list) tokens.push_back(std::strtoull(one.text.c_str(), nullptr, 10));
  std::sort(tokens.begin(), tokens.end());
  return tokens;
}

int64_t CountIn(const RecordView& record) {
  for (const FieldView& field : record.fields)
    if (field.name == "count") return field.interim.integer;
  return 0;
}

}  // namespace

absl::Status Deeds::FileToken(SimSite& site, Token token, bool answered, std::optional<uint64_t> disk_bytes) {
  const int pair = static_cast<int>(token / kPairTokens);
  Filed filed{token, pair, static_cast<int>(random_.Below(kClients)), site.store(), false};
  const Literal entry = TokenEntry(token, pair);
  std::optional<FailingDisk> failing;
  if (disk_bytes) failing.emplace(*disk_bytes);
  const absl::StatusOr<Receipt> receipt = site.db->File(*DraftOf(entry));
  failing.reset();
  if (!receipt.ok() && answered) {
    Refused(site, receipt.status(), "token " + std::to_string(token));
    return receipt.status();
  }
  filed.acked = answered;
  w_.history_.Add(filed);
  w_.story_.Count(answered ? "tokens filed" : "answers lost");
  if (!answered) {
    w_.Tell(site.name + " gives no answer to token " + std::to_string(token));
    return receipt.status();
  }
  w_.story_.marks.push_back({w_.now_ms(), site.index, Mark::What::kFiled, 1});
  Accepted(site, *receipt, "token " + std::to_string(token), "at " + site.name + " file as @ " + entry.Json());
  return absl::OkStatus();
}

bool Deeds::Mark(SimSite& site) { return FileToken(site, w_.tokens_++, true).ok(); }

bool Deeds::Look(SimSite& site) {
  const absl::StatusOr<Snapshot> now = site.db->Read();
  if (!now.ok()) return Failed(site.name + " cannot be read: " + std::string(now.status().message()));
  const auto client = static_cast<int>(random_.Below(kClients));
  const auto pairs = w_.tokens_ / kPairTokens + 1, back = random_.Below(std::min<uint64_t>(pairs, 2));
  w_.Look(site, *now, static_cast<int>(pairs - 1 - back), client, false);
  return true;
}

void World::Look(SimSite& site, const Snapshot& now, int pair, int client, bool last) {
  const absl::StatusOr<RecordView> left = now.Record(PairRecord("left", pair)), right = now.Record(PairRecord("right", pair));
  if (!left.ok() || !right.ok()) return Fail(site.name + " does not show pair " + std::to_string(pair));
  Looked looked{pair, client, site.store(), TokensIn(*left), TokensIn(*right), CountIn(*left), last};
  Tell(site.name + " shows " + std::to_string(looked.left.size()) + " tokens of pair " + std::to_string(pair));
  story_.Count("read");
  history_.Add(std::move(looked));
}

// The site ends before it answers, and the client asks somewhere else. Whether the entry was taken, nobody knows.
bool Deeds::Unheard(SimSite& site, SimSite& other) {
  const Token token = w_.tokens_++;
  if (random_.Below(2) == 0) {
    w_.history_.Add(Filed{token, static_cast<int>(token / kPairTokens), 0, site.store(), false});
    w_.story_.Count("answers lost");
  } else {
    FileToken(site, token, false).IgnoreError();
  }
  GoDown(site, false);
  if (other.running()) FileToken(other, token, true).IgnoreError();
  return true;
}

// It takes no more bytes, or reports an error when it is to keep them. Whether the entry was taken, nobody knows.
bool Deeds::DiskFails(SimSite& site, SimSite& other) {
  const Token token = w_.tokens_++;
  std::error_code error;
  std::optional<uint64_t> disk_bytes;
  if (h_.deed == Deed::kDisk) disk_bytes = random_.Below(2) == 0 ? 0 : std::filesystem::file_size(site.dir + "/data.mdb", error);
  if (h_.deed == Deed::kSync && random_.Below(2) == 0)  // what follows on it, with no read between, goes to the tail
    FileToken(site, w_.tokens_++, true).IgnoreError();
  site.sync_fails = h_.deed == Deed::kSync;
  const absl::Status filed = FileToken(site, token, false, disk_bytes);
  site.sync_fails = false;
  GoDown(site, false);
  if (other.running()) FileToken(other, token, true).IgnoreError();
  return absl::IsDataLoss(filed);
}

}  // namespace chancery::sim
