#include "engine/pipeline/epoch.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

constexpr int64_t kStuckMs = 60'000;      // after which a member proposes again what it has proposed,
constexpr int64_t kDesertedMs = 600'000;  // and after which another takes the vote up

// What is known of the vote on the next epoch, as one member sees it.
class Ballots {
 public:
  Ballots(const Workspace& work, const Epochs& epochs, const Lane& own) : work_(work), epochs_(epochs), own_(own) {
    for (const Epochs::Statement& said : epochs.statements())
      if (Counts(said)) (said.entry.vote ? votes_ : acceptances_).push_back(&said);
  }

  absl::StatusOr<std::optional<EpochAct>> Due(int64_t now_ms, int64_t by_ms) const {
    if (std::optional<EpochAct> act = Decided()) return act;
    ASSIGN_OR_RETURN(std::optional<EpochAct> act, Acceptance());
    if (act) return act;
    ASSIGN_OR_RETURN(act, Chosen());
    if (act) return act;
    if (std::optional<EpochAct> vote = Answer()) return vote;
    return Proposal(now_ms, by_ms);
  }

  absl::StatusOr<EpochAct> Propose(std::vector<LaneId> end) const {
    Ballot highest;
    for (const Epochs::Statement* said : votes_) highest = std::max(highest, said->entry.vote->ballot);
    for (const Epochs::Statement* said : acceptances_) highest = std::max(highest, said->entry.decision->ballot);
    const Ballot ballot{highest.number + 1, own_.id};
    if (needed() > 1) return EpochAct{EntryKind::kVote, {Next(), ballot, std::move(end)}, {}};
    ASSIGN_OR_RETURN(Epoch epoch, Named(With(work_.lanes.Tips(), {end.begin(), end.end()})));
    return EpochAct{EntryKind::kEpoch, {}, {std::move(epoch), ballot, {}}};  // it decides alone
  }

  // Lanes of which this member holds another version than the proposal in hand would keep: it does not accept that.
  absl::StatusOr<std::vector<LaneId>> Differing() const {
    if (const Decision* proposal = Proposed()) return Differing(proposal->epoch);
    return std::vector<LaneId>();
  }

  // What this member has proposed to end, in whatever epoch, and has not ended.
  std::vector<LaneId> Wanted() const {
    std::set<LaneId> wanted;
    for (const Epochs::Statement& said : epochs_.statements())
      if (said.entry.lane == own_.id && said.entry.vote)
        for (const LaneId lane : said.entry.vote->end)
          if (FindEnd(epochs_.last(), lane) == nullptr) wanted.insert(lane);
    return {wanted.begin(), wanted.end()};
  }

 private:
  using Statements = std::vector<const Epochs::Statement*>;

  uint64_t Next() const { return epochs_.last().number + 1; }
  size_t needed() const { return QuorumsOf(epochs_.last()).decide; }

  // A member's word on the next epoch, of the version of its lane that everybody has.
  bool Counts(const Epochs::Statement& said) const {
    const uint64_t epoch = said.entry.vote ? said.entry.vote->epoch : said.entry.decision->epoch.number;
    const Lane& lane = work_.lanes.At(HandleOf(said.dot));
    return epoch == Next() && FindMember(epochs_.last(), lane.id) != nullptr && (lane.fork == 0 || SeqOf(said.dot) < lane.fork);
  }

  static bool AnyoneHolds(const Epoch& epoch) { return std::any_of(epoch.members.begin(), epoch.members.end(), HoldsData); }

  static const Decision& DecisionIn(const Epochs::Statement* said) { return *said->entry.decision; }

  Ballot Promised() const {
    Ballot promised;
    for (const Epochs::Statement* said : votes_)
      if (said->entry.lane == own_.id) promised = std::max(promised, said->entry.vote->ballot);
    for (const Epochs::Statement* said : acceptances_)
      if (said->entry.lane == own_.id) promised = std::max(promised, DecisionIn(said).ballot);
    return promised;
  }

  bool HasAccepted(const Ballot& ballot) const {
    return std::any_of(acceptances_.begin(), acceptances_.end(), [&](const Epochs::Statement* said) {
      return said->entry.lane == own_.id && DecisionIn(said).ballot == ballot;
    });
  }

