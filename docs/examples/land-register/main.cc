// A land register on chancery: two offices, one house sold twice, a judge.
//
//   land-register PACK DIRECTORY
//
// The first run founds both offices' stores in DIRECTORY; a later run opens them and finds everything filed.
#include <chancery/chancery.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using chancery::CaseView;
using chancery::Database;
using chancery::Draft;
using chancery::Receipt;
using chancery::Snapshot;

// What an officer reads when something is not done: why, and what to try.
std::string Words(const absl::Status& status) {
  const chancery::ErrorView error = chancery::Explain(status);
  std::string words = error.message;
  if (!error.rule.empty()) words += " [" + error.rule + "]";
  if (!error.next.empty()) words += "; " + error.next;
  return words;
}

// For what may only fail if something is broken: a disk, a key, a store.
template <class T>
T Need(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::cerr << "land-register: " << Words(result.status()) << "\n";
    std::exit(1);
  }
  return *std::move(result);
}

// One office: the words of a land register over one site's store. May be used from any thread.
class Office {
 public:
  explicit Office(std::unique_ptr<Database> db) : db_(std::move(db)) {}

  absl::StatusOr<Receipt> Register(const std::string& parcel, const std::string& number, const std::string& owner) {
    Draft entry = Draft().By("mari", "survey of " + parcel);
    entry.id = "survey " + parcel;  // filed twice by mistake: the first receipt again
    return db_->File(entry.Create(parcel).Set("number", number).Set("owner", owner));
  }

  absl::StatusOr<Receipt> Sell(const std::string& parcel, const std::string& buyer, const std::string& deed) {
    Draft entry = Draft().By("mari", deed);
    entry.id = deed;
    return db_->File(entry.Record(parcel).Set("owner", buyer));
  }

  // A parcel is mortgaged by who owns it: the entry says that it relied on that.
  absl::StatusOr<Receipt> Mortgage(const std::string& parcel, const std::string& id, const std::string& lender, int euros) {
    Draft entry = Draft().By("jaan", "contract " + id);
    entry.id = "contract " + id;
    entry.relied_on = {parcel + "/owner"};
    return db_->File(entry.Create("mortgage/" + id).Set("parcel", parcel).Set("lender", lender).Set("amount", euros));
  }

  // For people, the owner, and whether that is disputed. A program that acts on it asks Snapshot::Value and stops on `contested`.
  std::string Owner(const std::string& parcel) const {
    const absl::StatusOr<chancery::RecordView> record = Need(db_->Read()).Record(parcel + "/owner");
    if (!record.ok()) return Words(record.status());
    const chancery::FieldView& owner = record->fields[0];
    if (!owner.contested) return owner.value.text;
    std::string names;
    for (const chancery::StandingView& standing : owner.values) names += (names.empty() ? "" : " or ") + standing.value.text;
    return "CONTESTED: " + names;
  }

  std::vector<CaseView> OpenCases() const {
    const Snapshot now = Need(db_->Read());
    std::vector<CaseView> cases;
    for (const CaseView& one : Need(now.Cases({.open_only = true, .rule = "", .reg = ""})))
      cases.push_back(Need(now.Case(one.id, "")));
    return cases;
  }

  absl::StatusOr<Receipt> Rule(const CaseView& one, const std::string& keep, const std::string& reason) {
    chancery::RulingDraft ruling;
    ruling.rule = one.id;
    ruling.keep = keep;
    ruling.officer = "judge";
    ruling.reason = reason;
    return db_->Rule(ruling);
  }

  // Takes all that the other office holds and this one lacks: the three calls that any transport needs.
  void LearnFrom(const Office& other) {
    const std::string known = Need(db_->Read()).Frontier();
    Need(db_->Ingest(Need(Need(other.db_->Read()).RunsSince(known))));
  }

  Database& db() { return *db_; }

