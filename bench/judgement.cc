#include "bench/judgement.h"

#include <algorithm>

namespace chancery::bench {
namespace {

std::string Rate(const std::string& bench) { return bench + " items_per_second"; }
std::string Time(const std::string& bench) { return bench + " real_time"; }

// How much slower ours becomes with ten times the records, by how much slower raw LMDB does.
Budget SlowDown(std::string id, std::string what, const std::string& path) {
  Budget budget{id, what, "× raw LMDB's slow-down", false, 1.6, {}, {}, {}};
  budget.above = {Rate(path + "/chancery/100000"), Rate(path + "/lmdb/1000000")};
  budget.below = {Rate(path + "/chancery/1000000"), Rate(path + "/lmdb/100000")};
  budget.when_asked = true;
  return budget;
}

// One call, with ten times the records: as long as before, but for noise.
Budget Constant(std::string id, std::string what, const std::string& path) {
  Budget budget{id, what, "× the time at 100,000", false, 2.0, {}, {Time(path + "/1000000")}, {Time(path + "/100000")}};
  budget.when_asked = true;
  return budget;
}

Budget Peer(std::string id, std::string peer, double times) {
  Budget budget{id, "heal, both ways", "× " + peer, true, times, {}, {Rate("W4/chancery")}, {Rate("W4/" + peer)}};
  budget.when_asked = true;
  return budget;
}

Budget Speed(std::string id, std::string what, const std::string& bench, double millions, std::string of = "M entries/s",
             double scale = 1e-6) {
  Budget budget{id, what, of, true, millions, {}, {Rate(bench)}, {}, scale};
  budget.absolute = true;
  return budget;
}

}  // namespace

const std::vector<Budget>& Budgets() {
  static const std::vector<Budget> budgets = {
      {"S1", "load, durable every 1,000", "× raw LMDB", true, 0.30, 0.40, {Rate("W1/chancery")}, {Rate("W1/lmdb")}},
      {"S1-wide",
       "load, 30 fields and 10 rules, one on what is filed",
       "× our own, 8 and none",
       true,
       0.50,
       {},
       {Rate("W1/wide")},
       {Rate("W1/chancery")}},
      {"S1-wide-three",
       "load, three of the 10 on what is filed",
       "× raw LMDB with their rows",
       true,
       {},
       1.0,
       {Rate("W1/wide_three")},
       {Rate("W1/lmdb_three")}},
      {"S1-sqlite", "load, durable every 1,000", "× SQLite", true, {}, 1.0, {Rate("W1/chancery")}, {Rate("W1/sqlite")}},
      {"S2", "one entry a commit, one writer", "× raw LMDB", true, 0.85, 0.95, {Rate("W2/one/chancery")}, {Rate("W2/one/lmdb")}},
      {"S3", "16 writers", "× raw LMDB, grouped", true, 0.85, {}, {Rate("W2/sixteen/chancery")}, {Rate("W2/sixteen/lmdb")}},
      {"S3-rocksdb", "16 writers", "× RocksDB", true, {}, 1.0, {Rate("W2/sixteen/chancery")}, {Rate("W2/sixteen/rocksdb")}},
      {"S4", "read a field, by address", "× raw LMDB", true, 0.60, 0.75, {Rate("W3/address/chancery")}, {Rate("W3/lmdb")}},
      {"S4-reference",
       "read a field, by reference",
       "× raw LMDB",
       true,
       0.75,
       0.90,
       {Rate("W3/reference/chancery")},
       {Rate("W3/lmdb")}},
      {"S4-later",
       "read a field, by an older reference",
       "× raw LMDB",
       true,
       0.60,
       {},
       {Rate("W3/reference_later/chancery")},
       {Rate("W3/lmdb")}},
      {"S5", "heal, both ways", "× raw LMDB", true, 0.35, 0.50, {Rate("W4/chancery")}, {Rate("W4/lmdb")}},
      Peer("S5-yjs", "yjs", 2),
      Peer("S5-cr-sqlite", "cr-sqlite", 6),
      {"S6", "heal: bytes carried", "B an edit", false, 18, 14, {"W4/chancery bytes_an_edit"}, {}},
      {"S8", "disk after load", "× payload", false, 2.6, 2.2, {"W6/chancery load_to_payload"}, {}},
      {"S8-update", "disk for an update", "B", false, 45, 35, {"W6/chancery bytes_an_update"}, {}},
      SlowDown("S9", "read, 1M records to 100,000", "scale/read"),
      SlowDown("S9-file", "file, 1M records to 100,000", "scale/file"),
      Constant("S9-open", "open a store of 1M records", "scale/open/chancery"),
      Constant("S9-status", "status of 1M records", "scale/status/chancery"),
      Speed("S10", "verify the journal", "verify/chancery", 1.0),
      Speed("S10-rebuild", "rebuild from the journal", "rebuild/chancery", 0.25),
      Speed("S11", "settle", "order/settle", 0.5),
      Speed("S11-prove", "prove a place", "order/prove", 1.0, "k proofs/s", 1e-3),
      {"S12",
       "preview of 50,000 edits",
       "× the time to apply",
       false,
       1.2,
       {},
       {Rate("preview/apply")},
       {Rate("preview/chancery")}},
      Speed("S11-check", "check a proof, two signatures", "order/check", 6.66, "k proofs/s", 1e-3),  // 60 us, and 45 a signature
  };
  return budgets;
}

double Verdict::median() const {
  const size_t middle = ratios.size() / 2;
  return ratios.size() % 2 == 1 ? ratios[middle] : (ratios[middle - 1] + ratios[middle]) / 2;
}

bool Verdict::holds() const {
  if (!budget.budget.has_value()) return holds_stretch();
  return measured() && (budget.at_least ? median() >= *budget.budget : median() <= *budget.budget);
}

bool Verdict::holds_stretch() const {
  if (!measured() || !budget.stretch.has_value()) return false;
  return budget.at_least ? median() >= *budget.stretch : median() <= *budget.stretch;
}

bool Verdict::far() const {
  if (!measured() || budget.absolute || !budget.budget.has_value()) return false;
  return budget.at_least ? median() <= *budget.budget / 2 : median() >= *budget.budget * 2;
}

Verdict Judge(const Budget& budget, const std::vector<Round>& rounds) {
  Verdict verdict{budget, {}};
  for (const Round& round : rounds) {
    const auto has = [&](const std::string& figure) { return round.contains(figure) && round.at(figure) > 0; };
    if (!std::all_of(budget.above.begin(), budget.above.end(), has)) continue;
    if (!std::all_of(budget.below.begin(), budget.below.end(), has)) continue;
    double ratio = budget.scale;
    for (const std::string& figure : budget.above) ratio *= round.at(figure);
    for (const std::string& figure : budget.below) ratio /= round.at(figure);
    verdict.ratios.push_back(ratio);
  }
  std::sort(verdict.ratios.begin(), verdict.ratios.end());
  return verdict;
}

std::vector<Verdict> JudgeAll(const std::vector<Round>& rounds) {
  std::vector<Verdict> verdicts;
  for (const Budget& budget : Budgets()) {
    Verdict verdict = Judge(budget, rounds);
    if (verdict.measured() || !budget.when_asked) verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

}  // namespace chancery::bench
