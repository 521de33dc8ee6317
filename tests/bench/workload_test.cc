// The benches work on the same bytes as the figures that others measured: what is generated is pinned, and compared with the
// generator of those figures where it is at hand.
#include "bench/workload.h"

#include <gtest/gtest.h>
#include <openssl/sha.h>

#ifdef CHANCERY_ANCHOR
#include "tests/bench/anchor.h"
#endif

namespace chancery::bench {
namespace {

std::string Sha256(const std::string& bytes) {
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash);
  std::string hex;
  for (const unsigned char byte : hash) hex += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
  return hex;
}

std::string Bytes(const std::vector<Parcel>& parcels) {
  std::string bytes;
  for (const Parcel& parcel : parcels) bytes += parcel.key + parcel.Packed();
  return bytes;
}

std::string Bytes(const std::vector<Edit>& edits) {
  std::string bytes;
  for (const Edit& edit : edits) bytes += edit.key + (edit.owner ? "owner" : "status") + edit.value;
  return bytes;
}

TEST(Workload, ARecordIsTwoHundredBytes) {
  EXPECT_EQ(Bytes(Parcels(1)).size(), kPayloadBytes);
  EXPECT_EQ(ParcelOf(17).key, "P000000000000017");
}

TEST(Workload, BytesStayWhatTheyAre) {
  EXPECT_EQ(Sha256(Bytes(Parcels(10'000))), "b2887c8d9a8978daab358b237a973783713964b35e76cc5a9640a0517c155b43");
  EXPECT_EQ(Sha256(Bytes(Edits(100'000, 50'000, 1))), "ff27219b290e29d512048bca26c420228b57c586753bf29941aab4a2e5cdab94");
  EXPECT_EQ(Sha256(Bytes(Edits(100'000, 50'000, 2))), "7425f3f30963d7c21a55aba33194b6172965b14f7862e63b8d8207dc3862e796");
  EXPECT_EQ(Sha256(Bytes(Transfers(100'000, 2000, 77))), "c6d6283f3016ab741fc33cead58bb2d3bdd2e8c0df728c41dcda0c40cec65542");
  EXPECT_EQ(Sha256(Bytes(Rounds(1000, 10))), "3d796552c52e880e2729d11d811c7297f1b15eb0f7b0b7630131a0d5f2d3d9f3");
}

TEST(Workload, PiecesAreTheWhole) {
  std::vector<Parcel> pieces = Parcels(0, 7);
  for (Parcel& parcel : Parcels(7, 5)) pieces.push_back(std::move(parcel));
  EXPECT_EQ(Bytes(pieces), Bytes(Parcels(12)));
}

TEST(Workload, TwelveThousandThreeHundredFortyTwoFieldsClash) {
  EXPECT_EQ(Clashing(Edits(100'000, 50'000, 1), Edits(100'000, 50'000, 2)).size(), 12'342u);
}

TEST(Workload, IsThatOfTheReferenceGenerator) {
#ifndef CHANCERY_ANCHOR
  GTEST_SKIP() << "NOT TESTED: the reference generator wl.h was not there when this was configured. Put it into shared/anchors "
                  "beside the checkout, or into ../anchors of the folder that CHANCERY_DATA names, and configure again.";
#else
  std::string theirs(2000 * kPayloadBytes, '\0');
  for (uint32_t i = 0; i < 2000; ++i) {
    char* const at = theirs.data() + i * kPayloadBytes;
    AnchorParcel(i, at, reinterpret_cast<unsigned char*>(at + kKeyBytes));
  }
  EXPECT_TRUE(Bytes(Parcels(2000)) == theirs);

  for (const uint32_t site : {1u, 2u}) {
    std::vector<uint32_t> order(5000);
    AnchorSample(10'000, 5000, 1000 + site, order.data());
    uint32_t state = 2000 + site;
    std::string edits;
    for (const uint32_t parcel : order) {
      const bool owner = (AnchorNext(&state) & 1) != 0;
      char text[25];
      AnchorText(&state, text, owner ? 24 : 8);
      edits += KeyOf(parcel) + (owner ? "owner" : "status") + text;
    }
    EXPECT_TRUE(Bytes(Edits(10'000, 5000, site)) == edits) << "site " << site;
  }

  uint32_t writer = 77, reader = 5, updates = 9;
  std::string transfers, rounds;
  std::vector<uint32_t> lookups;
  char text[25];
  for (int i = 0; i < 2000; ++i) {
    AnchorText(&writer, text, 24);
    transfers += KeyOf(AnchorNext(&writer) % 100'000) + "owner" + text;
    lookups.push_back(AnchorNext(&reader) % 100'000);
  }
  for (uint32_t i = 0; i < 2000; ++i) {
    AnchorText(&updates, text, 24);
    rounds += KeyOf(i % 1000) + "owner" + text;
  }
  EXPECT_TRUE(Bytes(Transfers(100'000, 2000, 77)) == transfers);
  EXPECT_EQ(Lookups(100'000, 2000), lookups);
  EXPECT_TRUE(Bytes(Rounds(1000, 2)) == rounds);
#endif
}

}  // namespace
}  // namespace chancery::bench
