#include "engine/proof/checkpoint.h"

#include <gtest/gtest.h>

#include "tests/engine/proof/support.h"

namespace chancery {
namespace {

// The example of c2sp.org/tlog-checkpoint.
constexpr std::string_view kExample =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

TEST(Checkpoint, TheExampleOfTheSpecificationIsReadAndWrittenBack) {
  const SignedCheckpoint read = Ok(ParseCheckpoint(kExample));
  EXPECT_EQ(read.checkpoint.origin, "example.com/behind-the-sofa");
  EXPECT_EQ(read.checkpoint.tree.size, 20852163u);
  EXPECT_EQ(Hex(read.checkpoint.tree.root.view()), "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62");
  EXPECT_EQ(read.signatures.size(), 1u);
  EXPECT_EQ(PrintCheckpoint(read), kExample);
}

TEST(Checkpoint, HoldsEverySize) {
  for (const uint64_t size : {uint64_t{0}, uint64_t{1}, ~uint64_t{0}}) {
    const Checkpoint checkpoint{.origin = "a log with spaces + more", .tree = {.size = size, .root = EmptyRoot()}};
    EXPECT_EQ(Ok(ParseCheckpointText(CheckpointText(checkpoint))), checkpoint);
  }
}

TEST(Checkpoint, RefusesWhatIsNotThreeLinesInTheirOneForm) {
  const std::string root = Base64(EmptyRoot().view());
  ASSERT_TRUE(ParseCheckpointText(Cat("log\n1\n", root, "\n")).ok());
  for (const std::string& bad : {
           std::string(),
           std::string("\n"),
           Cat("log\n1\n", root),
           Cat("\n1\n", root, "\n"),
           Cat("log\n\n", root, "\n"),
           Cat("log\n01\n", root, "\n"),
           Cat("log\n+1\n", root, "\n"),
           Cat("log\n 1\n", root, "\n"),
           Cat("log\n-1\n", root, "\n"),
           Cat("log\n1.0\n", root, "\n"),
           Cat("log\n18446744073709551616\n", root, "\n"),
           Cat("log\n1\n", root, " \n"),
           Cat("log\n1\n", root.substr(0, 40), "\n"),
           Cat("log\n1\n", root, "\n\n"),
           Cat("log\n1\n", root, "\nan extension\n"),
           Cat("log\n1\n", root, "\nx"),
           Cat(std::string(256, 'a'), "\n1\n", root, "\n"),
       })
    EXPECT_EQ(ParseCheckpointText(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
}

}  // namespace
}  // namespace chancery
