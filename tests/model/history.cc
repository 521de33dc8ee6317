#include "tests/model/history.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "engine/base/environment.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "tests/model/clerk.h"
#include "tests/model/counts.h"
#include "tests/model/draw.h"
#include "tests/model/model.h"
#include "tests/model/picture.h"
#include "tests/model/searched.h"
#include "tests/support/temp_dir.h"

namespace chancery::model {
namespace {

using Error = std::string;  // "" = engine and model agree

#define RETURN_IF_DIFFERENT(expr) \
  if (Error different = (expr); !different.empty()) return different

constexpr int64_t kStart = 1767225600000;  // 2026-01-01
constexpr int64_t kHour = 3600000;
constexpr int64_t kMaxLead = 24 * kHour;
const char* const kNames[] = {"tallinn", "tartu", "luxembourg", "brussels", "helsinki"};

// A run, as far as its receiver has to look at it.
struct Stretch {
  LaneId lane = 0;
  uint64_t first = 0, last = 0;
  std::string bytes;
  auto operator<=>(const Stretch&) const = default;
};

struct Copy {  // a backup, and what it holds
  std::string file;
  Seen seen;
  std::set<Stretch> kept;
};

struct Site {
  explicit Site(std::string site_name, uint64_t seed) : name(std::move(site_name)), random(seed) {}
  std::string name, dir;
  ManualClock clock{kStart};
  SeededRandom random;
  int64_t skew = 0;
  std::unique_ptr<Database> db;
  LaneId lane = 0;         // that its key writes
  Seen seen;               // what it holds, as the model reckons
  std::set<Stretch> kept;  // runs that are stored there and not merged yet
  std::optional<Copy> backup;
  std::string frontier = "0";      // the same as the engine prints it
  std::optional<Meaning> meaning;  // of `seen`
  std::map<CaseKey, std::string> states;
  std::set<CaseKey> waiting;  // cases that wait for a person
  Follower follower;
};

class History {
 public:
  History(const HistoryOptions& options, Tally& tally)
      : options_(options),
        tally_(tally),
        draw_(options.seed, options.dense),
        pasts_(options.seed, options.dense),
        far_clocks_(draw_.Chance(25)) {}

  Error Run() {
    Error error = Begin();
    for (step_ = 0; step_ < options_.steps && error.empty(); ++step_) error = Step();
    if (error.empty()) error = End();
    if (error.empty()) return "";
    return Cat("seed ", options_.seed, ", step ", step_, ": ", error, "\n\nwhat led to it:\n", trace_);
  }

 private:
  void Note(const std::string& line) { trace_ += line + "\n"; }
  void Count(const std::string& what, uint64_t n = 1) { tally_[what] += n; }
  static Error Failed(const std::string& what, const absl::Status& status) { return what + " failed: " + status.ToString(); }

  Environment EnvironmentOf(Site& site) {
    Environment env;
    env.clock = &site.clock;
    env.random = &site.random;
    env.durable = false;
    return env;
  }

  // Each site's clock has a skew of its own; time passes with every act, seldom much of it.
  void Tick() {
    now_ += draw_.Chance(10) ? 600000 : static_cast<int64_t>(draw_.Below(3));
    if (far_clocks_ && draw_.Chance(3)) now_ += 5 * kHour;
    for (auto& site : sites_) site->clock.Set(now_ + site->skew);
  }

  // ---- disks that are lost

  Error Recover(Site& site) {
    if (!Admitted(site)) return Readmit(site);
    if (!site.backup || draw_.Chance(30)) return BackUp(site);
    return Restore(site);
  }

  Error BackUp(Site& site) {
    Note("# " + site.name + " is backed up");
    site.backup = Copy{dir_ / Cat(site.name, ".backup", keys_++), site.seen, site.kept};
    if (const auto backup = site.db->Backup(site.backup->file); !backup.ok()) return Failed("Backup", backup.status());
    return "";
  }

  // The store is gone; what the backup has is there again, under a new key that nobody has admitted.
  Error Restore(Site& site) {
    Note("# " + site.name + " is restored from its backup");
    site.db.reset();
    std::filesystem::remove_all(site.dir);
    RestoreOptions options;
    options.key_seed = NewKey(site);
    auto db = Database::Restore(site.dir, site.backup->file, options, EnvironmentOf(site));
    if (!db.ok()) return Failed("Restore", db.status());
    site.db = *std::move(db);
    site.follower = {};
    site.seen = site.backup->seen;
    site.kept = site.backup->kept;
    Count("restores");
    RETURN_IF_DIFFERENT(Check(site));
    RETURN_IF_DIFFERENT(File(site));  // refused until it is admitted again
    return draw_.Chance(50) ? Readmit(site) : "";
  }

  // A member that knows the site's lanes admits the new one. The old one stays where it was: nobody goes on with it.
  Error Readmit(Site& site) {
    for (auto& member : sites_) {
      if (member.get() == &site || !Admitted(*member) || !KnowsAll(*member, site.name)) continue;
      if (Admitted(site, member->seen)) return Deliver(*member, site);  // it has not heard of it
      Note(Cat("# ", member->name, " admits ", site.name, " again"));
      if (const auto receipt = member->db->Admit(site.db->SiteCard()); !receipt.ok()) return Failed("Admit", receipt.status());
      RETURN_IF_DIFFERENT(TakeOwn(*member, 1));
      RETURN_IF_DIFFERENT(Check(*member));
      Count("lanes anew");
      return Deliver(*member, site);
    }
    return "";
  }

