// chancery_table [--json | --far] ROUND...: what the rounds say of each budget. ROUND is what Google Benchmark writes as JSON; a
// file ending in .jsonl holds figures of peers, which count for every round. --far prints the budgets that are missed by a factor
// of two.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "bench/judgement.h"

namespace chancery::bench {
namespace {

using Json = nlohmann::ordered_json;

// "W1/lmdb/iterations:1/manual_time" is W1/lmdb.
std::string NameOf(const Json& bench) {
  const std::string name = bench.at("name");
  return name.substr(0, std::min(name.find("/iterations:"), name.find("/manual_time")));
}

void Add(const Json& bench, const std::string& name, Round* round) {
  for (const auto& [figure, value] : bench.items())
    if (value.is_number()) (*round)[name + " " + figure] = value.get<double>();
}

std::ifstream Opened(const std::string& path) {
  std::ifstream in(path);
  if (in) return in;
  std::cerr << "chancery_table: " << path << " cannot be read\n";
  std::exit(1);
}

Round RoundOf(const std::string& path) {
  std::ifstream in = Opened(path);
  const Json said = Json::parse(in);
  Round round;
  for (const Json& bench : said.at("benchmarks")) Add(bench, NameOf(bench), &round);
  return round;
}

// {"system":"yjs","workload":"W4",…}
Round PeersOf(const std::string& path) {
  std::ifstream in = Opened(path);
  Round round;
  for (std::string line; std::getline(in, line);) {
    const Json peer = Json::parse(line);
    Add(peer, peer.at("workload").get<std::string>() + "/" + peer.at("system").get<std::string>(), &round);
  }
  return round;
}

double Rounded(double value) { return std::round(value * 1000) / 1000; }

std::string Text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.2f" : "%.1f", value);
  return text;
}

std::string Limit(const Budget& budget, const std::optional<double>& limit) {
  return limit.has_value() ? (budget.at_least ? "≥ " : "≤ ") + Text(*limit) : "";
}

std::string Holds(const Verdict& verdict) {
  if (!verdict.measured()) return "not measured";
  if (!verdict.budget.budget.has_value()) return verdict.holds() ? "stretch" : "not the stretch";
  return verdict.holds_stretch() ? "yes, and the stretch" : verdict.holds() ? "yes" : "no";
}

void PrintTable(const std::vector<Verdict>& verdicts) {
  std::puts("| # | what | measured as | budget | stretch | median | spread | holds |\n|---|---|---|---|---|---|---|---|");
  for (const Verdict& verdict : verdicts) {
    const Budget& budget = verdict.budget;
    const std::string median = verdict.measured() ? Text(verdict.median()) : "";
    const std::string spread = verdict.measured() ? Text(verdict.lowest()) + "–" + Text(verdict.highest()) : "";
    std::printf("| %s | %s | %s | %s | %s | %s | %s | %s |\n", budget.id.c_str(), budget.what.c_str(), budget.unit.c_str(),
                Limit(budget, budget.budget).c_str(), Limit(budget, budget.stretch).c_str(), median.c_str(), spread.c_str(),
                Holds(verdict).c_str());
  }
}

Json OrNull(const std::optional<double>& value) { return value.has_value() ? Json(*value) : Json(nullptr); }

void PrintJson(const std::vector<Verdict>& verdicts) {
  for (const Verdict& verdict : verdicts) {
    Json line = {
        {"id", verdict.budget.id}, {"budget", OrNull(verdict.budget.budget)}, {"stretch", OrNull(verdict.budget.stretch)}};
    line["ratio"] = verdict.measured() ? Json(Rounded(verdict.median())) : Json(nullptr);
    line["spread"] = verdict.measured() ? Json({Rounded(verdict.lowest()), Rounded(verdict.highest())}) : Json::array();
    line["holds"] = verdict.holds();
    std::puts(line.dump().c_str());
  }
}

void PrintFar(const std::vector<Verdict>& verdicts) {
  for (const Verdict& verdict : verdicts)
    if (verdict.far()) std::puts(verdict.budget.id.c_str());
}

}  // namespace
}  // namespace chancery::bench

int main(int argc, char** argv) {
  using namespace chancery::bench;
  std::string_view mode;
  std::vector<Round> rounds;
  Round peers;
  for (const std::string_view argument : std::vector<std::string_view>(argv + 1, argv + argc)) {
    if (argument.starts_with("--"))
      mode = argument;
    else if (argument.ends_with(".jsonl"))
      peers = PeersOf(std::string(argument));
    else
      rounds.push_back(RoundOf(std::string(argument)));
  }
  for (Round& round : rounds) round.insert(peers.begin(), peers.end());
  const std::vector<Verdict> verdicts = JudgeAll(rounds);
  mode == "--json" ? PrintJson(verdicts) : mode == "--far" ? PrintFar(verdicts) : PrintTable(verdicts);
  return std::all_of(verdicts.begin(), verdicts.end(), [](const Verdict& verdict) { return verdict.measured(); }) ? 0 : 1;
}
