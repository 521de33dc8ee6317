// Short names, looked for often: of registers and fields.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace chancery {

// Equal names have equal marks; others differ as a rule, but not where only their middle does, past the first and last 8 bytes.
inline uint64_t NameMark(std::string_view name) {
  const size_t size = name.size();
  uint64_t head = 0, tail = 0;
  if (size >= 8) {
    std::memcpy(&head, name.data(), 8);
    std::memcpy(&tail, name.data() + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(&head, name.data(), 4);
    std::memcpy(&tail, name.data() + size - 4, 4);
  } else if (size > 0) {
    const auto byte = [&](size_t i) { return static_cast<uint64_t>(static_cast<uint8_t>(name[i])); };
    head = byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16;
  }
  uint64_t mark = (head + size) * 0x9e3779b97f4a7c15u;
  mark = ((mark ^ mark >> 32) + tail) * 0x94d049bb133111ebu;
  return mark ^ mark >> 32;
}

// Names and what they name. Both outlive the table.
template <class T>
class NameTable {
 public:
  // name: not in the table yet.
  void Add(std::string_view name, const T* named) {
    if (2 * ++size_ > slots_.size()) Grow();
    Put({NameMark(name), name, named});
  }
  // nullptr: it is not there.
  const T* Find(std::string_view name) const {
    if (slots_.empty()) return nullptr;
    const uint64_t mark = NameMark(name);
    for (size_t at = mark & (slots_.size() - 1); slots_[at].named != nullptr; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].mark == mark && slots_[at].name == name) return slots_[at].named;
    }
    return nullptr;
  }

 private:
  struct Slot {
    uint64_t mark = 0;
    std::string_view name;
    const T* named = nullptr;  // nullptr: free
  };
  void Put(const Slot& slot) {
    size_t at = slot.mark & (slots_.size() - 1);
    while (slots_[at].named != nullptr) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
  void Grow() {
    const std::vector<Slot> before = std::move(slots_);
    slots_.assign(std::bit_ceil(2 * size_), {});
    for (const Slot& slot : before) {
      if (slot.named != nullptr) Put(slot);
    }
  }

  std::vector<Slot> slots_;  // a power of two, at most half full
  size_t size_ = 0;
};

}  // namespace chancery
