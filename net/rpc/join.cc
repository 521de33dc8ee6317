// A site that has no store yet fetches what a member holds.
#include <fstream>

#include "net/rpc/call.h"
#include "net/rpc/failure.h"

namespace chancery {
namespace rpc {
namespace {

constexpr uint64_t kBundleMost = uint64_t{1} << 40;

class Fetcher {
 public:
  Fetcher(kj::Own<kj::AsyncIoStream> stream, const std::string& file)
      : connection_(kj::mv(stream)), file_(file, std::ios::binary | std::ios::trunc) {}

  kj::Promise<std::string> Run() {
    return connection_.Door().joinRequest().send().then([this](capnp::Response<schema::Door::JoinResults> answer) {
      size_ = answer.getSize();
      if (size_ > kBundleMost) kj::throwFatalException(Thrown(absl::InvalidArgumentError("a bundle of that size cannot be")));
      bundle_ = answer.getBundle();
      return Next().then([site = std::string(answer.getSite().cStr())] { return site; });
    });
  }

 private:
  kj::Promise<void> Next() {
    if (at_ == size_) return Finish();
    auto request = KJ_ASSERT_NONNULL(bundle_).readRequest();
    request.setFrom(at_);
    return request.send().then([this](capnp::Response<schema::Bundle::ReadResults> answer) {
      const auto bytes = answer.getBytes();
      if (bytes.size() == 0 || bytes.size() > size_ - at_)
        kj::throwFatalException(Thrown(absl::DataLossError("the member sends another bundle than it said")));
      file_.write(reinterpret_cast<const char*>(bytes.begin()), static_cast<std::streamsize>(bytes.size()));
      at_ += bytes.size();
      return Next();
    });
  }
  kj::Promise<void> Finish() {
    file_.close();
    if (!file_) kj::throwFatalException(Thrown(absl::ResourceExhaustedError("the bundle cannot be written")));
    return kj::READY_NOW;
  }

  Connection connection_;
  std::ofstream file_;
  kj::Maybe<schema::Bundle::Client> bundle_;
  uint64_t size_ = 0, at_ = 0;
};

std::string Fetch(const tls::Identity& own, const PeerConfig& member, const std::string& file) {
  auto io = kj::setupAsyncIo();
  tls::Pinned tls(own, io.provider->getTimer(), [&](const std::string& key) { return key == member.key; });
  auto raw = ConnectTo(io.provider->getTimer(), io.provider->getNetwork(), member.address).wait(io.waitScope);
  WatchOver(*raw);
  tls::Link link = tls.Connect(kj::mv(raw)).wait(io.waitScope);
  Fetcher fetcher(kj::mv(link.stream), file);
  return fetcher.Run().wait(io.waitScope);
}

}  // namespace
}  // namespace rpc

absl::StatusOr<std::string> FetchBundle(const std::string& dir, const PeerConfig& member, const std::string& file) {
  const absl::StatusOr<tls::Identity> own = tls::FutureIdentity(dir);
  if (!own.ok()) return own.status();
  std::string site;
  const auto failed = kj::runCatchingExceptions([&] { site = rpc::Fetch(*own, member, file); });
  KJ_IF_MAYBE (why, failed) {
    return rpc::Caught(*why);
  }
  return site;
}

}  // namespace chancery
