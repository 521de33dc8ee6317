// An entry: one atomic, attributed change, and its canonical bytes. Byte by byte: docs/reference/entry.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/arena.h"
#include "engine/base/few.h"
#include "engine/base/hash.h"
#include "engine/base/rare.h"
#include "engine/base/sign.h"
#include "engine/crdt/cell.h"
#include "engine/crdt/frontier.h"
#include "engine/crdt/hlc.h"
#include "engine/crdt/value.h"

namespace chancery {

using EntryId = Hash256;     // SHA-256(0x00 ‖ entry bytes): the RFC 6962 leaf hash
using RegistryId = Hash256;  // the entry id of the genesis entry; all zeros inside the genesis entry itself
using PackId = Hash128;      // HashParts of the pack's TOML bytes

enum class EntryKind : uint8_t {
  kFiling = 0,
  kGenesis = 1,
  kPack = 2,
  kAdmit = 3,
  kRuling = 4,
  kBeat = 5,
  kVote = 6,
  kAccept = 7,
  kEpoch = 8,
  kProposal = 9,
  kReturn = 10
};
enum class Role : uint8_t { kFull = 0, kBlind = 1, kWitness = 2 };

// What an operation does to one field.
enum class Verb : uint8_t {
  kSet = 0,      // guarded, once, groups: value (kUnset = unset); replaces `named`, or all seen where that is empty
  kSetLast = 1,  // merge = last: value; replaces all seen
  kAdd = 2,      // an element of a set: value
  kRemove = 3,   // an element of a set: value
  kSettle = 4,   // rulings only: value replaces every write the ruling has seen
  kRetract = 5,  // rulings only: withdraws `named`, adds nothing. Field ordinal kNoField: life marks of the record; `true` or
                 // `false` then says that it shall exist, or not
  kKeep = 6,     // shares, priority lists: the value stands beside the others; replaces exactly `named`. kUnset: adds nothing
  kBump = 7,     // counters and quotas: an integer is added; a group of lane and amount is granted
};
inline constexpr uint32_t kNoField = 0xffff;

struct Change {
  uint32_t field = 0;  // ordinal in the register (its fields sorted bytewise by name), or kNoField
  Verb verb = Verb::kSet;
  Value value;
  std::vector<Place> named;  // ascending
  bool operator==(const Change&) const = default;
};
using Changes = Few<Change>;

enum class OpKind : uint8_t {
  kEdit = 0,     // says that the record exists
  kCreate = 1,   // begins it anew
  kDelete = 2,   // ends it
  kNeutral = 3,  // an edit whose author saw the record's existence contested: it takes no side
};

struct Op {
  OpKind kind = OpKind::kEdit;
  uint32_t pack = 0;     // index into Entry::packs
  uint32_t reg = 0;      // ordinal in that pack (its registers sorted bytewise by name)
  std::string_view key;  // 1 to 255 bytes of UTF-8 without control characters, not escaped; borrowed as values are
  Changes changes;       // ascending by (field, verb, value)
  bool operator==(const Op&) const = default;
};
using Ops = Few<Op>;

struct Premise {  // stored and shown; cases about them come later
  enum class Scope : uint8_t { kRecord = 0, kField = 1, kElement = 2, kClaim = 3 };
  Scope scope = Scope::kRecord;
  std::string address;  // canonical address text; for kClaim the rule id
  std::string value;    // kClaim only: the value as compact JSON
  auto operator<=>(const Premise&) const = default;
};

struct Filed {  // what the officer states about the application: evidence, never order
  std::optional<int64_t> at_ms;
  std::string office, number;
  bool operator==(const Filed&) const = default;
};

struct Corrects {
  EntryId entry;
  std::string reason;
  bool operator==(const Corrects&) const = default;
};

// A fact of a case: an operation of an entry.
struct Fact {
  Place place;
  uint32_t op = 0;
  auto operator<=>(const Fact&) const = default;
};

enum class Outcome : uint8_t { kKeep = 0, kSet = 1, kBoth = 2, kNone = 3 };

struct Ruling {
  std::string rule, subject;  // the case: rule id and subject text
  Outcome outcome = Outcome::kKeep;
  Place keep;                             // outcome kKeep: the entry kept
  std::vector<Fact> facts;                // ascending: the clashes among them are decided, and no others
  std::string reason, principle, effect;  // effect: a date "2026-01-31" or ""
  std::vector<std::string> tell;
  std::string set = {};  // of a proposal with outcome kSet: the values by hand, as JSON
  Place approves = {};   // of a ruling by two officers: the proposal; seq 0 = there is none
  bool operator==(const Ruling&) const = default;
};

struct Return {  // an officer sends a proposal back
  std::string rule, subject;
  Place proposal;
  std::string reason;
  bool operator==(const Return&) const = default;
};

struct Genesis {
  std::string registry_name;
  Hash128 nonce;
  uint64_t round_ms = 10000;
  uint64_t max_lead_ms = 24ull * 3600 * 1000;
  std::string site;  // the first site
  PublicKey key;     // of the first lane
  bool operator==(const Genesis&) const = default;
};

struct Admit {  // a member admits a lane
  std::string site;
  uint64_t incarnation = 1;  // 2 = the site's second lane
  Role role = Role::kFull;
  PublicKey key;
  Hlc above = 0;  // its entries are stamped above this
  bool operator==(const Admit&) const = default;
};

// Proposals for one epoch: the higher one goes before.
struct Ballot {
  uint64_t number = 0;  // from 1
  LaneId by = 0;        // who proposes
  auto operator<=>(const Ballot&) const = default;
};

struct Vote {  // a promise: nothing of a lower ballot is accepted any more, and no round of an earlier epoch cosigned
  uint64_t epoch = 0;
  Ballot ballot;
  std::vector<LaneId> end;  // the proposer's own: lanes that shall end; ascending
  bool operator==(const Vote&) const = default;
};

struct EpochMember {
  LaneId lane = 0;
  Role role = Role::kFull;
  auto operator<=>(const EpochMember&) const = default;
};

struct LaneEnd {
  LaneId lane = 0;
  uint64_t last = 0;  // its last entry that counts; 0 = none does
  Hash256 tree;       // root of the lane's tree up to it: of a lane with two versions this one is kept
  auto operator<=>(const LaneEnd&) const = default;
};

struct Epoch {  // who votes and cosigns, and which lanes have ended, from the beginning on
  uint64_t number = 0;
  std::vector<EpochMember> members;  // ascending by lane, at least one that holds data
  std::vector<LaneEnd> ends;         // ascending by lane, none of them a member
  bool operator==(const Epoch&) const = default;
};

struct Decision {  // an epoch under a ballot, and who signed it: EpochText
  Epoch epoch;
  Ballot ballot;
  std::vector<std::pair<LaneId, Signature>> signatures;  // ascending by lane. kAccept: the author's own
  bool operator==(const Decision&) const = default;
};

// What keys and values of an entry were borrowed from, where the entry itself keeps it. No part of what it says.
struct Backing {
  std::shared_ptr<const Arena> bytes;
  bool operator==(const Backing&) const { return true; }
};

struct Entry {
  // Header, the same along a run.
  RegistryId registry;
  uint64_t epoch = 0;
  LaneId lane = 0;
  Few<PackId> packs;  // the packs that give the ordinals meaning; those used, in order of first use
  // Position.
  uint64_t seq = 0;
  Hlc hlc = 0;
  // Body.
  EntryKind kind = EntryKind::kFiling;
  std::vector<Place> context;  // ascending by lane: the new tip of each foreign lane seen since the previous entry of this lane
  std::string idempotency, officer, basis, note;
  Rare<Filed> filed;
  std::vector<Premise> relied_on;  // ascending
  Rare<Corrects> corrects;
  Rare<EntryId> readmits;  // an entry without effect, which this one files again
  Ops ops;
  Rare<Genesis> genesis;
  std::string pack_toml;  // kPack: the pack's exact bytes
  Rare<Admit> admit;
  Rare<Ruling> ruling;
  Rare<Ruling> proposal;    // kProposal: it has no effect until another officer's ruling approves it
  Rare<Return> returned;    // kReturn
  Rare<Vote> vote;          // kVote
  Rare<Decision> decision;  // kAccept, kEpoch
  Backing backing;
  bool operator==(const Entry&) const = default;
};

// Header bytes (format, registry, epoch, lane, packs), as they open every entry and stand once in a run.
std::string EncodeHeader(const Entry& entry);
void PutHeader(const Entry& entry, ByteBuffer& w);  // the same, behind what is there
// Body bytes: all that follows seq and hlc.
std::string EncodeBody(const Entry& entry);
void PutBody(const Entry& entry, ByteBuffer& w);  // the same, behind what is there
// The canonical bytes: header ‖ varint seq ‖ u64 hlc ‖ body.
std::string EncodeEntry(const Entry& entry);
size_t EntryBytes(std::string_view header, uint64_t seq, std::string_view body);  // how many they are, joined
std::string JoinEntry(std::string_view header, uint64_t seq, Hlc hlc, std::string_view body);

// Errors: InvalidArgument (trailing, missing or non-canonical bytes, a limit, an unknown kind): says which member.
// DecodeEntry keeps a copy of the bytes; the others borrow keys and values from `body`.
absl::StatusOr<Entry> DecodeEntry(std::string_view bytes);
absl::StatusOr<Entry> DecodeParts(std::string_view header, uint64_t seq, Hlc hlc, std::string_view body);
absl::StatusOr<Entry> DecodeHeader(std::string_view header);
// header_bytes: how long that of `head` is, which has nothing but a header. entry: a new one.
absl::Status DecodeBody(const Entry& head, size_t header_bytes, uint64_t seq, Hlc hlc, std::string_view body, Entry* entry);
// Of a body that DecodeBody reads, without the rest.
std::string OfficerIn(std::string_view body);

EntryId IdOf(std::string_view entry_bytes);  // leaf hash
EntryId IdOf(std::string_view header, uint64_t seq, Hlc hlc, std::string_view body);
LaneId LaneOf(const PublicKey& key);
PackId PackIdOf(std::string_view toml);

// Under what id a ruling writes shares anew: rulings that say the same of the same transfers are one act.
std::string RulingAct(const Ruling& ruling, const std::vector<Place>& withdrawn);

// The two identities of a clash (docs/reference/case.md).
Hash128 CaseId(std::string_view rule, std::string_view subject);
Hash128 ClashId(std::string_view rule, std::string_view subject, const EntryId& a, uint32_t op_a, const EntryId& b,
                uint32_t op_b);

}  // namespace chancery
