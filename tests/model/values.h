// Values as people write them, and back: of the kinds that the test packs have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chancery/types.h"
#include "engine/codec/entry.h"
#include "tests/model/packs.h"

namespace chancery::model {

Literal LiteralOf(const Value& value);  // of what is one value; null = unset
std::string DateText(int64_t days);     // "2026-01-31"

// nullopt: the literal is no value of the field. Of fields that hold one value, of sets the element.
std::optional<Value> Typed(const FieldSpec& field, const Literal& literal);

// What a rule compares: one part a field, as compact JSON, normalised where the rule says so.
std::string PartOf(const RuleSpec& rule, const Value& value);
std::string SubjectOf(const std::vector<std::string>& parts);  // one alone, several as an array
std::vector<std::string> PartsOf(const RuleSpec& rule, const std::string& subject);

// Every combination of one member of each list.
template <class T>
std::vector<std::vector<T>> Combinations(const std::vector<std::vector<T>>& lists) {
  std::vector<std::vector<T>> all = {{}};
  for (const std::vector<T>& list : lists) {
    std::vector<std::vector<T>> longer;
    for (const std::vector<T>& head : all) {
      for (const T& next : list) {
        longer.push_back(head);
        longer.back().push_back(next);
      }
    }
    all = std::move(longer);
  }
  return all;
}

}  // namespace chancery::model
