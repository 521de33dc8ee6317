#include "engine/pipeline/receipt.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "absl/strings/str_join.h"
#include "engine/base/environment.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/proof.h"
#include "engine/order/settled_log.h"
#include "engine/pipeline/chain.h"
#include "engine/pipeline/order.h"
#include "engine/proof/growth.h"
#include "engine/proof/policy.h"
#include "engine/proof/proof_file.h"

namespace chancery {
namespace {

// A proof and whom to trust for it.
struct Made {
  ProofFile proof;
  Policy policy;
};

constexpr std::string_view kOther = "other";  // in place of a strength: of the version that is not held here

// ---- Policies

std::string WitnessName(const Lane& lane) {
  std::string label = lane.Label();
  return label == kNoQuorum ? label + ".1" : label;  // a word of policies
}

PolicyWitness WitnessOf(const Lane& lane, const RegistryId& registry) {
  return {WitnessName(lane), MakeVerifierKey(LaneOrigin(registry, lane.id), kCosignatureV1, lane.key), ""};
}

// k of the members. The name begins as no site's does.
void AskFor(size_t k, std::vector<std::string> members, Policy* policy) {
  policy->quorum = Cat(k, "-of-", members.size());
  policy->groups.push_back({policy->quorum, k, std::move(members)});
}

Policy LanePolicy(const Lane& lane, const RegistryId& registry) {
  Policy policy;
  policy.logs.push_back({MakeVerifierKey(LaneOrigin(registry, lane.id), kEd25519, lane.key), ""});
  policy.quorum = kNoQuorum;
  return policy;
}

// Whether a lane speaks for another site than the one that filed: a holder whose copy outlives that site.
bool IsHolder(const Lane& by, const Lane& lane) {
  return by.role != Role::kWitness && by.fork == 0 && !by.ended() && by.site != lane.site;
}

// k other sites; one that has several keys counts once.
void AskForWitnesses(size_t k, const Lane& lane, const Lanes& lanes, const RegistryId& registry, Policy* policy) {
  std::map<std::string, std::vector<std::string>> sites;
  for (const Lane& by : lanes.all()) {
    if (!IsHolder(by, lane)) continue;
    policy->witnesses.push_back(WitnessOf(by, registry));
    sites[by.site].push_back(policy->witnesses.back().name);
  }
  std::vector<std::string> members;
  for (auto& [site, names] : sites) {
    members.push_back(names.size() == 1 ? names[0] : Cat("any/", site));
    if (names.size() > 1) policy->groups.push_back({members.back(), 1, std::move(names)});
  }
  AskFor(k, std::move(members), policy);
}

Policy SettledPolicy(const Lanes& lanes, const Quorum& quorum, const RegistryId& registry) {
  Policy policy;
  std::vector<std::string> members;
  for (const Lane& lane : lanes.all()) {
    if (lane.role == Role::kFull && lane.fork == 0)
      policy.logs.push_back({MakeVerifierKey(OrderOrigin(registry), kEd25519, lane.key), ""});
  }
  for (const Lane* lane : quorum.members) {
    policy.witnesses.push_back(WitnessOf(*lane, registry));
    members.push_back(policy.witnesses.back().name);
  }
  AskFor(quorum.needed, std::move(members), &policy);
  return policy;
}

// ---- Lanes

// Leaf hashes of a lane around one of its entries: what an inclusion proof asks for, and no more.
struct Around {
  Tree before;                 // of all entries before it
  std::vector<EntryId> after;  // of those behind it
};

absl::StatusOr<Around> ReadAround(const Journal& journal, const Lane& lane, uint64_t seq, uint64_t size) {
  Around around;
  ASSIGN_OR_RETURN(around.before, journal.TreeAt(lane, seq - 1));
  RETURN_IF_ERROR(journal.EachAfter(lane, seq, [&](const Run& run, size_t i) {
    if (run.first + i > size) return false;
    around.after.push_back(run.Id(i));
    return true;
  }));
  return around;
}

// Subtrees before the entry are peaks of the tree then, one of each level.
Hash256 NodeOf(const Around& around, int level, uint64_t index) {
  const uint64_t before = around.before.size(), from = index << level;
  if (from < before) return around.before.peaks()[static_cast<size_t>(std::popcount(before >> level >> 1))];
  Tree tree;
  for (uint64_t i = 0; i < uint64_t{1} << level; ++i) tree.Append(around.after[from - before - 1 + i]);
  return tree.Root();
}

absl::StatusOr<std::vector<Hash256>> LaneProof(const Journal& journal, const Lane& lane, uint64_t seq, uint64_t size) {
  ASSIGN_OR_RETURN(const Around around, ReadAround(journal, lane, seq, size));
  if (around.after.size() != size - seq)
    return Error(absl::StatusCode::kDataLoss, Cat(lane.Label(), "-", size, " is missing"), "chancery verify");
  const auto node = [&](int level, uint64_t index) -> absl::StatusOr<Hash256> { return NodeOf(around, level, index); };
  return InclusionProof({seq - 1, size}, node);
}

// Where the run ends that holds an entry, and what its lane has signed there.
struct SealedEnd {
  uint64_t size = 0;
  Signature seal;
};

absl::StatusOr<SealedEnd> EndBehind(const Journal& journal, const Lane& lane, uint64_t seq) {
  SealedEnd end;
  RETURN_IF_ERROR(journal.EachAfter(lane, seq - 1, [&](const Run& run, size_t) {
    end = {run.last(), run.seal};
    return false;
  }));
  if (end.size < seq || end.size > lane.tip())
    return Error(absl::StatusCode::kDataLoss, Cat("the run of ", lane.Label(), "-", seq, " is missing"), "chancery verify");
  return end;
}

class Prover {
 public:
  Prover(const Txn& txn, const Workspace& work, const KeyPair& key, Dot dot)
      : txn_(txn), journal_(work.journal), lanes_(work.lanes), registry_(work.registry()), key_(key), dot_(dot) {}

