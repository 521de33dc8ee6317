#include "engine/crdt/shares.h"

#include <gmpxx.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/bytes.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

constexpr uint64_t kTermMax = (uint64_t{1} << 32) - 1;
constexpr uint64_t kLotsMax = 4096;  // of one side of a transfer

mpq_class Exact(const Fraction& f) { return {mpz_class(f.num), mpz_class(f.den)}; }

// nullopt: out of bounds. f: canonical, as GMP's arithmetic leaves it.
std::optional<Fraction> Bounded(const mpq_class& f) {
  if (f <= 0 || f > 1 || f.get_den() > kTermMax) return std::nullopt;
  return Fraction{f.get_num().get_ui(), f.get_den().get_ui()};
}

template <class Parts>
mpq_class SumOf(const Parts& parts) {
  mpq_class sum = 0;
  for (const auto& part : parts) sum += Exact(part.share);
  return sum;
}

void Put(ByteWriter& w, const LotId& id) {
  w.U64(id.place.lane);
  w.Varint(id.place.seq);
  w.Varint(id.op);
  w.Varint(id.index);
}

void Put(ByteWriter& w, std::string_view owner, const Fraction& share) {
  w.Sized(owner);
  w.Varint(share.num);
  w.Varint(share.den);
}

LotId ReadId(ByteReader& r) {
  LotId id;
  id.place.lane = r.U64();
  id.place.seq = r.Varint();
  const uint64_t op = r.Varint(), index = r.Varint();
  id.op = static_cast<uint32_t>(std::min<uint64_t>(op, UINT32_MAX));
  id.index = static_cast<uint32_t>(std::min<uint64_t>(index, UINT32_MAX));
  return id;
}

bool ReadShare(ByteReader& r, std::string* owner, Fraction* share) {
  *owner = r.Sized();
  share->num = r.Varint();
  share->den = r.Varint();
  if (!r.ok() || owner->empty() || !IsText(*owner) || share->den == 0 || share->den > kTermMax || share->num > kTermMax)
    return false;
  const mpq_class given(mpz_class(share->num), mpz_class(share->den));
  mpq_class reduced = given;
  reduced.canonicalize();
  return Bounded(reduced) == *share;
}

// Two portions that stand for one lot.
bool StandsTwice(const Transfer& transfer) {
  std::set<LotId> ids;
  return std::any_of(transfer.out.begin(), transfer.out.end(),
                     [&](const Portion& portion) { return portion.stands_for && !ids.insert(*portion.stands_for).second; });
}

struct Source {  // of a lot
  size_t transfer = 0;
  const Portion* portion = nullptr;
};
using Sources = std::map<LotId, Source>;

LotId IdOf(const PlacedTransfer& placed, size_t index) {
  const Portion& portion = placed.transfer.out[index];
  return portion.stands_for ? *portion.stands_for : LotId{placed.place, placed.op, static_cast<uint32_t>(index)};
}

// For each transfer the first in canonical order with the same act; as a rule itself.
std::vector<size_t> FirstOfAct(const std::vector<PlacedTransfer>& transfers) {
  std::vector<size_t> first(transfers.size());
  std::map<Hash128, size_t> known;
  for (size_t i = 0; i < transfers.size(); ++i)
    first[i] = transfers[i].transfer.act ? known.emplace(*transfers[i].transfer.act, i).first->second : i;
  return first;
}

// Lots by id; those of an act that was filed twice also by the id that its repetition gave them.
class Lots {
 public:
  Lots(const std::vector<PlacedTransfer>& transfers, const std::vector<size_t>& first) {
    for (size_t i = 0; i < transfers.size(); ++i) {
      if (first[i] != i) Repeats(transfers[first[i]], transfers[i]);
      for (size_t k = 0; k < transfers[i].transfer.out.size() && first[i] == i; ++k)
        sources_.emplace(IdOf(transfers[i], k), Source{i, &transfers[i].transfer.out[k]});
    }
  }

  LotId Canonical(const LotId& id) const {
    const auto it = same_.find(id);
    return it == same_.end() ? id : it->second;
  }
  const Source* Find(const Lot& lot) const {  // as it was made
    const auto it = sources_.find(Canonical(lot.id));
    const bool found = it != sources_.end() && it->second.portion->owner == lot.owner && it->second.portion->share == lot.share;
    return found ? &it->second : nullptr;
  }

