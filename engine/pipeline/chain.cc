#include "engine/pipeline/chain.h"

#include <algorithm>
#include <tuple>

#include "engine/base/status.h"
#include "engine/codec/epoch_text.h"
#include "engine/codec/round_record.h"
#include "engine/order/settle.h"
#include "engine/order/settled_log.h"
#include "engine/proof/limits.h"

namespace chancery {
namespace {

// Of the entries that say it the first that counts, so that all sites write the same.
Dot FirstOf(const Epochs::Decided& decided, const Lanes& lanes) {
  const auto later = [&](const std::pair<Dot, Hlc>& a, const std::pair<Dot, Hlc>& b) {
    const auto rank = [&](const std::pair<Dot, Hlc>& by) {
      const Lane& lane = lanes.At(HandleOf(by.first));
      return std::tuple(lane.Void(SeqOf(by.first), by.second), by.second, lane.id);
    };
    return rank(a) < rank(b);
  };
  return std::min_element(decided.by.begin(), decided.by.end(), later)->first;
}

// As the members signed it. before: who they were.
Note NoteOf(const Decision& decision, const Epoch& before, const RegistryId& registry, const Lanes& lanes) {
  std::vector<PublicKey> keys;
  for (const EpochMember& member : decision.epoch.members) keys.push_back(lanes.Find(member.lane)->key);
  Note note{EpochText(registry, decision.epoch, decision.ballot, keys), {}};
  for (const auto& [lane, signature] : decision.signatures) {
    if (FindMember(before, lane) == nullptr || note.signatures.size() == limits::kNoteSignatures) continue;
    const VerifierKey key = EpochKey(registry, lanes.Find(lane)->key);
    note.signatures.push_back({key.name, key.id, std::string(signature.view())});
  }
  return note;
}

absl::StatusOr<std::string> GenesisBytes(const Workspace& work) {
  for (const Lane& lane : work.lanes.all())
    if (lane.admitted_by.empty() && lane.tip() > 0) return work.journal.BytesAt(MakeDot(lane.handle, 1));
  return Error(absl::StatusCode::kDataLoss, "the registry's genesis is not here", "join again from a peer");
}

absl::Status AddRound(const Txn& txn, const Workspace& work, const Epochs& epochs, uint64_t size, Chain* chain) {
  ASSIGN_OR_RETURN(const std::optional<RoundRow> round, RoundOfSize(txn, size));
  if (!round) return Error(absl::StatusCode::kDataLoss, "no round of the order ends there", "chancery verify");
  ASSIGN_OR_RETURN(const uint64_t round_ms, RoundMs(work.journal, work.lanes));
  const uint64_t epoch = EpochAt(epochs, work.lanes, round->round, round_ms);
  chain->round = EncodeRoundRecord(RecordOf(*round, work.lanes, epoch));
  const auto node = [&](int level, uint64_t index) { return SettledNode(txn, level, index); };
  ASSIGN_OR_RETURN(chain->hashes, InclusionProof({size - 1, size}, node));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Chain> ChainFor(const Txn& txn, const Workspace& work, const Checkpoint& head) {
  Chain chain;
  ASSIGN_OR_RETURN(chain.genesis, GenesisBytes(work));
  ASSIGN_OR_RETURN(const Epochs epochs, Epochs::Load(txn, work.journal, work.lanes));
  for (size_t n = 1; n < epochs.decided().size(); ++n) {
    ASSIGN_OR_RETURN(const Entry entry, work.journal.EntryAt(FirstOf(epochs.decided()[n], work.lanes)));
    chain.epochs.push_back(NoteOf(*entry.decision, epochs.decided()[n - 1].epoch, work.registry(), work.lanes));
  }
  if (head.origin == OrderOrigin(work.registry())) RETURN_IF_ERROR(AddRound(txn, work, epochs, head.tree.size, &chain));
  return chain;
}

}  // namespace chancery