  absl::StatusOr<Made> Accepted() const {
    ASSIGN_OR_RETURN(const SealedEnd end, EndBehind(journal_, lane(), seq()));
    ASSIGN_OR_RETURN(const Tree tree, journal_.TreeAt(lane(), end.size));
    return OfLane({end.size, tree.Root()}, end.seal);
  }

  // nullopt: no other site has signed that it stores the entry, under a checkpoint that can be shown here.
  absl::StatusOr<std::optional<Made>> Witnessed() const {
    ASSIGN_OR_RETURN(const std::vector<Stand> stands, Stands());
    for (const Stand& stand : stands) {
      ASSIGN_OR_RETURN(const Tree tree, journal_.TreeAt(lane(), stand.size));
      ASSIGN_OR_RETURN(const std::optional<Signature> seal, SealAt({stand.size, tree.Root()}));
      if (!seal) continue;
      ASSIGN_OR_RETURN(Made made, OfLane({stand.size, tree.Root()}, *seal));
      std::set<std::string> sites;
      for (const Cosignature& c : stand.cosigners) {
        if (c.tree.root != tree.Root()) continue;
        AddLine(c, &made.proof);
        sites.insert(lanes_.Find(c.by)->site);
      }
      if (sites.empty()) continue;
      AskForWitnesses(sites.size(), lane(), lanes_, registry_, &made.policy);
      return made;
    }
    return std::nullopt;
  }

  // nullopt: not settled, or this site cannot sign for the order.
  absl::StatusOr<std::optional<Made>> Settled(ReceiptFile* file) const {
    ASSIGN_OR_RETURN(const OrderRow order, ReadOrder(txn_));
    ASSIGN_OR_RETURN(const std::optional<RoundRow> last, FindRound(txn_, order.settled));
    if (!last || !MaySign().ok()) return std::nullopt;
    ASSIGN_OR_RETURN(const std::optional<uint64_t> index, SettledIndex(*last, file));
    if (!index) return std::nullopt;
    Made made;
    made.proof.index = *index;
    const auto node = [this](int level, uint64_t i) { return SettledNode(txn_, level, i); };
    ASSIGN_OR_RETURN(made.proof.hashes, InclusionProof({*index, last->size}, node));
    ASSIGN_OR_RETURN(made.proof.extra, journal_.BytesAt(dot_));
    RETURN_IF_ERROR(AddSettledHead(*last, &made));
    file->entries = last->entries;
    return made;
  }

