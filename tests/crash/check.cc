#include "tests/crash/check.h"

#include <algorithm>
#include <map>
#include <vector>

#include "chancery/chancery.h"

namespace chancery::crash {
namespace {

std::string Words(const absl::Status& status) { return std::string(status.message()); }

// Every entry that somebody holds a receipt of is in the journal, and each lane's numbers run from 1 to the frontier.
std::string CheckJournal(const std::vector<EntryView>& log, const StatusView& status, const std::set<std::string>& acknowledged) {
  std::set<std::string> ids;
  std::map<std::string, std::set<uint64_t>> lanes;
  for (const EntryView& entry : log) {
    const size_t dash = entry.short_name.rfind('-');
    ids.insert(entry.entry);
    lanes[entry.short_name.substr(0, dash)].insert(std::stoull(entry.short_name.substr(dash + 1)));
  }
  for (const std::string& id : acknowledged)
    if (!ids.contains(id)) return "the acknowledged entry " + id + " is lost";
  std::vector<std::pair<std::string, uint64_t>> frontier;
  for (const auto& [lane, numbers] : lanes) {
    if (*numbers.begin() != 1 || *numbers.rbegin() != numbers.size()) return "the lane " + lane + " has a hole";
    frontier.emplace_back(lane, numbers.size());
  }
  std::erase_if(frontier, [](const auto& lane) { return lane.second == 0; });
  return frontier == status.frontier ? "" : "the frontier is not what the lanes hold";
}

// The records that exist are those that entries of the journal create, each with what was filed with it; and a batch that was
// filed in one commit is there or is not.
std::string CheckWhole(const Snapshot& now, const std::vector<EntryView>& log) {
  std::set<std::string> created;
  std::map<std::string, int> batches;
  for (const EntryView& entry : log) {
    if (entry.note.starts_with("batch ")) ++batches[entry.note];
    for (const Literal& op : entry.ops.list)
      if (const Literal* address = op.Find("create"); address != nullptr) created.insert(address->text.substr(7));  // parcel/
  }
  for (const auto& [batch, count] : batches)
    if (count != std::stoi(batch.substr(batch.rfind(' ')))) return batch + ": half of it is there";
  const absl::StatusOr<std::vector<std::string>> keys = now.Keys("parcel");
  if (!keys.ok()) return "no records: " + Words(keys.status());
  if (std::vector<std::string>(created.begin(), created.end()) != *keys) return "an entry is half there: records differ";
  for (const std::string& key : *keys) {
    const absl::StatusOr<Literal> deed = now.Value("parcel/" + key + "/deed");
    if (!deed.ok() || deed->text != key) return "parcel/" + key + " is not what was filed";
  }
  return "";
}

std::string CheckRebuild(Database& db) {
  const absl::StatusOr<StatusView> before = db.Read()->Status();
  if (!before.ok()) return "no status before a rebuild: " + Words(before.status());
  if (const absl::Status rebuilt = db.Rebuild(); !rebuilt.ok()) return "it cannot be rebuilt: " + Words(rebuilt);
  const absl::StatusOr<StatusView> after = db.Read()->Status();
  if (!after.ok()) return "no status after a rebuild: " + Words(after.status());
  return after->digest == before->digest && after->docket == before->docket && after->frontier == before->frontier
             ? ""
             : "what is derived is not what the journal says";
}

// Takes entries again, over pages that the store believes to be free, and is after that what its journal says.
std::string CheckGoesOn(Database& db) {
  for (const char* key : {"after-1", "after-2", "after-3"}) {
    const absl::StatusOr<Receipt> receipt = db.File(Draft().Create("parcel/" + std::string(key)).Set("deed", key));
    if (!receipt.ok()) return "it takes no entry any more: " + Words(receipt.status());
  }
  return CheckRebuild(db);
}

}  // namespace

std::string CheckStore(const std::string& dir, const std::set<std::string>& acknowledged) {
  Environment env;
  env.durable = false;
  env.reserve_bytes = 0;
  const absl::StatusOr<std::unique_ptr<Database>> db = Database::Open(dir, env);
  if (!db.ok()) return acknowledged.empty() ? "" : "it does not open: " + Words(db.status());
  bool admitted = false;
  {
    const absl::StatusOr<Snapshot> now = (*db)->Read();
    if (!now.ok()) return "it cannot be read: " + Words(now.status());
    const absl::StatusOr<StatusView> status = now->Status();
    const absl::StatusOr<std::vector<EntryView>> log = now->Log("");
    if (!status.ok()) return "no status: " + Words(status.status());
    if (!log.ok()) return "no log: " + Words(log.status());
    if (std::string broken = CheckJournal(*log, *status, acknowledged); !broken.empty()) return broken;
    if (std::string broken = CheckWhole(*now, *log); !broken.empty()) return broken;
    admitted = status->admitted;
  }
  return admitted ? CheckGoesOn(**db) : CheckRebuild(**db);
}

}  // namespace chancery::crash
