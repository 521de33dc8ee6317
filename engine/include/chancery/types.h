// PUBLIC. The plain data that goes into and comes out of a registry: literals, addresses, drafts, views. std and absl only.
// Nouns are the glossary's (docs/reference/glossary.md).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace chancery {

// A JSON value without floating point: what is written into fields and read out of them.
struct Literal {
  enum class Type : uint8_t { kNull, kBool, kInteger, kText, kList, kObject };
  Type type = Type::kNull;
  bool truth = false;
  int64_t integer = 0;
  std::string text;
  std::vector<Literal> list;
  std::vector<std::pair<std::string, Literal>> members;  // in the order written; keys differ
  int line = 0, column = 0;                              // where it was parsed, 0 = made in code

  Literal() = default;
  Literal(bool b) : type(Type::kBool), truth(b) {}
  Literal(int v) : type(Type::kInteger), integer(v) {}
  Literal(int64_t v) : type(Type::kInteger), integer(v) {}
  Literal(const char* s) : type(Type::kText), text(s) {}
  Literal(std::string s) : type(Type::kText), text(std::move(s)) {}
  static Literal List(std::vector<Literal> items = {});
  static Literal Object(std::vector<std::pair<std::string, Literal>> members = {});

  bool null() const { return type == Type::kNull; }
  const Literal* Find(std::string_view key) const;  // of an object
  Literal& Add(std::string key, Literal value);     // to an object; returns *this
  std::string Json() const;                         // compact, members in order; U+0000 to U+001F escaped
  bool operator==(const Literal& other) const;      // lines and columns do not count
};

// Parses one JSON value. Errors: InvalidArgument "line L, column C: …" (syntax, a repeated key, a number that is not a 64-bit
// integer, invalid UTF-8, U+0000, nesting over 64).
absl::StatusOr<Literal> ParseJson(std::string_view text);

// `register/key`, `register/key/field` or `register/key/field/member`. Inside the text `%`, `/`, space and `#` of a key are %25
// %2F %20 %23; here they are decoded.
struct Address {
  std::string reg, key, field, member;
  std::string Text() const;                                     // escaped, canonical
  std::string Shown() const;                                    // as Text; for people and JSON the key is decoded
  static absl::StatusOr<Address> Parse(std::string_view text);  // Errors: InvalidArgument, with the reason
  bool operator==(const Address&) const = default;
};

// One change of one field, by name.
struct DraftChange {
  enum class Verb : uint8_t { kSet, kUnset, kAdd, kRemove, kBump, kMove, kTransfer, kFile, kStrike, kCede, kGrant, kIssue };
  Verb verb = Verb::kSet;
  std::string field;
  Literal value;
  std::string over;  // ENTRY: the standing value that a set on a contested field replaces; "" = as product rules say
};

struct DraftOp {
  enum class Verb : uint8_t { kCreate, kRecord, kDelete };
  Verb verb = Verb::kRecord;
  Address record;
  std::vector<DraftChange> changes;
  int line = 0, column = 0;
};

using Shares = std::vector<std::pair<std::string, std::string>>;  // owner, share: {"A", "1/2"}

// An entry as its author writes it, before a site stamps it. Builder style in code, or ParseDraft from JSON.
struct Draft {
  std::string id, officer, basis, note;
  std::optional<Literal> filed;    // object: at, office, number
  std::vector<Literal> relied_on;  // address texts, or objects {rule, value}
  std::string corrects, reason;    // ENTRY and why
  std::string readmits;            // ENTRY that has no effect, since its lane had ended: see Database::Readmit
  std::vector<DraftOp> ops;
  bool admit_breaches = false;  // imports only: file although a rule between records is broken; each breach is a case

