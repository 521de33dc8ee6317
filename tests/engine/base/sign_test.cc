#include "engine/base/sign.h"

#include <gtest/gtest.h>

#include "engine/base/strings.h"

namespace chancery {
namespace {

std::string Bytes(std::string_view hex) {
  std::string out;
  EXPECT_TRUE(Unhex(hex, &out));
  return out;
}

TEST(Sign, HasTheSecondVectorOfRfc8032) {
  const KeyPair pair =
      KeyPair::FromSeed(Hash256::From(Bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")));
  EXPECT_EQ(Hex(pair.public_key().view()), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(Hex(pair.Sign("\x72").view()),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d"
            "291612bb0c00");
  EXPECT_TRUE(Verify(pair.public_key(), "\x72", pair.Sign("\x72")));
}

TEST(Sign, AnyOtherBitIsRefused) {
  const KeyPair pair = KeyPair::FromSeed(Sha256({"tallinn"}));
  const Signature good = pair.Sign("message");
  EXPECT_TRUE(Verify(pair.public_key(), "message", good));
  EXPECT_FALSE(Verify(pair.public_key(), "messagf", good));
  EXPECT_FALSE(Verify(KeyPair::FromSeed(Sha256({"tartu"})).public_key(), "message", good));
  for (size_t bit = 0; bit < 512; bit += 7) {
    Signature bad = good;
    bad.bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(Verify(pair.public_key(), "message", bad)) << "bit " << bit;
  }
}

TEST(Sign, ASecretComesBackFromItsFile) {
  const KeyPair pair = KeyPair::FromSeed(Sha256({"tallinn"}));
  KeyPair back;
  ASSERT_TRUE(KeyPair::FromSecret(pair.Secret(), &back));
  EXPECT_EQ(back.public_key(), pair.public_key());
  EXPECT_EQ(back.Sign("x"), pair.Sign("x"));
}

TEST(Sign, ADamagedSecretIsRefused) {
  KeyPair out;
  std::string secret = KeyPair::FromSeed(Sha256({"tallinn"})).Secret();
  EXPECT_FALSE(KeyPair::FromSecret(secret.substr(1), &out));
  for (const size_t at : {0, 31, 32, 63}) {
    std::string bad = secret;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    EXPECT_FALSE(KeyPair::FromSecret(bad, &out)) << "byte " << at;
  }
}

}  // namespace
}  // namespace chancery
