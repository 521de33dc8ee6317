// Every verb with --json: each line is what the schema of its first member's name says. And no verb, in words or in JSON, gives
// one value of a contested field as if it were certain. A new verb is a line in Scenario::Run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

#include "tests/e2e/run.h"
#include "tests/e2e/served.h"
#include "tests/schema/schema.h"

namespace chancery::e2e {
namespace {

using Keys = std::set<std::string>;

constexpr const char* kOne = "Juhan Kivi";
constexpr const char* kOther = "Liisu Mets";

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// A disputed value stands beside the entry that wrote it, or under a name that says what it is.
void ExpectNoCertainValue(const Literal& json) {
  for (const Literal& item : json.list) ExpectNoCertainValue(item);
  for (const auto& [key, member] : json.members) {
    const bool disputed = member == Literal(kOne) || member == Literal(kOther);
    EXPECT_TRUE(key != "value" || !disputed || json.Find("entry") != nullptr) << json.Json();
    ExpectNoCertainValue(member);
  }
}

// Of a record: parcel/1/owner has no value.
void ExpectOwnerIsContested(const Literal& json) {
  const Literal *record = json.Find("record"), *fields = json.Find("fields");
  if (fields == nullptr || record == nullptr || !(*record == Literal("parcel/1"))) return;
  const Literal* owner = fields->Find("owner");
  EXPECT_TRUE(owner == nullptr || (owner->Find("value")->null() && owner->Find("contested")->truth)) << json.Json();
}

// The whole command, in one way of speaking: `mode` goes before every verb.
class Scenario {
 public:
  explicit Scenario(Words mode) : mode_(std::move(mode)), json_(std::count(mode_.begin(), mode_.end(), "--json") > 0) {}

  void Run();
  const std::set<std::string>& shown() const { return shown_; }  // verbs that gave something else than an error

 private:
  void Founding();
  void Filing();
  void Network();
  void Cut();
  void WhileContested();
  void Ruling();
  void Epochs();
  void Failing();
  void Packs();
  void Receipts();

  Result Run(const std::string& site, const Words& words, const std::string& input) const;
  // What is so once a round of the order has ended, and `unsettled` before: either will do.
  void DoOrder(const std::string& site, const Words& words, const std::string& key);
  // What `words` at `site` ends with, and which objects it prints with --json.
  Result Do(const std::string& site, const Words& words, int code, const Keys& keys, const std::string& input = "");
  void CheckJson(const Result& result, const Keys& keys);
  void CheckContested(const Words& words, const Result& result);
  std::string Frontier() const;
  std::string operator/(const std::string& name) const { return land_ / name; }

