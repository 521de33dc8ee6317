#include <algorithm>

#include "engine/base/environment.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/codec/entry_reader.h"
#include "engine/codec/run.h"

namespace chancery {

using namespace body;

namespace {

// What an entry of this kind may carry besides its own part.
uint32_t MembersAllowed(EntryKind kind) {
  constexpr uint32_t kAlways = kOfficer | kBasis | kIdempotency | kNote;
  switch (kind) {
    case EntryKind::kFiling:
      return kAlways | kContext | kFiled | kOneOp | kSeveralOps | kReliedOn | kCorrects | kReadmits;
    case EntryKind::kRuling:
      return kAlways | kContext | kOneOp | kSeveralOps;
    case EntryKind::kGenesis:
      return kAlways;
    case EntryKind::kBeat:
    case EntryKind::kVote:
    case EntryKind::kAccept:
    case EntryKind::kEpoch:
      return kContext;
    default:
      return kAlways | kContext;
  }
}

bool IsDate(const std::string& text) {
  int64_t days = 0;
  return ParseDate(text, &days);  // a day is written in one way
}

absl::Status TooLarge() { return Error(absl::StatusCode::kInvalidArgument, "malformed entry: larger than 1 MiB"); }

}  // namespace

absl::Status EntryReader::status() const {
  if (bad_ == nullptr) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, Cat("malformed entry: ", bad_));
}

uint64_t EntryReader::Number(uint64_t least, uint64_t most, const char* what) {
  const uint64_t v = in_.Varint();
  return Need(v >= least && v <= most, what) ? v : 0;
}

uint64_t EntryReader::Count(uint64_t least, uint64_t most, size_t item_bytes, const char* what) {
  const uint64_t n = Number(least, most, what);
  return Need(n <= in_.left() / item_bytes, what) ? n : 0;
}

void EntryReader::Word(std::string* out, size_t least, size_t most, const char* what) {
  const std::string_view s = in_.Sized();
  if (Need(s.size() >= least && s.size() <= most && IsText(s), what)) *out = s;
}

void EntryReader::ReadPlace(Place* p, const char* what) {
  p->lane = in_.U64();
  p->seq = Number(1, kSeqMax, what);
}

void EntryReader::Places(std::vector<Place>* places, size_t most, const char* what) {
  places->resize(Count(1, most, 9, what));
  for (size_t i = 0; i < places->size() && !failed(); ++i) {
    ReadPlace(&(*places)[i], what);
    if (i > 0) Need((*places)[i - 1] < (*places)[i], what);
  }
}

void EntryReader::Header(Entry& e) {
  Need(in_.U8() == kFormat, "format (this version reads format 1)");
  Fixed(&e.registry, "registry");
  e.epoch = Number(0, UINT64_MAX, "epoch");
  e.lane = in_.U64();
  e.packs.resize(Count(0, limits::kOpsPerEntry, 16, "packs"));
  for (PackId& id : e.packs) Fixed(&id, "packs");
}

void EntryReader::Position(Entry& e) {
  const uint64_t seq = in_.Varint();
  At(e, seq, in_.U64());
}

void EntryReader::At(Entry& e, uint64_t seq, Hlc hlc) {
  if (Need(seq >= 1 && seq <= kSeqMax, "seq")) e.seq = seq;
  e.hlc = hlc;
}

void EntryReader::Context(Entry& e) {
  Places(&e.context, limits::kLanes, "context");
  for (size_t i = 0; i < e.context.size() && !failed(); ++i) {
    Need(e.context[i].lane != e.lane, "context names its own lane");
    Need(i == 0 || e.context[i - 1].lane < e.context[i].lane, "context names a lane twice");
  }
}

void EntryReader::ReadFiled(Entry& e) {
  Filed& f = e.filed.emplace();
  const uint8_t has = in_.U8();
  Need(has <= (kFiledAt | kFiledOffice | kFiledNumber), "filed");
  if (has & kFiledAt) f.at_ms = in_.Zigzag();
  Need(!f.at_ms || Value::IsCanonical(Kind::kTime, Value::Time(*f.at_ms).payload()), "filed: at");
  if (has & kFiledOffice) Word(&f.office, 1, limits::kWordBytes, "filed: office");
  if (has & kFiledNumber) Word(&f.number, 1, limits::kWordBytes, "filed: number");
}