 private:
  // Each lot of the repetition is the next one of the first with its owner and share.
  void Repeats(const PlacedTransfer& first, const PlacedTransfer& repetition) {
    std::vector<bool> met(first.transfer.out.size(), false);
    for (size_t k = 0; k < repetition.transfer.out.size(); ++k)
      for (size_t j = 0; j < met.size(); ++j) {
        const Portion &its = first.transfer.out[j], &own = repetition.transfer.out[k];
        if (met[j] || its.owner != own.owner || its.share != own.share) continue;
        met[j] = true;
        same_[IdOf(repetition, k)] = IdOf(first, j);
        break;
      }
  }

  Sources sources_;
  std::map<LotId, LotId> same_;
};

std::set<LotId> Consumed(const Transfer& transfer, const Lots& lots) {
  std::set<LotId> ids;
  for (const Lot& lot : transfer.in) ids.insert(lots.Canonical(lot.id));
  if (transfer.in.empty()) ids.insert(LotId{});  // the whole
  return ids;
}

// Only where a ruling gave a lot another's name may a transfer count before the one that made its lots.
bool OutOfOrder(const std::vector<PlacedTransfer>& transfers) {
  return std::any_of(transfers.begin(), transfers.end(), [](const PlacedTransfer& placed) {
    const std::vector<Portion>& out = placed.transfer.out;
    return std::any_of(out.begin(), out.end(), [](const Portion& portion) { return portion.stands_for.has_value(); });
  });
}

std::vector<std::pair<size_t, size_t>> Rivals(const std::vector<PlacedTransfer>& transfers, const std::vector<bool>& repeated,
                                              const Lots& lots) {
  std::set<std::pair<size_t, size_t>> rivals;
  std::map<LotId, std::vector<size_t>> consumers, makers;
  for (size_t i = 0; i < transfers.size(); ++i) {
    if (repeated[i]) continue;
    for (size_t k = 0; k < transfers[i].transfer.out.size(); ++k) makers[IdOf(transfers[i], k)].push_back(i);
    for (const LotId& id : Consumed(transfers[i].transfer, lots)) consumers[id].push_back(i);
    for (const Lot& lot : transfers[i].transfer.in)
      if (lots.Find(lot) == nullptr) rivals.emplace(i, i);
  }
  for (const auto* lots_of : {&consumers, &makers})
    for (const auto& [id, those] : *lots_of)
      for (size_t a = 0; a < those.size(); ++a)
        for (size_t b = a + 1; b < those.size(); ++b)
          if (those[a] != those[b]) rivals.emplace(those[a], those[b]);
  return {rivals.begin(), rivals.end()};
}

}  // namespace

std::string EncodeTransfer(const Transfer& transfer) {
  ByteWriter w;
  w.U8(transfer.act ? 1 : 0);
  if (transfer.act) w.Raw(transfer.act->view());
  w.Varint(transfer.in.size());
  for (const Lot& lot : transfer.in) {
    Put(w, lot.id);
    Put(w, lot.owner, lot.share);
  }
  w.Varint(transfer.out.size());
  for (const Portion& portion : transfer.out) {
    Put(w, portion.owner, portion.share);
    w.U8(portion.stands_for ? 1 : 0);
    if (portion.stands_for) Put(w, *portion.stands_for);
  }
  return std::move(w.out);
}

std::optional<Transfer> DecodeTransfer(std::string_view payload) {
  ByteReader r(payload);
  Transfer transfer;
  const uint8_t has_act = r.U8();
  if (has_act > 1) return std::nullopt;
  if (has_act == 1) {
    const std::string_view act = r.Raw(16);
    if (!r.ok()) return std::nullopt;
    transfer.act = Hash128::From(act);
  }
  const uint64_t in = r.Varint();
  if (in > kLotsMax) return std::nullopt;
  for (uint64_t i = 0; i < in; ++i) {
    Lot lot;
    lot.id = ReadId(r);
    if (!ReadShare(r, &lot.owner, &lot.share)) return std::nullopt;
    if (i > 0 && transfer.in.back().id >= lot.id) return std::nullopt;
    transfer.in.push_back(std::move(lot));
  }
  const uint64_t out = r.Varint();
  if (!r.ok() || out == 0 || out > kLotsMax) return std::nullopt;
  for (uint64_t i = 0; i < out; ++i) {
    Portion portion;
    if (!ReadShare(r, &portion.owner, &portion.share)) return std::nullopt;
    const uint8_t stands_for = r.U8();
    if (stands_for > 1) return std::nullopt;
    if (stands_for == 1) portion.stands_for = ReadId(r);
    transfer.out.push_back(std::move(portion));
  }
  if (!r.ok() || !r.AtEnd() || StandsTwice(transfer)) return std::nullopt;
  const mpq_class whole = transfer.in.empty() ? mpq_class(1) : SumOf(transfer.in);
  return whole == SumOf(transfer.out) && EncodeTransfer(transfer) == payload ? std::optional(std::move(transfer)) : std::nullopt;
}

