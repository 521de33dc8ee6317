// Rows of the journal: when a run grows, what is read back, and what a damaged or missing row is told as.
#include "engine/journal/journal.h"

#include <gtest/gtest.h>

#include <functional>

#include "engine/base/limits.h"
#include "engine/journal/rows.h"
#include "tests/engine/journal/lanes_by_hand.h"

namespace chancery {
namespace {

const RegistryId kRegistry = Sha256({"registry"});
constexpr int64_t kStart = 1767225600000;

class Journals : public testing::Test {
 protected:
  Journals() { lanes_.Add(LaneOfSite("tallinn")); }

  // A pack that says nothing: an entry of about `bytes`.
  static Entry Make(size_t bytes, std::vector<Place> context = {}) {
    Entry entry;
    entry.registry = kRegistry;
    entry.lane = LaneOfSite("tallinn").id;
    entry.kind = EntryKind::kPack;
    entry.context = std::move(context);
    entry.pack_toml = std::string(bytes, '#');
    return entry;
  }

  Lane& lane() { return lanes_.Edit(0); }
  void Append(Journal& journal, const Entry& entry, Touches touches = {}) {
    journal.AppendOwn(lane(), EncodeHeader(entry), HlcAt(now_ms_) + ++ticks_, EncodeBody(entry), std::move(touches),
                      !entry.context.empty());
  }
  // A batch of its own: `count` entries.
  void File(const Entry& entry, size_t count = 1, bool keep_rows = false) {
    WriteTxn txn = store_.Write();
    Journal journal(txn);
    if (keep_rows) journal.KeepRows();
    for (size_t i = 0; i < count; ++i) Append(journal, entry);
    journal.HashOwn(lane());
    journal.Flush(txn, lanes_, kRegistry, KeyOf("tallinn"));
    lanes_.Store(txn);
    ASSERT_TRUE(txn.Commit().ok());
  }
  uint64_t Rows() { return store_.Read().Count(Table::kJournal); }

  // What is stored is one lane, entry by entry, under seals that hold.
  void ExpectWhole() {
    const Txn txn = store_.Read();
    const Journal journal(txn);
    Tree tree;
    Hlc before = 0;
    for (uint64_t seq = 1; seq <= lane().tip(); ++seq) {
      const Dot dot = MakeDot(0, seq);
      const auto entry = journal.EntryAt(dot);
      ASSERT_TRUE(entry.ok()) << entry.status();
      EXPECT_EQ(entry->seq, seq);
      EXPECT_EQ(EncodeEntry(*entry), journal.BytesAt(dot).value());
      EXPECT_EQ(journal.IdAt(dot).value(), IdOf(EncodeEntry(*entry)));
      EXPECT_EQ(journal.HlcAt(dot).value(), entry->hlc);
      EXPECT_GT(entry->hlc, before);
      before = entry->hlc;
      tree.Append(journal.IdAt(dot).value());
      if (seq % 97 != 1 && seq != lane().tip()) continue;
      EXPECT_EQ(journal.TreeAt(lane(), seq)->Root(), tree.Root()) << seq;
      EXPECT_EQ(journal.TreeAt(lane(), seq, true)->Root(), tree.Root()) << seq;
    }
    EXPECT_EQ(tree.Root(), lane().tree.Root());
    const std::string message = SealMessage(kRegistry, lane().id, tree.size(), tree.Root());
    EXPECT_TRUE(Verify(lane().key, message, journal.SealOf(lane()).value()));
  }

