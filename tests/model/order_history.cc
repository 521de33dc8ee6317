#include "tests/model/order_history.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/codec/run.h"
#include "tests/model/order_set.h"
#include "tests/support/temp_dir.h"

namespace chancery::model {
namespace {

constexpr const char* kPack =
    "[pack]\nname = \"land\"\nversion = 1\n[register.parcel]\ntitle = \"Parcel\"\n"
    "fields.owner = { type = \"text\" }\n";
constexpr int64_t kStart = 1767225600000, kHour = 3600 * 1000;
constexpr size_t kSitesMax = 5;

struct Member {
  std::string name, dir;
  ManualClock clock{kStart};
  SeededRandom random;
  int64_t skew_ms = 0;
  int restores = 0;
  std::string backup;            // the last
  std::unique_ptr<Database> db;  // null: lost for ever
  // Of the key that the store has now.
  LaneId Lane() const {
    std::string key;
    CHECK(Unhex(ParseJson(db->SiteCard())->Find("key")->text, &key));
    return LaneOf(PublicKey::From(key));
  }
  explicit Member(const std::string& called, uint64_t seed) : name(called), random(seed) {}
  Environment env() {
    Environment e;
    e.clock = &clock;
    e.random = &random;
    e.durable = false;
    e.reserve_bytes = 0;
    return e;
  }
};

// ---- the history

// Who is meant to decide and settle, said again here: more than half, and a holder in common.
struct Needed {
  size_t settle = 0, decide = 0;
};
Needed NeededIn(const Epoch& epoch) {
  size_t holders = 0;
  for (const EpochMember& m : epoch.members) holders += m.role == Role::kWitness ? 0 : 1;
  const size_t settle = holders / 2 + 1, witnesses = epoch.members.size() - holders;
  size_t decide = epoch.members.size() / 2 + 1;
  while (settle + decide <= holders + witnesses) ++decide;
  return {settle, decide};
}

class History {
 public:
  History(uint64_t seed, OrderTally& tally) : random_(seed), seed_(seed), tally_(tally) {}

  std::string Run() {
    Found();
    for (size_t i = 0; i < 2 && error_.empty(); ++i) Join();
    Gather();
    for (int step = 0; step < 110 && error_.empty(); ++step) {
      Step();
      Check();
    }
    if (error_.empty()) Calm();
    return error_;
  }

 private:
  template <class T>
  T Must(absl::StatusOr<T> value, const char* what) {
    if (!value.ok() && error_.empty()) error_ = std::string(what) + ": " + std::string(value.status().message());
    return value.ok() ? *std::move(value) : T();
  }

  std::vector<Member*> Live() {
    std::vector<Member*> live;
    for (const auto& m : members_)
      if (m->db != nullptr) live.push_back(m.get());
    return live;
  }
  Member& Any() {
    const std::vector<Member*> live = Live();
    return *live[random_.Below(live.size())];
  }

  Member& Add() {
    const std::string name(1, static_cast<char>('a' + members_.size()));
    members_.push_back(std::make_unique<Member>(name, seed_ * 100 + members_.size()));
    members_.back()->dir = dir_ / name;
    SetClocks();
    return *members_.back();
  }

  void SetClocks() {
    for (const auto& m : members_) m->clock.Set(now_ms_ + m->skew_ms);
  }

  std::string KeySeed(const Member& m) { return "order/" + m.name + std::to_string(seed_) + "/" + std::to_string(m.restores); }

  void Found() {
    Member& first = Add();
    FoundOptions options;
    options.site = first.name;
    options.packs = {{"land.toml", kPack}};
    options.key_seed = KeySeed(first);
    auto db = Database::Found(first.dir, options, first.env());
    if (!db.ok()) return void(error_ = std::string(db.status().message()));
    first.db = *std::move(db);
  }

  void Join() {
    if (members_.size() == kSitesMax) return;
    Member& by = Any();
    const auto now = by.db->Read();
    const std::string bundle = Must(now->ExportBundle("0"), "export");
    Member& joiner = Add();
    JoinOptions options;
    options.site = joiner.name;
    options.role = random_.Below(4) == 0 ? "witness" : random_.Below(4) == 0 ? "blind" : "full";
    options.key_seed = KeySeed(joiner);
    auto db = Database::Join(joiner.dir, options, bundle, joiner.env());
    if (!db.ok()) return void(error_ = std::string(db.status().message()));
    joiner.db = *std::move(db);
    if (!by.db->Admit(joiner.db->SiteCard()).ok()) return;  // `by` may not admit: another will
    ++tally_["joined"];
    tally_["joined as a witness"] += options.role == "witness" ? 1 : 0;
  }

