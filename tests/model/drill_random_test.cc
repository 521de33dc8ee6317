// Random drills: each is made line by line, with expectations that the model predicts, while it runs; then its text runs twice
// more.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "net/drill/drill.h"
#include "tests/model/clerk.h"
#include "tests/model/draw.h"
#include "tests/model/model.h"

namespace chancery::model {
namespace {

constexpr uint64_t kDrills = 25;
constexpr int kLines = 45;

absl::StatusOr<std::string> ReadPack(const std::string& path) {
  for (const PackSpec& pack : Packs()) {
    if (pack.name + ".toml" == path) return pack.toml;
  }
  return absl::NotFoundError("no such pack");
}

// A drill that grows while it runs.
class Growing {
 public:
  explicit Growing(uint64_t seed) : draw_(seed, false), rehearsal_(ReadPack) {}

  // "" = every line held.
  std::string Grow() {
    const std::vector<std::string> all = {"tallinn", "tartu", "luxembourg", "brussels"};
    names_.assign(all.begin(), all.begin() + 2 + static_cast<ptrdiff_t>(draw_.Below(3)));
    std::string sites = "sites";
    for (const std::string& name : names_) sites += " " + name;
    for (const PackSpec& pack : Packs()) Line("pack " + pack.name + ".toml");
    Line(sites);
    for (int i = 0; i < kLines && error_.empty(); ++i) Next();
    if (!error_.empty()) return error_;
    for (const std::string& name : names_) {
      if (!rehearsal_.sites().Of(name).running()) Line("restart " + name);
    }
    for (const std::string end : {"heal", "sync", "expect equal"}) Line(end);
    for (const std::string& name : names_) Foresee(name);
    return error_;
  }

  const std::string& text() const { return text_; }

 private:
  void Line(const std::string& line) {
    if (!error_.empty()) return;
    text_ += line + "\n";
    if (line.starts_with("pack ")) return;  // the opening runs when its sites are named
    const absl::StatusOr<drill::Drill> drill = drill::ParseDrill(text_, "random.drill");
    if (!drill.ok()) {
      error_ = std::string(drill.status().message());
      return;
    }
    for (size_t i = drill->statements.size() == Packs().size() + 1 ? 0 : drill->statements.size() - 1;
         i < drill->statements.size(); ++i) {
      const drill::Step step = rehearsal_.Run(drill->statements[i]);
      if (step.end == drill::Step::End::kHeld) continue;
      error_ = step.says + "; expected " + step.expected;
      for (const auto& [site, found] : step.found) error_ += "\n  " + site + ": " + found;
      return;
    }
  }

  void Next() {
    const std::string& site = draw_.Of(names_);
    const bool running = rehearsal_.sites().Of(site).running();
    const size_t kind = draw_.Below(100);
    if (!running) return Line("restart " + site);
    if (kind < 45) return File(site);
    if (kind < 57) return Rule(site);
    if (kind < 65) return Foresee(site);
    if (kind < 73) return Line(Cat("sync ", names_[0], " ", names_[1 + draw_.Below(names_.size() - 1)]));
    if (kind < 79) return Line("sync");
    if (kind < 84) return Cut();
    if (kind < 88) return Line("heal");
    if (kind < 93) return Line("tick " + draw_.Of<std::string>({"1ms", "10m", "2h"}));
    if (kind < 97) return Line(Cat("skew ", site, " ", draw_.Of<std::string>({"-", "+"}), draw_.Below(90), "m"));
    Line("crash " + site);
  }

  void Cut() {
    std::vector<std::string> names = names_;
    draw_.Shuffle(names);
    if (draw_.Chance(30)) return Line("cut " + names[0] + " > " + names[1]);
    const size_t at = 1 + draw_.Below(names.size() - 1);
    std::string line = "cut";
    for (size_t i = 0; i < names.size(); ++i) line += (i == at ? " | " : " ") + names[i];
    Line(line);
  }

  void File(const std::string& site) {
    const Meaning view = ViewOf(site);
    Draft draft = draw_.Filing(view);
    draft.admit_breaches = false;  // imports only: no drill can say it
    const Expected expected = Expect(view, {book_.LaneOfSite(site)}, draft);
    if (expected.refusals.size() > 1 || !expected.before.empty()) return;  // the kind is not determined, or nothing happens
    const bool refused = !expected.refusals.empty();
    if (refused && *expected.refusals.begin() == "*") return;
    Line(Cat("at ", site, refused ? " refuse " + *expected.refusals.begin() : " file", " ", JsonOf(draft)));
    if (refused || !error_.empty()) return;
    const Meaning after = ViewOf(site);
    const LaneId lane = book_.LaneOfSite(site);
    book_.contents[{lane, after.seen.at(lane)}] = ContentOf(draft);
  }

