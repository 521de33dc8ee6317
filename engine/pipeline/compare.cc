#include "engine/pipeline/compare.h"

#include <algorithm>
#include <map>

#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

std::string AddressIn(const std::string& shown_record) {
  const size_t slash = shown_record.find('/');
  return Address{shown_record.substr(0, slash), shown_record.substr(slash + 1), {}, {}}.Text();
}

// nullopt: there is no such record, nor was there ever one.
absl::StatusOr<std::optional<RecordView>> Look(const std::string& record, Reader& reader) {
  absl::StatusOr<RecordView> view = reader.Record(AddressIn(record));
  if (absl::IsNotFound(view.status()) || absl::IsInvalidArgument(view.status())) return std::nullopt;  // nor such a register
  RETURN_IF_ERROR(view.status());
  return std::optional(*std::move(view));
}

bool Exists(const std::optional<RecordView>& view) { return view && view->exists; }
bool Contested(const std::optional<RecordView>& view) { return view && view->contested; }

// As it is shown; of a record that does not exist nothing is.
struct Shown {
  Literal value;
  bool contested = false;
  bool operator==(const Shown&) const = default;
};

std::map<std::string, Shown> FieldsOf(const std::optional<RecordView>& view) {
  std::map<std::string, Shown> fields;
  for (const FieldView& field : Exists(view) || Contested(view) ? view->fields : std::vector<FieldView>())
    fields[field.name] = {field.interim, field.contested};
  return fields;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ReadView>> ReadView::Open(const Txn& txn, const std::shared_ptr<const Catalog>& catalog) {
  ASSIGN_OR_RETURN(std::unique_ptr<Workspace> work, Workspace::Open(txn, catalog));
  return std::make_unique<ReadView>(std::move(work));
}

absl::Status CompareRecord(const std::string& record, Reader& before, Reader& after, std::vector<ValueChange>* changes) {
  ASSIGN_OR_RETURN(const std::optional<RecordView> was, Look(record, before));
  ASSIGN_OR_RETURN(const std::optional<RecordView> is, Look(record, after));
  if (Exists(was) != Exists(is)) changes->push_back({record, Exists(was), Exists(is), true, Contested(was), Contested(is)});
  const std::map<std::string, Shown> from = FieldsOf(was);
  std::map<std::string, Shown> to = FieldsOf(is);
  for (const auto& [name, shown] : from) to.try_emplace(name);
  for (const auto& [name, shown] : to) {
    const auto old = from.find(name);
    const Shown then = old == from.end() ? Shown() : old->second;
    if (!(then == shown))
      changes->push_back({Cat(record, "/", name), then.value, shown.value, false, then.contested, shown.contested});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::set<std::string>> RecordsOf(const Workspace& work, Dot dot) {
  std::set<std::string> records;
  ASSIGN_OR_RETURN(const Entry entry, work.journal.EntryAt(dot));
  for (const Op& op : entry.ops)
    if (const Ordinals* ordinals = work.catalog().Resolve(entry.packs[op.pack], op.reg))
      records.insert(Address{ordinals->reg->name, std::string(op.key), {}, {}}.Shown());
  return records;
}

absl::StatusOr<std::set<std::string>> RecordsSince(const Workspace& work, const Vector& from) {
  std::set<std::string> records;
  for (const Lane& lane : work.lanes.all())
    for (uint64_t seq = from.At(lane.handle) + 1; seq <= lane.tip(); ++seq) {
      ASSIGN_OR_RETURN(std::set<std::string> some, RecordsOf(work, MakeDot(lane.handle, seq)));
      records.merge(some);
    }
  return records;
}

std::vector<Hash128> ChangedCases(const Txn& before, const Txn& after) {
  const std::map<Hash128, uint64_t> were = Docket::CaseSums(before), are = Docket::CaseSums(after);
  std::set<Hash128> changed;
  for (const auto& [some, others] : {std::pair(&were, &are), std::pair(&are, &were)})
    for (const auto& [id, sum] : *some) {
      const auto other = others->find(id);
      if (other == others->end() || other->second != sum) changed.insert(id);
    }
  return {changed.begin(), changed.end()};
}

absl::StatusOr<std::vector<CaseChange>> CompareCases(const std::vector<Hash128>& changed, ReadView& before, ReadView& after) {
  std::vector<CaseChange> changes;
  for (const Hash128& id : changed) {
    const std::optional<CaseRow> was = Docket::HeadOf(before.work->txn(), id), is = Docket::HeadOf(after.work->txn(), id);
    if (was && is && was->state == is->state && was->notice == is->notice) continue;
    if (is && is->state == CaseState::kReopened && Planted(Bug::kPreviewForgetsReopened)) continue;
    if (!was && !is) return Error(absl::StatusCode::kDataLoss, "a case has lost its first row", "chancery verify --rebuild");
    ASSIGN_OR_RETURN(CaseView now, is ? after.reader.CaseHead(*is) : before.reader.CaseHead(*was));
    if (!is) now.state.clear();
    changes.push_back({was ? StateName(was->state) : "", std::move(now)});
  }
  std::sort(changes.begin(), changes.end(), [](const CaseChange& a, const CaseChange& b) {
    return std::tie(a.now.rule, a.now.subject, a.now.id) < std::tie(b.now.rule, b.now.subject, b.now.id);
  });
  return changes;
}

namespace {

// Those that the case lists, and those that its facts are about: of a split one also what rulings named and nobody claims any
// more.
absl::Status AddRecords(const CaseRow& row, ReadView& view, std::set<std::string>* records) {
  ASSIGN_OR_RETURN(const CaseView head, view.reader.CaseHead(row));
  records->insert(head.records.begin(), head.records.end());
  const std::optional<Scope> scope = view.docket.ScopeOf(row);
  if (!scope || scope->type == Scope::Type::kPack || scope->on_entry()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Case c, view.docket.Look(*scope));
  for (const CaseFact& fact : c.Facts()) {
    ASSIGN_OR_RETURN(const RecordKey key, view.docket.RecordOf(fact));
    const RegisterInfo* reg = view.work->catalog().FindHash(RegisterOf(key));
    if (reg != nullptr) records->insert(Address{reg->name, std::string(KeyOf(key)), {}, {}}.Shown());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::set<std::string>> RecordsOf(const std::vector<Hash128>& changed, ReadView& before, ReadView& after) {
  std::set<std::string> records;
  for (const Hash128& id : changed)
    for (ReadView* view : {&before, &after})
      if (const std::optional<CaseRow> row = Docket::HeadOf(view->work->txn(), id))
        RETURN_IF_ERROR(AddRecords(*row, *view, &records));
  return records;
}

absl::StatusOr<std::vector<std::string>> OfficersIn(const std::vector<CaseChange>& changes, ReadView& before, ReadView& after) {
  std::set<std::string> officers;
  for (const CaseChange& change : changes) {
    const ReadView& reading = change.now.state.empty() ? before : after;
    std::string id;
    CHECK(Unhex(change.now.id, &id));
    for (const Dot dot : Docket::FactsIn(reading.work->txn(), Hash128::From(id))) {
      ASSIGN_OR_RETURN(const Entry entry, reading.work->journal.EntryAt(dot));
      if (!entry.officer.empty()) officers.insert(entry.officer);
    }
  }
  return std::vector<std::string>(officers.begin(), officers.end());
}

Vector Meet(const Vector& a, const Vector& b) {
  Vector both;
  for (uint16_t h = 0; h < std::min(a.size(), b.size()); ++h) both.Raise(h, std::min(a.At(h), b.At(h)));
  return both;
}

absl::StatusOr<DiffView> CompareSides(ReadView& base, ReadView& a, ReadView& b, const std::set<std::string>& records) {
  DiffView diff;
  diff.base = base.work->lanes.FrontierText();
  diff.a = a.work->lanes.FrontierText();
  diff.b = b.work->lanes.FrontierText();
  for (const Lane& lane : base.work->lanes.all()) {
    diff.entries_a += a.work->lanes.At(lane.handle).tip() - lane.tip();
    diff.entries_b += b.work->lanes.At(lane.handle).tip() - lane.tip();
  }
  for (const std::string& record : records) {
    std::vector<ValueChange> by_a, by_b;
    RETURN_IF_ERROR(CompareRecord(record, base.reader, a.reader, &by_a));
    RETURN_IF_ERROR(CompareRecord(record, base.reader, b.reader, &by_b));
    std::map<std::string, DiffView::Row> rows;
    const auto row = [&](const ValueChange& change) -> DiffView::Row& {
      return rows
          .try_emplace(change.address,
                       DiffView::Row{change.address, change.before, change.before, change.before, change.existence})
          .first->second;
    };
    for (const ValueChange& change : by_a) {
      row(change).a = change.after;
      row(change).contested_a = change.contested_after;
    }
    for (const ValueChange& change : by_b) {
      row(change).b = change.after;
      row(change).contested_b = change.contested_after;
    }
    for (auto& [address, one] : rows) diff.rows.push_back(std::move(one));
  }
  return diff;
}

}  // namespace chancery
