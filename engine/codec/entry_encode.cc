#include "engine/codec/body.h"
#include "engine/codec/entry.h"

namespace chancery {
namespace {

using namespace body;

void Put(ByteBuffer& w, const Place& p) {
  w.U64(p.lane);
  w.Varint(p.seq);
}

void Put(ByteBuffer& w, const std::vector<Place>& places) {
  w.Varint(places.size());
  for (const Place& p : places) Put(w, p);
}

// Kinds whose payload shows its own end carry no length.
void Put(Pen& w, const Value& v) {
  switch (v.kind) {
    case Kind::kUnset:
    case Kind::kBool:
    case Kind::kInteger:
    case Kind::kDate:
    case Kind::kTime:
    case Kind::kRational:
      return w.Raw(v.payload());
    default:
      return w.Sized(v.payload());
  }
}

void Put(ByteBuffer& w, const Change& c) {
  w.Within(1 + 2 * kVarintBytes + c.value.payload().size(), [&](Pen& pen) {
    pen.Varint(c.field);
    pen.U8(static_cast<uint8_t>(static_cast<uint8_t>(c.verb) | static_cast<uint8_t>(c.value.kind) << kKindShift |
                                (c.named.empty() ? 0 : kNames)));
    Put(pen, c.value);
  });
  if (!c.named.empty()) Put(w, c.named);
}

void Put(ByteBuffer& w, const Op& op) {
  const uint32_t few = std::min<uint32_t>(op.changes.size(), kManyChanges);
  w.U8(static_cast<uint8_t>(static_cast<uint8_t>(op.kind) | (op.pack ? kOtherPack : 0) | few << kChangesShift));
  if (few == kManyChanges) w.Varint(op.changes.size() - kManyChanges);
  if (op.pack) w.Varint(op.pack);
  w.Varint(op.reg);
  w.Sized(op.key);
  for (const Change& c : op.changes) Put(w, c);
}

void Put(ByteBuffer& w, const Filed& f) {
  w.U8((f.at_ms ? kFiledAt : 0) | (f.office.empty() ? 0 : kFiledOffice) | (f.number.empty() ? 0 : kFiledNumber));
  if (f.at_ms) w.Zigzag(*f.at_ms);
  if (!f.office.empty()) w.Sized(f.office);
  if (!f.number.empty()) w.Sized(f.number);
}

void Put(ByteBuffer& w, const Premise& p) {
  w.U8(static_cast<uint8_t>(p.scope));
  w.Sized(p.address);
  if (p.scope == Premise::Scope::kClaim) w.Sized(p.value);
}

void Put(ByteBuffer& w, const Genesis& g) {
  w.Sized(g.registry_name);
  w.Raw(g.nonce.view());
  w.Varint(g.round_ms);
  w.Varint(g.max_lead_ms);
  w.Sized(g.site);
  w.Raw(g.key.view());
}

void Put(ByteBuffer& w, const Admit& a) {
  w.Sized(a.site);
  w.Varint(a.incarnation);
  w.U8(static_cast<uint8_t>(a.role));
  w.Raw(a.key.view());
  w.U64(a.above);
}

void Put(ByteBuffer& w, const Ruling& r) {
  w.Sized(r.rule);
  w.Sized(r.subject);
  w.U8(static_cast<uint8_t>(static_cast<uint8_t>(r.outcome) | (r.approves.seq > 0 ? kApproves : 0)));
  if (r.outcome == Outcome::kKeep) Put(w, r.keep);
  w.Varint(r.facts.size());
  for (const Fact& f : r.facts) {
    Put(w, f.place);
    w.Varint(f.op);
  }
  w.Sized(r.reason);
  w.Sized(r.principle);
  w.Sized(r.effect);
  w.Varint(r.tell.size());
  for (const std::string& name : r.tell) w.Sized(name);
  if (r.approves.seq > 0) Put(w, r.approves);
}

void Put(ByteBuffer& w, const Return& r) {
  w.Sized(r.rule);
  w.Sized(r.subject);
  Put(w, r.proposal);
  w.Sized(r.reason);
}

void Put(ByteBuffer& w, const Ballot& b) {
  w.Varint(b.number);
  w.U64(b.by);
}

void Put(ByteBuffer& w, const Vote& v) {
  w.Varint(v.epoch);
  Put(w, v.ballot);
  w.Varint(v.end.size());
  for (const LaneId lane : v.end) w.U64(lane);
}

void Put(ByteBuffer& w, const Decision& d) {
  w.Varint(d.epoch.number);
  Put(w, d.ballot);
  w.Varint(d.epoch.members.size());
  for (const EpochMember& m : d.epoch.members) {
    w.U64(m.lane);
    w.U8(static_cast<uint8_t>(m.role));
  }
  w.Varint(d.epoch.ends.size());
  for (const LaneEnd& e : d.epoch.ends) {
    w.U64(e.lane);
    w.Varint(e.last);
    w.Raw(e.tree.view());
  }
  w.Varint(d.signatures.size());
  for (const auto& [lane, signature] : d.signatures) {
    w.U64(lane);
    w.Raw(signature.view());
  }
}

uint32_t MembersOf(const Entry& e) {
  return (e.context.empty() ? 0u : kContext) | (e.officer.empty() ? 0u : kOfficer) | (e.basis.empty() ? 0u : kBasis) |
         (e.idempotency.empty() ? 0u : kIdempotency) | (e.filed ? kFiled : 0u) | (e.ops.size() == 1 ? kOneOp : 0u) |
         (e.ops.size() > 1 ? kSeveralOps : 0u) | (e.note.empty() ? 0u : kNote) | (e.relied_on.empty() ? 0u : kReliedOn) |
         (e.corrects ? kCorrects : 0u) | (e.readmits ? kReadmits : 0u);
}

void PutMembers(ByteBuffer& w, const Entry& e) {
  if (!e.context.empty()) Put(w, e.context);
  if (!e.officer.empty()) w.Sized(e.officer);
  if (!e.basis.empty()) w.Sized(e.basis);
  if (!e.idempotency.empty()) w.Sized(e.idempotency);
  if (e.filed) Put(w, *e.filed);
  if (e.ops.size() > 1) w.Varint(e.ops.size());
  for (const Op& op : e.ops) Put(w, op);
  if (!e.note.empty()) w.Sized(e.note);
  if (!e.relied_on.empty()) w.Varint(e.relied_on.size());
  for (const Premise& p : e.relied_on) Put(w, p);
  if (e.corrects) {
    w.Raw(e.corrects->entry.view());
    w.Sized(e.corrects->reason);
  }
  if (e.readmits) w.Raw(e.readmits->view());
}

}  // namespace

std::string EncodeHeader(const Entry& entry) {
  ByteBuffer w;
  PutHeader(entry, w);
  return std::string(w.view());
}

void PutHeader(const Entry& entry, ByteBuffer& w) {
  w.U8(kFormat);
  w.Raw(entry.registry.view());
  w.Varint(entry.epoch);
  w.U64(entry.lane);
  w.Varint(entry.packs.size());
  for (const PackId& id : entry.packs) w.Raw(id.view());
}

std::string EncodeBody(const Entry& entry) {
  ByteBuffer w;
  PutBody(entry, w);
  return std::string(w.view());
}

void PutBody(const Entry& entry, ByteBuffer& w) {
  w.U8(static_cast<uint8_t>(entry.kind));
  w.Varint(MembersOf(entry));
  PutMembers(w, entry);
  if (entry.genesis) Put(w, *entry.genesis);
  if (!entry.pack_toml.empty()) w.Sized(entry.pack_toml);
  if (entry.admit) Put(w, *entry.admit);
  if (entry.ruling) Put(w, *entry.ruling);
  if (entry.proposal) {
    Put(w, *entry.proposal);
    if (entry.proposal->outcome == Outcome::kSet) w.Sized(entry.proposal->set);
  }
  if (entry.returned) Put(w, *entry.returned);
  if (entry.vote) Put(w, *entry.vote);
  if (entry.decision) Put(w, *entry.decision);
}

size_t EntryBytes(std::string_view header, uint64_t seq, std::string_view body) {
  ByteWriter position;
  position.Varint(seq);
  return header.size() + position.out.size() + sizeof(Hlc) + body.size();
}

std::string JoinEntry(std::string_view header, uint64_t seq, Hlc hlc, std::string_view body) {
  ByteWriter w;
  w.out.reserve(header.size() + body.size() + 18);
  w.Raw(header);
  w.Varint(seq);
  w.U64(hlc);
  w.Raw(body);
  return std::move(w.out);
}

std::string EncodeEntry(const Entry& entry) { return JoinEntry(EncodeHeader(entry), entry.seq, entry.hlc, EncodeBody(entry)); }

}  // namespace chancery