  Draft& By(std::string officer_name, std::string legal_basis = {});
  Draft& Create(std::string_view address);  // the calls below work on the record named last
  Draft& Record(std::string_view address);
  Draft& Delete(std::string_view address);
  Draft& Set(std::string_view field, Literal value);
  Draft& Unset(std::string_view field);
  Draft& Add(std::string_view field, Literal element);
  Draft& Remove(std::string_view field, Literal element);
  Draft& Move(std::string_view field, std::string_view state);
  Draft& Bump(std::string_view field, int64_t amount);
  Draft& Grant(std::string_view field, std::string_view site, int64_t amount);
  Draft& Issue(std::string_view field);
  Draft& Transfer(std::string_view field, const Shares& from, const Shares& to);
  Draft& Charge(std::string_view field, std::string_view id, std::string_view cls, std::string_view value);  // "file"
  Draft& Strike(std::string_view field, std::string_view id);
  Draft& Cede(std::string_view field, std::string_view id, std::string_view behind);
};

// Reads an entry's JSON (docs/reference/entry-json.md). Errors: a refusal of kind `type`, or `limit`, with line and column.
absl::StatusOr<Draft> ParseDraft(std::string_view json);
absl::StatusOr<Draft> DraftOf(const Literal& object);

// A ruling as written: exactly one of keep, set, both, none.
struct RulingDraft {
  std::string rule, subject;   // or the case's 32-digit id in `rule` and "" in `subject`
  std::string keep;            // ENTRY
  std::optional<Literal> set;  // object: address -> value
  bool both = false, none = false;
  std::string officer, reason, principle, effect;
  std::vector<std::string> tell;
};
// {"keep":ENTRY | "set":{…} | "both":true | "none":true, "officer":…, "reason":…, …}. The case is set by the caller.
absl::StatusOr<RulingDraft> ParseRuling(std::string_view json);

// Another officer's word on a proposed ruling: it takes effect, or goes back.
struct ApprovalDraft {
  std::string rule, subject;  // as of a RulingDraft
  std::string proposal;       // ENTRY; "" = the only one that stands
  std::string officer, reason;
};
// {"officer":…, "reason":…, "proposal":ENTRY}: reason and proposal may be left out. The case is set by the caller.
absl::StatusOr<ApprovalDraft> ParseApproval(std::string_view json);

// What is shown differently.
struct ValueChange {
  std::string address;     // of a field; of a record whose existence changes: true or false
  Literal before, after;   // as they are shown; null where there is no such record
  bool existence = false;  // it is of a record
  bool contested_before = false, contested_after = false;
};

// What a ruling would do, before anybody signs it.
struct RulingPreview {
  std::string state;                    // that the case would be in
  std::vector<ValueChange> changes;     // ascending by address
  std::vector<std::string> dependants;  // entries that were built on what is decided: short forms, in canonical order
  std::vector<std::string> tell;        // as the ruling says
};

// Which records of a register are looked for: those that meet every condition. Of a field in which several values stand each of
// them counts.
struct FindQuery {
  struct Condition {
    std::string field = {};
    Literal value = {};        // stands there: docs/reference/command.md#find; null = none does
    std::string written = {};  // instead of `value`, as a person writes it: JSON, or bare text. "" = not used
    std::optional<Literal> at_least = {}, at_most = {};  // instead: of numbers, dates, times and text
  };
  std::string reg = {};
  std::vector<Condition> fields = {};
  std::string on = {};         // a date, or a time or number where intervals are of those: some interval of the record holds then
  std::string refers_to = {};  // address of a record: some reference of the record names it
  std::string rule = {};       // between records: the record claims `claim` under it
  Literal claim = {};          // of several fields a list; compared as the rule compares it
  std::string in_case_of = {};  // rule id: the record is one of those that a case of it concerns which is not ruled
  std::string after = {};       // address: only records that come after it, whether it exists or not
  size_t limit = 0;             // 0 = all

  FindQuery& Where(std::string_view field, Literal value);
  FindQuery& Between(std::string_view field, std::optional<Literal> at_least, std::optional<Literal> at_most);
};

struct FoundView {
  std::string address;                 // canonical: what `after` takes
  std::vector<std::string> contested;  // of the fields that were asked for, those that a case disputes, ascending; "existence"
};

