// What clients and officers do.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "net/drill/words.h"
#include "net/sim/deeds.h"
#include "net/sim/work.h"

namespace chancery::sim {
namespace {

constexpr int kClients = 8;
constexpr int64_t kNoticedMs = 200;  // as often `serve` looks whether something was filed

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

bool Deeds::OfClients(SimSite& site, SimSite& other) {
  switch (h_.deed) {
    case Deed::kFile:
      return File(site);
    case Deed::kRule:
      return Rule(site);
    case Deed::kMark:
      return Mark(site);
    case Deed::kLook:
      return Look(site);
    case Deed::kUnheard:
      return Unheard(site, other);
    default:
      return false;
  }
}

// A case's ruling, a correction: entries that the drill knows by the names that it gave them.
Literal Deeds::Renamed(Literal json) const {
  for (auto& [key, value] : json.members)
    if (key == "keep") {
      const auto at = w_.names_of_entries_.find(value.text);
      if (at != w_.names_of_entries_.end()) value.text = at->second;
    }
  return json;
}

void Deeds::Accepted(SimSite& site, const Receipt& receipt, const std::string& words, const std::string& statement) {
  const std::string name = "e" + std::to_string(++w_.entries_named_);
  w_.names_of_entries_[receipt.short_name] = name;
  w_.acked_.push_back({receipt.entry, receipt.short_name, site.store()});
  site.last_acked = receipt.entry;
  w_.Tell(site.name + " files " + receipt.short_name + "  " + words);
  if (!statement.empty()) w_.Act(statement.substr(0, statement.find('@')) + name + statement.substr(statement.find('@') + 1));
  w_.Later(static_cast<int64_t>(random_.Below(kNoticedMs)), [&site] {
    if (site.peer) site.peer->Wake();
  });
}

bool Deeds::Refused(SimSite& site, const absl::Status& why, const std::string& what) {
  const ErrorView error = Explain(why);
  w_.Tell(site.name + " refuses " + what + ": " + (error.refused ? error.kind : error.message));
  w_.story_.Count("refused");
  if (!error.refused && !absl::IsResourceExhausted(why) && !absl::IsFailedPrecondition(why) && !absl::IsNotFound(why) &&
      !absl::IsInvalidArgument(why))
    w_.Fail(site.name + " cannot file: " + error.message);
  return false;
}

bool Deeds::File(SimSite& site) {
  const absl::StatusOr<Snapshot> now = site.db->Read();
  if (!now.ok()) return Failed(site.name + " cannot be read: " + std::string(now.status().message()));
  const Literal entry = Work(*now, random_.Next(), w_.plan_, w_.names_).Filing();
  const absl::StatusOr<Draft> draft = DraftOf(entry);
  if (!draft.ok()) return Failed("a draft is malformed: " + std::string(draft.status().message()) + " " + entry.Json());
  const absl::StatusOr<Receipt> receipt = site.db->File(*draft);
  if (!receipt.ok()) return Refused(site, receipt.status(), drill::Describe(*draft));
  w_.story_.Count("filed");
  w_.story_.marks.push_back({w_.now_ms(), site.index, Mark::What::kFiled, 1});
  Accepted(site, *receipt, drill::Describe(*draft), "at " + site.name + " file as @ " + entry.Json());
  return true;
}

bool Deeds::Rule(SimSite& site) {
  const absl::StatusOr<Snapshot> now = site.db->Read();
  if (!now.ok()) return Failed(site.name + " cannot be read: " + std::string(now.status().message()));
  const std::optional<Work::OnCase> on = Work(*now, random_.Next(), w_.plan_, w_.names_).Ruling();
  if (!on) return File(site), false;
  const std::string what = "on " + on->rule + " " + on->subject + ": " + on->json.Json();
  absl::StatusOr<Receipt> receipt = absl::UnknownError("");
  const char* verb = "approve";
  if (on->act == Work::OnCase::Act::kApprove) {
    absl::StatusOr<ApprovalDraft> approval = ParseApproval(on->json.Json());
    if (!approval.ok()) return Failed("an approval is malformed: " + std::string(approval.status().message()));
    approval->rule = on->rule;
    approval->subject = on->subject;
    receipt = site.db->Approve(*approval);
  } else {
    absl::StatusOr<RulingDraft> ruling = ParseRuling(on->json.Json());
    if (!ruling.ok()) return Failed("a ruling is malformed: " + std::string(ruling.status().message()));
    ruling->rule = on->rule;
    ruling->subject = on->subject;
    const bool rules = on->act == Work::OnCase::Act::kRule;
    verb = rules ? "rule" : "propose";
    receipt = rules ? site.db->Rule(*ruling) : site.db->Propose(*ruling);
  }
  if (!receipt.ok()) return Refused(site, receipt.status(), std::string(verb) + " " + what);
  w_.story_.Count(std::string(verb) == "propose" ? "proposed" : "ruled");
  w_.story_.marks.push_back({w_.now_ms(), site.index, Mark::What::kRuled, 1});
  Accepted(site, *receipt, std::string(verb) + " " + what, "");
  const auto named = w_.names_of_entries_.find(on->subject);  // a case about an entry
  const std::string& subject = named == w_.names_of_entries_.end() ? on->subject : named->second;
  w_.Act("at " + site.name + " " + verb + " " + on->rule + " " + subject + " " + Renamed(on->json).Json());
  return true;
}

bool Deeds::FileToken(SimSite& site, Token token, bool answered, std::optional<uint64_t> disk_bytes) {
  const int pair = static_cast<int>(token / kPairTokens);
  Filed filed{token, pair, static_cast<int>(random_.Below(kClients)), site.store(), false};
  const Literal entry = TokenEntry(token, pair);
  std::optional<FailingDisk> failing;
  if (disk_bytes) failing.emplace(*disk_bytes);
  const absl::StatusOr<Receipt> receipt = site.db->File(*DraftOf(entry));
  failing.reset();
  if (!receipt.ok() && answered) return Refused(site, receipt.status(), "token " + std::to_string(token));
  filed.acked = receipt.ok() && answered;
  w_.history_.Add(filed);
  w_.story_.Count(filed.acked ? "tokens filed" : "answers lost");
  if (!filed.acked) {
    w_.Tell(site.name + " gives no answer to token " + std::to_string(token));
    return receipt.ok();
  }
  w_.story_.marks.push_back({w_.now_ms(), site.index, Mark::What::kFiled, 1});
  Accepted(site, *receipt, "token " + std::to_string(token), "at " + site.name + " file as @ " + entry.Json());
  return true;
}

bool Deeds::Mark(SimSite& site) { return FileToken(site, w_.tokens_++, true); }

bool Deeds::Look(SimSite& site) {
  const absl::StatusOr<Snapshot> now = site.db->Read();
  if (!now.ok()) return Failed(site.name + " cannot be read: " + std::string(now.status().message()));
  const auto pairs = w_.tokens_ / kPairTokens + 1;
  w_.Look(site, *now, static_cast<int>(pairs - 1 - random_.Below(std::min<uint64_t>(pairs, 2))),
          static_cast<int>(random_.Below(kClients)), false);
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
    FileToken(site, token, false);
  }
  GoDown(site, false);
  if (other.running()) FileToken(other, token, true);
  return true;
}

bool Deeds::DiskFails(SimSite& site, SimSite& other) {
  const Token token = w_.tokens_++;
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(site.dir + "/data.mdb", error);
  const bool filed = FileToken(site, token, false, random_.Below(2) == 0 ? 0 : size);
  GoDown(site, false);
  if (other.running()) FileToken(other, token, true);
  return !filed;
}

}  // namespace chancery::sim
