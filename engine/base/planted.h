// Bugs planted on purpose, so that the tests can be tested: each must be found by the random histories alone. Compiled out of
// releases.
#pragma once

#include <cstdint>

namespace chancery {

enum class Bug : uint8_t {
  kNone,
  kClaimsFromInterim,           // claims of the interim winner only
  kSetReplacesUnseen,           // a guarded set removes writes that its author had not seen
  kRemoveDropsUnseenAdds,       // a set removal removes additions that its author had not seen
  kRulingDecidesUnseen,         // a ruling decides clashes that it does not name
  kLifeKeepsClaims,             // a withdrawn creation leaves the record's claims standing
  kClashIdByArrival,            // the site's own operation comes first in a clash id
  kContextForgets,              // an author's context leaves out one lane
  kLastByArrival,               // merge = last shows the write that arrived last
  kSameNotRecomputed,           // a change of the `same` field does not touch the claim
  kDocketNeverWithdraws,        // clashes that are gone stay on the docket
  kDigestByArrival,             // the digest knows which entry came last
  kOverIsAllSeen,               // a write on a contested field replaces all that its author had seen
  kStaleFold,                   // the second entry of a batch on a record starts from the stored record
  kEditClearsDeletion,          // an edit takes away a deletion that its author had not seen
  kNeutralTakesSides,           // an edit of a record whose existence is contested says that it exists
  kFieldsOutliveDeletion,       // a creation after a deletion brings the old fields back
  kDanglingNotRecomputed,       // what refers to a record is not looked at when the record ends or comes back
  kConfluentByOrder,            // a pair of states goes together only as the pack orders it
  kDeletionUnderReference,      // a deletion is filed although a record refers to what it ends
  kDeadClashOnlyWithCreations,  // a deletion clashes with creations, not with edits
  kTailEndsEarly,               // of the filings that a restart finds in the tail the last are left out
  kActsCountTwice,              // an act filed at two sites under one id takes place twice
  kCopyNotSeen,                 // who saw a later copy of an act did not see the act
  kCopiesByArrival,             // of the copies of an act the one that came first counts
  kFoldedAnewAsStored,          // a record is folded anew in the order in which its entries came
  kOverlapOfNeighbours,         // only intervals next to each other in the index are compared
  kOnlyTheStraw,                // of contributions above a limit only the first is a clash
  kCycleFiled,                  // a reference that leads back is filed
  kPremiseByClock,              // what was relied on goes stale by earlier writes only
  kPremiseOnArrival,            // only by writes that arrive later
  kPremiseTwice,                // also where a case weighs it already
  kOfficerChangeForgotten,      // a change of an officer that arrives after his entry is held against nobody
  kPrincipalForgotten,          // an entry is held against changes of its own officer only, not of whom he stands for
  kDeputiesHaveNoRights,        // who stands for another one has none of his rights
  kTermNeverEnds,               // rights do not end
  kOwnActRuled,                 // an officer rules on his own act
  kApprovesUnseen,              // an approval counts although there are facts that were not known when it was proposed
  kReturnIgnored,               // a proposal that was sent back can be approved
  kProposalDecides,             // what is proposed counts as decided
  kPastKeepsClaims,             // in the past records claim what they came to claim later
  kPastForgetsContext,          // in the past nobody has seen what other sites had filed
  kPastKeepsRulings,            // in the past cases are ruled as they were ruled later
  kPastEndsBefore,              // what is stamped exactly at a moment belongs to later
  kSightWithoutItself,          // what a site could see is without its own last entry
  kFindsTheFirst,               // of the values that stand in a field only the first is found
  kPageRepeats,                 // a page of records begins with the last one of the page before
  kCasePageSkips,               // a page of cases leaves out the rest of the rule that the page before ended in
  kFeedSkips,                   // who goes on following misses the first entry of each lane
  kPreviewForgetsReopened,      // the preview of a merge does not tell of cases that are opened again
  kPreviewSkipsCases,           // of a record that a case is about only what was written anew is looked at
  kSilentLaneNotHeard,          // a round is closed without a lane that has filed nothing since its admission
  kMostLanesClose,              // a round is closed when more than half of the lanes have passed it
  kRoundEndsBefore,             // what is stamped exactly at a round's end is left to the next
  kOrderByArrival,              // of entries with one stamp the lane that this store met first comes first
  kBeatsArePlaced,              // beats have places
  kEndIsProposersTip,           // a lane ends where its proposer has it, not at the last entry that any voter has
  kVoteDoesNotFreeze,           // who has voted for the next epoch still cosigns in the last
  kAnyBallotDecides,            // acceptances count whatever ballot they are of
  kOneCosignerSettles,          // a round is settled by whoever signs it first
  kClosedIsSettled,             // a round is settled once it is closed here (rule C)
  kWitnessSettles,              // a witness counts as a holder of data
  kVoidIsPlaced,                // what an ended lane filed behind its end has places
  kHeardIsPassed,               // a lane has come as far as the latest that is heard of it, whatever is missing before (rule A)
  kSilenceEnds,                 // who has long been silent is not waited for any more, by each site's own clock (rule B)
  kEndIsBelowTheLast,           // a lane ends before the last entry that any voter has, which may be final
  kSignsBeforeItPersists,       // a crash after a signature of the order went out finds no trace of it
};
inline constexpr int kMergeBugCount = 51, kBugCount = 67;  // those before are about what a site shows, the others about the order

#ifdef CHANCERY_PLANTED_BUGS
void PlantBug(Bug bug);
const char* BugName(Bug bug);
bool Planted(Bug bug);
#else
constexpr bool Planted(Bug) { return false; }
#endif

}  // namespace chancery