  // A quorum has signed one epoch under one ballot: who stays a member and holds data files that it is so.
  std::optional<EpochAct> Decided() const {
    for (const Epochs::Statement* said : acceptances_) {
      EpochAct act{EntryKind::kEpoch, {}, DecisionIn(said)};
      act.decision.signatures.clear();
      std::map<LaneId, Signature> signed_by;
      for (const Epochs::Statement* other : acceptances_)
        if ((DecisionIn(other).ballot == act.decision.ballot && DecisionIn(other).epoch == act.decision.epoch) ||
            Planted(Bug::kAnyBallotDecides))
          signed_by.insert(DecisionIn(other).signatures[0]);
      const EpochMember* member = FindMember(act.decision.epoch, own_.id);
      if (signed_by.size() < needed() || member == nullptr || !own_.placed()) continue;
      act.decision.signatures.assign(signed_by.begin(), signed_by.end());
      return act;
    }
    return std::nullopt;
  }

  // What an end leaves open of a lane that has two versions, since it is a number: the version is that of who proposes.
  absl::StatusOr<Epoch> Named(Epoch epoch) const {
    for (LaneEnd& end : epoch.ends) {
      if (FindEnd(epochs_.last(), end.lane) != nullptr) continue;
      ASSIGN_OR_RETURN(const Tree tree, work_.journal.TreeAt(*work_.lanes.Find(end.lane), end.last));
      end.tree = tree.Root();
    }
    return epoch;
  }

  absl::StatusOr<std::vector<LaneId>> Differing(const Epoch& epoch) const {
    std::vector<LaneId> differing;
    for (const LaneEnd& end : epoch.ends) {
      if (FindEnd(epochs_.last(), end.lane) != nullptr) continue;
      const Lane& lane = *work_.lanes.Find(end.lane);
      ASSIGN_OR_RETURN(const Tree tree, work_.journal.TreeAt(lane, std::min(end.last, lane.tip())));
      if (tree.size() != end.last || tree.Root() != end.tree) differing.push_back(end.lane);
    }
    return differing;
  }

  // As it would accept it: nothing that keeps a version of a lane that this member does not hold. What is final stands on the
  // versions that a quorum holds, so no other one is ever kept.
  absl::StatusOr<std::optional<EpochAct>> Accept(const Epoch& epoch, const Ballot& ballot) const {
    ASSIGN_OR_RETURN(const std::vector<LaneId> differing, Differing(epoch));
    if (!differing.empty() || !AnyoneHolds(epoch)) return std::nullopt;
    return EpochAct{EntryKind::kAccept, {}, {epoch, ballot, {}}};
  }

  // The highest ballot that its proposer has accepted, which this member may accept and has not; nullptr: there is none.
  const Decision* Proposed() const {
    const Decision* highest = nullptr;
    for (const Epochs::Statement* said : acceptances_) {
      const Decision& d = DecisionIn(said);
      if (said->entry.lane == d.ballot.by && d.ballot >= Promised() && !HasAccepted(d.ballot) &&
          (highest == nullptr || highest->ballot < d.ballot))
        highest = &d;
    }
    return highest;
  }

  // The proposer of a ballot has accepted: so does whoever has promised no higher one. It holds all up to the ends, since the
  // proposer did, and an entry is taken behind what it had seen.
  absl::StatusOr<std::optional<EpochAct>> Acceptance() const {
    const Decision* proposal = Proposed();
    if (proposal == nullptr) return std::nullopt;
    return Accept(proposal->epoch, proposal->ballot);
  }

  // This member's own ballot has the votes of a quorum: it accepts what it may propose.
  absl::StatusOr<std::optional<EpochAct>> Chosen() const {
    const Ballot mine = Promised();
    if (mine.by != own_.id || HasAccepted(mine)) return std::nullopt;
    Statements votes;
    for (const Epochs::Statement* said : votes_)
      if (said->entry.vote->ballot == mine) votes.push_back(said);
    if (votes.size() < needed()) return std::nullopt;
    const Decision* accepted = nullptr;  // by one of them before it voted, under the highest ballot
    for (const Epochs::Statement* vote : votes)
      for (const Epochs::Statement* said : acceptances_)
        if (said->entry.lane == vote->entry.lane && said->dot < vote->dot &&
            (accepted == nullptr || accepted->ballot < DecisionIn(said).ballot))
          accepted = &DecisionIn(said);
    if (accepted != nullptr) return Accept(accepted->epoch, mine);
    ASSIGN_OR_RETURN(const Epoch epoch, Build(votes));
    return Accept(epoch, mine);
  }

  // All that any of the voters holds. A lane ends at the last entry of it that one of them has.
  absl::StatusOr<Epoch> Build(const Statements& votes) const {
    Vector held;
    std::vector<LaneId> end;
    for (const Epochs::Statement* vote : votes) {
      if (Planted(Bug::kEndIsProposersTip) && vote->entry.lane != own_.id) continue;
      ASSIGN_OR_RETURN(const Vector past, work_.PastOf(vote->dot));
      for (uint16_t h = 0; h < past.size(); ++h) held.Raise(h, past.At(h));
      held.Raise(HandleOf(vote->dot), SeqOf(vote->dot));
      if (vote->entry.lane == own_.id) end = vote->entry.vote->end;
    }
    return Named(With(held, std::set<LaneId>(end.begin(), end.end())));
  }

