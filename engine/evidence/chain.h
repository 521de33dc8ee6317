// Whom a registry's own words tell to trust: from its id to the genesis, and from each epoch to the next. Nothing is believed of
// a chain but what was signed by those that the part before it names. docs/reference/receipt.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/codec/chain.h"
#include "engine/codec/epoch_text.h"
#include "engine/proof/verdict.h"

namespace chancery {

struct Lineage {
  Judgement judgement;  // of the links
  RegistryId registry;
  std::string founder;             // the name of the founding site
  std::vector<EpochWords> epochs;  // as far as they hold; 0 is the founder alone. Empty: not even the genesis does
};
Lineage CheckChain(const Chain& chain, const RegistryId& registry);

// What to judge a receipt by.
struct Trusted {
  Judgement judgement;  // whether that is known
  Policy policy;
  std::optional<uint64_t> epoch;  // whose members count
};

// Of the one order: the members of the epoch that the log itself shows, by the record that it ends with.
Trusted TrustedForOrder(const Lineage& lineage, const Chain& chain, const TreeRoot& log);

// Of a lane: its own key; and for the sites that store it, those that the last epoch names that names the lane. In one epoch each
// site has one lane.
Trusted TrustedForLane(const Lineage& lineage, LaneId lane, const SignedCheckpoint& head);

}  // namespace chancery
