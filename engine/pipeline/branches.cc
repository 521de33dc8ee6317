#include "engine/pipeline/branches.h"

#include <algorithm>

#include "engine/base/environment.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

// Entries that change nothing in the registers keep a site's stretch going, and make no branch.
bool Acts(const Entry& entry) { return !entry.ops.empty() || entry.ruling || entry.proposal || entry.returned; }

// Of the lane behind `after`, up to `last`: those that count.
absl::StatusOr<std::vector<Dot>> ActsIn(const Workspace& work, uint16_t handle, uint64_t after, uint64_t last) {
  std::vector<Dot> acts;
  for (uint64_t seq = after + 1; seq <= last; ++seq) {
    ASSIGN_OR_RETURN(const Entry entry, work.journal.EntryAt(MakeDot(handle, seq)));
    if (Acts(entry)) acts.push_back(MakeDot(handle, seq));
  }
  return acts;
}

absl::StatusOr<std::vector<Dot>> OwnOf(const Branch& branch, const Workspace& work) {
  return ActsIn(work, branch.handle, branch.first - 1, branch.last);
}

// What others filed meanwhile, without knowing the stretch's last entry.
absl::StatusOr<std::vector<Dot>> OthersOf(const Branch& branch, const Workspace& work) {
  std::vector<Dot> others;
  for (const Lane& lane : work.lanes.all()) {
    if (lane.handle == branch.handle) continue;
    ASSIGN_OR_RETURN(const std::vector<Dot> acts,
                     ActsIn(work, lane.handle, branch.base.At(lane.handle), branch.met.At(lane.handle)));
    for (const Dot dot : acts) {
      ASSIGN_OR_RETURN(const Vector past, work.PastOf(dot));
      if (!past.Has(MakeDot(branch.handle, branch.last))) others.push_back(dot);
    }
  }
  return others;
}

// From the first entry on that somebody did not know who filed meanwhile: of each lane the first entry that it met tells. False:
// everybody knew all of it.
absl::StatusOr<bool> BeginApart(const Workspace& work, Branch* branch) {
  uint64_t known = branch->last;
  for (const Lane& lane : work.lanes.all()) {
    const uint64_t first = branch->base.At(lane.handle) + 1;
    if (lane.handle == branch->handle || first > branch->met.At(lane.handle)) continue;
    ASSIGN_OR_RETURN(const Vector past, work.PastOf(MakeDot(lane.handle, first)));
    known = std::min(known, past.At(branch->handle));
  }
  branch->first = std::max(branch->first, known + 1);
  return known < branch->last;
}

// What the entry's author had seen of lanes other than his own, as far as it is here.
absl::StatusOr<Vector> ForeignPast(const Workspace& work, Dot dot) {
  ASSIGN_OR_RETURN(const Vector past, work.PastOf(dot));
  Vector foreign;
  for (uint16_t h = 0; h < past.size(); ++h)
    if (h != HandleOf(dot)) foreign.Raise(h, past.At(h));
  return foreign;
}

// Where the lane's authors learned of others: the first numbers of its contexts.
std::vector<uint64_t> GrowthsOf(const Workspace& work, const Lane& lane) {
  std::vector<uint64_t> growths;
  Cursor rows(work.txn(), Table::kContext);
  for (bool more = rows.Seek(Key64(lane.handle, 1)); more && Read64(rows.key(), 0) == lane.handle; more = rows.Next())
    if (const uint64_t seq = Read64(rows.key(), 8); seq <= lane.tip()) growths.push_back(seq);
  return growths;
}

absl::StatusOr<std::string> TimeOf(const Workspace& work, Dot dot) {
  ASSIGN_OR_RETURN(const Hlc hlc, work.journal.HlcAt(dot));
  return FormatTime(MsOf(hlc));
}

}  // namespace

