// Writes receipts of three sites for verify.go into a folder: receipt_files DIR. For each of accepted, witnessed and settled a
// folder with a policy and NAME.tlog-proof, NAME.tlog-proof.leaf.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "engine/base/strings.h"
#include "engine/proof/proof_file.h"
#include "tests/support/ok.h"

namespace chancery {
namespace {

namespace fs = std::filesystem;

constexpr char kPack[] = "[pack]\nname = \"land\"\nversion = 1\n[register.parcel.fields]\nowner = { type = \"text\" }\n";
const std::vector<std::string> kNames = {"tallinn", "tartu", "luxembourg"};
constexpr int64_t kStart = 1767225600000;

// Members of one registry, whose clock moves when it is told to.
class Registry {
 public:
  explicit Registry(const fs::path& root) {
    env_.clock = &clock_;
    env_.durable = false;
    env_.reserve_bytes = 0;
    sites_["tallinn"] = Ok(Database::Found(root / "tallinn", {"tallinn", "", {{"land.toml", kPack}}, "tallinn"}, env_));
    for (const std::string& name : {kNames[1], kNames[2]}) {
      const std::string bundle = Ok(At("tallinn").Read()).ExportBundle("0").value();
      sites_[name] = Ok(Database::Join(root / name, {name, "full", name}, bundle, env_));
      Ok(At("tallinn").Admit(At(name).SiteCard()));
    }
    Exchange();
  }

  Database& At(const std::string& name) { return *sites_.at(name); }

  void File(int many) {
    for (int i = 0; i < many; ++i) {
      for (const std::string& name : kNames)
        Ok(At(name).File(Draft().By("mari", Cat("deed ", i)).Create(Cat("parcel/", name, "-", count_++)).Set("owner", "Jaan")));
      clock_.Set(clock_.NowMs() + 900);
    }
  }

  void Exchange() {
    for (bool more = true; more;) {
      more = false;
      for (const std::string& to : kNames) {
        more |= Ok(At(to).Settle());
        for (const std::string& from : kNames) more |= from != to && Take(from, to);
      }
    }
  }

  void Wait() { clock_.Set(clock_.NowMs() + 20'000); }

 private:
  bool Take(const std::string& from, const std::string& to) {
    const Snapshot there = Ok(At(from).Read());
    const Intake intake = Ok(At(to).Ingest(Ok(there.RunsSince(Ok(At(to).Read()).Frontier()))));
    return Ok(At(to).TakeCosignatures(Ok(there.Cosignatures()))) || intake.entries > 0;
  }

  ManualClock clock_{kStart};
  Environment env_;
  std::map<std::string, std::unique_ptr<Database>> sites_;
  int count_ = 0;
};

void Write(const fs::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary);
  if (!out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush()) throw std::runtime_error(path.string());
}

// Of tallinn's journal as `site` knows it, entries 1 to `last`.
void WriteReceipts(Database& site, const fs::path& dir, const std::string& strength, uint64_t last) {
  fs::create_directories(dir);
  for (uint64_t seq = 1; seq <= last; ++seq) {
    const ReceiptFile file = Ok(site.Prove(Cat("tallinn-", seq), strength));
    if (!file.strength.starts_with(strength)) throw std::runtime_error(file.strength);
    const fs::path path = dir / Cat(seq, ".tlog-proof");
    Write(path, file.proof);
    Write(path.string() + ".leaf", Ok(ParseProofFile(file.proof)).extra);
    Write(dir / "policy", file.policy);
  }
}

void WriteAll(const fs::path& dir) {
  fs::create_directories(dir / "stores");
  Registry registry(dir / "stores");
  registry.File(30);
  registry.Exchange();
  WriteReceipts(registry.At("tallinn"), dir / "accepted", "accepted", 30);
  WriteReceipts(registry.At("luxembourg"), dir / "accepted-elsewhere", "accepted", 30);
  registry.Wait();
  registry.Exchange();
  WriteReceipts(registry.At("tallinn"), dir / "witnessed", "witnessed", 30);
  WriteReceipts(registry.At("tallinn"), dir / "settled", "settled", 30);
  WriteReceipts(registry.At("tartu"), dir / "settled-elsewhere", "settled", 30);
}

}  // namespace
}  // namespace chancery

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: receipt_files DIR, which has to exist\n", stderr), 1;
  try {
    chancery::WriteAll(argv[1]);
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "receipt_files: %s\n", error.what()), 1;
  }
  return 0;
}
