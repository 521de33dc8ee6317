#include "samples.h"

#include <algorithm>
#include <bit>

#include "tests/support/forever.h"

namespace chancery::samples {
namespace {

constexpr Hlc kStart = 1767225600000ull << 16;  // 2026-01-01T00:00:00Z
constexpr LaneId kOther = 0x1122334455667788;

PublicKey Key(uint8_t fill) {
  PublicKey key;
  key.bytes.fill(fill);
  return key;
}

Entry Of(EntryKind kind, uint64_t seq) {
  Entry e;
  e.registry = Registry();
  e.lane = LaneOf(Key(1));
  e.seq = seq;
  e.hlc = kStart + seq;
  e.kind = kind;
  return e;
}

Entry Filing(uint64_t seq, Ops ops) {
  Entry e = Of(EntryKind::kFiling, seq);
  e.packs = {PackIdOf("[pack]\nname = \"land\"\n")};
  e.ops = std::move(ops);
  return e;
}

Op Edit(std::string_view key, Changes changes) { return {OpKind::kEdit, 0, 0, key, std::move(changes)}; }
Op Create(std::string_view key, Changes changes) { return {OpKind::kCreate, 0, 0, key, std::move(changes)}; }

Change Set(uint32_t field, Value value) { return {field, Verb::kSet, std::move(value), {}}; }

Entry Pack() {
  Entry e = Of(EntryKind::kPack, 2);
  e.pack_toml = "[pack]\nname = \"land\"\n";
  return e;
}

Entry Admission() {
  Entry e = Of(EntryKind::kAdmit, 3);
  e.officer = "mari";
  e.admit = Admit{"luxembourg", 2, Role::kBlind, Key(2), kStart + 2};
  return e;
}

Entry Beat() {
  Entry e = Of(EntryKind::kBeat, 4);
  e.context = {{kOther, 3}};
  return e;
}

Entry VoteOf() {
  Entry e = Of(EntryKind::kVote, 14);
  e.vote = Vote{2, {3, e.lane}, {7, kOther}};
  return e;
}

Decision DecisionOf(LaneId by) {
  return {
      {2, {{5, Role::kFull}, {by, Role::kBlind}, {UINT64_MAX, Role::kWitness}}, {{7, 0, {}}, {kOther, 300, Sha256({"tree"})}}},
      {3, by},
      {}};
}

Entry Acceptance() {
  Entry e = Of(EntryKind::kAccept, 15);
  e.context = {{kOther, 3}};
  e.decision = DecisionOf(e.lane);
  e.decision->signatures.emplace_back(e.lane, Signature());
  e.decision->signatures[0].second.bytes.fill(0xa5);
  return e;
}

Entry EpochOf() {
  Entry e = Acceptance();
  e.seq = 16;
  e.kind = EntryKind::kEpoch;
  e.decision->signatures.insert(e.decision->signatures.begin(), {5, e.decision->signatures[0].second});
  return e;
}

Entry Readmission() {
  Entry e = Filing(17, {Edit("1", {Set(0, Value::Text("Liis"))})});
  e.readmits = IdOf("x");
  return e;
}

Entry EveryKindOfValue() {
  return Filing(
      5, {Create("2341:0058 õ",
                 {Set(0, Value::Unset()), Set(1, Value::Bool(true)), Set(2, Value::Integer(-1200)),
                  Set(3, Value::Text("Mari Kask")), Set(4, Value::Rational(-3, 4)), Set(5, Value::Date(20454)),
                  Set(6, Value::Time(1767225600123)), Set(7, Value::Bytes(std::string_view("\0\xff", 2))),
                  Set(8, Value::Group({{"street", Value::Text("Pikk 1")}, {"town", Value::Text("Tallinn")}}, Forever())),
                  Set(9, {Kind::kReference, "parcel/1"}), Set(10, Value::Integer(INT64_MIN)), Set(249, Value::Text(""))})});
}

Entry EveryMember() {
  Entry e = Filing(6, {Edit("1", {Set(0, Value::Text("Jaan"))})});
  e.epoch = 300;
  e.context = {{7, 1}, {kOther, 1ull << 40}};
  e.officer = "mari";
  e.basis = "notary 1204/2026";
  e.idempotency = "petition-118";
  e.note = "as the notary sent it";
  e.filed = Filed{-1, "Tallinn", "118/2026"};
  e.relied_on = {{Premise::Scope::kRecord, "parcel/1", ""},
                 {Premise::Scope::kField, "parcel/1/owner", ""},
                 {Premise::Scope::kElement, "company/1/board/Xaver", ""},
                 {Premise::Scope::kClaim, "parcel-number", "\"12/345\""}};
  e.corrects = Corrects{IdOf("x"), "a slip of the pen"};
  return e;
}

Entry SeveralOps() {
  Entry e = Filing(7, {{OpKind::kDelete, 0, 3, "1", {}},
                       {OpKind::kCreate, 0, 3, "1", {Set(0, Value::Bool(false))}},
                       {OpKind::kEdit,
                        1,
                        300,
                        "1",
                        {{2, Verb::kAdd, Value::Text("a"), {}},
                         {2, Verb::kAdd, Value::Text("b"), {}},
                         {2, Verb::kRemove, Value::Text("c"), {}},
                         {4, Verb::kSetLast, Value::Unset(), {}}}}});
  e.packs.push_back(PackIdOf("second"));
  e.filed = Filed{};
  return e;
}

Entry OverOneOfTwo() { return Filing(8, {Edit("1", {{0, Verb::kSet, Value::Text("Liis"), {{5, 9}, {5, 11}, {kOther, 2}}}})}); }

Entry ManyChanges() {
  Changes changes;
  for (uint32_t field = 0; field < 40; ++field) changes.push_back(Set(field, Value::Integer(field)));
  return Filing(9, {Edit("1", changes)});
}

Entry RulingOf(uint64_t seq, Ruling ruling, Ops ops) {
  Entry e = Of(EntryKind::kRuling, seq);
  e.officer = "judge";
  if (!ops.empty()) e.packs = {PackIdOf("[pack]\nname = \"land\"\n")};
  e.ops = std::move(ops);
  ruling.facts = {{{5, 9}, 0}, {{5, 11}, 300}, {{kOther, 2}, 1}};
  e.ruling = std::move(ruling);
  return e;
}

Entry Keeping() {
  Ruling r;
  r.rule = "parcel.owner";
  r.subject = "parcel/1";
  r.keep = {kOther, 2};
  r.reason = "filed first at the counter";
  r.principle = "priority";
  r.effect = "2026-01-31";
  r.tell = {"Jaan", "Bank A"};
  return RulingOf(10, r, {Edit("1", {{0, Verb::kSettle, Value::Text("Liis"), {}}})});
}

Entry NoneOf() {
  Ruling r;
  r.rule = "existence";
  r.subject = "parcel/1";
  r.outcome = Outcome::kNone;
  const std::vector<Place> named = {{5, 9}, {kOther, 2}};
  return RulingOf(
      11, r, {Edit("1", {{3, Verb::kRetract, Value::Unset(), named}, {kNoField, Verb::kRetract, Value::Bool(false), named}})});
}

Entry Both() {
  Ruling r;
  r.rule = "company-name";
  r.subject = "\"pajulill\"";
  r.outcome = Outcome::kBoth;
  return RulingOf(12, r, {});
}

// By hand, and the ruling that approves it.
Entry ProposalOf() {
  Entry e = Of(EntryKind::kProposal, 18);
  e.officer = "mari";
  Ruling r;
  r.rule = "parcel.owner";
  r.subject = "parcel/1";
  r.outcome = Outcome::kSet;
  r.facts = {{{5, 9}, 0}, {{kOther, 2}, 1}};
  r.reason = "as the court has it";
  r.set = "\"Liis\"";
  e.proposal = r;
  return e;
}

Entry Approving() {
  Ruling r = *ProposalOf().proposal;
  r.set.clear();
  r.approves = {LaneOf(Key(1)), 18};
  return RulingOf(19, r, {{OpKind::kNeutral, 0, 0, "1", {{0, Verb::kSettle, Value::Text("Liis"), {}}}}});
}

Entry ReturnOf() {
  Entry e = Of(EntryKind::kReturn, 20);
  e.officer = "judge";
  e.returned = Return{"parcel.owner", "parcel/1", {LaneOf(Key(1)), 18}, "the deed is missing"};
  return e;
}

Run RunOf(const std::vector<Entry>& entries) {
  Run run;
  run.header = EncodeHeader(entries.front());
  run.lane = entries.front().lane;
  run.first = entries.front().seq;
  for (const Entry& e : entries) run.Append(e.hlc, EncodeBody(e));
  run.seal.bytes.fill(0x5e);
  return run;
}

Write By(Dot dot, Value value) {
  Write w;
  w.dot = dot;
  w.value = std::move(value);
  return w;
}

}  // namespace

Entry Genesis() {
  Entry e;
  e.lane = LaneOf(Key(1));
  e.seq = 1;
  e.hlc = kStart + 1;
  e.kind = EntryKind::kGenesis;
  e.genesis.emplace();
  e.genesis->registry_name = "land register";
  e.genesis->nonce.bytes.fill(0x0f);
  e.genesis->site = "tallinn";
  e.genesis->key = Key(1);
  return e;
}

RegistryId Registry() { return IdOf(EncodeEntry(Genesis())); }

Entry Filing() {
  Entry e = Filing(4, {Create("2341:0057", {Set(3, Value::Text("Mari Kask"))})});
  e.officer = "mari";
  e.basis = "notary 1/2026";
  return e;
}

Entry SmallEdit() { return Filing(13, {Edit("P000000000000007", {Set(5, Value::Text("registered"))})}); }

std::vector<std::pair<std::string, Entry>> Entries() {
  return {{"genesis", Genesis()},
          {"pack", Pack()},
          {"admit", Admission()},
          {"filing", Filing()},
          {"values", EveryKindOfValue()},
          {"members", EveryMember()},
          {"ops", SeveralOps()},
          {"named", OverOneOfTwo()},
          {"many-changes", ManyChanges()},
          {"ruling-keep", Keeping()},
          {"ruling-none", NoneOf()},
          {"ruling-both", Both()},
          {"small-edit", SmallEdit()},
          {"beat", Beat()},
          {"vote", VoteOf()},
          {"acceptance", Acceptance()},
          {"epoch", EpochOf()},
          {"readmission", Readmission()},
          {"proposal", ProposalOf()},
          {"ruling-approves", Approving()},
          {"return", ReturnOf()}};
}

Run SmallRun() {
  std::vector<Entry> entries;
  for (uint64_t i = 0; i < 3; ++i) {
    entries.push_back(Filing(20 + i, {Edit("1", {Set(0, Value::Integer(static_cast<int64_t>(i)))})}));
    entries.back().hlc = kStart + (i * i << 16);
  }
  entries[0].context = {{kOther, 3}};
  return RunOf(entries);
}

Run LargeRun() {
  std::vector<Entry> entries;
  for (uint64_t i = 0; i < 300; ++i) {
    entries.push_back(Filing(100 + i, {Edit(Forever().Keep("P" + std::to_string(1000 + i * 7 % 300)),
                                            {Set(i % 8, Value::Integer(static_cast<int64_t>(i)))})}));
  }
  return RunOf(entries);
}

Bundle SmallBundle() {
  Bundle bundle;
  bundle.registry = Registry();
  const auto head = [](LaneId lane, uint64_t size, char seal) {
    LaneHead h{lane, size, {}, {}};
    for (int i = 0; i < std::popcount(size); ++i) h.peaks.push_back(IdOf(std::string(1, static_cast<char>('a' + i))));
    h.seal.bytes.fill(static_cast<uint8_t>(seal));
    return h;
  };
  bundle.from = {head(LaneOf(Key(1)), 19, 0)};
  bundle.to = {head(kOther, 3, 's'), head(LaneOf(Key(1)), 22, 't')};
  std::sort(bundle.to.begin(), bundle.to.end(), [](const LaneHead& a, const LaneHead& b) { return a.lane < b.lane; });
  Run later = SmallRun();
  later.first += later.leaves.size();
  static const std::string first = EncodeRun(SmallRun()), second = EncodeRun(later);  // a bundle does not own its runs
  bundle.runs = {first, second};
  return bundle;
}

Record TypicalRecord() {
  const Dot dot = MakeDot(1, 12345);
  Record r;
  r.last_touch = dot;
  r.life = {{dot, 0, 0, true}};
  const auto text = [](size_t bytes) { return Value::Text(Forever().Keep(std::string(bytes, 'x'))); };
  const std::vector<Value> values = {text(24), text(16), Value::Bytes("1234"), text(40), text(8), Value::Bytes("12345678"),
                                     text(16), text(68)};
  for (size_t i = 0; i < values.size(); ++i) r.slots.push_back({static_cast<uint16_t>(10 + i), {By(dot, values[i])}});
  return r;
}

Record ContestedRecord() {
  const Dot a = MakeDot(1, 5), b = MakeDot(2, 7), c = MakeDot(2, 9);
  Record r;
  r.last_touch = c;
  r.edits = {a, c};
  r.life = {{a, 100, 3, true}, {b, 200, 0, false, true}};
  Write first = By(a, Value::Text("Jaan")), second = By(b, Value::Unset());
  first.hlc = 100;
  first.op = 3;
  first.last = true;
  second.hlc = 200;
  r.slots = {{0, {By(a, Value::Integer(7))}}, {200, {first, second}}, {65535, {By(c, Value::Bool(true))}}};
  r.slots[0].cell[0].op = 4000;
  r.slots[0].cell[0].last = true;
  r.elements = {{7, Value::Text("a"), {{a, 100, 0, true}, {b, 0, 1, false}}}, {7, Value::Text("b"), {{b, 200, 0, true}}}};
  return r;
}

std::vector<std::pair<std::string, Record>> Records() {
  Record bare;
  bare.last_touch = MakeDot(0, 1);
  bare.edits = {bare.last_touch};
  Record manywriters = TypicalRecord();
  for (size_t i = 0; i < 20; ++i)
    manywriters.slots.push_back({static_cast<uint16_t>(300 + i), {By(MakeDot(2, 1 + i), Value::Unset())}});
  manywriters.last_touch = MakeDot(2, 18);
  manywriters.edits = {manywriters.last_touch};
  Record edited = TypicalRecord();
  edited.last_touch = MakeDot(1, 20000);
  edited.edits = {edited.last_touch};
  edited.slots[3].cell = {By(edited.last_touch, Value::Text("Pikk 2"))};
  Record deleted = TypicalRecord();
  deleted.last_touch = MakeDot(2, 9);
  deleted.life = {{deleted.last_touch, 300, 1, false}};
  return {{"bare", bare},       {"typical", TypicalRecord()},  {"edited", edited},
          {"deleted", deleted}, {"many-writers", manywriters}, {"contested", ContestedRecord()}};
}

}  // namespace chancery::samples
