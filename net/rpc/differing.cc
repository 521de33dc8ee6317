#include "net/rpc/differing.h"

#include "net/rpc/failure.h"
#include "net/rpc/wire.h"

namespace chancery::rpc {
namespace {

// Its state, for as long as the promise of its end.
class Finder {
 public:
  Finder(const Database& db, Engine& engine, schema::Session::Client session)
      : db_(db), engine_(engine), session_(kj::mv(session)), differ_(std::make_shared<sync::Differ>()) {}

  kj::Promise<std::shared_ptr<sync::Differ>> Run() {
    return session_.sumsRequest()
        .send()
        .then([this](capnp::Response<schema::Session::SumsResults> answer) {
          sync::Sums theirs = Read(answer);
          return engine_.Run([differ = differ_, &db = db_, theirs = std::move(theirs)] { return differ->Begin(db, theirs); });
        })
        .then([this](absl::StatusOr<std::vector<size_t>> buckets) -> kj::Promise<void> {
          if (!buckets.ok()) return Ended(buckets.status());
          buckets_ = *std::move(buckets);
          return Next("");
        })
        .then([this] { return differ_; });
  }

 private:
  // Entries came meanwhile: the next exchange compares again.
  static kj::Promise<void> Ended(const absl::Status& status) {
    if (absl::IsAborted(status)) return kj::READY_NOW;
    return Thrown(status);
  }

  // The parts of the first bucket behind a key.
  kj::Promise<void> Next(const std::string& after) {
    if (buckets_.empty()) return kj::READY_NOW;
    auto request = session_.partsRequest();
    request.setBucket(static_cast<uint8_t>(buckets_.front()));
    request.setAfter(kj::arrayPtr(reinterpret_cast<const kj::byte*>(after.data()), after.size()));
    return request.send().then([this](capnp::Response<schema::Session::PartsResults> answer) -> kj::Promise<void> {
      absl::StatusOr<sync::Parts> parts = Read(answer);
      if (!parts.ok()) return Thrown(parts.status());
      const bool all = parts->parts.size() < sync::kPartsMost;
      const std::string last = all ? "" : parts->parts.back().key;
      const size_t bucket = buckets_.front();
      if (all) buckets_.erase(buckets_.begin());
      return engine_.Run([differ = differ_, bucket, parts = *std::move(parts)] { return differ->Add(bucket, parts); })
          .then([this, last](absl::Status added) { return added.ok() ? Next(last) : Ended(added); });
    });
  }

  const Database& db_;
  Engine& engine_;
  schema::Session::Client session_;
  std::shared_ptr<sync::Differ> differ_;  // jobs of the engine's thread hold it too, and the last of them may drop it
  std::vector<size_t> buckets_;           // that were not looked into yet
};

}  // namespace

kj::Promise<std::shared_ptr<sync::Differ>> FindDifferences(const Database& db, Engine& engine, schema::Session::Client session) {
  auto finder = kj::heap<Finder>(db, engine, kj::mv(session));
  auto found = finder->Run();
  return found.attach(kj::mv(finder));
}

}  // namespace chancery::rpc
