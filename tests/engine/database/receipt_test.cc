// Receipts of real stores: what each site can prove of each entry, when, and that the files prove nothing else.
#include <algorithm>

#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

constexpr int64_t kRound = 10'000;

class Receipts : public Sites {
 protected:
  std::vector<std::string> all_ = {"tallinn", "tartu", "luxembourg"};

  void Advance(int64_t ms) {
    for (auto& [name, site] : sites_) site.clock.Set(site.clock.NowMs() + ms);
  }

  // Whatever these sites owe each other, until nothing changes.
  void Exchange(const std::vector<std::string>& names) {
    for (bool more = true; more;) {
      more = false;
      for (const std::string& to : names) more |= *sites_.at(to)->Settle();
      for (const std::string& from : names) {
        for (const std::string& to : names) {
          if (from == to) continue;
          more |= Tell(from, to).entries > 0;
          more |= *sites_.at(to)->TakeCosignatures(*sites_.at(from)->Read()->Cosignatures());
        }
      }
    }
  }
  void SettleAll() {
    Exchange(all_);
    Advance(2 * kRound);
    Exchange(all_);
  }

  uint64_t Tip(const std::string& site) {
    for (const auto& [lane, seq] : sites_.at(site).Status().frontier)
      if (lane == site) return seq;
    return 0;
  }

  ReceiptFile Prove(const std::string& site, const std::string& entry, std::string_view strength = {}) {
    const absl::StatusOr<ReceiptFile> file = sites_.at(site)->Prove(entry, strength);
    EXPECT_TRUE(file.ok()) << site << " of " << entry << ": " << file.status();
    return file.ok() ? *file : ReceiptFile{};
  }
  std::string Refused(const std::string& site, const std::string& entry, std::string_view strength) {
    const absl::StatusOr<ReceiptFile> file = sites_.at(site)->Prove(entry, strength);
    EXPECT_TRUE(absl::IsNotFound(file.status())) << file.status();
    return std::string(S(file.status().message()));
  }

  static ReceiptView Judge(const ReceiptFile& file) {
    const absl::StatusOr<ReceiptView> view = VerifyReceipt(file.proof, file.policy);
    EXPECT_TRUE(view.ok()) << view.status();
    return view.ok() ? *view : ReceiptView{};
  }
  static std::string Before(const ReceiptFile& a, const ReceiptFile& b) {
    const absl::StatusOr<BeforeView> view = VerifyBefore(a.proof, b.proof, a.policy);
    EXPECT_TRUE(view.ok()) << view.status();
    return view.ok() ? view->verdict : "";
  }

  // With any one bit changed the file is damaged, proves nothing, or proves the same.
  static void ExpectNoBitMatters(const ReceiptFile& file, bool lines_may_go) {
    const ReceiptView whole = Judge(file);
    std::string bytes = file.proof;
    for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
      const absl::StatusOr<ReceiptView> view = VerifyReceipt(bytes, file.policy);
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
      if (!view.ok() || view->verdict != "PROVEN") continue;
      EXPECT_TRUE(lines_may_go) << "byte " << bit / 8 << " bit " << bit % 8;
      EXPECT_EQ(view->entry.id, whole.entry.id);
      EXPECT_EQ(view->index, whole.index);
      EXPECT_EQ(view->size, whole.size);
    }
  }
};

TEST_F(Receipts, OfAFilingIsAcceptedAtOnce) {
  const Receipt filed = Create("tallinn", "1");
  const ReceiptFile file = Prove("tallinn", filed.short_name());
  EXPECT_EQ(file.strength, "accepted");
  EXPECT_EQ(file.entry, filed.entry());
  EXPECT_EQ(file.place, 0u);
  const ReceiptView view = Judge(file);
  EXPECT_EQ(view.verdict, "PROVEN");
  EXPECT_EQ(view.entry.id, filed.entry());
  EXPECT_EQ(view.entry.registry, (*this)["tallinn"].Status().registry);
  EXPECT_EQ(Cat("tallinn-", view.entry.number), filed.short_name());
  EXPECT_EQ(view.entry.officer, "mari");
  EXPECT_EQ(view.entry.keys, std::vector<std::string>{"1"});
  EXPECT_EQ(view.not_after, "");
  EXPECT_EQ(view.does_not_say.size(), 3u);
  ExpectNoBitMatters(file, false);
}

TEST_F(Receipts, AreForEveryEntryOfALaneWhereverItsRunsEnd) {
  for (int i = 0; i < 40; ++i) Create("tallinn", Cat("one-", i), std::string(static_cast<size_t>(i) * 20, 'x'));
  std::vector<Draft> many;
  for (int i = 0; i < 3000; ++i) many.push_back(Draft().By("mari").Create(Cat("parcel/many-", i)).Set("owner", Cat("Kask ", i)));
  ASSERT_EQ((*this)["tallinn"]->FileAll(many).size(), many.size());
  Exchange({"tallinn", "tartu"});
  const uint64_t tip = Tip("tallinn");
  ASSERT_GT(tip, 3000u);
  for (const char* site : {"tallinn", "tartu"}) {
    for (uint64_t seq = 1; seq <= tip; seq += seq < 50 || seq > tip - 10 ? 1 : 97) {
      const std::string entry = Cat("tallinn-", seq);
      EXPECT_EQ(Prove(site, entry, "accepted").strength, "accepted");
      EXPECT_EQ(Prove(site, entry, "witnessed").strength, "witnessed 1") << entry;
    }
  }
}