  bool Admitted(const Site& site) const { return Admitted(site, site.seen); }
  bool Admitted(const Site& site, const Seen& seen) const {
    for (const auto& [place, item] : book_.items) {
      if (!Has(seen, place)) continue;
      if ((item.entry.admit && chancery::LaneOf(item.entry.admit->key) == site.lane) ||
          (item.entry.genesis && chancery::LaneOf(item.entry.genesis->key) == site.lane))
        return true;
    }
    return false;
  }
  LaneId LaneOf(const Site& site) const { return Admitted(site) ? site.lane : 0; }

  // Whether the site knows of every lane that was ever admitted under the name.
  bool KnowsAll(const Site& site, const std::string& name) const {
    return std::all_of(book_.items.begin(), book_.items.end(), [&](const auto& known) {
      const Entry& entry = known.second.entry;
      return !entry.admit || entry.admit->site != name || Has(site.seen, known.first);
    });
  }

  std::string NewKey(Site& site) {  // the seed of one
    const std::string seed = Cat(site.name, options_.seed, "#", keys_++);
    site.lane = chancery::LaneOf(KeyPair::FromSeed(Sha256({"chancery/seed/1\n", seed})).public_key());
    return seed;
  }

  // ---- the beginning: a founder, sites that join at once or later, admissions

  Site& NewSite() {
    const std::string name = kNames[sites_.size()];
    sites_.push_back(std::make_unique<Site>(name, options_.seed * 31 + sites_.size()));
    Site& site = *sites_.back();
    site.dir = dir_ / name;
    site.skew = draw_.Chance(40) ? 0 : static_cast<int64_t>(draw_.Below(7200000)) - 3600000;
    Tick();
    return site;
  }

  Error Begin() {
    wanted_ = options_.dense ? 2 + draw_.Below(2) : 2 + draw_.Below(4);
    Site& founder = NewSite();
    FoundOptions found;
    found.site = founder.name;
    found.key_seed = NewKey(founder);
    for (const PackSpec& pack : Packs()) found.packs.emplace_back(pack.name + ".toml", pack.toml);
    auto db = Database::Found(founder.dir, found, EnvironmentOf(founder));
    if (!db.ok()) return Failed("Found", db.status());
    founder.db = *std::move(db);
    RETURN_IF_DIFFERENT(TakeOwn(founder, Packs().size() + 1));
    RETURN_IF_DIFFERENT(Check(founder));
    for (const Draft& draft : draw_.Beginnings()) RETURN_IF_DIFFERENT(FileThis(founder, draft));
    while (sites_.size() < wanted_ && (sites_.size() < 2 || draw_.Chance(70))) RETURN_IF_DIFFERENT(Join());
    return "";
  }

  // A new site joins from another's bundle and is admitted; it hears of that now or later.
  Error Join() {
    Site& from = *draw_.Of(sites_);
    if (!Admitted(from)) return "";
    Site& site = NewSite();
    Note(Cat("# ", site.name, " joins from ", from.name));
    const auto snapshot = from.db->Read();
    if (!snapshot.ok()) return Failed("Read", snapshot.status());
    const auto bundle = snapshot->ExportBundle("0");
    if (!bundle.ok()) return Failed("ExportBundle", bundle.status());
    JoinOptions join;
    join.site = site.name;
    join.key_seed = NewKey(site);
    auto db = Database::Join(site.dir, join, *bundle, EnvironmentOf(site));
    if (!db.ok()) return Failed("Join", db.status());
    site.db = *std::move(db);
    const auto decoded = DecodeBundle(*bundle);
    if (!decoded.ok()) return Failed("DecodeBundle", decoded.status());
    RETURN_IF_DIFFERENT(Keep({decoded->runs.begin(), decoded->runs.end()}, site.kept));
    TakeIn(site, site.kept, &site.seen);
    RETURN_IF_DIFFERENT(Check(site));
    RETURN_IF_DIFFERENT(File(site));  // refused: not admitted yet
    if (const auto receipt = from.db->Admit(site.db->SiteCard()); !receipt.ok()) return Failed("Admit", receipt.status());
    RETURN_IF_DIFFERENT(TakeOwn(from, 1));
    RETURN_IF_DIFFERENT(Check(from));
    return draw_.Chance(80) ? Deliver(from, site) : "";
  }

  // ---- one step

  Error Step() {
    Tick();
    Site& site = *draw_.Of(sites_);
    const size_t kind = draw_.Below(100);
    if (kind < 21) return File(site);
    if (kind < 36) return FileApart(site, Another(site));
    if (kind < 41) return FileMany(site);
    if (kind < 57) return Rule(site);
    if (kind < 64) return RuleApart(site, Another(site));
    if (kind < 66) return FileTwice(site, Another(site));
    if (kind < 68) return Repeat(site);
    if (kind < 86) return Deliver(*draw_.Of(sites_), site);
    if (kind < 89) return Bundle(*draw_.Of(sites_), site);
    if (kind < 91) return Restart(site);
    if (kind < 93) return Rebuild(site);
    if (kind < 95 && sites_.size() < wanted_) return Join();
    if (kind < 96) return SyncAll();
    if (kind < 98) return Recover(site);
    site.skew = far_clocks_ && draw_.Chance(50) ? 30 * kHour : static_cast<int64_t>(draw_.Below(kHour)) - kHour / 2;
    Note(Cat("skew ", site.name, " ", site.skew, "ms"));
    return "";
  }

  Site& Another(const Site& site) {
    Site* other = draw_.Of(sites_).get();
    while (other == &site && sites_.size() > 1) other = draw_.Of(sites_).get();
    return *other;
  }

