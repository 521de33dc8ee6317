// Shares of a whole: lots that transfers consume and make, so that they always add up to one. Exact arithmetic. Transfers of
// different lots commute; two transfers of one lot are rivals, and until a ruling the first in canonical order counts.
// Source: docs/reference/kinds.md#shares.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/hash.h"
#include "engine/crdt/frontier.h"

namespace chancery {

struct Fraction {  // of the whole: above 0, at most 1; reduced, both below 2^32
  uint64_t num = 1, den = 1;
  bool operator==(const Fraction&) const = default;
};

// The index-th lot that operation `op` of an entry makes. All zeros: the whole, before the first transfer.
struct LotId {
  Place place;
  uint32_t op = 0, index = 0;
  auto operator<=>(const LotId&) const = default;
};

struct Lot {
  LotId id;
  std::string owner;
  Fraction share;
  bool operator==(const Lot&) const = default;
};

// What a transfer makes. A ruling that lets a rival stand beside another writes it anew: then its lot stands for that of the
// rival.
struct Portion {
  std::string owner;
  Fraction share;
  std::optional<LotId> stands_for;
  bool operator==(const Portion&) const = default;
};

struct Transfer {
  std::optional<Hash128> act;  // of an entry with an id: equal for what is the same act, filed apart (ActOf)
  std::vector<Lot> in;         // ascending by id; empty: the first transfer
  std::vector<Portion> out;    // one or more; they add up to what goes in, or to one
  bool operator==(const Transfer&) const = default;
};

std::string EncodeTransfer(const Transfer& transfer);
// nullopt: not canonical, or what goes out is not what goes in.
std::optional<Transfer> DecodeTransfer(std::string_view payload);

// Owners and what each gains and loses, whichever lots were at hand.
Hash128 ActOf(std::string_view idempotency, const Transfer& transfer);

struct PlacedTransfer {
  Place place;
  uint32_t op = 0;
  Transfer transfer;
};

// What standing transfers come to.
struct Holdings {
  std::vector<Lot> live;                          // ascending by id; they add up to one, or there are none
  std::vector<bool> effective;                    // by transfer: it counts
  std::vector<bool> repeated;                     // by transfer: an earlier one is the same act
  std::vector<std::pair<size_t, size_t>> rivals;  // (a, b), a < b: both consume some lot; (a, a): a lot that no standing one made
};
// transfers: in canonical order. O(n log n) in the lots, but for what rulings wrote anew.
Holdings Hold(const std::vector<PlacedTransfer>& transfers);

// Those built on transfer `of`, directly or not: they consume what it made.
std::vector<size_t> BuiltOn(const std::vector<PlacedTransfer>& transfers, size_t of);

// Owners, ascending, with what each has: exact, reduced; written "1/2", "1".
std::vector<std::pair<std::string, std::string>> Owned(const std::vector<Lot>& live);

// A share as people write it: "1/2". nullopt: not above 0 and at most 1, or a number of 2^32 or more.
std::optional<Fraction> ParseFraction(std::string_view text);
std::string Text(const Fraction& share);

// The first transfer of a record. nullopt: it does not add up to one.
std::optional<Transfer> FirstTransfer(const std::vector<Portion>& take);

// Takes `give` (owner, share) from the live lots, those of an owner in the order of their ids, and makes `take` and what is left
// over. Errors: a message for people, in `why`, where an owner has too little or the sides differ.
std::optional<Transfer> MakeTransfer(const std::vector<Lot>& live, const std::vector<Portion>& give,
                                     const std::vector<Portion>& take, std::string* why);

// A transfer on other lots: each owner gives what he gives in all, from his live lots in the order of their ids; who gains has
// the lots that it made. What is left over gets an id that no entry has, numbered from `ordinal` on. nullopt: an owner has too
// little.
struct Moved {
  std::vector<Lot> consumed, made;
};
std::optional<Moved> MoveNet(const PlacedTransfer& placed, const std::vector<Lot>& live, uint32_t ordinal);
inline bool IsLeftOver(const Lot& lot) { return lot.id.place == Place{UINT64_MAX, 0}; }

}  // namespace chancery
