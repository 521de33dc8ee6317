// What a site does towards the next epoch: votes, accepts, decides. Single-decree Paxos among the members of the last epoch,
// whose messages are entries: what a voter holds is what its entry has seen. docs/reference/epoch.md
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "chancery/types.h"
#include "engine/register/workspace.h"

namespace chancery {

// An entry that the site's own lane is to file now: a vote, an acceptance that is signed yet to be, or a decision.
struct EpochAct {
  EntryKind kind = EntryKind::kVote;
  Vote vote;
  Decision decision;
};

// nullopt: there is nothing to do. `now_ms`: proposals are made anew that got stuck a minute before it; `by_ms`: lanes that this
// site has admitted up to then are proposed as members. Errors: DataLoss.
absl::StatusOr<std::optional<EpochAct>> EpochActDue(const Workspace& work, int64_t now_ms, int64_t by_ms);

// The proposal to end every lane of a site that has not ended. Errors: NotFound (no such site), FailedPrecondition (nobody would
// be left, this site is no member, or the site has ended already).
absl::StatusOr<EpochAct> ProposeEnd(const Workspace& work, std::string_view site);

absl::StatusOr<EpochView> ViewOfEpochs(const Workspace& work);

}  // namespace chancery
