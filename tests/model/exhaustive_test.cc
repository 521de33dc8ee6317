// Every three operations of a menu, filed apart on the same records, with a fourth that has seen two of them, and merged in every
// order: at each step a site must show what the model says of the set that it holds.
//
// CHANCERY_EXHAUSTIVE=1 does all triples, else some of them are. CHANCERY_TRIPLE=x,y,z does one, under three orders of the
// clocks.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "engine/base/strings.h"
#include "tests/model/menu.h"
#include "tests/model/model.h"
#include "tests/model/picture.h"
#include "tests/support/figure.h"
#include "tests/support/ok.h"
#include "tests/support/temp_dir.h"

namespace chancery::model {
namespace {

constexpr size_t kInBatch = 30;   // triples of one registry
constexpr size_t kDefault = 240;  // triples of a run that is not asked for all
constexpr size_t kStride = 5743;  // from one of them to the next: it has no divisor in common with how many there are
constexpr int64_t kStart = 1767225600000;
const char* const kNames[] = {"tallinn", "tartu", "luxembourg"};

struct Triple {
  size_t index = 0;
  size_t of(size_t site) const {  // the kind of operation that a site files
    const size_t size = MenuSize();
    return site == 0 ? index / size / size : site == 1 ? index / size % size : index % size;
  }
  std::string name() const { return "t" + std::to_string(index); }
};

struct Member {
  explicit Member(size_t number) : random(number + 1) {}
  ManualClock clock{kStart};
  SeededRandom random;
  std::unique_ptr<Database> db;
};

using Counts = std::map<std::string, uint64_t>;

// Some triples in one registry: acts 0, 1, 2 of the three sites, and 3, of the first when it knows 0 and 1.
class Batch {
 public:
  Batch(std::vector<Triple> triples, size_t turn, Counts& counts) : triples_(std::move(triples)), counts_(counts) {
    for (size_t i = 0; i < 3; ++i) {
      members_.push_back(std::make_unique<Member>(i));
      members_[i]->clock.Set(kStart + static_cast<int64_t>((i + turn) % 3) * 60000);  // whose acts come first in the order
    }
  }

  void Make() {
    Begin();
    for (size_t site = 0; site < 3; ++site) {
      std::vector<Draft> drafts;
      for (const Triple& triple : triples_) drafts.push_back(MenuDraft(triple.of(site), triple.name(), site));
      FileAll(*members_[site], drafts);
      acts_[site] = RunsSince(*members_[site], base_);
    }
    Member& first = *members_[0];
    Ok(first.db->Ingest(acts_[1]));
    const std::string before = Ok(first.db->Read()).Frontier();
    FileFourths(first);
    acts_[3] = RunsSince(first, before);
    for (const auto& runs : acts_) Note(runs);
  }

  // Merges the acts at a site of its own, in the order given. Returns what differs on the way, "" = nothing.
  std::string Merge(const std::array<size_t, 4>& order) {
    Member observer(observers_ + 10);
    JoinOptions join;
    join.site = Cat("observer", observers_);
    join.key_seed = join.site;
    observer.db = Ok(Database::Join(dir_ / join.site, join, bundle_, EnvironmentOf(observer)));
    observer.clock.Set(kStart + 3600000);
    ++observers_;
    std::set<size_t> there;
    for (const size_t act : order) {
      Ok(observer.db->Ingest(acts_[act]));
      there.insert(act);
      if (const std::string different = Compare(*observer.db, there); !different.empty()) return different;
    }
    return "";
  }

  const std::vector<Triple>& triples() const { return triples_; }

 private:
  static Environment EnvironmentOf(Member& member) {
    Environment env;
    env.clock = &member.clock;
    env.random = &member.random;
    env.durable = false;
    return env;
  }

  static std::vector<std::string> RunsSince(const Member& member, const std::string& frontier) {
    return Ok(Ok(member.db->Read()).RunsSince(frontier));
  }

  void FileAll(Member& member, const std::vector<Draft>& drafts) {
    for (absl::StatusOr<Receipt>& receipt : member.db->FileAll(drafts)) Ok(std::move(receipt));
  }

  void Note(const std::vector<std::string>& runs) {
    std::vector<Place> places;
    for (const std::string& run : runs) {
      const std::string wrong = book_.Take(run, &places);
      if (!wrong.empty()) throw std::runtime_error(wrong);
    }
    seen_.emplace_back();
    for (const Place& place : places) seen_.back()[place.lane] = std::max(seen_.back()[place.lane], place.seq);
  }