  // In the end every clock is where the stamps are, and every site that lost its disk has a lane again.
  Error End() {
    now_ += 1000 * kHour;
    Tick();
    RETURN_IF_DIFFERENT(SyncAll());
    for (auto& site : sites_) {
      if (!Admitted(*site)) RETURN_IF_DIFFERENT(Readmit(*site));
    }
    RETURN_IF_DIFFERENT(SyncAll());
    for (auto& site : sites_) {
      if (draw_.Chance(50)) RETURN_IF_DIFFERENT(Rebuild(*site));
    }
    return "";
  }

  Error SyncAll() {
    Note("sync");
    for (auto& site : sites_) RETURN_IF_DIFFERENT(Ingest(*site, {}, [&] { return site->db->Ingest({}); }));
    for (int round = 0; round < 2; ++round) {
      for (auto& to : sites_) {
        for (auto& from : sites_) {
          if (from != to) RETURN_IF_DIFFERENT(Move(*from, *to, to->frontier, 0, true));
        }
      }
    }
    for (auto& site : sites_) {
      if (site->kept.empty() && sites_[0]->kept.empty() && site->seen != sites_[0]->seen)
        return "after a sync with all " + site->name + " does not hold what the first site holds";
    }
    return "";
  }

  // ---- filing

  Error File(Site& site) { return FileThis(site, draw_.Filing(*site.meaning)); }

  // Sites file under one rule, and have not heard of each other's.
  Error FileApart(Site& one, Site& other) {
    const RuleSpec rule = draw_.Rule(*one.meaning);
    std::vector<Draft> drafts = {draw_.FilingUnder(rule, *one.meaning, {})};
    RETURN_IF_DIFFERENT(FileThis(one, drafts[0]));
    if (&one == &other) return "";
    do {
      drafts.push_back(draw_.FilingUnder(rule, *other.meaning, drafts));
      RETURN_IF_DIFFERENT(FileThis(other, drafts.back()));
    } while (draw_.Chance(rule.between_records() ? 60 : 20));
    return draw_.Chance(60) ? Deliver(one, other) : "";
  }

  // One act, filed at two sites.
  Error FileTwice(Site& one, Site& other) {
    const Draft draft = draw_.FilingOfSum(*one.meaning);
    RETURN_IF_DIFFERENT(FileThis(one, draft));
    RETURN_IF_DIFFERENT(FileThis(other, draft));
    return draw_.Chance(60) ? Deliver(one, other) : "";
  }

  // What was filed before, mostly not long ago: where it is known, and where nobody has heard of it.
  Error Repeat(Site& site) {
    if (drafts_.empty()) return "";
    const size_t recent = draw_.Chance(75) ? std::min<size_t>(drafts_.size(), 4) : drafts_.size();
    return FileThis(site, drafts_[drafts_.size() - 1 - draw_.Below(recent)]);
  }

  Error FileThis(Site& site, Draft draft) {  // a copy: filing may grow drafts_
    Note(Cat("at ", site.name, " file ", JsonOf(draft), draft.admit_breaches ? "  # admits breaches" : ""));
    const Expected expected = Expect(*site.meaning, LaneOf(site), draft, contents_);
    RETURN_IF_DIFFERENT(CheckText(draft, expected));
    RETURN_IF_DIFFERENT(Judge(site, draft, expected, site.db->File(draft)));
    return Check(site);
  }

  // A draft that is written out and read again is the same.
  Error CheckText(const Draft& draft, const Expected& expected) {
    const absl::StatusOr<Draft> read = ParseDraft(JsonOf(draft));
    if (!read.ok()) return expected.refusals.contains("type") ? "" : Failed("ParseDraft", read.status());
    return JsonOf(*read) == JsonOf(draft) ? "" : "read again, the draft is another one: " + JsonOf(*read);
  }

  // Several in one commit, or one by one while nobody looks: each is judged in the view that the one before it left.
  Error FileMany(Site& site) {
    std::vector<Draft> drafts;
    for (size_t i = 0; i < 2 + draw_.Below(3); ++i) drafts.push_back(draw_.Filing(*site.meaning));
    const bool together = draw_.Chance(50);
    for (const Draft& draft : drafts)
      Note(Cat("at ", site.name, " file ", JsonOf(draft), together ? "  # of one batch" : "  # unread",
               draft.admit_breaches ? ", admits breaches" : ""));
    std::vector<absl::StatusOr<Receipt>> results;
    if (together) {
      results = site.db->FileAll(drafts);
    } else {
      for (const Draft& draft : drafts) results.push_back(site.db->File(draft));
    }
    if (results.size() != drafts.size()) return "FileAll gives another number of results";
    Count(together ? "batches" : "unread filings", together ? 1 : drafts.size());
    if (draw_.Chance(40)) RETURN_IF_DIFFERENT(Reopen(site));
    for (size_t i = 0; i < drafts.size(); ++i) {
      site.meaning.emplace(book_, site.seen);
      const Expected expected = Expect(*site.meaning, LaneOf(site), drafts[i], contents_);
      RETURN_IF_DIFFERENT(Judge(site, drafts[i], expected, results[i]));
    }
    return Check(site);
  }

  Error Rule(Site& site) {
    if (site.meaning->cases.empty() && !draw_.Chance(10)) return File(site);
    RulingDraft ruling = draw_.Ruling(*site.meaning);
    for (int again = 0; again < 2 && draw_.Chance(60) && !WouldBeFiled(site, ruling); ++again)
      ruling = draw_.Ruling(*site.meaning);
    return Rule(site, ruling);
  }