  // Every lane that was admitted is a member unless it has ended; a site's lane ends when a later one of it comes.
  Epoch With(const Vector& held, std::set<LaneId> end) const {
    const Epoch& last = epochs_.last();
    Epoch next{Next(), {}, last.ends};
    const auto lanes = work_.lanes.all();
    const auto known = [&](const Lane& lane) {
      const bool admitted = lane.admitted_by.empty() ||
                            std::any_of(lane.admitted_by.begin(), lane.admitted_by.end(), [&](Dot by) { return held.Has(by); });
      return admitted && lane.counts_above != UINT64_MAX && FindEnd(last, lane.id) == nullptr;
    };
    for (const Lane& lane : lanes)
      for (const Lane& later : lanes)
        if (later.site == lane.site && later.incarnation > lane.incarnation && known(later) && !end.contains(later.id))
          end.insert(lane.id);
    for (const Lane& lane : lanes) {
      if (!known(lane)) continue;
      if (end.contains(lane.id)) {
        const uint64_t last_held = held.At(lane.handle), cut = Planted(Bug::kEndIsBelowTheLast) && last_held > 0 ? 1 : 0;
        next.ends.push_back({lane.id, last_held - cut, {}});
      } else if (lane.fork == 0 || FindMember(last, lane.id) != nullptr) {
        next.members.push_back({lane.id, lane.role});
      }
    }
    std::sort(next.members.begin(), next.members.end());
    std::sort(next.ends.begin(), next.ends.end());
    return next;
  }

  // Another's ballot that is higher than all this member has promised.
  std::optional<EpochAct> Answer() const {
    const Vote* highest = nullptr;
    for (const Epochs::Statement* said : votes_) {
      const Vote& vote = *said->entry.vote;
      if (said->entry.lane == vote.ballot.by && vote.ballot > Promised() && (highest == nullptr || highest->ballot < vote.ballot))
        highest = &vote;
    }
    if (highest == nullptr) return std::nullopt;
    return EpochAct{EntryKind::kVote, {Next(), highest->ballot, {}}, {}};
  }

  // Lanes that this member has admitted and nobody has made a member; what it wanted ended and an epoch went by; its own
  // proposal, where that is stuck.
  absl::StatusOr<std::optional<EpochAct>> Proposal(int64_t now_ms, int64_t by_ms) const {
    int64_t last_ms = 0;  // of what was said on this epoch
    for (const Statements* all : {&votes_, &acceptances_})
      for (const Epochs::Statement* said : *all) last_ms = std::max(last_ms, MsOf(said->entry.hlc));
    const bool mine = std::any_of(votes_.begin(), votes_.end(), [&](const Epochs::Statement* said) {
      return said->entry.lane == own_.id && said->entry.vote->ballot.by == own_.id;
    });
    const bool voting = !votes_.empty() || !acceptances_.empty();
    if (voting && now_ms - last_ms < (mine ? kStuckMs : kDesertedMs)) return std::nullopt;
    std::vector<LaneId> end = Wanted();
    if (!AnyoneHolds(With(work_.lanes.Tips(), {end.begin(), end.end()}))) end.clear();  // others have ended since it was wanted
    ASSIGN_OR_RETURN(const bool newcomers, HasNewcomers(by_ms));
    if (!voting && end.empty() && !newcomers) return std::nullopt;
    return Propose(std::move(end));
  }

  absl::StatusOr<bool> HasNewcomers(int64_t by_ms) const {
    const Epoch next = With(work_.lanes.Tips(), {});
    for (const EpochMember& member : next.members) {
      if (FindMember(epochs_.last(), member.lane) != nullptr) continue;
      for (const Dot by : work_.lanes.Find(member.lane)->admitted_by) {
        if (HandleOf(by) != own_.handle) continue;
        ASSIGN_OR_RETURN(const Hlc hlc, work_.journal.HlcAt(by));
        if (MsOf(hlc) <= by_ms) return true;
      }
    }
    return false;
  }

  const Workspace& work_;
  const Epochs& epochs_;
  const Lane& own_;
  Statements votes_, acceptances_;
};

