// Rows above a read transaction, in memory: what is written there is seen there, and stored nowhere.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/store/tables.h"

namespace chancery {

class Overlay {
 public:
  using Rows = std::map<std::string, std::optional<std::string>, std::less<>>;  // nullopt: the row below is gone

  // What stands above the row below: nullptr where nothing does.
  const std::optional<std::string>* Find(Table table, std::string_view key) const {
    const Rows& rows = At(table).rows;
    const auto found = rows.find(key);
    return found == rows.end() ? nullptr : &found->second;
  }
  const Rows& RowsOf(Table table) const { return At(table).rows; }
  bool hides(Table table) const { return At(table).hides; }   // nothing below counts any more
  int64_t more(Table table) const { return At(table).more; }  // rows than below, where it does not hide

  void Put(Table table, std::string_view key, std::string_view value, bool there) {
    Above& above = At(table);
    above.more += there ? 0 : 1;
    const auto found = above.rows.find(key);
    if (found != above.rows.end()) {
      found->second.emplace(value);
    } else {
      above.rows.emplace(key, value);
    }
  }
  void Delete(Table table, std::string_view key) {  // of a row that is there
    Above& above = At(table);
    --above.more;
    if (above.hides) {
      above.rows.erase(above.rows.find(key));
    } else {
      above.rows.insert_or_assign(std::string(key), std::nullopt);
    }
  }
  void Clear(Table table) { At(table) = {{}, true, 0}; }

 private:
  struct Above {
    Rows rows;
    bool hides = false;
    int64_t more = 0;
  };
  Above& At(Table table) { return above_[static_cast<size_t>(table)]; }
  const Above& At(Table table) const { return above_[static_cast<size_t>(table)]; }

  std::array<Above, kTableNames.size()> above_;
};

}  // namespace chancery