  // Two sites rule on one case, each as it sees it.
  Error RuleApart(Site& one, Site& other) {
    std::map<std::string, std::vector<CaseKey>> cases;  // by kind of rule
    for (const auto& [key, c] : one.meaning->cases) {
      if (&one != &other && c.state != "ruled" && other.meaning->cases.contains(key)) cases[c.rule.shown].push_back(key);
    }
    for (const std::string frequent : {"existence", "field"}) {
      if (cases.size() > 1 && draw_.Chance(60)) cases.erase(frequent);
    }
    if (cases.empty()) return Rule(one);
    const CaseKey key = draw_.Of(std::next(cases.begin(), static_cast<ptrdiff_t>(draw_.Below(cases.size())))->second);
    for (Site* site : {&one, &other}) {
      RulingDraft ruling = draw_.RulingOn(*site->meaning, site->meaning->cases.at(key));
      for (int again = 0; again < 4 && !WouldBeFiled(*site, ruling); ++again)
        ruling = draw_.RulingOn(*site->meaning, site->meaning->cases.at(key));
      RETURN_IF_DIFFERENT(Rule(*site, ruling));
    }
    return draw_.Chance(50) ? Deliver(one, other) : "";
  }

  bool WouldBeFiled(const Site& site, const RulingDraft& ruling) const {
    return Expect(*site.meaning, LaneOf(site), ruling).refusals.empty();
  }

  Error Rule(Site& site, const RulingDraft& ruling) {
    Note(Cat("at ", site.name, " rule ", ruling.rule, " ", ruling.subject, " ", JsonOf(ruling)));
    const Expected expected = Expect(*site.meaning, LaneOf(site), ruling);
    const absl::StatusOr<Receipt> result = site.db->Rule(ruling);
    if (!result.ok()) return Refused(expected, result.status());
    RETURN_IF_DIFFERENT(Filed(site, expected, *result));
    const chancery::Ruling& made = *book_.Find(result->short_name)->entry.ruling;
    if (made.facts != expected.facts)
      return "the ruling names other facts: " + Show(made.facts) + ", model: " + Show(expected.facts);
    if (made.rule != ruling.rule || made.subject != ruling.subject) return "the ruling names another case";
    Count(Cat("ruled ",
              ruling.set    ? "set"
              : ruling.both ? "both"
              : ruling.none ? "none"
                            : "keep",
              " on ", RuleOf(ruling.rule).shown));
    return Check(site);
  }

  Error Judge(Site& site, const Draft& draft, const Expected& expected, const absl::StatusOr<Receipt>& result) {
    if (!result.ok())
      return expected.before.empty() ? Refused(expected, result.status()) : Failed("filing again", result.status());
    if (!expected.before.empty()) {
      Count("repeats");
      if (!result->repeated) return "an act filed before is not recognised: " + result->short_name;
      return result->short_name == expected.before.front()
                 ? ""
                 : "the first receipt is " + expected.before.front() + ", not " + result->short_name;
    }
    if (result->repeated) return "taken for a repetition: " + result->short_name;
    RETURN_IF_DIFFERENT(Filed(site, expected, *result));
    const Entry& entry = book_.Find(result->short_name)->entry;
    if (entry.officer != draft.officer || entry.basis != draft.basis || entry.idempotency != draft.id)
      return "the entry says other things than the draft";
    contents_[{entry.lane, entry.seq}] = ContentOf(draft);
    Count("unset by a deletion", entry.ops.size() - draft.ops.size());
    CountVerbs(draft, tally_);
    for (const Op& op : entry.ops) {
      Count("deletions", op.kind == OpKind::kDelete);
      Count("edits that take no side", op.kind == OpKind::kNeutral);
      Count("brought back", op.kind == OpKind::kCreate && site.meaning->Find(AddressText(entry, op)) != nullptr);
    }
    if (!draft.id.empty()) drafts_.push_back(draft);
    return "";
  }

  Error Refused(const Expected& expected, const absl::Status& status) {
    const std::optional<Refusal> refusal = RefusalOf(status);
    if (!refusal && expected.refusals.contains("*")) return "";
    if (!refusal) return Failed("filing", status);
    Note("# refused: " + refusal->kind + ": " + refusal->message);
    if (!expected.refusals.contains(refusal->kind) && !expected.refusals.contains("*")) {
      std::string kinds;
      for (const std::string& kind : expected.refusals) kinds += " " + kind;
      return Cat("refused as ", refusal->kind, " (", refusal->message, "), model:", kinds.empty() ? " filed" : kinds);
    }
    Count("refused " + refusal->kind);
    return "";
  }

  // The entry is there, built on all that its site held, and does what it should.
  Error Filed(Site& site, const Expected& expected, const Receipt& receipt) {
    Note("# " + receipt.short_name);
    if (!expected.refusals.empty()) return "filed as " + receipt.short_name + ", model: refused as " + *expected.refusals.begin();
    const Seen before = site.seen;
    if (book_.Find(receipt.short_name) == nullptr || !Has(site.seen, book_.Find(receipt.short_name)->place()))
      RETURN_IF_DIFFERENT(TakeOwn(site, 0));
    const Item* item = book_.Find(receipt.short_name);
    if (item == nullptr) return "no run gives the entry " + receipt.short_name;
    if (Hex(item->id.view()) != receipt.entry) return "the receipt of " + receipt.short_name + " names another entry";
    const Seen& own = item->past;
    for (const auto& [lane, seq] : before) {
      if (!Has(own, {lane, std::min(seq, lane == item->entry.lane ? item->entry.seq - 1 : seq)}))
        return "the context of " + receipt.short_name + " forgets a lane";
    }
    if (static_cast<int64_t>(item->entry.hlc >> 16) < site.clock.NowMs()) return "the stamp is behind the clock";
    site.seen[item->entry.lane] = item->entry.seq;
    return Compare(*item, expected);
  }

