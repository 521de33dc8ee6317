// The multicodec table: eleven merges that git gave up, each done again by two sites and compared with what people made of it;
// and the claims on one code or one name that were really filed against each other.
#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tests/histories/two_sites.h"

namespace chancery::histories {
namespace {

using Row = std::map<std::string, std::string>;  // field -> value; an empty cell is no value
using Table = std::map<std::string, Row>;        // by name

// Rows without a name are remarks on the file. The second row of one name is `name#2`: the table of 2018 had two `identity`.
Table ReadTable(const std::string& path) {
  const std::vector<std::vector<std::string>> rows = ReadCsv(path);
  Table table;
  for (size_t i = 1; i < rows.size(); ++i) {
    const std::string& name = rows[i].at(0);
    if (name.empty()) continue;
    std::string key = name;
    for (int n = 2; table.contains(key); ++n) key = absl::StrCat(name, "#", n);
    Row& row = table[key];
    for (size_t column = 1; column < rows[i].size(); ++column) {
      const std::string& field = rows[0].at(column);
      const std::string value = field == "code" ? absl::AsciiStrToLower(rows[i][column]) : rows[i][column];
      if (!value.empty()) row[field] = value;
    }
  }
  return table;
}

// One real merge: what both sides began with, what each made of it, and what people made of the two.
struct Merge {
  Table base, ours, theirs, human;
  std::array<Table*, 4> all() { return {&base, &ours, &theirs, &human}; }
};

// A code that one of the tables gives to two names cannot be unique in any: it is a remark in all four.
void ToRemarks(Merge& merge) {
  std::set<std::string> twice;
  for (const Table* table : merge.all()) {
    std::set<std::string> seen;
    for (const auto& [name, row] : *table) {
      if (const auto code = row.find("code"); code != row.end() && !seen.insert(code->second).second) twice.insert(code->second);
    }
  }
  for (Table* table : merge.all()) {
    for (auto& [name, row] : *table) {
      if (const auto code = row.find("code"); code != row.end() && twice.contains(code->second)) {
        row["remark"] = code->second;
        row.erase(code);
      }
    }
  }
}

Merge ReadMerge(const std::string& id) {
  const std::string folder = DataPath(absl::StrCat("multicodec/merges/", id));
  Merge merge = {ReadTable(folder + "/base.csv"), ReadTable(folder + "/ours.csv"), ReadTable(folder + "/theirs.csv"),
                 ReadTable(folder + "/human.csv")};
  ToRemarks(merge);
  return merge;
}

void Create(Draft& draft, const std::string& name, const Row& row) {
  draft.Create(AddressOf("code", name));
  for (const auto& [field, value] : row) draft.Set(field, value);
}

Draft WholeTable(const Table& table) {
  Draft draft;
  for (const auto& [name, row] : table) Create(draft, name, row);
  return draft;
}

// A name is taken up for its own sake: whoever enters it first, it is the same name. So two creations of it are one record, and
// what can be disputed is what it stands for.
Draft NewName(const std::string& name, const Row& row) {
  Draft draft = Draft().By("editor", absl::StrCat("name ", name));
  Create(draft, name, row);
  return draft;
}

void Change(Draft& draft, const std::string& name, const Row& before, const Row& after) {
  draft.Record(AddressOf("code", name));
  for (const auto& [field, value] : before) {
    if (!after.contains(field)) draft.Unset(field);
  }
  for (const auto& [field, value] : after) {
    if (const auto old = before.find(field); old == before.end() || old->second != value) draft.Set(field, value);
  }
}

// What a branch did to the table it began with: one entry for the rows that it changed and removed, one for each new name.
std::vector<Draft> Branch(const Table& base, const Table& table) {
  Draft edits;
  std::vector<Draft> created;
  for (const auto& [name, row] : base) {
    const auto now = table.find(name);
    if (now == table.end()) {
      edits.Delete(AddressOf("code", name));
    } else if (now->second != row) {
      Change(edits, name, row, now->second);
    }
  }
  for (const auto& [name, row] : table) {
    if (!base.contains(name)) created.push_back(NewName(name, row));
  }
  std::vector<Draft> all;
  if (!edits.ops.empty()) all.push_back(std::move(edits));
  std::move(created.begin(), created.end(), std::back_inserter(all));
  return all;
}

Table TableOf(const Snapshot& now) {
  Table table;
  for (const std::string& name : Ok(now.Keys("code"))) {
    Row& row = table[name];
    for (const FieldView& field : Ok(now.Record(AddressOf("code", name))).fields) {
      if (!field.value.null()) row[field.name] = field.value.text;
    }
  }
  return table;
}

std::set<std::string> NamesThatDiffer(const Table& a, const Table& b) {
  std::set<std::string> names;
  for (const auto& [name, row] : a) {
    if (const auto other = b.find(name); other == b.end() || other->second != row) names.insert(name);
  }
  for (const auto& [name, row] : b) {
    if (!a.contains(name)) names.insert(name);
  }
  return names;
}

// The ruling that says what the people who merged the tables chose: their values for what the case is about.
RulingDraft ChoiceOf(const Table& human, const CaseView& one) {
  RulingDraft ruling;
  ruling.rule = one.rule;
  ruling.subject = one.subject;
  ruling.officer = "maintainer";
  ruling.reason = "as merged";
  const std::string field = one.kind == "unique" ? "code" : one.rule.substr(one.rule.find('.') + 1);
  ruling.set = Literal::Object();
  for (const std::string& record : one.records) {
    ruling.set->Add(absl::StrCat(record, "/", field), human.at(Ok(Address::Parse(record)).key).at(field));
  }
  return ruling;
}

struct Known {
  const char* id;
  std::set<std::string> cases;    // what two sites leave to a person
  std::set<std::string> by_hand;  // rows that the people changed beyond what either side had
};

void PrintTo(const Known& merge, std::ostream* out) { *out << merge.id; }  // gtest's name for it

const Known kMerges[] = {
    {"083e4e8b", {"code.code code/dms3", "code.description code/dms3"}, {}},
    {"14dabd50", {R"(one-code-one-name "0x0200")"}, {}},
    {"175ad7cf", {}, {"garlic32", "garlic64", "garlict", "garlicu"}},
    {"3a8bf03f", {}, {}},
    {"412d2f62", {}, {}},
    {"5a66b397", {}, {}},
    {"5f1f94f6", {}, {}},
    {"61d5c514", {}, {}},
    {"7fb3c138", {}, {}},
    {"d04a2653", {}, {}},
    {"d8957ce8", {}, {}},
};

class MulticodecMerge : public testing::TestWithParam<Known> {};

TEST_P(MulticodecMerge, EndsAsPeopleMadeIt) {
  NEEDS_DATA("multicodec");
  const Merge merge = ReadMerge(GetParam().id);
  TwoSites sites("codes.toml");
  FileEach(sites.ours(), {WholeTable(merge.base)});
  sites.Merge();
  FileEach(sites.ours(), Branch(merge.base, merge.ours));
  FileEach(sites.theirs(), Branch(merge.base, merge.theirs));
  EXPECT_EQ(TableOf(Ok(sites.ours().Read())), merge.ours);
  EXPECT_EQ(TableOf(Ok(sites.theirs().Read())), merge.theirs);
  sites.Merge();

  EXPECT_EQ(OpenCases(Ok(sites.theirs().Read())), GetParam().cases);
  const Snapshot contested = Ok(sites.ours().Read());
  for (const CaseView& one : Ok(contested.Cases())) {
    Ok(sites.ours().Rule(ChoiceOf(merge.human, Ok(contested.Case(one.rule, one.subject)))));
  }
  sites.Merge();
  EXPECT_EQ(OpenCases(Ok(sites.theirs().Read())), std::set<std::string>());
  EXPECT_EQ(NamesThatDiffer(TableOf(Ok(sites.theirs().Read())), merge.human), GetParam().by_hand);
}

INSTANTIATE_TEST_SUITE_P(Real, MulticodecMerge, testing::ValuesIn(kMerges),
                         [](const auto& merge) { return std::string(merge.param.id); });

TEST(Multicodec, HasNoOtherMerges) {
  NEEDS_DATA("multicodec");
  std::set<std::string> known, found;
  for (const Known& merge : kMerges) known.insert(merge.id);
  for (const auto& folder : std::filesystem::directory_iterator(DataPath("multicodec/merges"))) {
    found.insert(folder.path().filename().string());
  }
  EXPECT_EQ(found, known);
}

// Two filings that claim one code for different names, or for one name different codes; neither saw the other.
struct Rivals {
  std::string constraint, key;
  std::string value_a, value_b;
  std::string filing_a, filing_b;

