// How entries move between sites.
#include <algorithm>

#include "tests/model/history_run.h"

namespace chancery::model {

// Brings what the site has just written into the book. at_least: entries that must be new.
Error History::TakeOwn(Site& site, size_t at_least) {
  const auto snapshot = site.db->Read();
  if (!snapshot.ok()) return Failed("Read", snapshot.status());
  const auto runs = snapshot->RunsSince(site.frontier);
  if (!runs.ok()) return Failed("RunsSince", runs.status());
  std::vector<Place> places;
  for (const std::string& run : *runs) RETURN_IF_DIFFERENT(book_.Take(run, &places));
  if (places.size() < at_least) return "an act left no entry";
  for (size_t i = 0; i < at_least; ++i) site.seen[places[i].lane] = places[i].seq;
  return "";
}

// Random runs, in random batches, some of them twice.
Error History::Deliver(Site& from, Site& to) {
  if (&from == &to) return "";
  const std::string since = draw_.Chance(60) ? to.frontier : draw_.Chance(50) ? "0" : draw_.Of(sites_)->frontier;
  const size_t bytes_max = draw_.Chance(50) ? 0 : 200 + draw_.Below(3000);
  return Move(from, to, since, bytes_max, bytes_max == 0 && since == to.frontier && draw_.Chance(70));
}

// whole: nothing is lost, doubled or shuffled on the way.
Error History::Move(Site& from, Site& to, const std::string& since, size_t bytes_max, bool whole) {
  Note(Cat("# ", to.name, " takes from ", from.name, " what came after ", since,
           bytes_max > 0 ? Cat(", about ", bytes_max, " bytes") : ""));
  const auto snapshot = from.db->Read();
  if (!snapshot.ok()) return Failed("Read", snapshot.status());
  auto runs = snapshot->RunsSince(since, bytes_max);
  if (!runs.ok()) return Failed("RunsSince " + since, runs.status());
  if (!whole) Scatter(*runs);
  while (!runs->empty()) {
    const size_t n = draw_.Chance(60) ? runs->size() : 1 + draw_.Below(runs->size());
    const std::vector<std::string> batch(runs->begin(), runs->begin() + static_cast<ptrdiff_t>(n));
    runs->erase(runs->begin(), runs->begin() + static_cast<ptrdiff_t>(n));
    RETURN_IF_DIFFERENT(Ingest(to, batch, [&] { return to.db->Ingest(batch); }));
  }
  if (!whole || !to.kept.empty() || Covers(to.seen, from.seen)) return "";
  return to.name + " took all that " + from.name + " holds and lacks something";
}

void History::Scatter(std::vector<std::string>& runs) {
  if (draw_.Chance(40)) draw_.Shuffle(runs);
  if (!runs.empty() && draw_.Chance(30)) runs.push_back(runs[draw_.Below(runs.size())]);
  if (!runs.empty() && draw_.Chance(30)) runs.erase(runs.begin() + static_cast<ptrdiff_t>(draw_.Below(runs.size())));
}

Error History::Bundle(Site& from, Site& to) {
  Note(Cat("# ", to.name, " applies a bundle of ", from.name));
  const auto snapshot = from.db->Read();
  if (!snapshot.ok()) return Failed("Read", snapshot.status());
  const auto bundle = snapshot->ExportBundle(draw_.Chance(50) ? "0" : to.frontier);
  if (!bundle.ok()) return Failed("ExportBundle", bundle.status());
  const auto decoded = DecodeBundle(*bundle);
  if (!decoded.ok()) return Failed("DecodeBundle", decoded.status());
  Count("bundles");
  const auto before = to.db->Read();
  const auto preview = to.db->PreviewBundle(*bundle);
  RETURN_IF_DIFFERENT(Ingest(to, {decoded->runs.begin(), decoded->runs.end()}, [&] { return to.db->ApplyBundle(*bundle); }));
  const auto after = to.db->Read();
  if (!before.ok() || !preview.ok() || !after.ok()) return Failed("PreviewBundle", preview.status());
  return ComparePreview(*preview, *before, *after, *to.meaning);
}

// What was told before a merge is what came of it.
Error History::ComparePreview(const MergePreview& preview, const Snapshot& before, const Snapshot& after,
                              const Meaning& meaning) {
  Lines told, came;
  for (const CaseChange& c : preview.cases) told.push_back(Cat(c.now.id, " ", c.before, " -> ", c.now.state));
  std::map<std::string, std::pair<std::string, std::string>> states;
  std::map<std::string, std::pair<bool, bool>> notices;
  const auto were = before.Cases(), are = after.Cases();
  if (!were.ok() || !are.ok()) return Failed("Cases", were.status());
  for (const CaseView& c : *were) states[c.id].first = c.state, notices[c.id].first = c.notice;
  for (const CaseView& c : *are) states[c.id].second = c.state, notices[c.id].second = c.notice;
  for (const auto& [id, state] : states) {
    const bool both = !state.first.empty() && !state.second.empty();
    if (state.first != state.second || (both && notices[id].first != notices[id].second))
      came.push_back(Cat(id, " ", state.first, " -> ", state.second));
  }
  const auto line = [](const std::string& at, const Literal& was, bool was_contested, const Literal& is, bool is_contested) {
    return Cat(at, " ", was.Json(), was_contested ? "?" : "", " -> ", is.Json(), is_contested ? "?" : "");
  };
  for (const ValueChange& v : preview.values)
    told.push_back(line(v.address, v.before, v.contested_before, v.after, v.contested_after));
  for (const auto& [address, row] : meaning.rows) {
    const auto was = before.Record(address), is = after.Record(address);
    if (!was.ok() || !is.ok() || (!was->exists && is->exists)) continue;
    if (was->exists != is->exists) came.push_back(line(is->address, was->exists, was->contested, is->exists, is->contested));
    for (size_t i = 0; i < is->fields.size(); ++i) {
      const bool shown = is->exists || is->contested, was_shown = was->exists || was->contested;
      const FieldView a = was_shown ? was->fields[i] : FieldView(), b = shown ? is->fields[i] : FieldView();
      if (a.interim == b.interim && a.contested == b.contested) continue;
      came.push_back(line(Cat(is->address, "/", is->fields[i].name), a.interim, a.contested, b.interim, b.contested));
    }
  }
  std::sort(told.begin(), told.end());
  std::sort(came.begin(), came.end());
  Count("merges previewed");
  Count("cases previewed", preview.cases.size());
  Count("values previewed", preview.values.size());
  return told == came ? "" : "the preview of a merge differs from the merge\n" + Difference(told, came);
}

bool History::Covers(const Seen& a, const Seen& b) {
  return std::all_of(b.begin(), b.end(), [&](const auto& tip) { return Has(a, {tip.first, tip.second}); });
}

// A run becomes part of a site's set when all that its authors knew is, and no stamp in it leads the site's clock too far;
// until then it is kept, whole.
Error History::Ingest(Site& to, const std::vector<std::string>& runs, const std::function<absl::StatusOr<Intake>()>& call) {
  std::set<Stretch> pending = to.kept;
  RETURN_IF_DIFFERENT(Keep(runs, pending));
  const Seen before = to.seen;
  Seen after = before;
  TakeIn(to, pending, &after);
  Seen in_time = after;  // what would be there if all clocks were
  Reach(
      pending, [&](const Stretch& run) { return AdmittedIn(after, run.lane); }, &in_time);
  const uint64_t taken = Reached(after) - Reached(before), held = Reached(in_time) - Reached(after);
  std::set<Place> waiting;
  for (const Stretch& run : pending) {
    for (uint64_t seq = run.first; seq <= run.last; ++seq) {
      if (!Has(in_time, {run.lane, seq})) waiting.insert({run.lane, seq});
    }
  }
  const absl::StatusOr<Intake> intake = call();
  if (!intake.ok()) return Failed("Ingest", intake.status());
  if (intake->entries != taken) return Cat("Ingest took ", intake->entries, " entries, model: ", taken);
  if (intake->held != held) return Cat("Ingest holds ", intake->held, " entries, model: ", held);
  if (intake->waiting != waiting.size()) return Cat("Ingest lets ", intake->waiting, " entries wait, model: ", waiting.size());
  if (intake->missing.empty() != waiting.empty()) return "Ingest names what is missing where nothing is, or does not name it";
  Count("waiting", waiting.size());
  Count("held", held);
  Count("released", runs.empty() ? taken : 0);
  to.seen = after;
  to.kept = pending;
  const uint64_t opened_before = opened_;
  RETURN_IF_DIFFERENT(Check(to));
  if (intake->opened != opened_ - opened_before)
    return Cat("Ingest opened ", intake->opened, " cases, model: ", opened_ - opened_before);
  return "";
}

Error History::Keep(const std::vector<std::string>& runs, std::set<Stretch>& kept) {
  for (const std::string& run : runs) {
    std::vector<Place> places;
    RETURN_IF_DIFFERENT(book_.Take(run, &places));
    kept.insert({places.front().lane, places.front().seq, places.back().seq, run});
  }
  return "";
}

// What of the runs the site takes in now; the others are left.
void History::TakeIn(Site& site, std::set<Stretch>& runs, Seen* seen) {
  const auto soon = [&](const Stretch& run) {
    const Hlc last = book_.items.at({run.lane, run.last}).entry.hlc;
    return static_cast<int64_t>(last >> 16) <= site.clock.NowMs() + kMaxLead;
  };
  Reach(runs, soon, seen);
  std::erase_if(runs, [&](const Stretch& run) { return Has(*seen, {run.lane, run.last}); });
}

// Adds to `seen` what the runs bring of which everything is there and that `may` come in.
void History::Reach(const std::set<Stretch>& runs, const std::function<bool(const Stretch&)>& may, Seen* seen) {
  for (bool more = true; more;) {
    more = false;
    for (const Stretch& run : runs) {
      const uint64_t next = seen->contains(run.lane) ? (*seen)[run.lane] + 1 : 1;
      if (run.last < next || run.first > next || !may(run)) continue;
      if (!Covers(*seen, book_.items.at({run.lane, next}).past)) continue;
      (*seen)[run.lane] = run.last;
      more = true;
    }
  }
}

// Entries of a lane wait for its admission, also where that is held.
bool History::AdmittedIn(const Seen& seen, LaneId lane) const {
  return std::any_of(book_.items.begin(), book_.items.end(), [&](const auto& known) {
    const Entry& entry = known.second.entry;
    const bool admits =
        entry.kind == EntryKind::kGenesis ? entry.lane == lane : entry.admit && chancery::LaneOf(entry.admit->key) == lane;
    return admits && Has(seen, known.first);
  });
}

uint64_t History::Reached(const Seen& seen) {
  uint64_t entries = 0;
  for (const auto& [lane, seq] : seen) entries += seq;
  return entries;
}

}  // namespace chancery::model