Hash128 ActOf(std::string_view idempotency, const Transfer& transfer) {
  std::map<std::string, mpq_class> gain;
  for (const Portion& portion : transfer.out) gain[portion.owner] += Exact(portion.share);
  for (const Lot& lot : transfer.in) gain[lot.owner] -= Exact(lot.share);
  ByteWriter w;
  for (const auto& [owner, share] : gain) {
    if (share == 0) continue;
    w.Sized(owner);
    w.Sized(share.get_str());
  }
  return HashParts({idempotency, w.out});
}

Holdings Hold(const std::vector<PlacedTransfer>& transfers) {
  const size_t n = transfers.size();
  Holdings held{{}, std::vector<bool>(n, false), std::vector<bool>(n, false), {}};
  const std::vector<size_t> first = FirstOfAct(transfers);
  for (size_t i = 0; i < n; ++i) held.repeated[i] = first[i] != i;
  const Lots lots(transfers, first);
  std::set<LotId> live = {LotId{}}, made;  // the whole is there until somebody takes it
  std::map<LotId, Lot> details;
  const auto counts = [&](size_t i) {
    if (held.effective[i] || held.repeated[i]) return false;
    for (size_t k = 0; k < transfers[i].transfer.out.size(); ++k)
      if (made.contains(IdOf(transfers[i], k))) return false;  // two rulings wrote it anew
    const std::vector<Lot>& in = transfers[i].transfer.in;
    return in.empty() ? live.contains(LotId{}) : std::all_of(in.begin(), in.end(), [&](const Lot& lot) {
      return live.contains(lots.Canonical(lot.id)) && lots.Find(lot) != nullptr;
    });
  };
  const bool restart = OutOfOrder(transfers);
  for (size_t i = 0; i < n;) {
    if (!counts(i)) {
      ++i;
      continue;
    }
    held.effective[i] = true;
    for (const LotId& id : Consumed(transfers[i].transfer, lots)) live.erase(id);
    for (size_t k = 0; k < transfers[i].transfer.out.size(); ++k) {
      const LotId id = IdOf(transfers[i], k);
      const Portion& portion = transfers[i].transfer.out[k];
      made.insert(id);
      live.insert(id);
      details[id] = {id, portion.owner, portion.share};
    }
    i = restart ? 0 : i + 1;
  }
  live.erase(LotId{});
  for (const LotId& id : live) held.live.push_back(details.at(id));
  held.rivals = Rivals(transfers, held.repeated, lots);
  return held;
}

std::vector<size_t> BuiltOn(const std::vector<PlacedTransfer>& transfers, size_t of) {
  const Lots lots(transfers, FirstOfAct(transfers));
  std::set<size_t> built = {of};
  for (bool more = true; more;) {
    more = false;
    for (size_t i = 0; i < transfers.size(); ++i) {
      if (built.contains(i)) continue;
      for (const Lot& lot : transfers[i].transfer.in) {
        const Source* source = lots.Find(lot);
        if (source != nullptr && built.contains(source->transfer) && built.insert(i).second) more = true;
      }
    }
  }
  built.erase(of);
  return {built.begin(), built.end()};
}

std::vector<std::pair<std::string, std::string>> Owned(const std::vector<Lot>& live) {
  std::map<std::string, mpq_class> shares;
  for (const Lot& lot : live) shares[lot.owner] += Exact(lot.share);
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [owner, share] : shares) out.emplace_back(owner, share.get_str());
  return out;
}

