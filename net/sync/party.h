// One side of an exchange. Both sides are the same: each takes what the other offers and answers with what the other then lacks.
// No sockets, no clock, no thread: whoever carries offers to and fro decides when.
//
//   offer = a.Begin();  do { offer = *a.Answer(*b.Answer(offer)) } while (!a.Done());
//
// Nothing of an exchange is remembered that matters: every offer says what its sender holds, so one that was cut off is gone on
// with by beginning another. What has not become durable at the receiver is at most one offer.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "chancery/chancery.h"
#include "net/sync/allowance.h"
#include "net/sync/cosigned.h"
#include "net/sync/documents.h"
#include "net/sync/left.h"
#include "net/sync/state.h"

namespace chancery::sync {

inline constexpr int kRoundsAfter = 8;        // offers after all is exchanged that there was when it began
inline constexpr uint64_t kUnaskedMost = 64;  // entries of other sites that are sent before the peer says that it lacks them
inline constexpr int kAgainFirst = 20;   // exchanges until what was of no use to a peer is sent again; each time twice as many,
inline constexpr int kAgainMost = 1280;  // at most so many
inline constexpr size_t kRoomMin = 64 << 10;
inline constexpr size_t kRoomFirst = 256 << 10;
inline constexpr size_t kRoomMax = 4 << 20;  // of runs and documents in one offer: what may be on the way and not yet durable

struct Offer {
  State state;                    // of its sender, after it took the offer that this one answers
  std::vector<std::string> runs;  // that the other lacks, causes first
  std::string cosignatures;       // that the other is not known to keep; "" = none
  size_t room = kRoomFirst;       // bytes of runs and documents that the answer may hold
  Documents documents = {};
  bool doubts = false;     // runs of the offer that this one answers do not hold on what is here: what do they follow?
  std::string heads = {};  // Snapshot::Heads, where the other doubts or knows of fewer lanes with two versions; "" = not said
};

uint64_t BytesOf(const Offer& offer);  // of runs, documents and cosignatures
Cost CostOf(const Offer& offer);       // but for the entries, which are known once it is taken

// What the exchange has brought here so far, and whether it agrees.
struct Gains {
  uint64_t taken = 0, sent = 0;          // new entries that came in; runs that went out
  uint64_t sent_bytes = 0;               // of those
  uint64_t opened = 0;                   // cases that were not open before
  uint64_t waiting = 0, held = 0;        // all in all
  uint64_t documents = 0;                // that came in; of what goes out only bytes are counted, in sent_bytes
  uint64_t damaged = 0, left_out = 0;    // of what the peer sent: runs and documents; entries there was no room for
  uint64_t entries = 0;                  // of its runs, whatever became of them
  std::vector<std::string> halted;       // lanes of which two versions exist
  bool compared = false, equal = false;  // the same entries are merged at both; records and cases are alike too
};

// What was last heard of a peer, in whatever session: what came by one of them is not sent back by the other.
struct Heard {
  std::optional<State> state;
  uint64_t kept = 0;  // entries that came from it and are not merged; at least those that still are not
  Cosigned cosigned;  // since the last session began: who has lost its store begins another
  Left left;          // likewise
  int until_again = kAgainFirst, again_every = kAgainFirst;  // exchanges that begin until both are forgotten, and sent again
  void Forget(int every);
};

class Party {
 public:
  // patience_ms: as for Database::Settle. peer: under which what has come of a document is kept. heard: shared by the parties
  // that meet one peer, all of them on one thread. kept_most: entries of this peer that may be kept here and not be merged.
  Party(Database& db, int64_t patience_ms, const std::string& peer = {}, std::shared_ptr<Heard> heard = std::make_shared<Heard>(),
        uint64_t kept_most = UINT64_MAX)
      : db_(db), patience_ms_(patience_ms), kept_most_(kept_most), fetch_(db, peer), heard_(std::move(heard)) {}

  // The first offer, to a peer of which nothing is known: no entry is in it. Of one that was heard before: what it lacks, unless
  // much of that is of other sites: it may have come from them, so it is asked first.
  absl::StatusOr<Offer> Begin(size_t room);
  // Takes an offer, does what this site owes the order, and makes the next one. Durable when it returns. Errors: InvalidArgument,
  // DataLoss (nothing of the offer holds), FailedPrecondition (entries of another registry), ResourceExhausted (nothing can be
  // written here, and the other lacks nothing), and those of Database.
  absl::StatusOr<Offer> Answer(const Offer& theirs, size_t room);

  // Neither side has anything that the other lacks, or the last offers changed nothing; or what both had when it began is at
  // both, and more keeps coming: that is for the next one.
  bool Done() const { return done_ || rounds_since_met_ > kRoundsAfter; }
  const Gains& gains() const { return gains_; }
  const State* theirs() const { return heard_->state ? &*heard_->state : nullptr; }  // what the other holds, as last heard
  size_t lacking_there() const { return wanted_.size(); }  // documents that it lacks, as far as it has said
  uint64_t holds() const { return holds_; }                // names the entries that this site held when the last offer was made
  void ForgetGains() { gains_ = {}; }

 private:
  void Meet();
  absl::Status Keep(const Offer& theirs);
  absl::Status Take(const Offer& theirs);
  absl::Status TakeDocuments(const Offer& theirs);
  bool AsksFirst(const State& mine) const;
  absl::Status AddRuns(const Snapshot& now, const State& mine, size_t room, Offer* offer);
  absl::Status AddDocuments(const Snapshot& now, size_t room, Offer* offer);
  absl::StatusOr<Offer> Make(size_t room, bool first);
  void Compare(const State& mine);

  Database& db_;
  int64_t patience_ms_;
  uint64_t kept_most_;
  Fetch fetch_;
  std::vector<Wanted> wanted_, said_wanted_;  // by the other: as last heard, and when the last offer was made
  std::vector<Wanted> said_wants_;            // by this site, as last said
  std::shared_ptr<Heard> heard_;
  std::string said_cosignatures_;              // in the last offer: whoever answers it keeps them
  Given given_;                                // likewise the runs
  bool doubts_ = false, doubted_ = false;      // as this site has said last; as the other has
  bool met_ = false;                           // an exchange has begun in this session
  std::optional<State> said_, said_theirs_;    // when the last offer was made
  std::optional<State> began_, began_theirs_;  // of the exchange that Begin began
  int rounds_since_met_ = 0;
  bool done_ = false;
  uint64_t holds_ = 0;
  Gains gains_;
};

}  // namespace chancery::sync
