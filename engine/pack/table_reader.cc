#include "engine/pack/table_reader.h"

#include <algorithm>

#include "engine/base/status.h"
#include "engine/pack/nearest.h"

namespace chancery {

void Problems::Append(std::vector<Problem> problems, std::string& message) const {
  constexpr size_t kShownMax = 20;
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
  });
  for (size_t i = 0; i < std::min(problems.size(), kShownMax); ++i) {
    absl::StrAppend(&message, message.empty() ? "" : "\n", origin_, ":", problems[i].at.line, ":", problems[i].at.column, ": ",
                    problems[i].what);
  }
  if (problems.size() > kShownMax) absl::StrAppend(&message, "\nand ", problems.size() - kShownMax, " more");
}

absl::Status Problems::Report() const {
  std::string message;
  Append(wrong_, message);
  if (message.empty()) return absl::OkStatus();
  return Refuse({.kind = "pack",
                 .rule = "",
                 .at = "",
                 .message = std::move(message),
                 .next = "correct the pack and check it again; docs/reference/pack.md has every key"});
}

const toml::node* TableReader::Node(const char* key) {
  asked_.emplace_back(key);
  return table_.get(key);
}

std::optional<std::string> TableReader::Text(const char* key) {
  const toml::node* node = Node(key);
  if (node == nullptr) return std::nullopt;
  const auto* text = node->as_string();
  if (text == nullptr || !IsText(text->get())) {
    Wrong(key, "is a text");
    return std::nullopt;
  }
  return text->get();
}

std::optional<int64_t> TableReader::Integer(const char* key, int64_t min, int64_t max) {
  const toml::node* node = Node(key);
  if (node == nullptr) return std::nullopt;
  const auto* number = node->as_integer();
  if (number != nullptr && number->get() >= min && number->get() <= max) return number->get();
  const std::string range = max == INT64_MAX ? absl::StrCat(min, " or more") : absl::StrCat("from ", min, " to ", max);
  Wrong(key, Cat("is an integer, ", range));
  return std::nullopt;
}

bool TableReader::Flag(const char* key) {
  const toml::node* node = Node(key);
  if (node == nullptr) return false;
  if (const auto* flag = node->as_boolean()) return flag->get();
  Wrong(key, "is true or false");
  return false;
}

const toml::array* TableReader::Array(const char* key) {
  const toml::node* node = Node(key);
  if (node == nullptr) return nullptr;
  if (!node->is_array()) Wrong(key, "is a list");
  return node->as_array();
}

std::vector<Item> TableReader::Texts(const char* key) {
  std::vector<Item> items;
  const toml::array* list = Array(key);
  if (list == nullptr) return items;
  if (list->empty()) Wrong(key, "may not be empty");
  for (const toml::node& node : *list) {
    const auto* text = node.as_string();
    if (text != nullptr && IsText(text->get())) {
      items.push_back({text->get(), node.source().begin});
    } else {
      problems_.Wrong(node.source().begin, Cat(what_, ": ", key, " is a list of texts"));
    }
  }
  return items;
}

const toml::table* TableReader::Table(const char* key) {
  const toml::node* node = Node(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table()) Wrong(key, "is a table");
  return node->as_table();
}

size_t TableReader::OneOf(const char* key, const std::vector<std::string>& words, size_t otherwise) {
  const std::optional<std::string> text = Text(key);
  if (!text.has_value()) return otherwise;
  const auto found = std::find(words.begin(), words.end(), *text);
  if (found != words.end()) return found - words.begin();
  std::string list;
  for (const std::string& word : words) absl::StrAppend(&list, list.empty() ? "" : " | ", word);
  Wrong(key, Cat(words.size() > 1 ? "is one of " : "can only be ", list, "; found \"", *text, "\""));
  return otherwise;
}

bool TableReader::Need(const char* key) {
  if (Has(key)) return true;
  problems_.Wrong(table_.source().begin, Cat(what_, " needs the key ", key));
  return false;
}

void TableReader::Finish() {
  for (const auto& [key, node] : table_) {
    if (std::find(asked_.begin(), asked_.end(), key.str()) != asked_.end()) continue;
    problems_.Wrong(key.source().begin, Cat(what_, ": unknown key \"", key.str(), "\"", Nearest(key.str(), asked_)));
  }
}

void TableReader::Wrong(const char* key, std::string_view why) { problems_.Wrong(At(key), Cat(what_, ": ", key, " ", why)); }

Spot TableReader::At(const char* key) const {
  const toml::node* node = table_.get(key);
  return node == nullptr ? table_.source().begin : node->source().begin;
}

Spot TableReader::KeyAt(const char* key) const {
  const auto found = table_.find(key);
  return found == table_.cend() ? table_.source().begin : found->first.source().begin;
}

}  // namespace chancery