TEST_F(Receipts, CountTheOtherSitesThatStoreIt) {
  const Receipt filed = Create("tallinn", "1");
  Advance(1000);
  EXPECT_EQ(Refused("tallinn", filed.short_name(), "witnessed"),
            Cat("no other site has signed yet that it stores ", filed.short_name()));
  Exchange({"tallinn", "tartu"});
  EXPECT_EQ(Prove("tallinn", filed.short_name()).strength, "witnessed 1");
  Advance(1000);
  Exchange(all_);
  for (const std::string& site : all_) {
    const ReceiptFile file = Prove(site, filed.short_name());
    EXPECT_EQ(file.strength, "witnessed 2") << site;
    EXPECT_EQ(file.not_before_by, "") << "no other site had filed";
  }
  const ReceiptFile file = Prove("tallinn", filed.short_name());
  EXPECT_EQ(Judge(file).not_after, "2026-01-01T00:00:01.000Z") << "the earlier of the two";
  EXPECT_EQ(Judge(file).not_after_by, "tartu");
  ExpectNoBitMatters(file, false);
}

TEST_F(Receipts, OfWhatIsSettledHaveAPlaceAtEverySite) {
  std::vector<std::string> entries;
  for (int i = 0; i < 4; ++i) {
    for (const std::string& site : all_) {
      entries.push_back(Create(site, Cat(site, "-", i)).short_name());
      Advance(700);
    }
  }
  Exchange(all_);
  entries.push_back(Create("tartu", "knows").short_name());
  SettleAll();
  std::vector<uint64_t> places;
  for (const std::string& entry : entries) {
    const ReceiptFile file = Prove("tallinn", entry);
    EXPECT_EQ(file.strength, "settled") << entry;
    places.push_back(file.place);
    EXPECT_EQ(Judge(file).verdict, "PROVEN");
    for (const std::string& site : all_) {
      const ReceiptFile there = Prove(site, entry, "settled");
      EXPECT_EQ(there.place, file.place);
      EXPECT_EQ(there.entries, file.entries);
      EXPECT_EQ(Judge(there).index, Judge(file).index);
    }
  }
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end()));
  EXPECT_EQ(Prove("tallinn", entries.back()).not_before_by, "tallinn-9") << "the epoch that made the others members";
  EXPECT_EQ(Judge(Prove("tallinn", entries.back())).entry.knew.size(), 2u);
  EXPECT_EQ(Prove("tallinn", "tallinn-1").place, 1u);
  EXPECT_EQ(Prove("tallinn", entries[0], "accepted").strength, "accepted");
  EXPECT_EQ(Prove("tallinn", entries[0], "witnessed").strength, "witnessed 2");
  ExpectNoBitMatters(Prove("luxembourg", entries[0]), true);
}

TEST_F(Receipts, OfWhatIsNotSettledSayWhoIsWaitedFor) {
  SettleAll();
  const Receipt filed = Create("tallinn", "1");
  Advance(2 * kRound);
  Exchange({"tallinn", "tartu"});
  EXPECT_EQ(Refused("tallinn", filed.short_name(), "settled"),
            Cat(filed.short_name(), " is not settled yet: waiting for luxembourg"));
  EXPECT_EQ(Prove("tallinn", filed.short_name()).strength, "witnessed 1");
  EXPECT_TRUE(absl::IsInvalidArgument((*this)["tallinn"]->Prove(filed.short_name(), "sworn").status()));
  EXPECT_TRUE(absl::IsNotFound((*this)["tallinn"]->Prove("tallinn-99").status()));
  Exchange(all_);
  EXPECT_EQ(Prove("tallinn", filed.short_name()).strength, "settled");
  const uint64_t tip = Tip("tartu");  // a beat
  EXPECT_EQ(Refused("tallinn", Cat("tartu-", tip), "settled"),
            Cat("tartu-", tip, " is a beat: it has no place in the one order"));
  EXPECT_EQ(Prove("tallinn", Cat("tartu-", tip)).strength, "witnessed 2");
}

