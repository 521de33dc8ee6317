#include "tests/model/copies.h"

#include <algorithm>
#include <iterator>

namespace chancery::model {

namespace {

// Without what was found where it was filed. Only plain values: drafts say it of all others.
Ops Plain(const Item& item) {
  Ops ops = item.entry.ops;
  for (Op& op : ops) {
    if (op.kind == OpKind::kNeutral) op.kind = OpKind::kEdit;
    for (Change& change : op.changes) change.named.clear();
  }
  return ops;
}

bool OneAct(const Book& book, const Item& a, const Item& b) {
  if (a.entry.idempotency.empty() || a.entry.idempotency != b.entry.idempotency) return false;
  const auto of_a = book.contents.find(a.place()), of_b = book.contents.find(b.place());
  if (of_a != book.contents.end() && of_b != book.contents.end()) return of_a->second == of_b->second;
  return a.entry.officer == b.entry.officer && Plain(a) == Plain(b);
}

}  // namespace

Copies::Copies(const Book& book, const std::vector<const Item*>& order) {
  for (const Item* item : order) {
    if (item->entry.idempotency.empty() || copies_.contains(item->place())) continue;
    std::vector<const Item*> act;
    std::copy_if(order.begin(), order.end(), std::back_inserter(act),
                 [&](const Item* other) { return OneAct(book, *item, *other); });
    for (const Item* copy : act.size() > 1 ? act : std::vector<const Item*>()) copies_[copy->place()] = act;
  }
}

std::vector<const Item*> Copies::Of(const Item& item) const {
  const auto known = copies_.find(item.place());
  return known == copies_.end() ? std::vector<const Item*>{&item} : known->second;
}

const Item& Copies::First(const Item& item) const { return *Of(item).front(); }

bool Copies::Knew(const Item& author, const Item& other) const {
  const std::vector<const Item*> copies = Of(other);
  return std::any_of(copies.begin(), copies.end(), [&](const Item* copy) { return Has(author.past, copy->place()); });
}

bool Copies::Apart(const Item& a, const Item& b) const { return a.place() != b.place() && !Knew(a, b) && !Knew(b, a); }

}  // namespace chancery::model
