// Cases about one entry: what it relied on and did not know (premise), who its officer was (authority), what it was built on that
// has no effect (orphan). Pairs of entries, immutable once both are here; of claims what stands.
#include <algorithm>

#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/docket/docket.h"
#include "engine/register/officers.h"
#include "engine/text/value_text.h"

namespace chancery {
namespace {

using Type = Scope::Type;

bool IsElement(const Value& value, std::string_view member) {
  return value.kind == Kind::kText ? value.payload() == member : ShowJson(value) == member;
}

}  // namespace

std::optional<Type> Docket::EntryRule(std::string_view rule) {
  if (rule == "premise") return Type::kPremise;
  if (rule == "authority") return Type::kAuthority;
  return rule == "orphan" ? std::optional(Type::kOrphan) : std::nullopt;
}

std::string_view Docket::NameOfEntryRule(Type type) {
  return type == Type::kPremise ? "premise" : type == Type::kAuthority ? "authority" : "orphan";
}

// One entry with its past, while others are held against it.
struct Docket::Relying {
  Dot dot = 0;
  Entry entry;
  Vector past;
};

absl::StatusOr<Docket::Relying> Docket::RelyingAt(Dot dot) const {
  Relying t{dot, {}, {}};
  ASSIGN_OR_RETURN(t.entry, work_.journal.EntryAt(dot));
  ASSIGN_OR_RETURN(t.past, work_.PastOf(dot));
  return t;
}

bool Docket::KnewAll(const Relying& t) const {
  const auto& lanes = work_.lanes.all();
  return std::all_of(lanes.begin(), lanes.end(),
                     [&](const Lane& lane) { return lane.handle == HandleOf(t.dot) || t.past.At(lane.handle) >= lane.tip(); });
}

// A duplicate is apart from nothing: the act counts where it was filed first.
absl::StatusOr<bool> Docket::Apart(const Relying& t, Dot other) const {
  if (HandleOf(other) == HandleOf(t.dot) || t.past.Has(other)) return false;
  ASSIGN_OR_RETURN(const Dot first, work_.FirstOf(other));
  if (first != other) return false;
  ASSIGN_OR_RETURN(const bool knew, work_.Saw(t.past, other));
  if (knew) return false;
  ASSIGN_OR_RETURN(const Vector past, work_.PastOf(other));
  ASSIGN_OR_RETURN(const bool known, work_.Saw(past, t.dot));
  return !known;
}

absl::StatusOr<bool> Docket::HasNoEffect(const Relying& t) const {
  if (work_.lanes.At(HandleOf(t.dot)).Void(t.entry.seq, t.entry.hlc)) return true;
  return work_.IsDuplicate(t.entry, t.dot);
}

absl::Status Docket::LookAtEntry(Case& c) const {
  ASSIGN_OR_RETURN(const EntryId id, work_.journal.IdAt(c.scope.entry));
  c.rule = NameOfEntryRule(c.scope.type);
  c.subject = Hex(id.view());
  ASSIGN_OR_RETURN(const Relying t, RelyingAt(c.scope.entry));
  ASSIGN_OR_RETURN(const bool without, HasNoEffect(t));
  if (without) return absl::OkStatus();  // nothing rests on it
  if (c.scope.type == Type::kOrphan) return FindOrphaned(t, c);
  if (KnewAll(t)) return absl::OkStatus();
  if (c.scope.type == Type::kAuthority) return FindOfficerChanges(t, c);
  c.notice = true;
  for (const Premise& premise : t.entry.relied_on) {
    if (premise.scope == Premise::Scope::kClaim) {
      RETURN_IF_ERROR(FindClaims(t, premise, c));
    } else {
      RETURN_IF_ERROR(FindWrites(t, premise, c));
    }
  }
  c.notice = c.notice && !c.live.empty();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Premise>> Docket::StaleOf(Dot dot) const {
  std::vector<Premise> stale;
  ASSIGN_OR_RETURN(const Relying t, RelyingAt(dot));
  for (const Premise& premise : t.entry.relied_on) {
    Case c;
    RETURN_IF_ERROR(premise.scope == Premise::Scope::kClaim ? FindClaims(t, premise, c) : FindWrites(t, premise, c));
    if (!c.live.empty()) stale.push_back(premise);
  }
  return stale;
}

// Whether a case already puts the entry before a person: its facts are of what the entry relied on, and the entry is one of them
// or knew one.
absl::StatusOr<bool> Docket::IsWeighed(const Relying& t, const Scope& scope) const {
  if (Planted(Bug::kPremiseTwice)) return false;
  ASSIGN_OR_RETURN(const Case other, Look(scope));
  for (const CaseFact& fact : other.Facts()) {
    ASSIGN_OR_RETURN(const bool knew, work_.Saw(t.past, fact.dot));
    if (knew || fact.dot == t.dot) return true;
  }
  return false;
}

absl::Status Docket::FindClaims(const Relying& t, const Premise& premise, Case& c) const {
  const RuleInfo* rule = work_.catalog().Rule(premise.address);
  if (rule == nullptr || rule->def.kind == RuleKind::kAcyclic) return absl::OkStatus();
  const std::string subject = SubjectOfPremise(premise, work_.catalog());
  std::vector<Clash> found;
  for (const ClaimRow& row : work_.Claimants(rule->hash, ClaimHash(subject)))
    for (const auto& [dot, op] : row.writes) {
      ASSIGN_OR_RETURN(const bool apart, Apart(t, dot));
      if (apart) found.push_back({{t.dot, 0}, {dot, static_cast<uint32_t>(op)}});
    }
  if (found.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool weighed, IsWeighed(t, {.type = Type::kRule, .rule = rule->hash, .subject = subject}));
  if (weighed) return absl::OkStatus();
  c.notice = false;
  AddClashes(found, c);
  return absl::OkStatus();
}

// Whether the operation writes what was relied on: of a record that it exists, of a field or an element its value.
bool Docket::Writes(const Op& op, const Ordinals& ordinals, const Premise& premise, const Address& at) {
  if (op.kind == OpKind::kDelete) return true;
  return std::any_of(op.changes.begin(), op.changes.end(), [&](const Change& change) {
    if (premise.scope == Premise::Scope::kRecord || change.field == kNoField)
      return premise.scope == Premise::Scope::kRecord && change.field == kNoField;
    const FieldInfo& field = *ordinals.fields[change.field];
    if (field.def.name != at.field) return false;
    return at.member.empty() || field.def.type != FieldType::kSet || IsElement(change.value, at.member);
  });
}

absl::Status Docket::FindWrites(const Relying& t, const Premise& premise, Case& c) const {
  const absl::StatusOr<Address> at = Address::Parse(premise.address);
  const RegisterInfo* reg = at.ok() ? work_.catalog().Find(at->reg) : nullptr;
  const FieldInfo* field = reg == nullptr || at->field.empty() ? nullptr : reg->Find(at->field);
  if (reg == nullptr || (field == nullptr && !at->field.empty())) return absl::OkStatus();
  const RecordKey key = RecordKeyOf(reg->hash, at->key);
  ASSIGN_OR_RETURN(const std::vector<Workspace::Touch> chain, work_.Chain(key, *reg));
  std::vector<Clash> found;
  for (const Workspace::Touch& w : chain) {
    ASSIGN_OR_RETURN(const bool apart, Apart(t, w.dot));
    if (!apart) continue;
    const bool earlier = w.entry.hlc != t.entry.hlc ? w.entry.hlc < t.entry.hlc : w.entry.lane < t.entry.lane;
    if (field != nullptr && field->def.relied == Relied::kEarlier && !earlier) continue;
    if (Planted(Bug::kPremiseByClock) && !earlier) continue;
    for (uint32_t i = 0; i < w.entry.ops.size(); ++i) {
      const Op& op = w.entry.ops[i];
      if (work_.OnRecord(w.entry, op, key) && Writes(op, *work_.catalog().Resolve(w.entry.packs[op.pack], op.reg), premise, *at))
        found.push_back({{t.dot, 0}, {w.dot, i}});
    }
  }
  if (found.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(bool weighed, IsWeighed(t, {.type = Type::kExistence, .record = key}));
  if (!weighed && field != nullptr && field->clashes()) {
    ASSIGN_OR_RETURN(weighed, IsWeighed(t, {.type = Type::kField, .record = key, .field = field->handle}));
  }
  if (weighed) return absl::OkStatus();
  if (field == nullptr || field->def.relied != Relied::kNotice) c.notice = false;
  AddClashes(found, c);
  return absl::OkStatus();
}

void Docket::AddClashes(const std::vector<Clash>& found, Case& c) {
  for (const Clash& clash : found) {
    const auto same = [&](const Clash& known) { return known.a == clash.a && known.b == clash.b; };
    if (std::none_of(c.live.begin(), c.live.end(), same)) c.live.push_back(clash);
  }
}

// The record of the officer, and of whom he stands for: as the entry's author knew it.
absl::Status Docket::FindOfficerChanges(const Relying& t, Case& c) const {
  const RegisterInfo& reg = *work_.catalog().Find(kOfficerRegister);
  std::string name = t.entry.officer;
  for (size_t i = 0; i < kDeputies; ++i) {
    const std::optional<RecordKey> key = OfficerKey(name);
    if (!key) break;
    ASSIGN_OR_RETURN(const std::vector<Workspace::Touch> chain, work_.Chain(*key, reg));
    for (const Workspace::Touch& w : chain) {
      ASSIGN_OR_RETURN(const bool apart, Apart(t, w.dot));
      if (!apart) continue;
      for (uint32_t op = 0; op < w.entry.ops.size(); ++op)
        if (work_.OnRecord(w.entry, w.entry.ops[op], *key)) AddClashes({{{t.dot, 0}, {w.dot, op}}}, c);
    }
    if (chain.empty() || Planted(Bug::kPrincipalForgotten)) break;
    ASSIGN_OR_RETURN(const Record known, work_.AsOf(*key, reg, t.past));
    name = PrincipalIn(known, reg, work_.lanes);
  }
  return absl::OkStatus();
}

// Whether an author with that past knew that the entry has no effect: then he built nothing on it.
bool Docket::KnewVoid(const Epochs& epochs, const Vector& past, Dot gone) const {
  const Lane& lane = work_.lanes.At(HandleOf(gone));
  return std::any_of(epochs.decided().begin(), epochs.decided().end(), [&](const Epochs::Decided& decided) {
    const LaneEnd* end = FindEnd(decided.epoch, lane.id);
    const bool tells = SeqOf(gone) > lane.end ? end != nullptr && end->last < SeqOf(gone) : &decided == &epochs.decided().back();
    return tells && std::any_of(decided.by.begin(), decided.by.end(), [&](const auto& by) { return past.Has(by.first); });
  });
}

// Of each record that the entry touches: the void entries of its past that touched it, but those that others took into account
// who touched it since.
absl::Status Docket::FindOrphaned(const Relying& t, Case& c) const {
  ASSIGN_OR_RETURN(const Epochs epochs, work_.LoadEpochs());
  for (uint32_t i = 0; i < t.entry.ops.size(); ++i) {
    const Op& op = t.entry.ops[i];
    const Ordinals* ordinals = work_.catalog().Resolve(t.entry.packs[op.pack], op.reg);
    if (ordinals == nullptr) continue;
    const RecordKey key = RecordKeyOf(ordinals->reg->hash, op.key);
    std::vector<Dot> bases;
    for (const Dot gone : work_.VoidOn(key))
      if (t.past.Has(gone) && !KnewVoid(epochs, t.past, gone) && std::find(bases.begin(), bases.end(), gone) == bases.end())
        bases.push_back(gone);
    if (bases.empty()) continue;
    ASSIGN_OR_RETURN(const std::vector<Workspace::Touch> chain, work_.Chain(key, *ordinals->reg));
    std::vector<Dot> between = bases;
    for (const Workspace::Touch& touch : chain)
      if (t.past.Has(touch.dot)) between.push_back(touch.dot);
    for (const Dot base : bases) {
      bool last = true;
      for (const Dot other : between) {
        ASSIGN_OR_RETURN(const Vector past, work_.PastOf(other));
        last = last && (other == base || !past.Has(base));
      }
      if (!last) continue;
      ASSIGN_OR_RETURN(const Entry gone, work_.journal.EntryAt(base));
      for (uint32_t j = 0; j < gone.ops.size(); ++j)
        if (work_.OnRecord(gone, gone.ops[j], key)) AddClashes({{{t.dot, i}, {base, j}}}, c);
    }
  }
  return absl::OkStatus();
}

// With the record of an officer the entries that did not know of the change: his, and those of who stands for him.
absl::Status Docket::NoteOfficers() {
  const std::vector<Workspace::OfficerChange> changes = work_.TakeOfficerChanges();
  if (Planted(Bug::kOfficerChangeForgotten)) return absl::OkStatus();
  for (const Workspace::OfficerChange& change : changes)
    for (const Lane& lane : work_.lanes.all()) {
      if (lane.handle == HandleOf(change.dot)) continue;
      RETURN_IF_ERROR(NoteEntriesOf(change, lane));
    }
  return absl::OkStatus();
}

absl::Status Docket::NoteEntriesOf(const Workspace::OfficerChange& change, const Lane& lane) {
  for (uint64_t seq = change.seen.At(lane.handle) + 1; seq <= lane.tip(); ++seq) {
    const Dot dot = MakeDot(lane.handle, seq);
    ASSIGN_OR_RETURN(const Entry entry, work_.journal.EntryAt(dot));
    if (!entry.officer.empty() && !lane.Void(seq, entry.hlc)) work_.NoteScope({.type = Type::kAuthority, .entry = dot});
  }
  return absl::OkStatus();
}

}  // namespace chancery
