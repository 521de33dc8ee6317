// Priority lists in the model: the order in which charges stand, and which of it a person has to decide.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/crdt/ranked.h"
#include "tests/model/model.h"

namespace chancery::model {

struct Listed {  // a charge
  std::string id, cls, value;
  size_t first = 0;  // the write that filed it, first in canonical order
  size_t rank = 1;
  bool tied = false;
};

class PriorityList {
 public:
  PriorityList(const Row* row, uint32_t field, const FieldSpec& spec);  // row = nullptr: nothing was filed

  bool Has(const std::string& id) const;
  Literal Shown() const;                    // [{"id","class","value","rank","tied"}]
  std::string FiledBy(size_t write) const;  // the id of the charge that a write files, "" = none
  // Standing writes, ascending: what `strike` takes away; moves that name a charge that is filed anew; the moves that stand in
  // the way of `id` behind `other`.
  std::vector<size_t> Concerning(const std::set<std::string>& ids) const;
  std::vector<size_t> LeftOver(const std::string& id) const;
  std::vector<size_t> InTheWay(const std::string& id, const std::string& other) const;

  const Copies* copies = nullptr;
  std::vector<Act> writes;  // standing, in canonical order
  std::vector<RankActs> acts;
  std::vector<Listed> charges;                          // by rank, id, class, value
  std::vector<std::pair<size_t, size_t>> ties, others;  // pairs of writes: filed apart in one class; one id twice, cycles

 private:
  using Groups = std::vector<std::set<size_t>>;  // of charges, the foremost first
  struct Edge {                                  // of two ids, set by a move
    std::string before, after;
    size_t write;
  };

  bool Saw(size_t author, size_t write) const;
  void FindCharges();
  void Order(const std::vector<std::string>& classes);
  void Move(const RankAct& act, Groups& groups) const;
  std::vector<Edge> Edges() const;
  bool Leads(const std::string& from, const std::string& to) const;  // by moves; from itself too
  void FindTies();
  void FindCycles();
};

}  // namespace chancery::model