void EntryReader::ReliedOn(Entry& e) {
  e.relied_on.resize(Count(1, limits::kPremises, 3, "relied_on"));
  for (size_t i = 0; i < e.relied_on.size() && !failed(); ++i) {
    Premise& p = e.relied_on[i];
    const uint8_t scope = in_.U8();
    Need(scope <= static_cast<uint8_t>(Premise::Scope::kClaim), "relied_on: scope");
    p.scope = static_cast<Premise::Scope>(scope);
    Word(&p.address, 1, limits::kValueBytes, "relied_on: address");
    if (p.scope == Premise::Scope::kClaim) Word(&p.value, 1, limits::kValueBytes, "relied_on: value");
    if (i > 0) Need(e.relied_on[i - 1] < p, "relied_on: order");
  }
}

void EntryReader::ReadCorrects(Entry& e) {
  Corrects& c = e.corrects.emplace();
  Fixed(&c.entry, "corrects: entry");
  Word(&c.reason, 0, limits::kWordBytes, "corrects: reason");
}

void EntryReader::ReadGenesis(Entry& e) {
  Genesis& g = e.genesis.emplace();
  Word(&g.registry_name, 1, limits::kWordBytes, "genesis: registry name");
  Fixed(&g.nonce, "genesis: nonce");
  g.round_ms = Number(1, kSeqMax, "genesis: round length");
  g.max_lead_ms = Number(0, kSeqMax, "genesis: max lead");
  Word(&g.site, 1, limits::kNameBytes, "genesis: site");
  Need(IsName(g.site), "genesis: site");
  Fixed(&g.key, "genesis: key");
  Need(e.seq == 1 && e.epoch == 0 && e.packs.empty(),
       "genesis: it is the first entry of its lane, in epoch 0, and names no pack");
  Need(e.lane == LaneOf(g.key), "genesis: the lane is not that of the key");
}

void EntryReader::ReadAdmit(Entry& e) {
  Admit& a = e.admit.emplace();
  Word(&a.site, 1, limits::kNameBytes, "admit: site");
  Need(IsName(a.site), "admit: site");
  a.incarnation = Number(1, kSeqMax, "admit: incarnation");
  const uint8_t role = in_.U8();
  Need(role <= static_cast<uint8_t>(Role::kWitness), "admit: role");
  a.role = static_cast<Role>(role);
  Fixed(&a.key, "admit: key");
  a.above = in_.U64();
}

void EntryReader::Facts(Ruling& r) {
  r.facts.resize(Count(1, limits::kEntryBytes, 10, "ruling: facts"));
  for (size_t i = 0; i < r.facts.size() && !failed(); ++i) {
    ReadPlace(&r.facts[i].place, "ruling: facts");
    r.facts[i].op = static_cast<uint32_t>(Number(0, limits::kOpsPerEntry - 1, "ruling: facts"));
    if (i > 0) Need(r.facts[i - 1] < r.facts[i], "ruling: order of the facts");
  }
}

void EntryReader::ReadRuling(Ruling& r) {
  Word(&r.rule, 1, 2 * limits::kNameBytes + 1, "ruling: rule");
  Word(&r.subject, 1, limits::kValueBytes, "ruling: subject");
  const uint8_t head = in_.U8(), outcome = head & ~kApproves;
  Need(outcome <= static_cast<uint8_t>(Outcome::kNone), "ruling: outcome");
  r.outcome = static_cast<Outcome>(outcome);
  if (r.outcome == Outcome::kKeep) ReadPlace(&r.keep, "ruling: keep");
  Facts(r);
  Word(&r.reason, 0, limits::kWordBytes, "ruling: reason");
  Word(&r.principle, 0, limits::kWordBytes, "ruling: principle");
  Word(&r.effect, 0, limits::kWordBytes, "ruling: effect");
  Need(r.effect.empty() || IsDate(r.effect), "ruling: effect");
  r.tell.resize(Count(0, limits::kTold, 2, "ruling: tell"));
  for (std::string& name : r.tell) Word(&name, 1, limits::kWordBytes, "ruling: tell");
  if (head & kApproves) ReadPlace(&r.approves, "ruling: what it approves");
}

