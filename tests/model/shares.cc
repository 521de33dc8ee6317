#include "tests/model/shares.h"

#include <algorithm>
#include <cstdlib>

namespace chancery::model {
namespace {

bool IsNumber(const std::string& text) {  // below 2^32
  return !text.empty() && text.size() <= 10 && text.find_first_not_of("0123456789") == std::string::npos &&
         std::strtoull(text.c_str(), nullptr, 10) >> 32 == 0;
}

std::optional<mpq_class> ShareIn(const std::string& text) {
  const size_t slash = text.find('/');
  const std::string over = text.substr(0, slash), under = slash == std::string::npos ? "1" : text.substr(slash + 1);
  if (!IsNumber(over) || !IsNumber(under) || mpz_class(under) == 0) return std::nullopt;
  mpq_class share{mpz_class(over), mpz_class(under)};
  share.canonicalize();
  return share > 0 && share <= 1 ? std::optional(share) : std::nullopt;
}

}  // namespace

mpq_class Exact(const Fraction& share) {
  mpq_class exact{mpz_class(std::to_string(share.num)), mpz_class(std::to_string(share.den))};
  exact.canonicalize();
  return exact;
}

Fraction Small(const mpq_class& share) { return {share.get_num().get_ui(), share.get_den().get_ui()}; }

Ownership::Ownership(const Row* row, uint32_t field) {
  for (const Act& write : row == nullptr ? std::vector<Act>() : row->Standing(field)) {
    if (write.value().unset()) continue;
    writes.push_back(write);
    transfers.push_back(*DecodeTransfer(write.value().payload()));
  }
  repeats.resize(size());
  counts.resize(size());
  FindRepeats();
  Count();
  for (size_t a = 0; a < size(); ++a) {
    for (size_t b = a; b < size(); ++b) {
      if (!repeats[a] && !repeats[b] && AreRivals(a, b)) rivals.emplace_back(a, b);
    }
  }
}

// What a transfer of a ruling makes may keep the name of the lot that it was to be.
LotId Ownership::NameOf(size_t transfer, size_t portion) const {
  const LotId own{writes[transfer].by->place(), writes[transfer].op, static_cast<uint32_t>(portion)};
  return transfers[transfer].out[portion].stands_for.value_or(own);
}

LotId Ownership::Meant(const LotId& id) const {
  const auto it = names_.find(id);
  return it == names_.end() ? id : it->second;
}

void Ownership::FindRepeats() {
  for (size_t later = 0; later < size(); ++later) {
    for (size_t first = 0; first < later && !repeats[later]; ++first) {
      if (!transfers[first].act || transfers[first].act != transfers[later].act) continue;
      repeats[later] = true;
      std::set<size_t> met;
      for (size_t i = 0; i < transfers[later].out.size(); ++i) {
        for (size_t j = 0; j < transfers[first].out.size(); ++j) {
          const Portion &mine = transfers[later].out[i], &its = transfers[first].out[j];
          if (mine.owner != its.owner || mine.share != its.share || !met.insert(j).second) continue;
          names_.emplace(NameOf(later, i), NameOf(first, j));
          break;
        }
      }
    }
  }
}

bool Ownership::MayCount(size_t i, bool whole_is_there) const {
  if (repeats[i] || counts[i]) return false;
  for (size_t p = 0; p < transfers[i].out.size(); ++p) {
    if (made_.contains(NameOf(i, p))) return false;  // by a ruling apart, under the same name
  }
  if (transfers[i].in.empty()) return whole_is_there;
  return std::all_of(transfers[i].in.begin(), transfers[i].in.end(), [&](const Lot& lot) {
    const auto it = live.find(Meant(lot.id));
    return it != live.end() && it->second == HeldLot{lot.owner, Exact(lot.share)};
  });
}

// Again and again the first in canonical order of those that can.
void Ownership::Count() {
  bool whole_is_there = true;
  for (size_t i = 0; i < size();) {
    if (!MayCount(i, whole_is_there)) {
      ++i;
      continue;
    }
    counts[i] = true;
    if (transfers[i].in.empty()) whole_is_there = false;
    for (const Lot& lot : transfers[i].in) live.erase(Meant(lot.id));
    for (size_t p = 0; p < transfers[i].out.size(); ++p) {
      const Portion& portion = transfers[i].out[p];
      live[NameOf(i, p)] = {portion.owner, Exact(portion.share)};
      made_.insert(NameOf(i, p));
    }
    i = 0;
  }
}

bool Ownership::IsMade(const Lot& lot) const {
  for (size_t i = 0; i < size(); ++i) {
    for (size_t p = 0; p < transfers[i].out.size(); ++p) {
      const Portion& portion = transfers[i].out[p];
      if (!repeats[i] && NameOf(i, p) == Meant(lot.id) && portion.owner == lot.owner && portion.share == lot.share) return true;
    }
  }
  return false;
}

bool Ownership::AreRivals(size_t a, size_t b) const {
  const std::vector<Lot>&mine = transfers[a].in, &its = transfers[b].in;
  if (a == b) return !std::all_of(mine.begin(), mine.end(), [&](const Lot& lot) { return IsMade(lot); });
  if (mine.empty() && its.empty()) return true;
  for (size_t p = 0; p < transfers[a].out.size(); ++p) {
    for (size_t q = 0; q < transfers[b].out.size(); ++q) {
      if (NameOf(a, p) == NameOf(b, q)) return true;
    }
  }
  return std::any_of(mine.begin(), mine.end(), [&](const Lot& x) {
    return std::any_of(its.begin(), its.end(), [&](const Lot& y) { return Meant(x.id) == Meant(y.id); });
  });
}

bool Ownership::TakesFrom(size_t later, size_t earlier) const {
  for (size_t p = 0; p < transfers[earlier].out.size(); ++p) {
    for (const Lot& lot : transfers[later].in) {
      if (later != earlier && Meant(lot.id) == Meant(NameOf(earlier, p))) return true;
    }
  }
  return false;
}

std::set<size_t> Ownership::WithRepetitions(std::set<size_t> these) const {
  std::set<size_t> all = these;
  for (const size_t i : these) {
    for (size_t other = 0; other < size(); ++other) {
      if (transfers[i].act && transfers[i].act == transfers[other].act) all.insert(other);
    }
  }
  return all;
}

// The lots of a repetition are those of the first.
std::set<size_t> Ownership::BuiltOn(std::set<size_t> these) const {
  std::set<size_t> all = these;
  for (size_t later = 0; later < size(); ++later) {
    if (std::any_of(these.begin(), these.end(), [&](size_t i) { return !repeats[i] && TakesFrom(later, i); })) all.insert(later);
  }
  return all == these ? all : BuiltOn(all);
}

Amounts Ownership::Owned() const {
  Amounts owned;
  for (const auto& [id, lot] : live) owned[lot.owner] += lot.share;
  return owned;
}

Literal Ownership::Shown() const {
  Literal list = Literal::List();
  for (const auto& [owner, share] : Owned()) list.list.push_back(Literal::Object({{"owner", owner}, {"share", share.get_str()}}));
  return list;
}

std::optional<std::vector<std::pair<std::string, mpq_class>>> SharesIn(const Literal& list) {
  std::vector<std::pair<std::string, mpq_class>> shares;
  if (list.type != Literal::Type::kList) return std::nullopt;
  for (const Literal& item : list.list) {
    const Literal *owner = item.Find("owner"), *share = item.Find("share");
    if (owner == nullptr || share == nullptr || owner->text.empty()) return std::nullopt;
    const std::optional<mpq_class> exact = ShareIn(share->text);
    if (!exact) return std::nullopt;
    shares.emplace_back(owner->text, *exact);
  }
  return shares;
}

mpq_class SumOf(const std::vector<std::pair<std::string, mpq_class>>& shares) {
  mpq_class sum = 0;
  for (const auto& [owner, share] : shares) sum += share;
  return sum;
}

Transfer Moved(const Lots& live, const Amounts& from, const Amounts& to) {
  Transfer transfer;
  Amounts out = to;
  for (const auto& [owner, share] : from) {
    mpq_class left = share;
    for (const auto& [id, lot] : live) {  // ascending
      if (lot.owner != owner || left <= 0) continue;
      transfer.in.push_back({id, owner, Small(lot.share)});
      left -= lot.share;
    }
    out[owner] -= left;  // what was taken too much goes back
  }
  for (const auto& [owner, share] : out) {
    if (share != 0) transfer.out.push_back({owner, Small(share), std::nullopt});
  }
  std::sort(transfer.in.begin(), transfer.in.end(), [](const Lot& a, const Lot& b) { return a.id < b.id; });
  return transfer;
}

}  // namespace chancery::model
