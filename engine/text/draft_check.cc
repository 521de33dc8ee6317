#include "engine/text/draft_check.h"

#include <map>
#include <set>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/text/shape.h"

namespace chancery {
namespace {

using Verb = DraftChange::Verb;

absl::Status CheckWords(const Draft& draft) {
  const struct {
    const char* what;
    const std::string& text;
    size_t bytes_max;
  } words[] = {{"the entry's id", draft.id, limits::kIdempotencyBytes},
               {"officer", draft.officer, limits::kWordBytes},
               {"basis", draft.basis, limits::kWordBytes},
               {"note", draft.note, limits::kWordBytes},
               {"corrects", draft.corrects, limits::kWordBytes},
               {"reason", draft.reason, limits::kWordBytes}};
  for (const auto& word : words) {
    if (!word.text.empty()) RETURN_IF_ERROR(CheckWord(Literal(word.text), word.what, word.bytes_max));
  }
  if (draft.corrects.empty() == draft.reason.empty()) return absl::OkStatus();
  return RefuseType(Literal(), {draft.reason.empty() ? "a correction (\"corrects\") needs its \"reason\""
                                                     : "\"reason\" stands only beside \"corrects\"",
                                "", "\"note\" is for free text"});
}

absl::Status CheckRecord(const DraftOp& op, const Literal& where) {
  const Address& a = op.record;
  if (a.key.empty() || !a.field.empty()) {
    return RefuseType(where,
                      {Cat("an operation is on a record, written register/key; found ", Found(Literal(a.Text()))), "", ""});
  }
  if (Address::Parse(a.Text()).ok()) return absl::OkStatus();
  return RefuseType(where, {Cat(Found(Literal(a.Text())), " is no address of a record"), "", ""});
}

// Where each field of the entry was first written.
struct Use {
  size_t op;
  Verb verb;
};

bool BothOfASet(Verb a, Verb b) { return (a == Verb::kAdd || a == Verb::kRemove) && (b == Verb::kAdd || b == Verb::kRemove); }

bool OfOneVerb(Verb a, Verb b) { return a == b && (a == Verb::kAdd || a == Verb::kRemove || a == Verb::kStrike); }

absl::Status CheckFieldsOnce(const Draft& draft) {
  std::map<std::string, Use> uses;  // by field address
  std::set<std::string> elements;   // field address, then the element as JSON
  for (size_t i = 0; i < draft.ops.size(); ++i) {
    for (const DraftChange& change : draft.ops[i].changes) {
      const std::string at = Cat(draft.ops[i].record.Shown(), "/", change.field);
      const auto [use, first] = uses.try_emplace(at, Use{i, change.verb});
      const bool same_op = use->second.op == i;
      const bool allowed =
          first || (same_op && (BothOfASet(use->second.verb, change.verb) || OfOneVerb(use->second.verb, change.verb)));
      if (!allowed)
        return RefuseType(change.value, {Cat(at, " is written twice: a field stands in at most one verb of an entry"), at, ""});
      if (!BothOfASet(change.verb, change.verb) && change.verb != Verb::kStrike) continue;
      if (!elements.insert(Cat(at, "\n", change.value.Json())).second) {
        return RefuseType(change.value, {Cat(at, " names ", Found(change.value), " twice"), at, ""});
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckOp(const DraftOp& op) {
  Literal where;
  where.line = op.line;
  where.column = op.column;
  RETURN_IF_ERROR(CheckRecord(op, where));
  if (op.verb == DraftOp::Verb::kDelete && !op.changes.empty()) {
    return RefuseType(where, {"a deletion changes no field", op.record.Shown(), ""});
  }
  for (const DraftChange& change : op.changes) {
    const std::string at = Cat(op.record.Shown(), "/", change.field);
    if (!IsName(change.field))
      return RefuseType(change.value, {Cat(Found(Literal(change.field)), " is no name of a field"), at, ""});
    const bool replaces = change.verb == Verb::kSet || change.verb == Verb::kUnset || change.verb == Verb::kMove;
    if (change.over.empty() || replaces) continue;
    return RefuseType(change.value,
                      {Cat("\"over\" names ", change.field, ", which this operation does not set, unset or move"), at, ""});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckDraft(const Draft& draft) {
  RETURN_IF_ERROR(CheckWords(draft));
  if (draft.ops.empty()) return RefuseType(Literal(), {"an entry has at least one operation in \"ops\"", "", ""});
  if (draft.ops.size() > limits::kOpsPerEntry) {
    return RefuseLimit(Literal(),
                       {absl::StrCat("an entry has at most ", limits::kOpsPerEntry, " operations; found ", draft.ops.size()), "",
                        "file it as several entries"});
  }
  if (draft.relied_on.size() > limits::kPremises) {
    return RefuseLimit(
        Literal(),
        {absl::StrCat("an entry relies on at most ", limits::kPremises, " things; found ", draft.relied_on.size()), "", ""});
  }
  for (const DraftOp& op : draft.ops) RETURN_IF_ERROR(CheckOp(op));
  return CheckFieldsOnce(draft);
}

}  // namespace chancery