std::optional<Fraction> ParseFraction(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view num = text.substr(0, slash), den = slash == text.npos ? "1" : text.substr(slash + 1);
  const auto number = [](std::string_view s) {
    return !s.empty() && s.size() <= 10 && s.find_first_not_of("0123456789") == s.npos;
  };
  if (!number(num) || !number(den)) return std::nullopt;
  const mpz_class divisor((std::string(den)));
  if (divisor == 0) return std::nullopt;
  mpq_class share(mpz_class(std::string(num)), divisor);
  share.canonicalize();
  return Bounded(share);
}

std::string Text(const Fraction& share) { return Exact(share).get_str(); }

namespace {

using Amounts = std::map<std::string, mpq_class>;  // by owner

Amounts ByOwner(const std::vector<Portion>& portions) {
  Amounts amounts;
  for (const Portion& portion : portions) amounts[portion.owner] += Exact(portion.share);
  return amounts;
}

// Adds the owner's live lots, in their order, until they are worth `share`. What they are worth more; below 0: he has too little.
mpq_class TakeLots(const std::vector<Lot>& live, const std::string& owner, const mpq_class& share, std::vector<Lot>* taken) {
  mpq_class more = -share;
  for (const Lot& lot : live) {
    if (lot.owner != owner || more >= 0) continue;
    more += Exact(lot.share);
    taken->push_back(lot);
  }
  return more;
}

}  // namespace

std::optional<Transfer> FirstTransfer(const std::vector<Portion>& take) {
  Transfer transfer;
  for (const auto& [owner, share] : ByOwner(take)) {
    const std::optional<Fraction> bounded = Bounded(share);
    if (!bounded) return std::nullopt;
    transfer.out.push_back({owner, *bounded, std::nullopt});
  }
  return SumOf(transfer.out) == 1 ? std::optional(std::move(transfer)) : std::nullopt;
}

std::optional<Transfer> MakeTransfer(const std::vector<Lot>& live, const std::vector<Portion>& give,
                                     const std::vector<Portion>& take, std::string* why) {
  if (SumOf(give) != SumOf(take) || take.empty()) {
    *why = Cat("what is given adds up to ", SumOf(give).get_str(), ", what is taken to ", SumOf(take).get_str());
    return std::nullopt;
  }
  Transfer transfer;
  Amounts taken = ByOwner(take);
  for (const auto& [owner, share] : ByOwner(give)) {
    const mpq_class more = TakeLots(live, owner, share, &transfer.in);
    if (more < 0) {
      *why = Cat(owner, " has ", mpq_class(share + more).get_str(), " and gives ", share.get_str());
      return std::nullopt;
    }
    if (more > 0) taken[owner] += more;
  }
  for (const auto& [owner, share] : taken) {
    const std::optional<Fraction> bounded = Bounded(share);
    if (!bounded) {
      *why = Cat("the share of ", owner, " would be ", share.get_str(), ": numbers of a share stay below 2^32");
      return std::nullopt;
    }
    transfer.out.push_back({owner, *bounded, std::nullopt});
  }
  std::sort(transfer.in.begin(), transfer.in.end(), [](const Lot& a, const Lot& b) { return a.id < b.id; });
  return transfer;
}

std::optional<Moved> MoveNet(const PlacedTransfer& placed, const std::vector<Lot>& live, uint32_t ordinal) {
  Moved moved;
  std::map<std::string, mpq_class> gives;
  std::set<std::string> has;
  for (const Lot& lot : placed.transfer.in) {
    gives[lot.owner] += Exact(lot.share);
    has.insert(lot.owner);
  }
  for (const Portion& portion : placed.transfer.out) gives[portion.owner] -= Exact(portion.share);
  const auto left_over = [&](const std::string& owner, const mpq_class& share) {
    const std::optional<Fraction> bounded = Bounded(share);
    if (bounded) moved.made.push_back({{{UINT64_MAX, 0}, ordinal++, 0}, owner, *bounded});
    return bounded.has_value();
  };
  for (const auto& [owner, share] : gives) {
    if (share < 0 && has.contains(owner) && !left_over(owner, -share)) return std::nullopt;
    if (share <= 0) continue;
    const mpq_class more = TakeLots(live, owner, share, &moved.consumed);
    if (more < 0 || (more > 0 && !left_over(owner, more))) return std::nullopt;
  }
  for (size_t k = 0; k < placed.transfer.out.size(); ++k) {
    const Portion& portion = placed.transfer.out[k];
    if (!has.contains(portion.owner)) moved.made.push_back({IdOf(placed, k), portion.owner, portion.share});
  }
  return moved;
}

}  // namespace chancery