  void File(Member& m) {
    Draft draft =
        Draft().By("clerk").Record("parcel/" + std::to_string(random_.Below(6))).Set("owner", std::to_string(random_.Next()));
    if (m.db->File(draft).ok()) return void(++tally_["filed"]);
    const std::string key = "parcel/" + std::to_string(random_.Below(6));
    if (m.db->File(Draft().By("clerk").Create(key)).ok()) ++tally_["filed"];
  }

  bool Hears(const Member& to, const Member& from) const { return &to != &from && !deaf_.contains({to.name, from.name}); }

  bool Take(Member& to, Member& from, bool part) {
    if (!Hears(to, from)) return false;
    const auto mine = to.db->Read(), theirs = from.db->Read();
    std::vector<std::string> runs = Must(theirs->RunsSince(mine->Frontier()), "runs");
    if (part && runs.size() > 1) {  // some are lost on the way
      runs.erase(runs.begin() + static_cast<ptrdiff_t>(random_.Below(runs.size())));
      ++tally_["lost runs"];
    }
    const Intake intake = Must(to.db->Ingest(runs), "ingest");
    if (error_.empty() && intake.damaged > 0) error_ = to.name + " finds entries of " + from.name + " malformed";
    return intake.entries > 0;
  }

  bool TakeSigned(Member& to, Member& from) {
    if (!Hears(to, from)) return false;
    const std::string bytes = Must(from.db->Read()->Cosignatures(), "cosignatures");
    const bool taken = Must(to.db->TakeCosignatures(bytes), "take cosignatures");
    tally_["cosignatures taken"] += taken ? 1 : 0;
    return taken;
  }

  bool Settle(Member& m) {
    const bool changed = Must(m.db->Settle(), "settle");
    tally_["settled something"] += changed ? 1 : 0;
    NoteSigned(m);
    return changed;
  }

  // What it has signed of the order, and in which epoch it was when it did: always more than before, whatever it has been
  // through.
  void NoteSigned(Member& m) {
    const auto now = m.db->Read();
    const uint64_t epoch = Must(now->Epoch(), "epoch").number;
    const std::string bytes = Must(now->Cosignatures(), "cosignatures");
    const LaneId own = m.Lane();
    const uint64_t before = last_signed_[{own, epoch}];
    for (ByteReader r(std::string_view(bytes).substr(8)); !r.AtEnd() && r.ok();) {
      const LaneId by = r.U64();
      const uint64_t log = r.U64(), size = r.U64();
      const std::string root(r.Raw(32));
      const uint64_t at_s = r.U64();
      r.Raw(64);
      if (log != 0 || by != own || !signed_.insert({by, size, root, at_s}).second) continue;
      certificates_[{epoch, size, root}].insert(by);
      if (size <= before && error_.empty()) error_ = m.name + " has signed what does not extend what it had signed";
      last_signed_[{own, epoch}] = std::max(last_signed_[{own, epoch}], size);
    }
  }

  void Reopen(Member& m) {
    m.db.reset();
    auto db = Database::Open(m.dir, m.env());
    if (!db.ok()) return void(error_ = std::string(db.status().message()));
    m.db = *std::move(db);
  }

  // Members of the last epoch that can still vote.
  std::set<LaneId> Able() {
    std::set<LaneId> able;
    for (const EpochMember& m : universe_.epochs.rbegin()->second.members)
      for (const Member* live : Live())
        if (live->Lane() == m.lane) able.insert(m.lane);
    return able;
  }
  // Whether the others could go on without it, once it is ended.
  bool MayFail(const Member& m) {
    if (faults_ == 2) return false;
    const Epoch& last = universe_.epochs.rbegin()->second;
    std::set<LaneId> able = Able();
    able.erase(m.Lane());
    size_t holders = 0;
    for (const EpochMember& member : last.members) holders += able.contains(member.lane) && member.role != Role::kWitness ? 1 : 0;
    bool known = false;  // an epoch that the founder decided alone, and took with it
    for (const Member* other : Live()) known |= other != &m && Must(other->db->Read()->Epoch(), "epoch").number == last.number;
    return known && able.size() >= NeededIn(last).decide && holders > 0 && FindMemberOf(last, m.Lane());
  }
  static bool FindMemberOf(const Epoch& epoch, LaneId lane) {
    for (const EpochMember& m : epoch.members)
      if (m.lane == lane) return true;
    return false;
  }