  // Of the log as it was at the end of a round.
  absl::Status AddSettledHead(const RoundRow& round, Made* made) const {
    const Checkpoint head{OrderOrigin(registry_), {round.size, round.root}};
    made->proof.checkpoint.checkpoint = head;
    made->proof.checkpoint.signatures.push_back(SignText(head.origin, key_, CheckpointText(head)));
    ASSIGN_OR_RETURN(const uint64_t round_ms, RoundMs(journal_, lanes_));
    ASSIGN_OR_RETURN(const Epochs epochs, Epochs::Load(txn_, journal_, lanes_));
    const Quorum quorum = QuorumOf(epochs, lanes_, round.round, round_ms);
    ASSIGN_OR_RETURN(const std::vector<Cosignature> cosigners, CosignersOf(txn_, round));
    for (const Cosignature& c : cosigners) {
      if (std::any_of(quorum.members.begin(), quorum.members.end(), [&](const Lane* it) { return it->id == c.by; }))
        AddLine(c, &made->proof);
    }
    made->policy = SettledPolicy(lanes_, quorum, registry_);
    return absl::OkStatus();
  }

  // Of the version of the lane that is not the one held here: what its key has signed besides. Errors: NotFound.
  absl::StatusOr<Made> OfOtherVersion() const {
    ASSIGN_OR_RETURN(const std::optional<Proof> other, ReadProof(txn_, lane().id));
    const std::string name = lanes_.Short(dot_);
    if (!other || seq() < other->fork)
      return Error(absl::StatusCode::kNotFound, Cat("no other version of ", name, " is known"), "chancery site ls");
    if (other->run.empty())
      return Error(absl::StatusCode::kNotFound, Cat("of the other version of ", lane().Label(), " only the signed tree is here"),
                   "bring what the copy filed: chancery bundle export there");
    ASSIGN_OR_RETURN(const Run run, DecodeRun(other->run));
    if (seq() < run.first || seq() > run.last())
      return Error(absl::StatusCode::kNotFound,
                   Cat("of the other version of ", lane().Label(), " entries ", run.first, " to ", run.last(), " are here"),
                   "ask for one of those");
    Around around{other->tree, {}};
    for (uint64_t at = run.first; at < seq(); ++at) around.before.Append(run.Id(at - run.first));
    for (uint64_t at = seq() + 1; at <= run.last(); ++at) around.after.push_back(run.Id(at - run.first));
    Tree whole = around.before;
    whole.Append(run.Id(seq() - run.first));
    for (const EntryId& id : around.after) whole.Append(id);
    Made made;
    made.policy = LanePolicy(lane(), registry_);
    made.proof.index = seq() - 1;
    made.proof.extra = run.EntryBytes(seq() - run.first);
    const auto node = [&](int level, uint64_t index) -> absl::StatusOr<Hash256> { return NodeOf(around, level, index); };
    ASSIGN_OR_RETURN(made.proof.hashes, InclusionProof({seq() - 1, run.last()}, node));
    const VerifierKey& key = made.policy.logs[0].key;
    made.proof.checkpoint = {{key.name, {run.last(), whole.Root()}}, {{key.name, key.id, std::string(run.seal.view())}}};
    return made;
  }

  // A site with a new key signs for the order once it is a member again.
  // Whether this site's signature says anything of the order; if not, why.
  absl::Status MaySign() const {
    const Lane* own = lanes_.Find(LaneOf(key_.public_key()));
    if (own == nullptr)
      return Error(absl::StatusCode::kNotFound, "this site has no key that members know",
                   "ask another site for it, or have this one admitted");
    if (own->fork != 0)
      return Error(absl::StatusCode::kNotFound, "two versions of this site's journal exist", "ask another site for it");
    if (own->role != Role::kFull)
      return Error(absl::StatusCode::kNotFound, "only a full site proves the order: this one is none", "ask a full site for it");
    return absl::OkStatus();
  }

 private:
  // Other sites that have cosigned the lane at one size.
  struct Stand {
    uint64_t size = 0;
    size_t sites = 0;
    std::vector<Cosignature> cosigners;
  };

