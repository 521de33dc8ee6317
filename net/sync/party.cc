#include "net/sync/party.h"

#include <algorithm>
#include <set>
#include <utility>

namespace chancery::sync {
namespace {

// The first runs that fit, one at least. What waits here comes last, and of that there may be much.
void Fit(std::vector<std::string>* runs, size_t room) {
  size_t bytes = 0, count = 0;
  while (count < runs->size() && bytes < room) bytes += (*runs)[count++].size();
  runs->resize(count);
}

// Keys of the lanes with two versions.
std::set<std::string> HaltedIn(const Snapshot& now) {
  std::set<std::string> halted;
  const absl::StatusOr<std::vector<SiteView>> sites = now.Sites();
  for (size_t i = 0; sites.ok() && i < sites->size(); ++i)
    if ((*sites)[i].halted) halted.insert(KeyOf((*sites)[i].key));
  return halted;
}

}  // namespace

uint64_t BytesOf(const Offer& offer) {
  uint64_t bytes = offer.cosignatures.size() + offer.heads.size();
  for (const std::string& run : offer.runs) bytes += run.size();
  for (const Piece& piece : offer.documents.pieces) bytes += piece.bytes.size();
  return bytes;
}

Cost CostOf(const Offer& offer) {
  constexpr size_t kHeadBytes = 105;    // of a sealed one, at least
  constexpr uint64_t kHeadsMade = 100;  // what it costs to answer doubts, in checks
  const uint64_t seals = offer.runs.size() + offer.heads.size() / kHeadBytes + (offer.doubts ? kHeadsMade : 0);
  return {.bytes = BytesOf(offer), .entries = 0, .checks = seals + CountCosignatures(offer.cosignatures)};
}

void Heard::Forget(int every) {
  cosigned.Clear();
  left.Clear();
  until_again = again_every = std::min(every, kAgainMost);
}

void Party::Meet() {
  if (!met_) heard_->Forget(kAgainFirst);
  met_ = true;
}

absl::StatusOr<Offer> Party::Begin(size_t room) {
  Meet();
  if (--heard_->until_again < 0) heard_->Forget(2 * heard_->again_every);
  const absl::Status settled = db_.Settle(patience_ms_).status();
  if (!settled.ok() && !absl::IsResourceExhausted(settled)) return settled;
  fetch_.Begin();
  began_theirs_.reset();
  rounds_since_met_ = 0;
  absl::StatusOr<Offer> offer = Make(room, true);
  began_ = said_;
  return offer;
}

// A site that can write nothing more hands on what it has, and then says why it takes nothing.
absl::StatusOr<Offer> Party::Answer(const Offer& theirs, size_t room) {
  Meet();
  wanted_ = theirs.documents.wanted;
  doubted_ = theirs.doubts;
  const absl::Status kept = Keep(theirs);
  if (!kept.ok() && !absl::IsResourceExhausted(kept)) return kept;
  if (heard_->state && heard_->state->lanes.size() != theirs.state.lanes.size())
    heard_->cosigned.Clear();  // it knows whose they are
  heard_->state = theirs.state;
  if (!began_theirs_) began_theirs_ = theirs.state;
  absl::StatusOr<Offer> offer = Make(room, false);
  if (!kept.ok() && offer.ok() && offer->runs.empty() && offer->documents.pieces.empty()) return kept;
  if (offer.ok() && began_ && Covers(theirs.state, *began_) && Covers(*said_, *began_theirs_)) ++rounds_since_met_;
  return offer;
}

absl::Status Party::Keep(const Offer& theirs) {
  if (const absl::Status taken = Take(theirs); !taken.ok()) return taken;
  if (const absl::StatusOr<bool> settled = db_.Settle(patience_ms_); !settled.ok()) return settled.status();
  return TakeDocuments(theirs);
}

absl::Status Party::Take(const Offer& theirs) {
  const bool asked = std::exchange(doubts_, false);
  if (!theirs.runs.empty() || !theirs.heads.empty() || (said_ && said_->held > 0)) {  // what is held becomes ready with time
    const absl::StatusOr<Intake> intake = db_.Ingest(theirs.runs, kept_most_ - std::min(kept_most_, heard_->kept), theirs.heads);
    const bool fails = intake.ok() ? intake->damaged > 0 : absl::IsDataLoss(intake.status());
    doubts_ = fails && theirs.heads.empty() && !asked;  // once: perhaps they follow another version of the lane
    if (doubts_ && !intake.ok()) return absl::OkStatus();
    if (!intake.ok()) return intake.status();
    gains_.entries += intake->entries + intake->kept + intake->left_out;
    heard_->kept = std::min(heard_->kept + intake->kept, intake->waiting + intake->held);
    gains_.taken += intake->entries;
    gains_.opened += intake->opened;
    gains_.waiting = intake->waiting;
    gains_.held = intake->held;
    gains_.damaged += doubts_ ? 0 : intake->damaged;
    gains_.left_out += intake->left_out;
    gains_.halted = intake->halted;
  }
  heard_->cosigned.Add(said_cosignatures_);
  heard_->cosigned.Add(theirs.cosignatures);
  return theirs.cosignatures.empty() ? absl::OkStatus() : db_.TakeCosignatures(theirs.cosignatures).status();
}

absl::Status Party::TakeDocuments(const Offer& theirs) {
  const absl::StatusOr<Snapshot> now = db_.Read();
  if (!now.ok()) return now.status();
  if (const absl::Status noted = fetch_.Note(*now, theirs.runs); !noted.ok()) return noted;
  fetch_.ForgetCounts();
  const absl::Status taken = fetch_.Take(theirs.documents);
  gains_.documents += fetch_.taken();
  gains_.damaged += fetch_.damaged();
  return taken;
}

absl::Status Party::AddDocuments(const Snapshot& now, size_t room, Offer* offer) {
  for (const std::string& run : offer->runs) room -= std::min(room, run.size());
  const absl::Status added = AddPieces(now, wanted_, room, &offer->documents);
  for (const Piece& piece : offer->documents.pieces) gains_.sent_bytes += piece.bytes.size();
  return added;
}

// A few entries of other sites are sent unasked, for less than asking takes.
bool Party::AsksFirst(const State& mine) const {
  const State theirs = heard_->left.Above(*heard_->state);
  const std::string own = KeyOf(db_.Fingerprint());
  uint64_t others = 0;
  for (const LaneTip& lane : mine.lanes)
    if (lane.key != own) others += lane.size - std::min(lane.size, SizeIn(theirs, lane.key));
  return others > kUnaskedMost;
}

absl::Status Party::AddRuns(const Snapshot& now, const State& mine, size_t room, Offer* offer) {
  const State& theirs = *heard_->state;
  const State given = heard_->left.Above(theirs);
  const absl::StatusOr<std::string> frontier = FrontierOf(given, now);
  if (!frontier.ok()) return frontier.status();
  const bool kept = mine.waiting != theirs.waiting || mine.held != theirs.held || mine.halted != theirs.halted;
  if (doubted_ || mine.halted > theirs.halted || Unequal(mine, theirs)) {
    absl::StatusOr<std::string> heads = now.Heads(*frontier);
    if (!heads.ok()) return heads.status();
    offer->heads = *std::move(heads);
  }
  if (kept || !Covers(given, mine)) {
    absl::StatusOr<Snapshot::Lacking> lacking = now.LackingOf(*frontier, room);
    if (!lacking.ok()) return lacking.status();
    for (const auto& [key, size] : lacking->reached) given_.lanes[KeyOf(key)] = size;
    offer->runs = heard_->left.NewIn(std::move(lacking->runs), lacking->merged);
    Fit(&offer->runs, room);
    for (size_t i = lacking->merged; i < offer->runs.size(); ++i) given_.waiting.insert(NameOf(offer->runs[i]));
  }
  if (mine.cosigned != theirs.cosigned) {
    const absl::StatusOr<std::string> cosignatures = now.Cosignatures();
    if (!cosignatures.ok()) return cosignatures.status();
    offer->cosignatures = heard_->cosigned.NewIn(*cosignatures);
  }
  gains_.sent += offer->runs.size();
  for (const std::string& run : offer->runs) gains_.sent_bytes += run.size();
  return absl::OkStatus();
}

// Says what this site holds and adds what the other lacks, unless both are as they were when that was last done: what is left
// then cannot be taken there. What it wants of documents it gets in any case, or hears that they are not here.
absl::StatusOr<Offer> Party::Make(size_t room, bool first) {
  const absl::StatusOr<Snapshot> now = db_.Read();
  if (!now.ok()) return now.status();
  absl::StatusOr<State> mine = ReadState(*now);
  if (!mine.ok()) return mine.status();
  Offer offer{.state = *mine, .runs = {}, .cosignatures = {}};
  offer.documents.wanted = fetch_.Wants();
  const Given given = std::exchange(given_, {});
  if (!first) heard_->left.Note(given, *heard_->state, mine->halted > 0 ? HaltedIn(*now) : std::set<std::string>());
  const bool moving = said_wants_ != offer.documents.wanted || said_wanted_ != wanted_;
  const std::optional<State>& theirs = heard_->state;
  const bool still = said_ == *mine && said_theirs_ == theirs && !moving;
  const bool lacking = !offer.documents.wanted.empty() || !wanted_.empty();
  offer.doubts = doubts_;
  const bool agreed = theirs && Alike(*mine, *theirs) && !Unequal(*mine, *theirs) && !lacking;
  done_ = theirs.has_value() && !doubts_ && !doubted_ && (still || agreed);
  if (theirs.has_value()) Compare(*mine);
  holds_ = NameOf(mine->lanes);
  if (moving) rounds_since_met_ = 0;
  said_ = *mine;
  const bool asks = first && theirs.has_value() && AsksFirst(*mine);
  said_theirs_ = asks ? std::nullopt : theirs;  // what is not offered yet is not what cannot be taken
  said_wants_ = offer.documents.wanted;
  said_wanted_ = wanted_;
  said_cosignatures_.clear();
  if (!theirs || asks) return offer;
  room = std::min(room, kRoomMax);
  const absl::Status added = done_ ? absl::OkStatus() : AddRuns(*now, *mine, room, &offer);
  said_cosignatures_ = offer.cosignatures;
  const absl::Status documents = added.ok() ? AddDocuments(*now, room, &offer) : added;
  return documents.ok() ? absl::StatusOr<Offer>(std::move(offer)) : documents;
}

void Party::Compare(const State& mine) {
  gains_.compared = Comparable(mine, *heard_->state);
  gains_.equal = gains_.compared && !Unequal(mine, *heard_->state);
}

}  // namespace chancery::sync
