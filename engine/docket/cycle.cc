// Rules of kind acyclic: references of records to records of their own register that lead back to where they began.
#include <algorithm>
#include <map>

#include "chancery/types.h"
#include "engine/base/status.h"
#include "engine/docket/clash.h"
#include "engine/register/view.h"

namespace chancery {
namespace {

struct Edge {
  RecordKey from, to;
  CaseFact fact;
};

// What the record refers to under the rule, as all that stands has it.
absl::StatusOr<std::vector<Edge>> EdgesFrom(const RecordKey& from, const RuleInfo& rule, Workspace& work) {
  std::vector<Edge> edges;
  ASSIGN_OR_RETURN(const RecordEdit* edit, work.Load(from, *rule.reg));
  const Cell* cell = edit->record.exists() ? edit->record.Find(rule.on[0]->handle) : nullptr;
  if (cell == nullptr) return edges;
  for (const Write* write : Visible(*cell, rule.on[0]->def, work.lanes)) {
    const absl::StatusOr<Address> target = Address::Parse(write->value.payload());
    if (write->value.unset() || !target.ok() || target->reg != rule.reg->name) continue;
    edges.push_back({from, RecordKeyOf(rule.reg->hash, target->key), {write->dot, write->op}});
  }
  return edges;
}

// Everything that references lead to from `from`, itself included, each with what it refers to.
using Graph = std::map<RecordKey, std::vector<Edge>>;
absl::StatusOr<Graph> Reachable(const RecordKey& from, const RuleInfo& rule, Workspace& work) {
  Graph graph;
  std::vector<RecordKey> next = {from};
  while (!next.empty()) {
    const RecordKey at = std::move(next.back());
    next.pop_back();
    if (graph.contains(at)) continue;
    ASSIGN_OR_RETURN(std::vector<Edge> edges, EdgesFrom(at, rule, work));
    for (const Edge& edge : edges) next.push_back(edge.to);
    graph.emplace(at, std::move(edges));
  }
  return graph;
}

// The strongly connected components, as the number of its component for each record (Tarjan 1972, without recursion).
class Components {
 public:
  explicit Components(const Graph& graph) : graph_(graph) {
    for (const auto& [key, edges] : graph)
      if (!index_.contains(key)) Walk(key);
  }
  size_t Of(const RecordKey& key) const { return component_.at(key); }

 private:
  void Begin(const RecordKey& key) {
    index_[key] = low_[key] = index_.size();
    open_.push_back(key);
    path_.emplace_back(key, 0);
  }
  void Walk(const RecordKey& root) {
    Begin(root);
    while (!path_.empty()) {
      auto& [key, next] = path_.back();
      const std::vector<Edge>& edges = graph_.at(key);
      if (next < edges.size()) {
        const RecordKey& to = edges[next++].to;
        if (!index_.contains(to)) {
          Begin(to);
        } else if (!component_.contains(to)) {
          low_[key] = std::min(low_[key], index_[to]);
        }
        continue;
      }
      const RecordKey done = key;
      path_.pop_back();
      if (!path_.empty()) low_[path_.back().first] = std::min(low_[path_.back().first], low_[done]);
      if (low_[done] == index_[done]) Close(done);
    }
  }
  void Close(const RecordKey& root) {
    for (bool more = true; more;) {
      more = open_.back() != root;
      component_[open_.back()] = count_;
      open_.pop_back();
    }
    ++count_;
  }

  const Graph& graph_;
  std::map<RecordKey, size_t> index_, low_, component_;
  std::vector<RecordKey> open_;
  std::vector<std::pair<RecordKey, size_t>> path_;
  size_t count_ = 0;
};

// The edges inside each component that has some, under the least address of its records.
absl::StatusOr<std::map<std::string, std::vector<Edge>>> CyclesFrom(const RecordKey& from, const RuleInfo& rule, Workspace& work,
                                                                    Graph* graph) {
  ASSIGN_OR_RETURN(*graph, Reachable(from, rule, work));
  const Components components(*graph);
  std::map<size_t, std::vector<Edge>> inside;
  for (const auto& [key, edges] : *graph)
    for (const Edge& edge : edges)
      if (components.Of(edge.from) == components.Of(edge.to)) inside[components.Of(edge.from)].push_back(edge);
  std::map<std::string, std::vector<Edge>> cycles;
  for (auto& [component, edges] : inside) {
    std::string least = work.AddressOf(edges[0].from);
    for (const Edge& edge : edges) least = std::min(least, work.AddressOf(edge.from));
    cycles.emplace(std::move(least), std::move(edges));
  }
  return cycles;
}

}  // namespace

absl::StatusOr<std::vector<Clash>> CycleClashes(const RuleInfo& rule, const RecordKey& least, Workspace& work) {
  std::vector<Clash> clashes;
  Graph graph;
  ASSIGN_OR_RETURN(const auto cycles, CyclesFrom(least, rule, work, &graph));
  const auto cycle = cycles.find(work.AddressOf(least));
  if (cycle == cycles.end()) return clashes;
  std::set<CaseFact> facts;
  for (const Edge& edge : cycle->second) facts.insert(edge.fact);
  for (auto a = facts.begin(); a != facts.end(); ++a)
    for (auto b = std::next(a); b != facts.end(); ++b) clashes.push_back({*a, *b});
  if (facts.size() == 1) clashes.push_back({*facts.begin(), *facts.begin()});
  return clashes;
}

absl::StatusOr<bool> OnCycle(const RuleInfo& rule, const CaseFact& edge, const RecordKey& from, Workspace& work) {
  Graph graph;
  ASSIGN_OR_RETURN(const auto cycles, CyclesFrom(from, rule, work, &graph));
  for (const auto& [least, edges] : cycles)
    for (const Edge& on : edges)
      if (on.from == from && on.fact == edge) return true;
  return false;
}

absl::StatusOr<std::set<RecordKey>> CycleSubjects(const RuleInfo& rule, const RecordKey& from,
                                                  const std::function<bool(const RecordKey&)>& known, Workspace& work) {
  std::set<RecordKey> subjects;
  Graph graph;
  ASSIGN_OR_RETURN(const auto cycles, CyclesFrom(from, rule, work, &graph));
  for (const auto& [key, edges] : graph)
    if (cycles.contains(work.AddressOf(key)) || known(key)) subjects.insert(key);
  return subjects;
}

}  // namespace chancery
