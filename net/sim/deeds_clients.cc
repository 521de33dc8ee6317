// What officers do, and how it is told.
#include <algorithm>

#include "net/drill/words.h"
#include "net/sim/deeds.h"
#include "net/sim/work.h"

namespace chancery::sim {
namespace {

constexpr int64_t kNoticedMs = 200;  // as often `serve` looks whether something was filed

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
    case Deed::kPaper:
      return FilePaper(site);
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
  w_.names_of_entries_[receipt.short_name()] = name;
  w_.acked_.push_back({receipt.entry(), receipt.short_name(), site.store()});
  site.last_acked = receipt.entry();
  w_.Tell(site.name + " files " + receipt.short_name() + "  " + words);
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

// On a record of its own: what is asked here is whether documents come along.
bool Deeds::FilePaper(SimSite& site) {
  std::string bytes(1 + random_.Below(random_.Below(4) == 0 ? 200'000 : 2000), '\0');
  random_.Fill(bytes.data(), bytes.size());
  const absl::StatusOr<BlobView> blob = site.db->PutBlob(
      [&bytes](uint64_t offset, char* at, size_t room) { return offset < bytes.size() ? bytes.copy(at, room, offset) : 0; });
  if (!blob.ok()) return Refused(site, blob.status(), "a document");
  const Literal op =
      Literal::Object({{"create", "paper/" + std::to_string(h_.seed)}, {"set", Literal::Object({{"scan", blob->Value()}})}});
  const Literal entry = Literal::Object({{"officer", kRegistrar}, {"ops", Literal::List({op})}});
  const absl::StatusOr<Receipt> receipt = site.db->File(*DraftOf(entry));
  if (!receipt.ok()) return Refused(site, receipt.status(), "an entry with a document");
  w_.papers_.push_back({*blob, site.store()});
  Accepted(site, *receipt, "a document of " + std::to_string(blob->bytes) + " bytes", "");
  return true;
}

}  // namespace chancery::sim