 private:
  std::unique_ptr<Database> db_;
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Opens an office's store, or makes it: the first office founds the registry, the second joins it.
std::unique_ptr<Office> OpenOr(const std::string& dir, const std::function<absl::StatusOr<std::unique_ptr<Database>>()>& make) {
  absl::StatusOr<std::unique_ptr<Database>> db = Database::Open(dir);
  if (absl::IsNotFound(db.status())) db = make();
  return std::make_unique<Office>(Need(std::move(db)));
}

std::unique_ptr<Office> OpenTallinn(const std::string& dir, const std::string& pack) {
  return OpenOr(dir + "/tallinn", [&] {
    const chancery::FoundOptions options{
        .site = "tallinn", .registry_name = "", .packs = {{pack, ReadFile(pack)}}, .key_seed = ""};
    return Database::Found(dir + "/tallinn", options);
  });
}

std::unique_ptr<Office> OpenTartu(const std::string& dir, Office& tallinn) {
  std::unique_ptr<Office> tartu = OpenOr(dir + "/tartu", [&] {
    const std::string all = Need(Need(tallinn.db().Read()).ExportBundle("0"));
    return Database::Join(dir + "/tartu", {.site = "tartu", .role = "full", .key_seed = ""}, all);
  });
  if (!Need(Need(tartu->db().Read()).Status()).admitted) Need(tallinn.db().Admit(tartu->db().SiteCard()));
  tartu->LearnFrom(tallinn);
  return tartu;
}

void Say(const std::string& what, const absl::StatusOr<Receipt>& receipt) {
  if (receipt.ok()) {
    std::cout << "  " << what << ": " << (receipt->repeated ? "was filed already, " : "") << receipt->short_name() << "\n";
  } else {
    std::cout << "  " << what << ": not filed. " << Words(receipt.status()) << "\n";
  }
}

// Readers never wait for the filer, and see each entry whole or not at all: number and owner are filed together.
void FileWhileOthersRead(Office& office) {
  std::atomic<bool> filing{true};
  std::atomic<int> torn{0}, reads{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i)
    readers.emplace_back([&] {
      do {
        const Snapshot now = Need(office.db().Read());
        for (const std::string& key : Need(now.Keys("parcel"))) {
          const bool number = !Need(now.Record("parcel/" + key + "/number")).fields[0].interim.null();
          const bool owner = !Need(now.Record("parcel/" + key + "/owner")).fields[0].interim.null();
          torn += number != owner;
        }
        ++reads;
      } while (filing);
    });
  for (int i = 100; i < 120; ++i) Need(office.Register("parcel/" + std::to_string(i), "12/" + std::to_string(i), "The town"));
  filing = false;
  for (std::thread& reader : readers) reader.join();
  std::cout << "  20 parcels filed; readers saw " << torn << " entries half done\n";
  if (reads < 4) std::exit(1);
}

void ShowAndRule(Office& office) {
  for (const CaseView& one : office.OpenCases()) {
    std::cout << "  case " << one.rule << " " << one.subject << ", " << one.state << "\n";
    for (const chancery::FactView& fact : one.facts)
      std::cout << "    " << fact.entry << ", " << fact.basis << ": " << fact.changed[0].second.text << "\n";
    if (one.facts.size() == 2) Say("ruled", office.Rule(one, one.facts[0].entry, "its deed was signed first"));
  }
}

void Day(Office& tallinn, Office& tartu) {
  std::cout << "Tallinn files\n";
  Say("parcel/1 for Mari", tallinn.Register("parcel/1", "12/345", "Mari"));
  Say("parcel/2 under the same number", tallinn.Register("parcel/2", "12/345", "Liis"));
  Say("mortgage on a parcel that is not there", tallinn.Mortgage("parcel/9", "M9", "Bank", 1000));
  Say("mortgage on parcel/1", tallinn.Mortgage("parcel/1", "M1", "Bank", 50000));
  FileWhileOthersRead(tallinn);
  tartu.LearnFrom(tallinn);

  std::cout << "The link is cut; both offices sell parcel/1\n";
  Say("Tallinn, to Jaan", tallinn.Sell("parcel/1", "Jaan", "deed 118/2026"));
  Say("Tartu, to Liis", tartu.Sell("parcel/1", "Liis", "deed 64/2026"));
  std::cout << "  owner in Tallinn: " << tallinn.Owner("parcel/1") << "; in Tartu: " << tartu.Owner("parcel/1") << "\n";

  std::cout << "The link is back\n";
  tallinn.LearnFrom(tartu);
  std::cout << "  owner in Tallinn: " << tallinn.Owner("parcel/1") << "\n";
  ShowAndRule(tallinn);
  tartu.LearnFrom(tallinn);
  std::cout << "  owner in Tallinn: " << tallinn.Owner("parcel/1") << "; in Tartu: " << tartu.Owner("parcel/1") << "\n";

  tallinn.LearnFrom(tartu);
  const chancery::StatusView here = Need(Need(tallinn.db().Read()).Status());
  const chancery::StatusView there = Need(Need(tartu.db().Read()).Status());
  const bool same = here.digest == there.digest && here.docket == there.docket;
  std::cout << "Both offices hold " << (same ? "the same" : "DIFFERENT THINGS") << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: land-register PACK DIRECTORY\n";
    return 2;
  }
  const std::string pack = argv[1], dir = argv[2];
  std::filesystem::create_directories(dir);
  const std::unique_ptr<Office> tallinn = OpenTallinn(dir, pack);
  const std::unique_ptr<Office> tartu = OpenTartu(dir, *tallinn);
  Day(*tallinn, *tartu);
}
