#include "tests/model/clerk.h"

#include <algorithm>
#include <tuple>

#include "tests/model/clerk_parts.h"
#include "tests/model/shares.h"
#include "tests/support/forever.h"

namespace chancery::model {

Op OpOn(const Address& record, OpKind kind, Few<PackId>& packs) {
  Op op;
  op.kind = kind;
  op.key = Forever().Keep(record.key);
  for (const PackSpec& pack : AllPacks()) {
    for (uint32_t i = 0; i < pack.registers.size(); ++i) {
      if (pack.registers[i].name != record.reg) continue;
      op.reg = i;
      const auto at = std::find(packs.begin(), packs.end(), pack.id);
      op.pack = static_cast<uint32_t>(at - packs.begin());
      if (at == packs.end()) packs.push_back(pack.id);
    }
  }
  return op;
}

OpKind KindOfEdit(const Meaning& view, const std::string& address) {
  const auto c = view.cases.find({"existence", address});
  const bool contested = c != view.cases.end() && view.Disputes(c->second, address);
  const Row* row = view.Find(address);
  const bool questioned = row != nullptr && !view.QuestionsOn(*row, "").empty();
  return view.Exists(address) && !contested && !questioned ? OpKind::kEdit : OpKind::kNeutral;
}

bool Held(const Meaning& view, const std::string& address) {
  return std::any_of(view.cases.begin(), view.cases.end(), [&](const auto& known) {
    const Case& c = known.second;
    const auto here = [&](const Fact& fact) { return view.AddressOf(fact) == address; };
    return c.rule.hold && view.Disputes(c, address) && std::any_of(c.facts.begin(), c.facts.end(), here);
  });
}

namespace {

// What a case about the record leaves to a person.
bool Contested(const Meaning& view, const std::string& address) {
  if (const Row* row = view.Find(address)) {
    if (!view.QuestionsOn(*row, "").empty()) return true;
    for (const FieldSpec& field : row->reg->fields) {
      if (!view.QuestionsOn(*row, field.name).empty()) return true;
    }
  }
  return std::any_of(view.cases.begin(), view.cases.end(),
                     [&](const auto& known) { return !known.second.notice && view.Disputes(known.second, address); });
}

void FindActsBefore(const Meaning& view, const Draft& draft, Expected& out) {
  bool other_content = false;
  for (const Item* item : view.order) {
    if (draft.id.empty() || item->entry.idempotency != draft.id) continue;
    if (view.book.contents.at(item->place()) == ContentOf(draft)) {
      out.before.push_back(view.book.Short(item->place()));
    } else {
      other_content = true;
    }
  }
  if (other_content && out.before.empty()) out.refusals.insert("idempotency");
}

// What a deletion takes with it: references in fields of which the pack says so, each unset in the same entry.
void UnsetReferences(const Meaning& view, const std::string& target, Expected& out) {
  for (const std::string& reg : RegisterNames()) {  // ascending, as the fields are
    for (uint32_t f = 0; f < RegisterOf(reg).fields.size(); ++f) {
      const FieldSpec& field = RegisterOf(reg).fields[f];
      for (const auto& [address, row] : view.rows) {
        if (!field.unset_on_deletion || row.reg->name != reg || !row.exists) continue;
        std::set<Place> named;
        bool others = false;
        for (const Act& write : row.Visible(f)) {
          if (write.value().payload() == target) {
            named.insert(write.by->place());
          } else {
            others = true;
          }
        }
        Entry entry;
        entry.packs = out.packs;
        const bool written = std::any_of(out.ops.begin(), out.ops.end(), [&, &address = address](const Op& op) {
          const auto writes = [&](const Change& change) { return change.field == f; };
          return AddressText(entry, op) == address &&
                 (op.kind == OpKind::kDelete || std::any_of(op.changes.begin(), op.changes.end(), writes));
        });
        if (named.empty() || written) continue;
        if (Held(view, address)) out.refusals.insert("hold");
        Op op = OpOn(*Address::Parse(address), KindOfEdit(view, address), out.packs);
        Change change{f, field.last ? Verb::kSetLast : Verb::kSet, {}, {}};
        if (others && !field.last) change.named.assign(named.begin(), named.end());
        op.changes.push_back(change);
        out.ops.push_back(op);
      }
    }
  }
}

}  // namespace

std::string ContentOf(const Draft& draft) {
  Draft copy = draft;
  for (DraftOp& op : copy.ops) {
    for (DraftChange& change : op.changes) {
      change.over.clear();
      const Literal *from = change.value.Find("from"), *to = change.value.Find("to");
      if (change.verb != DraftChange::Verb::kTransfer || from == nullptr || to == nullptr) continue;
      const auto given = SharesIn(*from), taken = SharesIn(*to);
      if (!given || !taken) continue;
      Amounts gains;
      for (const auto& [owner, share] : *taken) gains[owner] += share;
      for (const auto& [owner, share] : *given) gains[owner] -= share;
      change.value = Literal::Object();
      for (const auto& [owner, gain] : gains) {
        if (gain != 0) change.value.Add(owner, gain.get_str());
      }
    }
  }
  return JsonOf(copy);
}

Expected Expect(const Meaning& view, const Office& office, const Draft& draft) {
  const LaneId lane = office.lane;
  Expected out;
  Desk desk{view, lane, draft, out};
  if (!view.book.labels.contains(lane)) out.refusals.insert("admission");
  std::map<std::string, bool> exists;  // of records that the operations before began or ended
  for (const DraftOp& draft_op : draft.ops) {
    const bool create = draft_op.verb == DraftOp::Verb::kCreate, ends = draft_op.verb == DraftOp::Verb::kDelete;
    const std::string address = draft_op.record.Text();
    const bool anew = exists.contains(address);
    if (create == (anew ? exists[address] : view.Exists(address))) out.refusals.insert("existence");
    if (ends && !anew && Contested(view, address)) out.refusals.insert("contested");
    if (Held(view, address)) out.refusals.insert("hold");
    const OpKind kind = create ? OpKind::kCreate : ends ? OpKind::kDelete : anew ? OpKind::kEdit : KindOfEdit(view, address);
    if (create || ends) exists[address] = create;
    Op op = OpOn(draft_op.record, kind, out.packs);
    const Row* row = exists.contains(address) ? nullptr : view.Find(address);  // a creation begins with an empty record
    const RegisterSpec& reg = RegisterOf(draft_op.record.reg);
    for (const DraftChange& change : draft_op.changes) {
      if (!AddKindsChange(desk, change, draft_op, reg, row, op)) AddChange(desk, change, reg, row, op);
    }
    std::sort(op.changes.begin(), op.changes.end(), [](const Change& a, const Change& b) {
      return std::tie(a.field, a.verb, a.value) < std::tie(b.field, b.verb, b.value);
    });
    out.ops.push_back(op);
  }
  for (const DraftOp& draft_op : draft.ops) {
    const std::string address = draft_op.record.Text();
    if (draft_op.verb == DraftOp::Verb::kDelete && !exists[address]) UnsetReferences(view, address, out);
  }
  CheckFiler(view, office, draft.officer, out);
  if (!draft.admit_breaches) {
    const Imagined imagined(view, lane, out, std::nullopt);
    const Meaning after(imagined.book, imagined.seen);
    FindBreaches(view, after, imagined.item(), out);
    if (BreaksReference(after, imagined.item())) out.refusals.insert("reference");
  }
  FindActsBefore(view, draft, out);
  return out;
}

}  // namespace chancery::model
