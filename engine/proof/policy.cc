#include "engine/proof/policy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_split.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/proof/limits.h"
#include "engine/proof/lines.h"

namespace chancery {
namespace {

absl::Status Bad(std::string_view why) { return Error(absl::StatusCode::kInvalidArgument, why); }

// Tab, newline, and all that is no control character.
bool IsPolicyOctet(char c) { return c == '\t' || c == '\n' || (static_cast<uint8_t>(c) >= 0x20 && c != 0x7f); }

std::vector<std::string> Items(std::string_view line) {
  return absl::StrSplit(A(line), absl::ByAnyChar(" \t"), absl::SkipEmpty());
}

// Two keys are one where the public key is, whatever their names and types are.
template <class Lines>
bool HasKey(const Lines& lines, const VerifierKey& key) {
  return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.key.key == key.key; });
}

// Takes a policy line by line. `items` begin with the line's keyword.
class PolicyReader {
 public:
  absl::Status Take(const std::vector<std::string>& items) {
    const std::string& keyword = items[0];
    if (keyword == "log") return Log(items);
    if (keyword == "witness") return Witness(items);
    if (keyword == "group") return Group(items);
    if (keyword == "quorum") return Quorum(items);
    return Bad("a line begins with log, witness, group or quorum");
  }
  absl::StatusOr<Policy> Finish() && {
    if (policy_.quorum.empty()) return Bad("this policy has no quorum line");
    return std::move(policy_);
  }

 private:
  absl::Status Log(const std::vector<std::string>& items) {
    if (items.size() < 2 || items.size() > 3) return Bad("expected: log VKEY [URL]");
    ASSIGN_OR_RETURN(VerifierKey key, ParseVerifierKey(items[1]));
    if (HasKey(policy_.logs, key)) return Bad("another log has the same key");
    policy_.logs.push_back({.key = std::move(key), .url = items.size() == 3 ? items[2] : ""});
    return absl::OkStatus();
  }

  absl::Status Witness(const std::vector<std::string>& items) {
    if (items.size() < 3 || items.size() > 4) return Bad("expected: witness NAME VKEY [URL]");
    RETURN_IF_ERROR(Define(items[1]));
    ASSIGN_OR_RETURN(VerifierKey key, ParseVerifierKey(items[2]));
    if (key.type == kEd25519) return Bad("the key of a witness is of a type that cosigns, as 04");
    if (HasKey(policy_.witnesses, key)) return Bad("another witness has the same key");
    policy_.witnesses.push_back({.name = items[1], .key = std::move(key), .url = items.size() == 4 ? items[3] : ""});
    return absl::OkStatus();
  }

  absl::Status Group(const std::vector<std::string>& items) {
    if (items.size() < 4) return Bad("expected: group NAME all|any|K MEMBER...");
    PolicyGroup group{.name = items[1], .threshold = 0, .members = {items.begin() + 3, items.end()}};
    for (const std::string& member : group.members) {
      if (!names_.contains(member)) return Bad(Cat("no line before names the member ", member));
      if (!members_.insert(member).second) return Bad(Cat(member, " is a member already"));
    }
    RETURN_IF_ERROR(Define(group.name));
    ASSIGN_OR_RETURN(group.threshold, Threshold(items[2], group.members.size()));
    policy_.groups.push_back(std::move(group));
    return absl::OkStatus();
  }

  absl::Status Quorum(const std::vector<std::string>& items) {
    if (items.size() != 2) return Bad("expected: quorum NAME");
    if (!policy_.quorum.empty()) return Bad("there is a quorum line already");
    if (items[1] != kNoQuorum && !names_.contains(items[1])) return Bad(Cat("no line before names ", items[1]));
    policy_.quorum = items[1];
    return absl::OkStatus();
  }

  absl::Status Define(const std::string& name) {
    if (name == kNoQuorum) return Bad("the name none has a meaning of its own");
    if (!names_.insert(name).second) return Bad(Cat("there is a witness or group ", name, " already"));
    return absl::OkStatus();
  }

  static absl::StatusOr<size_t> Threshold(std::string_view word, size_t members) {
    if (word == "all") return members;
    if (word == "any") return 1;
    uint64_t k = 0;
    if (!ParseDecimal(word, &k) || k < 1 || k > members)
      return Bad("a threshold is all, any, or from 1 to the number of members");
    return k;
  }

  Policy policy_;
  std::set<std::string> names_, members_;
};

std::string ThresholdWord(const PolicyGroup& group) {
  if (group.threshold == group.members.size()) return "all";
  return group.threshold == 1 ? "any" : Cat(group.threshold);
}

std::string WithUrl(const std::string& url) { return url.empty() ? "\n" : Cat(" ", url, "\n"); }

}  // namespace

absl::StatusOr<Policy> ParsePolicy(std::string_view text) {
  if (text.size() > limits::kPolicyBytes) return Bad("this policy is too long");
  if (!std::all_of(text.begin(), text.end(), IsPolicyOctet)) return Bad("this policy has control characters in it");
  PolicyReader reader;
  LineReader lines(text);
  size_t number = 0;
  for (std::string_view line; lines.Next(&line);) {
    if (++number > limits::kPolicyLines) return Bad("this policy has too many lines");
    const std::vector<std::string> items = Items(line);
    if (items.empty() || items[0][0] == '#') continue;
    if (const absl::Status status = reader.Take(items); !status.ok())
      return Bad(Cat("line ", number, " of the policy: ", S(status.message())));
  }
  if (!lines.rest().empty()) return Bad("the last line of this policy does not end: something may be missing");
  return std::move(reader).Finish();
}

std::string PrintPolicy(const Policy& policy) {
  std::string out;
  for (const PolicyLog& log : policy.logs) out += Cat("log ", PrintVerifierKey(log.key), WithUrl(log.url));
  for (const PolicyWitness& witness : policy.witnesses)
    out += Cat("witness ", witness.name, " ", PrintVerifierKey(witness.key), WithUrl(witness.url));
  for (const PolicyGroup& group : policy.groups) {
    out += Cat("group ", group.name, " ", ThresholdWord(group));
    for (const std::string& member : group.members) out += Cat(" ", member);
    out += "\n";
  }
  return Cat(out, "quorum ", policy.quorum, "\n");
}

bool QuorumMet(const Policy& policy, const std::set<std::string>& cosigned) {
  if (policy.quorum == kNoQuorum) return true;
  std::set<std::string> met = cosigned;
  for (const PolicyGroup& group : policy.groups) {  // members stand before their group
    const auto is_met = [&](const std::string& member) { return met.contains(member); };
    const auto count = std::count_if(group.members.begin(), group.members.end(), is_met);
    if (group.threshold > 0 && static_cast<size_t>(count) >= group.threshold) met.insert(group.name);
  }
  return met.contains(policy.quorum);
}

}  // namespace chancery
