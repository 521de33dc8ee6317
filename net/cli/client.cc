#include "net/cli/client.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

// What only this store cannot do, another may: its disk is full or damaged, another process has it.
bool IsOfTheStore(int code) { return code == kFailed || code == kIntegrity || code == kLocked; }

// It may have done what was asked for: it did not answer, or its commit failed.
bool IsDoubtful(const Answer& answer) { return answer.silent || (answer.ran && answer.code == kIntegrity); }

// "tallinn: no such store".
std::string Reason(const std::string& store, const Answer& answer) {
  if (answer.silent) return Plain(store) + ": no answer";
  const absl::StatusOr<Literal> line = ParseJson(answer.out);
  const Literal* error = line.ok() ? line->Find("error") : nullptr;
  if (error != nullptr && error->Find("message") != nullptr) return Plain(store) + ": " + error->Find("message")->text;
  const size_t colon = answer.err.find(": ");
  const size_t from = colon == std::string::npos ? 0 : colon + 2;
  return Plain(store) + ": " + answer.err.substr(from, answer.err.find('\n', from) - from);
}

// Worse is more; the order in which they were given decides last.
auto RankOf(const Health& health, const Session& seen, size_t given) {
  return std::tuple(!health.files, health.stalled, health.isolated, seen.Beyond(health.said.seen), given);
}

}  // namespace

Client::Client(const Command& command, SessionFile session)
    : command_(command), session_(std::move(session)), order_({command.globals.store}) {}

bool Client::Next(size_t at) {
  if (at >= order_.size() && !std::exchange(ranked_, true)) Rank();
  return at < order_.size();
}

// The others: those that answer are asked, the best first.
void Client::Rank() {
  std::map<decltype(RankOf({}, {}, 0)), std::string> ranks;
  for (const std::string& store : command_.globals.others) {
    const Health health = HealthOf(store);
    if (health.answers) ranks[RankOf(health, session_.session(), ranks.size())] = store;
    if (!health.answers) absent_.push_back(Reason(store, health.said));
  }
  for (const auto& [rank, store] : ranks) order_.push_back(store);
}

// Whether this is the answer, and nobody else is asked.
bool Client::Ends(const std::string& store, const Answer& answer, Manner manner) const {
  if (answer.silent) return manner == Manner::kActs;
  if (!answer.ran) return answer.code == kUsage;
  if (answer.code == kRefused && manner == Manner::kFiles && !command_.globals.others.empty()) return HealthOf(store).files;
  return manner == Manner::kActs || !IsOfTheStore(answer.code);
}

int Client::Do(const std::vector<std::string>& words, std::string_view input, Manner manner, const std::string& id) {
  std::vector<Answer> answers;
  bool doubtful = false;  // one that did not answer may have done it
  for (size_t at = 0; Next(at); ++at) {
    const Question question{words, input, session_.session()};
    answers.push_back(Ask(order_[at], question));
    // Whoever served it was killed, perhaps: the store itself can tell what became of it.
    if (answers.back().silent && !answers.back().hangs && manner != Manner::kActs) answers.back() = Ask(order_[at], question);
    const Answer& answer = answers.back();
    doubtful |= IsDoubtful(answer);
    if (!Ends(order_[at], answer, manner)) continue;
    std::rotate(order_.begin(), order_.begin() + static_cast<long>(at), order_.begin() + static_cast<long>(at) + 1);
    return answer.silent ? NotKnown(order_.front(), id) : Show(answer, doubtful, id);
  }
  return NoneAnswered(answers, id);
}

int Client::Show(const Answer& answer, bool doubtful, const std::string& id) {
  const absl::Status kept = session_.Raise(answer.seen);
  const int code = Say(answer);
  if (!kept.ok()) return command_.Fail(kept);
  return doubtful && code == kRefused ? NotKnown("another store", id) : code;
}

int Client::Say(const Answer& answer) const {
  command_.Print(answer.out);
  std::fflush(command_.out);
  std::fwrite(answer.err.data(), 1, answer.err.size(), command_.err);
  return answer.code;
}

int Client::NotKnown(const std::string& whom, const std::string& id) const {
  const std::string again = id.empty() ? "look whether it is there before it is done again"
                                       : "file it again with \"id\":\"" + id + "\": it counts once";
  return command_.Fail(kUnreachable, "whether it is filed is not known: " + Plain(whom) + " gave no answer", again);
}

int Client::NoneAnswered(const std::vector<Answer>& answers, const std::string& id) const {
  const auto doubtful = std::find_if(answers.begin(), answers.end(), IsDoubtful);
  if (doubtful != answers.end() && !id.empty()) return NotKnown(order_[static_cast<size_t>(doubtful - answers.begin())], id);
  // One that has not yet what was seen, or cannot do it, is told rather than one that does not open.
  auto told = std::find_if(answers.begin(), answers.end(),
                           [](const Answer& answer) { return answer.ran || (!answer.silent && answer.code == kUnreachable); });
  if (told == answers.end() && answers.size() == 1 && absent_.empty() && !answers[0].silent) told = answers.begin();
  if (told != answers.end()) return Say(*told);
  std::string reasons;
  for (size_t i = 0; i < answers.size(); ++i) reasons += (i > 0 ? "; " : "") + Reason(order_[i], answers[i]);
  for (const std::string& reason : absent_) reasons += "; " + reason;
  return command_.Fail(kUnreachable, "no store answers. " + reasons, command_.Self() + " status");
}

int RunThroughClient(Command& command) {
  if (command.manner == Manner::kHere)
    return command.Fail(kUsage, "this verb is about one store: without --session, --or", "chancery --help");
  absl::StatusOr<SessionFile> session = SessionFile::Open(command.globals.session);
  if (!session.ok()) return command.Fail(session.status());
  Client client(command, *std::move(session));
  command.client = &client;
  return command.manner == Manner::kFiles ? command.run() : client.Do(command.words, {}, command.manner);
}

}  // namespace chancery::cli
