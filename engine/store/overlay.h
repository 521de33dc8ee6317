// Rows above a read transaction, in memory: what is written there is seen there, and stored nowhere.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "engine/base/arena.h"
#include "engine/store/tables.h"

namespace chancery {

class Overlay {
 public:
  using Rows = absl::btree_map<std::string_view, std::optional<std::string_view>>;  // nullopt: the row below is gone

  Overlay() { bytes_.push_back(std::make_shared<Arena>()); }
  Overlay(const Overlay& other) : above_(other.above_), bytes_(other.bytes_) { bytes_.push_back(std::make_shared<Arena>()); }
  Overlay& operator=(const Overlay&) = delete;

  // What stands above the row below: nullptr where nothing does.
  const std::optional<std::string_view>* Find(Table table, std::string_view key) const {
    const Rows& rows = At(table).rows;
    if (IsBehind(rows, key)) return nullptr;
    const auto found = rows.find(key);
    return found == rows.end() ? nullptr : &found->second;
  }
  const Rows& RowsOf(Table table) const { return At(table).rows; }
  bool hides(Table table) const { return At(table).hides; }   // nothing below counts any more
  int64_t more(Table table) const { return At(table).more; }  // rows than below, where it does not hide

  // Sizes are multiples of 8. below: whether the row is there below; asked where nothing stands above it.
  template <class Below>
  void Put(Table table, std::string_view key, std::string_view value, const Below& below) {
    Above& above = At(table);
    const auto at = IsBehind(above.rows, key) ? above.rows.end() : above.rows.lower_bound(key);
    if (at != above.rows.end() && at->first == key) {
      above.more += at->second ? 0 : 1;
      at->second = Keep(value);
    } else {
      above.more += !above.hides && below() ? 0 : 1;
      above.rows.emplace_hint(at, Keep(key), Keep(value));
    }
  }
  void Delete(Table table, std::string_view key) {  // of a row that is there
    Above& above = At(table);
    --above.more;
    if (above.hides) {
      above.rows.erase(above.rows.find(key));
    } else if (const auto at = above.rows.find(key); at != above.rows.end()) {
      at->second.reset();
    } else {
      above.rows.emplace(Keep(key), std::nullopt);
    }
  }
  void Clear(Table table) { At(table) = {{}, true, 0}; }

 private:
  struct Above {
    Rows rows;
    bool hides = false;
    int64_t more = 0;
  };
  // Most rows are read and written in the order of their keys.
  static bool IsBehind(const Rows& rows, std::string_view key) { return rows.empty() || rows.rbegin()->first < key; }

  Above& At(Table table) { return above_[static_cast<size_t>(table)]; }
  const Above& At(Table table) const { return above_[static_cast<size_t>(table)]; }
  std::string_view Keep(std::string_view bytes) { return bytes_.back()->Keep(bytes); }

  std::array<Above, kTableNames.size()> above_;
  // Of the rows. The last one is this overlay's own, the others those of what it is a copy of.
  std::vector<std::shared_ptr<Arena>> bytes_;
};

}  // namespace chancery
