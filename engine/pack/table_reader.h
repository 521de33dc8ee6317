// Reads the tables of a pack key by key, gathering what is wrong with its place in the file instead of stopping at the first.
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/base/strings.h"

namespace chancery {

using Spot = toml::source_position;

// What is wrong with a pack ("NAME:LINE:COLUMN: …").
class Problems {
 public:
  explicit Problems(std::string_view origin) : origin_(origin) {}
  void Wrong(const Spot& at, std::string what) { wrong_.push_back({at, std::move(what)}); }
  // A refusal `pack` with all that is wrong, in the order of the file; OK where nothing is.
  absl::Status Report() const;

 private:
  struct Problem {
    Spot at;
    std::string what;
  };
  void Append(std::vector<Problem> problems, std::string& message) const;

  std::string origin_;
  std::vector<Problem> wrong_;
};

struct Item {  // a text of a list, and where it stands
  std::string text;
  Spot at;
};

// One table. Each read names a key; Finish() finds the keys that no read asked for. A key of the wrong type is a problem and
// reads as if it were missing.
class TableReader {
 public:
  // what: for messages, "field parcel.owner".
  TableReader(const toml::table& table, std::string what, Problems& problems)
      : table_(table), what_(std::move(what)), problems_(problems) {}

  bool Has(std::string_view key) const { return table_.contains(key); }
  std::optional<std::string> Text(const char* key);
  std::optional<int64_t> Integer(const char* key, int64_t min, int64_t max);
  bool Flag(const char* key);
  std::vector<Item> Texts(const char* key);
  const toml::table* Table(const char* key);
  const toml::array* Array(const char* key);
  const toml::node* Node(const char* key);  // of any type

  // One of the words, by index; `otherwise` where the key is missing or holds another.
  size_t OneOf(const char* key, const std::vector<std::string>& words, size_t otherwise);

  // The key must be there. Returns whether it is.
  bool Need(const char* key);

  void Finish();

  // A problem at a key's value, at the key itself, or at the table.
  void Wrong(const char* key, std::string_view why);
  Spot At(const char* key) const;     // of the value; of the table where the key is missing
  Spot KeyAt(const char* key) const;  // of the key's name
  const std::string& what() const { return what_; }
  Problems& problems() { return problems_; }

 private:
  const toml::table& table_;
  std::string what_;
  Problems& problems_;
  std::vector<std::string> asked_;
};

}  // namespace chancery
