#include "engine/pipeline/list_cases.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/base/environment.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/resolve.h"

namespace chancery {
namespace {

constexpr size_t kPage = 16384;  // cases that are in memory at a time
constexpr size_t kLooked = 256;  // of them with their records

bool IsBefore(const CaseRow& a, const CaseRow& b) { return std::tie(a.rule, a.subject) < std::tie(b.rule, b.subject); }

std::optional<int64_t> TimeIn(const std::string& text) {
  int64_t number = 0;
  if (ParseTime(text, &number)) return number;
  return ParseDate(text, &number) ? std::optional(number * kDayMs) : std::nullopt;
}

}  // namespace

absl::StatusOr<CaseList> CaseList::Make(Workspace& work, Docket& docket, Reader& reader, const CaseFilter& filter) {
  CaseList list(work, docket, reader, filter);
  list.rule_ = filter.after_rule;
  list.subject_ = filter.after_subject;
  if (Docket::EntryRule(filter.after_rule)) {  // the docket has the entry's id
    ASSIGN_OR_RETURN(const Dot entry, ResolveEntry(work, filter.after_subject));
    ASSIGN_OR_RETURN(const EntryId id, work.journal.IdAt(entry));
    list.subject_ = Hex(id.view());
  }
  RETURN_IF_ERROR(list.ReadTimes());
  return list;
}

absl::Status CaseList::ReadTimes() {
  if (!filter_.before.empty()) before_ms_ = TimeIn(filter_.before);
  if (!filter_.before.empty() && !before_ms_)
    return Error(absl::StatusCode::kInvalidArgument, Cat("\"", filter_.before, "\" is no time"),
                 "write 2026-05-03, or 2026-05-03T10:00:00Z");
  if (!filter_.since.empty()) since_ms_ = TimeIn(filter_.since);
  if (filter_.since.empty() || since_ms_) return absl::OkStatus();
  ASSIGN_OR_RETURN(since_, work_.lanes.ParseFrontier(filter_.since));
  return absl::OkStatus();
}

size_t CaseList::PageSize() const { return filter_.limit == 0 ? kPage : std::min(kPage, filter_.limit); }

std::vector<CaseRow> CaseList::NextPage() const {
  const size_t size = PageSize();
  std::vector<CaseRow> page;  // a heap, its greatest row first
  Docket::Each(work_.txn(), {}, [&](CaseRow row) {
    if (filter_.open_only && row.state == CaseState::kRuled) return true;
    if (!filter_.rule.empty() && row.rule != filter_.rule) return true;
    if (std::tie(row.rule, row.subject) <= std::tie(rule_, subject_)) return true;
    if (row.rule == rule_ && Planted(Bug::kCasePageSkips)) return true;
    if (page.size() == size) {
      if (!IsBefore(row, page.front())) return true;
      std::pop_heap(page.begin(), page.end(), IsBefore);
      page.pop_back();
    }
    page.push_back(std::move(row));
    std::push_heap(page.begin(), page.end(), IsBefore);
    return true;
  });
  std::sort_heap(page.begin(), page.end(), IsBefore);
  return page;
}

absl::Status CaseList::Each(const std::function<bool(CaseView)>& visit) {
  for (;;) {
    const std::vector<CaseRow> page = NextPage();
    RETURN_IF_ERROR(work_.txn().status());
    for (const CaseRow& row : page) {
      ASSIGN_OR_RETURN(const bool goes_on, Show(row, visit));
      if (!goes_on) return absl::OkStatus();
    }
    if (page.size() < PageSize()) return absl::OkStatus();  // all there were
    rule_ = page.back().rule;
    subject_ = page.back().subject;
  }
}

absl::StatusOr<bool> CaseList::Show(const CaseRow& row, const std::function<bool(CaseView)>& visit) {
  if (++looked_ % kLooked == 0) work_.Forget();
  ASSIGN_OR_RETURN(CaseView view, reader_.CaseHead(row));
  if (!Concerns(view)) return true;
  ASSIGN_OR_RETURN(const bool wanted, HasActs(row));
  if (!wanted) return true;
  return visit(std::move(view)) && (filter_.limit == 0 || ++shown_ < filter_.limit);
}

bool CaseList::Concerns(const CaseView& view) const {
  return filter_.reg.empty() || std::any_of(view.records.begin(), view.records.end(),
                                            [&](const std::string& record) { return record.starts_with(filter_.reg + "/"); });
}

absl::StatusOr<bool> CaseList::HasActs(const CaseRow& row) {
  const bool times = since_ms_ || before_ms_ || since_;
  if (filter_.officer.empty() && filter_.site.empty() && !times) return true;
  const std::optional<Scope> scope = docket_.ScopeOf(row);
  if (!scope) return false;
  ASSIGN_OR_RETURN(const Case c, docket_.Look(*scope));
  bool officer = filter_.officer.empty(), site = filter_.site.empty(), since = !since_ms_ && !since_;
  std::vector<int64_t> stamps;
  for (const CaseFact& fact : c.Facts()) {
    ASSIGN_OR_RETURN(const Entry entry, work_.journal.EntryAt(fact.dot));
    officer = officer || entry.officer == filter_.officer;
    site = site || work_.lanes.At(HandleOf(fact.dot)).site == filter_.site;
    since = since || (since_ ? !since_->Has(fact.dot) : MsOf(entry.hlc) >= *since_ms_);
    stamps.push_back(MsOf(entry.hlc));
  }
  std::sort(stamps.begin(), stamps.end());
  const bool before = !before_ms_ || (!stamps.empty() && stamps[std::min<size_t>(1, stamps.size() - 1)] < *before_ms_);
  return officer && site && since && before;
}

}  // namespace chancery
