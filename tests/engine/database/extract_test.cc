// What was handed out: signed words that anybody can check, and which of them a merge or a ruling has made otherwise.
#include <fstream>

#include "chancery/receipt.h"
#include "engine/base/status.h"
#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

class ExtractOfSites : public Sites {
 protected:
  ExtractOfSites() {
    Create("tallinn", "1");
    Tell("tallinn", "luxembourg");
    Create("luxembourg", "9");  // so that its key is told of
    Tick(1000);
  }
  void Set(const std::string& site, const std::string& owner) {
    const auto receipt = (*this)[site]->File(Draft().By("mari").Record("parcel/1").Set("owner", owner));
    ASSERT_TRUE(receipt.ok()) << receipt.status();
  }
  std::string Extract(const std::string& site) {
    const auto file = (*this)[site]->Extract("parcel/1");
    EXPECT_TRUE(file.ok()) << file.status();
    return file.ok() ? file->text : "";
  }
  std::vector<std::string> Changed(const std::string& site, size_t i) { return (*this)[site]->Extracts()->at(i).changed; }
};

TEST_F(ExtractOfSites, IsProvenByTheSitesKeyAndByNoOther) {
  const std::string text = Extract("tallinn");
  EXPECT_TRUE(IsExtract(text));
  const ReceiptFile keys = *(*this)["tallinn"]->Prove("tallinn-4", "accepted");
  EXPECT_EQ(VerifyExtract(text, keys.policy)->verdict, "PROVEN");
  EXPECT_EQ(VerifyExtract(text, ByRegistry{(*this)["tallinn"].Status().registry, keys.chain})->verdict, "PROVEN");
  EXPECT_EQ(VerifyExtract(text, ByRegistry{std::string(64, 'a'), keys.chain})->verdict, "DISPROVEN");
  EXPECT_EQ(VerifyExtract(Extract("luxembourg"), keys.policy)->verdict, "INCONCLUSIVE");
  size_t refused = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = static_cast<char>(other[i] ^ 1);
    const auto view = VerifyExtract(other, keys.policy);
    ASSERT_TRUE(!view.ok() || view->verdict != "PROVEN") << "byte " << i;
    ++refused;
  }
  EXPECT_EQ(refused, text.size());
}

TEST_F(ExtractOfSites, IsTouchedByAMergeThatTellsOtherwiseOfThen) {
  Set("luxembourg", "Liis");
  Tick(1000);
  Set("tallinn", "Jaan");
  Extract("tallinn");
  EXPECT_TRUE(Changed("tallinn", 0).empty());
  Tick(1000);
  Create("tallinn", "2");
  EXPECT_TRUE(Changed("tallinn", 0).empty());
  Tell("luxembourg", "tallinn");
  ASSERT_EQ(Changed("tallinn", 0).size(), 1u);
  EXPECT_EQ(Changed("tallinn", 0)[0], "owner: \"Jaan\" was shown; of then it is known now: \"Liis\", contested");
}

TEST_F(ExtractOfSites, IsTouchedByARulingAndByNoLaterFiling) {
  Set("tallinn", "Jaan");
  Set("luxembourg", "Liis");
  Tell("luxembourg", "tallinn");
  Tick(1000);
  Extract("tallinn");  // contested, and shown so
  Tick(1000);
  RulingDraft ruling;
  ruling.rule = "parcel.owner";
  ruling.subject = "parcel/1";
  ruling.keep = "luxembourg-2";
  ruling.officer = "judge";
  ruling.reason = "heard both";
  ASSERT_TRUE((*this)["tallinn"]->Rule(ruling).ok());
  ASSERT_EQ(Changed("tallinn", 0).size(), 1u);
  EXPECT_NE(Changed("tallinn", 0)[0].find("since the ruling tallinn-"), std::string::npos) << Changed("tallinn", 0)[0];
  Tick(1000);
  Extract("tallinn");
  Tick(1000);
  Set("tallinn", "Peeter");
  EXPECT_TRUE(Changed("tallinn", 1).empty());
}

