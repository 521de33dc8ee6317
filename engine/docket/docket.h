// The docket of a batch: cases recomputed for every subject that it touched, never from what arrived.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/arena.h"
#include "engine/docket/clash.h"

namespace chancery {

// A case as it is at this moment.
struct Case {
  Hash128 id;
  std::string rule, subject;
  std::string shown;  // the subject as people read it: of a case about an entry its short form
  Scope scope;
  bool notice = false;
  std::vector<Clash> live;
  std::vector<RulingRow> rulings;      // ascending by dot
  std::vector<ProposalRow> proposals;  // likewise, with what was sent back
  CaseState state = CaseState::kNone;

  bool waits() const { return state != CaseState::kNone && state != CaseState::kRuled; }  // for a person
  std::vector<CaseFact> Facts() const;      // of live clashes and of rulings, ascending by dot
  std::vector<CaseFact> Contested() const;  // facts that no ruling has decided; of a split case all
};

// The rule and subject as a row of the docket names them.
struct CaseRow {
  Hash128 id;
  CaseState state = CaseState::kNone;
  bool notice = false;
  std::string rule, subject;
  Dot entry = 0;           // of a case about an entry
  bool disputes() const {  // what that entry wrote is in question
    return entry != 0 && state != CaseState::kNone && state != CaseState::kRuled && !notice;
  }
};

class Docket {
 public:
  explicit Docket(Workspace& work) : work_(work) {}

  // Notes the ruling of an entry and touches its subject.
  absl::Status FoldRuling(const Entry& entry, Dot dot, const Vector& seen);
  // The same of a proposal, or of the word that sends one back.
  void FoldProposal(const Entry& entry, Dot dot);
  absl::Status TakeBack();  // the ruling noted last: a filing that a rule refuses

  // Which versions of a pack rulings have withdrawn: brings the workspace's catalog up to date. Errors: DataLoss.
  absl::Status JudgePacks(std::string_view name);

  // The rules whose cases are about entries, by name.
  static std::optional<Scope::Type> EntryRule(std::string_view rule);
  static std::string_view NameOfEntryRule(Scope::Type type);

  // nullopt: no such rule, or the subject is none of its kind. Of a case about an entry: it is not on the docket.
  std::optional<Scope> ScopeOf(std::string_view rule, std::string_view subject) const;
  std::optional<Scope> ScopeOf(const CaseRow& row) const;

  // The entry that a ruling on an entry as a whole is about: one of its facts. nullopt: it is about none.
  std::optional<Dot> EntryOf(const Ruling& ruling) const;

  int OfficersFor(const Scope& scope) const;  // that a ruling takes: 1 or 2

  // The case of a subject now. Errors: DataLoss.
  absl::StatusOr<Case> Look(const Scope& scope) const;

  // The record that a fact is about, as its entry names it. Errors: DataLoss (the operation is not there).
  absl::StatusOr<RecordKey> RecordOf(const CaseFact& fact) const;

  // Whether the table has a row for the case: cheap, for fields that are hardly ever disputed.
  bool Known(std::string_view rule, std::string_view subject) const;

  // Cases that are not decided and have a fact in the field, or in the record's existence.
  absl::StatusOr<std::vector<Case>> OfField(const RecordKey& key, const RecordEdit& edit, const FieldInfo& field) const;
  absl::StatusOr<std::vector<Case>> OfExistence(const RecordKey& key, const RecordEdit& edit) const;

  // Those that are about the entry.
  absl::StatusOr<std::vector<Case>> OfEntry(Dot dot) const;

  // Of what the entry relied on: what was changed by acts that it did not know, unless another case weighs that already.
  absl::StatusOr<std::vector<Premise>> StaleOf(Dot dot) const;

  // Recomputes what the workspace touched and writes the rows that differ.
  absl::Status Flush(WriteTxn& txn);

  // Where lanes are shorter than they were: drops the cases about entries behind their ends, and touches those with such facts.
  // O(rows of the docket). Errors: DataLoss.
  absl::Status TakeBackSince(WriteTxn& txn);

  uint64_t opened() const { return opened_; }  // cases that began to wait for a person in a Flush of this docket

  // In the order of ids, those whose id begins with so many hexadecimal digits, until `visit` returns false.
  static void Each(const Txn& txn, std::string_view digits, const std::function<bool(CaseRow)>& visit);

  static std::optional<CaseRow> HeadOf(const Txn& txn, const Hash128& id);  // nullopt: no such case

  // Adds the entries that a case's clashes are between, in no order, some of them often. cases: of table case. O(clashes).
  static void AddFacts(Cursor& cases, const Hash128& id, std::vector<Dot>* facts);