// What an officer holds after a filing. Its texts are made for whoever asks: a load of many filings asks for none.
struct Receipt {
  std::array<uint8_t, 32> id{};  // of the entry
  std::string lane;              // label of its lane: "tallinn"
  uint64_t number = 0;           // in the lane, from 1
  int64_t stamp_ms = 0;          // the site's own stamp, milliseconds since 1970 and ticks within one; no time of filing
  uint32_t ticks = 0;
  bool repeated = false;  // a draft with its id and its content was filed before; this is its receipt
  std::string strength = "local";

  std::string entry() const;       // 64 hexadecimal digits
  std::string short_name() const;  // "tallinn-17"
  std::string hlc() const;         // RFC 3339 with ms and Z
};

struct StandingView {
  Literal value;
  std::string entry;                 // of the first write of it in canonical order, short form
  std::vector<std::string> entries;  // every write of it, in canonical order
};

struct FieldView {
  std::string name;
  bool contested = false;
  Literal value;                     // null where contested
  Literal interim;                   // what is shown meanwhile; equals value where not contested
  std::vector<StandingView> values;  // distinct, ascending by compact JSON as bytes; of fields of one value at a time
  std::optional<Literal> detail;     // of a quota: {"left": N, "rights": {SITE: N}}: what may still be used, and where
  std::vector<std::string> cases;    // ids of cases not ruled that have a fact in this field
};

struct RecordView {
  std::string address;  // shown form
  bool exists = false;
  bool contested = false;
  std::vector<FieldView> fields;   // ascending by name; every field of the register
  std::vector<std::string> cases;  // ids of cases not ruled about the record's existence
};

struct FactView {
  std::string entry, id, site, officer, basis;  // short form, 64 digits
  std::string record, act;                      // address, shown form; create edit delete rule
  std::string hlc;
  std::optional<Literal> filed;
  std::vector<std::string> relied_on;
  std::vector<std::string> stale;  // of them those that somebody changed whom its author could not know of
  std::vector<std::pair<std::string, Literal>> changed, before;  // by address, shown form
  std::vector<std::pair<std::string, std::string>> knew;  // other fact's site, "site-n" this entry had seen of it ("" = nothing)
  bool standing = false;
};

struct DecisionView {                                                    // what a ruling says, or a proposed one
  std::string entry, site, officer, reason, principle, effect, outcome;  // outcome: keep tallinn-17 | set {…} | both | none
  std::vector<std::string> tell;
  bool standing = false;  // a ruling: no later one that knew it decides the same clashes. Proposed: it waits for another officer
};

struct RulingView : DecisionView {
  std::string approves, proposed_by, note;  // by two officers: the proposal, its officer; the second one's words
};

struct ProposalView : DecisionView {
  // The entry that sent it back, its officer, why; of several, by sites apart, the first in canonical order; "" = none did.
  std::string returned, returned_by, returned_because;
};

struct CaseView {
  std::string id, rule, subject, title;
  std::string kind;   // field once state reference shares ranked unique no-overlap at-most acyclic existence pack premise
                      // authority orphan
  std::string field;  // the fields that it is about, joined by ", "; "" for existence and packs
  std::string state;  // open proposed ruled split reopened
  bool notice = false;
  int officers = 1;                     // that a ruling takes
  std::vector<FactView> facts;          // in canonical order
  std::vector<RulingView> rulings;      // in canonical order
  std::vector<ProposalView> proposals;  // in canonical order
  std::vector<std::string> dependants;  // short forms, in canonical order
  std::vector<std::string> records;     // addresses concerned
};

struct EntryView {
  std::string entry, short_name, site, hlc, kind, officer, basis, note, idempotency;
  uint32_t ticks = 0;
  std::optional<Literal> filed;
  std::vector<std::string> relied_on;
  std::string corrects, reason;
  std::string readmits;  // the entry that this one files again
  // Short form of the entry that counts instead: the same act, filed apart under the same id; "" = this one counts.
  std::string duplicate_of;
  bool outside = false;  // an epoch ended its lane before it: it has no place in the order, and no effect
  Literal ops;           // list, in the JSON form of a draft
  Literal detail;        // of genesis, pack, admission, ruling: an object; else null
};

