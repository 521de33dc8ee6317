// Sites of one registry in one process, for tests of how they exchange.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "chancery/chancery.h"
#include "tests/support/ok.h"
#include "tests/support/temp_dir.h"

namespace chancery {

inline constexpr const char* kLand = R"([pack]
name = "land"
version = 1
[register.parcel.fields]
owner = { type = "text" }
status = { type = "text" }
plan = { type = "blob" }
)";

struct Site {
  std::unique_ptr<TempDir> dir = std::make_unique<TempDir>();
  std::unique_ptr<Database> db;
  Database* operator->() const { return db.get(); }
  Snapshot now() const { return Ok(db->Read()); }
  StatusView status() const { return Ok(now().Status()); }
  std::string digests() const { return status().digest + " " + status().docket; }
};

inline Site Founded(const std::string& name, const std::string& registry = "cadastre") {
  Site site;
  FoundOptions options{.site = name, .registry_name = registry, .packs = {{"land.toml", kLand}}, .key_seed = {}};
  site.db = Ok(Database::Found(*site.dir / "store", options));
  return site;
}

// Has the member's entries and is admitted there; it does not know that yet.
inline Site Joined(const std::string& name, const Site& member) {
  Site site;
  site.db =
      Ok(Database::Join(*site.dir / "store", {.site = name, .role = "full", .key_seed = {}}, Ok(member.now().ExportBundle("0"))));
  Ok(member->Admit(site->SiteCard()));
  return site;
}

inline Draft Parcel(const std::string& key, const std::string& owner) {
  return Draft().By("mari").Create("parcel/" + key).Set("owner", owner);
}

inline Draft Sale(const std::string& key, const std::string& owner) {
  return Draft().By("mari").Record("parcel/" + key).Set("owner", owner);
}

}  // namespace chancery
