// What the people who run the sites do, whatever the network does: they carry cards by hand, and put things right in the end.
#include <algorithm>

#include "net/sim/work.h"
#include "net/sim/world.h"

namespace chancery::sim {
namespace {

constexpr int64_t kAheadMs = 8ll * 24 * 3'600'000;  // beyond what any clock has shown

bool KnowsKey(const Database& db, const std::string& key) {
  const absl::StatusOr<Snapshot> now = db.Read();
  const absl::StatusOr<std::vector<SiteView>> sites = now.ok() ? now->Sites() : now.status();
  return sites.ok() && std::any_of(sites->begin(), sites->end(), [&key](const SiteView& site) { return site.key == key; });
}

absl::StatusOr<StatusView> StatusOf(const SimSite& site) {
  const absl::StatusOr<Snapshot> now = site.db->Read();
  return now.ok() ? now->Status() : now.status();
}

}  // namespace

void World::AdmitWhoWaits() {
  for (SimSite* site : Running()) {
    const absl::StatusOr<StatusView> status = StatusOf(*site);
    if (!status.ok()) return Fail(site->name + " says nothing: " + std::string(status.status().message()));
    if (status->admitted || status->ended || site->retired) continue;
    const std::string key = site->db->Fingerprint();
    std::vector<SimSite*> members = Standing();
    std::erase_if(members, [site](const SimSite* one) { return one == site; });
    if (std::any_of(members.begin(), members.end(), [&key](const SimSite* one) { return KnowsKey(*one->db, key); })) continue;
    for (SimSite* member : members) {
      if (!member->db->Admit(site->db->SiteCard()).ok()) continue;
      Tell(member->name + " admits " + site->name + ", which has a new key");
      story_.Count("admitted again");
      member->peer->Wake();
      break;
    }
  }
  Later(kOperatorMs, [this] { AdmitWhoWaits(); });
}

void World::EndWhoIsGone() {
  for (const auto& site : sites_) {
    if (!site->retired) continue;
    for (SimSite* member : Standing())
      if (member->db->ProposeEnd(site->name).ok()) {
        member->peer->Wake();
        break;
      }
  }
}

// Clocks are right again, days later: what was stamped ahead is no longer.
void World::Calm() {
  calm_ = true;
  Tell("calm: links, clocks and sites are well from now on");
  for (int from = 0; from < kSitesMost; ++from)
    for (int to = 0; to < kSitesMost; ++to) network_.At(from, to) = Route();
  network_.Changed();
  for (const auto& site : sites_) {
    site->clock.Go();
    site->clock.Jump(kAheadMs);
    const bool full = site->reserve_bytes > 0;
    site->reserve_bytes = 0;
    if (full && site->running()) Stop(*site, false);
    if (!site->running() && !site->gone && !failed()) Start(*site);
  }
  EndWhoIsGone();
}

bool World::PapersAreThere(const SimSite& site) {
  if (papers_.empty()) return true;
  const absl::StatusOr<std::vector<BlobView>> missing = site.db->Read()->MissingBlobs();
  if (!missing.ok()) return Fail(site.name + " says nothing of documents: " + std::string(missing.status().message())), false;
  const auto ignored = [](std::string_view) { return absl::OkStatus(); };
  for (const BlobView& blob : *missing)
    for (const SimSite* other : Standing())
      if (other->db->Read()->ReadBlob(blob.sha256, ignored).ok()) return false;
  return true;
}

bool World::AtRest() {
  std::string all;
  for (SimSite* site : Standing()) {
    const absl::StatusOr<Snapshot> now = site->db->Read();
    const absl::StatusOr<StatusView> status = now.ok() ? now->Status() : now.status();
    if (!status.ok()) return Fail(site->name + " says nothing: " + std::string(status.status().message())), false;
    if (!status->admitted || status->waiting + status->held > 0) return false;
    const std::string holds = now->Frontier() + " " + status->digest + " " + status->docket;
    if (all.empty()) all = holds;
    if (holds != all || !status->order.waiting_for.empty() || !PapersAreThere(*site)) return false;
  }
  return true;
}

std::string World::WhatIsOpen() {
  std::string text;
  for (SimSite* site : Standing()) {
    const absl::StatusOr<Snapshot> now = site->db->Read();
    const absl::StatusOr<StatusView> status = now->Status();
    text += site->name + " " + now->Frontier() + " " + status->digest.substr(0, 8) + " " + status->docket.substr(0, 8) +
            " waiting " + std::to_string(status->waiting) + " held " + std::to_string(status->held) +
            (status->admitted ? "" : " not admitted") + " settled " + std::to_string(status->order.entries);
    for (const std::string& lane : status->order.waiting_for) text += " waits for " + lane;
    text += "; ";
  }
  return text;
}

void World::LookAll() {
  const auto pairs = static_cast<int>(plan_.ops / kPairTokens) + 1;
  for (SimSite* site : Standing()) {
    const absl::StatusOr<Snapshot> now = site->db->Read();
    for (int pair = 0; now.ok() && pair < pairs; ++pair) Look(*site, *now, pair, 0, true);
  }
}

}  // namespace chancery::sim
