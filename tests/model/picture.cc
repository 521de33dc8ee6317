#include "tests/model/picture.h"

#include <algorithm>

#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
// Declared here until chancery/testing.h declares it to everyone.
absl::StatusOr<std::vector<std::string>> ClaimsOf(const Snapshot& snapshot);
}  // namespace chancery

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
    lines.push_back(Cat(name, "/", field.name, " interim=", field.interim.Json(), " values=", Join(values)));
    lines.push_back(Cat("shown ", view.address, "/", field.name, " contested=", field.contested, " value=", field.value.Json(),
                        " cases=", Join(field.cases)));
  }
}

void AddCase(const CaseView& view, Lines& lines) {
  const std::string name = "case " + view.rule + " " + view.subject;
  lines.push_back(Cat(name, " ", view.id, " ", view.kind, " ", view.state, view.notice ? " notice" : ""));
  for (const FactView& fact : view.facts) {
    lines.push_back(Cat(name, " fact ", fact.entry, " ", fact.id, " ", fact.site, " ", fact.officer, " ", fact.basis,
                        " standing=", fact.standing));
  }
  for (const RulingView& ruling : view.rulings) {
    const std::string outcome = ruling.outcome.starts_with("set") ? "set" : ruling.outcome;
    lines.push_back(Cat(name, " ruling ", ruling.entry, " ", outcome, " standing=", ruling.standing));
  }
  lines.push_back(Cat(name, " dependants=", Join(view.dependants)));
  std::vector<std::string> records = view.records;
  std::sort(records.begin(), records.end());
  lines.push_back(Cat(name, " records=", Join(records)));
}

void AddClaims(const std::vector<std::string>& claims, Lines& lines) {
  for (const std::string& claim : claims) lines.push_back("claim " + claim);
}

absl::StatusOr<std::vector<CaseView>> WholeCases(const Snapshot& snapshot) {
  ASSIGN_OR_RETURN(const std::vector<CaseView> list, snapshot.Cases());
  std::vector<CaseView> out;
  for (const CaseView& listed : list) {
    ASSIGN_OR_RETURN(CaseView whole, snapshot.Case(listed.rule, listed.subject));
    if (whole.state != listed.state)
      return absl::InternalError("Cases and Case differ in the state of " + listed.rule + " " + listed.subject);
    out.push_back(std::move(whole));
  }
  return out;
}

}  // namespace

absl::StatusOr<Lines> PictureOf(const Snapshot& snapshot, const std::vector<std::string>& addresses) {
  Lines lines;
  for (const std::string& address : addresses) {
    ASSIGN_OR_RETURN(const RecordView view, snapshot.Record(address));
    AddRecord(view, lines);
  }
  ASSIGN_OR_RETURN(const std::vector<CaseView> cases, WholeCases(snapshot));
  for (const CaseView& c : cases) AddCase(c, lines);
  ASSIGN_OR_RETURN(const std::vector<std::string> claims, ClaimsOf(snapshot));
  AddClaims(claims, lines);
  return lines;
}

Lines PictureOf(const Meaning& meaning) {
  Lines lines;
  for (const auto& [address, row] : meaning.rows) AddRecord(meaning.View(row), lines);
  for (const auto& [key, c] : meaning.cases) AddCase(meaning.View(c), lines);
  AddClaims(meaning.ClaimLines(), lines);
  return lines;
}

absl::StatusOr<std::string> WholeOf(const Snapshot& snapshot, const std::vector<std::string>& addresses) {
  ASSIGN_OR_RETURN(const StatusView status, snapshot.Status());
  std::string out = Cat("digest ", status.digest, "\ndocket ", status.docket, "\nrecords ", status.records, " entries ",
                        status.entries, " cases ", status.cases, " notices ", status.notices, " ruled ", status.ruled, "\n");
  for (const std::string& address : addresses) {
    ASSIGN_OR_RETURN(const RecordView view, snapshot.Record(address));
    out += ToJson(view).Json() + "\n";
  }
  ASSIGN_OR_RETURN(const std::vector<CaseView> cases, WholeCases(snapshot));
  for (const CaseView& c : cases) out += ToJson(c).Json() + "\n";
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
  for (size_t i = 0; i < std::max(engine.size(), model.size()); ++i) {
    const std::string is = i < engine.size() ? engine[i] : "(nothing)", must = i < model.size() ? model[i] : "(nothing)";
    if (is != must) return "engine: " + is + "\nmodel:  " + must;
  }
  return "";
}

}  // namespace chancery::model
