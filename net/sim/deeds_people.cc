// What the people do who decide on members, packs and officers.
#include "net/sim/deeds.h"
#include "net/sim/packs.h"
#include "net/sim/work.h"

namespace chancery::sim {
namespace {

constexpr int64_t kAloneMs = 60'000;  // longer than the others take to decide

}  // namespace

bool Deeds::OfPeople(SimSite& site, SimSite& other) {
  switch (h_.deed) {
    case Deed::kJoin:
      return Join(site, "full");
    case Deed::kWitness:
      return Join(site, "witness");
    case Deed::kRetire:
      return Retire(site, other);
    case Deed::kReadmit:
      return Readmit(site);
    case Deed::kPack:
      return LoadPack(site);
    case Deed::kOfficer:
      return ChangeOfficer(site);
    default:
      return false;
  }
}

bool Deeds::Join(SimSite& member, const std::string& role) {
  if (w_.sites_.size() == kSitesMost || !member.db->Read()->Status()->admitted) return false;
  SimSite& site = w_.Add();
  site.role = role;
  w_.Tell(site.name + " is new, and joins from " + member.name + ", " + role);
  w_.story_.Count("joined");
  w_.JoinFrom(site, member);
  return true;
}

bool Deeds::Retire(SimSite& site, SimSite& by) {
  if (!w_.MayLose(site) || !by.running() || by.retired) return false;
  const absl::Status proposed = by.db->ProposeEnd(site.name).status();
  w_.Tell(by.name + " proposes to end " + site.name + (proposed.ok() ? "" : ": " + std::string(proposed.message())));
  if (!proposed.ok()) return false;
  site.retired = true;
  w_.Excuse(site.store());
  w_.story_.Count("retired");
  w_.Act("retire " + site.name);
  by.peer->Wake();
  if (random_.Below(3) > 0) GoOnAlone(site);
  return true;
}

// It is cut off from all, has not heard of its end, and files what will have no effect.
void Deeds::GoOnAlone(SimSite& site) {
  for (const auto& other : w_.sites_)
    if (other->index != site.index)
      for (const auto& [from, to] : {std::pair{site.index, other->index}, {other->index, site.index}}) CutWay(from, to, kAloneMs);
  File(site);
  FileToken(site, w_.tokens_++, true).IgnoreError();
}

// The first of what was acknowledged and has no effect that can be filed again.
bool Deeds::Readmit(SimSite& site) {
  const absl::StatusOr<Snapshot> now = site.db->Read();
  for (const Acked& acked : std::vector<Acked>(w_.acked_)) {
    const absl::StatusOr<PlaceView> place = now->Place(acked.entry);
    if (!place.ok() || !place->outside) continue;
    const absl::StatusOr<Receipt> receipt = site.db->Readmit(acked.entry);
    if (!receipt.ok()) {
      Refused(site, receipt.status(), "to readmit " + acked.short_name);
      continue;
    }
    if (receipt->repeated) continue;
    Accepted(site, *receipt, acked.short_name + " again", "");
    w_.Act("at " + site.name + " readmit " + w_.names_of_entries_[acked.short_name]);
    return true;
  }
  return false;
}

bool Deeds::LoadPack(SimSite& site) {
  const absl::StatusOr<Receipt> receipt = site.db->ApplyPack(UnitPack(2), kUnitHigherFile);
  if (!receipt.ok()) return Refused(site, receipt.status(), "a higher pack");
  w_.story_.Count("pack loaded");
  Accepted(site, *receipt, "version 2 of the pack unit", "");
  w_.Act("at " + site.name + " pack " + kUnitHigherFile);
  return true;
}

bool Deeds::ChangeOfficer(SimSite& site) {
  if (!w_.plan_.officers) return false;
  const std::string officer = kOfficers[random_.Below(kOfficers.size())];
  const char* verb = random_.Below(3) == 0 ? "add" : "remove";
  const Literal op =
      Literal::Object({{"record", "officer/" + officer}, {verb, Literal::Object({{"may", Literal::List({"file"})}})}});
  const Literal entry = Literal::Object({{"officer", kChief}, {"ops", Literal::List({op})}});
  const absl::StatusOr<Receipt> receipt = site.db->File(*DraftOf(entry));
  if (!receipt.ok()) return Refused(site, receipt.status(), "a change of " + officer);
  w_.story_.Count("officer changed");
  Accepted(site, *receipt, officer + (verb[0] == 'a' ? " may file" : " may not file any more"),
           "at " + site.name + " file as @ " + entry.Json());
  return true;
}

}  // namespace chancery::sim