  void Rule(const std::string& site) {
    const Meaning view = ViewOf(site);
    const RulingDraft ruling = draw_.Ruling(view);
    if (!Expect(view, {book_.LaneOfSite(site)}, ruling).refusals.empty()) return;
    Line(Cat("at ", site, " rule ", ruling.rule, " ", ruling.subject, " ", JsonOf(ruling)));
  }

  // What the model says of one record and one case in the view of the site.
  void Foresee(const std::string& site) {
    const Meaning view = ViewOf(site);
    const std::string at = "at " + site + " expect ";
    if (!view.rows.empty()) {
      const Row& row = std::next(view.rows.begin(), static_cast<ptrdiff_t>(draw_.Below(view.rows.size())))->second;
      const RecordView record = view.View(row);
      Line(at + (row.exists ? "exists " : "missing ") + row.address);
      Line(at + (record.contested ? "contested " : "clear ") + row.address);
      for (const FieldView& field : record.fields) {
        const std::string address = row.address + "/" + field.name;
        if (!row.exists) continue;
        Line(at + "value " + address + " " + field.interim.Json());
        Line(at + (field.contested ? "contested " : "clear ") + address);
        if (FieldOf(*row.reg, field.name)->type == Type::kSet) continue;
        Literal values = Literal::List();
        for (const StandingView& value : field.values) values.list.push_back(value.value);
        Line(at + "values " + address + " " + values.Json());
      }
    }
    size_t cases = 0;
    for (const auto& [key, c] : view.cases) cases += c.waits();
    Line(Cat(at, "cases ", cases));
    if (view.cases.empty()) return;
    const Case& c = std::next(view.cases.begin(), static_cast<ptrdiff_t>(draw_.Below(view.cases.size())))->second;
    const std::string name = c.rule.id + " " + c.subject;
    Line(at + "case " + name + " " + c.state);
    Literal dependants = Literal::List();
    for (const std::string& entry : view.View(c).dependants) dependants.list.push_back(entry);
    Line(at + "dependants " + name + " " + dependants.Json());
  }

  Meaning ViewOf(const std::string& site) {
    Seen seen;
    const absl::StatusOr<Snapshot> snapshot = rehearsal_.sites().Of(site).db->Read();
    const absl::StatusOr<std::vector<std::string>> runs = snapshot->RunsSince("0");
    for (const std::string& run : *runs) {
      std::vector<Place> places;
      if (const std::string wrong = book_.Take(run, &places); !wrong.empty() && error_.empty()) error_ = wrong;
      for (const Place& place : places) seen[place.lane] = std::max(seen[place.lane], place.seq);
    }
    return Meaning(book_, seen);
  }

  Draw draw_;
  drill::Rehearsal rehearsal_;
  std::vector<std::string> names_;
  std::string text_, error_;
  Book book_;
};

std::string Rerun(const std::string& text, int* code) {
  std::ostringstream out, err;
  const absl::StatusOr<drill::Drill> drill = drill::ParseDrill(text, "random.drill");
  *code = drill.ok() ? drill::Rehearse(*drill, ReadPack, out, err) : 2;
  return out.str() + err.str();
}

TEST(Random, Drill) {
  const char* given = std::getenv("CHANCERY_SEED");
  const char* more = std::getenv("CHANCERY_SEEDS");
  const uint64_t first = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
  const uint64_t count = more != nullptr ? std::strtoull(more, nullptr, 10) : given != nullptr ? 1 : kDrills;
  size_t lines = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    Growing growing(seed);
    const std::string error = growing.Grow();
    const std::string replay = Cat("replay: CHANCERY_SEED=", seed, " ", testing::internal::GetArgvs()[0],
                                   " --gtest_filter=Random.Drill\n\n", growing.text());
    ASSERT_EQ(error, "") << replay;
    int once = 0, twice = 0;
    const std::string printed = Rerun(growing.text(), &once);
    ASSERT_EQ(once, 0) << printed << replay;
    ASSERT_EQ(printed, Rerun(growing.text(), &twice)) << "the same drill printed other bytes\n" << replay;
    lines += static_cast<size_t>(std::count(printed.begin(), printed.end(), '\n'));
  }
  std::cout << "  " << count << " drills, " << lines << " lines held\n";
}

}  // namespace
}  // namespace chancery::model
