#include "net/rpc/door.h"

#include <deque>
#include <utility>

#include "net/rpc/bundle_file.h"
#include "net/rpc/failure.h"
#include "net/rpc/renewal.h"
#include "net/rpc/wire.h"
#include "net/sync/hello.h"
#include "net/sync/state.h"

namespace chancery::rpc {
namespace {

class SessionServer final : public schema::Session::Server {
 public:
  SessionServer(const Means& means, Host& host, std::string peer, std::string noted, std::shared_ptr<Neighbour> neighbour)
      : means_(means),
        host_(host),
        peer_(std::move(peer)),
        noted_(std::move(noted)),
        neighbour_(std::move(neighbour)),
        party_(std::make_shared<sync::Party>(means.db, means.patience_ms, peer_, neighbour_->heard(), neighbour_->kept_most())) {}

  // One after the other: however many a peer sends at once, it has one job among those of others.
  kj::Promise<void> exchange(ExchangeContext context) override {
    return InTurn([this, context]() mutable { return Take(context); });
  }

  kj::Promise<void> sums(SumsContext context) override {
    return InTurn([this, context]() mutable {
      return means_.engine.Run([&db = means_.db] { return sync::ReadSums(db); })
          .then([context](absl::StatusOr<sync::Sums> sums) mutable -> kj::Promise<void> {
            if (!sums.ok()) return Thrown(sums.status());
            Write(*sums, context.getResults());
            return kj::READY_NOW;
          });
    });
  }

  kj::Promise<void> parts(PartsContext context) override {
    return InTurn([this, context]() mutable {
      const size_t bucket = context.getParams().getBucket();
      const auto after = context.getParams().getAfter().asChars();
      return means_.engine
          .Run([&db = means_.db, bucket, from = std::string(after.begin(), after.size())] {
            return sync::ReadParts(db, bucket, from);
          })
          .then([this, context](absl::StatusOr<sync::Parts> parts) mutable -> kj::Promise<void> {
            if (!parts.ok()) return Thrown(parts.status());
            neighbour_->Spend({.bytes = 0, .entries = parts->parts.size(), .checks = 0}, means_.timer);
            Write(*parts, context.getResults());
            return kj::READY_NOW;
          });
    });
  }

  kj::Promise<void> ping(PingContext context) override {
    context.getResults().setClock(means_.db.NowMs());
    return kj::READY_NOW;
  }

  kj::Promise<void> leave(LeaveContext context) override {
    const auto reason = context.getParams().getReason();
    host_.Refused(peer_, peer_ + " refuses: " + std::string(reason.cStr(), std::min<size_t>(reason.size(), 512)));
    return kj::READY_NOW;
  }

 private:
  template <class Job>
  kj::Promise<void> InTurn(Job job) {
    return Turn().then([this, job = std::move(job)]() mutable {
      auto done = kj::defer([this] { Next(); });
      return neighbour_->Allowed(means_.timer).then(std::move(job)).attach(kj::mv(done));
    });
  }
  kj::Promise<void> Turn() {
    if (!std::exchange(busy_, true)) return kj::READY_NOW;
    auto pair = kj::newPromiseAndFulfiller<void>();
    waiting_.push_back(kj::mv(pair.fulfiller));
    return kj::mv(pair.promise);
  }
  void Next() {
    busy_ = false;
    while (!busy_ && !waiting_.empty()) {
      busy_ = waiting_.front()->isWaiting();  // else the peer has taken it back
      waiting_.front()->fulfill();
      waiting_.pop_front();
    }
  }

  kj::Promise<void> Take(ExchangeContext context) {
    absl::StatusOr<sync::Offer> theirs = Read(context.getParams().getOffer());
    context.releaseParams();
    if (!theirs.ok()) return Thrown(theirs.status());
    neighbour_->Spend(sync::CostOf(*theirs), means_.timer);  // now: who hangs up meanwhile has had it done, too
    return means_.engine
        .Run([party = party_, peer = peer_, theirs = *std::move(theirs)] {
          party->ForgetGains();
          return AnswerTo(theirs, theirs.room, peer, *party);
        })
        .then([this, context](Answered answered) mutable -> kj::Promise<void> {
          neighbour_->Spend({.entries = answered.entries}, means_.timer);
          if (!answered.offer.ok()) return Thrown(ForPeers(answered.offer.status(), means_.db.dir()));
          answered.view.noted = noted_;
          host_.Exchanged(answered.view, answered.holds);
          Write(*answered.offer, context.getResults().initOffer());
          return kj::READY_NOW;
        });
  }

