// PUBLIC. chancery: an embedded database engine for registers whose sites lose each other.
//
//   ASSIGN_OR_RETURN(auto db, Database::Open("store"));
//   ASSIGN_OR_RETURN(Receipt r, db->File(Draft().By("mari").Record("parcel/1").Set("owner", "Jaan")));
//   ASSIGN_OR_RETURN(Snapshot now, db->Read());
//   ASSIGN_OR_RETURN(RecordView parcel, now.Record("parcel/1"));
//
// One writer at a time, any number of readers, no thread of its own. Every call may be made from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "chancery/environment.h"
#include "chancery/pack.h"
#include "chancery/receipt.h"
#include "chancery/types.h"

namespace chancery {

// Ground rules of an open store. Defaults are for production.
struct Environment {
  Clock* clock = nullptr;                 // nullptr: the system's
  Random* random = nullptr;               // nullptr: the system's
  bool durable = true;                    // false: no fdatasync. Drills and tests only: a power cut loses the store
  uint64_t reserve_bytes = 64ull << 20;   // filings fail (ResourceExhausted) when the disk has less left
  bool walk_pages = false;                // Open looks at every page of the store first. O(store)
  std::function<bool()> sync_fails = {};  // tests only: asked wherever a commit or an append is synced; true: as on EIO
};

struct FoundOptions {
  std::string site;                                        // [a-z][a-z0-9_-]{0,62}
  std::string registry_name;                               // "" = the first pack's name
  std::vector<std::pair<std::string, std::string>> packs;  // (origin for messages, TOML), at least one
  std::string key_seed;                                    // tests only: the key is derived from it; "" = random
};

struct JoinOptions {
  std::string site;
  std::string role = "full";  // full, blind (holds, votes, files nothing by itself), witness (votes and files nothing)
  std::string key_seed;
};

struct CaseFilter {
  bool open_only = false;               // leave out ruled ones
  std::string rule = {};                // "" = any
  std::string reg = {};                 // cases that concern a record of this register
  std::string officer = {}, site = {};  // who did one of its acts, where one was filed
  std::string since = {};               // some act is not in this frontier, or stamped at this date or time or later
  std::string before = {};              // it was a case before this date or time: by the stamp of the act that made it one
  std::string after_rule = {}, after_subject = {};  // only those that come after that one, whether it is there or not
  size_t limit = 0;                                 // 0 = all
};

// What Verify found. ok() = every byte of every lane holds and everything derived is what the journal says.
struct VerifyView {
  uint64_t lanes = 0, runs = 0, entries = 0;  // read, hashed, their seals checked
  uint64_t documents = 0;                     // read and hashed
  bool journal_holds = true;                  // every entry of every lane: what is derived can be derived again
  std::vector<std::string> damage;            // one sentence each, with what to try
  std::string digest, docket;                 // as the store has them, 32 hexadecimal digits
  bool ok() const { return damage.empty(); }
};

// A document that a store keeps beside its registers. As a field's value: {"sha256": …, "bytes": …}.
struct BlobView {
  std::string sha256;  // 64 hexadecimal digits
  uint64_t bytes = 0;
  Literal Value() const { return Literal::Object({{"sha256", sha256}, {"bytes", static_cast<int64_t>(bytes)}}); }
};

// Bytes from `offset` on into `at`, at most `room`: how many; 0 = that was the end. May be asked for the same bytes again.
using ByteSource = std::function<absl::StatusOr<size_t>(uint64_t offset, char* at, size_t room)>;
// Takes the next bytes; what it returns other than OK ends the writing.
using ByteSink = std::function<absl::Status(std::string_view bytes)>;

struct RestoreOptions {
  std::string key_seed;  // tests only
};

// What a backup holds.
struct BackupView {
  std::string site, frontier;  // "tallinn-17,luxembourg-4": the moment
  uint64_t entries = 0, bytes = 0;
};

struct RegisterInfo;  // the engine's own
struct FieldInfo;

// A record, as a scan found it: what is read of it needs no address. Good in every snapshot of its registry; in that of the scan
// its bytes are not looked for.
class RecordRef {
 public:
  std::string_view key() const;  // decoded

