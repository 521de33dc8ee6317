// A site at work, recorded: crash_filer STORE LOG [durable|not-durable]. Files alone, in batches, from several threads, takes in
// another site's runs, rules, loads a pack, opens the store again; and notes each entry as soon as somebody holds its receipt.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "chancery/chancery.h"
#include "tests/crash/recording.h"
#include "tests/support/temp_dir.h"

namespace chancery::crash {
namespace {

constexpr const char* kPack = R"([pack]
name = "land"
version = 1

[register.parcel.fields]
deed   = { type = "text" }
owner  = { type = "text" }
number = { type = "text", merge = "once" }
tags   = { type = "set", of = "text" }

[[rule]]
id = "parcel-number"
kind = "unique"
on = ["parcel.number"]
)";

template <class T>
T Ok(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "the filer stops: %s\n", std::string(result.status().message()).c_str());
    std::exit(1);
  }
  return *std::move(result);
}

void Hold(const Receipt& receipt) { RecordAcknowledged(receipt.entry()); }

// One entry of three records: wholly there or not at all.
Draft Three(const std::string& name) {
  Draft draft = Draft().By("mari", "deed " + name);
  for (const char* part : {"a", "b", "c"}) {
    const std::string key = name + "-" + part;
    draft.Create("parcel/" + key).Set("deed", key).Set("owner", "Mari").Add("tags", name);
  }
  return draft;
}

Draft Sale(const std::string& key, const std::string& owner) {
  return Draft().By("mari").Record("parcel/" + key).Set("owner", owner);
}

class Filer {
 public:
  Filer(std::string dir, const Environment& env) : dir_(std::move(dir)), env_(env) {
    Environment other;
    other.durable = false;
    site_ = Ok(Database::Found(dir_, {"tallinn", "", {{"land.toml", kPack}}, "t"}, env_));
    for (const EntryView& entry : Ok(Ok(site_->Read()).Log(""))) RecordAcknowledged(entry.entry);
    tartu_ = Ok(Database::Join(elsewhere_ / "tartu", {"tartu", "full", "u"}, Ok(Ok(site_->Read()).ExportBundle("0")), other));
    Hold(Ok(site_->Admit(tartu_->SiteCard())));
  }

  void Alone() {
    for (int i = 0; i < 8; ++i) Hold(Ok(site_->File(Three("alone" + std::to_string(i)))));
    for (int i = 0; i < 4; ++i) Hold(Ok(site_->File(Sale("alone" + std::to_string(i) + "-a", "Jaan"))));
    Hold(Ok(site_->File(Draft().Record("parcel/alone0-b").Set("owner", std::string(30000, 'x')))));  // runs over many pages
    if (site_->File(Draft().Create("parcel/alone0-a")).ok()) std::exit(1);                           // refused: nothing to hold
  }

  void Batches() {
    for (int batch = 0; batch < 3; ++batch) {
      std::vector<Draft> drafts;
      for (int i = 0; i < 4; ++i) drafts.push_back(Three("batch" + std::to_string(batch * 4 + i)));
      for (Draft& draft : drafts) draft.note = "batch " + std::to_string(batch) + " of 4";
      for (absl::StatusOr<Receipt>& receipt : site_->FileAll(drafts)) Hold(Ok(std::move(receipt)));
    }
  }

  void Together() {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([this, t] {
        for (int i = 0; i < 4; ++i) Hold(Ok(site_->File(Three("thread" + std::to_string(t) + "x" + std::to_string(i)))));
      });
    for (std::thread& thread : threads) thread.join();
  }

  // Tartu learns what is here, both sell the same parcels apart, and its runs come back: cases open.
  void TakeIn(const std::string& parcel) {
    Ok(tartu_->Ingest(Ok(Ok(site_->Read()).RunsSince(Ok(tartu_->Read()).Frontier()))));
    Hold(Ok(site_->File(Sale(parcel + "-a", "Anu"))));
    Ok(tartu_->File(Sale(parcel + "-a", "Liis")));
    Ok(tartu_->File(Three("tartu-" + parcel)));
    const std::string known = Ok(site_->Read()).Frontier();
    Ok(site_->Ingest(Ok(Ok(tartu_->Read()).RunsSince(known))));
    for (const EntryView& entry : Ok(Ok(tartu_->Read()).Log("")))
      if (entry.site == "tartu") RecordAcknowledged(entry.entry);
  }

  void Rule(const std::string& parcel) {
    const CaseView one = Ok(Ok(site_->Read()).Case("parcel.owner", "parcel/" + parcel + "-a"));
    RulingDraft ruling;
    ruling.rule = one.id;
    ruling.keep = one.facts[0].entry;
    ruling.officer = "judge";
    ruling.reason = "filed first at the counter";
    Hold(Ok(site_->Rule(ruling)));
  }

  void LoadPack() {
    std::string next = kPack;
    next.replace(next.find("version = 1"), 11, "version = 2");
    next.insert(next.find("tags "), "street = { type = \"text\" }\n");
    Hold(Ok(site_->ApplyPack(next, "land-2.toml")));
  }

  void Reopen() {
    for (int i = 0; i < 4; ++i)
      Hold(Ok(site_->File(Three("last" + std::to_string(i)))));  // nobody reads them before it is closed
    site_.reset();
    site_ = Ok(Database::Open(dir_, env_));
    for (int i = 0; i < 4; ++i) Hold(Ok(site_->File(Three("later" + std::to_string(i)))));
  }

 private:
  const std::string dir_;
  const Environment env_;
  TempDir elsewhere_;
  std::unique_ptr<Database> site_, tartu_;
};

int Run(const std::string& dir, const std::string& log, bool durable) {
  Environment env;
  env.durable = durable;
  env.reserve_bytes = 0;
  RecordStore(dir, log);
  Filer filer(dir, env);
  filer.Alone();
  filer.Batches();
  filer.Together();
  filer.TakeIn("alone1");
  filer.TakeIn("alone2");
  filer.Rule("alone1");
  filer.LoadPack();
  filer.TakeIn("alone3");
  filer.Reopen();
  return 0;
}

}  // namespace
}  // namespace chancery::crash

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  return chancery::crash::Run(argv[1], argv[2], std::string(argv[3]) == "durable");
}
