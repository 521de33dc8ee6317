// The grammar of drill files, as product's EBNF has it: one function a verb.
#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "net/drill/line.h"
#include "net/drill/statement.h"

namespace chancery::drill {
namespace {

constexpr const char* kStates[] = {"open", "proposed", "ruled", "split", "reopened", "none"};

class Parser {
 public:
  explicit Parser(std::string_view origin) : origin_(origin) {}

  absl::StatusOr<Drill> Parse(std::string_view text);

 private:
  bool ParseLine(LineReader& line);
  Act ParseAct(LineReader& line);
  Act ParseOpening(LineReader& line, const std::string& verb);
  Act ParseAt(LineReader& line);
  Act ParseFile(LineReader& line, const std::string& site);
  Act ParseCut(LineReader& line);
  Act ParseSkew(LineReader& line);
  Act ParseExpect(LineReader& line, const std::string& site);
  void ParseCheck(LineReader& line, int column, const std::string& check, Expect* expect);
  FindQuery ReadQuery(LineReader& line);
  Act ParseBackup(LineReader& line);
  Act ParseRestore(LineReader& line);

  std::string Site(LineReader& line);
  std::vector<std::string> SomeSites(LineReader& line);
  CaseName ReadCase(LineReader& line);
  void NewName(LineReader& line, std::set<std::string>* names, std::string* name);

