#include "net/cli/log.h"
#include "net/cli/stay.h"

namespace chancery::cli {
namespace {

constexpr size_t kAtOnce = 64;  // entries that are in memory at a time
constexpr int kBetweenLooksMs = 200;

class Follower {
 public:
  Follower(const Command& command, const LogOptions& options)
      : command_(command), options_(options), position_(options.since), looked_(options.since) {
    if (position_.empty() && command.json()) position_ = looked_ = "0";
  }

  int Run() {
    if (options_.follow && command_.stays) command_.stays();
    for (;;) {
      const uint64_t pulse = Pulse();
      if (const int code = Look(); code != kDone || done_) return code;
      if (!more_ && !options_.follow) return End(kDone);
      do {
        if (!stay_.Wait(more_ ? 0 : kBetweenLooksMs)) return End(stay_.code());
      } while (!more_ && pulse == Pulse());
    }
  }

 private:
  uint64_t Pulse() const {
    const absl::StatusOr<uint64_t> pulse =
        Database::Pulse(command_.served != nullptr ? command_.served->dir() : command_.globals.store);
    return pulse.ok() ? *pulse : 0;
  }

  // Takes up to kAtOnce entries out of the store, and tells them once it is free again.
  int Look() {
    std::vector<ChangeView> changes;
    bool here = false;
    Command command = command_;
    if (!looked_.empty()) command.words.insert(command.words.end(), {"--since", looked_});  // whoever serves the store goes on
    const int code = command.WithStore(
        [&](Database& db) -> int {
          here = true;
          const absl::StatusOr<Snapshot> now = db.Read();
          if (!now.ok()) return command_.Fail(now.status());
          return looked_.empty() ? Begin(*now) : Collect(*now, &changes);
        },
        [&](const absl::Status& status) -> int {
          here = begun_ && absl::IsUnavailable(status);  // another command has it: later
          return here ? static_cast<int>(kDone) : command_.FailOpen(status);
        });
    done_ = !here;
    if (code != kDone || done_) return code;
    begun_ = true;
    Tell(changes);
    return std::ferror(command_.out) != 0 ? static_cast<int>(kFailed) : static_cast<int>(kDone);
  }

  // On a screen: what `log` shows, and from then on what comes.
  int Begin(const Snapshot& now) {
    const size_t wanted = options_.last.value_or(kLogShown);
    absl::StatusOr<std::vector<EntryView>> entries = now.Log(options_.address, wanted == 0 ? 0 : wanted + 1);
    if (!entries.ok()) return command_.Fail(entries.status());
    const bool more = wanted != 0 && entries->size() > wanted;
    if (more) entries->erase(entries->begin());
    command_.Print(LogScreen(command_, options_, *entries, more));
    std::fflush(command_.out);
    position_ = looked_ = now.Frontier();
    return kDone;
  }

  int Collect(const Snapshot& now, std::vector<ChangeView>* changes) {
    const absl::Status told = now.Changes(looked_, options_.address, [&](const ChangeView& change) {
      changes->push_back(change);
      return changes->size() < kAtOnce;
    });
    if (!told.ok()) return command_.Fail(told);
    more_ = changes->size() == kAtOnce;
    looked_ = more_ ? changes->back().position : now.Frontier();
    return kDone;
  }

  void Tell(const std::vector<ChangeView>& changes) {
    for (const ChangeView& change : changes) {
      if (command_.json()) {
        command_.Line(ToJson(change.entry).Add("position", change.position));
      } else {
        command_.Print(EntryLines(change.entry, command_.verbose()));
        std::fflush(command_.out);
      }
      position_ = change.position;
      ++told_;
    }
  }

  int End(int code) const {
    const std::string next = command_.Self() + " log" + (options_.address.empty() ? "" : " " + ShellWord(options_.address)) +
                             " --since " + position_ + (options_.follow ? " --follow" : "");
    if (code == kFailed) return command_.Fail(code, "whoever served this store has ended", next);
    if (command_.json() || command_.quiet()) return code;
    if (told_ == 0 && !options_.follow) command_.Print("Nothing new\n");
    command_.Print("\n" + NextBlock({next}));
    return code;
  }

  const Command& command_;
  const LogOptions& options_;
  Stay stay_{command_};
  std::string position_;  // with the entry that was told last
  std::string looked_;    // up to where there is nothing more to tell; "" = not begun
  bool begun_ = false, more_ = false, done_ = false;
  size_t told_ = 0;
};

}  // namespace

int Follow(const Command& command, const LogOptions& options) {
  if (options.follow && command.visit != nullptr)
    return command.Fail(kUsage, "--follow stays at one store: without --session, --or", command.Self() + " log --follow");
  if (options.follow && options.last && command.json())
    return command.Fail(kUsage, "--json --follow takes no --last", command.Self() + " --json log --follow --since POSITION");
  if (!options.follow && options.last)
    return command.Fail(kUsage, "--since takes no --last", command.Self() + " log --since " + options.since);
  return Follower(command, options).Run();
}

}  // namespace chancery::cli
