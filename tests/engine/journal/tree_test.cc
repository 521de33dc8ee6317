#include "engine/journal/tree.h"

#include <gtest/gtest.h>

#include "engine/base/strings.h"

namespace chancery {
namespace {

// The eight leaves and roots that Certificate Transparency implementations share (RFC 6962 section 2.1).
const char* kLeaves[] = {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const char* kRoots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

Hash256 Leaf(const char* hex) {
  std::string bytes;
  EXPECT_TRUE(Unhex(hex, &bytes));
  return Sha256({std::string_view("\0", 1), bytes});
}

// RFC 6962 section 2.1 as it stands: split at the largest power of two below n.
Hash256 ByDefinition(const std::vector<Hash256>& leaves, size_t from, size_t to) {
  if (to - from == 1) return leaves[from];
  size_t k = 1;
  while (k * 2 < to - from) k *= 2;
  return Sha256(
      {std::string_view("\x01", 1), ByDefinition(leaves, from, from + k).view(), ByDefinition(leaves, from + k, to).view()});
}

TEST(Tree, HasTheKnownRootAtEverySize) {
  Tree tree;
  EXPECT_EQ(Hex(tree.Root().view()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (int i = 0; i < 8; ++i) {
    tree.Append(Leaf(kLeaves[i]));
    EXPECT_EQ(Hex(tree.Root().view()), kRoots[i]) << "size " << i + 1;
  }
}

TEST(Tree, AgreesWithTheDefinitionAndComesBackFromItsPeaks) {
  std::vector<Hash256> leaves;
  Tree tree;
  for (int i = 0; i < 200; ++i) {
    leaves.push_back(Sha256({std::string(1, static_cast<char>(i))}));
    tree.Append(leaves.back());
    ASSERT_EQ(tree.Root(), ByDefinition(leaves, 0, leaves.size())) << "size " << leaves.size();
    tree = Tree::From(tree.size(), tree.peaks());
  }
}

// Two versions of a list that part at `fork`: their trees tell it in whole peaks, as far as the shorter one reaches.
TEST(Tree, TellsFromWhereAnotherMayDiffer) {
  const auto leaf = [](uint64_t version, uint64_t i) { return Sha256({Cat(version, " ", i)}); };
  for (const uint64_t size : {1u, 2u, 5u, 8u, 11u, 16u}) {
    for (uint64_t held = 1; held <= 16; ++held) {
      for (uint64_t fork = 1; fork <= size + 1; ++fork) {
        Tree theirs, ours;
        for (uint64_t i = 1; i <= size; ++i) theirs.Append(leaf(i >= fork, i));
        const uint64_t compared = theirs.Comparable(held);
        EXPECT_LE(compared, std::min(size, held));
        for (uint64_t i = 1; i <= compared; ++i) ours.Append(leaf(0, i));
        const uint64_t from = theirs.DiffersFrom(ours);
        EXPECT_EQ(from != 0, fork <= compared) << size << " " << held << " " << fork;
        EXPECT_LE(from, fork);
        EXPECT_EQ(compared == size, held >= size);
      }
    }
  }
}

}  // namespace
}  // namespace chancery
