#include "net/sync/hello.h"

#include <algorithm>
#include <vector>

#include "net/sync/state.h"

namespace chancery::sync {
namespace {

absl::Status No(const std::string& why) { return absl::FailedPreconditionError(why); }

// The lane that the peer writes, as it is known here.
absl::Status Known(const std::vector<SiteView>& sites, const Hello& theirs) {
  const auto own = std::find_if(sites.begin(), sites.end(), [](const SiteView& site) { return site.self; });
  const auto site = std::find_if(sites.begin(), sites.end(), [&](const SiteView& s) { return KeyOf(s.key) == theirs.lane; });
  if (site != sites.end() && site->self) return No("the peer has this very site's key: one of the two stores is a copy");
  if (site != sites.end() && site->ended) return No("the members have ended the lane of " + theirs.site);
  if (site != sites.end() && site->name != theirs.site) return No("the peer's key is that of site " + site->name);
  const bool knows = own != sites.end() && own->admitted;
  if (knows && site == sites.end())
    return No("the key of " + theirs.site + " is not admitted, as far as " + own->name + " knows");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Hello> OwnHello(const Database& db) {
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  const absl::StatusOr<StatusView> status = now->Status();
  if (!status.ok()) return status.status();
  Hello hello;
  hello.registry = status->registry;
  hello.registry_name = status->registry_name;
  hello.site = db.site();
  hello.lane = KeyOf(db.Fingerprint());
  return hello;
}

absl::Status Welcome(const Database& db, const std::string& peer, const Hello& theirs) {
  const absl::StatusOr<Hello> own = OwnHello(db);
  if (!own.ok()) return own.status();
  if (theirs.oldest > own->protocol || theirs.protocol < own->oldest)
    return No("protocol " + std::to_string(theirs.protocol) + " is spoken there, " + std::to_string(own->protocol) + " here");
  if (theirs.registry != own->registry)
    return No("it keeps another registry: not \"" + own->registry_name + "\" of this genesis");
  if (theirs.site != peer) return No("the key of peer " + peer + " says that it is site " + theirs.site);
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  const absl::StatusOr<std::vector<SiteView>> sites = now->Sites();
  return sites.ok() ? Known(*sites, theirs) : sites.status();
}

}  // namespace chancery::sync
