// status: first what a person must do now.
#include "net/cli/command.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

constexpr uint64_t kRoomBytes = 256ull << 20;  // four times the reserve below which filings are refused

struct StatusOptions {
  bool check = false, watch = false;
};

std::string Joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

// What one site can know about itself without peers: whether its key is good, whether it has room, and whether somebody else
// writes a journal that has one writer. Damage shows when the store does not open.
struct Alarm {
  std::string code, words, remedy;
};
Alarm AlarmOf(const StatusView& status) {
  if (!status.halted.empty())
    return {"two-faced", "two versions exist from " + Plain(status.halted[0]) + " on; nothing more is taken of that journal.",
            "find the second store that has that site's key and stop it"};
  if (!status.order.unequal.empty())
    return {"unequal", Joined(status.order.unequal) + " signed another order of the same entries.",
            "keep both stores as they are; compare chancery verify and status -v at both"};
  if (status.ended)
    return {"key", "the members have ended this site's lane: nothing can be filed here.",
            "chancery epoch show; docs/how-to/end-a-site.md"};
  if (!status.renewed.empty())
    return {"key", "new key, not admitted yet, nothing can be filed: " + Plain(status.renewed) + ".",
            "have a member admit its card: docs/how-to/lost-disk.md"};
  if (status.free_bytes >= kRoomBytes) return {};
  return {"room", Count(status.free_bytes >> 20) + " MB free on the store's disk; filings are refused below 64 MB.",
          "make room on the disk that holds the store"};
}

std::string Size(uint64_t bytes) { return bytes >= (10ull << 30) ? Count(bytes >> 30) + " GB" : Count(bytes >> 20) + " MB"; }

std::string Frontier(const StatusView& status) {
  std::string out;
  for (const auto& [lane, seq] : status.frontier) out += (out.empty() ? "" : ", ") + lane + "-" + std::to_string(seq);
  return out.empty() ? "nothing" : out;
}

std::string Order(const OrderView& order) {
  std::string out = order.settled.empty() ? "Nothing has its final place yet."
                                          : "Final to " + order.settled + ": " + Count(order.entries, "entry", "entries") + ".";
  if (!order.waiting_for.empty()) out += " Waiting for " + Joined(order.waiting_for) + "; filing goes on.";
  return out;
}

std::string State(const StatusView& status, const Alarm& alarm) {
  if (!alarm.code.empty()) {
    std::string out = Bold("WAKE SOMEONE") + "  ";
    for (const std::string& line : Wrap(alarm.code + ": " + alarm.words, kColumns - 14))
      out += (out.ends_with("\n") ? std::string(14, ' ') : "") + line + "\n";
    return out + "              Remedy: " + alarm.remedy + "\n";
  }
  if (!status.admitted) return Bold("READING ONLY.") + "  Not admitted yet, as far as is known here.\n";
  return Bold("WORKING.") + "  Nothing needs you.\n";
}

std::string Facts(const StatusView& status) {
  std::string out = Labelled("Holds", Count(status.entries, "entry", "entries") + ", up to " + Frontier(status));
  out += Labelled("Records", Count(status.records) + "; packs: " + Plain(status.pack));
  out += Labelled("Cases", Count(status.cases) + (status.cases == 1 ? " waits" : " wait") + " for a person; " +
                               Count(status.ruled) + " ruled; " + Count(status.notices, "notice"));
  if (status.waiting > 0)
    out += Labelled("Waiting", Count(status.waiting, "entry", "entries") + " stored here: what they build on is missing");
  if (status.held > 0)
    out += Labelled("Held", Count(status.held, "entry", "entries") + " stored here: stamped too far ahead of this clock");
  if (!status.lost.empty())
    out += Labelled("Missing", Joined(status.lost) +
                                   ": filed, as is known here, and not here. They come with the entries of "
                                   "whoever holds them.");
  out += Labelled("Elsewhere",
                  "What the other sites hold is not known here. Equal digests (-v) at two sites mean equal records and cases.");
  out += Labelled("Order", Order(status.order));
  return out + Labelled("Room", Size(status.free_bytes) + " free");
}

std::string Screen(const Command& command, const StatusView& status, const Alarm& alarm) {
  std::string out = Bold(status.site) + "   registry " + Plain(status.registry_name) + "   full site\n";
  out += State(status, alarm) + "\n" + Facts(status);
  if (command.verbose()) {
    out += Labelled("Digests", "records " + status.digest) + Labelled("", "cases   " + status.docket) +
           Labelled("Registry", status.registry);
  }
  std::vector<std::string> next;
  if (status.cases > 0) next.push_back(command.Self() + " case ls");
  if (!status.renewed.empty()) next.push_back(command.Self() + " site card");
  if (!status.admitted) next.push_back("chancery site admit " + status.site + ".site   # at a member");
  next.push_back(command.Self() + " bundle export --since 0 -o pouch.cbn");
  return out + "\n" + NextBlock(next);
}

// The one line for monitoring.
int Check(const Command& command, const StatusView& status, const Alarm& alarm) {
  const bool wake = !alarm.code.empty();
  const std::string figures = Count(status.cases, "case") + " open, " + Count(status.entries, "entry", "entries") + ", " +
                              Size(status.free_bytes) + " free";
  const std::string line = wake ? "WAKE " + alarm.code + " " + alarm.words : "OK " + status.site + ": " + figures;
  if (command.json()) {
    Literal body = Literal::Object();
    body.Add("ok", !wake).Add("code", wake ? Literal(alarm.code) : Literal()).Add("line", line);
    command.Line(Literal::Object({{"check", std::move(body)}}));
  } else {
    command.Print(line + "\n");
  }
  return wake ? kFindings : kDone;
}

int Show(const Command& command, const StatusOptions& options, const Database& db) {
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return command.Fail(now.status());
  const absl::StatusOr<StatusView> status = now->Status();
  if (!status.ok()) return command.Fail(status.status());
  const Alarm alarm = AlarmOf(*status);
  if (options.check) return Check(command, *status, alarm);
  if (command.json()) {
    command.Line(ToJson(*status));
  } else {
    command.Print(Screen(command, *status, alarm));
  }
  return alarm.code.empty() ? kDone : kFindings;
}

int Status(const Command& command, const StatusOptions& options) {
  if (options.watch) return command.NotYet("status --watch", "chancery status --check");
  const auto failed = [&](const absl::Status& status) {
    if (!options.check || !absl::IsDataLoss(status)) return command.FailOpen(status);
    return Check(command, {}, {"damage", Plain(Explain(status).message), ""});
  };
  return command.WithStore([&](Database& db) { return Show(command, options, db); }, failed);
}

}  // namespace

void AddStatus(CLI::App& app, Command& command) {
  CLI::App* verb = app.add_subcommand("status", "What a person must do now, or that nothing needs one");
  StatusOptions& options = Bind(verb, command, Status);
  verb->add_flag("--check", options.check, "One line: OK … (exit 0) or WAKE CODE … (exit 3)");
  verb->add_flag("--watch", options.watch, "Stay and show: not yet");
}

}  // namespace chancery::cli
