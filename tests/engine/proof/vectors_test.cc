// The test vectors that RFC 6962 implementations share (transparency-dev/merkle, folder testdata), good and bad. They are not
// part of this repository.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "engine/base/strings.h"
#include "engine/proof/merkle.h"

namespace chancery {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// $CHANCERY_VECTORS, else the folder shared/vectors beside the checkout.
fs::path Folder(const std::string& name) {
  const char* named = std::getenv("CHANCERY_VECTORS");
  const fs::path vectors = named != nullptr ? fs::path(named) : fs::path(CHANCERY_SOURCE_DIR).parent_path() / "shared/vectors";
  return vectors / "transparency-dev-merkle/testdata" / name;
}

#define NEEDS_VECTORS(name)                                                                                                \
  if (!fs::exists(Folder(name)))                                                                                           \
  GTEST_SKIP()                                                                                                             \
      << "NOT TESTED: the vectors " << (name) << " are not at " << Folder(name)                                            \
      << ". Put the testdata of transparency-dev/merkle into shared/vectors/transparency-dev-merkle beside the checkout, " \
      << "or name the folder of vectors in CHANCERY_VECTORS."

std::string Bytes(const Json& value) {
  std::string bytes;
  EXPECT_TRUE(Unbase64(value.get<std::string>(), &bytes)) << value;
  return bytes;
}

// A root of another length, which some have since it is only compared: made as long, with zeros, so that equal ones stay equal.
Hash256 Root(const Json& value) {
  std::string bytes = Bytes(value);
  EXPECT_LE(bytes.size(), sizeof(Hash256));
  bytes.resize(sizeof(Hash256));
  return Hash256::From(bytes);
}

// False where a hash has another length: these are refused before a proof is looked at. `proof: null` is the empty proof.
bool ReadHashes(const Json& values, std::vector<Hash256>* hashes) {
  for (const Json& value : values) {
    const std::string bytes = Bytes(value);
    if (bytes.size() != sizeof(Hash256)) return false;
    hashes->push_back(Hash256::From(bytes));
  }
  return true;
}

bool Inclusion(const Json& it, const std::vector<Hash256>& proof) {
  std::vector<Hash256> leaf;
  const TreeRoot tree{.size = it.value("treeSize", uint64_t{0}), .root = Root(it["root"])};
  return ReadHashes(Json::array({it["leafHash"]}), &leaf) && VerifyInclusion(it["leafIdx"].get<uint64_t>(), leaf[0], proof, tree);
}

bool SubtreeInclusion(const Json& it, const std::vector<Hash256>& proof) {
  std::vector<Hash256> leaf;
  const Subtree subtree{.start = it["start"].get<uint64_t>(), .end = it["end"].get<uint64_t>()};
  return ReadHashes(Json::array({it["leafHash"]}), &leaf) &&
         VerifySubtreeInclusion(it["leafIdx"].get<uint64_t>(), subtree, leaf[0], proof, Root(it["root"]));
}

bool Consistency(const Json& it, const std::vector<Hash256>& proof) {
  const TreeRoot older{.size = it["size1"].get<uint64_t>(), .root = Root(it["root1"])};
  return VerifyConsistency(older, {.size = it["size2"].get<uint64_t>(), .root = Root(it["root2"])}, proof);
}

bool SubtreeConsistency(const Json& it, const std::vector<Hash256>& proof) {
  const Subtree subtree{.start = it["start"].get<uint64_t>(), .end = it["end"].get<uint64_t>()};
  return VerifySubtreeConsistency(subtree, Root(it["root1"]), {.size = it["size"].get<uint64_t>(), .root = Root(it["root2"])},
                                  proof);
}

using Check = bool (*)(const Json& it, const std::vector<Hash256>& proof);

void ExpectAll(const std::string& name, Check check, size_t good_expected, size_t bad_expected) {
  size_t good = 0, bad = 0;
  for (const auto& entry : fs::recursive_directory_iterator(Folder(name))) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path());
    const Json it = Json::parse(in);
    const bool want = !it["wantErr"].get<bool>();
    ++(want ? good : bad);
    std::vector<Hash256> proof;
    EXPECT_EQ(ReadHashes(it["proof"], &proof) && check(it, proof), want) << entry.path() << ": " << it["desc"];
  }
  EXPECT_GE(good, good_expected);
  EXPECT_GE(bad, bad_expected);
}

TEST(Vectors, Inclusion) {
  NEEDS_VECTORS("inclusion");
  ExpectAll("inclusion", Inclusion, 6, 92);
}

TEST(Vectors, Consistency) {
  NEEDS_VECTORS("consistency");
  ExpectAll("consistency", Consistency, 6, 92);
}

TEST(Vectors, SubtreeInclusion) {
  NEEDS_VECTORS("subtreeinclusion");
  ExpectAll("subtreeinclusion", SubtreeInclusion, 12, 192);
}

TEST(Vectors, SubtreeConsistency) {
  NEEDS_VECTORS("subtreeconsistency");
  ExpectAll("subtreeconsistency", SubtreeConsistency, 12, 106);
}

}  // namespace
}  // namespace chancery
