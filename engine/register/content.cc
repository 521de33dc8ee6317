#include "engine/register/content.h"

#include <algorithm>

#include "engine/crdt/shares.h"

namespace chancery {
namespace {

// An operation that a deletion may have brought with it.
bool UnsetsReference(const Entry& entry, const Op& op, const Catalog& catalog) {
  if (op.kind != OpKind::kEdit && op.kind != OpKind::kNeutral) return false;
  const Ordinals* ordinals = catalog.Resolve(entry.packs[op.pack], op.reg);
  return op.changes.size() == 1 && op.changes[0].value.unset() && ordinals != nullptr &&
         op.changes[0].field < ordinals->fields.size() && ordinals->fields[op.changes[0].field]->def.unset_on_deletion;
}

// A grant as the officer wrote it: to a site, not to the lane that was the site's at the time.
Value Granted(const Value& grant, const Lanes& lanes, Arena& arena) {
  auto members = grant.AsGroup();
  const Lane* to = lanes.Find(ByteReader(members[1].second.payload()).U64());
  if (to != nullptr) members[1].second = Value::Text(to->site);
  return Value::Group(members, arena);
}

}  // namespace

std::string ContentOf(Entry entry, const Catalog& catalog, const Lanes& lanes) {
  Arena arena;
  entry.context.clear();
  const auto deletes = [](const Op& op) { return op.kind == OpKind::kDelete; };
  const bool ends = std::any_of(entry.ops.begin(), entry.ops.end(), deletes);
  while (ends && !entry.ops.empty() && UnsetsReference(entry, entry.ops.back(), catalog)) entry.ops.pop_back();
  for (Op& op : entry.ops) {
    if (op.kind == OpKind::kNeutral) op.kind = OpKind::kEdit;
    const Ordinals* ordinals = catalog.Resolve(entry.packs[op.pack], op.reg);
    for (Change& change : op.changes) {
      change.named.clear();
      if (ordinals == nullptr || change.field >= ordinals->fields.size()) continue;
      const FieldDef& def = ordinals->fields[change.field]->def;
      if (def.type == FieldType::kSerial) change.value = {};  // the number was found there
      if (def.type == FieldType::kEscrow && change.value.kind == Kind::kGroup) change.value = Granted(change.value, lanes, arena);
      const auto transfer = change.value.kind == Kind::kTransfer ? DecodeTransfer(change.value.payload()) : std::nullopt;
      if (transfer) change.value = Value(Kind::kBytes, ActOf("", *transfer).view()).KeptIn(arena);
    }
  }
  return EncodeBody(entry);
}

}  // namespace chancery