  const Means& means_;
  Host& host_;
  std::string peer_, noted_;  // as of ExchangeView
  std::shared_ptr<Neighbour> neighbour_;
  std::shared_ptr<sync::Party> party_;
  bool busy_ = false;
  std::deque<kj::Own<kj::PromiseFulfiller<void>>> waiting_;
};

constexpr size_t kBundlePiece = 1 << 20;

class BundleServer final : public schema::Bundle::Server {
 public:
  BundleServer(const Means& means, std::shared_ptr<BundleFile> file) : means_(means), file_(std::move(file)) {}

  kj::Promise<void> read(ReadContext context) override {
    const uint64_t from = context.getParams().getFrom();
    return means_.engine.Run([file = file_, from] { return file->Read(from, kBundlePiece); })
        .then([this, context](absl::StatusOr<std::string> bytes) mutable -> kj::Promise<void> {
          if (!bytes.ok()) return Thrown(ForPeers(bytes.status(), means_.db.dir()));
          context.getResults().setBytes(kj::arrayPtr(reinterpret_cast<const kj::byte*>(bytes->data()), bytes->size()));
          return kj::READY_NOW;
        });
  }

 private:
  const Means& means_;
  std::shared_ptr<BundleFile> file_;
};

class DoorServer final : public schema::Door::Server {
 public:
  DoorServer(const Means& means, Host& host, PeerConfig peer, std::shared_ptr<Neighbour> neighbour)
      : means_(means), host_(host), peer_(std::move(peer)), neighbour_(std::move(neighbour)) {}

  // One session a connection, which has one job at a time.
  kj::Promise<void> meet(MeetContext context) override {
    if (met_) return Thrown(absl::ResourceExhaustedError("one session a connection"));
    met_ = true;
    absl::StatusOr<sync::Hello> theirs = Read(context.getParams().getHello());
    context.releaseParams();
    if (!theirs.ok()) return Thrown(theirs.status());
    std::string noted = theirs->noted.empty() ? "" : sync::ShownKey(theirs->noted);
    return means_.engine
        .Run([&db = means_.db, peer = peer_, theirs = *std::move(theirs)] {
          const absl::Status welcome = sync::Welcome(db, peer.name, theirs);
          if (welcome.ok()) Note(db, peer, theirs);
          return std::make_pair(HelloTo(db, peer.name), welcome);
        })
        .then([this, context, noted = std::move(noted)](
                  std::pair<absl::StatusOr<sync::Hello>, absl::Status> judged) mutable -> kj::Promise<void> {
          if (!judged.first.ok()) return Thrown(ForPeers(judged.first.status(), means_.db.dir()));
          auto results = context.getResults();
          Write(*judged.first, results.initHello());
          if (judged.second.ok()) {
            results.setSession(kj::heap<SessionServer>(means_, host_, peer_.name, noted, neighbour_));
          } else {
            const std::string why(judged.second.message());
            results.setRefused(why.c_str());
            host_.Refused(peer_.name, "refused here: " + why);
          }
          return kj::READY_NOW;
        });
  }

  // Whose key is known may have it: it learns what any peer learns. One bundle a connection.
  kj::Promise<void> fetch(FetchContext context) override {
    if (fetched_) return Thrown(absl::ResourceExhaustedError("one bundle a connection"));
    fetched_ = true;
    absl::StatusOr<std::vector<sync::LaneTip>> lanes = Read(context.getParams().getLanes());
    const bool with_documents = !context.getParams().getWithout();
    context.releaseParams();
    if (!lanes.ok()) return Thrown(lanes.status());
    sync::State theirs;
    theirs.lanes = *std::move(lanes);
    return means_.engine
        .Run([&db = means_.db, theirs = std::move(theirs), with_documents] {
          return BundleFile::Write(db, theirs, with_documents);
        })
        .then([this, context](absl::StatusOr<std::shared_ptr<BundleFile>> file) mutable -> kj::Promise<void> {
          if (!file.ok()) return Thrown(ForPeers(file.status(), means_.db.dir()));
          auto results = context.getResults();
          results.setSite(means_.db.site().c_str());
          results.setSize((*file)->size());
          results.setBundle(kj::heap<BundleServer>(means_, *std::move(file)));
          return kj::READY_NOW;
        });
  }

 private:
  const Means& means_;
  Host& host_;
  PeerConfig peer_;
  std::shared_ptr<Neighbour> neighbour_;
  bool met_ = false, fetched_ = false;
};

}  // namespace

schema::Door::Client DoorFor(const Means& means, Host& host, const PeerConfig& peer, std::shared_ptr<Neighbour> neighbour) {
  return kj::heap<DoorServer>(means, host, peer, std::move(neighbour));
}

}  // namespace chancery::rpc
