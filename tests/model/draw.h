// Random drafts and rulings, dense enough to clash: few records, few values.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "chancery/testing.h"
#include "tests/model/model.h"

namespace chancery::model {

bool Present(const Row* row, const std::string& field);  // a value other than unset stands

class Draw {
 public:
  Draw(uint64_t seed, bool dense);

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

  std::vector<Draft> Beginnings();  // what a history may begin with
  // In the view of a site; most would be accepted there.
  Draft Filing(const Meaning& view);
  // What sites file apart, so that it clashes: all under one rule. before: what was filed so, first by another site.
  RuleSpec Rule(const Meaning& view);
  Draft FilingUnder(const RuleSpec& rule, const Meaning& view, const std::vector<Draft>& before);
  Draft FilingOfSum(const Meaning& view);  // under an id; of something else where the history has no sums
  Draft FilingUnderId(const Meaning& view);
  Draft FilingOn(const Draft& before, const Meaning& view);  // on one of its records
  std::string Officer();                                     // the name of one; not that there must be a record of him
  Draft FirstOfficers();
  Draft OfficerChange(const Meaning& view, const std::string& name);
  // On one of the cases there are, or (seldom) on one that is not.
  RulingDraft Ruling(const Meaning& view);
  RulingDraft RulingOn(const Meaning& view, const Case& c);

 private:
  // What a history is about, and the fields that it is about most: all at once would be too thin.
  enum class Subject { kParcels, kEstates, kLeases, kBlocks };
  static Subject SubjectFrom(size_t percent);
  std::vector<std::string> FirstRecords() const;
  void AddFirst(Draft& draft, const std::string& reg, const std::set<std::string>& begun);
  std::vector<std::string> ThemeOf(const std::string& reg);

  // One field of one record, and the changes that are made up for it.
  struct Target {
    const Meaning& view;
    const Row* row;  // nullptr: none yet
    const FieldSpec& field;
    DraftOp& op;
    uint32_t ordinal;
    const Row* Old() const { return op.verb == DraftOp::Verb::kCreate ? nullptr : row; }
    void Add(DraftChange::Verb verb, Literal value) const;
  };

  Literal ValueFor(const FieldSpec& field);
  Literal IntervalFor(const FieldSpec& field);
  std::string ReferenceFor(const FieldSpec& field);
  std::string Address();
  std::string Day();
  std::string RightWord();
  Draft NewOfficer(const std::string& name);
  void AddChange(const Meaning& view, const Row* row, const FieldSpec& field, DraftOp& op);
  void AddPlain(const Target& target);
  Literal NextState(const Target& target);
  bool AddOfKind(const Target& target);  // false: the field holds one value, or elements
  void AddBump(const Target& target);
  void AddGrant(const Target& target);
  void AddTransfer(const Target& target);
  void AddCharge(const Target& target);
  Literal SharesFor();  // of a whole
  const FieldSpec& Disputed(const Row* row, const RegisterSpec& reg);
  const FieldSpec* LookedAt(const Meaning& view, const std::string& address);
  const FieldSpec& FieldFor(const Meaning& view, const std::string& address);
  void AddCompanions(const Meaning& view, const Row* row, DraftOp& op, std::set<std::string> chosen);
  DraftOp Operation(const Meaning& view, const std::string& address);
  std::optional<Draft> FilingAlike(const Meaning& view);  // nullopt: no case is about two records that may be alike
  void MakeEnd(const FieldSpec& field, const Meaning& view, DraftOp& op);
  void Oppose(const RuleSpec& rule, const Target& target, const Draft* first, DraftChange& change);
  std::string AddressUnder(const RuleSpec& rule, const std::vector<Draft>& before);
  Literal Premise();
  Literal SetFor(const Meaning& view, const Case& c);

  SeededRandom random_;
  bool dense_;
  size_t hot_;  // of each register, three fields from here on are written most
  Subject subject_;
  size_t theme_;  // of the subject
  int ids_ = 0;
};

}  // namespace chancery::model