  std::string origin_;
  Drill drill_;
  std::set<std::string> sites_, entries_, backup_names_;
  std::map<std::string, std::string> backups_;  // name -> site
  size_t opening_ = 0;                          // the opening statements: packs and sites
  bool has_pack_ = false;
};

std::string Parser::Site(LineReader& line) {
  const int column = line.Column();
  std::string site = line.Name("a site");
  if (line.ok() && !sites_.count(site)) line.Fail(column, absl::StrCat("there is no site ", site, " in this drill"));
  return site;
}

std::vector<std::string> Parser::SomeSites(LineReader& line) {
  std::vector<std::string> sites;
  do {
    const int column = line.Column();
    std::string site = Site(line);
    if (std::count(sites.begin(), sites.end(), site)) line.Fail(column, absl::StrCat(site, " stands here twice"));
    sites.push_back(std::move(site));
  } while (line.ok() && !line.AtEnd() && !line.NextIs('|') && !line.NextIs('>'));
  return sites;
}

CaseName Parser::ReadCase(LineReader& line) {
  CaseName name;
  name.rule = line.Word("the rule of the case");
  name.subject = line.WordOrJson("the subject of the case");
  return name;
}

void Parser::NewName(LineReader& line, std::set<std::string>* names, std::string* name) {
  const int column = line.Column();
  *name = line.Word("a name", "{}[]\"");
  if (line.ok() && !names->insert(*name).second) line.Fail(column, absl::StrCat("the name ", *name, " is taken"));
}

Act Parser::ParseOpening(LineReader& line, const std::string& verb) {
  if (opening_ != drill_.statements.size()) line.Fail(1, "packs and sites come first");
  opening_ = drill_.statements.size() + 1;
  if (verb == "pack") {
    has_pack_ = true;
    return UsePack{line.Word("the path of a pack")};
  }
  NameSites named;
  do {
    const int column = line.Column();
    std::string site = line.Name("a site");
    if (line.ok() && !sites_.insert(site).second) line.Fail(column, absl::StrCat("the site ", site, " is named twice"));
    named.sites.push_back(std::move(site));
  } while (line.ok() && !line.AtEnd());
  if (verb != "sites") return NameOthers{verb, std::move(named.sites)};
  return named;
}

Act Parser::ParseFile(LineReader& line, const std::string& site) {
  File file{site, "", {}};
  if (line.Take("as")) NewName(line, &entries_, &file.name);
  file.entry = line.Object(true);
  return file;
}

Act Parser::ParseAt(LineReader& line) {
  const std::string site = Site(line);
  if (line.Take("pack")) return LoadPack{site, line.Word("the path of a pack")};
  if (line.Take("file")) return ParseFile(line, site);
  if (line.Take("expect")) return ParseExpect(line, site);
  if (line.Take("refuse")) {
    Refuse refuse{site, line.Word("a kind of refusal or a rule"), {}};
    refuse.entry = line.Object(false);  // faults of the JSON are what may have to be refused
    return refuse;
  }
  for (const char* verb : {"rule", "propose"}) {
    if (!line.Take(verb)) continue;
    Rule rule{site, ReadCase(line), {}, verb == std::string_view("propose")};
    rule.ruling = line.Object(true);
    return rule;
  }
  if (line.Take("approve")) {
    Approve approve{site, ReadCase(line), {}};
    approve.approval = line.Object(true);
    return approve;
  }
  if (line.Take("readmit")) return Readmit{site, line.Word("an entry")};
  line.Fail("at a site one can pack, file, refuse, rule, propose, approve, readmit or expect");
  return Act();
}

Act Parser::ParseCut(LineReader& line) {
  Cut cut;
  cut.groups.push_back(SomeSites(line));
  if (line.TakeChar('>')) {
    if (cut.groups[0].size() != 1) line.Fail(1, "a one-way cut is between two sites: cut A > B");
    return CutOneWay{cut.groups[0][0], Site(line)};
  }
  std::set<std::string> seen(cut.groups[0].begin(), cut.groups[0].end());
  if (!line.NextIs('|')) line.Fail("a cut is written: cut A B | C, or: cut A > B");
  while (line.TakeChar('|')) {
    const int column = line.Column();
    cut.groups.push_back(SomeSites(line));
    for (const std::string& site : cut.groups.back()) {
      if (!seen.insert(site).second) line.Fail(column, absl::StrCat(site, " stands in two groups"));
    }
  }
  return cut;
}

Act Parser::ParseSkew(LineReader& line) {
  Skew skew{Site(line), 0};
  const bool behind = line.TakeChar('-');
  if (!behind) line.TakeChar('+');
  const int64_t ms = line.Duration();
  skew.ms = behind ? -ms : ms;
  return skew;
}

void Parser::ParseCheck(LineReader& line, int column, const std::string& check, Expect* expect) {
  static const std::map<std::string, Check> checks = {{"equal", Check::kEqual},         {"cases", Check::kCases},
                                                      {"notices", Check::kNotices},     {"case", Check::kCase},
                                                      {"value", Check::kValue},         {"values", Check::kValues},
                                                      {"contested", Check::kContested}, {"clear", Check::kClear},
                                                      {"missing", Check::kMissing},     {"exists", Check::kExists},
                                                      {"notice", Check::kNotice},       {"dependants", Check::kDependants},
                                                      {"held", Check::kHeld},           {"settled", Check::kSettled},
                                                      {"order", Check::kOrder},         {"find", Check::kFind}};
  const auto found = checks.find(check);
  if (found == checks.end()) return line.Fail(column, absl::StrCat("there is no check called ", check));
  expect->check = found->second;
  switch (expect->check) {
    case Check::kEqual:
      break;
    case Check::kCases:
    case Check::kNotices:
      expect->count = line.Count();
      break;
    case Check::kCase: {
      expect->subject = ReadCase(line);
      const int column = line.Column();
      expect->state = line.Word("the state of the case");
      if (std::count(std::begin(kStates), std::end(kStates), expect->state) == 0) {
        line.Fail(column, absl::StrCat("a case is open, proposed, ruled, split, reopened or none, not ", expect->state));
      }
      break;
    }
    case Check::kNotice:
      expect->subject = ReadCase(line);
      break;
    case Check::kDependants:
      expect->subject = ReadCase(line);
      expect->value = line.List("the list of entries");
      break;
    case Check::kValue:
    case Check::kValues:
      expect->address = line.Word("an address");
      expect->value = expect->check == Check::kValue ? line.Json("a JSON value") : line.List("the list of values");
      break;
    case Check::kContested:
    case Check::kClear:
    case Check::kMissing:
    case Check::kExists:
      expect->address = line.Word("an address");
      break;
    case Check::kHeld:
    case Check::kSettled:
      expect->address = line.Word("an entry");
      break;
    case Check::kOrder:
      expect->address = line.Word("an entry");
      expect->then = line.Word("an entry");
      break;
    case Check::kFind:
      expect->find = ReadQuery(line);
      expect->value = line.List("the list of addresses");
      break;
  }
}

FindQuery Parser::ReadQuery(LineReader& line) {
  FindQuery query;
  query.reg = line.Name("a register");
  while (line.ok() && !line.NextIs('[')) {
    if (line.Take("on")) {
      query.on = line.Word("a date");
      break;
    }
    const std::string field = line.Name("a field");
    if (!line.TakeChar('=')) line.Fail("a condition is FIELD=VALUE");
    query.fields.push_back({.field = field, .written = line.WordOrJson("a value")});
  }
  return query;
}

Act Parser::ParseExpect(LineReader& line, const std::string& site) {
  Expect expect;
  const int column = line.Column();
  const std::string check = line.Word("what to expect");
  ParseCheck(line, column, check, &expect);
  expect.site = site;
  if (line.Take("at")) {
    const int at = line.Column();
    expect.site = Site(line);
    if (!site.empty() && site != expect.site) line.Fail(at, absl::StrCat("this expectation is at ", site, " already"));
  }
  return expect;
}

Act Parser::ParseBackup(LineReader& line) {
  BackUp backup{Site(line), ""};
  if (!line.Take("as")) line.Fail("it is written: backup S as N");
  NewName(line, &backup_names_, &backup.name);
  backups_[backup.name] = backup.site;
  return backup;
}

Act Parser::ParseRestore(LineReader& line) {
  Restore restore{Site(line), ""};
  if (!line.Take("from")) line.Fail("it is written: restore S from N");
  const int column = line.Column();
  restore.name = line.Word("a name");
  const auto backup = backups_.find(restore.name);
  if (line.ok() && backup == backups_.end()) line.Fail(column, absl::StrCat("there is no backup ", restore.name));
  if (line.ok() && backup->second != restore.site)
    line.Fail(column, absl::StrCat(restore.name, " is a backup of ", backup->second));
  return restore;
}

Act Parser::ParseAct(LineReader& line) {
  const int column = line.Column();
  const std::string verb = line.Word("a verb");
  if (verb == "pack" || verb == "sites" || verb == "witness" || verb == "blind") return ParseOpening(line, verb);
  if (sites_.empty() || !has_pack_) line.Fail(column, "a drill begins with its packs and sites: pack FILE, sites S …");
  if (verb == "at") return ParseAt(line);
  if (verb == "expect") return ParseExpect(line, "");
  if (verb == "cut") return ParseCut(line);
  if (verb == "tick") return Tick{line.Duration()};
  if (verb == "skew") return ParseSkew(line);
  if (verb == "crash") return Crash{Site(line)};
  if (verb == "restart") return Restart{Site(line)};
  if (verb == "backup") return ParseBackup(line);
  if (verb == "restore") return ParseRestore(line);
  if (verb == "fence" || verb == "retire") return EndSite{Site(line), verb == "fence"};
  if (verb == "sync" || verb == "heal") {
    const bool sync = verb == "sync";
    if (line.AtEnd()) return sync ? Act(SyncAll{}) : Act(HealAll{});
    const std::string a = Site(line), b = Site(line);
    return sync ? Act(SyncPair{a, b}) : Act(HealPair{a, b});
  }
  line.Fail(column, absl::StrCat("there is no verb called ", verb));
  return Act();
}

// False where the line has a fault.
bool Parser::ParseLine(LineReader& line) {
  if (line.AtEnd()) return true;
  Statement statement;
  statement.line = line.fault_line();
  statement.column = line.Column();
  statement.act = ParseAct(line);
  line.End();
  if (!line.ok()) return false;
  statement.text = line.Text();
  drill_.statements.push_back(std::move(statement));
  return true;
}

absl::StatusOr<Drill> Parser::Parse(std::string_view text) {
  drill_.origin = origin_;
  int number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view written = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!written.empty() && written.back() == '\r') written.remove_suffix(1);
    LineReader line(written, ++number);
    if (!ParseLine(line)) {
      return absl::InvalidArgumentError(absl::StrCat(origin_, ":", number, ":", line.fault_column(), ": ", line.fault()));
    }
  }
  if (sites_.empty() || !has_pack_) {
    return absl::InvalidArgumentError(
        absl::StrCat(origin_, ":", number, ":1: a drill begins with its packs and sites: pack FILE, sites S …"));
  }
  drill_.statements[opening_ - 1].founds = true;
  return std::move(drill_);
}

}  // namespace

absl::StatusOr<Drill> ParseDrill(std::string_view text, std::string_view origin) { return Parser(origin).Parse(text); }

}  // namespace chancery::drill
