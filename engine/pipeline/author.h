// Filing: a draft becomes an entry. Checked in the filer's own view, stamped, folded, appended; refused whole or not at all.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "chancery/types.h"
#include "engine/pipeline/batch.h"
#include "engine/pipeline/epoch.h"
#include "engine/register/kept.h"

namespace chancery {

class Reader;

class Author {
 public:
  Author(Batch& batch, int64_t now_ms) : batch_(batch), work_(batch.work()), now_ms_(now_ms) {}

  absl::StatusOr<Receipt> File(const Draft& draft);
  std::vector<absl::StatusOr<Receipt>> FileAll(absl::Span<const Draft> drafts);  // each as File does
  absl::StatusOr<Receipt> Rule(const RulingDraft& draft);
  absl::StatusOr<Receipt> Propose(const RulingDraft& draft);
  absl::StatusOr<Receipt> Approve(const ApprovalDraft& draft);
  absl::StatusOr<Receipt> SendBack(const ApprovalDraft& draft);
  absl::StatusOr<RulingPreview> Preview(const RulingDraft& draft);  // what a ruling would do; nothing is filed
  absl::StatusOr<Receipt> Admit(std::string_view card);
  absl::StatusOr<Receipt> ApplyPack(std::string_view toml, std::string_view origin);
  absl::StatusOr<Receipt> Beat(Hlc at);  // stamped `at`, or above all that was seen
  absl::StatusOr<EpochAct> ToEnd(std::string_view site) const { return chancery::ProposeEnd(work_, site); }
  absl::StatusOr<Receipt> OnEpoch(EpochAct act, const KeyPair& key);  // an acceptance is signed
  absl::StatusOr<Receipt> Genesis(const chancery::Genesis& genesis);  // the first entry of a registry

 private:
  using Check = std::function<absl::Status()>;
  struct Typed {  // a draft whose words were looked at, and nothing else
    absl::Status checked, typed;
    bool free = false;  // each change fits where nothing stands, whatever it says
    Entry entry;
  };
  struct Appended {
    Dot dot = 0;
    Hlc hlc = 0;
    bool repeated = false;
  };

  absl::Status NotAdmitted() const;
  absl::Status CheckMember(const Lane& own, EntryKind kind) const;

  void Type(const Draft& draft, Typed& typed);
  void Fetch(const Typed& typed);  // its records
  absl::StatusOr<Appended> FileTyped(const Draft& draft, Typed& typed);

  // Stamps, folds, checks, appends. After a refusal nothing has happened.
  absl::StatusOr<Appended> Append(Entry& entry, const Check& check);
  absl::StatusOr<Appended> Repeated(const Draft& draft, const Entry& entry, bool* found);
  absl::Status ReclaimAll();                                     // what the entry in hand changed
  void Hash();                                                   // what was appended
  absl::Status Answer(const Appended& filed, Receipt& receipt);  // once it is hashed
  absl::StatusOr<Receipt> Finish(const absl::StatusOr<Appended>& filed);

  // author_ops.cc: names to ordinals and literals to values; then what each write replaces in this site's view.
  struct Named {  // a change whose field and verb were looked up
    const FieldInfo* field = nullptr;
    uint32_t ordinal = 0;
    DraftChange::Verb written = {};
    Verb verb = {};
    size_t place = 0;  // among the changes of the entry's operation
  };
  struct Shape {  // of an operation that names each field once, and is `over` nothing
    const RegisterInfo* reg = nullptr;
    DraftOp::Verb verb = {};
    std::vector<Named> changes;  // in the draft's order
    bool Fits(const DraftOp& op) const;
  };
  absl::Status MakeOps(const Draft& draft, Entry& entry);
  absl::Status MakeLike(const DraftOp& draft, Typed& typed);  // of the shape of the one before
  void KeepChanges(Ops& done);                                // their memory, for MakeLike
  absl::Status FitOps(const Draft& draft, Typed& typed);
  absl::StatusOr<Named> NameChange(const DraftChange& draft, const RegisterInfo& reg, const Address& record);
  absl::Status TypeChange(const DraftChange& draft, const RegisterInfo& reg, const Address& record, const Named& named,
                          Change& change);
  void Remember(const DraftOp& draft, const RegisterInfo& reg, const Op& op);
  absl::Status FitChange(std::string_view over, const FieldInfo& field, const Record& record, const RecordKey& key,
                         Change& change);
  // An operation on a record, in the ordinals of the pack in force; the pack is added to the entry where it is missing.
  // Errors: as Catalog::NamingOf.
  absl::StatusOr<Op> OpOn(Entry& entry, const RegisterInfo& reg, std::string_view key, OpKind kind);
  absl::StatusOr<OpKind> KindOfEdit(const RecordKey& key, const RecordEdit& edit);
  absl::Status UnsetReferences(const RecordKey& target, Entry& entry);