  void Begin() {
    FoundOptions found;
    found.site = kNames[0];
    found.key_seed = kNames[0];
    for (const PackSpec& pack : Packs()) found.packs.emplace_back(pack.name + ".toml", pack.toml);
    Member& first = *members_[0];
    first.db = Ok(Database::Found(dir_ / kNames[0], found, EnvironmentOf(first)));
    for (size_t i = 1; i < 3; ++i) {
      JoinOptions join;
      join.site = join.key_seed = kNames[i];
      const std::string bundle = Ok(Ok(first.db->Read()).ExportBundle("0"));
      members_[i]->db = Ok(Database::Join(dir_ / kNames[i], join, bundle, EnvironmentOf(*members_[i])));
      Ok(first.db->Admit(members_[i]->db->SiteCard()));
    }
    std::vector<Draft> drafts;
    for (const Triple& triple : triples_) {
      for (const Draft& draft : BaseDrafts(triple.name())) drafts.push_back(draft);
    }
    FileAll(first, drafts);
    const Snapshot snapshot = Ok(first.db->Read());
    base_ = snapshot.Frontier();
    bundle_ = Ok(snapshot.ExportBundle("0"));
    for (size_t i = 1; i < 3; ++i) Ok(members_[i]->db->ApplyBundle(bundle_));
    Note(Ok(snapshot.RunsSince("0")));
    known_ = seen_.front();
    seen_.clear();
  }

  void FileFourths(Member& member) {
    std::map<std::string, std::vector<CaseView>> cases;  // by the records' common part
    for (const CaseView& c : Ok(Ok(member.db->Read()).Cases())) {
      const std::string record = c.records.front();
      cases[record.substr(5, record.rfind('-') - 5)].push_back(Ok(Ok(member.db->Read()).Case(c.rule, c.subject)));
    }
    for (const Triple& triple : triples_) {
      const size_t kind = triple.index % kFourths;
      const std::vector<CaseView>& about = cases[triple.name()];
      const bool ruled = !about.empty() && (kind == 0 || triple.index % 2 == 0);
      if (ruled && Rule(member, triple, about[triple.index / 7 % about.size()])) continue;
      if (member.db->File(FourthDraft(kind, triple.name())).ok()) {
        ++counts_[Cat("fourth acts of kind ", kind)];
        continue;
      }
      ++counts_["fourth acts refused"];
      if (member.db->File(FourthDraft(0, triple.name())).ok()) ++counts_["fourth acts of kind 0"];
    }
  }

  bool Rule(Member& member, const Triple& triple, const CaseView& c) {
    for (size_t turn = 0; turn < 3; ++turn) {
      const size_t outcome = (triple.index / 3 + turn) % 3;
      RulingDraft ruling;
      ruling.rule = c.rule;
      ruling.subject = c.subject;
      ruling.officer = "judge";
      ruling.reason = "heard both";
      if (outcome == 0) ruling.keep = c.facts[triple.index % c.facts.size()].entry;
      ruling.both = outcome == 1;
      ruling.none = outcome == 2;
      if (!member.db->Rule(ruling).ok()) continue;
      ++counts_["rulings on " + c.kind];
      return true;
    }
    ++counts_["rulings refused"];
    return false;
  }

  // What a site shows that holds the base and these acts. Where another site held them before, it is looked at in full only when
  // all is there.
  std::string Compare(const Database& db, const std::set<size_t>& there) {
    counts_["states"] += triples_.size();
    State& state = states_[there];
    const bool first = state.whole.empty();
    if (first) Foresee(there, state);
    const Snapshot snapshot = Ok(db.Read());
    const StatusView status = Ok(snapshot.Status());
    if (!first && there.size() < 4)
      return status.digest == state.digest && status.docket == state.docket ? ""
                                                                            : "the same acts in another order: other digests";
    const Shown shown = Ok(ShownBy(snapshot, state.addresses, first));
    if (std::string different = Difference(PictureOf(shown), state.picture); !different.empty()) return different;
    if (!first) return WholeOf(shown) == state.whole ? "" : "the same acts in another order show other bytes";
    state.whole = WholeOf(shown);
    state.digest = status.digest;
    state.docket = status.docket;
    return "";
  }

  struct State {
    std::vector<std::string> addresses;
    Lines picture;                      // the model's
    std::string whole, digest, docket;  // of the first site there
  };

