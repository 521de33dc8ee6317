// C2SP policies (c2sp.org/tlog-policy): whom a verifier trusts. The logs it knows, the witnesses, and how many of them have to
// have cosigned a checkpoint.
//
//     log <vkey> [<url>]
//     witness <name> <vkey> [<url>]
//     group <name> <k>|any|all <member>...
//     quorum <name>|none
//
// Names are of use in the file only and are octets, compared as such; keys are known by their vkey. Several log lines may have
// one key name, the log's origin: a checkpoint needs the signature of one of them. One public key may be a log's and a witness's.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/proof/note.h"

namespace chancery {

struct PolicyLog {
  VerifierKey key;  // of any type; its name is the origin of the log's checkpoints
  std::string url;  // "" = not told
  bool operator==(const PolicyLog&) const = default;
};

struct PolicyWitness {
  std::string name;
  VerifierKey key;  // of a type that cosigns: not kEd25519
  std::string url;
  bool operator==(const PolicyWitness&) const = default;
};

struct PolicyGroup {
  std::string name;
  size_t threshold = 0;              // from 1 to the number of members
  std::vector<std::string> members;  // witnesses, and groups that stand before this one; each in one group at most
  bool operator==(const PolicyGroup&) const = default;
};

struct Policy {
  std::vector<PolicyLog> logs;
  std::vector<PolicyWitness> witnesses;
  std::vector<PolicyGroup> groups;
  std::string quorum;  // a witness, a group, or kNoQuorum
  bool operator==(const Policy&) const = default;
};

inline constexpr std::string_view kNoQuorum = "none";

// Errors: InvalidArgument, with the number of the line.
absl::StatusOr<Policy> ParsePolicy(std::string_view text);
// Logs, witnesses, groups, quorum. Parse(Print(p)) == p where p follows the rules above.
std::string PrintPolicy(const Policy& policy);

// cosigned: names of witnesses.
bool QuorumMet(const Policy& policy, const std::set<std::string>& cosigned);

}  // namespace chancery
