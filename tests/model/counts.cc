#include "tests/model/counts.h"

#include <algorithm>

#include "tests/model/officers.h"
#include "tests/model/ranked.h"
#include "tests/model/shares.h"
#include "tests/model/sums.h"

namespace chancery::model {
namespace {

const char* const kVerbs[] = {"set",      "unset", "add",    "remove", "bump",  "move",
                              "transfer", "file",  "strike", "cede",   "grant", "issue"};

bool BuiltOnAnother(const Meaning& meaning, const Item& item, const Item& later) {
  if (Has(later.past, item.place()) || !meaning.copies.Knew(later, item)) return false;
  return std::any_of(later.entry.ops.begin(), later.entry.ops.end(), [&](const Op& op) {
    return std::any_of(item.entry.ops.begin(), item.entry.ops.end(),
                       [&](const Op& other) { return AddressText(item.entry, other) == AddressText(later.entry, op); });
  });
}

void CountField(const Row& row, uint32_t f, Tally& tally) {
  const FieldSpec& spec = row.spec(f);
  if (spec.type == Type::kShares) {
    const Ownership shares(&row, f);
    const auto count = [](const std::vector<bool>& list, bool value) {
      return static_cast<uint64_t>(std::count(list.begin(), list.end(), value));
    };
    tally["transfers without effect"] += count(shares.counts, false);
    tally["transfers filed apart that count once"] += count(shares.repeats, true);
  }
  if (spec.type == Type::kRanked) {
    for (const Listed& charge : PriorityList(&row, f, spec).charges) tally["charges tied"] += charge.tied;
  }
  for (const Act& write : spec.type == Type::kSerial ? row.Visible(f) : std::vector<Act>()) {
    const bool beyond = !write.value().unset() && write.value().AsInteger() >= spec.first_number + 64 * spec.block;
    tally["more than one block of numbers"] += beyond;
  }
}

// An act filed apart that counts elsewhere; whether somebody built on it who knew another copy alone.
void CountCopy(const Meaning& meaning, const Item& item, Tally& tally) {
  if (meaning.copies.Counts(item)) return;
  ++tally["acts filed apart that count once"];
  for (const Item* later : meaning.order) tally["built on a copy alone"] += BuiltOnAnother(meaning, item, *later);
}

}  // namespace

void CountVerbs(const Draft& draft, Tally& tally) {
  for (const DraftOp& op : draft.ops) {
    for (const DraftChange& change : op.changes) {
      tally["over"] += !change.over.empty();
      ++tally[std::string("filed ") + kVerbs[static_cast<int>(change.verb)]];
    }
  }
}

void CountKinds(const Meaning& meaning, Tally& tally) {
  for (const Item* item : meaning.order) CountCopy(meaning, *item, tally);
  for (const auto& [address, row] : meaning.rows) {
    for (uint32_t f = 0; f < row.reg->fields.size(); ++f) CountField(row, f, tally);
  }
}

void CountShown(const Shown& shown, Tally& tally) {
  for (const RecordView& record : shown.records) {
    tally["contested reads"] += record.contested;
    tally["records gone"] += !record.exists;
    for (const FieldView& field : record.fields) {
      const bool apart = field.values.size() > 1 && !field.contested;
      tally[field.name == "status" ? "states apart that go together" : "standing apart, not contested"] += apart;
    }
  }
  for (const CaseView& c : shown.cases) tally["dependants"] += c.dependants.size();
}

void CountOfficers(const Meaning& meaning, Tally& tally) {
  for (const auto& [key, c] : meaning.cases) {
    const Item* t = c.relying;
    for (const Fact& fact : c.rule.shown == "authority" ? c.facts : std::set<Fact>()) {
      if (fact.place != t->place())
        tally["authority by way of a principal"] += meaning.AddressOf(fact) != OfficerAddress(t->entry.officer);
    }
    if (c.rule.shown == "authority") tally["authority of rulings"] += t->entry.kind != EntryKind::kFiling;
    for (const Item* a : c.rulings) {
      for (const Item* b : c.rulings) {
        const Place& proposal = a->entry.ruling->approves;
        tally["approved apart"] += proposal.seq > 0 && b->entry.ruling->approves == proposal && Apart(*a, *b);
      }
    }
    tally["proposals overtaken"] += c.state != "ruled" && c.state != "proposed" && !c.pending.empty();
  }
}

}  // namespace chancery::model