// What the ruling takes from the sale in Tallinn, and so from who built on it; what it leaves to the other; and a sale after it.
TEST_F(ExtractOfSites, AReceiptIsTouchedByTheRulingThatTookWhatItSays) {
  const auto sale = (*this)["tallinn"]->File(Draft().By("mari").Record("parcel/1").Set("owner", "Jaan"));
  ASSERT_TRUE(sale.ok()) << sale.status();
  const std::string jaan = sale->short_name();
  Set("luxembourg", "Liis");
  Draft mortgage = Draft().By("kaja").Create("parcel/2").Set("owner", "Bank");
  mortgage.relied_on = {"parcel/1/owner"};
  const auto built = (*this)["tallinn"]->File(mortgage);
  ASSERT_TRUE(built.ok()) << built.status();
  Tell("luxembourg", "tallinn");
  const auto hand_out = [&](const std::string& entry) {
    ASSERT_TRUE((*this)["tallinn"]->NoteReceipt(*(*this)["tallinn"]->Prove(entry, "accepted")).ok());
  };
  hand_out(jaan);
  hand_out(built->short_name());
  hand_out("luxembourg-2");
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(Changed("tallinn", i).empty()) << i;
  Tick(1000);
  RulingDraft ruling;
  ruling.rule = "parcel.owner";
  ruling.subject = "parcel/1";
  ruling.keep = "luxembourg-2";
  ruling.officer = "judge";
  ruling.reason = "heard both";
  const auto ruled = (*this)["tallinn"]->Rule(ruling);
  ASSERT_TRUE(ruled.ok()) << ruled.status();
  const std::string by = "since the ruling " + ruled->short_name() + " on parcel.owner parcel/1 ";
  EXPECT_EQ(Changed("tallinn", 0), (std::vector<std::string>{by + "it does not stand"}));
  EXPECT_EQ(Changed("tallinn", 1), (std::vector<std::string>{by + jaan + ", which it was built on, does not stand"}));
  EXPECT_EQ(Changed("tallinn", 2), std::vector<std::string>());
  Tick(1000);
  hand_out(jaan);  // with what is known of it
  Tick(1000);
  Set("tallinn", "Peeter");
  EXPECT_EQ(Changed("tallinn", 2), std::vector<std::string>());
  EXPECT_TRUE(Changed("tallinn", 3).empty());
  const std::vector<ExtractView> all = *(*this)["tallinn"]->Extracts();
  EXPECT_EQ(all[1].kind, "receipt");
  EXPECT_EQ(all[1].address, built->short_name());
  EXPECT_EQ(all[1].site, "tallinn");
}

TEST_F(ExtractOfSites, WhatACrashLeftHalfThereWasNeverHandedOut) {
  Extract("tallinn");
  std::ofstream((*this)["tallinn"].dir + "/extracts", std::ios::app) << "\"half of a li";
  EXPECT_EQ((*this)["tallinn"]->Extracts()->size(), 1u);
  Extract("tallinn");
  EXPECT_EQ((*this)["tallinn"]->Extracts()->size(), 2u);
  (*this)["tallinn"].Reopen();
  EXPECT_EQ((*this)["tallinn"]->Extracts()->size(), 2u);
}

TEST_F(ExtractOfSites, SaysWhyThereIsNone) {
  EXPECT_EQ((*this)["tallinn"]->Extract("parcel/7").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ((*this)["tallinn"]->Extract("parcel/1/owner").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ((*this)["tallinn"]->Extract("wonder/7").status().code(), absl::StatusCode::kInvalidArgument);
  Join("narva");
  EXPECT_EQ((*this)["narva"]->Extract("parcel/1").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(IsExtract("no extract"));
  EXPECT_FALSE(VerifyExtract("no extract", "quorum none\n").ok());
}

}  // namespace
}  // namespace chancery