 private:
  friend class Snapshot;
  std::string row_;          // its key in the store
  uint64_t register_ = 0;    // as in that key
  uint64_t snapshot_ = 0;    // the scan's: a number that no other snapshot of this process has; 0 = none
  std::string_view stored_;  // looked at in that snapshot only
};

// A field of a register, looked up once. Good while the snapshot lives that gave it.
class FieldRef {
 private:
  friend class Snapshot;
  const RegisterInfo* reg_ = nullptr;
  const FieldInfo* field_ = nullptr;
};

// A value read in place: as its literal, without a copy. Good while the snapshot lives that it was read from.
struct ValueView {
  Literal::Type type = Literal::Type::kNull;  // kList and kObject: only `literal` has it
  bool truth = false;
  int64_t integer = 0;
  std::string_view text;
  std::shared_ptr<const Literal> literal;  // of values that have to be written out, such as dates and groups; else nullptr
};

// A consistent view of one moment. Does not block the writer; holds pages, so keep it short. Movable; one that was made from
// another holds its pages, too, and all of them are used by one thread at a time.
class Snapshot {
 public:
  Snapshot(Snapshot&&) noexcept;
  Snapshot& operator=(Snapshot&&) noexcept;
  ~Snapshot();

  // One record with every standing value. address: register/key (a field may follow; then only that field is in the view).
  // Errors: NotFound (no such record, never created), InvalidArgument (unknown register or field, with the names that exist).
  absl::StatusOr<RecordView> Record(std::string_view address) const;

  // The value of one field for a program: its literal where exactly one value stands and no case contests it or the record.
  // Errors: FailedPrecondition refusal `contested` (never a disputed value), NotFound, DataLoss (the record is damaged). Cost: a
  // lookup in the store and the check of the record's bytes, where nothing can contest it; else as Record.
  absl::StatusOr<Literal> Value(std::string_view address) const;

  // The same for who reads many: no address is built or parsed, and what is certain is read where it lies. Cost: the check of the
  // record's bytes; with a reference from a scan of another snapshot also a lookup. Errors: as Value; InvalidArgument (a field of
  // another register).
  absl::StatusOr<ValueView> Value(const RecordRef& record, const FieldRef& field) const;
  // path: "parcel.owner". Errors: InvalidArgument (unknown register or field, with the names that exist).
  absl::StatusOr<FieldRef> Field(std::string_view path) const;
  // Existing records of a register, ascending bytes of the key, until `visit` returns false. Errors: InvalidArgument (unknown
  // register), DataLoss.
  absl::Status Scan(std::string_view reg, const std::function<bool(const RecordRef&)>& visit) const;

  // What is now known of then: the same registry with the entries of an earlier moment alone. moment: a time or a day
  // ("2026-05-04", to its end), what is stamped up to it; or a frontier, with all that the authors of its entries had seen.
  // Records, cases and digests are exactly those of a store that holds these entries and no others; what is local (room, peers,
  // what waits) is as it is now. Nothing is handed on from it. Cost: the entries since then and those on the records that they
  // touched, in memory; where packs or members changed since, all entries up to then. Errors: InvalidArgument (no moment),
  // NotFound (before the genesis).
  absl::StatusOr<Snapshot> AsOf(std::string_view moment) const;
  // What a site could see when it filed its last entry, of those in this snapshot. Cost, errors: likewise; NotFound (no such
  // site, or it has filed nothing).
  absl::StatusOr<Snapshot> SeenBy(std::string_view site) const;

  // Two sides, and what each changed since what both have. a, b: a site (as it saw the registry when it filed last), an entry
  // (with all that its author had seen; of two entries only the records that they write on are compared) or a moment as of AsOf.
  // Errors: as AsOf. Cost: of three of them.
  absl::StatusOr<DiffView> Diff(std::string_view a, std::string_view b) const;

