// The chain of epochs that goes with receipts of real stores: it leads from the registry's id to the keys, whoever made it.
#include "engine/codec/chain.h"

#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

const std::vector<std::string> kAll = {"tallinn", "tartu", "luxembourg"};
const std::vector<std::string> kTwo = {"tallinn", "tartu"};

class Chains : public Sites {
 protected:
  std::string Id() { return (*this)["tallinn"].Status().registry; }
  ReceiptFile Prove(const std::string& site, const std::string& entry, std::string_view strength = {}) {
    const absl::StatusOr<ReceiptFile> file = (*this)[site]->Prove(entry, strength);
    EXPECT_TRUE(file.ok()) << file.status();
    return file.ok() ? *file : ReceiptFile{};
  }
  ReceiptView Judge(const ReceiptFile& file) { return Judge(file.proof, file.chain); }
  ReceiptView Judge(const std::string& proof, const std::string& chain) {
    const absl::StatusOr<ReceiptView> view = VerifyReceipt(proof, ByRegistry{Id(), chain});
    EXPECT_TRUE(view.ok()) << view.status();
    return view.ok() ? *view : ReceiptView{};
  }
  void SettleAll(const std::vector<std::string>& names) {
    Exchange(names);
    Tick(20000);
    Exchange(names);
    Tick(20000);
    Exchange(names);
  }
};

TEST_F(Chains, LeadFromTheIdToWhoeverSigned) {
  const std::string first = Create("tallinn", "1").short_name();
  const ReceiptView alone = Judge(Prove("tallinn", first));
  EXPECT_EQ(alone.verdict, "PROVEN") << alone.reasons.back();
  EXPECT_EQ(alone.strength, "accepted");
  EXPECT_EQ(alone.epoch, 0u);  // the founder's own key is in the genesis

  SettleAll(kAll);
  const std::string second = Create("luxembourg", "2").short_name();
  SettleAll(kAll);
  for (const std::string& site : kAll)
    for (const std::string& entry : {first, second}) {
      const ReceiptFile file = Prove(site, entry, "settled");
      const ReceiptView view = Judge(file);
      EXPECT_EQ(view.verdict, "PROVEN") << view.reasons.back();
      EXPECT_EQ(view.strength, "settled");
      EXPECT_EQ(view.epoch, 1u);
      EXPECT_EQ(view.entry.id, file.entry);
      EXPECT_EQ(file.chain.substr(0, file.chain.find("\nround ")), Prove("tartu", first, "accepted").chain) << "whoever made it";
    }
  const ReceiptView witnessed = Judge(Prove("tartu", second, "witnessed"));
  EXPECT_EQ(witnessed.verdict, "PROVEN") << witnessed.reasons.back();
  EXPECT_EQ(witnessed.strength, "witnessed 2");
  EXPECT_NE(witnessed.not_after, "");
}

TEST_F(Chains, GoOnWhereAnEpochEndsAJournal) {
  SettleAll(kAll);
  const std::string heard = Create("luxembourg", "1").short_name();
  Tell("luxembourg", "tartu");
  const std::string unheard = Create("luxembourg", "2").short_name();
  const ReceiptFile before = Prove("luxembourg", unheard, "accepted");
  ASSERT_TRUE((*this)["tallinn"]->ProposeEnd("luxembourg").ok());
  SettleAll(kTwo);
  const ReceiptFile settled = Prove("tallinn", heard, "settled");
  const ReceiptView view = Judge(settled);
  EXPECT_EQ(view.verdict, "PROVEN") << view.reasons.back();
  EXPECT_EQ(view.epoch, 2u);

  // What the lost site had said is still true, and whoever has the later chain knows what became of it.
  EXPECT_EQ(Judge(before).verdict, "PROVEN");
  const auto outside = [](const ReceiptView& of) { return of.says.back().find("has ended this journal") != std::string::npos; };
  EXPECT_FALSE(outside(Judge(before)));
  EXPECT_TRUE(outside(Judge(before.proof, settled.chain)));
  Tell("luxembourg", "tallinn");
  EXPECT_TRUE(outside(Judge(Prove("tallinn", unheard, "accepted"))));
  EXPECT_FALSE(outside(Judge(Prove("tallinn", heard, "accepted"))));
}

