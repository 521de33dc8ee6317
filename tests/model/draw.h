// Random drafts and rulings, dense enough to clash: few records, few values.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "chancery/testing.h"
#include "tests/model/model.h"

namespace chancery::model {

class Draw {
 public:
  Draw(uint64_t seed, bool dense) : random_(seed), dense_(dense), hot_(Below(14)) {}

  bool Chance(uint64_t percent) { return random_.Below(100) < percent; }
  size_t Below(size_t n) { return random_.Below(n); }
  template <class T>
  const T& Of(const std::vector<T>& list) {
    return list[Below(list.size())];
  }
  template <class T>
  void Shuffle(std::vector<T>& list) {
    for (size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[Below(i)]);
  }

  // In the view of a site; most would be accepted there.
  Draft Filing(const Meaning& view);
  // On one of the cases there are, or (seldom) on one that is not.
  RulingDraft Ruling(const Meaning& view);

 private:
  Literal ValueFor(const FieldSpec& field);
  std::string Address();
  void AddChange(const Meaning& view, const Row* row, const FieldSpec& field, DraftOp& op);
  const FieldSpec& Disputed(const Row* row, const RegisterSpec& reg);
  DraftOp Operation(const Meaning& view, const std::string& address);
  Literal Premise();
  Literal SetFor(const Meaning& view, const Case& c);

  SeededRandom random_;
  bool dense_;
  size_t hot_;  // of each register, three fields from here on are written most
  int ids_ = 0;
};

}  // namespace chancery::model
