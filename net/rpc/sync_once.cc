// One exchange by itself, on an event loop of its own.
#include <random>

#include "net/rpc/call.h"
#include "net/rpc/engine_thread.h"
#include "net/rpc/failure.h"

namespace chancery {
namespace {

constexpr int64_t kPatienceMs = 600'000;  // as by hand: who exchanges now and then beats for what was due ten minutes ago

}  // namespace

absl::StatusOr<ExchangeView> SyncOnce(Database& db, const NetConfig& config, const std::string& peer) {
  const absl::StatusOr<PeerConfig> found = FindPeer(config, peer);
  if (!found.ok()) return found.status();
  const absl::StatusOr<tls::Identity> own = tls::OwnIdentity(db.dir());
  if (!own.ok()) return own.status();
  absl::StatusOr<ExchangeView> view;
  const auto failed = kj::runCatchingExceptions([&] {
    auto io = kj::setupAsyncIo();
    rpc::EngineThread engine;
    tls::Pinned tls(*own, io.provider->getTimer(),
                    [&](const std::string& key) { return key == found->key || key == found->next; });
    rpc::TlsLinks links(io.provider->getTimer(), io.provider->getNetwork(), tls);
    std::minstd_rand random{std::random_device{}()};
    const rpc::Means means{db, engine, io.provider->getTimer(), links, random, kPatienceMs};
    kj::Own<rpc::Call> call = rpc::Call::Dial(means, *found, std::make_shared<rpc::Neighbour>(config.limits)).wait(io.waitScope);
    view = call->Exchange().wait(io.waitScope);
    if (!view->compared || view->equal) return;
    const std::shared_ptr<sync::Differ> differ = call->Differences().wait(io.waitScope);
    view->differing = differ->names();
    view->more_differing = differ->more();
  });
  KJ_IF_MAYBE (why, failed) {
    return rpc::Caught(*why);
  }
  return view;
}

}  // namespace chancery
