// Judges receipts from their bytes alone. engine/proof says what a file proves of a leaf; here it is said of an entry, in words.
#include "chancery/receipt.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_join.h"
#include "engine/base/environment.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/codec/quorums.h"
#include "engine/codec/run.h"
#include "engine/evidence/chain.h"
#include "engine/proof/growth.h"
#include "engine/proof/verdict.h"

namespace chancery {
namespace {

std::string_view KindWord(EntryKind kind) {
  static constexpr std::string_view kWords[] = {"filing", "genesis",    "pack",  "admission", "ruling", "beat",
                                                "vote",   "acceptance", "epoch", "proposal",  "return"};
  return kWords[static_cast<size_t>(kind)];
}

std::string LaneDigits(LaneId lane) { return Cat(absl::Hex(lane, absl::kZeroPad16)); }

RegistryId RegistryOf(const Entry& entry, std::string_view bytes) {
  return entry.kind == EntryKind::kGenesis ? IdOf(bytes) : entry.registry;
}

ReceiptEntry Told(const Entry& entry, std::string_view bytes) {
  ReceiptEntry told;
  told.id = Hex(IdOf(bytes).view());
  told.registry = Hex(RegistryOf(entry, bytes).view());
  told.lane = LaneDigits(entry.lane);
  told.number = entry.seq;
  told.kind = KindWord(entry.kind);
  told.officer = entry.officer;
  told.basis = entry.basis;
  told.stamp = FormatTime(MsOf(entry.hlc));
  for (const Op& op : entry.ops) {
    if (std::find(told.keys.begin(), told.keys.end(), op.key) == told.keys.end()) told.keys.emplace_back(op.key);
  }
  for (const Place& place : entry.context) told.knew.push_back(Cat(LaneDigits(place.lane), "-", place.seq));
  return told;
}

// A receipt while it is judged.
struct Judging {
  ProofFile proof;
  Policy policy;
  Judgement judgement;
  std::optional<uint64_t> epoch;  // by a chain of epochs
  const Checkpoint& head() const { return proof.checkpoint.checkpoint; }
  void Say(Verdict verdict, std::string reason) {
    judgement.verdict = std::max(judgement.verdict, verdict);
    judgement.reasons.push_back(std::move(reason));
  }
  bool proven() const { return judgement.verdict == Verdict::kProven; }
};

absl::StatusOr<ProofFile> ReadProof(std::string_view file) {
  absl::StatusOr<ProofFile> proof = ParseProofFile(file);
  if (proof.ok()) return proof;
  return Error(absl::StatusCode::kDataLoss, S(proof.status().message()), "ask for it again: chancery receipt ENTRY -o FILE");
}

absl::StatusOr<Policy> ReadPolicy(std::string_view text) {
  absl::StatusOr<Policy> policy = ParsePolicy(text);
  if (policy.ok()) return policy;
  return Error(absl::StatusCode::kInvalidArgument, S(policy.status().message()),
               "--policy FILE: the keys to trust, from somebody you trust");
}

absl::StatusOr<RegistryId> ReadRegistry(std::string_view digits) {
  std::string bytes;
  if (Unhex(digits, &bytes) && bytes.size() == sizeof(RegistryId)) return RegistryId::From(bytes);
  return Error(absl::StatusCode::kInvalidArgument, "this is no id of a registry",
               "--registry: 64 digits, or a file that holds the genesis");
}

absl::StatusOr<Chain> ReadChain(std::string_view text) {
  absl::StatusOr<Chain> chain = ParseChain(text);
  if (chain.ok()) return chain;
  return Error(absl::StatusCode::kDataLoss, S(chain.status().message()), "ask for it again: chancery receipt ENTRY -o FILE");
}

// Its checkpoint is nothing new: the receipts bring theirs. Hashes that do not fit them prove nothing.
absl::StatusOr<Growth> ReadGrowth(std::string_view text) {
  if (text.empty()) return Growth();
  absl::StatusOr<Growth> growth = ParseGrowth(text);
  if (growth.ok()) return growth;
  return Error(absl::StatusCode::kDataLoss, S(growth.status().message()),
               "ask for it again: chancery checkpoint --from A --to B");
}

bool IsSettled(const Checkpoint& head) { return head.origin.ends_with("/settled"); }

// That the entry belongs where the proof puts it: a log signs hashes and does not look into them.
void JudgePlace(const Entry& entry, Judging* c) {
  const RegistryId registry = RegistryOf(entry, c->proof.extra);
  const bool settled = c->head().origin == OrderOrigin(registry);
  if (settled) {
    if (entry.kind == EntryKind::kBeat) c->Say(Verdict::kDisproven, "A beat has no place in the settled order.");
  } else if (c->head().origin != LaneOrigin(registry, entry.lane)) {
    c->Say(Verdict::kDisproven, Cat("The entry is of the registry ", Hex(registry.view()), " and the journal ",
                                    LaneDigits(entry.lane), ", and the log is another one."));
  } else if (c->proof.index + 1 != entry.seq) {
    c->Say(Verdict::kDisproven, Cat("The entry says that it is number ", entry.seq,
                                    " of its journal, and stands there as number ", c->proof.index + 1, "."));
  }
}

// Members of the quorum that have cosigned: sites, where a site that has several keys is a group of its own.
size_t Witnesses(const Judging& c) {
  std::set<std::string> cosigned;
  for (const Cosigner& it : c.judgement.cosignatures) cosigned.insert(it.witness);
  const auto is_quorum = [&](const PolicyGroup& group) { return group.name == c.policy.quorum; };
  const auto quorum = std::find_if(c.policy.groups.begin(), c.policy.groups.end(), is_quorum);
  if (quorum == c.policy.groups.end()) return cosigned.size();
  Policy one = c.policy;
  return static_cast<size_t>(std::count_if(quorum->members.begin(), quorum->members.end(), [&](const std::string& member) {
    one.quorum = member;
    return QuorumMet(one, cosigned);
  }));
}

// The earliest cosignature by another key than the entry's lane has.
void NoteTime(const Judging& c, LaneId lane, ReceiptView* view) {
  uint64_t earliest = UINT64_MAX;
  for (const Cosigner& it : c.judgement.cosignatures) {
    const auto is_it = [&](const PolicyWitness& witness) { return witness.name == it.witness; };
    const auto witness = std::find_if(c.policy.witnesses.begin(), c.policy.witnesses.end(), is_it);
    const bool own = witness->key.key.size() == 32 && LaneOf(PublicKey::From(witness->key.key)) == lane;
    if (own || it.at_s >= earliest) continue;
    earliest = it.at_s;
    view->not_after = FormatTime(static_cast<int64_t>(it.at_s) * 1000);
    view->not_after_by = it.witness;
  }
}

std::string Names(const Judging& c) {
  std::vector<std::string> names;
  for (const Cosigner& it : c.judgement.cosignatures) names.push_back(it.witness);
  return absl::StrJoin(names, ", ");
}

void SayTimes(ReceiptView* view) {
  if (!view->entry.knew.empty())
    view->says.push_back(
        Cat("It was filed after these entries, which it names as known: ", absl::StrJoin(view->entry.knew, ", "), "."));
  if (!view->not_after.empty())
    view->says.push_back(Cat("It was filed not later than ", view->not_after, ", by the clock of ", view->not_after_by, "."));
  view->does_not_say.push_back("When it was filed: its own stamp is what its site's clock showed, and no evidence of a time.");
}

void SayLane(const Judging& c, size_t witnesses, ReceiptView* view) {
  view->says.push_back(Cat("Whoever has the key of the journal ", view->entry.lane,
                           " has committed to exactly these bytes as entry ", view->entry.number, " of it."));
  if (witnesses == 0) {
    view->does_not_say.push_back("That it survives the loss of the site: no other has signed that it stores it.");
    view->does_not_say.push_back("Its place in the one order.");
    return;
  }
  view->says.push_back(Cat(witnesses == 1 ? Cat("1 other site has") : Cat(witnesses, " other sites have"),
                           " signed that it stores it: ", Names(c), "."));
  view->does_not_say.push_back("Its exact place in the one order, or, should its site be fenced, that it has one.");
}

void SaySettled(const Judging& c, ReceiptView* view) {
  view->says.push_back(Cat("It stands at index ", view->index, " of the one order, for good, which had ", view->size,
                           " leaves then (entries, and a record that ends each round)."));
  view->says.push_back(Cat("A quorum has signed that order and stores all that is in it: ", Names(c), "."));
  if (view->not_after.empty())
    view->does_not_say.push_back("That it survives the loss of the site: no other has signed that it stores it.");
  view->does_not_say.push_back("Who physically came first: the order is by stamps of the sites' clocks.");
  view->does_not_say.push_back("What effect it has: a ruling can take the effect, and never the place.");
}

ReceiptView ViewOf(const Judging& c, const absl::StatusOr<Entry>& entry) {
  ReceiptView view;
  view.verdict = VerdictName(c.judgement.verdict);
  view.reasons = c.judgement.reasons;
  view.origin = c.head().origin;
  view.index = c.proof.index;
  view.size = c.head().tree.size;
  view.epoch = c.epoch;
  if (!entry.ok()) return view;
  const size_t witnesses = Witnesses(c);
  view.entry = Told(*entry, c.proof.extra);
  view.strength = IsSettled(c.head()) ? "settled" : witnesses == 0 ? "accepted" : Cat("witnessed ", witnesses);
  if (!c.proven()) return view;
  NoteTime(c, entry->lane, &view);
  IsSettled(c.head()) ? SaySettled(c, &view) : SayLane(c, witnesses, &view);
  SayTimes(&view);
  return view;
}

ReceiptView Judge(const ProofFile& proof, const Policy& policy, Judgement trust = {Verdict::kProven, {}, {}},
                  std::optional<uint64_t> epoch = {}) {
  Judging c{.proof = proof, .policy = policy, .judgement = std::move(trust), .epoch = epoch};
  const bool whole = !proof.extra.empty();
  Judgement shown = whole ? CheckInclusion(proof, proof.extra, policy) : CheckCheckpoint(proof.checkpoint, policy);
  for (std::string& reason : shown.reasons) c.Say(shown.verdict, std::move(reason));
  c.judgement.cosignatures = std::move(shown.cosignatures);
  if (!whole) {
    c.Say(Verdict::kInconclusive, "The file does not carry the entry that it is about.");
    return ViewOf(c, absl::NotFoundError(""));
  }
  const absl::StatusOr<Entry> entry = DecodeEntry(proof.extra);
  if (entry.ok()) {
    JudgePlace(*entry, &c);
  } else {
    c.Say(Verdict::kInconclusive, Cat("What the file carries is no entry: ", S(entry.status().message()), "."));
  }
  return ViewOf(c, entry);
}

// Of a log of the registry that the chain is of: whom to trust for it.
Trusted TrustedFor(const ProofFile& proof, const Lineage& lineage, const Chain& chain) {
  const Checkpoint& head = proof.checkpoint.checkpoint;
  if (lineage.judgement.verdict == Verdict::kProven) {
    if (head.origin == OrderOrigin(lineage.registry)) return TrustedForOrder(lineage, chain, head.tree);
    const absl::StatusOr<Entry> entry = DecodeEntry(proof.extra);
    if (entry.ok() && head.origin == LaneOrigin(lineage.registry, entry->lane))
      return TrustedForLane(lineage, entry->lane, proof.checkpoint);
  }
  Trusted nobody;
  nobody.policy.quorum = kNoQuorum;
  nobody.judgement.verdict = head.origin.starts_with(Hex(lineage.registry.view())) ? Verdict::kProven : Verdict::kDisproven;
  if (nobody.judgement.verdict != Verdict::kProven)
    nobody.judgement.reasons.push_back(Cat("The receipt is of another registry: its log is ", head.origin, "."));
  return nobody;
}

// What is known of the journal, beside the receipt.
void SayEnded(const Lineage& lineage, const ProofFile& proof, ReceiptView* view) {
  const Checkpoint& head = proof.checkpoint.checkpoint;
  const absl::StatusOr<Entry> entry = DecodeEntry(proof.extra);
  const LaneEnd* end = entry.ok() ? FindEnd(lineage.epochs.back().epoch, entry->lane) : nullptr;
  if (view->says.empty() || IsSettled(head) || end == nullptr) return;
  const bool behind = entry->seq > end->last, other = head.tree.size == end->last && head.tree.root != end->tree;
  if (behind || other)
    view->says.push_back(Cat(behind ? Cat("The registry has ended this journal behind its entry ", end->last)
                                    : "The registry has kept another version of this journal",
                             ": this one has no place in the one order, and no effect."));
}

ReceiptView JudgeByChain(const ProofFile& proof, const Chain& chain, const RegistryId& registry) {
  const Lineage lineage = CheckChain(chain, registry);
  Trusted trusted = TrustedFor(proof, lineage, chain);
  Judgement trust = lineage.judgement;
  trust.verdict = std::max(trust.verdict, trusted.judgement.verdict);
  trust.reasons.insert(trust.reasons.end(), trusted.judgement.reasons.begin(), trusted.judgement.reasons.end());
  ReceiptView view = Judge(proof, trusted.policy, std::move(trust), trusted.epoch);
  if (!lineage.epochs.empty()) SayEnded(lineage, proof, &view);
  if (!view.says.empty() && IsSettled(proof.checkpoint.checkpoint))
    view.does_not_say.push_back(Cat("That a quorum of epoch ", *view.epoch,
                                    " has not signed another order besides: whoever "
                                    "fears it compares receipts of several sites."));
  return view;
}

// Two entries with one number in one journal: its key has signed both.
bool TwoVersions(const ReceiptEntry& a, const ReceiptEntry& b) {
  return a.registry == b.registry && a.lane == b.lane && a.number == b.number && a.id != b.id;
}

// Of two that are proven each; what else is shown of both together.
void JudgeOrder(const ProofFile& a, const ProofFile& b, const std::vector<Hash256>& growth, BeforeView* view) {
  const Judgement both = CheckOrder(a, b, growth);
  view->verdict = VerdictName(both.verdict);
  view->reasons = both.reasons;
  if (both.verdict != Verdict::kProven) return;
  const bool settled = IsSettled(a.checkpoint.checkpoint);
  view->says.push_back(Cat("Entry ", view->a.entry.id, " stands before entry ", view->b.entry.id,
                           settled ? " in the one order, for good." : " in one journal."));
  if (settled) view->does_not_say.push_back("Who physically came first: the order is by stamps of the sites' clocks.");
  view->does_not_say.push_back("That the first one knew, allowed or rules out the second.");
}

std::string Worst(const std::string& a, const std::string& b) {
  for (const Verdict verdict : {Verdict::kDisproven, Verdict::kInconclusive})
    if (a == VerdictName(verdict) || b == VerdictName(verdict)) return std::string(VerdictName(verdict));
  return std::string(VerdictName(Verdict::kProven));
}

// What is shown of two together, each judged by itself.
BeforeView Compare(const ProofFile& a, const ProofFile& b, ReceiptView of_a, ReceiptView of_b, const Growth& growth) {
  BeforeView view;
  view.a = std::move(of_a);
  view.b = std::move(of_b);
  view.verdict = Worst(view.a.verdict, view.b.verdict);
  view.reasons = view.a.reasons;
  std::copy(view.b.reasons.begin(), view.b.reasons.end(), std::back_inserter(view.reasons));
  if (view.verdict != VerdictName(Verdict::kProven)) return view;
  view.two_versions = TwoVersions(view.a.entry, view.b.entry);
  if (!view.two_versions) return JudgeOrder(a, b, growth.hashes, &view), view;
  view.verdict = VerdictName(Verdict::kDisproven);
  view.reasons = {Cat("Two versions of one journal exist: each file shows an entry ", view.a.entry.number, " of the journal ",
                      view.a.entry.lane,
                      ", under that journal's own signature, and they differ. No key that is used rightly "
                      "signs both; the two files together prove it.")};
  return view;
}

}  // namespace

absl::StatusOr<std::string> RegistryIn(std::string_view bytes) {
  if (bytes.ends_with('\n') && bytes.size() == 2 * sizeof(RegistryId) + 1) bytes.remove_suffix(1);
  if (const absl::StatusOr<RegistryId> id = ReadRegistry(bytes); id.ok()) return Hex(id->view());
  const absl::StatusOr<ProofFile> receipt = ParseProofFile(bytes);
  if (receipt.ok()) bytes = receipt->extra;
  const absl::StatusOr<Entry> genesis = DecodeEntry(bytes);
  if (genesis.ok() && genesis->genesis) return Hex(IdOf(bytes).view());
  return ReadRegistry("").status();
}

absl::StatusOr<ReceiptView> VerifyReceipt(std::string_view file, std::string_view policy_text) {
  ASSIGN_OR_RETURN(const ProofFile proof, ReadProof(file));
  ASSIGN_OR_RETURN(const Policy policy, ReadPolicy(policy_text));
  return Judge(proof, policy);
}

absl::StatusOr<ReceiptView> VerifyReceipt(std::string_view file, const ByRegistry& by) {
  ASSIGN_OR_RETURN(const ProofFile proof, ReadProof(file));
  ASSIGN_OR_RETURN(const RegistryId registry, ReadRegistry(by.id));
  ASSIGN_OR_RETURN(const Chain chain, ReadChain(by.chain));
  return JudgeByChain(proof, chain, registry);
}

absl::StatusOr<BeforeView> VerifyBefore(std::string_view file_a, std::string_view file_b, std::string_view policy_text,
                                        std::string_view growth_text) {
  ASSIGN_OR_RETURN(const ProofFile a, ReadProof(file_a));
  ASSIGN_OR_RETURN(const ProofFile b, ReadProof(file_b));
  ASSIGN_OR_RETURN(const Policy policy, ReadPolicy(policy_text));
  ASSIGN_OR_RETURN(const Growth growth, ReadGrowth(growth_text));
  return Compare(a, b, Judge(a, policy), Judge(b, policy), growth);
}

absl::StatusOr<BeforeView> VerifyBefore(std::string_view file_a, std::string_view file_b, const ByRegistry& by_a,
                                        std::string_view chain_b, std::string_view growth_text) {
  ASSIGN_OR_RETURN(const ProofFile a, ReadProof(file_a));
  ASSIGN_OR_RETURN(const ProofFile b, ReadProof(file_b));
  ASSIGN_OR_RETURN(const RegistryId registry, ReadRegistry(by_a.id));
  ASSIGN_OR_RETURN(const Chain of_a, ReadChain(by_a.chain));
  ASSIGN_OR_RETURN(const Chain of_b, ReadChain(chain_b));
  ASSIGN_OR_RETURN(const Growth growth, ReadGrowth(growth_text));
  return Compare(a, b, JudgeByChain(a, of_a, registry), JudgeByChain(b, of_b, registry), growth);
}

}  // namespace chancery
