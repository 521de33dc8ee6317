// What a site holds, said in a few hundred bytes: enough to know exactly what another one lacks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "chancery/chancery.h"

namespace chancery::sync {

// Named by its key, not by its label: sites that have admitted namesakes apart number them differently for a while.
struct LaneTip {
  std::string key;    // 16 bytes: the fingerprint of the lane's key
  uint64_t size = 0;  // entries held of it, from its first on
  bool operator==(const LaneTip&) const = default;
};

struct State {
  std::vector<LaneTip> lanes;  // ascending by key, none of size 0
  std::string digest, docket;  // 32 hexadecimal digits: of the records and of the cases that these entries make
  uint64_t waiting = 0;        // entries stored there that no frontier names: their causes are missing,
  uint64_t held = 0;           // or they are stamped too far ahead
  uint64_t halted = 0;         // lanes of which there are two versions
  uint64_t cosigned = 0;       // names the set of cosignatures kept there
  bool operator==(const State&) const = default;
};

// Entries of the lane that the state names; 0 where the lane is not in it.
uint64_t SizeIn(const State& state, const std::string& key);

absl::StatusOr<State> ReadState(const Snapshot& now);

// Every entry that `b` names is in `a`.
bool Covers(const State& a, const State& b);

// Nothing is in one and not in the other, as far as states tell.
bool Alike(const State& a, const State& b);

// The same entries are merged at both: a lane with two versions may be another one at each.
bool Comparable(const State& a, const State& b);

// They are, and yet records or cases differ: one of the two is damaged, or we are wrong, or a lane has two versions that nobody
// has seen beside each other.
bool Unequal(const State& a, const State& b);

// What `state` holds, in the words of this store, for Snapshot::RunsSince. Lanes unknown here are left out.
absl::StatusOr<std::string> FrontierOf(const State& state, const Snapshot& now);

// The first 16 bytes of SHA-256, from a fingerprint as people read it. "" where it is none.
std::string KeyOf(std::string_view fingerprint);

std::string ShownKey(const std::string& key);  // the other way round

// FNV-1a, 64 bits: names bytes among friends, proves nothing.
uint64_t NameOf(std::string_view bytes);
uint64_t NameOf(const std::vector<LaneTip>& lanes);  // the entries that they hold

}  // namespace chancery::sync