  const Lane& lane() const { return lanes_.At(HandleOf(dot_)); }
  uint64_t seq() const { return SeqOf(dot_); }

  absl::StatusOr<Made> OfLane(const TreeRoot& tree, const Signature& seal) const {
    Made made;
    made.policy = LanePolicy(lane(), registry_);
    made.proof.index = seq() - 1;
    ASSIGN_OR_RETURN(made.proof.extra, journal_.BytesAt(dot_));
    ASSIGN_OR_RETURN(made.proof.hashes, LaneProof(journal_, lane(), seq(), tree.size));
    const VerifierKey& key = made.policy.logs[0].key;
    made.proof.checkpoint = {{key.name, tree}, {{key.name, key.id, std::string(seal.view())}}};
    return made;
  }

  void AddLine(const Cosignature& c, ProofFile* proof) const {
    proof->checkpoint.signatures.push_back(LineOf(c, registry_, lanes_.Find(c.by)->key));
  }

  // What the lane's key has signed of a tree: this site's own any, another's where a run ends.
  absl::StatusOr<std::optional<Signature>> SealAt(const TreeRoot& tree) const {
    if (lane().key == key_.public_key()) return key_.Sign(SealMessage(registry_, lane().id, tree.size, tree.root));
    ASSIGN_OR_RETURN(const SealedEnd end, EndBehind(journal_, lane(), tree.size));
    if (end.size != tree.size) return std::nullopt;
    return end.seal;
  }

  // Most sites first; of as many the earliest.
  absl::StatusOr<std::vector<Stand>> Stands() const {
    std::map<uint64_t, Stand> by_size;
    ASSIGN_OR_RETURN(const std::vector<Cosignature> all, CosignaturesOn(txn_, lane().id));
    for (const Cosignature& c : all) {
      const Lane* by = lanes_.Find(c.by);
      if (c.tree.size < seq() || c.tree.size > lane().tip() || by == nullptr || !IsHolder(*by, lane())) continue;
      by_size[c.tree.size].cosigners.push_back(c);
    }
    std::vector<Stand> stands;
    for (auto& [size, stand] : by_size) {
      std::set<std::string> sites;
      for (const Cosignature& c : stand.cosigners) sites.insert(lanes_.Find(c.by)->site);
      stands.push_back({size, sites.size(), std::move(stand.cosigners)});
    }
    std::stable_sort(stands.begin(), stands.end(), [](const Stand& a, const Stand& b) { return a.sites > b.sites; });
    return stands;
  }

  // Of the entry's leaf in the log. nullopt: its round is not settled, or it is a beat.
  absl::StatusOr<std::optional<uint64_t>> SettledIndex(const RoundRow& last, ReceiptFile* file) const {
    ASSIGN_OR_RETURN(const uint64_t round_ms, RoundMs(journal_, lanes_));
    ASSIGN_OR_RETURN(const Hlc hlc, journal_.HlcAt(dot_));
    const uint64_t number = RoundOf(hlc, round_ms);
    if (number > last.round) return std::nullopt;
    ASSIGN_OR_RETURN(const std::optional<RoundRow> round, FindRound(txn_, number));
    if (!round) return std::nullopt;
    ASSIGN_OR_RETURN(const std::optional<RoundRow> before, RoundBefore(txn_, number));
    ASSIGN_OR_RETURN(const EntryId id, journal_.IdAt(dot_));
    const uint64_t first = before ? before->size : 0;
    ASSIGN_OR_RETURN(const std::optional<uint64_t> at, FindLeaf(txn_, first, round->size - 1, id));
    if (at) file->place = (before ? before->entries : 0) + (*at - first) + 1;
    return at;
  }

