// From a draft's operations to an entry's: typed by the pack, then fitted to what stands here.
#include <algorithm>
#include <map>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pack/nearest.h"
#include "engine/pipeline/author.h"
#include "engine/pipeline/resolve.h"
#include "engine/text/value_text.h"

namespace chancery {
namespace {

template <class Names>
std::string Listed(const Names& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

absl::StatusOr<const RegisterInfo*> RegisterFor(const Catalog& catalog, const Address& address) {
  if (const RegisterInfo* reg = catalog.Find(address.reg)) return reg;
  std::vector<std::string> names;
  for (const auto& [name, reg] : catalog.registers()) names.push_back(name);
  return Refuse({"type", "", address.Shown(), Cat("no register \"", address.reg, "\""), Cat("registers here: ", Listed(names))});
}

absl::StatusOr<const FieldInfo*> FieldFor(const RegisterInfo& reg, std::string_view field, const std::string& at) {
  if (const FieldInfo* info = reg.Find(field)) return info;
  std::vector<std::string> names;
  for (const FieldInfo* known : reg.by_name) names.push_back(known->def.name);
  return Refuse(
      {"type", "", at, Cat("register ", reg.name, " has no field \"", field, "\""), Cat("its fields: ", Listed(names))});
}

// The operation of the command language that changes fields of this type.
std::string_view VerbFor(const FieldDef& def) { return def.type == FieldType::kSet ? "add or remove" : "set or unset"; }

bool FitsVerb(DraftChange::Verb verb, const FieldDef& def) {
  using Verb = DraftChange::Verb;
  if (def.type == FieldType::kSet) return verb == Verb::kAdd || verb == Verb::kRemove;
  return verb == Verb::kSet || verb == Verb::kUnset;
}

Verb EntryVerb(DraftChange::Verb verb, const FieldDef& def) {
  if (verb == DraftChange::Verb::kAdd) return Verb::kAdd;
  if (verb == DraftChange::Verb::kRemove) return Verb::kRemove;
  return def.merge == MergeKind::kLast ? Verb::kSetLast : Verb::kSet;
}

// A folded value must stay the same under every later version of Unicode, or sites would compare it differently.
absl::Status CheckFoldable(const FieldInfo& field, const Value& value, const std::string& at) {
  for (const RuleInfo* rule : field.unique_on) {
    if (!rule->def.casefold || value.kind != Kind::kText) continue;
    if (const absl::StatusOr<std::string> folded = Casefold(value.payload); !folded.ok())
      return Refuse(
          {"type", rule->def.id, at, std::string(S(folded.status().message())), "use characters that Unicode has assigned"});
  }
  return absl::OkStatus();
}

absl::StatusOr<Change> TypeChange(const DraftChange& draft, const Catalog& catalog, const RegisterInfo& reg,
                                  const std::string& record) {
  const std::string at = Cat(record, "/", draft.field);
  ASSIGN_OR_RETURN(const FieldInfo* field, FieldFor(reg, draft.field, at));
  const FieldDef& def = field->def;
  if (!FitsVerb(draft.verb, def))
    return Refuse({"type", "", at, Cat("the field cannot be changed in this way"), Cat("it takes ", VerbFor(def))});
  ASSIGN_OR_RETURN(const uint32_t ordinal, catalog.FieldOrdinal(reg, draft.field));
  Change change{ordinal, EntryVerb(draft.verb, def), {}, {}};
  if (draft.verb == DraftChange::Verb::kUnset) return change;
  ASSIGN_OR_RETURN(change.value, TypeValue(def, def.type == FieldType::kSet ? def.of : def.type, draft.value, at));
  RETURN_IF_ERROR(CheckFoldable(*field, change.value, at));
  return change;
}

}  // namespace

absl::StatusOr<Op> OpOn(Entry& entry, const Catalog& catalog, const RegisterInfo& reg, std::string_view key, OpKind kind) {
  ASSIGN_OR_RETURN(const Catalog::Naming naming, catalog.NamingOf(reg));
  const auto at = std::find(entry.packs.begin(), entry.packs.end(), naming.pack);
  Op op;
  op.kind = kind;
  op.pack = static_cast<uint32_t>(at - entry.packs.begin());
  op.reg = naming.reg;
  op.key = key;
  if (at == entry.packs.end()) entry.packs.push_back(naming.pack);
  return op;
}

absl::Status Author::MakeOps(const Draft& draft, Entry& entry) {
  const Catalog& catalog = work_.catalog();
  entry.ops.reserve(draft.ops.size());
  for (const DraftOp& from : draft.ops) {
    ASSIGN_OR_RETURN(const RegisterInfo* reg, RegisterFor(catalog, from.record));
    const std::string record = from.record.Shown();
    if (from.verb == DraftOp::Verb::kDelete)
      return Refuse({"type", "", record, "delete is not merged by this version yet", "close the record by a field of its own"});
    ASSIGN_OR_RETURN(Op op, OpOn(entry, catalog, *reg, from.record.key,
                                 from.verb == DraftOp::Verb::kCreate ? OpKind::kCreate : OpKind::kEdit));
    op.changes.reserve(from.changes.size());
    for (const DraftChange& change : from.changes) {
      ASSIGN_OR_RETURN(Change typed, TypeChange(change, catalog, *reg, record));
      op.changes.push_back(std::move(typed));
    }
    std::sort(op.changes.begin(), op.changes.end(), [](const Change& a, const Change& b) {
      return std::tie(a.field, a.verb, a.value) < std::tie(b.field, b.verb, b.value);
    });
    const auto same = [](const Change& a, const Change& b) {
      return a.field == b.field && a.verb == b.verb && a.value == b.value;
    };
    op.changes.erase(std::unique(op.changes.begin(), op.changes.end(), same), op.changes.end());
    entry.ops.push_back(std::move(op));
  }
  return absl::OkStatus();
}

absl::Status Author::FitOps(const Draft& draft, Entry& entry) {
  std::set<RecordKey> created;
  for (size_t i = 0; i < entry.ops.size(); ++i) {
    Op& op = entry.ops[i];
    const Ordinals& ordinals = *work_.catalog().Resolve(entry.packs[op.pack], op.reg);
    const RecordKey key = RecordKeyOf(ordinals.reg->hash, op.key);
    const std::string shown = draft.ops[i].record.Shown();
    ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(key, *ordinals.reg));
    const bool exists = edit->record.exists() || created.contains(key);
    if (op.kind == OpKind::kCreate && exists)
      return Refuse({"existence", "", shown, Cat(shown, " exists already"),
                     Cat("chancery get ", shown, "; change it with {\"record\": …}")});
    if (op.kind == OpKind::kEdit && !exists)
      return Refuse({"existence", "", shown, Cat("no such record: ", shown), "begin it with {\"create\": …}"});
    if (op.kind == OpKind::kCreate) created.insert(key);
    RETURN_IF_ERROR(CheckHold(key, *edit));
    for (Change& change : op.changes) {
      const FieldInfo& field = *ordinals.fields[change.field];
      std::string_view over;
      for (const DraftChange& from : draft.ops[i].changes)
        if (from.field == field.def.name) over = from.over;
      if (!created.contains(key)) RETURN_IF_ERROR(FitChange(over, field, *edit, key, change));
    }
  }
  return absl::OkStatus();
}

absl::Status Author::FitChange(std::string_view over, const FieldInfo& field, const RecordEdit& edit, const RecordKey& key,
                               Change& change) {
  if (change.verb != Verb::kSet) return absl::OkStatus();
  const Cell* cell = edit.record.Find(field.handle);
  if (cell == nullptr) return absl::OkStatus();
  const std::string at = Cat(work_.AddressOf(key), "/", field.def.name);
  const std::vector<const Write*> visible = Visible(*cell, work_.lanes);
  const bool has_value = std::any_of(visible.begin(), visible.end(), [](const Write* w) { return !w->value.unset(); });
  if (field.def.merge == MergeKind::kOnce && has_value)
    return Refuse({"once", field.rule_id, at, Cat(at, " is set already, and is set only once"),
                   Cat("chancery get ", work_.AddressOf(key))});
  const Write* base = visible.size() == 1 ? visible[0] : InterimOf(visible, field.def, work_.lanes);
  if (!over.empty()) {
    ASSIGN_OR_RETURN(const Dot dot, ResolveEntry(work_, over));
    const auto named = std::find_if(visible.begin(), visible.end(), [&](const Write* w) { return w->dot == dot; });
    if (named == visible.end())
      return Refuse({"contested", field.rule_id, at, Cat("no value of ", over, " stands in ", at),
                     Cat("chancery get ", at, " shows which do")});
    base = *named;
  }
  if (Distinct(visible).size() < 2) return absl::OkStatus();
  if (base == nullptr)
    return Refuse(
        {"contested", field.rule_id, at, Cat(at, " is contested and has no interim value"),
         Cat("chancery case show ", field.rule_id, " ", work_.AddressOf(key), "; or say which value you build on: \"over\"")});
  for (const Write* w : visible)
    if (w->value == base->value) change.named.push_back(work_.lanes.PlaceOf(w->dot));
  std::sort(change.named.begin(), change.named.end());
  return absl::OkStatus();
}

absl::Status Author::CheckHold(const RecordKey& key, const RecordEdit& edit) {
  for (const FieldInfo* field : edit.reg->by_name) {
    const bool holds = field->def.hold || std::any_of(field->unique_on.begin(), field->unique_on.end(),
                                                      [](const RuleInfo* r) { return r->def.hold; });
    if (!holds) continue;
    ASSIGN_OR_RETURN(const std::vector<Case> cases, batch_.docket().OfField(key, edit, *field));
    for (const Case& c : cases) {
      const RuleInfo* rule = work_.catalog().Rule(c.rule);
      if (rule != nullptr ? !rule->def.hold : !field->def.hold) continue;
      return Refuse({"hold", c.rule, work_.AddressOf(key),
                     Cat("nothing is entered on ", work_.AddressOf(key), " while the case ", c.rule, " waits for a ruling"),
                     Cat("chancery case show ", c.rule, " ", c.subject)});
    }
  }
  return absl::OkStatus();
}

absl::Status Author::CheckUnique(bool admit_breaches) {
  if (admit_breaches) return absl::OkStatus();
  for (const auto& [key, before] : claims_before_) {
    ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(key, *work_.catalog().FindHash(RegisterOf(key))));
    for (const ClaimRow& claim : edit->claims) {
      const auto same_value = [&claim = claim](const ClaimRow& old) {
        return old.rule == claim.rule && old.value == claim.value;
      };
      if (std::any_of(before.begin(), before.end(), same_value)) continue;  // held before this entry
      for (const ClaimRow& other : work_.Claimants(claim.rule, claim.value)) {
        if (other.record == key || UniqueClashes({claim, other}).empty()) continue;
        const RuleInfo* rule = work_.catalog().RuleByHash(claim.rule);
        const std::string at = Cat(work_.AddressOf(key), "/", rule->field->def.name), holder = work_.AddressOf(other.record);
        return Refuse({"unique", rule->def.id, at,
                       Cat(claim.subject, " in ", rule->field->rule_id, " is taken by ", holder,
                           rule->def.title.empty() ? "" : ": ", rule->def.title),
                       Cat("chancery get ", holder)});
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace chancery