  // author_acts.cc: what is no single value: shares, priority lists, sums, numbers that are issued.
  absl::Status TypeAct(const DraftChange& draft, const FieldInfo& field, const std::string& at, Change& change);
  absl::StatusOr<Value> TypeGrant(const DraftChange& draft, const std::string& at);
  void JoinStrikes(Op& op);
  absl::Status FitAct(const Draft& draft, size_t op, const FieldInfo& field, const Record& record, const RecordKey& key,
                      bool anew, Change& change);
  absl::Status FitTransfer(const Draft& draft, const DraftChange& from, const FieldInfo& field, const Cell* cell,
                           const std::string& at, Change& change);
  absl::Status FitRank(const FieldInfo& field, const Cell* cell, const std::string& at, Change& change);
  absl::Status FitSum(const FieldInfo& field, const Cell* cell, bool anew, const std::string& at, const Change& change);
  absl::Status FitNumber(const FieldInfo& field, const Cell* cell, const std::string& at, Change& change);

  // author_checks.cc: before and after the operations.
  absl::Status CheckExists(const Address& record, OpKind kind, bool exists);
  absl::Status CheckHold(const RecordKey& key, const RecordEdit& edit);
  absl::Status CheckUncontested(const RecordKey& key, const RecordEdit& edit);
  absl::Status CheckMove(const FieldInfo& field, const Write* base, const Value& value, const std::string& at);
  absl::Status CheckStep(const FieldInfo& field, const Cell& cell, const Value& value, const std::string& at);
  absl::Status CheckReferences(bool admit_breaches);
  absl::Status CheckTargets(const RecordKey& key, const RecordEdit& edit);

  // author_rules.cc: rules between records, after the operations.
  absl::Status CheckRules(bool admit_breaches);
  struct Changed {
    const RecordEdit* edit = nullptr;
    const Record* record = nullptr;  // before, as the next
    std::vector<ClaimRow> claims;
  };
  absl::Status CheckUnique(const Changed& changed, const ClaimRow& claim, const RuleInfo& rule);
  absl::Status CheckOverlap(const Changed& changed, const ClaimRow& claim, const RuleInfo& rule);
  absl::Status CheckSums();
  bool Lowered(const Changed& changed, const RuleInfo& rule) const;
  absl::Status CheckCycles(const Changed& changed);

  // author_rights.cc: who may do what.
  absl::Status CheckFiler(const Entry& entry);
  absl::Status CheckJudge(const Case& c, const std::string& officer, std::string_view right);
  absl::Status CheckRight(const std::string& officer, std::string_view right, const std::set<std::string>& registers);
  absl::StatusOr<bool> HasRight(std::string name, std::string_view right, std::string_view reg);
  absl::Status CheckCorrection(const Entry& entry);

  // author_ruling.cc: what an outcome does.
  absl::Status MakeEffects(const RulingDraft& draft, const Case& c, Entry& entry);
  absl::Status FieldEffects(const RulingDraft& draft, const Case& c, Entry& entry);
  absl::Status UniqueEffects(const RulingDraft& draft, const Case& c, Entry& entry);
  absl::Status WithdrawClaim(const RuleInfo& rule, const RecordKey& record, const Case& c, Entry& entry);
  std::vector<Writes> ClaimingWrites(const RuleInfo& rule, const Record& record, const std::string& subject) const;
  absl::Status ValuesByHand(const Literal& set, const std::set<RecordKey>& records, const Case& c, Entry& entry);
  absl::Status CheckValue(const Case& c, const FieldInfo& field, const Value& value, std::string_view at);
  struct Deciding {
    Place approves = {};  // the proposal; seq 0 = there is none
    std::string note = {};
    Check look = {};  // with it the ruling is only tried: once its effects stand this is called, and all is taken back
  };
  absl::StatusOr<Receipt> Decide(const RulingDraft& draft, const Deciding& how);  // Cancelled: it was tried
  absl::StatusOr<Receipt> DecideOnce(const RulingDraft& draft, const Deciding& how);
  absl::StatusOr<std::set<RecordKey>> RecordsOf(const Case& c);  // that its facts are on
  absl::StatusOr<CaseFact> KeptFact(const RulingDraft& draft, const Case& c);
  absl::StatusOr<Value> ValueOf(const CaseFact& fact, const FieldInfo& field);
  absl::StatusOr<Op> RulingOp(Entry& entry, const RegisterInfo& reg, const RecordKey& key);

