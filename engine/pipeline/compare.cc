#include "engine/pipeline/compare.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <span>

#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

std::string AddressIn(const std::string& shown_record, const std::string& field) {
  const size_t slash = shown_record.find('/');
  return Address{shown_record.substr(0, slash), shown_record.substr(slash + 1), field, {}}.Text();
}

// field: "" = all. nullopt: there is no such record, nor was there ever one.
absl::StatusOr<std::optional<RecordView>> Look(const std::string& record, const std::string& field, Reader& reader) {
  absl::StatusOr<RecordView> view = reader.Record(AddressIn(record, field));
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

absl::Status CompareRecord(const std::string& record, Reader& before, Reader& after, std::vector<ValueChange>* changes,
                           const std::string& field) {
  ASSIGN_OR_RETURN(const std::optional<RecordView> was, Look(record, field, before));
  ASSIGN_OR_RETURN(const std::optional<RecordView> is, Look(record, field, after));
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

namespace {

std::span<const Element> ElementsOf(const Record& record, uint16_t field) {
  const auto from = std::partition_point(record.elements.begin(), record.elements.end(),
                                         [field](const Element& element) { return element.field < field; });
  const auto to = std::find_if(from, record.elements.end(), [field](const Element& element) { return element.field != field; });
  return {from, to};
}

bool SameWrites(const Record& a, const Record& b, uint16_t field) {
  const Cell *x = a.Find(field), *y = b.Find(field);
  const bool same = x == nullptr || y == nullptr ? x == y : *x == *y;
  return same && std::ranges::equal(ElementsOf(a, field), ElementsOf(b, field));
}

}  // namespace

absl::Status CompareWritten(std::string_view key, ReadView& before, ReadView& after, std::vector<ValueChange>* changes) {
  const RegisterInfo& reg = *after.work->catalog().FindHash(RegisterOf(key));
  const std::string record = Address{reg.name, std::string(KeyOf(key)), {}, {}}.Shown();
  ASSIGN_OR_RETURN(const RecordEdit* was, before.work->Load(key, reg));
  ASSIGN_OR_RETURN(const RecordEdit* is, after.work->Load(key, reg));
  if (!was->record.exists() || !is->record.exists()) return CompareRecord(record, before.reader, after.reader, changes);
  for (const FieldInfo* field : reg.by_name)
    if (!SameWrites(was->record, is->record, field->handle))
      RETURN_IF_ERROR(CompareRecord(record, before.reader, after.reader, changes, field->def.name));
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

namespace {

void AddKeys(const Txn& txn, Table table, std::set<std::string_view>* keys) {
  Cursor rows(txn, table);
  for (bool more = rows.Seek({}); more; more = rows.Next()) keys->insert(rows.key());
}

// Keys of the rows in which `after` may differ; ascending, good as long as both transactions are.
std::vector<std::string_view> Rewritten(const Txn& before, const Txn& after, Table table) {
  if (auto keys = after.Rehearsed(table)) return *std::move(keys);
  std::set<std::string_view> keys;
  AddKeys(before, table, &keys);
  AddKeys(after, table, &keys);
  return {keys.begin(), keys.end()};
}

}  // namespace

std::vector<ChangedCase> ChangedCases(const Txn& before, const Txn& after) {
  std::vector<ChangedCase> changed;
  for (const std::string_view key : Rewritten(before, after, Table::kCase)) {
    if (key.size() < sizeof(Hash128)) continue;  // of a damaged row: it names no case
    const Hash128 id = Hash128::From(key.substr(0, sizeof(Hash128)));
    if (changed.empty() || changed.back().id != id)
      changed.push_back({id, Docket::HeadOf(before, id), Docket::HeadOf(after, id)});
  }
  return changed;
}

bool ChangedCase::Told() const {
  if (is && is->state == CaseState::kReopened && Planted(Bug::kPreviewForgetsReopened)) return false;
  return was && is ? was->state != is->state || was->notice != is->notice : was || is;
}

absl::StatusOr<std::vector<CaseChange>> CompareCases(const std::vector<ChangedCase>& changed, ReadView& before, ReadView& after) {
  std::vector<const ChangedCase*> told;  // in the order of their rows, which is nearly that of what is shown
  for (const ChangedCase& one : changed)
    if (one.Told()) told.push_back(&one);
  std::sort(told.begin(), told.end(), [](const ChangedCase* a, const ChangedCase* b) {
    return std::tie(a->row().rule, a->row().subject, a->id) < std::tie(b->row().rule, b->row().subject, b->id);
  });
  std::vector<CaseChange> changes;
  for (const ChangedCase* one : told) {
    ASSIGN_OR_RETURN(CaseView now, (one->is ? after : before).reader.CaseHead(one->row()));
    if (!one->is) now.state.clear();
    changes.push_back({one->was ? StateName(one->was->state) : "", std::move(now)});
  }
  const auto before_in_words = [](const CaseChange& a, const CaseChange& b) {
    return std::tie(a.now.rule, a.now.subject, a.now.id) < std::tie(b.now.rule, b.now.subject, b.now.id);
  };
  if (!std::is_sorted(changes.begin(), changes.end(), before_in_words))
    std::sort(changes.begin(), changes.end(), before_in_words);
  return changes;
}

namespace {

// Of a case on one record that one; else those that the case lists, and those that its facts are about: of a split one also what
// rulings named and nobody claims any more.
absl::Status AddRecords(const CaseRow& row, ReadView& view, std::vector<RecordKey>* records) {
  const std::optional<Scope> scope = view.docket.ScopeOf(row);
  if (scope && (scope->type == Scope::Type::kField || scope->type == Scope::Type::kExistence)) {
    records->push_back(scope->record);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::vector<RecordKey> concerned, view.reader.Concerned(row));
  records->insert(records->end(), concerned.begin(), concerned.end());
  if (!scope || scope->type == Scope::Type::kPack || scope->on_entry()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Case c, view.docket.Look(*scope));
  for (const CaseFact& fact : c.Facts()) {
    ASSIGN_OR_RETURN(RecordKey key, view.docket.RecordOf(fact));
    records->push_back(std::move(key));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WrittenRecords> ChangedRecords(const std::vector<ChangedCase>& changed, ReadView& before, ReadView& after) {
  WrittenRecords records;
  for (const ChangedCase& one : changed) {
    if (one.was) RETURN_IF_ERROR(AddRecords(*one.was, before, &records.about));
    if (one.is) RETURN_IF_ERROR(AddRecords(*one.is, after, &records.about));
  }
  std::sort(records.about.begin(), records.about.end());
  std::vector<std::string_view>& keys = records.keys;
  keys = Rewritten(before.work->txn(), after.work->txn(), Table::kRecord);
  const size_t written = keys.size();
  for (const RecordKey& key : records.about)
    if (!std::binary_search(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(written), std::string_view(key)))
      keys.push_back(key);
  if (keys.size() > written) std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return records;
}

std::vector<std::string_view> AsShown(const std::vector<std::string_view>& keys, const Catalog& catalog) {
  std::map<std::string, std::vector<std::string_view>> registers;  // by name; keys of one register ascend as they are shown
  std::vector<std::string_view>* of = nullptr;
  for (size_t i = 0; i < keys.size(); ++i) {
    const RegisterInfo* reg = catalog.FindHash(RegisterOf(keys[i]));
    if (i == 0 || RegisterOf(keys[i]) != RegisterOf(keys[i - 1])) of = reg == nullptr ? nullptr : &registers[reg->name + "/"];
    if (of != nullptr) of->push_back(keys[i]);
  }
  std::vector<std::string_view> shown;
  for (const auto& [name, some] : registers) shown.insert(shown.end(), some.begin(), some.end());
  return shown;
}

absl::StatusOr<std::vector<std::string>> OfficersIn(const std::vector<ChangedCase>& changed, ReadView& before, ReadView& after) {
  std::vector<Dot> facts;
  Cursor then(before.work->txn(), Table::kCase), now(after.work->txn(), Table::kCase);
  for (const ChangedCase& one : changed)
    if (one.Told()) Docket::AddFacts(one.is ? now : then, one.id, &facts);
  std::sort(facts.begin(), facts.end());
  facts.erase(std::unique(facts.begin(), facts.end()), facts.end());
  std::set<std::string> officers;
  for (const Dot dot : facts) {
    ASSIGN_OR_RETURN(std::string officer, after.work->journal.OfficerAt(dot));
    if (!officer.empty()) officers.insert(std::move(officer));
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