  // Where sites went on without knowing of one another: those that go on first, then the latest. shortest_ms: others are left
  // out. As the entries tell it, at every site alike. Cost: reads the contexts of all entries, and both sides of each branch.
  absl::StatusOr<std::vector<BranchView>> Branches(int64_t shortest_ms = 0) const;
  // One of them, whole. name: as Branches has it; of the time a part is enough that no other branch of the site has. Errors:
  // NotFound.
  absl::StatusOr<BranchView> Branch(std::string_view name) const;

  // Existing records that meet a query, ascending bytes of the key, until `visit` returns false: the same at every site that
  // holds the same entries, and `after` the address of the last one goes on. What a case disputes is found under every value that
  // stands, and said to be contested. Errors: InvalidArgument (unknown register, field or rule, no value of the field), DataLoss.
  // Cost: by reference, by claim and by a field that is unique alone, what is found; else the register from `after` on, read in
  // place.
  absl::Status Find(const FindQuery& query, const std::function<bool(const FoundView&)>& visit) const;
  absl::StatusOr<std::vector<FoundView>> Find(const FindQuery& query) const;

  // Cases, ascending by (rule, subject), until `visit` returns false. Facts, rulings and dependants are left empty: ask Case for
  // one. Memory is bounded; O(cases) for each 16,384 of them. With officer, site, since or before also the facts of each are
  // read. Errors: InvalidArgument (neither a time nor a frontier, no such case), DataLoss.
  absl::Status Cases(const CaseFilter& filter, const std::function<bool(const CaseView&)>& visit) const;
  absl::StatusOr<std::vector<CaseView>> Cases(const CaseFilter& filter = {}) const;

  // One case, whole. rule and subject as in product's CASE; or rule = the 32-digit id (or a unique prefix of 8 or more), subject
  // "". A subject that is a record address may be given with or without escapes; one that is a JSON value as its JSON or as bare
  // text. Errors: NotFound.
  absl::StatusOr<CaseView> Case(std::string_view rule, std::string_view subject) const;

  // Entries, newest last: of one record (or field), or of all lanes in canonical order. limit 0 = all.
  absl::StatusOr<std::vector<EntryView>> Log(std::string_view address, size_t limit = 0) const;

  // The change feed: the entries here that a reader lacks who was told everything up to the position `since` ("0" = nothing),
  // causes before effects, until `visit` returns false. Each comes with the position that it leads to, which is where to go on:
  // in a later snapshot, also after a restart, nothing is missed and nothing told twice, what other sites filed earlier included.
  // address: only entries on that register, record or field; positions count the others too. Errors: InvalidArgument, DataLoss.
  // Cost: what is told; memory: one entry.
  absl::Status Changes(std::string_view since, std::string_view address,
                       const std::function<bool(const ChangeView&)>& visit) const;

  // ENTRY: 64-digit id, unique prefix of at least 8, or short form.
  absl::StatusOr<EntryView> Entry(std::string_view name) const;

  // What is stored and not merged yet, causes before effects. O(bytes kept).
  absl::StatusOr<std::vector<WaitingView>> Waiting() const;

  absl::StatusOr<StatusView> Status() const;

  // What the digests are sums of (docs/reference/digest.md), to find where two sites differ that hold the same entries: 64
  // buckets of records, and the docket. 16 bytes each, one behind the other.
  absl::StatusOr<std::string> BucketSums() const;
  // What adds up to a bucket, 64 = the docket: at most `most`, behind the key `after` ("" = from the first), ascending by key.
  // Errors: InvalidArgument (no such bucket, longer than keys are), DataLoss. O(records).
  absl::StatusOr<std::vector<SumView>> SumsIn(size_t bucket, std::string_view after, size_t most) const;
  absl::StatusOr<std::string> NameOfSum(
      size_t bucket, std::string_view key) const;  // for people: an address, or RULE SUBJECT; its id where the case is not here

