// What a peer holds and this site does not, as a bundle: for a site that has no store yet, or to look before it is taken.
#include <fstream>

#include "net/rpc/connection.h"
#include "net/rpc/failure.h"
#include "net/rpc/links.h"
#include "net/rpc/renewal.h"
#include "net/rpc/wire.h"

namespace chancery {
namespace rpc {
namespace {

constexpr uint64_t kFileMost = uint64_t{1} << 40, kMemoryMost = uint64_t{2} << 30;

struct Wish {
  std::vector<sync::LaneTip> lanes;  // that are here
  bool with_documents = true;
  uint64_t most = kFileMost;  // bytes
};

// Hands the bundle on in pieces. Fails with what `write` returns.
class Fetcher {
 public:
  Fetcher(kj::Own<kj::AsyncIoStream> stream, ByteSink write) : connection_(kj::mv(stream)), write_(std::move(write)) {}

  kj::Promise<std::string> Run(const Wish& wish) {
    auto request = connection_.Door().fetchRequest();
    Write(wish.lanes, request.initLanes(static_cast<unsigned>(wish.lanes.size())));
    request.setWithout(!wish.with_documents);
    return request.send().then([this, most = wish.most](capnp::Response<schema::Door::FetchResults> answer) {
      size_ = answer.getSize();
      if (size_ > most)
        Throw(absl::ResourceExhaustedError("the bundle has " + std::to_string(size_ >> 20) + " MiB: too many here"));
      bundle_ = answer.getBundle();
      return Next().then([site = std::string(answer.getSite().cStr())] { return site; });
    });
  }

 private:
  [[noreturn]] static void Throw(const absl::Status& status) { kj::throwFatalException(Thrown(status)); }

  kj::Promise<void> Next() {
    if (at_ == size_) return kj::READY_NOW;
    auto request = KJ_ASSERT_NONNULL(bundle_).readRequest();
    request.setFrom(at_);
    return request.send().then([this](capnp::Response<schema::Bundle::ReadResults> answer) {
      const auto bytes = answer.getBytes();
      if (bytes.size() == 0 || bytes.size() > size_ - at_)
        Throw(absl::DataLossError("the peer sends another bundle than it said"));
      const absl::Status written = write_({reinterpret_cast<const char*>(bytes.begin()), bytes.size()});
      if (!written.ok()) Throw(written);
      at_ += bytes.size();
      return Next();
    });
  }

  Connection connection_;
  ByteSink write_;
  kj::Maybe<schema::Bundle::Client> bundle_;
  uint64_t size_ = 0, at_ = 0;
};

// The peer's name.
absl::StatusOr<std::string> Fetch(const tls::Identity& own, const PeerConfig& peer, const Wish& wish, const ByteSink& write) {
  std::string site;
  const auto failed = kj::runCatchingExceptions([&] {
    auto io = kj::setupAsyncIo();
    tls::Pinned tls(own, io.provider->getTimer(), [&](const std::string& key) { return Showing(peer, key).ok(); });
    TlsLinks links(io.provider->getTimer(), io.provider->getNetwork(), tls);
    Fetcher fetcher(links.Connect(peer.address).wait(io.waitScope).stream, write);
    site = fetcher.Run(wish).wait(io.waitScope);
  });
  KJ_IF_MAYBE (why, failed) {
    return Caught(*why);
  }
  return site;
}

}  // namespace
}  // namespace rpc

absl::StatusOr<std::string> FetchBundle(const std::string& dir, const PeerConfig& member, const std::string& file) {
  const absl::StatusOr<tls::Identity> own = tls::FutureIdentity(dir);
  if (!own.ok()) return own.status();
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  const auto written = [&out] { return out ? absl::OkStatus() : absl::ResourceExhaustedError("the bundle cannot be written"); };
  const absl::StatusOr<std::string> site = rpc::Fetch(*own, member, {}, [&](std::string_view bytes) {
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return written();
  });
  out.close();
  return site.ok() && !out ? written() : site;
}

absl::StatusOr<MergePreview> PreviewPeer(const Database& db, const NetConfig& config, const std::string& peer) {
  const absl::StatusOr<PeerConfig> known = FindPeer(config, peer);
  if (!known.ok()) return known.status();
  const absl::StatusOr<tls::Identity> own = tls::OwnIdentity(db.dir());
  if (!own.ok()) return own.status();
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  const absl::StatusOr<sync::State> state = sync::ReadState(*now);
  if (!state.ok()) return state.status();
  std::string bundle;
  const rpc::Wish wish{.lanes = state->lanes, .with_documents = false, .most = rpc::kMemoryMost};
  const absl::StatusOr<std::string> site = rpc::Fetch(*own, *known, wish, [&bundle](std::string_view bytes) {
    bundle.append(bytes);
    return absl::OkStatus();
  });
  return site.ok() ? db.PreviewBundle(bundle) : site.status();
}

}  // namespace chancery
