#include "engine/text/draft_check.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/hash/hash.h"
#include "absl/types/span.h"
#include "engine/base/few.h"
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
    if (word.text.empty() || (word.text.size() <= word.bytes_max && IsText(word.text))) continue;
    RETURN_IF_ERROR(CheckWord(Literal(word.text), word.what, word.bytes_max));
  }
  if (draft.corrects.empty() == draft.reason.empty()) return absl::OkStatus();
  return RefuseType(Literal(), {draft.reason.empty() ? "a correction (\"corrects\") needs its \"reason\""
                                                     : "\"reason\" stands only beside \"corrects\"",
                                "", "\"note\" is for free text"});
}

// Where an operation stands in its text.
Literal PlaceOf(const DraftOp& op) {
  Literal where;
  where.line = op.line;
  where.column = op.column;
  return where;
}

absl::Status CheckRecord(const DraftOp& op) {
  const Address& a = op.record;
  if (IsName(a.reg) && IsKey(a.key) && a.field.empty()) return absl::OkStatus();
  const Literal where = PlaceOf(op);
  if (a.key.empty() || !a.field.empty()) {
    return RefuseType(where,
                      {Cat("an operation is on a record, written register/key; found ", Found(Literal(a.Text()))), "", ""});
  }
  return RefuseType(where, {Cat(Found(Literal(a.Text())), " is no address of a record"), "", ""});
}

// A change and where it stands in the draft.
struct Written {
  size_t op = 0;
  const Address* record = nullptr;
  const DraftChange* change = nullptr;
  bool InFieldOf(const Written& other) const {
    return std::tie(record->reg, record->key, change->field) ==
           std::tie(other.record->reg, other.record->key, other.change->field);
  }
  bool operator<(const Written& other) const {  // by field, then as written
    if (record == other.record) return std::tie(change->field, change) < std::tie(other.change->field, other.change);
    return std::tie(record->reg, record->key, change->field, op) <
           std::tie(other.record->reg, other.record->key, other.change->field, other.op);
  }
  std::string At() const { return Cat(record->Shown(), "/", change->field); }
};

bool BothOfASet(Verb a, Verb b) { return (a == Verb::kAdd || a == Verb::kRemove) && (b == Verb::kAdd || b == Verb::kRemove); }

bool OfOneVerb(Verb a, Verb b) { return a == b && (a == Verb::kAdd || a == Verb::kRemove || a == Verb::kStrike); }

// All that is written into one field, in the draft's order.
absl::Status CheckField(absl::Span<const Written> changes) {
  std::set<std::string> elements;
  const Written& first = changes[0];
  for (const Written& written : changes) {
    const Verb verb = written.change->verb, before = first.change->verb;
    const bool allowed = &written == &first || (written.op == first.op && (BothOfASet(before, verb) || OfOneVerb(before, verb)));
    const Literal& value = written.change->value;
    if (!allowed)
      return RefuseType(value,
                        {Cat(first.At(), " is written twice: a field stands in at most one verb of an entry"), first.At(), ""});
    if (!BothOfASet(verb, verb) && verb != Verb::kStrike) continue;
    if (!elements.insert(value.Json()).second)
      return RefuseType(value, {Cat(first.At(), " names ", Found(value), " twice"), first.At(), ""});
  }
  return absl::OkStatus();
}

// false: no field is written twice. By hashes, so true may be wrong.
bool MayRepeat(const Draft& draft) {
  Few<size_t, 16> hashes;
  for (const DraftOp& op : draft.ops) {
    const size_t record = draft.ops.size() == 1 ? 0 : absl::HashOf(op.record.reg, op.record.key);
    for (const DraftChange& change : op.changes) hashes.push_back(absl::HashOf(record, change.field));
  }
  std::sort(hashes.begin(), hashes.end());
  return std::adjacent_find(hashes.begin(), hashes.end()) != hashes.end();
}

absl::Status CheckFieldsOnce(const Draft& draft) {
  if (!MayRepeat(draft)) return absl::OkStatus();
  Few<Written, 16> all;
  for (size_t i = 0; i < draft.ops.size(); ++i)
    for (const DraftChange& change : draft.ops[i].changes) all.push_back({i, &draft.ops[i].record, &change});
  std::sort(all.begin(), all.end());
  for (size_t from = 0, to = 0; from < all.size(); from = to) {
    while (to < all.size() && all[to].InFieldOf(all[from])) ++to;
    if (to - from > 1) RETURN_IF_ERROR(CheckField(absl::MakeConstSpan(all).subspan(from, to - from)));
  }
  return absl::OkStatus();
}

absl::Status CheckOp(const DraftOp& op) {
  RETURN_IF_ERROR(CheckRecord(op));
  if (op.verb == DraftOp::Verb::kDelete && !op.changes.empty()) {
    return RefuseType(PlaceOf(op), {"a deletion changes no field", op.record.Shown(), ""});
  }
  for (const DraftChange& change : op.changes) {
    const bool replaces = change.verb == Verb::kSet || change.verb == Verb::kUnset || change.verb == Verb::kMove;
    if (IsName(change.field) && (change.over.empty() || replaces)) continue;
    const std::string at = Cat(op.record.Shown(), "/", change.field);
    if (!IsName(change.field))
      return RefuseType(change.value, {Cat(Found(Literal(change.field)), " is no name of a field"), at, ""});
    return RefuseType(change.value,
                      {Cat("\"over\" names ", change.field, ", which this operation does not set, unset or move"), at, ""});
  }
  return absl::OkStatus();
}

// All that does not lie in its operations.
absl::Status CheckHead(const Draft& draft) {
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
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckDraftLike(const Draft& draft) {
  RETURN_IF_ERROR(CheckHead(draft));
  return CheckRecord(draft.ops[0]);
}

absl::Status CheckDraft(const Draft& draft) {
  RETURN_IF_ERROR(CheckHead(draft));
  for (const DraftOp& op : draft.ops) RETURN_IF_ERROR(CheckOp(op));
  return CheckFieldsOnce(draft);
}

}  // namespace chancery
