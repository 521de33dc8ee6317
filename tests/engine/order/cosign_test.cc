#include "engine/order/cosign.h"

#include <gtest/gtest.h>

#include "engine/base/limits.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

const RegistryId kRegistry = Sha256({"registry"});

KeyPair Key(const char* name) { return KeyPair::FromSeed(Sha256({name})); }
Cosignature Sample(uint64_t size = 3) {
  return MakeCosignature(kSettledLog, {size, Sha256({"root"})}, 1767225600, kRegistry, Key("a"));
}

TEST(Cosign, KeepsTheLatestOfEachMemberOnEachLog) {
  const TempDir dir;
  Env::Options options;
  options.dir = dir / "s";
  options.create = true;
  options.durable = false;
  const auto env = Env::Open(options).value();
  WriteTxn txn = env->Write().value();
  for (uint64_t size = 1; size <= limits::kCosignaturesKept + 10; ++size) PutCosignature(txn, Sample(size));
  PutCosignature(txn, MakeCosignature(7, {1, {}}, 1, kRegistry, Key("b")));
  const std::vector<Cosignature> kept = CosignaturesOn(txn, kSettledLog).value();
  ASSERT_EQ(kept.size(), limits::kCosignaturesKept);
  EXPECT_EQ(kept.front().tree.size, 11u);
  EXPECT_EQ(AllCosignatures(txn)->size(), limits::kCosignaturesKept + 1);
}

}  // namespace
}  // namespace chancery
