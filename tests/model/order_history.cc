#include "tests/model/order_history.h"

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "engine/base/bytes.h"
#include "engine/codec/run.h"
#include "tests/support/temp_dir.h"

namespace chancery::model {
namespace {

constexpr const char* kPack =
    "[pack]\nname = \"land\"\nversion = 1\n[register.parcel]\ntitle = \"Parcel\"\n"
    "fields.owner = { type = \"text\" }\n";
constexpr int64_t kStart = 1767225600000, kRoundMs = 10000, kHour = 3600 * 1000;
constexpr size_t kSitesMax = 5;

struct Member {
  std::string name, dir;
  ManualClock clock{kStart};
  SeededRandom random;
  int64_t skew_ms = 0;
  std::unique_ptr<Database> db;
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

// ---- the order by definition

struct Known {
  Hlc hlc = 0;
  LaneId lane = 0;
  uint64_t seq = 0;
  EntryId id;
  bool beat = false;
  auto operator<=>(const Known&) const = default;
};
using Universe = std::set<Known>;

Hash256 RootOfLeaves(const std::vector<Hash256>& leaves, size_t from, size_t to) {  // RFC 6962, section 2.1
  if (to - from == 0) return Sha256({});
  if (to - from == 1) return leaves[from];
  size_t half = 1;
  while (half * 2 < to - from) half *= 2;
  const Hash256 left = RootOfLeaves(leaves, from, from + half), right = RootOfLeaves(leaves, from + half, to);
  return Sha256({"\x01", left.view(), right.view()});
}

uint64_t RoundOfStamp(Hlc hlc) {  // the first whose end is not before it
  uint64_t round = 0;
  while ((round * kRoundMs << 16) < hlc) round += std::max<uint64_t>(1, ((hlc >> 16) / kRoundMs - round) / 2);
  while (round > 0 && ((round - 1) * kRoundMs << 16) >= hlc) --round;
  return round;
}

struct Round {
  uint64_t size = 0;
  Hash256 root;
};

// What the log is at the end of every round that has entries.
std::map<uint64_t, Round> OrderOf(const Universe& all) {
  std::map<uint64_t, std::vector<Known>> rounds;
  std::map<uint64_t, std::map<LaneId, uint64_t>> last;  // in a round, beats too
  for (const Known& k : all) {
    if (!k.beat) rounds[RoundOfStamp(k.hlc)].push_back(k);
    uint64_t& seq = last[RoundOfStamp(k.hlc)][k.lane];
    seq = std::max(seq, k.seq);
  }
  std::map<uint64_t, Round> order;
  std::vector<Hash256> leaves;
  uint64_t entries = 0;
  for (auto& [number, round] : rounds) {
    std::sort(round.begin(), round.end());
    for (const Known& k : round) leaves.push_back(k.id);
    entries += round.size();
    std::map<LaneId, uint64_t> frontier;
    for (const auto& [other, lanes] : last)
      if (other <= number)
        for (const auto& [lane, seq] : lanes) frontier[lane] = std::max(frontier[lane], seq);
    ByteWriter record;
    record.Raw("chancery/round/1\n");
    record.U64(number);
    record.U64(entries);
    record.Varint(frontier.size());
    for (const auto& [lane, seq] : frontier) {
      record.U64(lane);
      record.Varint(seq);
    }
    leaves.push_back(Sha256({std::string_view("\0", 1), record.out}));
    order[number] = {leaves.size(), RootOfLeaves(leaves, 0, leaves.size())};
  }
  return order;
}

// ---- the history

class History {
 public:
  History(uint64_t seed, OrderTally& tally) : random_(seed), seed_(seed), tally_(tally) {}