  Error Compare(const Item& item, const Expected& expected) {
    const auto sorted = [](Ops ops) {
      if (ops.size() > 1)
        std::sort(ops.begin(), ops.end(),
                  [](const Op& a, const Op& b) { return std::pair(a.reg, a.key) < std::pair(b.reg, b.key); });
      return ops;
    };
    const bool ruling = item.entry.kind == EntryKind::kRuling;
    Ops must = expected.ops;
    if (!ruling) RETURN_IF_DIFFERENT(CompareNumbers(item, expected, must));
    const bool equal = ruling ? sorted(item.entry.ops) == sorted(must) : item.entry.ops == must;
    if (!equal) return "the entry does other things: " + Show(item.entry.ops) + "\nmodel: " + Show(expected.ops);
    if (item.entry.packs != expected.packs) return "the entry names other packs";
    return "";
  }

  // Numbers from blocks: nobody else ever issued one of them. Those that the model cannot foretell are taken over.
  Error CompareNumbers(const Item& item, const Expected& expected, Ops& must) {
    for (size_t i = 0; i < std::min(item.entry.ops.size(), must.size()); ++i) {
      const Op& op = item.entry.ops[i];
      const RegisterSpec& reg = PackOf(item.entry.packs[op.pack]).registers[op.reg];
      for (size_t j = 0; j < std::min(op.changes.size(), must[i].changes.size()); ++j) {
        const Change& change = op.changes[j];
        if (change.field != must[i].changes[j].field || reg.fields[change.field].type != Type::kSerial || change.value.unset())
          continue;
        if (expected.far_numbers) must[i].changes[j].value = change.value;
        const auto [known, fresh] =
            numbers_.try_emplace({RuleIdOf(reg.name, reg.fields[change.field]), change.value}, item.place());
        if (!fresh) return "the number of " + book_.Short(item.place()) + " was issued before, as " + book_.Short(known->second);
        Count("numbers of far lanes", expected.far_numbers);
      }
    }
    return "";
  }

  std::string Show(const Ops& ops) const {
    std::string out;
    for (const Op& op : ops) {
      out += Cat("\n  op ", static_cast<int>(op.kind), " pack ", op.pack, " reg ", op.reg, " ", op.key, ":");
      for (const Change& change : op.changes) {
        out += Cat(" ", change.field, "/", static_cast<int>(change.verb), "=", Hex(change.value.payload()), "(");
        for (const Place& place : change.named) out += book_.Short(place) + " ";
        out += ")";
      }
    }
    return out;
  }
  std::string Show(const std::vector<Fact>& facts) const {
    std::string out;
    for (const Fact& fact : facts) out += Cat(" ", book_.Short(fact.place), "#", fact.op);
    return out;
  }

  // ---- moving entries

  // Brings what the site has just written into the book. at_least: entries that must be new.
  Error TakeOwn(Site& site, size_t at_least) {
    const auto snapshot = site.db->Read();
    if (!snapshot.ok()) return Failed("Read", snapshot.status());
    const auto runs = snapshot->RunsSince(site.frontier);
    if (!runs.ok()) return Failed("RunsSince", runs.status());
    std::vector<Place> places;
    for (const std::string& run : *runs) RETURN_IF_DIFFERENT(book_.Take(run, &places));
    if (places.size() < at_least) return "an act left no entry";
    for (size_t i = 0; i < at_least; ++i) site.seen[places[i].lane] = places[i].seq;
    return "";
  }

  // Random runs, in random batches, some of them twice.
  Error Deliver(Site& from, Site& to) {
    if (&from == &to) return "";
    const std::string since = draw_.Chance(60) ? to.frontier : draw_.Chance(50) ? "0" : draw_.Of(sites_)->frontier;
    const size_t bytes_max = draw_.Chance(50) ? 0 : 200 + draw_.Below(3000);
    return Move(from, to, since, bytes_max, bytes_max == 0 && since == to.frontier && draw_.Chance(70));
  }

  // whole: nothing is lost, doubled or shuffled on the way.
  Error Move(Site& from, Site& to, const std::string& since, size_t bytes_max, bool whole) {
    Note(Cat("# ", to.name, " takes from ", from.name, " what came after ", since,
             bytes_max > 0 ? Cat(", about ", bytes_max, " bytes") : ""));
    const auto snapshot = from.db->Read();
    if (!snapshot.ok()) return Failed("Read", snapshot.status());
    auto runs = snapshot->RunsSince(since, bytes_max);
    if (!runs.ok()) return Failed("RunsSince " + since, runs.status());
    if (!whole) Scatter(*runs);
    while (!runs->empty()) {
      const size_t n = draw_.Chance(60) ? runs->size() : 1 + draw_.Below(runs->size());
      const std::vector<std::string> batch(runs->begin(), runs->begin() + static_cast<ptrdiff_t>(n));
      runs->erase(runs->begin(), runs->begin() + static_cast<ptrdiff_t>(n));
      RETURN_IF_DIFFERENT(Ingest(to, batch, [&] { return to.db->Ingest(batch); }));
    }
    if (!whole || !to.kept.empty() || Covers(to.seen, from.seen)) return "";
    return to.name + " took all that " + from.name + " holds and lacks something";
  }

  void Scatter(std::vector<std::string>& runs) {
    if (draw_.Chance(40)) draw_.Shuffle(runs);
    if (!runs.empty() && draw_.Chance(30)) runs.push_back(runs[draw_.Below(runs.size())]);
    if (!runs.empty() && draw_.Chance(30)) runs.erase(runs.begin() + static_cast<ptrdiff_t>(draw_.Below(runs.size())));
  }