// An entry as the change feed tells it, and how far the feed has come with it.
struct ChangeView {
  EntryView entry;
  std::string position;  // a frontier: everything up to it, and nothing else, was told
};

struct SiteView {
  std::string name;
  std::string role;  // full blind witness
  std::string key;   // fingerprint of the lane's public key
  uint64_t incarnation = 1;
  uint64_t entries = 0;
  bool admitted = false, self = false;
  bool halted = false;  // two versions of its lane exist: nothing more is taken of it
  bool ended = false;   // an epoch ended its lane: what it filed behind `last` has no effect
  uint64_t last = 0;
  std::string label = {};  // as frontiers and entries name its lane: "tallinn", "tallinn.2"
};

// Who votes and cosigns, and which lanes have ended (docs/reference/epoch.md).
struct EpochView {
  uint64_t number = 0;
  std::vector<std::string> members;                    // lane labels, those that hold data
  std::vector<std::string> witnesses;                  // labels of those that only vote
  std::vector<std::pair<std::string, uint64_t>> ends;  // label and the last entry that counts
  uint64_t settle = 0, decide = 0;                     // members it takes to settle a round, and to decide the next epoch
  std::vector<std::string> proposed;                   // labels of lanes that the vote in hand is to end
  std::string proposer;                                // "" = there is no vote in hand
  std::vector<std::string> voted, accepted;            // labels, under its ballot
  std::vector<std::string> differing;                  // lanes that it would keep in another version than is here: not accepted
};

// What a record or a case adds to its digest. key: the same at every site; sum: 16 bytes.
struct SumView {
  std::string key, sum;
  bool operator==(const SumView&) const = default;
};

// Successive entries of one lane that are stored here and not merged yet.
struct WaitingView {
  std::string lane;              // "tallinn.2"; "" where its admission is not known here
  uint64_t first = 0, last = 0;  // sequence numbers
  bool held = false;  // they lack nothing but time: their stamps, or those of held ones they build on, are too far ahead
};

// How far the one order has come, as known here (docs/reference/order.md).
struct OrderView {
  std::string settled;                   // RFC 3339: every entry stamped up to then has its final place; "" = nothing is settled
  uint64_t entries = 0;                  // that have one
  std::vector<std::string> waiting_for;  // lane labels: who has to be heard before more is settled
  int64_t waiting_since_ms = 0;          // UTC: the end of the first round that waits so; 0 = none does
  std::vector<std::string> unequal;      // members that have signed another order
};

// Where an entry stands.
struct PlaceView {
  uint64_t place = 0;                  // in the one order, counted from 1; 0 = its round is not closed here
  bool settled = false;                // a quorum has cosigned it: the place is final
  bool outside = false;                // an epoch ended its lane before it: it has no place and no effect
  std::vector<std::string> witnesses;  // lane labels: other sites that have signed that they store it
  std::vector<std::string> cosigners;  // that have signed the order with it, of a settled one
};

struct StatusView {
  std::string site, registry_name, registry;
  std::string pack;                                        // names, joined by ", "
  std::vector<std::pair<std::string, uint64_t>> frontier;  // lane label ("tallinn", "tallinn.2") -> seq, ascending
  std::string digest, docket;                              // 32 hexadecimal digits
  uint64_t records = 0, entries = 0, cases = 0, notices = 0, ruled = 0, held = 0, waiting = 0;
  bool admitted = false;            // this site may file
  bool ended = false;               // an epoch ended its lane: it may not any more
  std::string renewed;              // why this site has a new key and waits for a new lane; "" = it does not
  std::vector<std::string> lost;    // "tallinn-13…17": filed, as is known here, and not here
  std::vector<std::string> halted;  // "tallinn-13": lanes of which two versions exist, from where on they differ
  OrderView order;
  uint64_t free_bytes = 0;
  bool outcome_unknown = false;  // a commit failed: nothing is taken until the store is opened again
};

// A case that changes its state.
struct CaseChange {
  std::string before;  // its state; "" = there was no such case
  CaseView now;        // as Snapshot::Cases lists it; state "" = withdrawn
};