TEST_F(Chains, AreNeededWhole) {
  SettleAll(kAll);
  const ReceiptFile epoch_one = Prove("tallinn", "tallinn-1", "settled");
  ASSERT_TRUE((*this)["tallinn"]->ProposeEnd("luxembourg").ok());
  SettleAll(kTwo);
  const ReceiptFile file = Prove("tallinn", "tallinn-1", "settled");
  ASSERT_EQ(Judge(file).epoch, 2u);

  Chain chain = *ParseChain(file.chain);
  chain.epochs.pop_back();
  const ReceiptView cut = Judge(file.proof, PrintChain(chain));
  EXPECT_EQ(cut.verdict, "INCONCLUSIVE");
  EXPECT_NE(cut.reasons[2].find("does not lead that far"), std::string::npos) << cut.reasons[2];
  chain = *ParseChain(file.chain);
  chain.epochs.erase(chain.epochs.begin());
  EXPECT_EQ(Judge(file.proof, PrintChain(chain)).verdict, "DISPROVEN");  // an epoch is skipped
  chain = *ParseChain(file.chain);
  chain.epochs[1].signatures.pop_back();  // two of three had signed
  EXPECT_EQ(Judge(file.proof, PrintChain(chain)).verdict, "INCONCLUSIVE");
  chain = *ParseChain(file.chain);
  chain.round.clear();
  chain.hashes.clear();
  EXPECT_EQ(Judge(file.proof, PrintChain(chain)).verdict, "INCONCLUSIVE");

  // Of one moment the record of another shows nothing.
  EXPECT_EQ(Judge(file.proof, epoch_one.chain).verdict, "DISPROVEN");
  EXPECT_EQ(Judge(epoch_one.proof, file.chain).verdict, "DISPROVEN");
  EXPECT_EQ(Judge(epoch_one).verdict, "PROVEN");
  EXPECT_EQ(Judge(epoch_one).epoch, 1u);

  const std::string other(64, '0');
  EXPECT_EQ(VerifyReceipt(file.proof, ByRegistry{other, file.chain})->verdict, "DISPROVEN");
  EXPECT_TRUE(absl::IsInvalidArgument(VerifyReceipt(file.proof, ByRegistry{"tallinn", file.chain}).status()));
  EXPECT_TRUE(absl::IsDataLoss(VerifyReceipt(file.proof, ByRegistry{Id(), file.policy}).status()));
}

TEST_F(Chains, AreRefusedAfterOneFlippedBit) {
  SettleAll(kAll);
  ASSERT_TRUE((*this)["tallinn"]->ProposeEnd("luxembourg").ok());
  SettleAll(kTwo);
  const ReceiptFile file = Prove("tartu", "tallinn-1", "settled");
  ASSERT_EQ(Judge(file).verdict, "PROVEN");
  std::string chain = file.chain;
  for (size_t bit = 0; bit < 8 * chain.size(); bit += 3) {  // every byte
    chain[bit / 8] = static_cast<char>(chain[bit / 8] ^ (1 << bit % 8));
    const absl::StatusOr<ReceiptView> view = VerifyReceipt(file.proof, ByRegistry{Id(), chain});
    EXPECT_TRUE(!view.ok() || view->verdict != "PROVEN") << "byte " << bit / 8 << " bit " << bit % 8;
    chain[bit / 8] = static_cast<char>(chain[bit / 8] ^ (1 << bit % 8));
  }
}

TEST_F(Chains, ShowWhichOfTwoIsBeforeAcrossEpochs) {
  SettleAll(kAll);
  const ReceiptFile a = Prove("tallinn", "tallinn-1", "settled");
  ASSERT_TRUE((*this)["tallinn"]->ProposeEnd("luxembourg").ok());
  SettleAll(kTwo);
  const std::string entry = Create("tartu", "1").short_name();
  SettleAll(kTwo);
  const ReceiptFile b = Prove("tartu", entry, "settled");
  const std::string growth = *(*this)["tallinn"]->ProveGrowth(a.proof, b.proof);
  const ByRegistry by{Id(), a.chain};
  EXPECT_EQ(VerifyBefore(a.proof, b.proof, by, b.chain, growth)->verdict, "PROVEN");
  EXPECT_EQ(VerifyBefore(b.proof, a.proof, ByRegistry{by.id, b.chain}, a.chain, growth)->verdict, "DISPROVEN");
  EXPECT_EQ(VerifyBefore(a.proof, b.proof, by, b.chain)->verdict, "INCONCLUSIVE");
  EXPECT_EQ(VerifyBefore(a.proof, b.proof, by, a.chain, growth)->verdict, "DISPROVEN") << "that of the other one";
}

TEST_F(Chains, OfAnIdInAnyOfItsForms) {
  const ReceiptFile genesis = Prove("tallinn", "tallinn-1");
  EXPECT_EQ(RegistryIn(Id()).value_or(""), Id());
  EXPECT_EQ(RegistryIn(Id() + "\n").value_or(""), Id());
  EXPECT_EQ(RegistryIn(genesis.proof).value_or(""), Id());
  EXPECT_EQ(RegistryIn(ParseChain(genesis.chain)->genesis).value_or(""), Id());
  EXPECT_TRUE(absl::IsInvalidArgument(RegistryIn(Prove("tallinn", "tallinn-2").proof).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(RegistryIn("").status()));
}

}  // namespace
}  // namespace chancery
