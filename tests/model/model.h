// The reference model: what a set of entries means, slow and obvious. Everything is computed from the set alone, each time anew.
// Of the engine it knows only the decoder of entries and the plain data types of the public header.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "chancery/types.h"
#include "engine/codec/entry.h"
#include "engine/codec/run.h"
#include "tests/model/packs.h"

namespace chancery::model {

using Seen = std::map<LaneId, uint64_t>;  // highest sequence number per lane: names a down-closed set of entries
bool Has(const Seen& seen, Place place);

struct Item {
  Entry entry;
  EntryId id;
  Seen past;  // what its author had merged
  Place place() const { return {entry.lane, entry.seq}; }
};

// Every entry that exists anywhere in a history.
class Book {
 public:
  // Takes the entries of an encoded run. Returns what is wrong with it, "" if nothing: other bytes at a place that is taken, a
  // stamp that does not rise above what the entry knew.
  std::string Take(const std::string& run, std::vector<Place>* places);
  void Add(Item item);  // computes its past

  std::string Short(Place place) const;               // "tallinn-17"
  const Item* Find(const std::string& name) const;    // by short form; nullptr = none
  LaneId LaneOfSite(const std::string& label) const;  // 0 = none

  std::map<Place, Item> items;
  std::map<LaneId, std::string> labels;  // "tallinn", "tallinn.2"
};

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
  std::string address;        // canonical text
  std::vector<Act> acts;      // all, in canonical order
  std::vector<Act> standing;  // those that leave a write or mark which nothing removes
  bool exists = false;

  std::vector<Act> Standing(uint32_t field) const;  // kNoField: the marks of its life
  std::vector<Act> Visible(uint32_t field) const;   // without `last` writes that lost against a later one
};

struct Clash {
  Fact a, b;
  bool decided = false;  // by some ruling
};

struct Case {
  RuleSpec rule;
  std::string subject, state;
  std::vector<Clash> clashes;        // live
  std::vector<const Item*> rulings;  // canonical order
  std::set<const Item*> standing;    // of them: those that decide a pair of facts in spite of all others
  std::set<Fact> facts;              // of the clashes and named by the rulings
};
using CaseKey = std::pair<std::string, std::string>;  // rule, subject

class Meaning {
 public:
  Meaning(const Book& book, const Seen& seen);

  const Row* Find(const std::string& address) const;
  bool Exists(const std::string& address) const { return Find(address) != nullptr && Find(address)->exists; }
  std::string AddressOf(const Fact& fact) const;
  bool Contested(const std::string& address, const std::string& field) const;         // field "" = existence
  bool Same(const RuleSpec& rule, const std::string& a, const std::string& b) const;  // exempt from a unique rule
  const Value* Interim(const Row& row, uint32_t field) const;                         // nullptr = none
  bool Stands(const Case& c, const Fact& fact) const;
  bool IsWrite(const Case& c, const Fact& fact) const;  // of the field that the case is about, on its record; else a mark of life
  bool Disputes(const Case& c, const std::string& address) const;  // the case waits and is about the record

  // What the public interface shows. Of a fact only entry, id, site, officer, basis and standing; of a ruling entry, site,
  // outcome and standing.
  RecordView View(const Row& row) const;
  CaseView View(const Case& c) const;
  std::vector<std::string> ClaimLines() const;  // RULE \t SUBJECT \t RECORD \t writers, sorted

  const Book& book;
  const Seen seen;
  std::vector<const Item*> order;  // canonical
  std::map<std::string, Row> rows;
  std::map<CaseKey, std::map<std::string, std::vector<Act>>> claims;  // (unique rule, subject) -> record -> writes
  std::map<CaseKey, Case> cases;

 private:
  void FindClaims();
  void FindClashes();
  void FindFieldClashes(const Row& row, uint32_t field);
  void FindDangling(const Row& row, uint32_t field);
  void FindLifeClashes(const Row& row);
  void AddClash(const std::string& rule, const std::string& subject, const Fact& a, const Fact& b);
  void Judge(Case& c);
  std::vector<std::string> Dependants(const Case& c) const;
  bool Touches(const Item& item, const Case& c, const Fact& fact) const;
};

std::string AddressText(const Entry& entry, const Op& op);
Literal LiteralOf(const Value& value);
std::string SubjectOf(const RuleSpec& rule, const Value& value);  // normalised, compact JSON

}  // namespace chancery::model