  void Foresee(const std::set<size_t>& there, State& state) {
    Seen seen = known_;
    for (const size_t act : there) {
      for (const auto& [lane, seq] : seen_[act]) seen[lane] = std::max(seen[lane], seq);
    }
    const Meaning meaning(book_, seen);
    for (const auto& [address, row] : meaning.rows) state.addresses.push_back(address);
    state.picture = PictureOf(ShownBy(meaning));
    for (const auto& [key, c] : meaning.cases) ++counts_["cases of kind " + c.rule.shown];
  }

  std::vector<Triple> triples_;
  Counts& counts_;
  TempDir dir_;
  std::vector<std::unique_ptr<Member>> members_;
  std::string base_, bundle_;
  std::array<std::vector<std::string>, 4> acts_;  // runs
  Book book_;
  Seen known_;              // of the base
  std::vector<Seen> seen_;  // by act
  size_t observers_ = 0;
  std::map<std::set<size_t>, State> states_;
};

std::vector<std::array<size_t, 4>> CausalOrders() {
  std::array<size_t, 4> order = {0, 1, 2, 3};
  std::vector<std::array<size_t, 4>> orders;
  do {
    const auto at = [&](size_t act) { return std::find(order.begin(), order.end(), act); };
    if (at(3) > at(0) && at(3) > at(1)) orders.push_back(order);
  } while (std::next_permutation(order.begin(), order.end()));
  return orders;
}

// The triple whose record a difference is about.
std::string Replay(const std::string& different, const std::vector<Triple>& triples) {
  for (const Triple& triple : triples) {
    if (different.find(triple.name() + "-") == std::string::npos &&
        different.find('"' + triple.name() + '"') == std::string::npos)
      continue;
    return Cat("replay: CHANCERY_TRIPLE=", triple.of(0), ",", triple.of(1), ",", triple.of(2), " ",
               testing::internal::GetArgvs()[0], " --gtest_filter=Exhaustive.Triples\n(", MenuName(triple.of(0)), " | ",
               MenuName(triple.of(1)), " | ", MenuName(triple.of(2)), ")");
  }
  return "no triple is named";
}

std::string MergeAll(const std::vector<Triple>& triples, size_t turn, Counts& counts) {
  Batch batch(triples, turn, counts);
  batch.Make();
  for (const std::array<size_t, 4>& order : CausalOrders()) {
    const std::string different = batch.Merge(order);
    if (different.empty()) continue;
    return Cat("merged as ", order[0], order[1], order[2], order[3], ", clocks turned by ", turn, ":\n", different,
               Replay(different, triples));
  }
  counts["triples"] += triples.size();
  return "";
}

std::vector<Triple> Chosen(const char* given) {
  const size_t size = MenuSize(), all = size * size * size;
  const auto of = [&](size_t x, size_t y, size_t z) { return Triple{(x * size + y) * size + z}; };
  size_t x = 0, y = 0, z = 0;
  if (given != nullptr && sscanf(given, "%zu,%zu,%zu", &x, &y, &z) == 3) return {of(x, y, z)};
  std::set<size_t> chosen;
  const bool wants_all = std::getenv("CHANCERY_EXHAUSTIVE") != nullptr;
  for (size_t kind = 0; kind < size; ++kind) chosen.insert(of(kind, kind, kind).index);
  for (size_t i = 0; i < all && (wants_all || chosen.size() < kDefault); ++i) chosen.insert(i * kStride % all);
  std::vector<Triple> triples;
  for (const size_t index : chosen) triples.push_back({index});
  return triples;
}

TEST(Exhaustive, Triples) {
  const WithPacks with({UnitPack()});
  const char* given = std::getenv("CHANCERY_TRIPLE");
  const std::vector<Triple> triples = Chosen(given);
  Counts counts;
  for (size_t from = 0; from < triples.size(); from += kInBatch) {
    const std::vector<Triple> some(triples.begin() + static_cast<ptrdiff_t>(from),
                                   triples.begin() + static_cast<ptrdiff_t>(std::min(from + kInBatch, triples.size())));
    for (size_t turn = from / kInBatch; turn < from / kInBatch + (given != nullptr ? 3 : 1); ++turn)
      ASSERT_EQ(MergeAll(some, turn, counts), "");
  }
  for (const auto& [what, n] : counts) std::cout << "  " << n << "\t" << what << "\n";
  Figure("triples.states", counts["states"]);
  if (given != nullptr) return;
  for (const std::string kind :
       {"field", "once", "state", "reference", "unique", "existence", "shares", "ranked", "no-overlap", "at-most", "acyclic"})
    EXPECT_GT(counts["cases of kind " + kind], 0u);
}

}  // namespace
}  // namespace chancery::model