  std::string Run() {
    Found();
    for (size_t i = 0; i < 2 && error_.empty(); ++i) Join();
    for (int step = 0; step < 60 && error_.empty(); ++step) {
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

  Member& Any() { return *members_[random_.Below(members_.size())]; }

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

  void Found() {
    Member& first = Add();
    FoundOptions options;
    options.site = first.name;
    options.packs = {{"land.toml", kPack}};
    options.key_seed = "order/" + first.name + std::to_string(seed_);
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
    options.key_seed = "order/" + joiner.name + std::to_string(seed_);
    auto db = Database::Join(joiner.dir, options, bundle, joiner.env());
    if (!db.ok()) return void(error_ = std::string(db.status().message()));
    joiner.db = *std::move(db);
    if (!by.db->Admit(joiner.db->SiteCard()).ok()) return;  // `by` is not admitted itself: another will
    ++tally_["joined"];
  }

  void File(Member& m) {
    Draft draft =
        Draft().By("clerk").Record("parcel/" + std::to_string(random_.Below(6))).Set("owner", std::to_string(random_.Next()));
    if (m.db->File(draft).ok()) return void(++tally_["filed"]);
    const std::string key = "parcel/" + std::to_string(random_.Below(6));
    if (m.db->File(Draft().By("clerk").Create(key)).ok()) ++tally_["filed"];
  }

  void Take(Member& to, Member& from, bool part) {
    const auto mine = to.db->Read(), theirs = from.db->Read();
    std::vector<std::string> runs = Must(theirs->RunsSince(mine->Frontier()), "runs");
    if (part && runs.size() > 1) {  // some are lost on the way
      runs.erase(runs.begin() + static_cast<ptrdiff_t>(random_.Below(runs.size())));
      ++tally_["lost runs"];
    }
    Must(to.db->Ingest(runs), "ingest");
  }

  void TakeSigned(Member& to, Member& from) {
    const std::string bytes = Must(from.db->Read()->Cosignatures(), "cosignatures");
    if (Must(to.db->TakeCosignatures(bytes), "take cosignatures")) ++tally_["cosignatures taken"];
  }

  void Settle(Member& m) {
    if (Must(m.db->Settle(), "settle")) ++tally_["settled something"];
  }

  void Reopen(Member& m) {
    m.db.reset();
    auto db = Database::Open(m.dir, m.env());
    if (!db.ok()) return void(error_ = std::string(db.status().message()));
    m.db = *std::move(db);
  }

  void Step() {
    Member &a = Any(), &b = Any();
    const uint64_t what = random_.Below(100);
    if (what < 30) {
      File(a);
    } else if (what < 55) {
      if (&a != &b) Take(a, b, random_.Below(4) == 0);
    } else if (what < 70) {
      Settle(a);
    } else if (what < 80) {
      if (&a != &b) TakeSigned(a, b);
    } else if (what < 92) {
      now_ms_ += static_cast<int64_t>(random_.Below(2) ? random_.Below(4000) : 5000 * random_.Below(5));
      SetClocks();
    } else if (what < 95) {
      a.skew_ms = random_.Below(2) ? 0 : static_cast<int64_t>(random_.Below(4 * kHour)) - 2 * kHour;
      SetClocks();
      ++tally_["clock set"];
    } else if (what < 98) {
      Reopen(a);
    } else {
      Join();
    }
  }

  // Everything that anybody holds, also what waits.
  Universe All() {
    Universe all;
    for (const auto& m : members_) {
      const auto now = m->db->Read();
      for (const std::string& bytes : Must(now->RunsSince("0"), "runs")) {
        const auto run = DecodeRun(bytes);
        for (size_t i = 0; run.ok() && i < run->leaves.size(); ++i)
          all.insert({run->leaves[i].hlc, run->lane, run->first + i, run->Id(i),
                      run->leaves[i].body[0] == static_cast<char>(EntryKind::kBeat)});
      }
    }
    return all;
  }

  void Check() {
    const Universe all = All();
    std::map<uint64_t, Hash256> order;  // size -> root
    for (const auto& [number, round] : OrderOf(all)) order[round.size] = round.root;
    for (const auto& m : members_) {
      const std::string bytes = Must(m->db->Read()->Cosignatures(), "cosignatures");
      for (ByteReader r(std::string_view(bytes).substr(8)); !r.AtEnd() && r.ok();) {
        r.U64();
        const uint64_t log = r.U64(), size = r.U64();
        const std::string root(r.Raw(32));
        r.Raw(8 + 64);
        if (log != 0) continue;
        ++tally_["cosignatures compared"];
        const auto found = order.find(size);
        if (found == order.end() || found->second.view() != root)
          return void(error_ =
                          m->name + " holds a cosignature over " + std::to_string(size) + " leaves that the set does not give");
      }
      CheckView(*m);
    }
  }

  void CheckView(const Member& m) {
    const StatusView status = Must(m.db->Read()->Status(), "status");
    if (!status.order.unequal.empty()) error_ = m.name + " says that " + status.order.unequal[0] + " is unequal";
    uint64_t& before = settled_[m.name];
    if (status.order.entries < before) error_ = m.name + " has fewer settled entries than before";
    if (status.order.entries > before) ++tally_["settled further"];
    before = status.order.entries;
    if (!status.order.waiting_for.empty()) ++tally_["waiting"];
  }

  void Calm() {
    for (const auto& m : members_) m->skew_ms = 0;
    now_ms_ += 3 * kHour;
    for (int i = 0; i < 6 && error_.empty(); ++i) {
      now_ms_ += 30000;
      SetClocks();
      for (int turn = 0; turn < 4; ++turn)
        for (const auto& a : members_)
          for (const auto& b : members_) {
            if (a == b) continue;
            Take(*a, *b, false);
            Settle(*a);
            TakeSigned(*a, *b);
          }
    }
    Check();
    uint64_t filings = 0;
    for (const Known& k : All()) filings += k.beat ? 0 : 1;
    for (const auto& m : members_) {
      const StatusView status = Must(m->db->Read()->Status(), "status");
      if (error_.empty() && (status.order.entries != filings || !status.order.waiting_for.empty()))
        error_ =
            m->name + " has settled " + std::to_string(status.order.entries) + " of " + std::to_string(filings) + " in the calm";
    }
    uint64_t beats = 0;
    for (const Known& k : All()) beats += k.beat ? 1 : 0;
    tally_["beats"] += beats;
  }

  const TempDir dir_;
  SeededRandom random_;
  uint64_t seed_;
  OrderTally& tally_;
  int64_t now_ms_ = kStart;
  std::vector<std::unique_ptr<Member>> members_;
  std::map<std::string, uint64_t> settled_;
  std::string error_;
};

}  // namespace

std::string RunOrderHistory(uint64_t seed, OrderTally& tally) { return History(seed, tally).Run(); }

}  // namespace chancery::model