// What a batch of foreign runs brought.
struct Intake {
  uint64_t runs = 0, entries = 0;     // merged now: new ones; what was here already is not counted
  uint64_t opened = 0;                // cases not ruled that were not open before
  uint64_t waiting = 0;               // entries kept here whose causes are missing, all in all
  uint64_t held = 0;                  // entries kept here that are stamped too far ahead, with what builds on them, all in all
  std::vector<std::string> missing;   // "tallinn-17": what would let the waiting ones in
  uint64_t offered = 0, damaged = 0;  // runs of the batch; those whose bytes do not hold, which were left out
  uint64_t kept = 0;                  // entries of this call that are not merged and kept now
  uint64_t left_out = 0;              // entries for which there was no room among those kept: they must be brought again
  std::vector<std::string> halted;    // "tallinn-17": lanes of which two versions exist, from where on they differ
  uint64_t documents = 0;             // of a bundle: those stored now; what was here already is not counted
  uint64_t documents_damaged = 0;     // that do not hold, which were left out
};

// What a merge would do, before anybody takes it.
struct MergePreview {
  Intake intake;                      // as ApplyBundle would return it, but for documents, which are not looked at
  std::vector<CaseChange> cases;      // ascending by rule, subject
  std::vector<std::string> officers;  // who filed what those cases are about, ascending
  std::vector<ValueChange> values;    // of records that are here, ascending by address
  bool more_values = false;           // there are others
};

// Two sides and what they grew from.
struct DiffView {
  struct Row {
    std::string address;     // of a field; of a record, where whether it exists differs: true or false
    Literal base, a, b;      // as they are shown there; null where there is no such record
    bool existence = false;  // it is of a record
    bool contested_a = false, contested_b = false;
  };
  std::string base, a, b;                 // frontiers; base: what both have
  uint64_t entries_a = 0, entries_b = 0;  // that the other side lacks
  std::vector<Row> rows;                  // ascending by address
};

// A stretch of a site's entries whose author did not know of others that were filed meanwhile.
struct BranchView {
  std::string name;  // "luxembourg@2026-05-04T06:02:09.000Z": who, and when it filed again knowing of the others; "luxembourg":
                     // it has not yet
  std::string site;
  std::string since, until;          // RFC 3339: of its first entry; of the entry that ended it, "" = none did
  std::string base;                  // the frontier that it grew from
  uint64_t entries = 0, others = 0;  // its own; of other sites, that it learned of only afterwards
  std::vector<EntryView> filed,
      met;                      // those, in canonical order. Only where one branch was asked for, and none without an effect
  std::vector<CaseView> cases;  // with facts on both sides, as Snapshot::Cases lists them; likewise
};

// What a site handed out of a record.
struct ExtractView {
  std::string kind;                         // extract, receipt
  std::string id;                           // the first 16 hexadecimal digits: of the file's SHA-256; of the entry
  std::string address, site, at, frontier;  // the record, or the entry; who; RFC 3339; of the entries that an extract shows
  std::vector<std::string> changed;         // sentences: what a merge or a ruling has made otherwise since
};

// The JSON forms of product's surface, one object each, compact.
Literal ToJson(const Receipt&);
Literal ToJson(const RecordView&);
Literal ToJson(const CaseView&);
Literal ToJson(const RulingPreview&);
Literal ToJson(const MergePreview&);
Literal ToJson(const ExtractView&);
Literal ToJson(const DiffView&);
Literal ToJson(const BranchView&);
Literal ToJson(const EntryView&);
Literal ToJson(const SiteView&);
Literal ToJson(const EpochView&);
Literal ToJson(const StatusView&);

// The parts of an error for screens and JSON: a refusal where it is one ({"refused":{…}}), else
// {"error":{"code","message","next"}}.
struct ErrorView {
  bool refused = false;
  std::string kind, rule, at, message, next;
  int exit_code = 1;  // product's closed set: 1 2 4 5 6 7 8
};
ErrorView Explain(const absl::Status& status);
Literal ToJson(const ErrorView&, int line = 0);

}  // namespace chancery
