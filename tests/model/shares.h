// Ownership of a whole in the model: which of the standing transfers of a record count, and what they come to.
#pragma once

#include <gmpxx.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/crdt/shares.h"
#include "tests/model/model.h"

namespace chancery::model {

struct HeldLot {
  std::string owner;
  mpq_class share;
  bool operator==(const HeldLot&) const = default;
};
using Lots = std::map<LotId, HeldLot>;             // by name
using Amounts = std::map<std::string, mpq_class>;  // by owner

class Ownership {
 public:
  Ownership(const Row* row, uint32_t field);  // nullptr: nothing was transferred

  size_t size() const { return writes.size(); }
  Amounts Owned() const;
  Literal Shown() const;                                   // [{"owner","share"}], ascending by owner
  std::set<size_t> BuiltOn(std::set<size_t> these) const;  // these and all that was built on them
  std::set<size_t> WithRepetitions(std::set<size_t> these) const;

  std::vector<Act> writes;  // standing, in canonical order
  std::vector<Transfer> transfers;
  std::vector<bool> repeats, counts;              // by transfer: an earlier one is the same act; it has effect
  std::vector<std::pair<size_t, size_t>> rivals;  // (i, i): it takes a lot that nobody made
  Lots live;

 private:
  LotId NameOf(size_t transfer, size_t portion) const;
  LotId Meant(const LotId& id) const;  // the first one's lot where a repetition's is named
  void FindRepeats();
  void Count();
  bool MayCount(size_t transfer, bool whole_is_there) const;
  bool IsMade(const Lot& lot) const;
  bool TakesFrom(size_t later, size_t earlier) const;
  bool AreRivals(size_t a, size_t b) const;

  std::map<LotId, LotId> names_;
  std::set<LotId> made_;  // by transfers that count
};

mpq_class Exact(const Fraction& share);
Fraction Small(const mpq_class& share);

// {"owner","share"} of a list. nullopt: something is no share.
std::optional<std::vector<std::pair<std::string, mpq_class>>> SharesIn(const Literal& list);
mpq_class SumOf(const std::vector<std::pair<std::string, mpq_class>>& shares);

// Takes `from` out of the live lots and makes `to` of it. Everybody has enough.
Transfer Moved(const Lots& live, const Amounts& from, const Amounts& to);

}  // namespace chancery::model
