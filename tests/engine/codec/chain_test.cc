#include "engine/codec/chain.h"

#include <gtest/gtest.h>

#include "engine/base/limits.h"
#include "engine/base/strings.h"
#include "engine/proof/limits.h"

namespace chancery {
namespace {

const std::string kHead = "chancery/chain@v1\ngenesis ";

TEST(ChainText, AGenesisIsSomeBytesAndNotTooMany) {
  EXPECT_EQ(ParseChain(kHead + "Zw==\n")->genesis, "g");
  EXPECT_FALSE(ParseChain(kHead + "\n").ok());
  EXPECT_FALSE(ParseChain(kHead + "Zw=\n").ok());
  EXPECT_FALSE(ParseChain("chancery/chain@v2\ngenesis Zw==\n").ok());
  for (const size_t bytes : {limits::kEntryBytes, limits::kEntryBytes + 1})
    EXPECT_EQ(ParseChain(kHead + Base64(std::string(bytes, 'g')) + "\n").ok(), bytes == limits::kEntryBytes);
}

TEST(ChainText, ARoundHasAsManyHashesAsATreeCanBeHigh) {
  Chain chain{"g", {}, "r", std::vector<Hash256>(limits::kProofHashes, Sha256({"x"}))};
  const std::string text = PrintChain(chain);
  EXPECT_EQ(ParseChain(text).value(), chain);
  chain.hashes.push_back(Sha256({"x"}));
  const auto refused = ParseChain(PrintChain(chain));
  EXPECT_NE(refused.status().message().find("more hashes than a tree can be high"), absl::string_view::npos) << refused.status();
  EXPECT_FALSE(ParseChain(text + "no hash\n").ok());
  EXPECT_FALSE(ParseChain(kHead + "Zw==\n\nround !\n").ok());
  EXPECT_FALSE(ParseChain(kHead + "Zw==\n\nround \n").ok());
  EXPECT_FALSE(ParseChain(text + "\nround cg==\n").ok()) << "behind its end";
}

TEST(ChainText, WhatStandsForAnEpochIsASignedNote) {
  const auto refused = ParseChain(kHead + "Zw==\n\nwords\n\nno signature\n");
  EXPECT_NE(refused.status().message().find("epoch 1: "), absl::string_view::npos) << refused.status();
}

}  // namespace
}  // namespace chancery