  bool over_code() const { return constraint == "code"; }
  std::string name(const std::string& value) const { return over_code() ? value : key; }
  std::string code(const std::string& value) const { return over_code() ? key : value; }
};

std::vector<Rivals> ReadRivals() {
  std::vector<Rivals> all;
  const std::vector<std::vector<std::string>> rows = ReadCsv(DataPath("multicodec/true_conflicts.csv"));
  EXPECT_EQ(rows.at(0), (std::vector<std::string>{"constraint", "key", "filing_a", "value_a", "time_a", "in_final_a", "filing_b",
                                                  "value_b", "time_b", "in_final_b"}));
  for (size_t i = 1; i < rows.size(); ++i)
    all.push_back({rows[i][0], rows[i][1], rows[i][3], rows[i][7], rows[i][2], rows[i][6]});
  return all;
}

using Changes = std::vector<std::pair<std::string, Literal>>;

Changes ClaimOf(const Rivals& rivals, const std::string& value) {
  const std::string name = rivals.name(value);
  return {{Address{.reg = "code", .key = name, .field = "code", .member = ""}.Shown(), rivals.code(value)}};
}

TEST(Multicodec, EveryRivalClaimIsOneCaseWithBothClaims) {
  NEEDS_DATA("multicodec");
  int over_codes = 0, over_names = 0;
  for (const Rivals& rivals : ReadRivals()) {
    SCOPED_TRACE(absl::StrCat(rivals.constraint, " ", rivals.key, ", filings ", rivals.filing_a, " and ", rivals.filing_b));
    ++(rivals.over_code() ? over_codes : over_names);
    TwoSites sites("codes.toml");
    const auto File = [&](Database& site, const std::string& value) {
      return FileEach(site, {NewName(rivals.name(value), {{"code", rivals.code(value)}})}).front().short_name();
    };
    std::map<std::string, Changes> claims = {{File(sites.ours(), rivals.value_a), ClaimOf(rivals, rivals.value_a)},
                                             {File(sites.theirs(), rivals.value_b), ClaimOf(rivals, rivals.value_b)}};
    sites.Merge();

    const Snapshot now = Ok(sites.theirs().Read());
    const std::vector<CaseView> cases = Ok(now.Cases());
    ASSERT_EQ(cases.size(), 1u);
    const CaseView one = Ok(now.Case(cases[0].rule, cases[0].subject));
    EXPECT_EQ(one.rule, rivals.over_code() ? "one-code-one-name" : "code.code");
    EXPECT_EQ(one.subject, rivals.over_code() ? Literal(rivals.key).Json() : AddressOf("code", rivals.key));
    EXPECT_EQ(one.state, "open");
    std::map<std::string, Changes> facts;
    for (const FactView& fact : one.facts) facts[fact.entry] = fact.changed;
    EXPECT_EQ(facts, claims);
  }
  EXPECT_EQ(over_codes, 51);
  EXPECT_EQ(over_names, 13);
}

// Where each filing stands for itself, one name created twice is a question of its own, beside that of its code.
TEST(Multicodec, ANameCreatedOnTwoGroundsIsAskedForTwice) {
  NEEDS_DATA("multicodec");
  for (const Rivals& rivals : ReadRivals()) {
    if (rivals.over_code()) continue;
    SCOPED_TRACE(rivals.key);
    TwoSites sites("codes.toml");
    const auto File = [&](Database& site, const std::string& filing, const std::string& code) {
      FileEach(site, {NewName(rivals.key, {{"code", code}}).By("editor", absl::StrCat("filing ", filing))});
    };
    File(sites.ours(), rivals.filing_a, rivals.value_a);
    File(sites.theirs(), rivals.filing_b, rivals.value_b);
    sites.Merge();
    const std::string address = AddressOf("code", rivals.key);
    EXPECT_EQ(OpenCases(Ok(sites.ours().Read())), (std::set<std::string>{"code.code " + address, "existence " + address}));
  }
}

}  // namespace
}  // namespace chancery::histories
