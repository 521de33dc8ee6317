#include "tests/model/book.h"

#include <cstdlib>

namespace chancery::model {

bool Has(const Seen& seen, Place place) {
  const auto it = seen.find(place.lane);
  return it != seen.end() && it->second >= place.seq;
}

bool Apart(const Item& a, const Item& b) { return a.place() != b.place() && !Has(a.past, b.place()) && !Has(b.past, a.place()); }

std::string Book::Take(const std::string& bytes, std::vector<Place>* places) {
  const absl::StatusOr<Run> run = DecodeRun(bytes);
  if (!run.ok()) return "a run does not decode: " + std::string(run.status().message());
  for (size_t i = 0; i < run->leaves.size(); ++i) {
    const std::string entry_bytes = run->EntryBytes(i);
    const absl::StatusOr<Entry> entry = DecodeEntry(entry_bytes);
    if (!entry.ok()) return "an entry does not decode: " + std::string(entry.status().message());
    const Item item{*entry, IdOf(entry_bytes), {}};
    places->push_back(item.place());
    const auto known = items.find(item.place());
    if (known != items.end()) {
      if (known->second.id != item.id) return "other bytes at " + Short(item.place());
      continue;
    }
    Add(item);
    for (const auto& [lane, seq] : items[item.place()].past) {
      if (items.contains({lane, seq}) && items[{lane, seq}].entry.hlc >= item.entry.hlc)
        return "the stamp of an entry is not above its past";
    }
  }
  return "";
}

void Book::Add(Item item) {
  const Entry& entry = item.entry;
  if (entry.seq > 1) {
    item.past = items.at({entry.lane, entry.seq - 1}).past;
    item.past[entry.lane] = entry.seq - 1;
  }
  for (const Place& tip : entry.context) item.past[tip.lane] = tip.seq;
  if (entry.genesis) labels[entry.lane] = entry.genesis->site;
  if (entry.admit) {
    const uint64_t n = entry.admit->incarnation;
    labels[LaneOf(entry.admit->key)] = entry.admit->site + (n > 1 ? "." + std::to_string(n) : "");
  }
  items[item.place()] = std::move(item);
}

std::string Book::Short(Place place) const {
  const auto label = labels.find(place.lane);
  return (label == labels.end() ? "?" : label->second) + "-" + std::to_string(place.seq);
}

const Item* Book::Find(const std::string& name) const {
  const size_t dash = name.rfind('-');
  const auto it = items.find({LaneOfSite(name.substr(0, dash)), std::strtoull(name.c_str() + dash + 1, nullptr, 10)});
  return it == items.end() ? nullptr : &it->second;
}

LaneId Book::LaneOfSite(const std::string& label) const {
  for (const auto& [lane, name] : labels) {
    if (name == label) return lane;
  }
  return 0;
}

}  // namespace chancery::model