  void Lose(Member& m) {
    if (!MayFail(m)) return;
    m.db.reset();
    ++faults_;
    ++tally_["lost for ever"];
  }

  void Restore(Member& m) {
    if (m.backup.empty() || !MayFail(m)) return;
    m.db.reset();
    for (const char* file : {"/data.mdb", "/lock.mdb"}) std::filesystem::remove(m.dir + file);
    ++m.restores;
    auto db = Database::Restore(m.dir, m.backup, {.key_seed = KeySeed(m)}, m.env());
    if (!db.ok()) return void(error_ = std::string(db.status().message()));
    m.db = *std::move(db);
    ++faults_;
    ++tally_["restored"];
  }

  void BackUp(Member& m) {
    const std::string file = dir_ / (m.name + ".backup" + std::to_string(random_.Next()));
    if (m.db->Backup(file).ok()) m.backup = file;
  }

  // By a member, of another that is silent, suspected, or only to be replaced.
  void End(Member& any_by) {
    Member& by = hears_nobody_ != nullptr && hears_nobody_->db != nullptr && random_.Below(2) == 0 ? *hears_nobody_ : any_by;
    const Member& any = *members_[random_.Below(members_.size())];
    const Member& of = silent_ != nullptr && random_.Below(2) == 0 ? *silent_ : any;
    const bool lost = of.db == nullptr;
    if (&of == &by || (!lost && (ended_ >= 2 || !MayFail(of)))) return;
    if (!by.db->ProposeEnd(of.name).ok()) return;
    ended_ += lost ? 0 : 1;
    ++tally_[lost ? "proposed to end a lost site" : "proposed to end a live site"];
  }

  void Cut() {
    deaf_.clear();
    silent_ = nullptr;
    hears_nobody_ = nullptr;
    Member &alone = *members_[random_.Below(members_.size())], &other = *members_[random_.Below(members_.size())];
    const uint64_t way = random_.Below(6);
    if (way == 0) return;  // all links are back
    for (const auto& m : members_) {
      if (way < 3) deaf_.insert({m->name, alone.name});
      if (way == 2 || way == 3) deaf_.insert({alone.name, m->name});
      if (way > 3 && m.get() != &other) deaf_.insert({m->name, alone.name});  // one hears what the others do not,
      if (way > 3) deaf_.insert({m->name, other.name});                       // and is not heard itself
    }
    if (way > 3) silent_ = &alone;
    if (way == 3) hears_nobody_ = &alone;
    ++tally_[way == 2 ? "cut" : way > 3 ? "heard by one that nobody hears" : "cut one way"];
  }

  void Step() {
    Member &a = Any(), &b = Any();
    const uint64_t what = random_.Below(123);
    if (what < 28) {
      File(a);
    } else if (what < 56) {
      Take(a, b, random_.Below(4) == 0);
    } else if (what < 76) {
      Settle(a);
    } else if (what < 88) {
      TakeSigned(a, b);
    } else if (what < 98) {
      now_ms_ += static_cast<int64_t>(random_.Below(2) ? random_.Below(4000) : 5000 * random_.Below(5));
      SetClocks();
    } else if (what < 100) {
      a.skew_ms = random_.Below(2) ? 0 : static_cast<int64_t>(random_.Below(4 * kHour)) - 2 * kHour;
      SetClocks();
      ++tally_["clock set"];
    } else if (what < 102) {
      Reopen(a);
    } else if (what < 104) {
      Join();
    } else if (what < 108) {
      Cut();
    } else if (what < 110) {
      BackUp(a);
    } else if (what < 112) {
      a.backup.empty() ? Lose(a) : Restore(a);
    } else if (what < 116) {
      Burst();
    } else if (what < 118) {
      AdmitAny(a);
    } else {
      End(a);
    }
  }

