// What clients asked and were answered, and nothing else; and whether a correct register could have answered so. The checker
// knows no engine: only that tokens are added to pairs of records, and what each pair showed when it was read.
//
// A filing adds one token to both records of a pair and counts it on one of them. So a read that shows it on one side only, a
// count that is not the number of tokens, a token that goes away again or that nobody filed each tell of a broken promise.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace chancery::sim {

using Token = uint64_t;

struct Filed {
  Token token = 0;
  int pair = 0;
  int client = 0;
  std::string store;   // the store that was asked: a site, and how often it has lost its disk
  bool acked = false;  // else nobody knows what became of it
};

struct Looked {
  int pair = 0;
  int client = 0;
  std::string store;
  std::vector<Token> left, right;  // ascending
  int64_t count = 0;               // as the register counts them
  bool last = false;               // at the end, when all sites have come together
};

class ClientHistory {
 public:
  void Add(Filed filed);
  void Add(Looked looked);
  // What was filed at that store need not be found any more: its disk was lost, or its journal ended.
  void Excuse(const std::string& store) { excused_.insert(store); }

  const std::set<std::string>& excused() const { return excused_; }
  uint64_t reads() const { return looked_.size(); }

  struct Verdict {
    std::string broken;  // the first promise that was, in one sentence; "" = none
    uint64_t lost = 0;   // tokens that were acknowledged and went with their disk
  };
  // Cost: O(n·k) for n calls and k tokens a pair.
  Verdict Check() const;

 private:
  struct Step {
    bool filed = false;
    size_t at = 0;  // in filed_ or looked_
  };
  std::vector<Filed> filed_;
  std::vector<Looked> looked_;
  std::vector<Step> steps_;  // as they were answered
  std::set<std::string> excused_;
};

}  // namespace chancery::sim
