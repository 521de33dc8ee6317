#include "tests/model/picture.h"

#include <algorithm>
#include <optional>

#include "chancery/testing.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery::model {
namespace {

std::string Join(const std::vector<std::string>& parts) {
  std::string out = "[";
  for (const std::string& part : parts) out += (out.size() > 1 ? "," : "") + part;
  return out + "]";
}

void AddRecord(const RecordView& view, Lines& lines) {
  const std::string name = "record " + view.address;
  lines.push_back(Cat(name, " exists=", view.exists, " contested=", view.contested, " cases=", Join(view.cases)));
  for (const FieldView& field : view.fields) {
    std::vector<std::string> values;
    for (const StandingView& value : field.values) values.push_back(value.value.Json() + "@" + value.entry + Join(value.entries));
    lines.push_back(Cat(name, "/", field.name, " interim=", field.interim.Json(), " values=", Join(values),
                        field.detail ? " detail=" + field.detail->Json() : ""));
    lines.push_back(Cat("shown ", view.address, "/", field.name, " contested=", field.contested, " value=", field.value.Json(),
                        " cases=", Join(field.cases)));
  }
}

std::string Decision(const DecisionView& view) {
  return Cat(view.entry, " ", view.outcome.starts_with("set") ? "set" : view.outcome, " standing=", view.standing);
}

void AddCase(const CaseView& view, Lines& lines) {
  const std::string name = "case " + view.rule + " " + view.subject;
  lines.push_back(Cat(name, " ", view.id, " ", view.kind, " on ", view.field, " ", view.state, view.notice ? " notice" : "",
                      " officers=", view.officers));
  for (const FactView& fact : view.facts) {
    lines.push_back(Cat(name, " fact ", fact.entry, " ", fact.id, " ", fact.site, " ", fact.officer, " ", fact.basis,
                        " standing=", fact.standing));
  }
  for (const RulingView& ruling : view.rulings) {
    lines.push_back(Cat(name, " ruling ", Decision(ruling), ruling.approves.empty() ? "" : " approves ", ruling.approves, " ",
                        ruling.proposed_by));
  }
  for (const ProposalView& proposal : view.proposals) {
    lines.push_back(Cat(name, " proposal ", Decision(proposal), " by ", proposal.officer,
                        proposal.returned.empty() ? "" : " returned by ", proposal.returned));
  }
  lines.push_back(Cat(name, " dependants=", Join(view.dependants)));
  std::vector<std::string> records = view.records;
  std::sort(records.begin(), records.end());
  lines.push_back(Cat(name, " records=", Join(records)));
}

Literal Whole(const ValueView& view) {
  if (view.literal != nullptr) return *view.literal;
  Literal literal;
  literal.type = view.type;
  literal.truth = view.truth;
  literal.integer = view.integer;
  literal.text = view.text;
  return literal;
}

// Single values are read in a way of their own: they say what the whole record says.
absl::Status CheckValues(const Snapshot& snapshot, const std::string& address, const RecordView& view) {
  ASSIGN_OR_RETURN(const Address parsed, Address::Parse(address));
  std::optional<RecordRef> ref;
  RETURN_IF_ERROR(snapshot.Scan(parsed.reg, [&](const RecordRef& record) {
    if (record.key() == parsed.key) ref = record;
    return !ref.has_value();
  }));
  if (ref.has_value() != view.exists) return absl::InternalError("Scan and Record differ on " + address);
  for (const FieldView& field : view.fields) {
    const bool certain = view.exists && view.cases.empty() && !field.contested;
    const std::string at = address + "/" + field.name;
    const absl::StatusOr<Literal> value = snapshot.Value(at);
    if (value.ok() != certain || (certain && *value != field.value))
      return absl::InternalError("Value and Record differ on " + at);
    if (!ref) continue;
    ASSIGN_OR_RETURN(const FieldRef field_ref, snapshot.Field(parsed.reg + "." + field.name));
    const absl::StatusOr<ValueView> read = snapshot.Value(*ref, field_ref);
    if (read.ok() != certain || (certain && Whole(*read) != field.value))
      return absl::InternalError("what is read in place and Record differ on " + at);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Shown> ShownBy(const Snapshot& snapshot, const std::vector<std::string>& addresses, bool values) {
  Shown shown;
  for (const std::string& address : addresses) {
    ASSIGN_OR_RETURN(RecordView view, snapshot.Record(address));
    if (values) RETURN_IF_ERROR(CheckValues(snapshot, address, view));
    shown.records.push_back(std::move(view));
  }
  ASSIGN_OR_RETURN(const std::vector<CaseView> list, snapshot.Cases());
  for (const CaseView& listed : list) {
    ASSIGN_OR_RETURN(CaseView whole, snapshot.Case(listed.rule, listed.subject));
    if (whole.state != listed.state || whole.id != listed.id)
      return absl::InternalError("Cases and Case differ in " + listed.rule + " " + listed.subject);
    shown.cases.push_back(std::move(whole));
  }
  ASSIGN_OR_RETURN(shown.claims, ClaimsOf(snapshot));
  ASSIGN_OR_RETURN(shown.status, snapshot.Status());
  return shown;
}

Shown ShownBy(const Meaning& meaning) {
  Shown shown;
  for (const auto& [address, row] : meaning.rows) shown.records.push_back(meaning.View(row));
  for (const auto& [key, c] : meaning.cases) shown.cases.push_back(meaning.View(c));
  shown.claims = meaning.ClaimLines();
  return shown;
}

Lines PictureOf(const Shown& shown) {
  Lines lines;
  for (const RecordView& view : shown.records) AddRecord(view, lines);
  for (const CaseView& view : shown.cases) AddCase(view, lines);
  for (const std::string& claim : shown.claims) lines.push_back("claim " + claim);
  return lines;
}

std::string WholeOf(const Shown& shown) {
  const StatusView& status = shown.status;
  std::string out = Cat("digest ", status.digest, "\ndocket ", status.docket, "\nrecords ", status.records, " entries ",
                        status.entries, " cases ", status.cases, " notices ", status.notices, " ruled ", status.ruled, "\n");
  for (const RecordView& view : shown.records) out += ToJson(view).Json() + "\n";
  for (const CaseView& view : shown.cases) out += ToJson(view).Json() + "\n";
  return out;
}

std::string RecordsOf(const Lines& picture) {
  std::string out;
  bool exists = false;
  for (const std::string& line : picture) {
    if (!line.starts_with("record ")) continue;
    const size_t heading = line.find(" exists=");
    if (heading != std::string::npos) exists = line[heading + 8] == '1';
    if (exists) out += (heading != std::string::npos ? line.substr(0, heading) : line) + "\n";
  }
  return out;
}

std::string Difference(const Lines& engine, const Lines& model) {
  constexpr size_t kShown = 6;
  if (engine == model) return "";
  std::string out;
  const auto add = [&](const char* whose, const Lines& lines, const Lines& others) {
    size_t shown = 0;
    for (const std::string& line : lines) {
      if (std::find(others.begin(), others.end(), line) == others.end() && shown++ < kShown) out += whose + line + "\n";
    }
  };
  add("engine: ", engine, model);
  add("model:  ", model, engine);
  return out.empty() ? "the same lines, in another order" : out;
}

}  // namespace chancery::model