  // A while in which the links there are work well.
  void Burst() {
    for (int turn = 0; turn < 2 && error_.empty(); ++turn) {
      now_ms_ += 12000;
      SetClocks();
      for (Member* to : Live())
        for (Member* from : Live()) {
          Take(*to, *from, false);
          Settle(*to);
          TakeSigned(*to, *from);
        }
    }
    ++tally_["exchanged as far as they hear"];
  }

  // Whoever has a key that `by` does not know of.
  void AdmitAny(Member& by) {
    for (Member* m : Live())
      if (Hears(by, *m) && by.db->Admit(m->db->SiteCard()).ok()) ++tally_["admitted later"];
  }

  // Entries that were not there: they come from those that file, so nobody needs to be asked twice for the same.
  void Gather() {
    for (Member* m : Live()) {
      const auto now = m->db->Read();
      std::string& known = gathered_[m->name];
      if (std::exchange(known, now->Frontier()) == now->Frontier()) continue;
      for (const std::string& bytes : Must(now->RunsSince("0"), "runs")) {
        const auto run = DecodeRun(bytes);
        for (size_t i = 0; run.ok() && i < run->leaves.size(); ++i) universe_.Add(*run, i);
      }
    }
    if (universe_.entries.size() != ordered_) {
      ordered_ = universe_.entries.size();
      order_.clear();
      for (const auto& [number, round] : OrderOf(universe_)) order_[round.size] = round;
    }
    if (error_.empty()) error_ = universe_.fault;
  }

  // Whatever a quorum of an epoch signed in it is what the set gives; and nobody signed anything else as long as nothing had
  // ended.
  void Check() {
    Gather();
    const bool ended = !universe_.epochs.rbegin()->second.ends.empty();
    uint64_t certified = 0;
    for (const auto& [what, by] : certificates_) {
      const auto& [epoch, size, root] = what;
      ++tally_["cosignatures compared"];
      size_t holders = 0;
      for (const EpochMember& m : universe_.epochs[epoch].members)
        holders += m.role != Role::kWitness && by.contains(m.lane) ? 1 : 0;
      const bool final = holders >= NeededIn(universe_.epochs[epoch]).settle;
      const auto found = order_.find(size);
      const bool given = found != order_.end() && found->second.root.view() == root;
      if (final && given) certified = std::max(certified, found->second.entries);
      if (!given && !final) ++tally_["signed by a minority and never final"];
      if (!given && (final || !ended) && error_.empty())
        error_ = "epoch " + std::to_string(epoch) + " has signed " + std::to_string(size) + " leaves that the set does not give";
    }
    tally_["epochs"] = std::max(tally_["epochs"], universe_.epochs.rbegin()->first);
    for (Member* m : Live()) CheckView(*m, certified);
  }

  void CheckView(const Member& m, uint64_t certified) {
    const StatusView status = Must(m.db->Read()->Status(), "status");
    if (!error_.empty()) return;
    if (!status.order.unequal.empty()) error_ = m.name + " says that " + status.order.unequal[0] + " is unequal";
    uint64_t& before = settled_[m.name + std::to_string(m.restores)];
    if (status.order.entries < before) error_ = m.name + " has fewer settled entries than before";
    if (status.order.entries > certified) error_ = m.name + " calls final what no quorum has signed";
    if (status.order.entries > before) ++tally_["settled further"];
    before = status.order.entries;
    if (!status.order.waiting_for.empty()) ++tally_["waiting"];
  }

  // Until nobody has anything new, and once more some rounds later.
  void Exchange() {
    for (int i = 0; i < 2 && error_.empty(); ++i) {
      now_ms_ += 30000;
      SetClocks();
      int turns = 0;
      for (bool changed = true; std::exchange(changed, false) && error_.empty();) {
        if (++turns > 100) error_ = "the sites never come to rest";
        for (Member* a : Live())
          for (Member* b : Live()) {
            if (a == b) continue;
            changed |= Take(*a, *b, false);
            changed |= Settle(*a);
            changed |= TakeSigned(*a, *b);
          }
      }
      if (error_.empty()) Check();
    }
  }