void EntryReader::ReadReturn(Return& r) {
  Word(&r.rule, 1, 2 * limits::kNameBytes + 1, "return: rule");
  Word(&r.subject, 1, limits::kValueBytes, "return: subject");
  ReadPlace(&r.proposal, "return: proposal");
  Word(&r.reason, 1, limits::kWordBytes, "return: reason");
}

void EntryReader::ReadBallot(Ballot* b) {
  b->number = Number(1, kSeqMax, "epoch: ballot");
  b->by = in_.U64();
}

void EntryReader::ReadVote(Entry& e) {
  Vote& v = e.vote.emplace();
  v.epoch = Number(1, kSeqMax, "vote: epoch");
  ReadBallot(&v.ballot);
  v.end.resize(Count(0, limits::kLanes, 8, "vote: lanes that shall end"));
  for (size_t i = 0; i < v.end.size(); ++i) {
    v.end[i] = in_.U64();
    if (i > 0) Need(v.end[i - 1] < v.end[i], "vote: order of the lanes");
  }
  Need(v.end.empty() || v.ballot.by == e.lane, "vote: who does not propose ends nothing");
}

void EntryReader::ReadEpoch(Epoch* epoch) {
  epoch->members.resize(Count(1, limits::kLanes, 9, "epoch: members"));
  bool holds = false;
  for (size_t i = 0; i < epoch->members.size(); ++i) {
    EpochMember& m = epoch->members[i];
    m.lane = in_.U64();
    const uint8_t role = in_.U8();
    Need(role <= static_cast<uint8_t>(Role::kWitness), "epoch: role");
    m.role = static_cast<Role>(role);
    holds |= m.role != Role::kWitness;
    if (i > 0) Need(epoch->members[i - 1].lane < m.lane, "epoch: order of the members");
  }
  Need(holds, "epoch: nobody who holds data");
  epoch->ends.resize(Count(0, limits::kLanes, 41, "epoch: ends"));
  for (size_t i = 0; i < epoch->ends.size(); ++i) {
    LaneEnd& end = epoch->ends[i];
    end.lane = in_.U64();
    end.last = Number(0, kSeqMax, "epoch: end");
    Fixed(&end.tree, "epoch: end");
    if (i > 0) Need(epoch->ends[i - 1].lane < end.lane, "epoch: order of the ends");
    const auto member = std::lower_bound(epoch->members.begin(), epoch->members.end(), EpochMember{end.lane, Role::kFull});
    Need(member == epoch->members.end() || member->lane != end.lane, "epoch: a member that has ended");
  }
}

void EntryReader::ReadDecision(Entry& e) {
  Decision& d = e.decision.emplace();
  d.epoch.number = Number(1, kSeqMax, "epoch: number");
  ReadBallot(&d.ballot);
  ReadEpoch(&d.epoch);
  d.signatures.resize(Count(1, limits::kLanes, 72, "epoch: signatures"));
  for (size_t i = 0; i < d.signatures.size() && !failed(); ++i) {
    d.signatures[i].first = in_.U64();
    Fixed(&d.signatures[i].second, "epoch: signature");
    if (i > 0) Need(d.signatures[i - 1].first < d.signatures[i].first, "epoch: order of the signatures");
  }
  const bool own = d.signatures.size() == 1 && d.signatures[0].first == e.lane;
  Need(e.kind == EntryKind::kEpoch || own, "epoch: another's signature");
}

void EntryReader::Members(Entry& e, uint64_t mask) {
  if (mask & kContext) Context(e);
  if (mask & kOfficer) Word(&e.officer, 1, limits::kWordBytes, "officer");
  if (mask & kBasis) Word(&e.basis, 1, limits::kWordBytes, "basis");
  if (mask & kIdempotency) Word(&e.idempotency, 1, limits::kIdempotencyBytes, "id");
  if (mask & kFiled) ReadFiled(e);
  if (mask & (kOneOp | kSeveralOps)) ReadOps(e, mask & kSeveralOps);
  if (mask & kNote) Word(&e.note, 1, limits::kWordBytes, "note");
  if (mask & kReliedOn) ReliedOn(e);
  if (mask & kCorrects) ReadCorrects(e);
  if (mask & kReadmits) Fixed(&e.readmits.emplace(), "readmits");
}

void EntryReader::Officer(Entry& e) {
  in_.U8();  // kind
  Members(e, in_.Varint() & (kContext | kOfficer));
}

