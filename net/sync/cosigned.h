// Which cosignatures a peer is known to keep, so that each goes to it once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace chancery::sync {

size_t CountCosignatures(std::string_view cosignatures);

// Cosignatures as Snapshot::Cosignatures gives them: a head of 8 bytes, then 128 bytes each.
class Cosigned {
 public:
  void Add(std::string_view cosignatures);
  // Those of `all` that are not known, in the same form; "" = there are none. What `all` has no more is forgotten.
  std::string NewIn(const std::string& all);
  void Clear() { known_.clear(); }

 private:
  std::set<uint64_t> known_;  // by name: state.h
};

}  // namespace chancery::sync
