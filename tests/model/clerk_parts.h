// The clerk's own: what its files share.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/model/clerk.h"

namespace chancery::model {

// ---- filings

struct Desk {  // where a draft is filed
  const Meaning& view;
  LaneId lane;
  const Draft& draft;
  Expected& out;
  std::map<std::string, uint64_t> issued = {};  // numbers of a field ("register.field") in operations before
};

Op OpOn(const Address& record, OpKind kind, Few<PackId>& packs);
OpKind KindOfEdit(const Meaning& view, const std::string& address);
bool Held(const Meaning& view, const std::string& address);

// The change that a draft's change comes to. row: as the operations before left it, nullptr = empty.
void AddChange(Desk& desk, const DraftChange& change, const RegisterSpec& reg, const Row* row, Op& op);
// The same for verbs of the kinds that are more than one value. false: it is none of them.
bool AddKindsChange(Desk& desk, const DraftChange& change, const DraftOp& draft_op, const RegisterSpec& reg, const Row* row,
                    Op& op);

// ---- officers

void CheckFiler(const Meaning& view, const Office& office, const std::string& officer, Expected& out);
// right: "rule" or "approve".
void CheckJudge(const Meaning& view, const Office& office, const Case& c, const std::string& officer, const std::string& right,
                Expected& out);

// ---- rules between records

// The view after one more entry, which is only imagined.
struct Imagined {
  Imagined(const Meaning& view, LaneId lane, const Expected& out, std::optional<Ruling> ruling);
  const Item& item() const { return book.items.at(place); }
  Book book;
  Seen seen;
  Place place;
};

// What is broken after the entry that was not before. entry: the one in hand.
bool BreaksReference(const Meaning& after, const Item& entry);
void FindBreaches(const Meaning& before, const Meaning& after, const Item& entry, Expected& out);

// ---- rulings

Op& OpFor(const std::string& address, OpKind kind, Expected& out);  // on that record: one a ruling
Op& OpFor(const Meaning& view, const std::string& address, Expected& out);
void Retract(const Meaning& view, const std::string& address, uint32_t field, std::set<Place> named, Expected& out);
void Settle(const Meaning& view, const std::string& address, const std::string& field, const Value& value, Expected& out);
// What the ruling does, if its officer has the right.
Expected ExpectEffects(const Meaning& view, const Office& office, const RulingDraft& draft, const std::string& right);
Imagined After(const Meaning& view, LaneId lane, const RulingDraft& draft, const Expected& out);

void RuleOnEntry(const Meaning& view, LaneId lane, const Case& c, const RulingDraft& ruling, Expected& out);
std::set<std::string> FieldsWritten(const Meaning& view, const Case& c);  // of one value, by the entries of the case
void RuleOnShares(const Meaning& view, const Case& c, const RulingDraft& ruling, Expected& out);
void RuleOnRanked(const Meaning& view, const Case& c, const RulingDraft& ruling, Expected& out);
void RuleByReturn(const Meaning& view, LaneId lane, const Case& c, const RulingDraft& ruling, Expected& out);
std::optional<Value> WholeFrom(const Case& c, const Literal& literal);  // shares that a ruling sets

}  // namespace chancery::model
