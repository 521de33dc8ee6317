// What a site shows, and showed before, against the model.
#include <algorithm>

#include "tests/model/counts.h"
#include "tests/model/history_run.h"

namespace chancery::model {

Error History::Check(Site& site) {
  site.meaning.emplace(book_, site.seen);
  const auto snapshot = site.db->Read();
  if (!snapshot.ok()) return Failed("Read", snapshot.status());
  site.frontier = snapshot->Frontier();
  if (site.frontier != FrontierOf(site.seen)) return site.name + " holds " + site.frontier + ", model: " + FrontierOf(site.seen);
  std::vector<std::string> addresses;
  for (const auto& [address, row] : site.meaning->rows) addresses.push_back(address);
  const absl::StatusOr<Shown> engine = ShownBy(*snapshot, addresses);
  if (!engine.ok()) return Failed("reading " + site.name, engine.status());
  const Shown model = ShownBy(*site.meaning);
  if (Error different = Difference(PictureOf(*engine), PictureOf(model)); !different.empty())
    return "at " + site.name + "\n" + different;
  RETURN_IF_DIFFERENT(CheckKeys(site, *snapshot));
  RETURN_IF_DIFFERENT(CheckSearched(site, *snapshot, model));
  RETURN_IF_DIFFERENT(CheckEquals(site, *engine));
  CountCases(site, model);
  return pasts_.Chance(15) ? CheckPast(site, *snapshot) : "";
}

// What the site says was so at some moment, against what the entries of that moment mean: named by a frontier, a time, or as
// what a site could see.
Error History::CheckPast(const Site& site, const Snapshot& now) {
  const Item& last = *pasts_.Of(Known(site));
  const size_t way = pasts_.Below(3);
  Seen seen;
  absl::StatusOr<Snapshot> then = absl::UnknownError("");
  if (way == 0) {
    for (const auto& [lane, seq] : site.seen) seen[lane] = pasts_.Chance(50) ? seq : pasts_.Below(seq + 1);
    seen[last.entry.lane] = last.entry.seq;
    then = now.AsOf(FrontierOf(seen));
    for (const auto& [lane, seq] : Seen(seen)) RaiseTo(lane, seq, &seen);
  } else if (way == 1) {
    for (const Item* item : Known(site)) {
      if (MsOf(item->entry.hlc) <= MsOf(last.entry.hlc)) RaiseTo(item->entry.lane, item->entry.seq, &seen);
    }
    then = now.AsOf(FormatTime(MsOf(last.entry.hlc)));
  } else {
    RaiseTo(last.entry.lane, last.entry.seq, &seen);
    then = now.AsOf(book_.Short(last.place()));
    if (then.ok()) then = then->SeenBy(book_.labels.at(last.entry.lane));
  }
  const Meaning meaning(book_, seen);
  if (!then.ok()) return Failed("the past of " + site.name, then.status());
  std::vector<std::string> addresses;
  for (const auto& [address, row] : meaning.rows) addresses.push_back(address);
  const absl::StatusOr<Shown> engine = ShownBy(*then, addresses);
  if (!engine.ok()) return Failed("reading the past of " + site.name, engine.status());
  const std::string at = Cat("at ", site.name, ", as of ", FrontierOf(seen), "\n");
  if (Error different = Difference(PictureOf(*engine), PictureOf(ShownBy(meaning))); !different.empty()) return at + different;
  Count(Cat("moments read again, way ", way));
  const auto known = wholes_.find(FrontierOf(seen));
  if (known == wholes_.end()) return "";
  Count("moments that were seen then");
  return known->second == WholeOf(*engine) ? "" : at + FirstDifference(known->second, WholeOf(*engine));
}

// What the site has merged behind the packs. Never nothing: it is founded.
std::vector<const Item*> History::Known(const Site& site) const {
  std::vector<const Item*> known;
  for (const auto& [place, item] : book_.items) {
    const bool alone = item.past.empty() || (item.past.size() == 1 && item.past.begin()->first == place.lane);
    if (Has(site.seen, place) && !(alone && place.seq <= Packs().size())) known.push_back(&item);
  }
  return known;
}

// That entry, with all that its author had merged.
void History::RaiseTo(LaneId lane, uint64_t seq, Seen* seen) const {
  if (seq == 0) return;
  for (const auto& [other, upto] : book_.items.at({lane, seq}).past) (*seen)[other] = std::max((*seen)[other], upto);
  (*seen)[lane] = std::max((*seen)[lane], seq);
}

Error History::CheckSearched(Site& site, const Snapshot& snapshot, const Shown& model) {
  Error error = CheckFound(snapshot, *site.meaning, model.records, questions_, tally_);
  if (error.empty()) error = CheckCasePages(snapshot, tally_);
  if (error.empty()) error = site.follower.Look(snapshot, book_, site.seen, tally_);
  return error.empty() ? "" : "at " + site.name + ": " + error;
}

Error History::CheckKeys(const Site& site, const Snapshot& snapshot) {
  for (const std::string& reg : RegisterNames()) {
    std::vector<std::string> model;
    for (const auto& [address, row] : site.meaning->rows) {
      if (row.exists && row.reg->name == reg) model.push_back(Address::Parse(address)->key);
    }
    std::sort(model.begin(), model.end());
    const auto keys = snapshot.Keys(reg);
    if (!keys.ok()) return Failed("Keys", keys.status());
    if (*keys != model) return "Keys of " + reg + " differ at " + site.name;
  }
  return "";
}

// Equal frontiers, equal everything; and records that differ do so in the digest.
Error History::CheckEquals(const Site& site, const Shown& shown) {
  const std::string whole = WholeOf(shown), records = RecordsOf(PictureOf(shown));
  const auto [known, fresh] = wholes_.try_emplace(site.frontier, whole);
  if (!fresh) Count("equal frontiers");
  if (known->second != whole) return "two sites hold " + site.frontier + " and differ:\n" + FirstDifference(known->second, whole);
  const auto [digested, first] = digests_.try_emplace(shown.status.digest, records);
  if (!first && digested->second != records)
    return "one digest for two registers:\n" + FirstDifference(digested->second, records);
  return "";
}

std::string History::FirstDifference(const std::string& a, const std::string& b) {
  size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
  const size_t line = at == 0 ? 0 : a.rfind('\n', at - 1) + 1;
  return a.substr(line, a.find('\n', at) - line) + "\n" + b.substr(line, b.find('\n', at) - line);
}

std::string History::FrontierOf(const Seen& seen) const {
  std::map<std::string, uint64_t> tips;
  for (const auto& [lane, seq] : seen) tips[book_.labels.at(lane)] = seq;
  std::string out;
  for (const auto& [label, seq] : tips) out += Cat(out.empty() ? "" : ",", label, "-", seq);
  return out.empty() ? "0" : out;
}

void History::CountCases(Site& site, const Shown& model) {
  std::map<CaseKey, std::string> now;
  for (const auto& [key, c] : site.meaning->cases) {
    now[key] = c.state;
    const std::string before = site.states.contains(key) ? site.states[key] : "";
    if (c.waits() && !site.waiting.contains(key)) ++opened_;
    if (c.state == before) continue;
    if (c.state == "open") Count("opened " + c.rule.id);
    Count(Cat(c.state, " ", c.rule.shown));
    if (c.state == "ruled" && before == "split") Count("split mended");
  }
  site.waiting.clear();
  for (const auto& [key, c] : site.meaning->cases) {
    if (c.waits()) site.waiting.insert(key);
  }
  for (const auto& [key, state] : site.states) {
    if (!now.contains(key)) Count("withdrawn " + RuleOf(key.first).shown);
  }
  site.states = now;
  CountKinds(*site.meaning, tally_);
  CountOfficers(*site.meaning, tally_);
  CountShown(model, tally_);
}

}  // namespace chancery::model
