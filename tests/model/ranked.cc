#include "tests/model/ranked.h"

#include <algorithm>
#include <tuple>

namespace chancery::model {

using What = RankAct::What;

PriorityList::PriorityList(const Row* row, uint32_t field, const FieldSpec& spec) {
  if (row != nullptr) copies = row->copies;
  for (const Act& write : row == nullptr ? std::vector<Act>() : row->Standing(field)) {
    writes.push_back(write);
    acts.push_back(*DecodeRank(write.value().payload()));
  }
  FindCharges();
  FindTies();
  FindCycles();
  Order(spec.classes);
}

bool PriorityList::Saw(size_t author, size_t write) const { return copies->Knew(*writes[author].by, *writes[write].by); }

bool PriorityList::Has(const std::string& id) const {
  return std::any_of(charges.begin(), charges.end(), [&](const Listed& charge) { return charge.id == id; });
}

std::string PriorityList::FiledBy(size_t write) const {
  return acts[write].front().what == What::kFile ? acts[write].front().id : "";
}

void PriorityList::FindCharges() {
  for (size_t i = 0; i < writes.size(); ++i) {
    const RankAct& act = acts[i].front();
    const auto same = [&](const Listed& charge) {
      return charge.id == act.id && charge.cls == act.other && charge.value == act.value;
    };
    if (act.what == What::kFile && std::none_of(charges.begin(), charges.end(), same))
      charges.push_back({act.id, act.other, act.value, i});
  }
}

// By class, then by how many of the class the author knew; then every move in turn.
void PriorityList::Order(const std::vector<std::string>& classes) {
  std::map<std::pair<size_t, size_t>, std::set<size_t>> start;
  for (size_t i = 0; i < charges.size(); ++i) {
    size_t known = 0;
    for (const Listed& other : charges) known += other.cls == charges[i].cls && Saw(charges[i].first, other.first);
    const auto cls = std::find(classes.begin(), classes.end(), charges[i].cls);
    start[{static_cast<size_t>(cls - classes.begin()), known}].insert(i);
  }
  Groups groups;
  for (const auto& [key, group] : start) groups.push_back(group);
  for (const RankActs& write : acts) {
    for (const RankAct& act : write) {
      if (act.what != What::kFile) Move(act, groups);
    }
  }
  size_t before = 0;
  for (const std::set<size_t>& group : groups) {
    for (const size_t i : group) {
      charges[i].rank = before + 1;
      charges[i].tied = group.size() > 1;
    }
    before += group.size();
  }
  std::sort(charges.begin(), charges.end(), [](const Listed& a, const Listed& b) {
    return std::tie(a.rank, a.id, a.cls, a.value) < std::tie(b.rank, b.id, b.cls, b.value);
  });
}

void PriorityList::Move(const RankAct& act, Groups& groups) const {
  const auto group_of = [&](size_t charge) {
    return std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.contains(charge); });
  };
  for (size_t moved = 0; moved < charges.size(); ++moved) {
    for (size_t other = 0; other < charges.size(); ++other) {
      if (charges[moved].id != act.id || charges[other].id != act.other) continue;
      const bool behind = act.what == What::kBehind;
      if (behind ? group_of(moved) > group_of(other) : group_of(moved) < group_of(other)) continue;
      group_of(moved)->erase(moved);
      groups.insert(group_of(other) + (behind ? 1 : 0), {moved});
      std::erase_if(groups, [](const auto& group) { return group.empty(); });
    }
  }
}

std::vector<PriorityList::Edge> PriorityList::Edges() const {
  std::vector<Edge> edges;
  for (size_t i = 0; i < writes.size(); ++i) {
    for (const RankAct& act : acts[i]) {
      if (act.what == What::kFile || !Has(act.id) || !Has(act.other)) continue;  // of charges that stand
      const bool behind = act.what == What::kBehind;
      edges.push_back({behind ? act.other : act.id, behind ? act.id : act.other, i});
    }
  }
  return edges;
}

bool PriorityList::Leads(const std::string& from, const std::string& to) const {
  std::set<std::string> reached = {from};
  for (size_t size = 0; size != reached.size();) {
    size = reached.size();
    for (const Edge& edge : Edges()) {
      if (reached.contains(edge.before)) reached.insert(edge.after);
    }
  }
  return reached.contains(to);
}

void PriorityList::FindTies() {
  const auto moved = [&](const std::string& a, const std::string& b) {
    const std::vector<Edge> edges = Edges();
    return std::any_of(edges.begin(), edges.end(), [&](const Edge& edge) {
      return (edge.before == a && edge.after == b) || (edge.before == b && edge.after == a);
    });
  };
  for (size_t x = 0; x < charges.size(); ++x) {
    for (size_t y = x + 1; y < charges.size(); ++y) {
      const Listed &a = charges[x], &b = charges[y];
      if (a.id == b.id) others.emplace_back(a.first, b.first);
      const bool apart = !Saw(a.first, b.first) && !Saw(b.first, a.first);
      if (a.id != b.id && a.cls == b.cls && apart && !moved(a.id, b.id)) ties.emplace_back(a.first, b.first);
    }
  }
}

void PriorityList::FindCycles() {
  const std::vector<Edge> edges = Edges();
  for (const Edge& a : edges) {
    for (const Edge& b : edges) {
      const bool apart = copies->Apart(*writes[a.write].by, *writes[b.write].by);
      if (a.write < b.write && apart && Leads(a.after, b.before) && Leads(b.after, a.before))
        others.emplace_back(a.write, b.write);
    }
  }
}

std::vector<size_t> PriorityList::Concerning(const std::set<std::string>& ids) const {
  std::vector<size_t> found;
  for (size_t i = 0; i < writes.size(); ++i) {
    if (std::any_of(acts[i].begin(), acts[i].end(), [&](const RankAct& act) { return ids.contains(act.id); })) found.push_back(i);
  }
  return found;
}

std::vector<size_t> PriorityList::LeftOver(const std::string& id) const {
  std::vector<size_t> found;
  for (size_t i = 0; i < writes.size(); ++i) {
    const auto names = [&](const RankAct& act) { return act.what != What::kFile && (act.id == id || act.other == id); };
    if (std::any_of(acts[i].begin(), acts[i].end(), names)) found.push_back(i);
  }
  return found;
}

std::vector<size_t> PriorityList::InTheWay(const std::string& id, const std::string& other) const {
  std::set<size_t> found;
  for (const Edge& edge : Edges()) {
    if (edge.before == id && Leads(edge.after, other)) found.insert(edge.write);
  }
  return {found.begin(), found.end()};
}

Literal PriorityList::Shown() const {
  Literal list = Literal::List();
  for (const Listed& charge : charges) {
    list.list.push_back(Literal::Object({{"id", charge.id},
                                         {"class", charge.cls},
                                         {"value", charge.value},
                                         {"rank", static_cast<int64_t>(charge.rank)},
                                         {"tied", charge.tied}}));
  }
  return list;
}

}  // namespace chancery::model