// The vote in hand is the one under the highest ballot.
void ShowVote(const Workspace& work, const Epochs& epochs, EpochView* view) {
  Ballot highest;
  const auto next = [&](uint64_t epoch) { return epoch == epochs.last().number + 1; };
  for (const Epochs::Statement& said : epochs.statements())
    if (said.entry.vote && next(said.entry.vote->epoch)) highest = std::max(highest, said.entry.vote->ballot);
  if (highest.number == 0) return;
  const auto label = [&](LaneId lane) {
    return work.lanes.Find(lane) == nullptr ? std::string() : work.lanes.Find(lane)->Label();
  };
  view->proposer = label(highest.by);
  for (const Epochs::Statement& said : epochs.statements()) {
    if (said.entry.vote && next(said.entry.vote->epoch) && said.entry.vote->ballot == highest) {
      view->voted.push_back(label(said.entry.lane));
      for (const LaneId lane : said.entry.vote->end) view->proposed.push_back(label(lane));
    }
    if (said.entry.decision && next(said.entry.decision->epoch.number) && said.entry.decision->ballot == highest)
      view->accepted.push_back(label(said.entry.lane));
  }
  for (std::vector<std::string>* labels : {&view->voted, &view->accepted, &view->proposed})
    std::sort(labels->begin(), labels->end());
}

bool IsVoter(const Epochs& epochs, const Lane* own) {
  return own != nullptr && own->fork == 0 && !own->over() && FindMember(epochs.last(), own->id) != nullptr;
}

absl::Status CannotPropose(const Workspace& work) {
  return Error(absl::StatusCode::kFailedPrecondition, Cat("site ", work.store().site, " is no member that votes"),
               "propose it at a member: chancery epoch show");
}

}  // namespace

absl::StatusOr<std::optional<EpochAct>> EpochActDue(const Workspace& work, int64_t now_ms, int64_t by_ms) {
  ASSIGN_OR_RETURN(const Epochs epochs, work.LoadEpochs());
  if (!IsVoter(epochs, work.Own())) return std::nullopt;
  return Ballots(work, epochs, *work.Own()).Due(now_ms, by_ms);
}

absl::StatusOr<EpochAct> ProposeEnd(const Workspace& work, std::string_view site) {
  ASSIGN_OR_RETURN(const Epochs epochs, work.LoadEpochs());
  if (!IsVoter(epochs, work.Own())) return CannotPropose(work);
  const Ballots ballots(work, epochs, *work.Own());
  std::vector<LaneId> wanted = ballots.Wanted();
  std::set<LaneId> end(wanted.begin(), wanted.end());
  bool any = false, known = false;
  for (const Lane& lane : work.lanes.all()) {
    if (lane.site != site) continue;
    known = true;
    if (lane.ended()) continue;
    any |= end.insert(lane.id).second;
  }
  if (!known) return Error(absl::StatusCode::kNotFound, Cat("no site is called ", site), "chancery site ls");
  if (!any)
    return Error(absl::StatusCode::kFailedPrecondition, Cat("the end of ", site, " is decided, or proposed already"),
                 "chancery epoch show");
  const auto stays = [&](const EpochMember& m) { return m.role != Role::kWitness && !end.contains(m.lane); };
  if (std::none_of(epochs.last().members.begin(), epochs.last().members.end(), stays))
    return Error(absl::StatusCode::kFailedPrecondition, Cat("without ", site, " nobody would be left who holds the entries"),
                 "admit another site first");
  return ballots.Propose({end.begin(), end.end()});
}

absl::StatusOr<EpochView> ViewOfEpochs(const Workspace& work) {
  ASSIGN_OR_RETURN(const Epochs epochs, work.LoadEpochs());
  const Epoch& last = epochs.last();
  EpochView view;
  view.number = last.number;
  const Quorums quorums = QuorumsOf(last);
  view.settle = quorums.settle;
  view.decide = quorums.decide;
  for (const EpochMember& m : last.members)
    (m.role == Role::kWitness ? view.witnesses : view.members).push_back(work.lanes.Find(m.lane)->Label());
  for (const LaneEnd& end : last.ends) view.ends.emplace_back(work.lanes.Find(end.lane)->Label(), end.last);
  std::sort(view.members.begin(), view.members.end());
  std::sort(view.witnesses.begin(), view.witnesses.end());
  std::sort(view.ends.begin(), view.ends.end());
  ShowVote(work, epochs, &view);
  if (!IsVoter(epochs, work.Own())) return view;
  ASSIGN_OR_RETURN(const std::vector<LaneId> differing, Ballots(work, epochs, *work.Own()).Differing());
  for (const LaneId lane : differing) view.differing.push_back(work.lanes.Find(lane)->Label());
  return view;
}

}  // namespace chancery
