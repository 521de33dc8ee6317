#include "engine/proof/proof_file.h"

#include <gtest/gtest.h>

#include "engine/proof/limits.h"
#include "tests/engine/proof/support.h"

namespace chancery {
namespace {

const ProofFile& Sample() {
  static const NaiveTree tree(7);
  static const ProofFile proof = ProofOf(tree, {4, 7}, {"tartu"});
  return proof;
}

bool IsRefused(std::string_view bytes) { return ParseProofFile(bytes).status().code() == absl::StatusCode::kInvalidArgument; }

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// The example of c2sp.org/tlog-proof up to its checkpoint, whose signatures it leaves out and whose extra line is not base64.
TEST(ProofFile, TheExampleOfTheSpecificationIsRead) {
  const std::string text =
      "c2sp.org/tlog-proof@v1\nindex 73894\ngSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
      "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\nEKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\n"
      "RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=\nAHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\n\n"
      "example.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n— example.com/fancylog AAAAAAA=\n";
  const ProofFile proof = Ok(ParseProofFile(text));
  EXPECT_EQ(proof.index, 73894u);
  EXPECT_EQ(proof.hashes.size(), 5u);
  EXPECT_EQ(proof.checkpoint.checkpoint.tree.size, 109482u);
  EXPECT_EQ(PrintProofFile(proof), text);
}

TEST(ProofFile, IsReadAndWrittenBackWithAndWithoutExtra) {
  ProofFile proof = Sample();
  EXPECT_EQ(Ok(ParseProofFile(PrintProofFile(proof))), proof);
  proof.extra = std::string("\0anything\n", 10);
  EXPECT_EQ(PrintProofFile(proof).find("c2sp.org/tlog-proof@v1\nextra AGFueXRoaW5nCg==\nindex 4\n"), 0u);
  EXPECT_EQ(Ok(ParseProofFile(PrintProofFile(proof))), proof);
}

TEST(ProofFile, ALogOfOneLeafNeedsNoHashes) {
  static const NaiveTree tree(1);
  const std::string text = PrintProofFile(ProofOf(tree, {0, 1}, {}));
  EXPECT_EQ(text.find("c2sp.org/tlog-proof@v1\nindex 0\n\nregister.example/settled\n1\n"), 0u);
  EXPECT_EQ(PrintProofFile(Ok(ParseProofFile(text))), text);
}

TEST(ProofFile, RefusesEveryOtherForm) {
  const std::string good = PrintProofFile(Sample());
  ASSERT_TRUE(ParseProofFile(good).ok());
  const std::string hash = Base64(Sample().hashes[0].view());
  for (const std::string& bad : {
           std::string(),
           Replaced(good, "@v1", "@v2"),
           "\n" + good,
           Replaced(good, "index 4\n", ""),
           Replaced(good, "index 4", "index"),
           Replaced(good, "index 4", "index "),
           Replaced(good, "index 4", "index 04"),
           Replaced(good, "index 4", "index -4"),
           Replaced(good, "index 4", "index 18446744073709551616"),
           Replaced(good, "index 4", "Index 4"),
           Replaced(good, "index 4", "index 4 "),
           Replaced(good, "index 4\n", "extra \nindex 4\n"),  // none is said by no line
           Replaced(good, "index 4\n", "extra !\nindex 4\n"),
           Replaced(good, "index 4\n", "extra QQ==\nextra QQ==\nindex 4\n"),
           Replaced(good, "index 4\n", "index 4\nextra QQ==\n"),
           Replaced(good, hash, hash.substr(4)),
           Replaced(good, hash, hash + "AAAA"),
           Replaced(good, "\n\n", "\n"),
           Replaced(good, "\n\n", "\n\n\n"),
           good + "\n",
           good + "more\n",
       })
    EXPECT_TRUE(IsRefused(bad)) << bad;
}

TEST(ProofFile, LimitsHold) {
  const std::string good = PrintProofFile(Sample()), line = Base64(EmptyRoot().view()) + "\n";
  std::string hashes;
  for (size_t i = 0; i < limits::kProofHashes - Sample().hashes.size(); ++i) hashes += line;
  EXPECT_TRUE(ParseProofFile(Replaced(good, "\n\n", Cat("\n", hashes, "\n"))).ok());
  EXPECT_TRUE(IsRefused(Replaced(good, "\n\n", Cat("\n", hashes, line, "\n"))));
  const auto with_extra = [&](size_t bytes) {
    return Replaced(good, "index", Cat("extra ", Base64(std::string(bytes, 'x')), "\nindex"));
  };
  EXPECT_TRUE(ParseProofFile(with_extra(limits::kProofExtraBytes)).ok());
  EXPECT_TRUE(IsRefused(with_extra(limits::kProofExtraBytes + 100)));
}

TEST(ProofFile, AcceptsOnlyWhatItPrints) {
  const std::string good = PrintProofFile(Sample());
  const auto expect_printed = [](const std::string& bytes) {
    const auto proof = ParseProofFile(bytes);
    EXPECT_TRUE(!proof.ok() || PrintProofFile(*proof) == bytes) << bytes;
  };
  for (size_t i = 0; i < good.size(); ++i) {
    expect_printed(good.substr(0, i));
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = good;
      changed[i] = static_cast<char>(changed[i] ^ 1 << bit);
      expect_printed(changed);
    }
  }
}

}  // namespace
}  // namespace chancery
