// The bytes of what outsiders are handed, held in tests/golden/proof, a file a format: a change of one shows here.
// To write the files and the fuzzers' first inputs anew: CHANCERY_WRITE_GOLDEN=1 evidence_test --gtest_filter='Golden.*'
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "chancery/receipt.h"
#include "engine/base/strings.h"
#include "engine/codec/cosignature.h"
#include "engine/codec/run.h"
#include "engine/proof/growth.h"
#include "engine/proof/policy.h"
#include "engine/proof/proof_file.h"

namespace chancery {
namespace {

namespace fs = std::filesystem;

const fs::path kTests = fs::path(CHANCERY_SOURCE_DIR) / "tests";
constexpr uint64_t kSeconds = 1767225600;  // 2026-01-01

using Files = std::map<std::string, std::string>;  // name to bytes

KeyPair KeyOf(std::string_view site) { return KeyPair::FromSeed(Sha256({"golden ", site})); }
LaneId LaneOfSite(std::string_view site) { return LaneOf(KeyOf(site).public_key()); }
const RegistryId kRegistry = Sha256({"golden registry"});
std::string OriginOf(std::string_view site) { return LaneOrigin(kRegistry, LaneOfSite(site)); }

std::string EntryOf(uint64_t seq) {
  Entry entry;
  entry.registry = kRegistry;
  entry.lane = LaneOfSite("tallinn");
  entry.seq = seq;
  entry.hlc = HlcAt(kSeconds * 1000 + static_cast<int64_t>(seq));
  entry.officer = "mari";
  entry.basis = Cat("notary ", 1200 + seq, "/2026");
  entry.packs.push_back(PackIdOf("land"));
  Op op;
  op.kind = OpKind::kCreate;
  const std::string key = Cat("2341:00", 50 + seq);
  op.key = key;
  entry.ops.push_back(op);
  return EncodeEntry(entry);
}

// The lane of tallinn has five entries; in the order the record of the round, here of no meaning, stands behind them.
std::vector<std::string> LaneLeaves() { return {EntryOf(1), EntryOf(2), EntryOf(3), EntryOf(4), EntryOf(5)}; }
std::vector<std::string> OrderLeaves() {
  std::vector<std::string> leaves = LaneLeaves();
  leaves.push_back("chancery/round/1\n");
  return leaves;
}

NodeHash NodesOf(const std::vector<std::string>& leaves) {
  return [leaves](int level, uint64_t index) {
    std::vector<Hash256> row;
    for (const std::string& leaf : leaves) row.push_back(LeafHash(leaf));
    for (; level > 0; --level) {
      for (size_t i = 0; i + 1 < row.size(); i += 2) row[i / 2] = ParentHash(row[i], row[i + 1]);
      row.resize(row.size() / 2);
    }
    return absl::StatusOr<Hash256>(row.at(index));
  };
}

// Signed by tallinn, and cosigned by the sites, one second after the other.
SignedCheckpoint Sign(const std::string& origin, const std::vector<std::string>& leaves, const std::vector<std::string>& sites) {
  SignedCheckpoint made;
  made.checkpoint = {origin, {leaves.size(), RootOf(leaves.size(), NodesOf(leaves)).value()}};
  const std::string text = CheckpointText(made.checkpoint);
  made.signatures.push_back(SignText(origin, KeyOf("tallinn"), text));
  uint64_t at = kSeconds;
  for (const std::string& site : sites) made.signatures.push_back(Cosign(OriginOf(site), KeyOf(site), text, ++at));
  return made;
}

// Of the third entry.
std::string Proof(const std::vector<std::string>& leaves, SignedCheckpoint checkpoint) {
  return PrintProofFile({leaves[2], 2, InclusionProof({2, leaves.size()}, NodesOf(leaves)).value(), std::move(checkpoint)});
}

std::string PolicyOf(const std::string& origin, const std::vector<std::string>& logs, const std::vector<std::string>& witnesses,
                     size_t threshold) {
  Policy policy;
  for (const std::string& site : logs) policy.logs.push_back({MakeVerifierKey(origin, kEd25519, KeyOf(site).public_key()), ""});
  for (const std::string& site : witnesses)
    policy.witnesses.push_back({site, MakeVerifierKey(OriginOf(site), kCosignatureV1, KeyOf(site).public_key()), ""});
  policy.quorum = kNoQuorum;
  if (!witnesses.empty()) {
    policy.quorum = Cat(threshold, "-of-", witnesses.size());
    policy.groups.push_back({policy.quorum, threshold, witnesses});
  }
  return PrintPolicy(policy);
}

Files Computed() {
  const std::string lane = OriginOf("tallinn"), order = OrderOrigin(kRegistry);
  const std::vector<std::string> sites = {"tallinn", "tartu", "luxembourg"}, others = {"tartu", "luxembourg"};
  const std::vector<std::string> leaves = LaneLeaves(), in_order = OrderLeaves();
  Files files;
  files["checkpoint"] = PrintCheckpoint(Sign(lane, leaves, {}));
  files["checkpoint-cosigned"] = PrintCheckpoint(Sign(lane, leaves, {"tartu"}));
  files["accepted.tlog-proof"] = Proof(leaves, Sign(lane, leaves, {}));
  files["accepted.policy"] = PolicyOf(lane, {"tallinn"}, {}, 0);
  files["witnessed.tlog-proof"] = Proof(leaves, Sign(lane, leaves, {"tartu"}));
  files["witnessed.policy"] = PolicyOf(lane, {"tallinn"}, others, 1);
  files["settled.tlog-proof"] = Proof(in_order, Sign(order, in_order, {"tallinn", "luxembourg"}));
  files["settled.policy"] = PolicyOf(order, sites, sites, 2);
  files["growth"] =
      PrintGrowth({3, ConsistencyProof(3, leaves.size(), NodesOf(leaves)).value(), Sign(lane, leaves, {"luxembourg"})});
  const TreeRoot lane_root = Sign(lane, leaves, {}).checkpoint.tree, order_root = Sign(order, in_order, {}).checkpoint.tree;
  files["cosignatures"] =
      EncodeCosignatures({MakeCosignature(kSettledLog, order_root, kSeconds + 1, kRegistry, KeyOf("tallinn")),
                          MakeCosignature(LaneOfSite("tallinn"), lane_root, kSeconds + 1, kRegistry, KeyOf("tartu"))});
  return files;
}

std::string Stored(const std::string& name) {
  std::ifstream in(kTests / "golden" / "proof" / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteBytes(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

// First inputs of the fuzzers: whole files, and of receipts both files with a zero between them.
void WriteGolden(const Files& files) {
  const fs::path corpus = kTests / "fuzz" / "corpus";
  for (const auto& [name, bytes] : files) {
    WriteBytes(kTests / "golden" / "proof" / name, bytes);
    if (name.ends_with(".policy")) {
      WriteBytes(corpus / "policy" / name, bytes);
    } else if (name == "cosignatures") {
      WriteBytes(corpus / "cosignatures" / name, bytes);
    } else {
      WriteBytes(corpus / "note" / name, bytes);
    }
  }
  WriteBytes(corpus / "note" / "vkey", PrintVerifierKey(MakeVerifierKey("tartu", kCosignatureV1, KeyOf("tartu").public_key())));
  for (const std::string strength : {"accepted", "witnessed", "settled"})
    WriteBytes(corpus / "receipt" / strength,
               files.at(strength + ".tlog-proof") + '\0' + files.at(strength + ".policy") + '\0' + files.at("growth"));
}

TEST(Golden, TheBytesAreThoseOfTheFiles) {
  const Files computed = Computed();
  if (std::getenv("CHANCERY_WRITE_GOLDEN") != nullptr) WriteGolden(computed);
  size_t stored = 0;
  for ([[maybe_unused]] const auto& file : fs::directory_iterator(kTests / "golden" / "proof")) ++stored;
  EXPECT_EQ(stored, computed.size());
  for (const auto& [name, bytes] : computed) EXPECT_EQ(Stored(name), bytes) << name;
}

TEST(Golden, WhatWasWrittenIsStillProven) {
  for (const std::string strength : {"accepted", "witnessed", "settled"}) {
    const auto view = VerifyReceipt(Stored(strength + ".tlog-proof"), Stored(strength + ".policy"));
    ASSERT_TRUE(view.ok()) << strength << ": " << view.status();
    EXPECT_EQ(view->verdict, "PROVEN") << strength;
    EXPECT_TRUE(view->strength.starts_with(strength)) << view->strength;
    EXPECT_EQ(view->entry.basis, "notary 1203/2026");
  }
  EXPECT_EQ(DecodeCosignatures(Stored("cosignatures"))->size(), 2u);
}

// What the files say of themselves holds together across them, by the functions that only check.
TEST(Golden, ACosignatureIsOneLineMoreAndGrowthIsProven) {
  const std::string checkpoint = Stored("checkpoint"), cosigned = Stored("checkpoint-cosigned");
  ASSERT_TRUE(cosigned.starts_with(checkpoint));
  const auto both = ParseCheckpoint(cosigned);
  ASSERT_TRUE(both.ok()) << both.status();
  const VerifierKey tartu = MakeVerifierKey(OriginOf("tartu"), kCosignatureV1, KeyOf("tartu").public_key());
  EXPECT_EQ(CheckSignature(tartu, both->signatures.at(1), CheckpointText(both->checkpoint)), SignatureCheck::kGood);

  const auto growth = ParseGrowth(Stored("growth"));
  ASSERT_TRUE(growth.ok()) << growth.status();
  const std::vector<std::string> leaves = LaneLeaves();
  const TreeRoot older{3, ParentHash(ParentHash(LeafHash(leaves[0]), LeafHash(leaves[1])), LeafHash(leaves[2]))};
  EXPECT_TRUE(VerifyConsistency(older, growth->checkpoint.checkpoint.tree, growth->hashes));
}

}  // namespace
}  // namespace chancery
