// Chains of epochs made by hand, since no store makes a false one; and the bytes of a good one, in tests/golden/chain.txt.
// To write that anew: CHANCERY_WRITE_GOLDEN=1 evidence_test --gtest_filter='Chain.*'
#include "engine/evidence/chain.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "chancery/receipt.h"
#include "engine/base/strings.h"
#include "engine/codec/round_record.h"
#include "engine/codec/run.h"

namespace chancery {
namespace {

KeyPair KeyOf(std::string_view name) { return KeyPair::FromSeed(Sha256({name})); }
PublicKey PublicOf(std::string_view name) { return KeyOf(name).public_key(); }
LaneId LaneFor(std::string_view name) { return LaneOf(PublicOf(name)); }

struct Named {
  std::string name;
  Role role = Role::kFull;
};
using Members = std::vector<Named>;
const Members kThree = {{"tallinn"}, {"tartu"}, {"luxembourg"}};

class Chain : public testing::Test {
 protected:
  Chain() {
    Entry genesis;
    genesis.lane = LaneFor("tallinn");
    genesis.seq = 1;
    genesis.hlc = HlcAt(1767225600000);
    genesis.kind = EntryKind::kGenesis;
    genesis.genesis.emplace();
    genesis.genesis->registry_name = "land";
    genesis.genesis->site = "tallinn";
    genesis.genesis->key = PublicOf("tallinn");
    chain_.genesis = EncodeEntry(genesis);
    registry_ = IdOf(chain_.genesis);
    entry_.registry = registry_;
    entry_.lane = LaneFor("tallinn");
    entry_.seq = 2;
    entry_.hlc = HlcAt(1767225601000);
    entry_.officer = "mari";
    entry_.packs.push_back(PackIdOf("land"));
    Op op;
    op.kind = OpKind::kCreate;
    op.key = "2341:0057";
    entry_.ops.push_back(op);
  }

  EpochWords Words(uint64_t number, const Members& members, std::vector<LaneEnd> ends = {}) const {
    std::map<EpochMember, PublicKey> sorted;
    for (const Named& member : members) sorted[{LaneFor(member.name), member.role}] = PublicOf(member.name);
    EpochWords words{registry_, {number, {}, std::move(ends)}, {1, LaneFor("tallinn")}, {}};
    for (const auto& [member, key] : sorted) {
      words.epoch.members.push_back(member);
      words.keys.push_back(key);
    }
    return words;
  }
  void Append(const std::string& text, const std::vector<std::string>& signers) {
    Note note{text, {}};
    for (const std::string& name : signers)
      note.signatures.push_back(SignText(LaneOrigin(registry_, LaneFor(name)), KeyOf(name), text));
    chain_.epochs.push_back(note);
  }
  void Append(const EpochWords& words, const std::vector<std::string>& signers) {
    Append(EpochText(words.registry, words.epoch, words.ballot, words.keys), signers);
  }
  void Good() {
    Append(Words(1, kThree), {"tallinn"});
    Append(Words(2, {{"tallinn"}, {"tartu"}}, {{LaneFor("luxembourg"), 7, Sha256({"tree"})}}), {"tallinn", "tartu"});
  }

  Verdict Links() const { return CheckChain(chain_, registry_).judgement.verdict; }
  std::string Why() const { return CheckChain(chain_, registry_).judgement.reasons.back(); }

  // The entry alone in the one order, whose round says that it is in an epoch.
  ReceiptView Settled(uint64_t epoch, const std::vector<std::string>& cosigners) {
    chain_.round = EncodeRoundRecord({176722561, epoch, 1, {{LaneFor("tallinn"), 2}}});
    chain_.hashes = {LeafHash(EncodeEntry(entry_))};
    ProofFile proof;
    proof.extra = EncodeEntry(entry_);
    proof.hashes = {LeafHash(chain_.round)};
    return Receipt(proof, OrderOrigin(registry_), {2, ParentHash(chain_.hashes[0], proof.hashes[0])}, cosigners);
  }
  // The entry behind the genesis in its lane.
  ReceiptView OfLane(const std::vector<std::string>& cosigners) {
    ProofFile proof;
    proof.extra = EncodeEntry(entry_);
    proof.index = 1;
    proof.hashes = {LeafHash(chain_.genesis)};
    return Receipt(proof, LaneOrigin(registry_, entry_.lane), {2, ParentHash(proof.hashes[0], LeafHash(proof.extra))}, cosigners);
  }
  ReceiptView Receipt(ProofFile proof, const std::string& origin, const TreeRoot& tree,
                      const std::vector<std::string>& cosigners) {
    proof.checkpoint.checkpoint = {origin, tree};
    const std::string text = CheckpointText(proof.checkpoint.checkpoint);
    proof.checkpoint.signatures.push_back(SignText(origin, KeyOf("tallinn"), text));
    for (const std::string& name : cosigners)
      proof.checkpoint.signatures.push_back(Cosign(LaneOrigin(registry_, LaneFor(name)), KeyOf(name), text, 1767225620));
    return *VerifyReceipt(PrintProofFile(proof), ByRegistry{Hex(registry_.view()), PrintChain(chain_)});
  }

