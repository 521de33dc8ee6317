#include "bench/registry.h"

#include <algorithm>

#include "bench/bench.h"

namespace chancery::bench {

void Must(const absl::Status& status) {
  if (!status.ok()) Fail(status.ToString());
}

std::unique_ptr<Database> Found(const std::string& dir, const std::string& site, const char* pack) {
  FoundOptions options;
  options.site = site;
  options.packs = {{"cadastre.toml", pack}};
  return Must(Database::Found(dir, options));
}

std::unique_ptr<Database> JoinTo(Database& db, const std::string& dir, const std::string& site) {
  const std::string bundle = Must(Must(db.Read()).ExportBundle("0"));
  JoinOptions options;
  options.site = site;
  std::unique_ptr<Database> joined = Must(Database::Join(dir, options, bundle));
  Must(db.Admit(joined->SiteCard()).status());
  Carry(db, *joined);
  return joined;
}

std::string AddressOf(const std::string& key) { return "parcel/" + key; }

std::vector<Draft> Creations(absl::Span<const Parcel> parcels) {
  std::vector<Draft> drafts;
  drafts.reserve(parcels.size());
  for (const Parcel& p : parcels) {
    Draft& draft = drafts.emplace_back();
    draft.Create(AddressOf(p.key)).Set("owner", p.owner).Set("shares", p.shares).Set("area", p.area);
    draft.Set("address", p.address).Set("status", p.status).Set("updated", p.updated).Set("zone", p.zone).Set("note", p.note);
  }
  return drafts;
}

std::vector<Draft> Changes(absl::Span<const Edit> edits) {
  std::vector<Draft> drafts;
  drafts.reserve(edits.size());
  for (const Edit& edit : edits)
    drafts.emplace_back().Record(AddressOf(edit.key)).Set(edit.owner ? "owner" : "status", edit.value);
  return drafts;
}

void FileAll(Database& db, absl::Span<const Draft> drafts) {
  InCommits(drafts, [&](absl::Span<const Draft> commit) {
    for (const absl::StatusOr<Receipt>& receipt : db.FileAll(commit)) Must(receipt.status());
  });
}

void Load(Database& db, uint32_t parcels) {
  for (uint32_t first = 0; first < parcels; first += kACommit)
    FileAll(db, Creations(Parcels(first, std::min(kACommit, parcels - first))));
}

void Update(Database& db, absl::Span<const Edit> edits) {
  InCommits(edits, [&](absl::Span<const Edit> commit) { FileAll(db, Changes(commit)); });
}

size_t Carry(const Database& from, Database& to) {
  const std::string frontier = Must(to.Read()).Frontier();
  const std::vector<std::string> runs = Must(Must(from.Read()).RunsSince(frontier));
  size_t bytes = 0;
  for (const std::string& run : runs) bytes += run.size();
  Must(to.Ingest(runs).status());
  return bytes;
}

Database& Loaded() {
  static const Scratch scratch;
  static const std::unique_ptr<Database> db = [] {
    auto made = Found(scratch / "loaded", "tallinn");
    Load(*made, ParcelCount());
    return made;
  }();
  return *db;
}

}  // namespace chancery::bench
