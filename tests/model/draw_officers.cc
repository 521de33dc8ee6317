// Officers: who they are, what they may, for how long, for whom they stand.
#include "tests/model/draw.h"
#include "tests/model/officers.h"

namespace chancery::model {

std::string Draw::Officer() { return Of<std::string>({"mari", "mari", "kaja", "kaja", "anu", "judge", "judge", "chief"}); }

std::string Draw::Day() {
  return Of<std::string>({"2025-12-31", "2026-01-01", "2026-01-01", "2026-01-02", "2026-01-05", "2026-12-31"});
}

std::string Draw::RightWord() {
  if (Chance(2)) return Of<std::string>({"fly", "file:boat"});
  return Of<std::string>({"file", "file", "file", "rule", "rule", "approve", "approve", "admit", "file:parcel", "rule:parcel"});
}

// Of a registry that has none. In one entry, mostly: else whoever was not named first could name no others.
Draft Draw::FirstOfficers() {
  Draft draft;
  draft.By("mari").Create(OfficerAddress("chief"));
  for (const char* right : {"admit", "approve", "file", "rule"}) draft.Add("may", right);
  if (Chance(90)) draft.Create(OfficerAddress("mari")).Add("may", "file");
  if (Chance(70)) draft.Create(OfficerAddress("kaja")).Set("for", OfficerAddress("mari"));
  if (Chance(90)) draft.Create(OfficerAddress("judge")).Add("may", "rule").Add("may", "approve");
  if (Chance(60)) draft.Create(OfficerAddress("anu")).Set("for", OfficerAddress(Chance(50) ? "judge" : "kaja"));
  return draft;
}

Draft Draw::NewOfficer(const std::string& name) {
  Draft draft;
  draft.Create(OfficerAddress(name));
  if (Chance(30)) return draft.Set("for", OfficerAddress(Officer()));
  draft.Add("may", Of<std::string>({"file", "rule", "approve"}));
  if (const std::string more = RightWord(); Chance(40) && draft.ops[0].changes[0].value.text != more) draft.Add("may", more);
  return Chance(25) ? draft.Set("until", Day()) : draft;
}

Draft Draw::OfficerChange(const Meaning& view, const std::string& name) {
  const std::string address = OfficerAddress(name);
  const Row* row = view.Find(address);
  Draft draft = NewOfficer(name);
  if (view.Exists(address) && !Chance(2)) {
    const std::vector<Literal> words = view.Shown(*row, OrdinalOf(*row->reg, "may")).list;
    const size_t kind = Below(100);
    draft = kind < 10 ? Draft().Delete(address) : Draft().Record(address);
    if (kind >= 10 && kind < 40 && !words.empty()) draft.Remove("may", Of(words));
    if (kind >= 10 && kind < 40 && words.empty()) draft.Add("may", RightWord());
    if (kind >= 40 && kind < 60) draft.Add("may", RightWord());
    if (kind >= 60 && kind < 75) draft.Set("until", Day());
    if (kind >= 75 && kind < 85) draft.Unset("until");
    if (kind >= 85 && kind < 95) draft.Set("for", OfficerAddress(Officer()));
    if (kind >= 95) draft.Unset("for");
  }
  draft.By(Chance(90) ? "chief" : Officer());
  if (Chance(30)) draft.id = "act-" + std::to_string(++ids_);
  return draft;
}

}  // namespace chancery::model
