#include "engine/base/planted.h"

#ifdef CHANCERY_PLANTED_BUGS
#include <atomic>

namespace chancery {
namespace {

std::atomic<Bug> planted{Bug::kNone};
constexpr const char* kNames[kBugCount] = {
    "none",
    "claims-from-interim",
    "set-replaces-unseen",
    "remove-drops-unseen-adds",
    "ruling-decides-unseen",
    "life-keeps-claims",
    "clash-id-by-arrival",
    "context-forgets",
    "last-by-arrival",
    "same-not-recomputed",
    "docket-never-withdraws",
    "digest-by-arrival",
    "over-is-all-seen",
    "stale-fold",
    "edit-clears-deletion",
    "neutral-takes-sides",
    "fields-outlive-deletion",
    "dangling-not-recomputed",
    "confluent-by-order",
    "deletion-under-reference",
    "dead-clash-only-with-creations",
    "tail-ends-early",
    "acts-count-twice",
    "copy-not-seen",
    "copies-by-arrival",
    "folded-anew-as-stored",
    "overlap-of-neighbours",
    "only-the-straw",
    "cycle-filed",
    "premise-by-clock",
    "premise-on-arrival",
    "premise-twice",
    "officer-change-forgotten",
    "principal-forgotten",
    "deputies-have-no-rights",
    "term-never-ends",
    "own-act-ruled",
    "approves-unseen",
    "return-ignored",
    "proposal-decides",
    "past-keeps-claims",
    "past-forgets-context",
    "past-keeps-rulings",
    "past-ends-before",
    "sight-without-itself",
    "finds-the-first",
    "page-repeats",
    "case-page-skips",
    "feed-skips",
    "preview-forgets-reopened",
    "preview-skips-cases",
    "silent-lane-not-heard",
    "most-lanes-close",
    "round-ends-before",
    "order-by-arrival",
    "beats-are-placed",
    "end-is-proposers-tip",
    "vote-does-not-freeze",
    "any-ballot-decides",
    "one-cosigner-settles",
    "closed-is-settled",
    "witness-settles",
    "void-is-placed",
    "heard-is-passed",
    "silence-ends",
    "end-is-below-the-last",
    "signs-before-it-persists",
};

}  // namespace

void PlantBug(Bug bug) { planted = bug; }
const char* BugName(Bug bug) { return kNames[static_cast<int>(bug)]; }
bool Planted(Bug bug) { return planted.load(std::memory_order_relaxed) == bug; }

}  // namespace chancery
#endif
