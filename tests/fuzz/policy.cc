// Policies from anybody: what is taken means the same when it is printed and read again, and a quorum of all is a quorum.
#include "engine/proof/policy.h"

#include "engine/base/status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace chancery;
  const auto policy = ParsePolicy({reinterpret_cast<const char*>(data), size});
  if (!policy.ok()) return 0;
  CHECK(ParsePolicy(PrintPolicy(*policy)).value() == *policy);
  std::set<std::string> all;
  for (const PolicyWitness& witness : policy->witnesses) all.insert(witness.name);
  CHECK(QuorumMet(*policy, all));
  CHECK(QuorumMet(*policy, {}) == (policy->quorum == kNoQuorum));
  return 0;
}