  Error Bundle(Site& from, Site& to) {
    Note(Cat("# ", to.name, " applies a bundle of ", from.name));
    const auto snapshot = from.db->Read();
    if (!snapshot.ok()) return Failed("Read", snapshot.status());
    const auto bundle = snapshot->ExportBundle(draw_.Chance(50) ? "0" : to.frontier);
    if (!bundle.ok()) return Failed("ExportBundle", bundle.status());
    const auto decoded = DecodeBundle(*bundle);
    if (!decoded.ok()) return Failed("DecodeBundle", decoded.status());
    Count("bundles");
    const auto before = to.db->Read();
    const auto preview = to.db->PreviewBundle(*bundle);
    RETURN_IF_DIFFERENT(Ingest(to, {decoded->runs.begin(), decoded->runs.end()}, [&] { return to.db->ApplyBundle(*bundle); }));
    const auto after = to.db->Read();
    if (!before.ok() || !preview.ok() || !after.ok()) return Failed("PreviewBundle", preview.status());
    return ComparePreview(*preview, *before, *after, *to.meaning);
  }

  // What was told before a merge is what came of it.
  Error ComparePreview(const MergePreview& preview, const Snapshot& before, const Snapshot& after, const Meaning& meaning) {
    Lines told, came;
    for (const CaseChange& c : preview.cases) told.push_back(Cat(c.now.id, " ", c.before, " -> ", c.now.state));
    std::map<std::string, std::pair<std::string, std::string>> states;
    const auto were = before.Cases(), are = after.Cases();
    if (!were.ok() || !are.ok()) return Failed("Cases", were.status());
    for (const CaseView& c : *were) states[c.id].first = c.state;
    for (const CaseView& c : *are) states[c.id].second = c.state;
    for (const auto& [id, state] : states) {
      if (state.first != state.second) came.push_back(Cat(id, " ", state.first, " -> ", state.second));
    }
    const auto line = [](const std::string& at, const Literal& was, bool was_contested, const Literal& is, bool is_contested) {
      return Cat(at, " ", was.Json(), was_contested ? "?" : "", " -> ", is.Json(), is_contested ? "?" : "");
    };
    for (const ValueChange& v : preview.values)
      told.push_back(line(v.address, v.before, v.contested_before, v.after, v.contested_after));
    for (const auto& [address, row] : meaning.rows) {
      const auto was = before.Record(address), is = after.Record(address);
      if (!was.ok() || !is.ok() || (!was->exists && is->exists)) continue;
      if (was->exists != is->exists) came.push_back(line(is->address, was->exists, was->contested, is->exists, is->contested));
      for (size_t i = 0; i < is->fields.size(); ++i) {
        const bool shown = is->exists || is->contested, was_shown = was->exists || was->contested;
        const FieldView a = was_shown ? was->fields[i] : FieldView(), b = shown ? is->fields[i] : FieldView();
        if (a.interim == b.interim && a.contested == b.contested) continue;
        came.push_back(line(Cat(is->address, "/", is->fields[i].name), a.interim, a.contested, b.interim, b.contested));
      }
    }
    std::sort(told.begin(), told.end());
    std::sort(came.begin(), came.end());
    Count("merges previewed");
    Count("cases previewed", preview.cases.size());
    Count("values previewed", preview.values.size());
    return told == came ? "" : "the preview of a merge differs from the merge\n" + Difference(told, came);
  }

  static bool Covers(const Seen& a, const Seen& b) {
    return std::all_of(b.begin(), b.end(), [&](const auto& tip) { return Has(a, {tip.first, tip.second}); });
  }

  // A run becomes part of a site's set when all that its authors knew is, and no stamp in it leads the site's clock too far;
  // until then it is kept, whole.
  template <class Call>
  Error Ingest(Site& to, const std::vector<std::string>& runs, const Call& call) {
    std::set<Stretch> pending = to.kept;
    RETURN_IF_DIFFERENT(Keep(runs, pending));
    const Seen before = to.seen;
    Seen after = before;
    TakeIn(to, pending, &after);
    Seen in_time = after;  // what would be there if all clocks were
    Reach(
        pending, [](const Stretch&) { return true; }, &in_time);
    const uint64_t taken = Reached(after) - Reached(before), held = Reached(in_time) - Reached(after);
    std::set<Place> waiting;
    for (const Stretch& run : pending) {
      for (uint64_t seq = run.first; seq <= run.last; ++seq) {
        if (!Has(in_time, {run.lane, seq})) waiting.insert({run.lane, seq});
      }
    }
    const absl::StatusOr<Intake> intake = call();
    if (!intake.ok()) return Failed("Ingest", intake.status());
    if (intake->entries != taken) return Cat("Ingest took ", intake->entries, " entries, model: ", taken);
    if (intake->held != held) return Cat("Ingest holds ", intake->held, " entries, model: ", held);
    if (intake->waiting != waiting.size()) return Cat("Ingest lets ", intake->waiting, " entries wait, model: ", waiting.size());
    if (intake->missing.empty() != waiting.empty()) return "Ingest names what is missing where nothing is, or does not name it";
    Count("waiting", waiting.size());
    Count("held", held);
    Count("released", runs.empty() ? taken : 0);
    to.seen = after;
    to.kept = pending;
    const uint64_t opened_before = opened_;
    RETURN_IF_DIFFERENT(Check(to));
    if (intake->opened != opened_ - opened_before)
      return Cat("Ingest opened ", intake->opened, " cases, model: ", opened_ - opened_before);
    return "";
  }

