#include "engine/codec/cosignature.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

const RegistryId kRegistry = Sha256({"registry"});

KeyPair Key(const char* name) { return KeyPair::FromSeed(Sha256({name})); }
Cosignature Sample(uint64_t size = 3) {
  return MakeCosignature(kSettledLog, {size, Sha256({"root"})}, 1767225600, kRegistry, Key("a"));
}

TEST(Cosignatures, HoldsForItsKeyAndForNothingElse) {
  const Cosignature c = Sample();
  const PublicKey key = Key("a").public_key();
  EXPECT_TRUE(Holds(c, kRegistry, key));
  EXPECT_FALSE(Holds(c, Sha256({"another registry"}), key));
  EXPECT_FALSE(Holds(c, kRegistry, Key("b").public_key()));
  Cosignature other = c;
  other.tree.size = 4;
  EXPECT_FALSE(Holds(other, kRegistry, key));
  other = c;
  other.log = 7;
  EXPECT_FALSE(Holds(other, kRegistry, key));
  other = c;
  other.at_s += 1;
  EXPECT_FALSE(Holds(other, kRegistry, key));
}

TEST(Cosignatures, TravelsAsItIsOrNotAtAll) {
  const std::string bytes = EncodeCosignatures({Sample(), Sample(9)});
  const std::vector<Cosignature> read = DecodeCosignatures(bytes).value();
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(EncodeCosignatures(read), bytes);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    const auto part = DecodeCosignatures(std::string_view(bytes).substr(0, cut));
    EXPECT_TRUE(!part.ok() || EncodeCosignatures(*part) == bytes.substr(0, cut)) << cut;  // whole ones alone
  }
  EXPECT_FALSE(DecodeCosignatures("CHCOSIG2").ok());
  EXPECT_FALSE(DecodeCosignatures(std::string("CHCOSIG1") + std::string(128, '\xff')).ok());  // no time of this world
}

}  // namespace
}  // namespace chancery