  // author_proposal.cc: two officers, and trials.
  absl::StatusOr<chancery::Ruling> RulingFrom(const RulingDraft& draft, const Case& c);
  absl::StatusOr<Case> CaseOf(std::string_view rule, std::string_view subject);
  absl::StatusOr<Dot> ProposalOf(const ApprovalDraft& draft, const Case& c);
  absl::Status Try(const RulingDraft& draft, const Check& look);

  // author_ruling_kept.cc: on shares and priority lists; author_ruling_group.cc: on groups of records.
  absl::Status KeptEffects(const RulingDraft& draft, const Case& c, const FieldInfo& field, Entry& entry);
  absl::Status SharesEffects(const RulingDraft& draft, const Case& c, const FieldInfo& field, const Cell& cell,
                             const Ruling& ruling, Op& op);
  absl::Status BothShares(const Case& c, const Writes& writes, const std::vector<PlacedTransfer>& transfers, const Ruling& ruling,
                          Change* withdrawn, Change* anew);
  absl::Status SetShares(const Literal& set, const Case& c, const FieldInfo& field, const Ruling& ruling, Op& op);
  absl::Status RankEffects(const RulingDraft& draft, const Case& c, const FieldInfo& field, const Cell& cell, Op& op);
  absl::Status GroupEffects(const RulingDraft& draft, const Case& c, Entry& entry);
  absl::StatusOr<std::set<RecordKey>> Staying(Dot kept, const Case& c, const RuleInfo& rule);
  absl::StatusOr<std::map<RecordKey, CaseFact>> Losers(const Case& c, const std::set<RecordKey>& staying, const RuleInfo& rule);
  absl::StatusOr<bool> Stands(const CaseFact& fact, const RuleInfo& rule);
  absl::StatusOr<Value> ValueBefore(const CaseFact& fact, const RecordKey& record, const RuleInfo& rule);
  absl::Status PackEffects(const RulingDraft& draft, const Case& c);

  // author_ruling_entry.cc: on an entry as a whole.
  absl::Status EntryEffects(const RulingDraft& draft, const Case& c, Entry& entry);
  absl::Status SetByHand(const RulingDraft& draft, const Case& c, Entry& entry);
  struct Undone {  // what entries did to one record
    const RegisterInfo* reg = nullptr;
    std::map<const FieldInfo*, std::vector<std::pair<Dot, const Change*>>> changes;  // looked up, and never walked through
  };
  absl::Status Undo(const std::set<Dot>& undone, Entry& ruling);
  absl::Status UndoOn(const RecordKey& key, const Undone& done, const std::set<Dot>& undone, Entry& ruling);
  absl::Status UndoField(const FieldInfo& field, const std::vector<std::pair<Dot, const Change*>>& changes,
                         const RecordEdit& edit, const std::set<Dot>& undone, Changes& effects);
  void UndoLife(const RecordEdit& edit, const std::set<Dot>& undone, Changes& effects);
  Op& OpFor(Entry& ruling, Op op);  // the one on the same record where there is one

  // author_life.cc: rulings on whether records exist.
  absl::Status ExistenceEffects(const RulingDraft& draft, const Case& c, Entry& entry);
  absl::Status ReferenceEffects(const RulingDraft& draft, const Case& c, Entry& entry);
  absl::StatusOr<CaseFact> KeptReference(const RulingDraft& draft, const Case& c, const Writes& visible);
  absl::Status Revive(const RecordKey& key, const RegisterInfo& reg, Entry& entry);

  Batch& batch_;
  Workspace& work_;
  int64_t now_ms_;
  std::vector<Changed> changed_;                     // records that the entry in hand changes and that others depend on
  bool return_to_unset_ = false, returned_ = false;  // what a ruling on a group does with losers; that it has some
  Dot in_hand_ = 0;                                  // the entry that is checked
  RecordKey key_;                                    // of the operation that is fitted
  Shape shape_;                                      // of the operation typed last; no register: it has none
  std::vector<Changes> spare_;                       // of operations that are done
  std::map<uint64_t, int64_t> issued_;               // by field: how many numbers the entry in hand takes
};

absl::Status CheckRightWord(std::string_view word, const std::string& at, const Catalog& catalog);
absl::Status RefuseRuling(const Case& c, std::string_view why, std::string_view next = {});  // refusal `ruling`

std::vector<Place> PlacesOf(const Writes& writes, const Lanes& lanes);  // ascending, each once

}  // namespace chancery