  const Txn& txn_;
  const Journal& journal_;
  const Lanes& lanes_;
  const RegistryId& registry_;
  const KeyPair& key_;
  const Dot dot_;
};

// ---- What there is not

// What is not settled, why, and what to do.
absl::Status NotYet(std::string_view what, const Txn& txn, const Workspace& work, const KeyPair& key) {
  ASSIGN_OR_RETURN(const OrderView order, ViewOfOrder(txn, work.journal, work.lanes));
  const Lane* own = work.lanes.Find(LaneOf(key.public_key()));
  std::vector<std::string> others = order.waiting_for;
  if (own != nullptr) std::erase(others, own->Label());
  if (others.empty())
    return Error(absl::StatusCode::kNotFound, Cat(what, ": a round of the order has to end first"), "ask again in some seconds");
  return Error(absl::StatusCode::kNotFound, Cat(what, ": waiting for ", absl::StrJoin(others, ", ")),
               "exchange entries and cosignatures with those sites, then ask again");
}

absl::Status NotSettled(const Txn& txn, const Workspace& work, const KeyPair& key, const absl::Status& may_sign, Dot dot) {
  const std::string name = work.lanes.Short(dot);
  ASSIGN_OR_RETURN(const Entry entry, work.journal.EntryAt(dot));
  if (entry.kind == EntryKind::kBeat)
    return Error(absl::StatusCode::kNotFound, Cat(name, " is a beat: it has no place in the one order"),
                 "chancery receipt ENTRY");
  ASSIGN_OR_RETURN(const PlaceView place, ViewOfPlace(txn, work.journal, work.lanes, dot));
  if (place.outside)
    return Error(absl::StatusCode::kNotFound, Cat(name, " stands behind the end of its lane: it has no place in the one order"),
                 Cat("chancery receipt ", name, " --as accepted; chancery site readmit ", name));
  if (place.settled) RETURN_IF_ERROR(may_sign);
  return NotYet(Cat(name, " is not settled yet"), txn, work, key);
}

absl::Status NotWitnessed(const Workspace& work, Dot dot) {
  return Error(absl::StatusCode::kNotFound, Cat("no other site has signed yet that it stores ", work.lanes.Short(dot)),
               "exchange entries with another site, then ask again");
}

// ---- Choosing

absl::StatusOr<Made> Make(const Txn& txn, const Workspace& work, const KeyPair& key, Dot dot, std::string_view strength,
                          ReceiptFile* file) {
  const Prover prover(txn, work, key, dot);
  const bool any = strength.empty();
  if (strength == kOther) return prover.OfOtherVersion();
  if (!any && strength != "accepted" && strength != "witnessed" && strength != "settled")
    return Error(absl::StatusCode::kInvalidArgument, Cat("no receipt is called \"", strength, "\""),
                 "accepted, witnessed, settled or other");
  if (any || strength == "settled") {
    ASSIGN_OR_RETURN(std::optional<Made> made, prover.Settled(file));
    if (made) return *std::move(made);
    if (!any) return NotSettled(txn, work, key, prover.MaySign(), dot);
  }
  if (any || strength == "witnessed") {
    ASSIGN_OR_RETURN(std::optional<Made> made, prover.Witnessed());
    if (made) return *std::move(made);
    if (!any) return NotWitnessed(work, dot);
  }
  return prover.Accepted();
}

// The latest entry of another site that its author had, by that entry's stamp.
absl::Status NoteBefore(const Workspace& work, Dot dot, ReceiptFile* file) {
  ASSIGN_OR_RETURN(const Vector past, work.PastOf(dot));
  const std::string& site = work.lanes.At(HandleOf(dot)).site;
  Hlc latest = 0;
  for (const Lane& lane : work.lanes.all()) {
    if (lane.site == site || past.At(lane.handle) == 0) continue;
    const Dot head = MakeDot(lane.handle, past.At(lane.handle));
    ASSIGN_OR_RETURN(const Hlc hlc, work.journal.HlcAt(head));
    if (hlc <= latest) continue;
    latest = hlc;
    file->not_before = FormatTime(MsOf(hlc));
    file->not_before_by = work.lanes.Short(head);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ReceiptFile> MakeReceipt(const Txn& txn, const Workspace& work, const KeyPair& key, Dot dot,
                                        std::string_view strength) {
  const Lane& lane = work.lanes.At(HandleOf(dot));
  ReceiptFile file;
  file.short_name = work.lanes.Short(dot);
  ASSIGN_OR_RETURN(const EntryId id, work.journal.IdAt(dot));
  file.entry = Hex(id.view());
  ASSIGN_OR_RETURN(const Made made, Make(txn, work, key, dot, strength, &file));
  file.proof = PrintProofFile(made.proof);
  file.policy = PrintPolicy(made.policy);
  if (strength == kOther) file.entry = Hex(IdOf(made.proof.extra).view());
  if (strength != kOther) RETURN_IF_ERROR(NoteBefore(work, dot, &file));
  if (lane.fork != 0) file.halted = Cat(lane.Label(), "-", lane.fork);
  const absl::StatusOr<ReceiptView> judged = VerifyReceipt(file.proof, file.policy);
  if (!judged.ok() || judged->verdict != "PROVEN" || judged->entry.id != file.entry)
    return Error(absl::StatusCode::kDataLoss, Cat("what this store holds does not prove ", file.short_name), "chancery verify");
  file.strength = judged->strength;
  ASSIGN_OR_RETURN(const Chain chain, ChainFor(txn, work, made.proof.checkpoint.checkpoint));
  file.chain = PrintChain(chain);
  const absl::StatusOr<ReceiptView> led = VerifyReceipt(file.proof, ByRegistry{Hex(work.registry().view()), file.chain});
  if (!led.ok() || led->verdict == "DISPROVEN")  // inconclusive it is where a newcomer signs, whom no epoch names yet
    return Error(absl::StatusCode::kDataLoss, "what this store holds does not lead from the registry's id to its members",
                 "chancery verify");
  return file;
}

absl::StatusOr<std::string> SettledCheckpoint(const Txn& txn, const Workspace& work, const KeyPair& key) {
  const Prover prover(txn, work, key, 0);
  ASSIGN_OR_RETURN(const OrderRow order, ReadOrder(txn));
  ASSIGN_OR_RETURN(const std::optional<RoundRow> last, FindRound(txn, order.settled));
  if (!last) return NotYet("nothing is settled yet", txn, work, key);
  RETURN_IF_ERROR(prover.MaySign());
  Made made;
  RETURN_IF_ERROR(prover.AddSettledHead(*last, &made));
  return PrintCheckpoint(made.proof.checkpoint);
}

namespace {

// Of a settled receipt, and that the order here was so.
absl::StatusOr<ProofFile> OwnReceipt(const Txn& txn, const RegistryId& registry, const OrderRow& order, std::string_view text) {
  ASSIGN_OR_RETURN(ProofFile receipt, ParseProofFile(text));
  const Checkpoint& head = receipt.checkpoint.checkpoint;
  if (head.origin != OrderOrigin(registry) || head.tree.size == 0 || head.tree.size > order.log.size())
    return Error(absl::StatusCode::kFailedPrecondition, "the receipt is not of the order of this registry, as far as it is here",
                 "two settled receipts of one registry: chancery prove ENTRY -o FILE");
  const auto node = [&](int level, uint64_t index) { return SettledNode(txn, level, index); };
  ASSIGN_OR_RETURN(const Hash256 root, RootOf(head.tree.size, node));
  if (root == head.tree.root) return receipt;
  return Error(absl::StatusCode::kFailedPrecondition, "the receipt shows another order than the one here",
               "keep it, and the store as it is: chancery status");
}

}  // namespace

absl::StatusOr<std::string> SettledGrowth(const Txn& txn, const Workspace& work, std::string_view older, std::string_view newer) {
  ASSIGN_OR_RETURN(const OrderRow order, ReadOrder(txn));
  ASSIGN_OR_RETURN(ProofFile from, OwnReceipt(txn, work.registry(), order, older));
  ASSIGN_OR_RETURN(ProofFile to, OwnReceipt(txn, work.registry(), order, newer));
  if (from.checkpoint.checkpoint.tree.size > to.checkpoint.checkpoint.tree.size) std::swap(from, to);
  Growth growth{from.checkpoint.checkpoint.tree.size, {}, to.checkpoint};
  const auto node = [&](int level, uint64_t index) { return SettledNode(txn, level, index); };
  ASSIGN_OR_RETURN(growth.hashes, ConsistencyProof(growth.old, to.checkpoint.checkpoint.tree.size, node));
  return PrintGrowth(growth);
}

}  // namespace chancery
