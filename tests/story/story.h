// What the stories share: a pack, a site on a disk of its own, and a link between sites.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "chancery/chancery.h"
#include "tests/support/temp_dir.h"

namespace chancery {

// The value, or the end of the story with what went wrong.
template <class T>
T Ok(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::cerr << "the story ends here: " << result.status().ToString() << "\n";
    std::abort();
  }
  return *std::move(result);
}

inline constexpr const char* kLand = R"(
[pack]
name = "land"
version = 1

[register.parcel.fields]
number = { type = "text", merge = "once" }
owner  = { type = "text" }                    # guarded: two sales apart are a case
remark = { type = "text", merge = "last" }    # the later one stays, in silence
tags   = { type = "set", of = "text" }

[[rule]]
id = "parcel-number"
kind = "unique"
on = ["parcel.number"]
title = "A cadastral number names one parcel"
)";

// A site: its store, and how it meets the others. The store is not made for power cuts here: tests may lose it.
struct Site {
  TempDir dir;
  Environment env;
  std::unique_ptr<Database> db;

  Site() { env.durable = false; }
  std::string store() const { return dir / "store"; }
  Database* operator->() const { return db.get(); }
  void Reopen() {
    db.reset();
    db = Ok(Database::Open(store(), env));
  }
  Snapshot now() const { return Ok(db->Read()); }
  std::string owner(const std::string& parcel) const { return Ok(now().Value(parcel + "/owner")).text; }
};

inline void Found(Site& site, const std::string& name) {
  site.db = Ok(Database::Found(site.store(), {.site = name, .registry_name = "", .packs = {{"land.toml", kLand}}, .key_seed = ""},
                               site.env));
}

// `to` learns all that `from` holds and it lacks.
inline Intake Tell(const Site& from, Site& to) { return Ok(to->Ingest(Ok(from.now().RunsSince(to.now().Frontier())))); }

inline void Exchange(Site& a, Site& b) {
  Tell(a, b);
  Tell(b, a);
}

inline void Join(Site& site, const std::string& name, Site& member) {
  site.db = Ok(
      Database::Join(site.store(), {.site = name, .role = "full", .key_seed = ""}, Ok(member.now().ExportBundle("0")), site.env));
  Ok(member->Admit(site->SiteCard()));
  Tell(member, site);
}

inline std::string Digests(const Site& site) {
  const StatusView status = Ok(site.now().Status());
  return status.digest + " " + status.docket;
}

inline Draft Parcel(const std::string& key, const std::string& owner) {
  return Draft().By("mari", "notary 1/2026").Create("parcel/" + key).Set("owner", owner);
}

inline Draft Sale(const std::string& key, const std::string& owner) {
  return Draft().By("mari", "notary 2/2026").Record("parcel/" + key).Set("owner", owner);
}

inline RulingDraft Keep(const std::string& rule, const std::string& subject, const std::string& entry) {
  RulingDraft ruling;
  ruling.rule = rule;
  ruling.subject = subject;
  ruling.keep = entry;
  ruling.officer = "judge";
  ruling.reason = "filed first at the counter";
  return ruling;
}

}  // namespace chancery
