// Words that are no entry, signed by a site: another one can tell whose they are.
#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

class Vouched : public Sites {
 protected:
  absl::StatusOr<bool> At(const std::string& site, const std::string& of, std::string_view words, std::string_view signature) {
    return (*this)[site]->Read()->Vouched((*this)[of]->Fingerprint(), words, signature);
  }
};

TEST_F(Vouched, IsKnownWhereTheLaneIs) {
  const std::string signature = (*this)["tartu"]->Vouch("words");
  ASSERT_EQ(signature.size(), 64u);
  for (const char* site : {"tallinn", "tartu", "luxembourg"}) EXPECT_TRUE(*At(site, "tartu", "words", signature)) << site;
}

TEST_F(Vouched, IsNeitherOfOtherWordsNorOfAnotherSite) {
  const std::string signature = (*this)["tartu"]->Vouch("words");
  EXPECT_FALSE(*At("tallinn", "tartu", "word", signature));
  EXPECT_FALSE(*At("tallinn", "luxembourg", "words", signature));
  EXPECT_FALSE(*At("tallinn", "tartu", "words", signature.substr(1)));
  EXPECT_FALSE(*At("tallinn", "tartu", "words", ""));
  for (size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    std::string flipped = signature;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(*At("tallinn", "tartu", "words", flipped)) << bit;
  }
}

TEST_F(Vouched, IsOfALaneThatIsHere) {
  Join("riga");
  EXPECT_TRUE(absl::IsNotFound(At("tallinn", "riga", "words", (*this)["riga"]->Vouch("words")).status()));
}

}  // namespace
}  // namespace chancery