  const Words mode_;
  const bool json_;
  bool contested_ = false;  // parcel/1/owner at tallinn
  Land land_;
  std::set<std::string> shown_;
};

Result Scenario::Run(const std::string& site, const Words& words, const std::string& input) const {
  Words all = mode_;
  all.insert(all.end(), words.begin(), words.end());
  return land_.At(site, all, input);
}

void Scenario::DoOrder(const std::string& site, const Words& words, const std::string& key) {
  const Result result = Run(site, words, "");
  SCOPED_TRACE(words[0]);
  EXPECT_TRUE(result.code == 0 || result.code == 3) << result.out << result.err;
  if (json_) CheckJson(result, {result.code == 0 ? key : "unsettled"});
  shown_.insert(words[0]);
}

Result Scenario::Do(const std::string& site, const Words& words, int code, const Keys& keys, const std::string& input) {
  const Result result = Run(site, words, input);
  std::string line;
  for (const std::string& word : mode_) line += word + " ";
  for (const std::string& word : words) line += word + " ";
  SCOPED_TRACE("chancery --store " + site + " " + line);
  EXPECT_EQ(result.code, code) << result.out << result.err;
  if (json_) CheckJson(result, keys);
  if (contested_ && site == "tallinn") CheckContested(words, result);
  const bool gave = keys.empty() || keys.count("error") + keys.count("refused") < keys.size();
  if (gave) shown_.insert({words[0], words.size() > 1 ? words[0] + " " + words[1] : words[0]});
  return result;
}

void Scenario::CheckJson(const Result& result, const Keys& keys) {
  EXPECT_EQ(result.err, "") << "with --json a program reads everything on stdout";
  Keys found;
  for (const std::string& line : LinesOf(result.out)) {
    found.insert(FirstKey(line));
    EXPECT_EQ(CheckLine(line), "");
    const absl::StatusOr<Literal> json = ParseJson(line);
    ASSERT_TRUE(json.ok()) << "ours reads what it writes: " << line;
    if (const Literal* now = json->Find("contested_now")) {  // what was so at an earlier moment
      EXPECT_EQ(now->truth, contested_) << line;
      continue;
    }
    ExpectNoCertainValue(*json);
    if (contested_) ExpectOwnerIsContested(*json);
  }
  EXPECT_EQ(found, keys);
}

// `log` and `branch` tell what was filed, entry by entry, and not what holds. Everything else that names one of the two says that
// it is disputed.
void Scenario::CheckContested(const Words& words, const Result& result) {
  if (words[0] == "log" || words[0] == "branch") return;
  std::string text = result.out + result.err;
  if (!Has(text, kOne) && !Has(text, kOther)) return;
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  EXPECT_TRUE(Has(text, "contested") || Has(text, "interim") || text.starts_with("{\"case\":")) << text;
}

std::string Scenario::Frontier() const {
  const Literal status = land_.Status();
  std::string out;
  for (const auto& [lane, seq] : status.Find("frontier")->members)
    out += (out.empty() ? "" : ",") + lane + "-" + std::to_string(seq.integer);
  return out;
}

void Scenario::Founding() {
  WriteAll(*this / "bad.toml", "[pack]\nname = \"bad\"\nversion = 1\n[register.parcel.fields]\nowner = { type = \"wonder\" }\n");
  Do("narva", {"init", "--site", "narva", "--pack", *this / "land.toml"}, 0, {"init"});
  Do("narva", {"init", "--site", "narva", "--pack", *this / "land.toml"}, 1, {"error"});
  Do("parnu", {"init", "--site", "parnu", "--pack", *this / "bad.toml"}, 6, {"refused"});
  Do("parnu", {"init", "--site", "Pärnu", "--pack", *this / "land.toml"}, 2, {"error"});
  Do("tallinn", {"bundle", "export", "--since", "0", "-o", *this / "all.cbn"}, 0, {"bundle"});
  Do("tartu", {"init", "--site", "tartu", "--join", *this / "all.cbn"}, 0, {"init"});
  Do("tartu", {"file"}, 6, {"refused"}, Create("1", "Mari"));  // not admitted
  Do("tartu", {"status"}, 0, {"status"});
  Do("tallinn", {"site", "admit", *this / "tartu.site"}, 0, {"receipt"});
  Do("tallinn", {"site", "admit", *this / "tartu.site"}, 6, {"refused"});
  Do("tallinn", {"site", "ls"}, 0, {"site"});
}

void Scenario::Filing() {
  const std::string whole =
      R"({"id":"deed 1","officer":"mari","basis":"notary 1","note":"whole","filed":{"at":"2026-05-03T10:02:00Z","office":"Tallinn","number":"1"},)"
      R"("relied_on":["parcel/1/owner"],"ops":[{"record":"parcel/1","set":{"area_m2":12,"public":true,"sold":"2026-01-31",)"
      R"("address":{"street":"Pikk","town":"Tallinn"},"remark":"by the sea"},"add":{"tags":["a","b"]}}]})"
      "\n";
  Do("tallinn", {"file"}, 0, {"receipt"}, Create("1", "Mari") + Create("2", "Jaan"));
  Do("tallinn", {"file"}, 0, {"receipt"}, whole);
  Do("tallinn", {"file"}, 0, {"receipt"}, whole);  // the same again
  Do("tallinn", {"file", "--keep-going"}, 6, {"receipt", "refused"},
     Create("1", "Mari") + "{\"ops\":1}\nno JSON\n" + Create("3", "Anu"));
  Do("tallinn", {"file", *this / "nothing.json"}, 4, {"error"});
  Do("tallinn", {"bundle", "export", "--since", "0", "-o", *this / "all.cbn"}, 0, {"bundle"});
  Do("tartu", {"bundle", "apply", *this / "all.cbn"}, 0, {"applied"});
}

void Scenario::Network() {
  Do("tallinn", {"peer", "ls"}, 0, {"link"});
  Do("tallinn", {"peer", "add", "tartu", "127.0.0.1:1", "--key", LinkKey(land_, "tartu")}, 0, {"peer"});
  Do("tallinn", {"peer", "add", "tartu", "127.0.0.1:1", "--key", LinkKey(land_, "tartu")}, 6, {"error"});
  Do("tallinn", {"peer", "add", "riga", "nowhere", "--key", "aa"}, 2, {"error"});
  Do("tallinn", {"peer", "ls"}, 0, {"link", "peer"});
  Do("tallinn", {"config", "check"}, 0, {"config"});
  Do("tallinn", {"sync", "tartu"}, 7, {"error"});
  Do("tallinn", {"serve", "--listen", "nowhere"}, 2, {"error"});
  Served served(land_, "tallinn", 0, mode_);
  EXPECT_EQ(json_ ? CheckLine(served.first_line()) : "", "");
  shown_.insert("serve");
  Do("tartu", {"peer", "add", "tallinn", served.address(), "--key", LinkKey(land_, "tallinn")}, 0, {"peer"});
  Do("tartu", {"sync", "tallinn"}, 0, {"synced"});
  Do("tartu", {"sync", "nobody"}, 4, {"error"});
  Do("tartu", {"peer", "renew"}, 0, {"link"});
  Do("tartu", {"peer", "ls"}, 0, {"link", "peer"});
  Do("tartu", {"status"}, 0, {"status"});
  Do("tartu", {"sync", "tallinn"}, 0, {"synced"});
  Do("tartu", {"peer", "renew"}, 0, {"link"});  // noted there, and so shown
  Do("tartu", {"sync", "tallinn"}, 0, {"synced"});
  Do("tartu", {"site", "drain"}, 0, {"drain"});
  Do("tartu", {"file", "--ack", "witnessed=1"}, 0, {"receipt"}, Create("held", "Anu"));
  Do("tartu", {"site", "isolate"}, 0, {"cut"});
  Do("tartu", {"site", "drain"}, 6, {"error"});
  Do("tartu", {"file", "--ack", "witnessed=1", "--wait", "0"}, 7, {"receipt", "error"}, Create("alone", "Anu"));
  Do("tartu", {"status"}, 0, {"status"});
  Do("tartu", {"site", "rejoin"}, 0, {"cut"});
  Do("tartu", {"sync", "tallinn"}, 0, {"synced"});
  Do("tallinn", {"status"}, 0, {"status"});  // through the process that serves it
  Do("tallinn", {"get", "parcel/99"}, 4, {"error"});
  EXPECT_EQ(served.End(15), 0) << served.Log();
  Do("tartu", {"peer", "rm", "tallinn"}, 0, {"peer"});
  Do("tartu", {"peer", "rm", "tallinn"}, 4, {"error"});
  Do("tallinn", {"peer", "rm", "tartu"}, 0, {"peer"});
}

void Scenario::Cut() {
  Do("tallinn", {"file"}, 0, {"receipt"}, Sell("1", kOne));
  Do("tartu", {"file"}, 0, {"receipt"}, Sell("1", kOther));
  for (const char* site : {"tallinn", "tartu"}) {
    const std::string key = site;
    Do(site, {"file"}, 0, {"receipt"},
       R"({"officer":"mari","ops":[{"create":"parcel/)" + key + R"(","set":{"number":"12/345"}}]})");
  }
  Do("tartu", {"bundle", "export", "--since", "0", "-o", *this / "tartu.cbn"}, 0, {"bundle"});
  Do("tallinn", {"preview", *this / "tartu.cbn"}, 3, {"merge"});
  contested_ = true;
  Do("tallinn", {"bundle", "apply", *this / "tartu.cbn"}, 3, {"applied"});
}

void Scenario::WhileContested() {
  WriteAll(*this / "rows.csv", "Number,Owner\n1,Mari\n5,Anu\n");
  WriteAll(*this / "wrong.csv", "Number,Area_m2\n6,much\n");
  WriteAll(*this / "good.drill", std::string("pack land.toml\nsites a b\nat a file as one ") + Create("1", kOne) +
                                     "at b file as other " + Create("1", kOther) + "sync\nexpect value parcel/1/owner \"" + kOne +
                                     "\"\n");
  WriteAll(*this / "bad.drill", "pack land.toml\nsites a b\nexpect cases 1\n");
  WriteAll(*this / "broken.drill", "pack land.toml\nsites a b\nexpect wonders\n");
  Do("tallinn", {"get", "parcel/1"}, 3, {"record"});
  Do("tallinn", {"get", "parcel/1/owner"}, 3, {"record"});
  Do("tallinn", {"get", "parcel/1/remark"}, 0, {"record"});
  Do("tallinn", {"get", "parcel/2"}, 0, {"record"});
  Do("tallinn", {"get", "parcel/tartu"}, 3, {"record"});
  Do("tallinn", {"get", "parcel/99"}, 4, {"error"});
  Do("tallinn", {"get", "wonder/1"}, 2, {"error"});
  Do("tallinn", {"get", "parcel/1", "--at", "tallinn-6"}, 0, {"record"});
  Do("tallinn", {"get", "parcel/1", "--at", "2100-01-01"}, 3, {"record"});
  Do("tallinn", {"get", "parcel/1", "--seen-by", "tartu"}, 0, {"record"});
  Do("tallinn", {"get", "parcel/1", "--at", "2000-01-01"}, 4, {"error"});
  Do("tallinn", {"get", "parcel/1", "--at", "once"}, 2, {"error"});
  Do("tallinn", {"get", "parcel/1", "--seen-by", "narva"}, 4, {"error"});
  Do("tallinn", {"branch", "ls"}, 0, {"branch"});
  Do("tallinn", {"branch", "show", "tartu"}, 0, {"branch"});
  Do("tallinn", {"branch", "show", "narva"}, 4, {"error"});
  Do("tallinn", {"diff", "tallinn", "tartu"}, 0, {"diff"});
  Do("tallinn", {"diff", "tallinn", "narva"}, 2, {"error"});
  Do("tallinn", {"preview", *this / "tartu.cbn"}, 0, {"merge"});
  Do("tallinn", {"preview", *this / "none.cbn"}, 4, {"error"});
  Do("tallinn", {"find", "parcel"}, 3, {"record"});
  Do("tallinn", {"find", "parcel", std::string("owner=") + kOne}, 3, {"record"});
  Do("tallinn", {"find", "parcel", std::string("owner=") + kOther, "area_m2=12", "--limit", "1"}, 3, {"record"});
  Do("tallinn", {"find", "parcel", "--after", "parcel/1", "owner=Jaan"}, 0, {"record"});
  Do("tallinn", {"find", "parcel", "owner=Nobody"}, 0, {});
  Do("tallinn", {"find", "parcel", "area_m2=much"}, 2, {"error"});
  Do("tallinn", {"find", "parcel", "--on", "2026-01-01"}, 2, {"error"});
  Do("tallinn", {"find", "wonder"}, 2, {"error"});
  Do("tallinn", {"log"}, 0, {"entry"});
  Do("tallinn", {"log", "--since", "tallinn-4"}, 0, {"entry"});
  Do("tallinn", {"log", "parcel/2", "--since", Frontier()}, 0, {});
  Do("tallinn", {"log", "--since", "yesterday"}, 2, {"error"});
  Do("tallinn", {"log", "parcel/1", "--last", "1"}, 0, {"entry"});
  Do("tallinn", {"log", "parcel/1/owner"}, 0, {"entry"});
  Do("tallinn", {"log", "parcel/99"}, 4, {"error"});
  Do("tallinn", {"case", "ls"}, 3, {"case"});
  Do("tallinn", {"case", "ls", "--rule", "parcel.owner"}, 3, {"case"});
  Do("tallinn", {"case", "ls", "--site", "tartu", "--officer", "mari", "--limit", "1"}, 3, {"case"});
  Do("tallinn", {"case", "ls", "--after", "parcel-number \"12/345\"", "--since", "2000-01-01"}, 3, {"case"});
  Do("tallinn", {"case", "ls", "--before", "2000-01-01"}, 0, {});
  Do("tallinn", {"case", "ls", "--since", "yesterday"}, 2, {"error"});
  Do("tallinn", {"case", "ls", "--after", "0123456789"}, 4, {"error"});
  Do("tallinn", {"case", "show", "parcel.owner", "parcel/1"}, 0, {"case"});
  Do("tallinn", {"case", "show", "parcel-number", "12/345"}, 0, {"case"});
  Do("tallinn", {"case", "show", "parcel.owner", "parcel/2"}, 4, {"error"});
  Do("tallinn", {"status"}, 0, {"status"});
  Do("tallinn", {"status", "--check"}, 0, {"check"});
  Do("tallinn", {"site", "ls"}, 0, {"site"});
  Do("tallinn", {"import", "--register", "parcel", "--key", "Number", "--check", *this / "rows.csv"}, 0, {"import"});
  Do("tallinn", {"import", "--register", "parcel", "--key", "Number", *this / "wrong.csv"}, 3, {"refused", "import"});
  Do("tallinn", {"import", "--register", "wonder", "--key", "Number", *this / "rows.csv"}, 2, {"error"});
  Do("tallinn", {"rehearse", *this / "good.drill"}, 0, {"line"});
  Do("tallinn", {"rehearse", *this / "bad.drill"}, 1, {"line"});
  Do("tallinn", {"rehearse", *this / "broken.drill"}, 2, {"error"});
  Do("tallinn", {"sim", "--seed", "1", "--ops", "20"}, 0, {"sim"});
  Do("tallinn", {"sim", "--seed", "one"}, 2, {"error"});
  Do("tallinn", {"file"}, 6, {"refused"}, R"({"ops":[{"delete":"parcel/1"}]})");
  Do("tallinn", {"verify"}, 0, {"verify"});
  Do("tallinn", {"verify", "--rebuild"}, 0, {"verify"});
  Do("tallinn", {"backup", *this / "tallinn.backup"}, 0, {"backup"});
  Do("tallinn", {"backup", *this / "tallinn.backup"}, 1, {"error"});  // it is there
  Do("restored", {"restore", *this / "tallinn.backup"}, 0, {"restore"});
  Do("restored", {"file"}, 6, {"refused"}, Sell("2", "Mari"));  // until it is admitted with its new key
  Do("restored", {"get", "parcel/1"}, 3, {"record"});
  Do("restored", {"site", "card"}, 0, {"card"});
  Do("restored", {"restore", *this / "rows.csv"}, 1, {"error"});
  Do("tallinn", {"bundle", "export", "--since", "0", "-o", *this / "all.cbn"}, 0, {"bundle"});
  Do("tartu", {"bundle", "apply", *this / "all.cbn"}, 3, {"applied"});
  Do("tartu", {"bundle", "apply", *this / "all.cbn"}, 0, {"applied"});
}

void Scenario::Receipts() {
  const std::string file = *this / "deed.tlog-proof";
  Do("tallinn", {"receipt", "tallinn-4"}, 0, {"receipt"});
  Do("tallinn", {"receipt", "tallinn-5", "--as", "accepted", "-o", file}, 0, {"receipt"});
  Do("tallinn", {"receipt", "tallinn-5", "--as", "sworn"}, 2, {"error"});
  Do("tallinn", {"receipt", "tallinn-99"}, 4, {"error"});
  Do("nowhere", {"verify", file}, 0, {"verdict"});
  Do("nowhere", {"verify", file, file}, 5, {"verdict"});              // not before itself
  Do("nowhere", {"verify", file, "--registry", file}, 2, {"error"});  // it holds another entry than the genesis
  Do("tallinn", {"receipt", "tallinn-1", "--as", "accepted", "-o", *this / "founding"}, 0, {"receipt"});
  Do("nowhere", {"verify", file, "--registry", *this / "founding"}, 0, {"verdict"});
  Do("nowhere", {"verify", file, file, "--registry", *this / "founding"}, 5, {"verdict"});
  Do("nowhere", {"verify", *this / "rows.csv", "--policy", file + ".policy"}, 5, {"error"});
  Do("nowhere", {"verify", file, "--policy", *this / "rows.csv"}, 2, {"error"});
  Do("nowhere", {"verify", *this / "rows.csv"}, 2, {"error"});  // whom to trust?
  Do("tallinn", {"case", "export", "parcel.owner", "parcel/1", "-o", *this / "case.jsonl"}, 0, {"exported"});
  Do("tallinn", {"case", "export", "parcel.owner", "parcel/2", "-o", *this / "case.jsonl"}, 4, {"error"});
  Do("nowhere", {"verify", *this / "case.jsonl", "--registry", *this / "founding"}, 0, {"judged"});
  Do("nowhere", {"verify", *this / "case.jsonl"}, 2, {"error"});
  Do("tallinn", {"extract", "parcel/2", "-o", *this / "extract"}, 0, {"extract"});
  Do("tallinn", {"extract", "parcel/99", "-o", *this / "extract"}, 4, {"error"});
  Do("tallinn", {"extract", "parcel/2"}, 2, {"error"});
  Do("tallinn", {"extract", "ls"}, 0, {"extract"});
  Do("tallinn", {"extract", "ls", "--touched"}, 0, {});
  Do("nowhere", {"verify", *this / "extract"}, 0, {"verdict"});
  Do("nowhere", {"verify", *this / "extract", "--registry", *this / "founding"}, 0, {"verdict"});
  DoOrder("tallinn", {"prove", "tallinn-5"}, "receipt");
  DoOrder("narva", {"checkpoint"}, "checkpoint");
}

void Scenario::Ruling() {
  const Words owner = {"case", "rule", "parcel.owner", "parcel/1", "--officer", "judge", "--reason", "filed first"};
  const auto with = [&](std::initializer_list<std::string> more) {
    Words words = owner;
    words.insert(words.end(), more);
    return words;
  };
  Do("tallinn", with({"--keep", "tallinn-1"}), 6, {"refused"});
  Do("tallinn", with({"--set", "no JSON"}), 2, {"error"});
  Do("tallinn", {"case", "rule", "parcel.owner", "parcel/2", "--both", "--officer", "judge", "--reason", "none"}, 4, {"error"});
  Do("tallinn", with({"--none", "--preview"}), 0, {"preview"});
  Do("tallinn", {"case", "propose", "parcel.owner", "parcel/1", "--none", "--officer", "anu", "--reason", "neither"}, 0,
     {"receipt"});
  Do("tallinn", {"case", "show", "parcel.owner", "parcel/1"}, 0, {"case"});
  Do("tallinn", {"case", "approve", "parcel.owner", "parcel/1", "--officer", "anu"}, 6, {"refused"});
  Do("tallinn", {"case", "return", "parcel.owner", "parcel/1", "--officer", "olev", "--reason", "hear them"}, 0, {"receipt"});
  Do("tallinn", {"case", "show", "parcel.owner", "parcel/1"}, 0, {"case"});
  Do("tallinn", {"log"}, 0, {"entry"});
  Do("tallinn",
     with({"--set", R"({"parcel/1/owner":"Anu"})", "--principle", "the deed", "--effect", "2026-05-01", "--tell", "Mari"}), 0,
     {"receipt"});
  contested_ = false;
  Do("tallinn", {"case", "propose", "parcel-number", "12/345", "--both", "--officer", "judge", "--reason", "renumbered"}, 0,
     {"receipt"});
  Do("tallinn", {"case", "approve", "parcel-number", "12/345", "--officer", "olev", "--reason", "agreed"}, 0, {"receipt"});
  Do("tallinn", {"get", "parcel/1"}, 0, {"record"});
  Do("tallinn", {"case", "ls"}, 0, {});
  Do("tallinn", {"case", "ls", "--all"}, 0, {"case"});
  Do("tallinn", {"case", "show", "parcel.owner", "parcel/1"}, 0, {"case"});
  Do("tallinn", {"log", "parcel/1"}, 0, {"entry"});
}

void Scenario::Packs() {
  std::string next = ReadAll(*this / "land.toml");
  next.replace(next.find("version = 1"), 11, "version = 2");
  next.insert(next.find("tags ="), "colour = { type = \"text\" }\n");
  WriteAll(*this / "land-2.toml", next);
  Do("tallinn", {"pack", "check", *this / "land.toml"}, 0, {"pack"});
  Do("tallinn", {"pack", "check", *this / "bad.toml"}, 6, {"refused"});
  Do("tallinn", {"pack", "apply", *this / "land-2.toml"}, 0, {"receipt"});
  Do("tallinn", {"pack", "apply", *this / "land-2.toml"}, 6, {"refused"});
  Do("tallinn", {"import", "--register", "parcel", "--key", "Number", *this / "rows.csv"}, 0, {"receipt", "import"});
}

// tartu agrees to its own end, and files once more, which nobody who voted had seen.
void Scenario::Epochs() {
  const auto carry = [&](const std::string& from, const std::string& to) {
    Do(from, {"bundle", "export", "--since", "0", "-o", *this / "vote.cbn"}, 0, {"bundle"});
    Do(to, {"bundle", "apply", *this / "vote.cbn"}, 0, {"applied"});
  };
  carry("tallinn", "tartu");
  Do("tallinn", {"epoch", "show"}, 0, {"epoch"});
  Do("tallinn", {"epoch", "propose"}, 0, {"epoch"});
  Do("tallinn", {"epoch", "vote"}, 0, {"epoch"});
  Do("tallinn", {"site", "fence", "tartu"}, 6, {"error"}, "tallinn\n");
  Do("tallinn", {"site", "fence", "riga"}, 4, {"error"}, "riga\n");
  Do("tallinn", {"site", "fence", "tartu"}, 0, {"epoch"}, "tartu\n");
  carry("tallinn", "tartu");
  carry("tartu", "tallinn");
  Do("tartu", {"file"}, 0, {"receipt"}, Create("unseen", "Anu"));
  const std::string status = land_.At("tartu", {"--json", "status"}).out;
  const Literal view = *ParseJson(status);
  const std::string unseen = "tartu-" + std::to_string(view.Find("status")->Find("frontier")->Find("tartu")->integer);
  carry("tallinn", "tartu");
  carry("tartu", "tallinn");
  Do("tallinn", {"site", "readmit", "tallinn-4"}, 6, {"error"});
  Do("tallinn", {"site", "readmit", unseen}, 0, {"receipt"});
  Do("tallinn", {"log"}, 0, {"entry"});
  Do("tallinn", {"site", "ls"}, 0, {"site"});
  Do("riga", {"init", "--site", "riga", "--join", *this / "vote.cbn", "--role", "witness"}, 0, {"init"});
  Do("tallinn", {"site", "admit", *this / "riga.site"}, 0, {"receipt"});
  Do("tallinn", {"site", "retire", "riga"}, 0, {"epoch"}, "riga\n");
}

void Scenario::Failing() {
  Do("tallinn", {"file"}, 0, {"receipt"}, Create("later", "Anu"));
  const std::string known = Frontier();
  const std::string session = *this / "session";
  Do("tallinn", {"file", "--session", session}, 0, {"receipt"}, Sell("later", "Mari"));
  Do("tartu", {"get", "parcel/later", "--session", session}, 7, {"error"});
  Do("nowhere", {"get", "parcel/later", "--session", session, "--or", *this / "tallinn"}, 0, {"record"});
  Do("tallinn", {"bundle", "export", "--since", known, "-o", *this / "tail.cbn"}, 0, {"bundle"});
  Do("tartu", {"bundle", "apply", *this / "tail.cbn"}, 3, {"applied"});  // what it builds on is missing
  Do("narva", {"bundle", "apply", *this / "all.cbn"}, 6, {"error"});     // of another registry
  Do("tallinn", {"bundle", "export", "--since", "no frontier", "-o", *this / "x.cbn"}, 2, {"error"});
  std::string torn = ReadAll(*this / "all.cbn");
  torn.resize(torn.size() - 8);
  WriteAll(*this / "torn.cbn", torn);
  Do("tallinn", {"bundle", "apply", *this / "torn.cbn"}, 5, {"applied"});  // its whole runs are taken
  WriteAll(*this / "torn.cbn", "rubbish");
  Do("tallinn", {"bundle", "apply", *this / "torn.cbn"}, 5, {"error"});
  Do("nowhere", {"status"}, 4, {"error"});
  Do("tallinn", {"get"}, 2, {"error"});
  Do("tallinn", {"wonders"}, 2, {"error"});
  WriteAll(*this / "narva/data.mdb", "rubbish");
  Do("narva", {"status"}, 5, {"error"});
  Do("narva", {"status", "--check"}, 3, {"check"});
}

void Scenario::Run() {
  Founding();
  Filing();
  Network();
  Cut();
  WhileContested();
  Receipts();
  Ruling();
  Packs();
  Epochs();
  Failing();
}

// The verbs below one, as its help has them.
Words Below(const Words& verb) {
  Words words = verb;
  words.push_back("--help");
  Words names;
  bool within = false;
  for (const std::string& line : LinesOf(Chancery(words).out)) {
    if (!line.starts_with("  ")) within = line == "Subcommands:";
    if (within && line.starts_with("  ") && line[2] != ' ') names.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return names;
}

// "case ls", "get", …: what the help offers.
Words Verbs() {
  Words verbs;
  for (const std::string& verb : Below({})) {
    const Words below = Below({verb});
    if (below.empty()) verbs.push_back(verb);
    for (const std::string& name : below) verbs.push_back(verb + " " + name);
  }
  return verbs;
}

TEST(Json, IsWhatTheSchemasSayForEveryVerbOfTheHelp) {
  Scenario scenario({"--json"});
  scenario.Run();
  const Words verbs = Verbs();
  EXPECT_GT(verbs.size(), 12u);
  for (const std::string& verb : verbs)
    EXPECT_TRUE(scenario.shown().contains(verb)) << "`chancery " << verb << "` has no line in Scenario::Run";
}

TEST(Json, IsTheSameWhenAskedForMore) { Scenario({"--json", "-v"}).Run(); }

TEST(Words, NeverGiveAContestedValueForCertain) { Scenario({}).Run(); }
TEST(Words, NeverGiveAContestedValueForCertainWhenShort) { Scenario({"-q"}).Run(); }
TEST(Words, NeverGiveAContestedValueForCertainWhenLong) { Scenario({"-v"}).Run(); }

TEST(Schema, RefusesWhatIsNotPromised) {
  EXPECT_EQ(CheckLine(R"({"error":{"code":4,"message":"m","next":"n","added":1}})"), "") << "members may be added";
  EXPECT_NE(CheckLine(R"({"error":{"code":4,"message":"m"}})"), "") << "and none removed";
  EXPECT_NE(CheckLine(R"({"error":{"code":9,"message":"m","next":"n"}})"), "") << "a closed set";
  EXPECT_NE(CheckLine(R"({"refused":{"kind":"mood","rule":"","at":"","message":"m","next":""}})"), "");
  EXPECT_NE(CheckLine(R"({"wonder":{}})"), "");
  EXPECT_NE(CheckLine("words"), "");
  const std::string field = R"("interim":"a","values":[],"contested":true,"cases":[])";
  const auto record = [&](const char* value) {
    return std::string(R"({"record":"p/1","exists":true,"contested":true,"cases":[],"fields":{"f":{"value":)") + value + "," +
           field + "}}}";
  };
  EXPECT_EQ(CheckLine(record("null")), "");
  EXPECT_NE(CheckLine(record("\"a\"")), "") << "a contested field has no value";
}

}  // namespace
}  // namespace chancery::e2e
