#include "bench/registry.h"

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>

namespace chancery::bench {

namespace fs = std::filesystem;

Scratch::Scratch() {
  const char* below = std::getenv("CHANCERY_BENCH_DIR");
  dir_ = (below != nullptr ? std::string(below) : fs::temp_directory_path().string()) + "/chancery-bench-XXXXXX";
  if (mkdtemp(dir_.data()) == nullptr) Must(absl::InvalidArgumentError("cannot make a directory for the bench"));
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(dir_, ignored);
}

void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench: %s\n", status.ToString().c_str());
  std::exit(1);
}

std::unique_ptr<Database> Found(const std::string& dir, const std::string& site, const Environment& env) {
  FoundOptions options;
  options.site = site;
  options.packs = {{"cadastre.toml", kPack}};
  return Must(Database::Found(dir, options, env));
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

std::vector<Draft> Creations(const std::vector<Parcel>& parcels) {
  std::vector<Draft> drafts;
  drafts.reserve(parcels.size());
  for (const Parcel& p : parcels) {
    Draft& draft = drafts.emplace_back();
    draft.Create("parcel/" + p.key).Set("owner", p.owner).Set("shares", p.shares).Set("area", p.area);
    draft.Set("address", p.address).Set("status", p.status).Set("updated", p.updated).Set("zone", p.zone).Set("note", p.note);
  }
  return drafts;
}

std::vector<Draft> Changes(const std::vector<Edit>& edits) {
  std::vector<Draft> drafts;
  drafts.reserve(edits.size());
  for (const Edit& edit : edits)
    drafts.emplace_back().Record("parcel/" + edit.key).Set(edit.owner ? "owner" : "status", edit.value);
  return drafts;
}

void FileAll(Database& db, absl::Span<const Draft> drafts) {
  for (; !drafts.empty(); drafts.remove_prefix(std::min(drafts.size(), kACommit)))
    for (const absl::StatusOr<Receipt>& receipt : db.FileAll(drafts.subspan(0, kACommit))) Must(receipt.status());
}

size_t Carry(const Database& from, Database& to) {
  const std::string frontier = Must(to.Read()).Frontier();
  const std::vector<std::string> runs = Must(Must(from.Read()).RunsSince(frontier));
  size_t bytes = 0;
  for (const std::string& run : runs) bytes += run.size();
  Must(to.Ingest(runs).status());
  return bytes;
}

uint64_t BytesOnDisk(const std::string& dir) {
  struct stat info {};
  if (stat((dir + "/data.mdb").c_str(), &info) != 0) return 0;
  return static_cast<uint64_t>(info.st_blocks) * 512;
}

}  // namespace chancery::bench