TEST_F(Receipts, ShowWhichOfTwoIsBefore) {
  const std::string a = Create("tallinn", "1").short_name();
  Advance(5);
  const std::string b = Create("tartu", "2").short_name();
  SettleAll();
  EXPECT_EQ(Before(Prove("tallinn", a), Prove("tallinn", b)), "PROVEN");
  EXPECT_EQ(Before(Prove("tallinn", a), Prove("luxembourg", b)), "PROVEN") << "any member may sign for the order";
  EXPECT_EQ(Before(Prove("tallinn", b), Prove("tallinn", a)), "DISPROVEN");
  EXPECT_EQ(Before(Prove("tallinn", a), Prove("tallinn", a)), "DISPROVEN");
  const ReceiptFile then = Prove("tallinn", a);
  Create("luxembourg", "3");
  SettleAll();
  EXPECT_EQ(Before(then, Prove("tallinn", b)), "INCONCLUSIVE") << "two checkpoints, and no proof between them";
  const ReceiptFile now = Prove("tallinn", b);
  const std::string growth = *(*this)["tartu"]->ProveGrowth(then.proof, now.proof);
  EXPECT_EQ(growth, *(*this)["tartu"]->ProveGrowth(now.proof, then.proof));
  EXPECT_EQ(VerifyBefore(then.proof, now.proof, now.policy, growth)->verdict, "PROVEN");
  EXPECT_EQ(VerifyBefore(now.proof, then.proof, now.policy, growth)->verdict, "DISPROVEN") << "the later index is not before";
  const size_t hash = growth.find('\n') + 5;  // in the first hash
  std::string bent = growth;
  bent[hash] = bent[hash] == 'A' ? 'B' : 'A';
  const absl::StatusOr<BeforeView> judged = VerifyBefore(then.proof, now.proof, now.policy, bent);
  EXPECT_TRUE(!judged.ok() || judged->verdict == "DISPROVEN");
  EXPECT_TRUE(absl::IsDataLoss(VerifyBefore(then.proof, now.proof, now.policy, "old x\n").status()));
  EXPECT_TRUE(
      absl::IsFailedPrecondition((*this)["tartu"]->ProveGrowth(then.proof, Prove("tallinn", b, "accepted").proof).status()));
  EXPECT_EQ(Before(Prove("tallinn", a), Prove("tallinn", b)), "PROVEN");
}

TEST_F(Receipts, AreNothingUnderOtherKeys) {
  const std::string entry = Create("tallinn", "1").short_name(), other = Create("tartu", "2").short_name();
  SettleAll();
  const ReceiptFile settled = Prove("tallinn", entry), accepted = Prove("tallinn", entry, "accepted");
  EXPECT_EQ(VerifyReceipt(settled.proof, accepted.policy)->verdict, "INCONCLUSIVE");
  EXPECT_EQ(VerifyReceipt(accepted.proof, settled.policy)->verdict, "INCONCLUSIVE");
  EXPECT_EQ(VerifyReceipt(accepted.proof, Prove("tartu", other, "accepted").policy)->verdict, "INCONCLUSIVE");
  EXPECT_TRUE(absl::IsDataLoss(VerifyReceipt("no proof", settled.policy).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(VerifyReceipt(settled.proof, "no policy\n").status()));
}

TEST_F(Receipts, OfASiteWithANewKeyAreThoseThatOthersSigned) {
  const std::string entry = Create("tallinn", "1").short_name();
  SettleAll();
  ASSERT_TRUE((*this)["tallinn"]->Backup(root_ / "backup").ok());
  Site& restored = New("restored");
  restored.db = *Database::Restore(restored.dir, root_ / "backup", {"another"}, restored.env);
  EXPECT_EQ(Refused("restored", entry, "settled"), "this site has no key that members know");
  EXPECT_EQ(Prove("restored", entry).strength, "witnessed 2") << "its lane's key is gone, what it signed is here";
  EXPECT_TRUE(absl::IsNotFound(restored->Checkpoint().status()));
}

TEST_F(Receipts, OfTheOrderAreGivenByFullSites) {
  const std::string entry = Create("tallinn", "1").short_name();
  Site& witness = Join("witness", "witness");
  EXPECT_TRUE((*this)["tallinn"]->Admit(witness->SiteCard()).ok());
  all_.push_back("witness");
  SettleAll();
  EXPECT_EQ(Prove("tallinn", entry).strength, "settled");
  EXPECT_EQ(Refused("witness", entry, "settled"), "only a full site proves the order: this one is none");
  EXPECT_EQ(S(witness->Checkpoint().status().message()), "only a full site proves the order: this one is none");
}

TEST_F(Receipts, TheCheckpointIsTheSameOrderAtEverySite) {
  EXPECT_TRUE(absl::IsNotFound((*this)["tallinn"]->Checkpoint().status()));
  SettleAll();
  const auto text = [](const std::string& note) { return note.substr(0, note.find("\n\n")); };
  const std::string here = *(*this)["tallinn"]->Checkpoint(), there = *(*this)["tartu"]->Checkpoint();
  EXPECT_EQ(text(here), text(there));
  EXPECT_TRUE(here.starts_with((*this)["tallinn"].Status().registry + "/settled\n")) << here;
  EXPECT_TRUE(Prove("tallinn", "tallinn-1").proof.ends_with(here));
}

}  // namespace
}  // namespace chancery
