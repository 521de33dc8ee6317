#include "net/drill/expect.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "net/drill/words.h"

namespace chancery::drill {
namespace {

bool IsMissing(const absl::Status& status) { return status.code() == absl::StatusCode::kNotFound; }

Finding Failed(const absl::Status& status) { return {false, Describe(status)}; }

// cases: those not ruled and no notices. notices: the notices.
Finding LookCount(const Snapshot& snapshot, const Expect& expect) {
  absl::StatusOr<std::vector<CaseView>> cases = snapshot.Cases();
  if (!cases.ok()) return Failed(cases.status());
  const bool notices = expect.check == Check::kNotices;
  std::vector<std::string> counted;
  for (const CaseView& view : *cases) {
    if (view.notice != notices || (!notices && view.state == "ruled")) continue;
    counted.push_back(absl::StrCat(view.rule, " ", view.subject, " ", view.state));
  }
  const int64_t count = static_cast<int64_t>(counted.size());
  return {count == expect.count, absl::StrCat(count, counted.empty() ? "" : ": ", absl::StrJoin(counted, ", "))};
}

Finding LookCase(const Snapshot& snapshot, const Expect& expect) {
  absl::StatusOr<CaseView> found = snapshot.Case(expect.subject.rule, expect.subject.subject);
  if (!found.ok() && !IsMissing(found.status())) return Failed(found.status());
  const std::string state = found.ok() ? found->state : "none";
  if (expect.check == Check::kCase) return {state == expect.state, state};
  const bool notice = found.ok() && found->notice;
  return {notice, notice ? "a notice" : absl::StrCat("no notice: ", state)};
}

std::string ShortForm(const Snapshot& snapshot, const std::string& name) {
  absl::StatusOr<EntryView> entry = snapshot.Entry(name);
  return entry.ok() ? entry->short_name : name;
}

Finding LookDependants(const Snapshot& snapshot, const Expect& expect) {
  absl::StatusOr<CaseView> found = snapshot.Case(expect.subject.rule, expect.subject.subject);
  if (!found.ok()) return Failed(found.status());
  std::vector<std::string> wanted, held = found->dependants;
  for (const Literal& name : expect.value.list) wanted.push_back(ShortForm(snapshot, name.text));
  std::sort(wanted.begin(), wanted.end());
  std::sort(held.begin(), held.end());
  return {held == wanted, held.empty() ? "none" : absl::StrJoin(found->dependants, ", ")};
}

// A member of a group out of the group's value.
Literal Member(const Literal& value, const std::string& member) {
  if (member.empty()) return value;
  const Literal* found = value.type == Literal::Type::kObject ? value.Find(member) : nullptr;
  return found == nullptr ? Literal() : *found;
}

// The distinct standing values, ascending by compact JSON as bytes.
std::vector<std::string> Values(const FieldView& field, const std::string& member) {
  std::vector<std::string> values;
  for (const StandingView& standing : field.values) values.push_back(Member(standing.value, member).Json());
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

// value: the only standing value or the interim one, null where the record is missing. values: the distinct standing values.
Finding LookValue(const Snapshot& snapshot, const Expect& expect) {
  absl::StatusOr<Address> address = Address::Parse(expect.address);
  if (!address.ok()) return Failed(address.status());
  if (address->field.empty()) return {false, absl::StrCat(expect.address, " names a record, not a field")};
  const std::string member = std::exchange(address->member, "");
  absl::StatusOr<RecordView> record = snapshot.Record(address->Text());
  if (!record.ok() && !IsMissing(record.status())) return Failed(record.status());
  FieldView field;
  if (record.ok() && record->exists && !record->fields.empty()) field = record->fields.front();
  const std::vector<std::string> values = Values(field, member);
  const std::string list = absl::StrCat("[", absl::StrJoin(values, ","), "]");
  if (expect.check == Check::kValues) return {list == expect.value.Json(), list};
  const Literal interim = Member(field.interim, member);
  return {interim == expect.value, absl::StrCat(interim.Json(), field.contested ? ", contested: " + list : ""), field.contested};
}

Finding LookContested(const Snapshot& snapshot, const Expect& expect) {
  absl::StatusOr<Address> address = Address::Parse(expect.address);
  if (!address.ok()) return Failed(address.status());
  address->member.clear();  // a group is contested as a whole
  absl::StatusOr<RecordView> record = snapshot.Record(address->Text());
  if (!record.ok() && !IsMissing(record.status())) return Failed(record.status());
  bool contested = record.ok() && record->contested;
  if (record.ok() && !address->field.empty()) contested = !record->fields.empty() && record->fields.front().contested;
  return {contested == (expect.check == Check::kContested), contested ? "contested" : "clear"};
}

Finding LookExistence(const Snapshot& snapshot, const Expect& expect) {
  absl::StatusOr<Address> address = Address::Parse(expect.address);
  if (!address.ok()) return Failed(address.status());
  if (!address->field.empty()) return {false, absl::StrCat(expect.address, " names a field, not a record")};
  absl::StatusOr<RecordView> record = snapshot.Record(expect.address);
  if (!record.ok() && !IsMissing(record.status())) return Failed(record.status());
  const bool exists = record.ok() && record->exists;
  return {exists == (expect.check == Check::kExists), exists ? "exists" : "missing"};
}

// The lane and number of an entry's short form.
std::pair<std::string, uint64_t> Split(const std::string& entry) {
  const size_t dash = entry.rfind('-');
  if (dash == std::string::npos) return {entry, 0};
  return {entry.substr(0, dash), std::strtoull(entry.c_str() + dash + 1, nullptr, 10)};
}

Finding LookHeld(const Snapshot& snapshot, const Expect& expect) {
  absl::StatusOr<std::vector<WaitingView>> waiting = snapshot.Waiting();
  if (!waiting.ok()) return Failed(waiting.status());
  const auto [lane, number] = Split(expect.address);
  for (const WaitingView& run : *waiting) {
    if (run.lane == lane && run.first <= number && number <= run.last) return {run.held, run.held ? "held" : "waiting"};
  }
  absl::StatusOr<EntryView> merged = snapshot.Entry(expect.address);
  return {false, merged.ok() ? "merged" : "not here"};
}

std::string Waits(const Snapshot& snapshot) {
  absl::StatusOr<StatusView> status = snapshot.Status();
  if (!status.ok()) return Describe(status.status());
  const OrderView& order = status->order;
  return absl::StrCat("final to ", order.settled.empty() ? "nothing" : order.settled,
                      order.waiting_for.empty() ? "" : ", waiting for " + absl::StrJoin(order.waiting_for, ", "));
}

Finding LookSettled(const Snapshot& snapshot, const Expect& expect) {
  absl::StatusOr<PlaceView> place = snapshot.Place(expect.address);
  if (!place.ok()) return Failed(place.status());
  if (place->settled) return {true, absl::StrCat("place ", place->place)};
  return {false, absl::StrCat(place->place == 0 ? "no place yet" : absl::StrCat("place ", place->place, ", not final"), "; ",
                              Waits(snapshot))};
}

// Both have a place, the first before the second.
Finding LookOrder(const Snapshot& snapshot, const Expect& expect) {
  absl::StatusOr<PlaceView> first = snapshot.Place(expect.address), then = snapshot.Place(expect.then);
  if (!first.ok()) return Failed(first.status());
  if (!then.ok()) return Failed(then.status());
  const auto shown = [](uint64_t place) { return place == 0 ? std::string("no place yet") : absl::StrCat("place ", place); };
  return {first->place != 0 && first->place < then->place,
          absl::StrCat(expect.address, " ", shown(first->place), ", ", expect.then, " ", shown(then->place))};
}

// As a record is named: its address, with or without escapes; within a register its key is enough.
std::string AddressIn(const std::string& reg, const std::string& name) {
  const absl::StatusOr<Address> address = Address::Parse(name);
  if (address.ok() && address->field.empty()) return address->Text();
  const bool whole = name.starts_with(reg + "/");
  return Address{reg, whole ? name.substr(reg.size() + 1) : name, {}, {}}.Text();
}

// Exactly these records, in any order.
Finding LookFound(const Snapshot& snapshot, const Expect& expect) {
  absl::StatusOr<std::vector<FoundView>> found = snapshot.Find(expect.find);
  if (!found.ok()) return Failed(found.status());
  std::vector<std::string> wanted, addresses;
  bool contested = false;
  for (const Literal& name : expect.value.list) wanted.push_back(AddressIn(expect.find.reg, name.text));
  for (const FoundView& one : *found) {
    addresses.push_back(one.address);
    contested |= !one.contested.empty();
  }
  const std::string shown = addresses.empty() ? "none" : absl::StrJoin(addresses, ", ");
  std::sort(wanted.begin(), wanted.end());
  std::sort(addresses.begin(), addresses.end());
  return {addresses == wanted, shown, contested};
}

}  // namespace

Finding Look(const Snapshot& snapshot, const Expect& expect) {
  switch (expect.check) {
    case Check::kCases:
    case Check::kNotices:
      return LookCount(snapshot, expect);
    case Check::kCase:
    case Check::kNotice:
      return LookCase(snapshot, expect);
    case Check::kDependants:
      return LookDependants(snapshot, expect);
    case Check::kValue:
    case Check::kValues:
      return LookValue(snapshot, expect);
    case Check::kContested:
    case Check::kClear:
      return LookContested(snapshot, expect);
    case Check::kMissing:
    case Check::kExists:
      return LookExistence(snapshot, expect);
    case Check::kHeld:
      return LookHeld(snapshot, expect);
    case Check::kSettled:
      return LookSettled(snapshot, expect);
    case Check::kOrder:
      return LookOrder(snapshot, expect);
    case Check::kFind:
      return LookFound(snapshot, expect);
    case Check::kEqual:
      break;
  }
  return {false, Holdings(snapshot)};
}

std::string Holdings(const Snapshot& snapshot) {
  absl::StatusOr<StatusView> status = snapshot.Status();
  if (!status.ok()) return Describe(status.status());
  return absl::StrCat(snapshot.Frontier(), "  records ", status->digest, "  docket ", status->docket);
}

}  // namespace chancery::drill
