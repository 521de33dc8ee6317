#include "net/sim/plan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "chancery/testing.h"

namespace chancery::sim {
namespace {

constexpr const char* kNames[kDeeds] = {
    "filing",      "ruling",        "token",           "reading",      "answer unheard", "document",      "cut",
    "one-way cut", "flapping link", "slow link",       "break",        "dead link",      "runs by hand",  "crash",
    "power cut",   "failed write",  "failed sync",     "full disk",    "backup",         "restored disk", "wiped disk",
    "clone",       "clock skew",    "clock far off",   "frozen clock", "join",           "witness",       "retirement",
    "readmission", "higher pack",   "officer changed",
};

// Of a hundred faults, about.
struct Weight {
  Deed deed;
  uint64_t weight;
};
constexpr Weight kFaults[] = {
    {Deed::kUnheard, 8}, {Deed::kPaper, 6},  {Deed::kCut, 8},     {Deed::kCutOneWay, 6}, {Deed::kFlap, 4},    {Deed::kSlow, 5},
    {Deed::kBreak, 8},   {Deed::kMute, 5},   {Deed::kCourier, 8}, {Deed::kCrash, 8},     {Deed::kPower, 4},   {Deed::kDisk, 4},
    {Deed::kSync, 4},    {Deed::kFull, 2},   {Deed::kBackup, 4},  {Deed::kRestore, 2},   {Deed::kWipe, 2},    {Deed::kClone, 1},
    {Deed::kSkew, 5},    {Deed::kPoison, 2}, {Deed::kFreeze, 3},  {Deed::kJoin, 2},      {Deed::kWitness, 2}, {Deed::kRetire, 2},
    {Deed::kReadmit, 2}, {Deed::kPack, 2},   {Deed::kOfficer, 4},
};
constexpr const char* kFields[] = {"amount", "chain", "charges", "code",  "group",  "link",   "name", "number", "permits",
                                   "remark", "seal",  "shares",  "stage", "status", "survey", "tags", "term",   "visits"};

class Drawer {
 public:
  Drawer(uint64_t seed, int sites, size_t ops, const std::vector<Deed>& leave_out) : random_(seed) {
    plan_.seed = seed;
    plan_.sites = sites;
    plan_.ops = ops;
    plan_.officers = random_.Below(2) == 0;
    for (const char* field : kFields)
      if (random_.Below(100) < 30) plan_.fields.push_back(field);
    if (plan_.fields.empty()) plan_.fields = {"name"};
    for (const Weight& fault : kFaults) {
      const bool left_out = std::find(leave_out.begin(), leave_out.end(), fault.deed) != leave_out.end();
      if (random_.Below(2) == 0 && !left_out) faults_.push_back(fault);
    }
    for (const Weight& fault : faults_) total_ += fault.weight;
  }

  Plan Draw() {
    const uint64_t every = 4 + random_.Below(8);  // ops between two faults
    for (size_t op = 0; op < plan_.ops; ++op) {
      Pass();
      Add(Client());
      if (total_ > 0 && random_.Below(every) == 0) Add(Fault());
    }
    plan_.end_ms = now_ms_ + 2000;
    return std::move(plan_);
  }

 private:
  // Mostly faster than sites tell each other, so that much is filed apart even where no link is cut.
  void Pass() {
    const uint64_t how = random_.Below(20);
    now_ms_ += 1 + static_cast<int64_t>(how == 0 ? random_.Below(8000) : how < 5 ? random_.Below(500) : random_.Below(50));
  }
  Deed Client() {
    const uint64_t what = random_.Below(100);
    return what < 50 ? Deed::kFile : what < 62 ? Deed::kRule : what < 84 ? Deed::kMark : Deed::kLook;
  }
  Deed Fault() {
    uint64_t at = random_.Below(total_);
    for (const Weight& fault : faults_) {
      if (at < fault.weight) return fault.deed;
      at -= fault.weight;
    }
    return Deed::kCut;
  }
  void Add(Deed deed) {
    const int a = static_cast<int>(random_.Below(static_cast<uint64_t>(plan_.sites)));
    const int b = (a + 1 + static_cast<int>(random_.Below(static_cast<uint64_t>(plan_.sites - 1)))) % plan_.sites;
    const auto lasts = static_cast<int64_t>(random_.Below(6) == 0 ? random_.Below(90'000) : 300 + random_.Below(6'000));
    plan_.happenings.push_back({now_ms_, deed, a, b, lasts, random_.Next()});
  }

  SeededRandom random_;
  Plan plan_;
  std::vector<Weight> faults_;
  uint64_t total_ = 0;
  int64_t now_ms_ = 1000;
};

}  // namespace

const char* NameOf(Deed deed) { return kNames[static_cast<int>(deed)]; }

std::string CommandOf(const Plan& plan) {
  return absl::StrCat("chancery sim --seed ", plan.seed, " --sites ", plan.sites, " --ops ", plan.ops);
}

Plan DrawPlan(uint64_t seed, int sites, size_t ops, const std::vector<Deed>& leave_out) {
  return Drawer(seed, sites, ops, leave_out).Draw();
}

}  // namespace chancery::sim