  NewStore store_;
  Lanes lanes_;
  int64_t now_ms_ = kStart;
  Hlc ticks_ = 0;
};

TEST_F(Journals, SingleFilingsShareARow) {
  for (int i = 0; i < 5; ++i) File(Make(10));
  EXPECT_EQ(Rows(), 1u);
  ExpectWhole();
}

TEST_F(Journals, ARowOfTwoKibibytesGrowsNoMore) {
  File(Make(2048));
  File(Make(10));
  EXPECT_EQ(Rows(), 2u);
  File(Make(10));
  EXPECT_EQ(Rows(), 2u);
  ExpectWhole();
}

TEST_F(Journals, ALargeRowIsNotEvenLookedAt) {
  Entry noise = Make(5000);
  uint32_t state = 1;
  for (char& c : noise.pack_toml) c = static_cast<char>('!' + (state = state * 1664525 + 1013904223) % 94);
  File(noise);
  File(Make(10));
  EXPECT_EQ(Rows(), 2u);
  ExpectWhole();
}

TEST_F(Journals, ALargeRunHasARowOfItsOwn) {
  File(Make(10));
  File(Make(3000));
  EXPECT_EQ(Rows(), 2u);
  ExpectWhole();
}

TEST_F(Journals, ARowGrowsForAMinute) {
  File(Make(10));
  now_ms_ += limits::kRunSpanMs;
  ticks_ = 0;
  File(Make(10));
  EXPECT_EQ(Rows(), 1u) << "to the end of it";
  now_ms_ += 1;
  File(Make(10));
  EXPECT_EQ(Rows(), 2u);
  ExpectWhole();
}

TEST_F(Journals, WhatSawAnotherLaneOpensARow) {
  File(Make(10));
  File(Make(10, {{9, 3}}));
  EXPECT_EQ(Rows(), 2u);
  File(Make(10));
  EXPECT_EQ(Rows(), 2u);
  ExpectWhole();
}

TEST_F(Journals, RowsStayAsTheyCameWhereTheyAreKept) {
  File(Make(10));
  File(Make(10), 1, true);
  EXPECT_EQ(Rows(), 2u);
  ExpectWhole();
}

TEST_F(Journals, ARunOfOneBatchIsCutAtItsLimits) {
  File(Make(10), limits::kRunEntries + 1);
  EXPECT_EQ(Rows(), 2u);
  File(Make(limits::kPackBytes / 2), 8);
  EXPECT_EQ(Rows(), 10u) << "no run is larger than it may be";
  ExpectWhole();
}

TEST_F(Journals, ATreeIsFoundFromThePeaksThatAreStoredNowAndThen) {
  for (int i = 0; i < 3; ++i) File(Make(1), 1000);
  EXPECT_EQ(store_.Read().Count(Table::kPeaks), 2u);
  const Txn txn = store_.Read();
  for (const uint64_t size : {1999u, 2000u, 2001u, 3000u}) {
    const Journal journal(txn);
    EXPECT_EQ(journal.TreeAt(lane(), size).value(), journal.TreeAt(lane(), size, true).value()) << size;
  }
}

TEST_F(Journals, ReadsWhatTheBatchInHandHasAppended) {
  File(Make(10));
  WriteTxn txn = store_.Write();
  Journal journal(txn);
  Append(journal, Make(10), {MakeDot(0, 1), 0});
  EXPECT_EQ(journal.fresh_ops(), 2u);
  journal.HashOwn(lane());
  EXPECT_EQ(journal.EntryAt(MakeDot(0, 2))->seq, 2u);
  EXPECT_EQ(journal.TouchesAt(MakeDot(0, 2)).value(), (Touches{MakeDot(0, 1), 0}));
  EXPECT_EQ(journal.EntryAt(MakeDot(0, 3)).status().code(), absl::StatusCode::kDataLoss);
  journal.Flush(txn, lanes_, kRegistry, KeyOf("tallinn"));
  EXPECT_EQ(journal.fresh_ops(), 0u);
  EXPECT_EQ(journal.TouchesAt(MakeDot(0, 1)).value(), Touches());
  EXPECT_EQ(journal.TouchesAt(MakeDot(0, 2)).value(), (Touches{MakeDot(0, 1), 0}));
}

TEST_F(Journals, WhatIsNotThereIsToldAsMissing) {
  File(Make(10), 3);
  const Txn txn = store_.Read();
  const Journal journal(txn);
  for (const Dot dot : {MakeDot(0, 4), MakeDot(1, 1)}) {
    const absl::Status status = journal.EntryAt(dot).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_NE(status.message().find("is missing"), absl::string_view::npos) << status;
  }
  EXPECT_TRUE(journal.EntryAt(MakeDot(0, 3)).ok());
}

TEST_F(Journals, ARowThatChangedOnTheDiskIsToldByWhoeverReadsIt) {
  File(Make(10), 3);
  WriteTxn txn = store_.Write();
  std::string row(*txn.Get(Table::kJournal, Key64(0, 1)));
  row[20] ^= 1;
  txn.Put(Table::kJournal, Key64(0, 1), row);
  const Journal journal(txn);
  const auto code = absl::StatusCode::kDataLoss;
  EXPECT_EQ(journal.EntryAt(MakeDot(0, 1)).status().code(), code);
  EXPECT_EQ(journal.EachAfter(lane(), 0, [](const chancery::Run&, size_t) { return true; }).code(), code);
  std::vector<Journal::Stretch> out;
  EXPECT_EQ(journal.RunsAfter(lane(), 0, 0, &out).code(), code);
  EXPECT_EQ(journal.TreeAt(lane(), 2).status().code(), code);
  EXPECT_EQ(journal.SealOf(lane()).status().code(), code);
}

TEST_F(Journals, ARunThatIsNoneUnderASumThatFitsIsToldToo) {
  File(Make(10), 3);
  WriteTxn txn = store_.Write();
  const auto put = [&](const std::string& rest) { txn.Put(Table::kJournal, Key64(0, 1), Key64(Xxh64(rest)) + rest); };
  std::string rest(txn.Get(Table::kJournal, Key64(0, 1))->substr(8));
  const std::string run(Journal::RunIn(*txn.Get(Table::kJournal, Key64(0, 1))).value());
  const Journal journal(txn);
  put(std::string(8, '\0'));
  EXPECT_EQ(journal.EntryAt(MakeDot(0, 1)).status().code(), absl::StatusCode::kDataLoss);
  std::vector<Journal::Stretch> out;
  EXPECT_EQ(journal.RunsAfter(lane(), 0, 0, &out).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(journal.EachAfter(lane(), 0, [](const chancery::Run&, size_t) { return true; }).code(), absl::StatusCode::kDataLoss);
  rest.resize(4 + run.size());  // nothing follows the run
  EXPECT_EQ(Journal::TouchesIn(std::string(8, '\0') + rest, run.size(), 3).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(Journals, WhatIsSentBeginsBehindWhatIsKnown) {
  File(Make(2048), 1);
  File(Make(2048), 1);
  File(Make(10), 3);
  const Txn txn = store_.Read();
  const Journal journal(txn);
  const auto sent = [&](uint64_t after, size_t bytes_max = 0) {
    std::vector<Journal::Stretch> out;
    EXPECT_TRUE(journal.RunsAfter(lane(), after, bytes_max, &out).ok());
    std::string text;
    for (const Journal::Stretch& one : out) {
      const chancery::Run run = DecodeRun(one.run).value();
      EXPECT_EQ(one.first_hlc, run.leaves[0].hlc);
      EXPECT_EQ(one.lane, lane().id);
      text += std::to_string(run.first) + "-" + std::to_string(run.last()) + " ";
    }
    return text;
  };
  EXPECT_EQ(sent(0), "1-1 2-2 3-5 ");
  EXPECT_EQ(sent(1), "2-2 3-5 ");
  EXPECT_EQ(sent(3), "4-5 ");
  EXPECT_EQ(sent(5), "");
  EXPECT_EQ(sent(0, 1), "1-1 ") << "the first that passes the bound is the last";
  EXPECT_EQ(sent(3, 1), "4-5 ");
}

TEST_F(Journals, AVisitGoesFromAnyEntryUntilItIsEnough) {
  File(Make(2048), 1);
  File(Make(10), 3);
  const Txn txn = store_.Read();
  const Journal journal(txn);
  const auto visited = [&](uint64_t after, uint64_t last) {
    std::string text;
    EXPECT_TRUE(journal
                    .EachAfter(lane(), after,
                               [&](const chancery::Run& run, size_t i) {
                                 text += std::to_string(run.first + i);
                                 return run.first + i < last;
                               })
                    .ok());
    return text;
  };
  EXPECT_EQ(visited(0, 9), "1234");
  EXPECT_EQ(visited(2, 9), "34");
  EXPECT_EQ(visited(0, 3), "123");
  EXPECT_EQ(visited(4, 9), "");
}

TEST_F(Journals, TheFirstEntryThatDiffersIsFound) {
  File(Make(10), 3);
  const Txn txn = store_.Read();
  const Journal journal(txn);
  std::vector<Journal::Stretch> out;
  ASSERT_TRUE(journal.RunsAfter(lane(), 1, 0, &out).ok());
  const auto differs = [&](const std::function<void(chancery::Run&)>& change) {
    chancery::Run run = DecodeRun(out[0].run).value();
    change(run);
    return journal.FirstDifference(lane(), run).value();
  };
  const std::string other = EncodeBody(Make(11));
  EXPECT_EQ(differs([](chancery::Run&) {}), 0u);
  EXPECT_EQ(differs([&](chancery::Run& run) { run.leaves[0].body = other; }), 2u);
  EXPECT_EQ(differs([&](chancery::Run& run) { run.leaves[1].body = other; }), 3u);
  EXPECT_EQ(differs([&](chancery::Run& run) { run.leaves[1].hlc += 1; }), 3u);
  EXPECT_EQ(differs([&](chancery::Run& run) { run.header += "x"; }), 2u);
  EXPECT_EQ(differs([&](chancery::Run& run) { run.Append(HlcAt(kStart) + 999, other); }), 0u)
      << "what is behind the tip is new, no other";
}

// What a filer hands to the tail is what Flush writes, run by run.
TEST_F(Journals, RunsSealedBeforeTheyAreStoredAreTheSameBytes) {
  WriteTxn txn = store_.Write();
  Journal journal(txn);
  for (int i = 0; i < 12; ++i) Append(journal, Make(30'000), {});
  journal.HashOwn(lane());
  const std::vector<std::string> sealed = journal.SealOwn(lane(), 0, kRegistry, KeyOf("tallinn"));
  ASSERT_GT(sealed.size(), 1u);
  const std::vector<std::string> rest = journal.SealOwn(lane(), 11, kRegistry, KeyOf("tallinn"));
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(DecodeRun(rest[0])->first, 12u);
  EXPECT_TRUE(journal.SealOwn(lane(), 12, kRegistry, KeyOf("tallinn")).empty());
  journal.Flush(txn, lanes_, kRegistry, KeyOf("tallinn"));
  lanes_.Store(txn);
  ASSERT_TRUE(txn.Commit().ok());
  const Txn read = store_.Read();
  const Journal stored(read);
  std::vector<Journal::Stretch> out;
  ASSERT_TRUE(stored.RunsAfter(lane(), 0, 0, &out).ok());
  ASSERT_EQ(out.size(), sealed.size());
  for (size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i].run, sealed[i]) << i;
  ExpectWhole();
}

}  // namespace
}  // namespace chancery
