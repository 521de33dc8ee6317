#include "net/sim/work.h"

#include <algorithm>

namespace chancery::sim {
namespace {

// A member of an object, made when it is first asked for.
Literal& Member(Literal& object, const std::string& key, const Literal& fresh) {
  for (auto& [name, value] : object.members)
    if (name == key) return value;
  object.Add(key, fresh);
  return object.members.back().second;
}
Literal& Fields(Literal& op, const char* verb) { return Member(op, verb, Literal::Object()); }
Literal& Names(Literal& op, const char* verb) { return Member(op, verb, Literal::List()); }

Literal ShownOf(const RecordView* record, const std::string& field) {
  if (record == nullptr) return {};
  for (const FieldView& view : record->fields)
    if (view.name == field) return view.interim;
  return {};
}

std::string TextOf(const Literal& object, const char* key) {
  const Literal* found = object.Find(key);
  return found == nullptr ? "" : found->text;
}

const std::vector<std::string> kWords = {"ash", "birch", "cedar", "elm"};

}  // namespace

Literal Work::Filing() {
  Literal entry = Literal::Object({{"officer", Of(kOfficers)}});
  if (Chance(15)) entry.Add("basis", "deed " + std::to_string(random_.Below(4)));
  if (Chance(25)) {
    std::string relied_on = Unit();
    if (Chance(70)) relied_on += "/" + Of(fields_);
    entry.Add("relied_on", Literal::List({std::move(relied_on)}));
  }
  std::vector<Literal> ops = {Operation(Unit())};
  if (Chance(15)) {
    const std::string other = Unit();
    const std::string first = ops[0].members.front().second.text;
    if (other != first) ops.push_back(Operation(other));
  }
  return entry.Add("ops", Literal::List(std::move(ops)));
}

Literal Work::Operation(const std::string& address) {
  const absl::StatusOr<RecordView> record = now_.Record(address);
  const bool exists = record.ok() && record->exists;
  if (exists && Chance(6)) return Literal::Object({{"delete", address}});
  Literal op = Literal::Object({{exists ? "record" : "create", address}});
  std::vector<std::string> chosen;
  for (uint64_t n = 1 + random_.Below(3); n > 0; --n) {
    const std::string& field = Of(fields_);
    if (std::find(chosen.begin(), chosen.end(), field) != chosen.end()) continue;
    chosen.push_back(field);
    Change(field, exists ? &*record : nullptr, op);
  }
  if (op.members.size() == 1 && exists) Fields(op, "set").Add("remark", Of(kWords));
  return op;
}

void Work::Change(const std::string& field, const RecordView* record, Literal& op) {
  const Literal shown = ShownOf(record, field);
  if (field == "shares") return ChangeShares(shown, op);
  if (field == "charges") return ChangeCharges(shown, op);
  if (field == "status") return ChangeStatus(shown, op);
  if (field == "number") return void(Names(op, "issue").list.push_back(field));
  if (field == "visits") return void(Fields(op, "bump").Add(field, static_cast<int64_t>(1 + random_.Below(3))));
  if (field == "tags") {
    return void(Fields(op, !shown.list.empty() && Chance(40) ? "remove" : "add").Add(field, Literal::List({Of(kWords)})));
  }
  if (field == "permits" && record != nullptr && Chance(30)) {
    return void(Fields(op, "grant").Add(field, Literal::Object({{"to", Of(sites_)}, {"amount", 1}})));
  }
  if (field == "permits") return void(Fields(op, "bump").Add(field, Chance(80) ? 1 : -1));
  if (!shown.null() && field != "stage" && field != "seal" && Chance(10)) return void(Names(op, "unset").list.push_back(field));
  Fields(op, "set").Add(field, Value(field));
}

Literal Work::Value(const std::string& field) {
  if (field == "amount") return static_cast<int64_t>(1 + random_.Below(6));
  if (field == "chain" || field == "link") return Unit();
  if (field == "stage") return Chance(50) ? "filed" : "public";
  if (field == "survey") return Literal::Object({{"grade", static_cast<int64_t>(random_.Below(4))}, {"note", Of(kWords)}});
  if (field == "term") {
    const auto from = static_cast<int64_t>(random_.Below(8));
    return Literal::Object({{"from", from}, {"to", from + 1 + static_cast<int64_t>(random_.Below(3))}});
  }
  return field == "group" ? kWords[random_.Below(2)] : Of(kWords);
}

// The whole at first; then of one owner's share all or a half.
void Work::ChangeShares(const Literal& shown, Literal& op) {
  Literal transfer = Literal::Object();
  if (shown.list.empty()) {
    transfer.Add("from", Literal::List());
    transfer.Add("to", Literal::List({Literal::Object({{"owner", Of(kWords)}, {"share", "1"}})}));
  } else {
    const Literal& holder = Of(shown.list);
    std::string part = TextOf(holder, "share");
    if (Chance(50) && part.size() < 6) {
      const size_t slash = part.find('/');
      const std::string under = slash == std::string::npos ? "1" : part.substr(slash + 1);
      part = part.substr(0, slash) + "/" + std::to_string(2 * std::stoll(under));
    }
    transfer.Add("from", Literal::List({Literal::Object({{"owner", TextOf(holder, "owner")}, {"share", part}})}));
    transfer.Add("to", Literal::List({Literal::Object({{"owner", Of(kWords) + "'s heir"}, {"share", part}})}));
  }
  Fields(op, "transfer").Add("shares", std::move(transfer));
}

void Work::ChangeCharges(const Literal& shown, Literal& op) {
  if (!shown.list.empty() && Chance(30)) {
    Literal struck = Literal::List({TextOf(Of(shown.list), "id")});
    return void(Fields(op, "strike").Add("charges", std::move(struck)));
  }
  if (shown.list.size() > 1 && Chance(40)) {
    const std::string id = TextOf(Of(shown.list), "id"), behind = TextOf(Of(shown.list), "id");
    if (id != behind) return void(Fields(op, "cede").Add("charges", Literal::Object({{"id", id}, {"behind", behind}})));
  }
  Literal charge = Literal::Object({{"id", "M" + std::to_string(random_.Below(12))}});
  charge.Add("class", Chance(60) ? "mortgage" : "easement").Add("value", Of(kWords));
  Fields(op, "file").Add("charges", std::move(charge));
}

void Work::ChangeStatus(const Literal& shown, Literal& op) {
  const bool live = shown.text == "live";
  if (shown.text == "dead") return;
  Fields(op, "move").Add("status", live || Chance(50) ? "dead" : "live");
}

std::optional<Work::OnCase> Work::Ruling() {
  absl::StatusOr<std::vector<CaseView>> cases = now_.Cases({.open_only = true});
  if (!cases.ok()) return std::nullopt;
  std::erase_if(*cases, [](const CaseView& one) {  // what clients' tokens stand in is not ruled on: nobody takes them back
    return std::any_of(one.records.begin(), one.records.end(), [](const std::string& at) { return at.starts_with("mark/"); });
  });
  if (cases->empty()) return std::nullopt;
  const CaseView& listed = Of(*cases);
  const absl::StatusOr<CaseView> on = now_.Case(listed.id, "");
  if (!on.ok()) return std::nullopt;
  OnCase act;
  act.rule = on->rule;
  act.subject = on->subject;
  if (on->state == "proposed") {
    act.act = OnCase::Act::kApprove;
    act.json = Literal::Object({{"officer", kSecondJudge}, {"reason", "so it is"}});
    return act;
  }
  act.act = plan_.proposals && Chance(15) ? OnCase::Act::kPropose : OnCase::Act::kRule;
  act.json = Outcome(*on);
  act.json.Add("officer", kJudge).Add("reason", "heard both");
  return act;
}

Literal Work::Outcome(const CaseView& on) {
  const uint64_t way = random_.Below(100);
  if (way < 60 && !on.facts.empty()) return Literal::Object({{"keep", Of(on.facts).entry}});
  if (way < 75) return Literal::Object({{"both", true}});
  if (way < 88 || on.records.empty()) return Literal::Object({{"none", true}});
  const std::string field = on.field.empty() || on.field.find(',') != std::string::npos ? Of(fields_) : on.field;
  return Literal::Object({{"set", Literal::Object({{Of(on.records) + "/" + field, Value(field)}})}});
}

}  // namespace chancery::sim