  // What each case adds to the sum of the docket, ascending by id, behind `after` ("" = from the first), until `visit` returns
  // false.
  static void EachSum(const Txn& txn, std::string_view after,
                      const std::function<bool(const Hash128& id, unsigned __int128 sum)>& visit);

  // Adds up the rows of table case anew. False where one of them cannot be read.
  static bool SumRows(const Txn& txn, Sums* sums);

  // What a ruling leaves behind: its row, but for the rulings that its author knew, and the rows that say which records it named.
  static RulingRow RowOf(const Entry& entry, Dot dot, const Lanes& lanes);
  absl::StatusOr<std::set<std::string>> RuledRows(const RulingRow& ruling, const Scope& scope) const;
  static std::string KeyOf(const Hash128& id, Dot dot);
  static std::string DisputedRow(Dot entry);                  // of table premise
  static bool Holds(std::string_view row, RulingRow ruling);  // whether a stored row says the same

 private:
  absl::StatusOr<std::vector<RulingRow>> RulingsOf(const Hash128& id) const;
  absl::StatusOr<std::vector<ProposalRow>> ProposalsOf(const Hash128& id, const std::vector<RulingRow>& rulings) const;
  absl::StatusOr<Entry> EntryOf(Dot dot) const;
  struct RowKey {       // of table case
    Hash128 id, clash;  // clash: zeros in a case's header, which stands before its clashes
    auto operator<=>(const RowKey&) const = default;
    std::string_view view() const { return {reinterpret_cast<const char*>(this), sizeof *this}; }
    static RowKey Of(std::string_view key) { return {Hash128::From(key.substr(0, 16)), Hash128::From(key.substr(16))}; }
  };
  static_assert(sizeof(RowKey) == 2 * sizeof(Hash128));
  struct Row {
    RowKey key;
    std::string_view bytes;
  };
  struct Rows {  // that a Flush puts
    std::vector<Row> all;
    Arena bytes;
  };
  absl::StatusOr<std::vector<Row>> RowsOf(const Case& now, Arena& bytes) const;
  absl::Status WriteRows(WriteTxn& txn, const Case& now, Rows* put);  // but for what is to be put, which it leaves there
  absl::StatusOr<Case> Live(const Scope& scope, bool* alone) const;
  absl::Status Judge(Case& c, bool alone) const;
  absl::Status LookBetween(Case& c, bool* alone) const;
  absl::Status LookInside(Case& c, bool* alone) const;
  absl::Status NameFirst(std::vector<CaseFact>& facts) const;
  absl::StatusOr<bool> Concerns(const Case& c, const RecordKey& key) const;
  absl::StatusOr<std::vector<Scope>> Touched();
  void NoteWeighed(const Scope& scope);
  void MarkDisputed(WriteTxn& txn, const Case& now);
  // entry_cases.cc
  struct Relying;
  absl::StatusOr<Relying> RelyingAt(Dot dot) const;
  bool KnewAll(const Relying& t) const;
  absl::StatusOr<bool> Apart(const Relying& t, Dot other) const;
  absl::StatusOr<bool> HasNoEffect(const Relying& t) const;
  absl::StatusOr<bool> IsWeighed(const Relying& t, const Scope& scope) const;
  absl::Status LookAtEntry(Case& c) const;
  absl::Status FindClaims(const Relying& t, const Premise& premise, Case& c) const;
  absl::Status FindWrites(const Relying& t, const Premise& premise, Case& c) const;
  absl::Status FindOfficerChanges(const Relying& t, Case& c) const;
  absl::Status FindOrphaned(const Relying& t, Case& c) const;
  bool KnewVoid(const Epochs& epochs, const Vector& past, Dot gone) const;
  static bool Writes(const Op& op, const Ordinals& ordinals, const Premise& premise, const Address& at);
  static void AddClashes(const std::vector<Clash>& found, Case& c);
  absl::Status NoteOfficers();
  absl::Status NoteEntriesOf(const Workspace::OfficerChange& change, const Lane& lane);

  Workspace& work_;
  std::map<Hash128, std::vector<RulingRow>> fresh_;
  std::vector<std::optional<std::pair<RulingRow, Scope>>> ruled_;  // unique rulings of the batch; their rows are made in Flush
  std::vector<Hash128> order_;
  std::map<Hash128, std::vector<ProposalRow>> proposed_;  // of the batch
  std::vector<Ruling> on_entries_;                        // rulings and proposals of the batch that are about an entry
  std::set<Scope> ruled_cycles_;
  std::optional<std::pair<Dot, Entry>> in_hand_;  // a ruling on packs that is folded
  uint64_t opened_ = 0;
};

}  // namespace chancery