  // Every lane of the last epoch that nobody can write any more is ended, and whoever has a new key is admitted.
  void Mend() {
    for (Member* by : Live()) AdmitAny(*by);
    Exchange();
    for (const auto& m : members_)
      if (m->db == nullptr)
        for (Member* by : Live())
          if (by->db->ProposeEnd(m->name).ok()) break;
    Exchange();
    now_ms_ += kHour;  // what was stuck is taken up again
    Exchange();
    now_ms_ += kHour;
    Exchange();
  }

  void Calm() {
    deaf_.clear();
    for (const auto& m : members_) m->skew_ms = 0;
    now_ms_ += 3 * kHour;
    Exchange();
    Mend();
    if (!error_.empty()) return;
    const Epoch& last = universe_.epochs.rbegin()->second;
    const Needed needed = NeededIn(last);
    size_t holders = 0;
    const std::set<LaneId> able = Able();
    for (const EpochMember& m : last.members) holders += able.contains(m.lane) && m.role != Role::kWitness ? 1 : 0;
    if (able.size() < needed.decide || holders < needed.settle) return void(++tally_["no quorum left"]);
    uint64_t filings = 0, beats = 0;
    for (const Known& k : universe_.Effective()) ++(k.kind == EntryKind::kBeat ? beats : filings);
    tally_["beats"] += beats;
    tally_["lanes ended"] += last.ends.size();
    tally_["void entries"] += universe_.entries.size() - filings - beats;
    for (Member* m : Live()) {
      const StatusView status = Must(m->db->Read()->Status(), "status");
      if (error_.empty() && (status.order.entries != filings || !status.order.waiting_for.empty()))
        error_ = m->name + " has settled " + std::to_string(status.order.entries) + " of " + std::to_string(filings) +
                 " in the calm of epoch " + std::to_string(last.number) +
                 (status.order.waiting_for.empty() ? "" : ", waiting for " + status.order.waiting_for[0]);
    }
    for (Member* m : Live()) CheckDerived(*m);
  }

  // What is derived is a function of the entries: the same at every site, and made anew from the journal.
  void CheckDerived(Member& m) {
    const StatusView now = Must(m.db->Read()->Status(), "status");
    const StatusView first = Must(Live()[0]->db->Read()->Status(), "status");
    if (error_.empty() && (now.digest != first.digest || now.docket != first.docket)) error_ = m.name + " has other records";
    const VerifyView verified = Must(m.db->Verify(), "verify");
    if (error_.empty() && !verified.damage.empty()) error_ = m.name + " does not verify: " + verified.damage[0];
    if (!m.db->Rebuild().ok() && error_.empty()) error_ = m.name + " cannot be rebuilt";
    const StatusView rebuilt = Must(m.db->Read()->Status(), "status");
    if (error_.empty() && (rebuilt.digest != now.digest || rebuilt.order.entries != now.order.entries))
      error_ = m.name + " is another when it is rebuilt";
  }

  const TempDir dir_;
  SeededRandom random_;
  uint64_t seed_;
  OrderTally& tally_;
  int64_t now_ms_ = kStart;
  std::vector<std::unique_ptr<Member>> members_;
  std::set<std::pair<std::string, std::string>> deaf_;  // (to, from)
  Member* hears_nobody_ = nullptr;
  const Member* silent_ = nullptr;  // whom but one hear no more
  int faults_ = 0, ended_ = 0;
  Universe universe_;
  std::map<std::string, std::string> gathered_;                                           // up to what frontier of each
  size_t ordered_ = 0;                                                                    // entries when the order was computed
  std::map<uint64_t, Round> order_;                                                       // by size
  std::set<std::tuple<LaneId, uint64_t, std::string, uint64_t>> signed_;                  // who, size, root, when
  std::map<std::pair<LaneId, uint64_t>, uint64_t> last_signed_;                           // who, in what epoch: the largest size
  std::map<std::tuple<uint64_t, uint64_t, std::string>, std::set<LaneId>> certificates_;  // epoch, size, root
  std::map<std::string, uint64_t> settled_;
  std::string error_;
};

}  // namespace

std::string RunOrderHistory(uint64_t seed, OrderTally& tally) { return History(seed, tally).Run(); }

}  // namespace chancery::model
