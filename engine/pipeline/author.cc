#include "engine/pipeline/author.h"

#include <algorithm>

#include "engine/base/environment.h"
#include "engine/base/limits.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/codec/epoch_text.h"
#include "engine/pipeline/card.h"
#include "engine/pipeline/resolve.h"
#include "engine/register/content.h"
#include "engine/text/draft_check.h"

namespace chancery {
namespace {

// The tips of foreign lanes that this lane's author has not named yet.
std::vector<Place> ContextDelta(const Lanes& lanes, const Lane& own) {
  std::vector<Place> delta;
  for (const Lane& lane : lanes.all())
    if (lane.handle != own.handle && lane.tip() > own.context.At(lane.handle)) delta.push_back({lane.id, lane.tip()});
  if (Planted(Bug::kContextForgets) && delta.size() > 1) delta.pop_back();
  std::sort(delta.begin(), delta.end());
  return delta;
}

absl::StatusOr<Premise> PremiseOf(const Literal& literal) {
  if (literal.type == Literal::Type::kObject)
    return Premise{Premise::Scope::kClaim, literal.Find("rule")->text, literal.Find("value")->Json()};
  ASSIGN_OR_RETURN(const Address address, Address::Parse(literal.text));
  const auto scope = address.field.empty()    ? Premise::Scope::kRecord
                     : address.member.empty() ? Premise::Scope::kField
                                              : Premise::Scope::kElement;
  return Premise{scope, address.Text(), {}};
}

absl::Status CopyHead(const Draft& draft, Workspace& work, Entry& entry) {
  if (!draft.id.empty()) entry.idempotency = draft.id;
  if (!draft.officer.empty()) entry.officer = draft.officer;
  if (!draft.basis.empty()) entry.basis = draft.basis;
  if (!draft.note.empty()) entry.note = draft.note;
  if (draft.filed) {
    Filed filed;
    if (const Literal* at = draft.filed->Find("at")) {
      int64_t ms = 0;
      if (!ParseTime(at->text, &ms))
        return Refuse({"type", "", "filed", Cat("filed.at is no RFC 3339 time: ", at->text), "write 2026-05-03T10:02:00Z"});
      filed.at_ms = ms;
    }
    if (const Literal* office = draft.filed->Find("office")) filed.office = office->text;
    if (const Literal* number = draft.filed->Find("number")) filed.number = number->text;
    entry.filed = filed;
  }
  for (const Literal& literal : draft.relied_on) {
    ASSIGN_OR_RETURN(Premise premise, PremiseOf(literal));
    entry.relied_on.push_back(std::move(premise));
  }
  std::sort(entry.relied_on.begin(), entry.relied_on.end());
  entry.relied_on.erase(std::unique(entry.relied_on.begin(), entry.relied_on.end()), entry.relied_on.end());
  if (!draft.corrects.empty()) {
    ASSIGN_OR_RETURN(const Dot dot, ResolveEntry(work, draft.corrects));
    ASSIGN_OR_RETURN(const EntryId id, work.journal.IdAt(dot));
    entry.corrects = Corrects{id, draft.reason};
  }
  if (!draft.readmits.empty()) {
    ASSIGN_OR_RETURN(const Dot dot, ResolveEntry(work, draft.readmits));
    ASSIGN_OR_RETURN(entry.readmits.emplace(), work.journal.IdAt(dot));
  }
  return absl::OkStatus();
}

// Drafts lie all over memory: what the next one says is asked for now, and where it lies of the one behind it.
void Expect(absl::Span<const Draft> drafts) {
  constexpr size_t kMost = 2048;
  if (drafts.size() > 2 && !drafts[2].ops.empty()) __builtin_prefetch(&drafts[2].ops[0].changes);
  if (drafts.size() < 2 || drafts[1].ops.empty()) return;
  const std::vector<DraftChange>& changes = drafts[1].ops[0].changes;
  const auto* const bytes = reinterpret_cast<const char*>(changes.data());
  for (size_t at = 0; at < std::min(kMost, changes.size() * sizeof(DraftChange)); at += 64) __builtin_prefetch(bytes + at);
}

}  // namespace

absl::Status Author::Answer(const Appended& filed, Receipt& receipt) {
  ASSIGN_OR_RETURN(const EntryId id, work_.journal.IdAt(filed.dot));
  receipt.id = id.bytes;
  receipt.lane = work_.lanes.At(HandleOf(filed.dot)).Label();
  receipt.number = SeqOf(filed.dot);
  receipt.stamp_ms = MsOf(filed.hlc);
  receipt.ticks = TicksOf(filed.hlc);
  receipt.repeated = filed.repeated;
  return absl::OkStatus();
}

absl::StatusOr<Receipt> Author::Finish(const absl::StatusOr<Appended>& filed) {
  RETURN_IF_ERROR(filed.status());
  Hash();
  absl::StatusOr<Receipt> receipt(absl::in_place);
  RETURN_IF_ERROR(Answer(*filed, *receipt));
  return receipt;
}

void Author::Hash() {
  if (const Lane* own = work_.Own(); own != nullptr && own->unhashed > 0) work_.journal.HashOwn(work_.lanes.Edit(own->handle));
}

absl::Status Author::NotAdmitted() const {
  ASSIGN_OR_RETURN(const Renewal renewal, ReadRenewal(work_.txn()));
  const std::string& site = work_.store().site;
  if (renewal.reason.empty())
    return Refuse({"admission", "", "", Cat("site ", site, " is not admitted yet: it may read, but not file"),
                   "at a member: chancery site admit SITE.site; then bring its entries here by a bundle"});
  return Refuse({"admission", "", "", Cat("site ", site, " has a new key and is not admitted yet: ", renewal.reason),
                 Cat("chancery site card; at a member: chancery site admit ", site, ".site; then bring its entries here")});
}

absl::Status Author::CheckMember(const Lane& own, EntryKind kind) const {
  if (own.over())
    return Refuse({"admission", "", "",
                   Cat("the lane of ", own.Label(),
                       own.ended() ? Cat(" has ended at ", own.Label(), "-", own.end) : " ended with those that admitted it",
                       ": what this site files would have no effect"),
                   "chancery restore makes a store with a new key of this one, and a member admits that"});
  if (own.role != Role::kWitness || kind == EntryKind::kVote || kind == EntryKind::kAccept) return absl::OkStatus();
  return Refuse(
      {"admission", "", "", Cat("site ", own.site, " is a witness: it votes, and files nothing"), "file at a full site"});
}

absl::StatusOr<Author::Appended> Author::Append(Entry& entry, const Check& check) {
  const Lane* own = work_.Own();
  if (own == nullptr) return NotAdmitted();
  if (own->fork != 0)
    return Refuse({"admission", "", "",
                   Cat("two versions of this site's journal exist, from entry ", own->Label(), "-", own->fork,
                       " on: a copy of this store files too"),
                   "stop the copy; chancery site ls names the lane, and docs/reference/bundle.md says what to do"});
  RETURN_IF_ERROR(CheckMember(*own, entry.kind));
  const uint16_t handle = own->handle;
  entry.registry = work_.registry();
  entry.lane = own->id;
  entry.seq = own->tip() + 1;
  const Hlc highest = work_.lanes.HighestHlc();  // a beat never takes the time of day: a clock that leads would poison its lane
  entry.hlc = entry.kind == EntryKind::kBeat ? std::max(entry.hlc, highest + 1) : NextHlc(highest, now_ms_);
  entry.context = ContextDelta(work_.lanes, *own);
  const Dot dot = in_hand_ = MakeDot(handle, entry.seq);
  thread_local ByteBuffer header_bytes, body_bytes;
  header_bytes.Clear();
  PutHeader(entry, header_bytes);
  body_bytes.Clear();
  PutBody(entry, body_bytes);
  const std::string_view header = header_bytes.view(), body = body_bytes.view();
  if (const size_t bytes = EntryBytes(header, entry.seq, body); bytes > limits::kEntryBytes)
    return Refuse({"limit", "", "", Cat("the entry takes ", bytes, " bytes; at most ", limits::kEntryBytes, " fit"), "split it"});

  const Vector& tips = work_.SetInHand(dot, work_.lanes.Tips());
  work_.Begin();
  Touches touches;
  absl::Status status = batch_.Fold(entry, dot, tips, &touches);
  const bool folded = status.ok();
  if (folded) {
    status = ReclaimAll();
    if (status.ok()) status = check();
  }
  if (!status.ok()) {
    work_.TakeBack();
    if (folded && entry.ruling) RETURN_IF_ERROR(batch_.docket().TakeBack());
    return status;
  }
  work_.Keep();

  const bool opens_run = !entry.context.empty();
  Lane& lane = work_.lanes.Edit(handle);
  work_.journal.AppendOwn(lane, header, entry.hlc, body, std::move(touches), opens_run);
  for (const Place& place : entry.context) lane.context.Raise(work_.lanes.Find(place.lane)->handle, place.seq);
  if (opens_run || entry.seq == 1) work_.NoteContext(handle, entry.seq, lane.context);
  lane.tip_hlc = entry.hlc;
  return Appended{dot, entry.hlc};
}

absl::Status Author::ReclaimAll() {
  changed_.clear();
  for (const auto& [edit, before] : work_.ChangedSinceBegin()) {
    if (edit->reg->claims || !edit->reg->referred_by.empty()) changed_.push_back({edit, &before, edit->claims});
    RETURN_IF_ERROR(work_.Reclaim(*edit));
  }
  return absl::OkStatus();
}

absl::StatusOr<Author::Appended> Author::Repeated(const Draft& draft, const Entry& entry, bool* found) {
  const std::vector<Dot> acts = work_.Acts(draft.id);
  *found = !acts.empty();
  const std::string content = acts.empty() ? "" : ContentOf(entry, work_.catalog(), work_.lanes);
  std::optional<std::pair<Dot, Hlc>> first;  // in canonical order, of those that say the same
  for (const Dot dot : acts) {
    ASSIGN_OR_RETURN(const Entry other, work_.journal.EntryAt(dot));
    if (ContentOf(other, work_.catalog(), work_.lanes) != content) continue;
    if (!first || Before(work_.lanes, other.hlc, dot, first->second, first->first)) first = {dot, other.hlc};
  }
  if (acts.empty()) return Appended{};
  if (!first)
    return Refuse({"idempotency", "", "", Cat("id \"", draft.id, "\" was used for another filing, ", work_.lanes.Short(acts[0])),
                   "give the new filing an id of its own"});
  return Appended{first->first, first->second, true};
}

void Author::Type(const Draft& draft, Typed& typed) {
  const bool like = draft.ops.size() == 1 && shape_.Fits(draft.ops[0]);
  typed.checked = like ? CheckDraftLike(draft) : CheckDraft(draft);
  if (typed.checked.ok()) typed.typed = like ? MakeLike(draft.ops[0], typed) : MakeOps(draft, typed.entry);
}

// What fails here fails again where it is needed.
void Author::Fetch(const Typed& typed) {
  if (!typed.checked.ok() || !typed.typed.ok()) return;
  for (const Op& op : typed.entry.ops) {
    const RegisterInfo& reg = *work_.Resolve(typed.entry.packs[op.pack], op.reg)->reg;
    PutRecordKey(reg.hash, op.key, &key_);
    (op.kind == OpKind::kCreate ? work_.Fetch(key_, reg) : work_.Load(key_, reg).status()).IgnoreError();
  }
}

absl::StatusOr<Author::Appended> Author::FileTyped(const Draft& draft, Typed& typed) {
  RETURN_IF_ERROR(typed.checked);
  Entry& entry = typed.entry;
  RETURN_IF_ERROR(CopyHead(draft, work_, entry));
  RETURN_IF_ERROR(typed.typed);
  if (!draft.id.empty()) {
    bool found = false;
    absl::StatusOr<Appended> filed = Repeated(draft, entry, &found);
    if (found || !filed.ok()) return filed;
  }
  RETURN_IF_ERROR(CheckFiler(entry));
  if (entry.corrects) RETURN_IF_ERROR(CheckCorrection(entry));
  RETURN_IF_ERROR(FitOps(draft, typed));
  return Append(entry, [&]() -> absl::Status {
    RETURN_IF_ERROR(CheckRules(draft.admit_breaches));
    return CheckReferences(draft.admit_breaches);
  });
}

absl::StatusOr<Receipt> Author::File(const Draft& draft) { return std::move(FileAll({&draft, 1})[0]); }

// Stage by stage for a few at a time: the code of one stage fits into the processor's first cache, that of all does not.
std::vector<absl::StatusOr<Receipt>> Author::FileAll(absl::Span<const Draft> drafts) {
  constexpr size_t kFew = 64;
  std::vector<absl::StatusOr<Receipt>> receipts;
  receipts.reserve(drafts.size());
  if (drafts.size() > kFew) work_.Reserve(drafts.size());
  std::vector<Typed> typed;
  typed.reserve(std::min(kFew, drafts.size()));
  std::vector<absl::StatusOr<Appended>> filed;
  for (size_t from = 0; from < drafts.size(); from += kFew) {
    const absl::Span<const Draft> few = drafts.subspan(from, kFew);
    for (Typed& done : typed) KeepChanges(done.entry.ops);
    typed.clear();
    for (size_t i = 0; i < few.size(); ++i) {
      Expect(drafts.subspan(from + i));
      Type(few[i], typed.emplace_back());
    }
    for (size_t i = 0; i < few.size(); ++i) Fetch(typed[i]);
    filed.clear();
    for (size_t i = 0; i < few.size(); ++i) filed.push_back(FileTyped(few[i], typed[i]));
    work_.MakeRows();
    Hash();
    for (const absl::StatusOr<Appended>& one : filed) {
      absl::StatusOr<Receipt>& receipt = receipts.emplace_back(absl::in_place);  // not moved: it is large
      if (const absl::Status status = one.ok() ? Answer(*one, *receipt) : one.status(); !status.ok()) receipt = status;
    }
  }
  return receipts;
}

absl::StatusOr<Receipt> Author::Admit(std::string_view text) {
  ASSIGN_OR_RETURN(const Card card, ReadCard(text, work_.registry()));
  if (work_.lanes.Find(LaneOf(card.key)) != nullptr)
    return Refuse({"admission", "", "", Cat("site ", card.site, " is admitted already"), "chancery site ls"});
  const uint64_t incarnations = work_.lanes.Incarnations(card.site);
  const Lane* before = card.replaces ? work_.lanes.Find(LaneOf(*card.replaces)) : nullptr;
  if (incarnations > 0 && !card.replaces)
    return Refuse({"admission", "", "", Cat("there is a site named ", card.site, " with another key"),
                   "give the new site a name of its own; a site that lost its disk comes back by chancery restore"});
  if (card.replaces && (before == nullptr || before->site != card.site))
    return Refuse({"admission", "", "", Cat("the card replaces a key of ", card.site, " that is not known here"),
                   "bring here what the site holds, or let a member admit it that knows the key"});
  Entry entry;
  entry.kind = EntryKind::kAdmit;
  entry.admit = chancery::Admit{card.site, incarnations + 1, card.role, card.key, work_.lanes.HighestHlc()};
  return Finish(Append(entry, [] { return absl::OkStatus(); }));
}

absl::StatusOr<Receipt> Author::ApplyPack(std::string_view toml, std::string_view origin) {
  const std::vector<PackDef> loaded = work_.catalog().InForce();
  ASSIGN_OR_RETURN(const PackDef pack, ParsePack(toml, origin, loaded));
  for (const PackDef& now : loaded)
    if (now.name == pack.name) RETURN_IF_ERROR(CheckUpgrade(now, pack));
  Entry entry;
  entry.kind = EntryKind::kPack;
  entry.pack_toml = pack.toml;
  return Finish(Append(entry, [] { return absl::OkStatus(); }));
}

absl::StatusOr<Receipt> Author::Beat(Hlc at) {
  Entry entry;
  entry.kind = EntryKind::kBeat;
  entry.hlc = at;
  return Finish(Append(entry, [] { return absl::OkStatus(); }));
}

absl::StatusOr<Receipt> Author::OnEpoch(EpochAct act, const KeyPair& key) {
  Entry entry;
  entry.kind = act.kind;
  if (act.kind == EntryKind::kVote) {
    entry.vote = std::move(act.vote);
  } else {
    Decision& decision = act.decision;
    const LaneId own = LaneOf(key.public_key());
    std::vector<PublicKey> keys;
    for (const EpochMember& member : decision.epoch.members) keys.push_back(work_.lanes.Find(member.lane)->key);
    if (decision.signatures.empty())
      decision.signatures = {{own, key.Sign(EpochText(work_.registry(), decision.epoch, decision.ballot, keys))}};
    entry.decision = std::move(decision);
  }
  return Finish(Append(entry, [] { return absl::OkStatus(); }));
}

absl::StatusOr<Receipt> Author::Genesis(const chancery::Genesis& genesis) {
  Entry entry;
  entry.kind = EntryKind::kGenesis;
  entry.genesis = genesis;
  return Finish(Append(entry, [] { return absl::OkStatus(); }));
}

}  // namespace chancery
