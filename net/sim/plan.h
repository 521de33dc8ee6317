// What happens in a run, and when: drawn from one seed before it begins. Each event carries a seed of its own, so that what one
// does is the same whichever others are left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace chancery::sim {

enum class Deed : uint8_t {
  // Clients.
  kFile,     // an officer files
  kRule,     // an officer rules on a case, proposes, or approves
  kMark,     // a client files a token
  kLook,     // a client reads a pair
  kUnheard,  // a client files a token, and the site ends before it answers; it asks again somewhere else
  kPaper,    // an officer files a document
  // The network.
  kCut,        // two groups, for a while
  kCutOneWay,  // one site does not reach another, for a while
  kFlap,       // a link comes and goes
  kSlow,       // a link is slow and loses much, for a while
  kBreak,      // connections of two sites end at some byte
  kMute,       // they stand still, and nobody is told
  kCourier,    // runs are carried by hand: some get lost, some come twice, in any order, later
  // Sites.
  kCrash,    // a site ends, its connections with it, and starts again later
  kPower,    // the same without a word to anybody
  kDisk,     // the disk takes no more writes in the middle of a filing; the site starts again
  kSync,     // the disk reports an error as a filing is synced; the site starts again
  kFull,     // the disk is full: filings are refused, for a while
  kBackup,   // a backup is made
  kRestore,  // the disk is lost, and the last backup comes in its place
  kWipe,     // the disk is lost, and the site joins anew
  kClone,    // an older copy of a site runs beside it, with its key
  // Clocks.
  kSkew,    // a clock goes wrong by seconds to hours
  kPoison,  // a clock goes wrong by days
  kFreeze,  // a clock stands still, for a while
  // People.
  kJoin,     // a new site
  kWitness,  // a new site that only votes
  kRetire,   // a site's journal is ended
  kReadmit,  // what the end of a journal left without effect is filed again
  kPack,     // a higher version of a pack is loaded
  kOfficer,  // an officer's rights are taken or given
};
inline constexpr int kDeeds = static_cast<int>(Deed::kOfficer) + 1;
const char* NameOf(Deed deed);

struct Happening {
  int64_t at_ms = 0;  // since the beginning
  Deed deed = Deed::kFile;
  int a = 0, b = 0;    // sites, as far as the deed has any
  int64_t for_ms = 0;  // a while
  uint64_t seed = 0;
};

struct Plan {
  uint64_t seed = 0;
  int sites = 3;                      // at the beginning, 3 to 7
  size_t ops = 0;                     // of clients
  bool officers = false;              // who may do what is written down
  bool proposals = true;              // some rulings wait for a second officer
  std::vector<std::string> fields;    // that officers write in this run
  std::vector<Happening> happenings;  // ascending by at_ms
  int64_t end_ms = 0;                 // of the chaos
};

std::string CommandOf(const Plan& plan);  // "chancery sim --seed 7 --sites 5 --ops 300"

// Swarm testing: each seed has some faults and some fields, and not others. leave_out: deeds that no run shall have.
Plan DrawPlan(uint64_t seed, int sites, size_t ops, const std::vector<Deed>& leave_out = {});

}  // namespace chancery::sim
