// Sites of one registry for the tests of what they send each other: each with a clock and a store of its own.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "engine/base/strings.h"
#include "engine/codec/run.h"

namespace chancery {

inline constexpr char kPack[] = R"([pack]
name = "land"
version = 1

[register.parcel]
title = "Parcel"

[register.parcel.fields]
owner = { type = "text" }
)";

inline constexpr int64_t kHour = 3600 * 1000;

// tallinn founds, tartu and luxembourg are members; all hold the same.
class Sites : public testing::Test {
 protected:
  struct Site {
    ManualClock clock{1767225600000};
    Environment env;
    std::string name, dir;
    std::unique_ptr<Database> db;
    Database* operator->() const { return db.get(); }
    StatusView Status() const { return *db->Read()->Status(); }
    std::string Frontier() const { return db->Read()->Frontier(); }
    std::string Digests() const { return Status().digest + Status().docket; }
    std::vector<std::string> Since(const std::string& frontier) const { return *db->Read()->RunsSince(frontier); }
    std::string Export(const std::string& since) const { return *db->Read()->ExportBundle(since); }
    void Reopen() {
      db.reset();
      db = *Database::Open(dir, env);
    }
  };

  Sites() : root_(std::filesystem::temp_directory_path() / ("chancery-sites-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
    Site& tallinn = New("tallinn");
    tallinn.db = *Database::Found(tallinn.dir, {"tallinn", "", {{"land.toml", kPack}}, "tallinn"}, tallinn.env);
    for (const char* name : {"tartu", "luxembourg"}) {
      Join(name);
      EXPECT_TRUE(tallinn->Admit((*this)[name]->SiteCard()).ok());
    }
    for (const char* name : {"tartu", "luxembourg"}) Tell("tallinn", name);
  }
  ~Sites() override {
    sites_.clear();
    std::filesystem::remove_all(root_);
  }

  Site& operator[](const std::string& name) { return sites_.at(name); }

  Site& New(const std::string& name) {
    Site& site = sites_[name];
    site.name = name;
    site.dir = root_ / name;
    site.env.durable = false;
    site.env.reserve_bytes = 0;
    site.env.clock = &site.clock;
    return site;
  }

  // A store of its own, not admitted yet.
  Site& Join(const std::string& name, const std::string& role = "full") {
    Site& site = New(name);
    site.db = *Database::Join(site.dir, {name, role, name}, sites_.at("tallinn").Export("0"), site.env);
    return site;
  }

  // A second store with the same key, as it was at this moment.
  Site& Clone(const std::string& name, const std::string& as) {
    Site& copy = New(as);
    std::filesystem::create_directories(copy.dir);
    for (const char* file : {"data.mdb", "site.key"})
      std::filesystem::copy_file(sites_.at(name).dir + "/" + file, copy.dir + "/" + file);
    copy.db = *Database::Open(copy.dir, copy.env);
    return copy;
  }

  Intake Tell(const std::string& from, const std::string& to) {
    return Take(to, sites_.at(from).Since(sites_.at(to).Frontier()));
  }
  Intake Take(const std::string& to, const std::vector<std::string>& runs) {
    const absl::StatusOr<Intake> intake = sites_.at(to)->Ingest(runs);
    EXPECT_TRUE(intake.ok()) << intake.status();
    return intake.ok() ? *intake : Intake{};
  }
  Intake Apply(const std::string& to, const std::string& bundle) {
    const absl::StatusOr<Intake> intake = sites_.at(to)->ApplyBundle(bundle);
    EXPECT_TRUE(intake.ok()) << intake.status();
    return intake.ok() ? *intake : Intake{};
  }

  void Tick(int64_t ms) {
    for (auto& [name, site] : sites_) site.clock.Set(site.clock.NowMs() + ms);
  }

  // Entries and cosignatures, each way, until these sites owe the order nothing more.
  void Exchange(const std::vector<std::string>& names) {
    for (int turn = 0; turn < 4; ++turn)
      for (const std::string& a : names)
        for (const std::string& b : names) {
          if (a == b) continue;
          Tell(a, b);
          ASSERT_TRUE(sites_.at(b)->Settle().ok());
          ASSERT_TRUE(sites_.at(b)->TakeCosignatures(*sites_.at(a)->Read()->Cosignatures()).ok());
          ASSERT_TRUE(sites_.at(b)->Settle().ok());
        }
  }

  Receipt Create(const std::string& site, const std::string& parcel, const std::string& owner = "Mari") {
    const absl::StatusOr<Receipt> receipt =
        sites_.at(site)->File(Draft().By("mari").Create("parcel/" + parcel).Set("owner", owner));
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    return receipt.ok() ? *receipt : Receipt{};
  }

  KeyPair KeyOf(const std::string& site) const { return KeyPair::FromSeed(Sha256({"chancery/seed/1\n", site})); }
  RegistryId Registry() const {
    std::string bytes;
    EXPECT_TRUE(Unhex(sites_.at("tallinn").Status().registry, &bytes));
    return RegistryId::From(bytes);
  }

  std::filesystem::path root_;
  std::map<std::string, Site> sites_;
};

}  // namespace chancery