  // Where an entry stands in the one order. name: as for Entry. Errors: NotFound, DataLoss. Cost: reads the entries of a round.
  absl::StatusOr<PlaceView> Place(std::string_view name) const;

  // What members have signed of the order and of one another's lanes, their own cosignatures among them: bytes for
  // Database::TakeCosignatures at any other site. At most 64 of each member on each log; a head of 8 bytes, then 128 bytes each
  // (docs/reference/order.md): head and any of them are cosignatures too.
  absl::StatusOr<std::string> Cosignatures() const;

  absl::StatusOr<EpochView> Epoch() const;  // Errors: DataLoss
  absl::StatusOr<std::vector<SiteView>> Sites() const;
  // Whether the lane with that key has vouched for these words (Database::Vouch). key: as SiteView::key. Errors: NotFound (no
  // such lane here), DataLoss.
  absl::StatusOr<bool> Vouched(std::string_view key, std::string_view words, std::string_view signature) const;
  absl::StatusOr<std::vector<PackView>> Packs() const;                        // in force here, in the order they were loaded
  absl::StatusOr<std::vector<std::string>> Keys(std::string_view reg) const;  // of existing records, ascending bytes

  // "tallinn-17,luxembourg-4" sorted, "0" for nothing.
  std::string Frontier() const;

  // Encoded runs that a holder of `frontier` ("0", or as Frontier() prints it) lacks: causes before effects, at most about
  // bytes_max (0 = all), at least one if any is missing; behind them, once all fit, what waits here or is held as far as
  // that fits, whether or not the other has it already. Errors: InvalidArgument (unknown lane name, not a frontier).
  absl::StatusOr<std::vector<std::string>> RunsSince(std::string_view frontier, size_t bytes_max = 0) const;

  // The same, and what comes of it: how many entries whoever takes the first `merged` runs holds then of each lane that they are
  // of, by its key (SiteView::key). The runs behind those wait here themselves.
  struct Lacking {
    std::vector<std::string> runs;
    size_t merged = 0;
    std::map<std::string, uint64_t> reached;
  };
  absl::StatusOr<Lacking> LackingOf(std::string_view frontier, size_t bytes_max = 0) const;

  // What a holder of `frontier` may be sent with those runs, for Ingest: the trees of the lanes at that frontier, and as they are
  // here, sealed. Where a lane has two versions, and the runs begin behind the first entry that differs, this shows it. Some
  // hundred bytes a lane. Errors: as RunsSince.
  absl::StatusOr<std::string> Heads(std::string_view frontier) const;

  // The same as one file (docs/reference/bundle.md), with the documents that its entries name and that are here and whole, unless
  // they are not wanted. Piece by piece: the entries are held in memory, of the documents a chunk. Errors: as RunsSince; what
  // `write` returns.
  absl::Status ExportBundle(std::string_view since, const ByteSink& write, bool with_documents = true) const;
  absl::StatusOr<std::string> ExportBundle(std::string_view since) const;  // held in memory, documents and all

  // Hands on a document in pieces of 64 KiB, each checked before. Errors: InvalidArgument (not 64 hexadecimal digits), NotFound
  // (not in this store), DataLoss (damaged: what was handed on until then is not the document); what `write` returns.
  absl::Status ReadBlob(std::string_view sha256, const ByteSink& write) const;
  // The same from byte `from` on, for who hands it on in parts: every piece is checked, that all of them are the document is not.
  absl::Status ReadBlob(std::string_view sha256, uint64_t from, const ByteSink& write) const;

  // Documents that standing values of existing records name and that are not here, ascending by sha256. Cost: reads every record
  // of registers that have such fields.
  absl::StatusOr<std::vector<BlobView>> MissingBlobs() const;
  // Of these runs alone: documents that values written by their entries name, whether they still stand or not. O(entries).
  absl::StatusOr<std::vector<BlobView>> MissingBlobs(absl::Span<const std::string> runs) const;

