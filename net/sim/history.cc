#include "net/sim/history.h"

#include <map>
#include <optional>
#include <utility>

namespace chancery::sim {
namespace {

using Tokens = std::set<Token>;

std::string Name(Token token) { return "token " + std::to_string(token); }

// What is known of one token.
struct Known {
  int pair = 0;
  bool firm = false;           // acknowledged by a store whose entries are still to be found
  std::optional<Token> after;  // the newest of the same pair that its client had filed or seen there before
};

class Checker {
 public:
  explicit Checker(const std::set<std::string>& excused) : excused_(excused) {}

  void Filing(const Filed& filed) {
    const auto [at, first] = tokens_.try_emplace(filed.token);
    Known& known = at->second;
    if (!first) known.after.reset();  // asked for at two stores it may come from either
    known.pair = filed.pair;
    known.firm |= filed.acked && !excused_.contains(filed.store);
    if (!filed.acked) return;
    acked_[filed.pair].insert(filed.token);
    Tokens& session = sessions_[{filed.client, filed.store, filed.pair}];
    if (!session.empty() && first) known.after = *session.rbegin();
    session.insert(filed.token);
  }

  void Reading(const Looked& read) {
    const std::string where = read.store + " shows of pair " + std::to_string(read.pair);
    if (read.left != read.right) return Say(where + " half a filing: atomic visibility");
    if (read.count != static_cast<int64_t>(read.left.size()))
      return Say(where + " " + std::to_string(read.left.size()) + " tokens and counts " + std::to_string(read.count) +
                 ": exactly once");
    const Tokens seen(read.left.begin(), read.left.end());
    for (const Token token : read.left) Look(token, read, seen, where);
    Tokens& session = sessions_[{read.client, read.store, read.pair}];
    for (const Token token : session)
      if (!seen.contains(token) && Firm(token)) return Say(where + " no " + Name(token) + " any more: session");
    session.insert(seen.begin(), seen.end());
    if (!read.last) return;
    for (const Token token : acked_[read.pair])
      if (!seen.contains(token)) Missing(token, where);
  }

  ClientHistory::Verdict verdict() const { return {broken_, lost_.size()}; }
  bool done() const { return !broken_.empty(); }

 private:
  void Say(const std::string& what) {
    if (broken_.empty()) broken_ = what;
  }
  // Its filing was asked for, here; what its client had filed or seen before is there too.
  void Look(Token token, const Looked& read, const Tokens& seen, const std::string& where) {
    const auto at = tokens_.find(token);
    if (at == tokens_.end() || at->second.pair != read.pair)
      return Say(where + " " + Name(token) + ", which nobody filed there: invention");
    const std::optional<Token> before = at->second.after;
    if (before && !seen.contains(*before) && Firm(*before))
      Say(where + " " + Name(token) + " without " + Name(*before) + ", which its client knew: causality");
  }
  void Missing(Token token, const std::string& where) {
    if (Firm(token)) return Say(where + " no " + Name(token) + ", which was acknowledged: lost");
    lost_.insert(token);
  }
  bool Firm(Token token) const {
    const auto at = tokens_.find(token);
    return at != tokens_.end() && at->second.firm;
  }

  const std::set<std::string>& excused_;
  std::map<Token, Known> tokens_;
  std::map<int, Tokens> acked_;                                   // by pair
  std::map<std::tuple<int, std::string, int>, Tokens> sessions_;  // client, store, pair
  std::string broken_;
  Tokens lost_;
};

}  // namespace

void ClientHistory::Add(Filed filed) {
  steps_.push_back({true, filed_.size()});
  filed_.push_back(std::move(filed));
}

void ClientHistory::Add(Looked looked) {
  steps_.push_back({false, looked_.size()});
  looked_.push_back(std::move(looked));
}

ClientHistory::Verdict ClientHistory::Check() const {
  Checker checker(excused_);
  for (const Step& step : steps_) {
    step.filed ? checker.Filing(filed_[step.at]) : checker.Reading(looked_[step.at]);
    if (checker.done()) break;
  }
  return checker.verdict();
}

}  // namespace chancery::sim