  Error Keep(const std::vector<std::string>& runs, std::set<Stretch>& kept) {
    for (const std::string& run : runs) {
      std::vector<Place> places;
      RETURN_IF_DIFFERENT(book_.Take(run, &places));
      kept.insert({places.front().lane, places.front().seq, places.back().seq, run});
    }
    return "";
  }

  // What of the runs the site takes in now; the others are left.
  void TakeIn(Site& site, std::set<Stretch>& runs, Seen* seen) {
    const auto soon = [&](const Stretch& run) {
      const Hlc last = book_.items.at({run.lane, run.last}).entry.hlc;
      return static_cast<int64_t>(last >> 16) <= site.clock.NowMs() + kMaxLead;
    };
    Reach(runs, soon, seen);
    std::erase_if(runs, [&](const Stretch& run) { return Has(*seen, {run.lane, run.last}); });
  }

  // Adds to `seen` what the runs bring of which everything is there and that `may` come in.
  template <class May>
  void Reach(const std::set<Stretch>& runs, const May& may, Seen* seen) {
    for (bool more = true; more;) {
      more = false;
      for (const Stretch& run : runs) {
        const uint64_t next = seen->contains(run.lane) ? (*seen)[run.lane] + 1 : 1;
        if (run.last < next || run.first > next || !may(run)) continue;
        if (!Covers(*seen, book_.items.at({run.lane, next}).past)) continue;
        (*seen)[run.lane] = run.last;
        more = true;
      }
    }
  }

  static uint64_t Reached(const Seen& seen) {
    uint64_t entries = 0;
    for (const auto& [lane, seq] : seen) entries += seq;
    return entries;
  }

  // ---- restarts

  Error Restart(Site& site) {
    RETURN_IF_DIFFERENT(Reopen(site));
    return Check(site);
  }

  Error Reopen(Site& site) {
    Note("# " + site.name + " restarts");
    site.db.reset();
    auto db = Database::Open(site.dir, EnvironmentOf(site));
    if (!db.ok()) return Failed("Open", db.status());
    site.db = *std::move(db);
    Count("restarts");
    return "";
  }

  Error Rebuild(Site& site) {
    Note("# " + site.name + " rebuilds its tables");
    if (const absl::Status status = site.db->Rebuild(); !status.ok()) return Failed("Rebuild", status);
    Count("rebuilds");
    return Check(site);
  }

  // ---- comparing

  Error Check(Site& site) {
    site.meaning.emplace(book_, site.seen);
    const auto snapshot = site.db->Read();
    if (!snapshot.ok()) return Failed("Read", snapshot.status());
    site.frontier = snapshot->Frontier();
    if (site.frontier != FrontierOf(site.seen))
      return site.name + " holds " + site.frontier + ", model: " + FrontierOf(site.seen);
    std::vector<std::string> addresses;
    for (const auto& [address, row] : site.meaning->rows) addresses.push_back(address);
    const absl::StatusOr<Shown> engine = ShownBy(*snapshot, addresses);
    if (!engine.ok()) return Failed("reading " + site.name, engine.status());
    const Shown model = ShownBy(*site.meaning);
    if (Error different = Difference(PictureOf(*engine), PictureOf(model)); !different.empty())
      return "at " + site.name + "\n" + different;
    RETURN_IF_DIFFERENT(CheckKeys(site, *snapshot));
    RETURN_IF_DIFFERENT(CheckSearched(site, *snapshot, model));
    RETURN_IF_DIFFERENT(CheckEquals(site, *engine));
    CountCases(site, model);
    return pasts_.Chance(15) ? CheckPast(site, *snapshot) : "";
  }

  // What the site says was so at some moment, against what the entries of that moment mean: named by a frontier, a time, or as
  // what a site could see.
  Error CheckPast(const Site& site, const Snapshot& now) {
    const Item& last = *pasts_.Of(Known(site));
    const size_t way = pasts_.Below(3);
    Seen seen;
    absl::StatusOr<Snapshot> then = absl::UnknownError("");
    if (way == 0) {
      for (const auto& [lane, seq] : site.seen) seen[lane] = pasts_.Chance(50) ? seq : pasts_.Below(seq + 1);
      seen[last.entry.lane] = last.entry.seq;
      then = now.AsOf(FrontierOf(seen));
      for (const auto& [lane, seq] : Seen(seen)) RaiseTo(lane, seq, &seen);
    } else if (way == 1) {
      for (const Item* item : Known(site)) {
        if (MsOf(item->entry.hlc) <= MsOf(last.entry.hlc)) RaiseTo(item->entry.lane, item->entry.seq, &seen);
      }
      then = now.AsOf(FormatTime(MsOf(last.entry.hlc)));
    } else {
      RaiseTo(last.entry.lane, last.entry.seq, &seen);
      then = now.AsOf(book_.Short(last.place()));
      if (then.ok()) then = then->SeenBy(book_.labels.at(last.entry.lane));
    }
    const Meaning meaning(book_, seen);
    if (!then.ok()) return Failed("the past of " + site.name, then.status());
    std::vector<std::string> addresses;
    for (const auto& [address, row] : meaning.rows) addresses.push_back(address);
    const absl::StatusOr<Shown> engine = ShownBy(*then, addresses);
    if (!engine.ok()) return Failed("reading the past of " + site.name, engine.status());
    const std::string at = Cat("at ", site.name, ", as of ", FrontierOf(seen), "\n");
    if (Error different = Difference(PictureOf(*engine), PictureOf(ShownBy(meaning))); !different.empty()) return at + different;
    Count(Cat("moments read again, way ", way));
    const auto known = wholes_.find(FrontierOf(seen));
    if (known == wholes_.end()) return "";
    Count("moments that were seen then");
    return known->second == WholeOf(*engine) ? "" : at + FirstDifference(known->second, WholeOf(*engine));
  }