  chancery::Chain chain_;
  RegistryId registry_;
  Entry entry_;
};

TEST_F(Chain, HoldsLinkByLink) {
  EXPECT_EQ(Links(), Verdict::kProven);
  Good();
  const Lineage lineage = CheckChain(chain_, registry_);
  EXPECT_EQ(lineage.judgement.verdict, Verdict::kProven) << Why();
  EXPECT_EQ(lineage.founder, "tallinn");
  ASSERT_EQ(lineage.epochs.size(), 3u);
  EXPECT_EQ(lineage.epochs[2].keys.size(), 2u);
  EXPECT_EQ(*ParseChain(PrintChain(chain_)), chain_);
}

TEST_F(Chain, OfAnotherRegistryIsFalse) {
  EXPECT_EQ(CheckChain(chain_, Sha256({"another"})).judgement.verdict, Verdict::kDisproven);
  EpochWords words = Words(1, kThree);
  words.registry = Sha256({"another"});
  Append(words, {"tallinn"});
  EXPECT_EQ(Links(), Verdict::kDisproven);
  EXPECT_EQ(Why(), "Epoch 1 in the chain is of another registry.");
  chain_.epochs.clear();
  chain_.genesis = EncodeEntry(entry_);
  EXPECT_EQ(Links(), Verdict::kDisproven);
  EXPECT_EQ(Why(), "The chain does not begin with a genesis entry.");
}

TEST_F(Chain, SkipsNoEpoch) {
  Append(Words(2, kThree), {"tallinn"});
  EXPECT_EQ(Links(), Verdict::kDisproven);
  EXPECT_EQ(Why(), "Behind epoch 0 the chain has epoch 2, not the next one.");
}

TEST_F(Chain, TakesAsManySignaturesAsAVoteDoes) {
  Append(Words(1, {{"tallinn"}, {"tartu"}, {"riga", Role::kWitness}}), {"tallinn"});
  Append(Words(2, kThree), {"tallinn"});
  EXPECT_EQ(Links(), Verdict::kInconclusive);
  EXPECT_EQ(Why(), "Epoch 2 is not decided by what the chain shows: 1 of the 3 members before it have signed, and it takes 2.");
  chain_.epochs.pop_back();
  Append(Words(2, kThree), {"riga", "tartu"});  // a witness votes
  EXPECT_EQ(Links(), Verdict::kProven) << Why();
  for (const std::vector<std::string>& signers : {std::vector<std::string>{"riga", "tartu", "luxembourg"}, {"tartu", "tartu"}}) {
    chain_.epochs.pop_back();
    Append(Words(2, kThree), signers);
    EXPECT_EQ(Links(), Verdict::kDisproven) << "by who is no member yet; by one of them twice";
  }
  chain_.epochs.pop_back();
  Append(Words(2, kThree), {"riga", "tartu"});
  chain_.epochs.back().signatures[0].bytes.swap(chain_.epochs.back().signatures[1].bytes);
  EXPECT_EQ(Links(), Verdict::kDisproven);
  EXPECT_NE(Why().find("is false"), std::string::npos) << Why();
}

TEST_F(Chain, TakesNoKeyThatIsNotTheLanes) {
  EpochWords words = Words(1, kThree);
  words.keys[1] = PublicOf("mallory");
  Append(words, {"tallinn"});
  EXPECT_EQ(Links(), Verdict::kDisproven);
  EXPECT_EQ(Why(), "Epoch 1 in the chain: this is no epoch, or a key in it is not that of its lane.");
  const std::string text = EpochText(registry_, Words(1, kThree).epoch, {1, 7}, Words(1, kThree).keys);
  for (const std::string& bad :
       {text + "end 0000000000000007 1 " + std::string(64, '0'), text + "end 0000000000000007 1\n", text + "\n", text + text,
        text.substr(0, text.find("member")), text + "member 0000000000000007 full\n", "x" + text}) {
    chain_.epochs.clear();
    Append(bad, {"tallinn"});
    EXPECT_EQ(Links(), Verdict::kDisproven) << bad;
  }
}

TEST_F(Chain, NamesNoLaneTwice) {
  const auto links = [this](const std::vector<LaneEnd>& ends) {
    chain_.epochs.clear();
    Append(Words(1, kThree, ends), {"tallinn"});
    return Links();
  };
  std::vector<LaneEnd> ended = {{LaneFor("riga"), 1, {}}, {LaneFor("narva"), 1, {}}};
  std::sort(ended.begin(), ended.end(), [](const LaneEnd& a, const LaneEnd& b) { return a.lane < b.lane; });
  EXPECT_EQ(links(ended), Verdict::kProven) << Why();
  EXPECT_EQ(links({ended[1], ended[0]}), Verdict::kDisproven) << "in no order";
  EXPECT_EQ(links({ended[0], ended[0]}), Verdict::kDisproven);
  EXPECT_EQ(links({{LaneFor("tartu"), 1, {}}}), Verdict::kDisproven) << "a member that has ended";
}

TEST_F(Chain, CountsTheMembersOfTheEpochThatTheOrderShows) {
  Good();
  EXPECT_EQ(Settled(1, {"tartu", "luxembourg"}).verdict, "PROVEN");
  EXPECT_EQ(Settled(1, {"tartu"}).verdict, "INCONCLUSIVE");
  EXPECT_EQ(Settled(2, {"tartu", "luxembourg"}).verdict, "INCONCLUSIVE") << "luxembourg had no word in epoch 2";
  EXPECT_EQ(Settled(2, {"tartu", "tallinn"}).verdict, "PROVEN");
  EXPECT_EQ(Settled(0, {"tartu", "luxembourg"}).verdict, "INCONCLUSIVE") << "the founder was alone";
  EXPECT_EQ(Settled(0, {"tallinn"}).verdict, "PROVEN");
  EXPECT_EQ(Settled(3, {"tallinn", "tartu", "luxembourg"}).verdict, "INCONCLUSIVE") << "the chain does not lead so far";
}

TEST_F(Chain, CountsNoWitnessAsAHolder) {
  Append(Words(1, {{"tallinn"}, {"tartu"}, {"riga", Role::kWitness}}), {"tallinn"});
  EXPECT_EQ(Settled(1, {"tallinn", "riga"}).verdict, "INCONCLUSIVE");
  EXPECT_EQ(OfLane({"riga"}).strength, "accepted");
  EXPECT_EQ(OfLane({"riga", "tartu"}).strength, "witnessed 1");
}

TEST_F(Chain, VouchesForTheLanesThatItNames) {
  EXPECT_EQ(OfLane({}).verdict, "PROVEN");
  EXPECT_EQ(OfLane({}).strength, "accepted");
  EXPECT_EQ(OfLane({"tartu"}).strength, "accepted") << "tartu is nobody yet";
  Good();
  EXPECT_EQ(OfLane({"tartu", "luxembourg"}).strength, "witnessed 1") << "in the last epoch that names tallinn";
  entry_.lane = LaneFor("riga");
  EXPECT_EQ(OfLane({}).verdict, "INCONCLUSIVE") << "no epoch names riga";
  entry_.registry = Sha256({"another"});
  EXPECT_EQ(OfLane({}).verdict, "DISPROVEN");
}

TEST_F(Chain, SaysWhatBecameOfAnEndedJournal) {
  const Hash256 tree = ParentHash(LeafHash(chain_.genesis), LeafHash(EncodeEntry(entry_)));
  const auto said = [&](const LaneEnd& end) {
    chain_.epochs.clear();
    Append(Words(1, kThree), {"tallinn"});
    Append(Words(2, {{"tartu"}, {"luxembourg"}}, {end}), {"tartu", "luxembourg"});
    const ReceiptView view = OfLane({});
    EXPECT_EQ(view.verdict, "PROVEN") << view.reasons.back();
    return view.says.back();
  };
  EXPECT_NE(said({entry_.lane, 1, LeafHash(chain_.genesis)}).find("has ended this journal behind its entry 1"),
            std::string::npos);
  EXPECT_NE(said({entry_.lane, 2, Sha256({"another"})}).find("has kept another version"), std::string::npos);
  EXPECT_EQ(said({entry_.lane, 2, tree}).find("no place"), std::string::npos);
}

TEST_F(Chain, IsOneText) {
  Good();
  Settled(2, {});
  const std::string text = PrintChain(chain_);
  EXPECT_TRUE(ParseChain(text).ok());
  for (const std::string& bad :
       {std::string(), text.substr(0, text.size() - 1), text + "\n", text + "x\n", "\n" + text, text + text, text.substr(1),
        text.substr(0, text.find("\n\n") + 2), text.substr(0, text.rfind("\n\n") + 2)})
    EXPECT_FALSE(ParseChain(bad).ok()) << bad;
  const std::filesystem::path golden = std::filesystem::path(CHANCERY_SOURCE_DIR) / "tests" / "golden" / "chain.txt";
  if (std::getenv("CHANCERY_WRITE_GOLDEN") != nullptr) std::ofstream(golden) << text;
  std::ifstream in(golden);
  EXPECT_EQ(text, std::string(std::istreambuf_iterator<char>(in), {}));
}

}  // namespace
}  // namespace chancery