 private:
  friend class Database;
  friend absl::StatusOr<std::vector<std::string>> ClaimsOf(const Snapshot& snapshot);
  struct Impl;
  explicit Snapshot(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

class Database {
 public:
  // Founds a registry: genesis, packs, this site's key; the founder is a member at once.
  // Errors: AlreadyExists (there is a store in dir), refusal `pack`, InvalidArgument (a bad name).
  static absl::StatusOr<std::unique_ptr<Database>> Found(const std::string& dir, const FoundOptions& options,
                                                         const Environment& env = {});

  // A store for an existing registry from a bundle that begins with its genesis. The site refuses filings (`admission`) until a
  // member has admitted its card and that entry has arrived here.
  static absl::StatusOr<std::unique_ptr<Database>> Join(const std::string& dir, const JoinOptions& options,
                                                        std::string_view bundle, const Environment& env = {});
  static absl::StatusOr<std::unique_ptr<Database>> Join(const std::string& dir, const JoinOptions& options,
                                                        const ByteSource& bundle, const Environment& env = {});

  // A store that is an older copy of itself (its `tip` file is ahead of it) gets a new key, and so a new lane: as Restore.
  // Errors: NotFound (no store), Unavailable (locked by another process: pid and command; or of another format version), DataLoss
  // (truncated, foreign or damaged).
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& dir, const Environment& env = {});

  ~Database();  // writes nothing: what is durable is durable already

  // Files one entry: checked in this site's view, stamped, signed, durable when this returns. Calls from several threads share
  // commits. Errors: a refusal (nothing stored), ResourceExhausted (disk reserve), DataLoss (a commit failed: outcome unknown,
  // reopen).
  absl::StatusOr<Receipt> File(const Draft& draft);

  // Files many in one durable commit, each on its own merits: a refused one is left out, the rest stay. Results in order.
  std::vector<absl::StatusOr<Receipt>> FileAll(absl::Span<const Draft> drafts);

  // Decides a case. Errors: refusal `ruling` or `officers`.
  absl::StatusOr<Receipt> Rule(const RulingDraft& ruling);

  // Where two officers are asked for, or wanted: one proposes a ruling, another approves it, and then it has effect, or sends it
  // back and says why. Approved is what was proposed on the case as it was: where new facts came since, it is refused. Errors: as
  // Rule; refusal `officers` (the same officer).
  absl::StatusOr<Receipt> Propose(const RulingDraft& ruling);
  absl::StatusOr<Receipt> Approve(const ApprovalDraft& approval);
  absl::StatusOr<Receipt> SendBack(const ApprovalDraft& approval);

  // What a ruling would do, tried above a snapshot without the writer's turn: nothing is filed. Errors: as Rule.
  absl::StatusOr<RulingPreview> Preview(const RulingDraft& ruling) const;

  // The card (text) that a site hands to a member, its fingerprint, and the member's act. Where the site is there already with
  // another key, the card says so, and its new lane is the site's next: this ends nothing of the lane before.
  std::string SiteCard() const;
  std::string Fingerprint() const;
  // 64 bytes: this site's signature over words that are no entry, for who moves bytes and must show whose they are. Good in this
  // registry alone.
  std::string Vouch(std::string_view words) const;
  absl::StatusOr<Receipt> Admit(std::string_view site_card);

  // Loads another pack, or a higher version of one. Errors: refusal `pack`.
  absl::StatusOr<Receipt> ApplyPack(std::string_view toml, std::string_view origin);

  // Stores a document, so that it can be named in a filing, in durable commits of at most 8 MiB; it is here once all of it is.
  // The source is read to its end twice, once to name it; what is here already is not stored again, and what is damaged here is
  // replaced. Memory: a slice of 8 MiB. Errors: refusal `limit` (over 256 MiB), Aborted (the second reading gave other bytes),
  // ResourceExhausted, DataLoss (a commit failed); what `source` returns. After an error nothing is here that was not.
  absl::StatusOr<BlobView> PutBlob(const ByteSource& source);
  // The same, of a document that is named already: false = it is here. Errors: as PutBlob; Aborted (the source is another one).
  absl::StatusOr<bool> PutBlob(const BlobView& named, const ByteSource& source);

  absl::StatusOr<Snapshot> Read() const;

  // Takes runs of other sites (from RunsSince, in any split and order), in durable commits of some 65,000 entries, and whatever
  // of the runs kept here is ready now: without runs it does just that. Memory is bounded by a commit, and filers come in between
  // two. What is not ready is kept. The same runs again change nothing. A run whose
  // bytes do not hold is left out and counted as damaged. Entries of this site's own lane that are not here show that the store
  // is an older copy of itself: they are taken, and the store gets a new key, as Restore. Errors: where no run of the batch
  // holds, the fault of the first: InvalidArgument (malformed) or DataLoss (hash or seal do not hold); FailedPrecondition
  // (another registry).
  // keep_most: of what is not ready so many entries are kept, as far as the store has room for them; the rest is left out.
  // heads: what Snapshot::Heads of the sender says of the lanes; InvalidArgument where it is malformed. A lane that they show to
  // have two versions is halted.
  absl::StatusOr<Intake> Ingest(absl::Span<const std::string> runs, uint64_t keep_most = UINT64_MAX, std::string_view heads = {});

  // The same with the runs of a bundle: what was taken before an interruption stays, and the same bundle goes on from there. Of a
  // damaged bundle the runs that are whole are taken, and after them the documents that are. Errors: as Ingest; DataLoss where
  // its head is damaged; InvalidArgument (no bundle); as PutBlob, and then the entries are here.
  absl::StatusOr<Intake> ApplyBundle(std::string_view bundle);
  absl::StatusOr<Intake> ApplyBundle(const ByteSource& bundle);  // of the documents only a slice is held in memory
  // What ApplyBundle would do, in memory, beside whoever writes. At most values_max values are listed. Errors: as ApplyBundle.
  absl::StatusOr<MergePreview> PreviewBundle(std::string_view bundle, size_t values_max = 1000) const;

  // Does what this site owes the one order, for whoever exchanges entries to call after each exchange: a beat where entries wait
  // for this site to be heard, its part in the vote on an epoch, cosignatures over what it holds, and the rounds that can be
  // closed. True: there is something new to hand on. Durable when it returns. patience_ms: how long ago the round must have ended
  // for which it beats, and a lane been admitted which it proposes as a member; more than 0 where exchanges are rare. Errors:
  // DataLoss; refusals never (a site that is not admitted owes nothing).
  absl::StatusOr<bool> Settle(int64_t patience_ms = 0);

  // Its part in the vote alone, at once: the lanes that this site has admitted are proposed, others' proposals are answered,
  // signed and decided. True: there is something new to hand on. Errors: as Settle.
  absl::StatusOr<bool> Vote();

  // Proposes to the other members to end every lane of a site, for good: it retires, is lost, or does what it must not. Nothing
  // has ended until a quorum has agreed (Snapshot::Epoch); its last entry that counts is then the last that any of the voters
  // holds. The receipt is that of this site's vote. Silence is no reason: an end cannot be taken back. Errors: NotFound (no such
  // site), FailedPrecondition (it has ended or is proposed already, nobody would be left, or this site has no vote), refusals.
  absl::StatusOr<Receipt> ProposeEnd(std::string_view site);
  // Files again what stands behind the end of its lane, and therefore counts for nothing: now, by this site, checked as any
  // filing is. officer: who does so, "" = as it was. Errors: NotFound, FailedPrecondition (it counts, or is no filing), refusals.
  absl::StatusOr<Receipt> Readmit(std::string_view entry, std::string_view officer = {});

  // Keeps what Cosignatures() gave elsewhere, as far as it holds. True: some of it was new. Errors: InvalidArgument (malformed).
  absl::StatusOr<bool> TakeCosignatures(std::string_view cosignatures);

  // What this store can prove of an entry, as files for whoever has none: the strongest receipt, or the one that is asked for:
  // accepted, witnessed, settled; or `other`, of the version of its journal that is not the one held here: with the receipt of
  // the entry held it proves, to anyone, that the journal's key has signed two versions. entry: as for Snapshot::Entry. Errors:
  // NotFound (no such entry, or no such receipt yet: why, and who is waited for), InvalidArgument (another word), DataLoss.
  absl::StatusOr<ReceiptFile> Prove(std::string_view entry, std::string_view strength = {}) const;
  // An extract: what is shown here of a record now, contested or not, signed by this site's key, for whoever asks
  // (docs/reference/extract.md). It is noted in the store's directory, so that Extracts can tell what has changed since. Errors:
  // as Snapshot::Record; FailedPrecondition (this site is no member: nobody could check its signature), Unavailable (the disk).
  struct ExtractFile {
    std::string text;  // a C2SP signed note
    ExtractView view;
  };
  absl::StatusOr<ExtractFile> Extract(std::string_view address);
  // Notes that a receipt was handed out, for Extracts. Errors: Unavailable (the disk).
  absl::Status NoteReceipt(const ReceiptFile& receipt);
  // Extracts that this site has made and receipts that were noted, in that order. changed: a merge brought what was stamped
  // before an extract, so that it is known now that it was otherwise; a ruling decided since, and another value stands; or what
  // the entry of a receipt did, or what it was built on, stands no more since a ruling. Cost: one AsOf for each extract whose
  // record is shown otherwise, two for each ruling on a receipt's records. Errors: DataLoss (the note of them is damaged).
  absl::StatusOr<std::vector<ExtractView>> Extracts() const;

  // The settled order as a C2SP checkpoint: its size and root, signed by this site and cosigned by a quorum. Errors: NotFound
  // (nothing is settled yet), DataLoss.
  absl::StatusOr<std::string> Checkpoint() const;
  // Of two settled receipts that were made at different times, in either order: that the later order begins with the earlier one,
  // as a C2SP add-checkpoint body. With it VerifyBefore compares their places. Errors: InvalidArgument (no receipt),
  // FailedPrecondition (not of the order that is here), DataLoss.
  absl::StatusOr<std::string> ProveGrowth(std::string_view older, std::string_view newer) const;

  // Looks at every page, hashes every entry of every lane again, checks every seal and every row of the journal, and compares
  // records, claims, docket and sums with one another. Reads only; others file meanwhile. Damage is told in the view. Cost: the
  // whole store is read twice.
  absl::StatusOr<VerifyView> Verify() const;

  // A consistent copy of the store as one file, without the site's key, while others read and file (docs/reference/backup.md).
  // Errors: AlreadyExists (the file), InvalidArgument (cannot be written), DataLoss (the journal is damaged).
  absl::StatusOr<BackupView> Backup(const std::string& file) const;

  // A store in `dir` from a backup, or from the directory of another store, with a new key and so with a new lane. The site
  // refuses filings (`admission`) until a member has admitted its card and that entry has arrived here; what was filed after the
  // backup comes back from whoever holds it, and status names what is missing. Errors: AlreadyExists, NotFound, DataLoss (the
  // backup is damaged), InvalidArgument (no backup), Unavailable (another format): then nothing is left behind.
  static absl::StatusOr<std::unique_ptr<Database>> Restore(const std::string& dir, const std::string& file,
                                                           const RestoreOptions& options = {}, const Environment& env = {});

  // Derives every table again from the journal, into the same store. Errors: DataLoss. Digests must not change: it is repair and
  // oracle.
  absl::Status Rebuild();

  // Another number whenever something has come into the store in `dir`, whichever process has brought it; perhaps also when
  // nothing has. Two small reads without a lock, and no read of the store: who waits for changes asks it first. Errors: NotFound.
  static absl::StatusOr<uint64_t> Pulse(const std::string& dir);

  const std::string& site() const;
  const std::string& dir() const;
  int64_t NowMs() const;  // this site's clock, as stamps are made of it: milliseconds UTC

 private:
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace chancery