void EntryReader::KindPart(Entry& e) {
  switch (e.kind) {
    case EntryKind::kFiling:
    case EntryKind::kBeat:
      return;
    case EntryKind::kGenesis:
      return ReadGenesis(e);
    case EntryKind::kPack: {
      const std::string_view toml = in_.Sized();
      if (Need(!toml.empty() && toml.size() <= limits::kPackBytes, "pack")) e.pack_toml = toml;
      return;
    }
    case EntryKind::kAdmit:
      return ReadAdmit(e);
    case EntryKind::kRuling:
      return ReadRuling(e.ruling.emplace());
    case EntryKind::kProposal:
      ReadRuling(e.proposal.emplace());
      Need(e.proposal->approves.seq == 0, "proposal: it approves nothing");
      if (e.proposal->outcome == Outcome::kSet) Word(&e.proposal->set, 1, limits::kValueBytes, "proposal: set");
      return;
    case EntryKind::kReturn:
      return ReadReturn(e.returned.emplace());
    case EntryKind::kVote:
      return ReadVote(e);
    case EntryKind::kAccept:
    case EntryKind::kEpoch:
      return ReadDecision(e);
  }
}

void EntryReader::Body(Entry& e) {
  Need(e.hlc > 0, "hlc");
  const uint8_t kind = in_.U8();
  Need(kind <= static_cast<uint8_t>(EntryKind::kReturn), "kind (unknown to this version)");
  e.kind = static_cast<EntryKind>(kind);
  const uint64_t mask = in_.Varint();
  const bool legal = (mask & ~uint64_t{MembersAllowed(e.kind)}) == 0 && (~mask & (kOneOp | kSeveralOps)) != 0;
  if (!Need(legal, "a member that this kind of entry does not have")) return;
  Need(e.kind != EntryKind::kFiling || (mask & (kOneOp | kSeveralOps)), "a filing without operations");
  Need((e.kind == EntryKind::kGenesis) == e.registry.IsZero(), "registry: zeros in the genesis entry and nowhere else");
  Members(e, mask);
  KindPart(e);
  if (e.ops.empty()) Need(e.packs.empty(), "packs: one that no operation uses");
}

absl::StatusOr<Entry> DecodeEntry(std::string_view bytes) {
  if (bytes.size() > limits::kEntryBytes) return TooLarge();
  const auto kept = std::make_shared<Arena>();
  Entry e;
  EntryReader reader(kept->Keep(bytes));
  reader.Header(e);
  reader.Position(e);
  reader.Body(e);
  reader.End();
  RETURN_IF_ERROR(reader.status());
  e.backing.bytes = kept;
  return e;
}

absl::StatusOr<Entry> DecodeHeader(std::string_view header) {
  Entry e;
  EntryReader reader(header);
  reader.Header(e);
  reader.End();
  RETURN_IF_ERROR(reader.status());
  return e;
}

absl::Status DecodeBody(const Entry& head, size_t header_bytes, uint64_t seq, Hlc hlc, std::string_view body, Entry* entry) {
  char position[kVarintBytes];
  if (header_bytes + PutVarint(position, seq) + sizeof(Hlc) + body.size() > limits::kEntryBytes) return TooLarge();
  Entry& e = *entry;
  e.registry = head.registry;
  e.epoch = head.epoch;
  e.lane = head.lane;
  e.packs = head.packs;
  EntryReader reader(body);
  reader.At(e, seq, hlc);
  reader.Body(e);
  reader.End();
  return reader.status();
}

std::string OfficerIn(std::string_view body) {
  Entry e;
  EntryReader(body).Officer(e);
  return std::move(e.officer);
}

absl::StatusOr<Entry> DecodeParts(std::string_view header, uint64_t seq, Hlc hlc, std::string_view body) {
  ASSIGN_OR_RETURN(const Entry head, DecodeHeader(header));
  Entry entry;
  RETURN_IF_ERROR(DecodeBody(head, header.size(), seq, hlc, body, &entry));
  return entry;
}

bool ReadHeader(std::string_view header, RegistryId* registry, LaneId* lane) {
  const absl::StatusOr<Entry> head = DecodeHeader(header);
  if (!head.ok()) return false;
  *registry = head->registry;
  *lane = head->lane;
  return true;
}

}  // namespace chancery
