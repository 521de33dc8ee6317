// The reference model: what a set of entries means, slow and obvious. Everything is computed from the set alone, each time anew.
// Of the engine it knows only the decoders of entries and of values, and the plain data types of the public header.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "chancery/types.h"
#include "engine/codec/entry.h"
#include "tests/model/book.h"
#include "tests/model/copies.h"
#include "tests/model/packs.h"
#include "tests/model/values.h"

namespace chancery::model {

// One thing that an operation does to a record: one of its changes, or (change = nullptr) what the operation itself says of the
// record's life: a creation, a deletion, an edit.
struct Act {
  const Item* by = nullptr;
  uint32_t op = 0;
  const Change* change = nullptr;

  Fact fact() const { return {by->place(), op}; }
  uint32_t field() const { return change == nullptr ? kNoField : change->field; }
  OpKind kind() const { return by->entry.ops[op].kind; }
  bool says(OpKind what) const { return change == nullptr && kind() == what; }
  bool live() const {
    return change == nullptr ? kind() != OpKind::kDelete : change->value == Value::Bool(true);
  }  // a mark of life
  bool last() const { return change != nullptr && change->verb == Verb::kSetLast; }
  const Value& value() const { return change->value; }
};

struct Row {  // a record
  const RegisterSpec* reg = nullptr;
  std::string address;     // canonical text
  std::vector<Act> filed;  // all, in canonical order
  std::vector<Act> acts;   // those that count: of an act filed apart, what its first entry does
  const Copies* copies = nullptr;
  std::vector<Act> standing;  // those that leave a write or mark which nothing removes
  std::vector<Act> begun;     // creations whose start no later creation took away
  bool exists = false;

  const FieldSpec& spec(uint32_t field) const { return reg->fields[field]; }
  std::vector<Act> Standing(uint32_t field) const;  // kNoField: the marks of its life
  std::vector<Act> Visible(uint32_t field) const;   // without `last` writes that lost against another
};

struct Clash {
  Fact a, b;
  bool tie = false;      // on a priority list
  bool decided = false;  // by some ruling
};

struct Case {
  RuleSpec rule;
  std::string subject, state;
  const Item* relying = nullptr;                // the entry that it is about as a whole; nullptr: it is about none
  bool notice = false;                          // waits for nobody
  std::vector<Clash> clashes;                   // live
  std::vector<const Item*> rulings;             // canonical order
  std::set<const Item*> standing;               // of them: those that decide a pair of facts in spite of all others
  std::set<Fact> facts;                         // of the clashes and named by the rulings
  std::vector<const Item*> proposals, returns;  // canonical order
  std::set<const Item*> pending;                // of the proposals: those that another officer may approve or send back

  bool waits() const { return state != "ruled" && !notice; }  // for a person
};
using CaseKey = std::pair<std::string, std::string>;  // rule, subject

struct Sum;

class Meaning {
 public:
  Meaning(const Book& book, const Seen& seen);
  Meaning(const Meaning&) = delete;

  const Row* Find(const std::string& address) const;
  bool Exists(const std::string& address) const { return Find(address) != nullptr && Find(address)->exists; }
  std::string AddressOf(const Fact& fact) const;
  std::string FilingOf(const RuleSpec& rule, const std::string& record) const;        // the value of `same`, where there is one
  bool Same(const RuleSpec& rule, const std::string& a, const std::string& b) const;  // exempt from a rule between records
  const Value* Interim(const Row& row, uint32_t field) const;                         // of one-valued fields; nullptr = none
  Literal Shown(const Row& row, uint32_t field) const;                                // of all
  bool Stands(const Case& c, const Fact& fact) const;
  bool IsWrite(const Case& c, const Fact& fact) const;  // of a field that the case is about, on its record; else a mark of life
  bool Disputes(const Case& c, const std::string& address) const;  // the case waits and is about the record

  // What the public interface shows. Of a fact only entry, id, site, officer, basis and standing; of a ruling entry, outcome,
  // standing and whose proposal it approves; of a proposal entry, officer, outcome, standing and who sent it back.
  RecordView View(const Row& row) const;
  CaseView View(const Case& c) const;
  // RULE \t SUBJECT \t RECORD \t writers, sorted: who holds what under the rules that compare records by a value.
  std::vector<std::string> ClaimLines() const;

  std::vector<const Case*> QuestionsOn(const Row& row, const std::string& field) const;

  const Book& book;
  const Seen seen;
  std::vector<const Item*> order;  // canonical
  Copies copies;
  std::map<std::string, Row> rows;
  std::map<CaseKey, std::map<std::string, std::vector<Act>>> claims;  // (unique rule, subject) -> record -> writes
  std::map<CaseKey, Case> cases;

 private:
  void Fold();
  static void Stand(Row& row);  // from what was filed all else
  std::vector<Fact> FirstOf(const std::vector<Fact>& facts) const;
  bool Decides(const Item* ruling, const Fact& a, const Fact& b) const;
  std::vector<const Item*> Deciding(const std::vector<const Item*>& rulings, const Fact& a, const Fact& b) const;
  Row AsKnownTo(const Item& item, const Row& row) const;
  void FindClaims();
  void FindClashes();
  void FindFieldClashes(const Row& row, uint32_t field);
  void FindKeptClashes(const Row& row, uint32_t field);  // of shares and priority lists
  void FindDangling(const Row& row, uint32_t field);
  void FindLifeClashes(const Row& row);
  void FindClashesBetweenRecords();
  void FindStale(const Item& t, const Premise& premise);
  void FindStaleClaim(const Item& t, const Premise& premise);
  void FindOfficerChanges(const Item& t);
  std::vector<const Case*> Questions(const std::vector<Act>& acts) const;
  bool StandsAtAll(const Item& item) const;
  void AddClash(const std::string& rule, const std::string& subject, const Fact& a, const Fact& b, bool tie = false);
  void Judge(Case& c);
  void JudgeProposals(Case& c);
  FieldView View(const Row& row, uint32_t field) const;
  Literal Quota(const Sum& sum) const;
  std::string OutcomeText(const Ruling& ruling) const;
  ProposalView ViewOf(const Case& c, const Item& proposal) const;
  std::vector<std::string> WaitingCases(const Row& row, const std::string& field) const;  // ids; field "" = of its existence
  std::vector<std::string> Dependants(const Case& c) const;
  bool Touches(const Item& item, const Case& c, const Fact& fact) const;
  bool TouchesAt(const Item& item, const Case& c, const Fact& fact) const;  // on the record of that operation
};

std::string AddressText(const Entry& entry, const Op& op);
std::string SubjectOfEntry(const Item& item);

}  // namespace chancery::model
