#include "engine/evidence/chain.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "engine/base/strings.h"
#include "engine/codec/quorums.h"
#include "engine/codec/round_record.h"
#include "engine/codec/run.h"

namespace chancery {
namespace {

Judgement Say(Verdict verdict, std::string reason) {
  return {.verdict = verdict, .reasons = {std::move(reason)}, .cosignatures = {}};
}

void Add(Judgement more, Judgement* all) {
  all->verdict = std::max(all->verdict, more.verdict);
  std::move(more.reasons.begin(), more.reasons.end(), std::back_inserter(all->reasons));
}

// ---- Links

Judgement JudgeGenesis(std::string_view bytes, const RegistryId& registry, Lineage* lineage) {
  const absl::StatusOr<Entry> genesis = DecodeEntry(bytes);
  if (!genesis.ok() || !genesis->genesis) return Say(Verdict::kDisproven, "The chain does not begin with a genesis entry.");
  if (IdOf(bytes) != registry)
    return Say(Verdict::kDisproven, Cat("The chain is of another registry, ", Hex(IdOf(bytes).view()), "."));
  lineage->founder = genesis->genesis->site;
  EpochWords& founding = lineage->epochs.emplace_back();
  founding.registry = registry;
  founding.epoch.members.push_back({genesis->lane, Role::kFull});
  founding.keys.push_back(genesis->genesis->key);
  return Say(Verdict::kProven,
             Cat("The genesis is the registry's: its id is the hash of it. Founded by ", lineage->founder, "."));
}

// Which member of an epoch a line is by; nullptr: none.
const PublicKey* Signer(const EpochWords& epoch, const NoteSignature& line) {
  for (const PublicKey& key : epoch.keys)
    if (CheckSignature(EpochKey(epoch.registry, key), line, "") != SignatureCheck::kOtherKey) return &key;
  return nullptr;
}

// That the members of the epoch before have signed it, as many as it takes. Whatever else stands in it is refused.
Judgement JudgeEpoch(const Note& note, Lineage* lineage) {
  const EpochWords& before = lineage->epochs.back();
  const std::string name = Cat("Epoch ", before.epoch.number + 1);
  absl::StatusOr<EpochWords> words = ParseEpochText(note.text);
  if (!words.ok()) return Say(Verdict::kDisproven, Cat(name, " in the chain: ", S(words.status().message()), "."));
  if (words->registry != lineage->registry) return Say(Verdict::kDisproven, Cat(name, " in the chain is of another registry."));
  if (words->epoch.number != before.epoch.number + 1)
    return Say(Verdict::kDisproven,
               Cat("Behind epoch ", before.epoch.number, " the chain has epoch ", words->epoch.number, ", not the next one."));
  std::set<LaneId> signers;
  for (const NoteSignature& line : note.signatures) {
    const PublicKey* key = Signer(before, line);
    if (key == nullptr) return Say(Verdict::kDisproven, Cat(name, " is signed by who is no member before it: ", line.name, "."));
    if (CheckSignature(EpochKey(before.registry, *key), line, note.text) != SignatureCheck::kGood)
      return Say(Verdict::kDisproven, Cat(name, ": the signature of ", line.name, " is false."));
    if (!signers.insert(LaneOf(*key)).second) return Say(Verdict::kDisproven, Cat(name, ": ", line.name, " has signed twice."));
  }
  const size_t needed = QuorumsOf(before.epoch).decide, members = before.epoch.members.size();
  const std::string count =
      Cat(signers.size(), " of the ", members, " members before it have signed, and it takes ", needed, ".");
  if (signers.size() < needed) return Say(Verdict::kInconclusive, Cat(name, " is not decided by what the chain shows: ", count));
  lineage->epochs.push_back(*std::move(words));
  return Say(Verdict::kProven, Cat(name, " is decided: ", count));
}

// ---- Policies

std::string NameOf(const Lineage& lineage, LaneId lane) {
  const bool founder = lineage.epochs[0].epoch.members[0].lane == lane && lineage.founder != kNoQuorum;
  return founder ? lineage.founder : Cat(absl::Hex(lane, absl::kZeroPad16));
}

// Members that hold data, but for one lane, as witnesses.
std::vector<PolicyWitness> Holders(const Lineage& lineage, const EpochWords& words, LaneId but) {
  std::vector<PolicyWitness> holders;
  for (size_t i = 0; i < words.keys.size(); ++i) {
    const EpochMember& member = words.epoch.members[i];
    if (!HoldsData(member) || member.lane == but) continue;
    const std::string origin = LaneOrigin(lineage.registry, member.lane);
    holders.push_back({NameOf(lineage, member.lane), MakeVerifierKey(origin, kCosignatureV1, words.keys[i]), ""});
  }
  return holders;
}

void AskFor(size_t k, Policy* policy) {
  std::vector<std::string> members;
  for (const PolicyWitness& witness : policy->witnesses) members.push_back(witness.name);
  policy->quorum = Cat(k, "-of-", members.size());
  policy->groups.push_back({policy->quorum, k, std::move(members)});
}

// Any lane that was ever a member may have put the receipt together.
std::vector<PolicyLog> AnyMember(const Lineage& lineage, const std::string& origin) {
  std::set<PublicKey> keys;
  for (const EpochWords& words : lineage.epochs) keys.insert(words.keys.begin(), words.keys.end());
  std::vector<PolicyLog> logs;
  for (const PublicKey& key : keys) logs.push_back({MakeVerifierKey(origin, kEd25519, key), ""});
  return logs;
}

Trusted Unknown(Verdict verdict, std::string reason) {
  Trusted none{Say(verdict, std::move(reason)), {}, {}};
  none.policy.quorum = kNoQuorum;
  return none;
}

// The last epoch that names a lane as a member; nullptr: none does.
const EpochWords* LastWith(const Lineage& lineage, LaneId lane) {
  const auto has = [&](const EpochWords& words) { return FindMember(words.epoch, lane) != nullptr; };
  const auto last = std::find_if(lineage.epochs.rbegin(), lineage.epochs.rend(), has);
  return last == lineage.epochs.rend() ? nullptr : &*last;
}

const PublicKey& KeyIn(const EpochWords& words, LaneId lane) {
  return words.keys[static_cast<size_t>(FindMember(words.epoch, lane) - words.epoch.members.data())];
}

}  // namespace

Lineage CheckChain(const Chain& chain, const RegistryId& registry) {
  Lineage lineage{.judgement = {}, .registry = registry, .founder = {}, .epochs = {}};
  lineage.judgement = JudgeGenesis(chain.genesis, registry, &lineage);
  for (const Note& note : chain.epochs) {
    if (lineage.judgement.verdict != Verdict::kProven) break;
    Add(JudgeEpoch(note, &lineage), &lineage.judgement);
  }
  return lineage;
}

Trusted TrustedForOrder(const Lineage& lineage, const Chain& chain, const TreeRoot& log) {
  if (chain.round.empty())
    return Unknown(Verdict::kInconclusive, "The chain does not show in which epoch this order was signed.");
  if (log.size == 0 || !VerifyInclusion(log.size - 1, LeafHash(chain.round), chain.hashes, log))
    return Unknown(Verdict::kDisproven, "The hashes in the chain do not lead from its round to the root in the checkpoint.");
  const absl::StatusOr<RoundRecord> record = DecodeRoundRecord(chain.round);
  if (!record.ok()) return Unknown(Verdict::kDisproven, "What the order ends with is no record of a round.");
  if (record->epoch >= lineage.epochs.size())
    return Unknown(Verdict::kInconclusive,
                   Cat("This order was signed in epoch ", record->epoch, ", and the chain does not lead that far."));
  const EpochWords& words = lineage.epochs[record->epoch];
  Trusted trusted{Say(Verdict::kProven, Cat("The order itself shows that its epoch is ", record->epoch, ".")), {}, record->epoch};
  trusted.policy.logs = AnyMember(lineage, OrderOrigin(lineage.registry));
  trusted.policy.witnesses = Holders(lineage, words, 0);
  AskFor(QuorumsOf(words.epoch).settle, &trusted.policy);
  return trusted;
}

Trusted TrustedForLane(const Lineage& lineage, LaneId lane, const SignedCheckpoint& head) {
  const EpochWords* words = LastWith(lineage, lane);
  const std::string name = Cat(absl::Hex(lane, absl::kZeroPad16));
  if (words == nullptr)
    return Unknown(Verdict::kInconclusive, Cat("No epoch of the chain names the journal ", name, " as a member."));
  Trusted trusted{Say(Verdict::kProven, Cat("Epoch ", words->epoch.number, " names the journal ", name, " and its key.")),
                  {},
                  words->epoch.number};
  trusted.policy.logs = {{MakeVerifierKey(LaneOrigin(lineage.registry, lane), kEd25519, KeyIn(*words, lane)), ""}};
  trusted.policy.witnesses = Holders(lineage, *words, lane);
  trusted.policy.quorum = kNoQuorum;
  std::set<std::string> cosigned;
  for (const Cosigner& it : CheckCheckpoint(head, trusted.policy).cosignatures) cosigned.insert(it.witness);
  if (!cosigned.empty()) AskFor(cosigned.size(), &trusted.policy);
  return trusted;
}

}  // namespace chancery