absl::StatusOr<std::vector<Branch>> BranchesIn(const Workspace& work) {
  std::vector<Branch> branches;
  for (const Lane& lane : work.lanes.all()) {
    std::vector<uint64_t> growths = GrowthsOf(work, lane);
    for (size_t i = 0; i < growths.size(); ++i) {
      Branch branch;
      branch.handle = lane.handle;
      branch.first = growths[i];
      branch.ended = i + 1 < growths.size();
      branch.last = branch.ended ? growths[i + 1] - 1 : lane.tip();
      ASSIGN_OR_RETURN(branch.base, ForeignPast(work, MakeDot(lane.handle, branch.first)));
      branch.met = work.lanes.Tips();
      if (branch.ended) {
        ASSIGN_OR_RETURN(branch.met, ForeignPast(work, MakeDot(lane.handle, branch.last + 1)));
      }
      ASSIGN_OR_RETURN(const bool apart, BeginApart(work, &branch));
      if (apart) branches.push_back(std::move(branch));
    }
  }
  return branches;
}

absl::StatusOr<BranchView> ViewOf(const Branch& branch, const Workspace& work) {
  BranchView view;
  const Lane& lane = work.lanes.At(branch.handle);
  view.site = lane.site;
  view.name = lane.Label();
  ASSIGN_OR_RETURN(view.since, TimeOf(work, MakeDot(branch.handle, branch.first)));
  if (branch.ended) {
    ASSIGN_OR_RETURN(view.until, TimeOf(work, MakeDot(branch.handle, branch.last + 1)));
    view.name += "@" + view.until;
  }
  std::map<std::string, uint64_t> base;
  for (const Lane& other : work.lanes.all()) {
    const uint64_t known = other.handle == branch.handle ? branch.first - 1 : branch.base.At(other.handle);
    if (known > 0) base[other.Label()] = known;
  }
  for (const auto& [label, seq] : base) view.base += Cat(view.base.empty() ? "" : ",", label, "-", seq);
  if (view.base.empty()) view.base = "0";
  return view;
}

absl::StatusOr<BranchView> CountedViewOf(const Branch& branch, const Workspace& work) {
  ASSIGN_OR_RETURN(BranchView view, ViewOf(branch, work));
  ASSIGN_OR_RETURN(const std::vector<Dot> own, OwnOf(branch, work));
  ASSIGN_OR_RETURN(const std::vector<Dot> others, OthersOf(branch, work));
  view.entries = own.size();
  view.others = others.size();
  return view;
}

absl::StatusOr<BranchView> WholeViewOf(const Branch& branch, ReadView& now) {
  const Workspace& work = *now.work;
  ASSIGN_OR_RETURN(BranchView view, ViewOf(branch, work));
  ASSIGN_OR_RETURN(std::vector<Dot> own, OwnOf(branch, work));
  ASSIGN_OR_RETURN(std::vector<Dot> others, OthersOf(branch, work));
  view.entries = own.size();
  view.others = others.size();
  for (const auto& [dots, shown] : {std::pair(&own, &view.filed), std::pair(&others, &view.met)}) {
    RETURN_IF_ERROR(now.reader.SortCanonically(*dots));
    for (const Dot dot : *dots) {
      ASSIGN_OR_RETURN(EntryView entry, now.reader.Entry(dot));
      shown->push_back(std::move(entry));
    }
  }
  const std::set<Dot> ours(own.begin(), own.end()), theirs(others.begin(), others.end());
  std::vector<CaseRow> rows;
  Docket::Each(work.txn(), "", [&](CaseRow row) {
    rows.push_back(std::move(row));
    return true;
  });
  Cursor cases(work.txn(), Table::kCase);
  for (const CaseRow& row : rows) {
    std::vector<Dot> facts;
    Docket::AddFacts(cases, row.id, &facts);
    if (row.entry != 0) facts.push_back(row.entry);
    const auto within = [&](const std::set<Dot>& side) {
      return std::any_of(facts.begin(), facts.end(), [&](Dot dot) { return side.contains(dot); });
    };
    if (!within(ours) || !within(theirs)) continue;
    ASSIGN_OR_RETURN(CaseView one, now.reader.CaseHead(row));
    view.cases.push_back(std::move(one));
  }
  std::sort(view.cases.begin(), view.cases.end(),
            [](const CaseView& a, const CaseView& b) { return std::tie(a.rule, a.subject) < std::tie(b.rule, b.subject); });
  return view;
}

}  // namespace chancery