  // What the site has merged behind the packs. Never nothing: it is founded.
  std::vector<const Item*> Known(const Site& site) const {
    std::vector<const Item*> known;
    for (const auto& [place, item] : book_.items) {
      const bool alone = item.past.empty() || (item.past.size() == 1 && item.past.begin()->first == place.lane);
      if (Has(site.seen, place) && !(alone && place.seq <= Packs().size())) known.push_back(&item);
    }
    return known;
  }

  // That entry, with all that its author had merged.
  void RaiseTo(LaneId lane, uint64_t seq, Seen* seen) const {
    if (seq == 0) return;
    for (const auto& [other, upto] : book_.items.at({lane, seq}).past) (*seen)[other] = std::max((*seen)[other], upto);
    (*seen)[lane] = std::max((*seen)[lane], seq);
  }

  Error CheckSearched(Site& site, const Snapshot& snapshot, const Shown& model) {
    Error error = CheckFound(snapshot, *site.meaning, model.records, questions_, tally_);
    if (error.empty()) error = CheckCasePages(snapshot, tally_);
    if (error.empty()) error = site.follower.Look(snapshot, book_, site.seen, tally_);
    return error.empty() ? "" : "at " + site.name + ": " + error;
  }

  Error CheckKeys(const Site& site, const Snapshot& snapshot) {
    for (const std::string& reg : RegisterNames()) {
      std::vector<std::string> model;
      for (const auto& [address, row] : site.meaning->rows) {
        if (row.exists && row.reg->name == reg) model.push_back(Address::Parse(address)->key);
      }
      std::sort(model.begin(), model.end());
      const auto keys = snapshot.Keys(reg);
      if (!keys.ok()) return Failed("Keys", keys.status());
      if (*keys != model) return "Keys of " + reg + " differ at " + site.name;
    }
    return "";
  }

  // Equal frontiers, equal everything; and records that differ do so in the digest.
  Error CheckEquals(const Site& site, const Shown& shown) {
    const std::string whole = WholeOf(shown), records = RecordsOf(PictureOf(shown));
    const auto [known, fresh] = wholes_.try_emplace(site.frontier, whole);
    if (!fresh) Count("equal frontiers");
    if (known->second != whole)
      return "two sites hold " + site.frontier + " and differ:\n" + FirstDifference(known->second, whole);
    const auto [digested, first] = digests_.try_emplace(shown.status.digest, records);
    if (!first && digested->second != records)
      return "one digest for two registers:\n" + FirstDifference(digested->second, records);
    return "";
  }

  static std::string FirstDifference(const std::string& a, const std::string& b) {
    size_t at = 0;
    while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
    const size_t line = at == 0 ? 0 : a.rfind('\n', at - 1) + 1;
    return a.substr(line, a.find('\n', at) - line) + "\n" + b.substr(line, b.find('\n', at) - line);
  }

  std::string FrontierOf(const Seen& seen) const {
    std::map<std::string, uint64_t> tips;
    for (const auto& [lane, seq] : seen) tips[book_.labels.at(lane)] = seq;
    std::string out;
    for (const auto& [label, seq] : tips) out += Cat(out.empty() ? "" : ",", label, "-", seq);
    return out.empty() ? "0" : out;
  }

  void CountCases(Site& site, const Shown& model) {
    std::map<CaseKey, std::string> now;
    for (const auto& [key, c] : site.meaning->cases) {
      now[key] = c.state;
      const std::string before = site.states.contains(key) ? site.states[key] : "";
      if (c.waits() && !site.waiting.contains(key)) ++opened_;
      if (c.state == before) continue;
      if (c.state == "open") Count("opened " + c.rule.id);
      Count(Cat(c.state, " ", c.rule.shown));
      if (c.state == "ruled" && before == "split") Count("split mended");
    }
    site.waiting.clear();
    for (const auto& [key, c] : site.meaning->cases) {
      if (c.waits()) site.waiting.insert(key);
    }
    for (const auto& [key, state] : site.states) {
      if (!now.contains(key)) Count("withdrawn " + RuleOf(key.first).shown);
    }
    site.states = now;
    CountKinds(*site.meaning, tally_);
    CountShown(model, tally_);
  }

  const HistoryOptions options_;
  Tally& tally_;
  Draw draw_;
  Draw pasts_;                             // of its own: what is read again changes no history
  SeededRandom questions_{options_.seed};  // draws apart: what is filed does not depend on what is asked
  TempDir dir_;
  int64_t now_ = kStart;
  int step_ = 0;
  size_t wanted_ = 2;
  uint64_t opened_ = 0;
  int keys_ = 0;
  const bool far_clocks_;  // in this history some clocks lead by more than a day
  std::vector<std::unique_ptr<Site>> sites_;
  Book book_;
  Contents contents_;                                       // of filings, as drafts
  std::map<std::pair<std::string, Value>, Place> numbers_;  // issued from blocks, by field
  std::vector<Draft> drafts_;                               // with an id, to be repeated
  std::map<std::string, std::string> wholes_;               // frontier -> all that a site shows
  std::map<std::string, std::string> digests_;              // digest -> the records it stands for
  std::string trace_;
};

}  // namespace

std::string RunHistory(const HistoryOptions& options, Tally& tally) { return History(options, tally).Run(); }

}  // namespace chancery::model
