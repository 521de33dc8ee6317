#include "bench/workload.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <numeric>

namespace chancery::bench {

uint32_t Generator::Next() {
  uint32_t t = state_ += 0x6D2B79F5u;
  t = (t ^ (t >> 15)) * (t | 1u);
  t ^= t + ((t ^ (t >> 7)) * (t | 61u));
  return t ^ (t >> 14);
}

std::string Generator::Text(size_t size) {
  std::string text(size, '\0');
  for (char& c : text) c = "0123456789abcdefghijklmnopqrstuvwxyz"[Next() % 36];
  return text;
}

std::string Parcel::Packed() const {
  const auto little = [](uint64_t v, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(v >> (8 * i)));
    return out;
  };
  return owner + shares + little(static_cast<uint64_t>(area), 4) + address + status + little(static_cast<uint64_t>(updated), 8) +
         zone + note;
}

std::string KeyOf(uint32_t parcel) {
  char key[kKeyBytes + 1];
  std::snprintf(key, sizeof key, "P%015u", parcel);
  return key;
}

Parcel ParcelOf(uint32_t number) {
  Generator g(number * 2654435761u + 1);
  Parcel p;
  p.key = KeyOf(number);
  p.owner = g.Text(24);
  p.shares = g.Text(16);
  p.area = g.Below(100000);
  p.address = g.Text(40);
  p.status = g.Text(8);
  p.updated = 1700000000000 + number;
  p.zone = g.Text(16);
  p.note = g.Text(68);
  return p;
}

std::vector<Parcel> Parcels(uint32_t first, uint32_t count) {
  std::vector<Parcel> parcels(count);
  for (uint32_t i = 0; i < count; ++i) parcels[i] = ParcelOf(first + i);
  return parcels;
}

std::vector<Edit> Edits(uint32_t parcels, uint32_t edits, uint32_t site) {
  std::vector<uint32_t> order(parcels);
  std::iota(order.begin(), order.end(), 0u);
  Generator shuffle(1000 + site), g(2000 + site);
  for (uint32_t i = 0; i < edits; ++i) std::swap(order[i], order[i + shuffle.Below(parcels - i)]);
  std::vector<Edit> out;
  for (uint32_t i = 0; i < edits; ++i) {
    const bool owner = (g.Next() & 1) != 0;
    out.push_back({KeyOf(order[i]), owner, g.Text(owner ? 24 : 8)});
  }
  return out;
}

std::vector<Edit> Clashing(const std::vector<Edit>& ours, const std::vector<Edit>& theirs) {
  std::map<std::string, bool> owner;
  for (const Edit& edit : ours) owner[edit.key] = edit.owner;
  std::vector<Edit> both;
  for (const Edit& edit : theirs) {
    const auto ours_of_it = owner.find(edit.key);
    if (ours_of_it != owner.end() && ours_of_it->second == edit.owner) both.push_back(edit);
  }
  std::sort(both.begin(), both.end(), [](const Edit& a, const Edit& b) { return a.key < b.key; });
  return both;
}

std::vector<Edit> Transfers(uint32_t parcels, uint32_t edits, uint32_t seed) {
  Generator g(seed);
  std::vector<Edit> out(edits);
  for (Edit& edit : out) {
    edit.value = g.Text(24);
    edit.key = KeyOf(g.Below(parcels));
  }
  return out;
}

std::vector<Edit> Rounds(uint32_t parcels, uint32_t rounds) {
  Generator g(9);
  std::vector<Edit> out;
  for (uint32_t round = 0; round < rounds; ++round)
    for (uint32_t i = 0; i < parcels; ++i) out.push_back({KeyOf(i), true, g.Text(24)});
  return out;
}

std::vector<uint32_t> Lookups(uint32_t parcels, uint32_t lookups) {
  Generator g(5);
  std::vector<uint32_t> out(lookups);
  for (uint32_t& parcel : out) parcel = g.Below(parcels);
  return out;
}

}  // namespace chancery::bench
