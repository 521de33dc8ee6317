#include <gtest/gtest.h>
#include <zstd.h>

#include <bit>
#include <functional>
#include <optional>
#include <random>

#include "engine/base/limits.h"
#include "engine/base/strings.h"
#include "engine/codec/body.h"
#include "samples.h"
#include "tests/support/forever.h"
#include "tests/support/run_forms.h"

namespace chancery {
namespace {

void ExpectSame(const chancery::Run& a, const chancery::Run& b) {
  EXPECT_EQ(a.header, b.header);
  EXPECT_EQ(a.lane, b.lane);
  EXPECT_EQ(a.first, b.first);
  EXPECT_EQ(a.seal, b.seal);
  ASSERT_EQ(a.leaves.size(), b.leaves.size());
  for (size_t i = 0; i < a.leaves.size(); ++i) EXPECT_EQ(a.EntryBytes(i), b.EntryBytes(i));
}

std::string WhyRefused(std::string_view bytes) {
  const auto run = DecodeRun(bytes);
  return run.ok() ? "accepted" : std::string(run.status().message());
}

TEST(Run, RebuildsEveryEntryBitForBit) {
  for (const auto& run : {samples::SmallRun(), samples::LargeRun()}) {
    const auto decoded = DecodeRun(EncodeRun(run));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    ExpectSame(run, *decoded);
    for (size_t i = 0; i < run.leaves.size(); ++i) {
      const auto entry = DecodeEntry(decoded->EntryBytes(i));
      ASSERT_TRUE(entry.ok()) << entry.status();
      EXPECT_EQ(EncodeEntry(*entry), run.EntryBytes(i));
    }
  }
}

TEST(Run, CompressesFromTwoKiBOn) {
  const auto small = samples::SmallRun(), large = samples::LargeRun();
  size_t raw = 0;
  for (const Leaf& leaf : large.leaves) raw += leaf.body.size();
  EXPECT_LT(EncodeRun(large).size(), raw / 2);
  EXPECT_NE(EncodeRun(small).find(small.leaves[2].body), std::string::npos);
}

// A small run is written as it is; one that was compressed is read.
TEST(Run, ReadsWhatWasCompressedFromOneKiBOn) {
  for (const size_t bytes : {500, 1500}) {
    auto run = samples::SmallRun();
    run.leaves.resize(1);
    Entry entry = *DecodeEntry(run.EntryBytes(0));
    entry.note = std::string(bytes, 'a');
    run.leaves[0].body = Forever().Keep(EncodeBody(entry));
    const std::string plain = EncodeRun(run), raw = plain.substr(plain.find(run.leaves[0].body) - 3);
    std::string packed(ZSTD_compressBound(raw.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), raw.data(), raw.size(), 1));
    ByteWriter w;
    w.Raw(std::string_view(plain).substr(0, plain.size() - raw.size() - 3));
    w.U8(1);
    w.Varint(raw.size());
    w.Raw(packed);
    const auto decoded = DecodeRun(w.out);
    ASSERT_EQ(decoded.ok(), bytes == 1500) << decoded.status();
    if (decoded.ok()) ExpectSame(run, *decoded);
  }
}

// Edits of one field of random records, 29 bytes of key and value each: what a busy lane costs to keep and to send.
TEST(Run, AThousandSmallEditsTakeAtMost18BytesEach) {
  std::mt19937_64 random(7);
  Entry edit = samples::SmallEdit();
  auto run = samples::SmallRun();
  run.leaves.clear();
  const auto letters = [&](size_t n) {
    std::string s;
    while (s.size() < n) s.push_back("0123456789abcdefghijklmnopqrstuvwxyz"[random() % 36]);
    return s;
  };
  constexpr size_t kField[] = {2, 5, 7}, kBytes[] = {24, 8, 16};
  for (int i = 0; i < 1000; ++i) {
    const std::string number = std::to_string(random() % 100000);
    edit.ops[0].key = Forever().Keep("P" + std::string(15 - number.size(), '0') + number);
    const size_t which = random() % 4;
    const bool integer = which == 3;
    const Value value =
        integer ? Value::Integer(static_cast<int64_t>(random() % 100000)) : Value::Text(Forever().Keep(letters(kBytes[which])));
    edit.ops[0].changes[0] = {static_cast<uint32_t>(integer ? 1 : kField[which]), Verb::kSet, value, {}};
    edit.hlc = NextHlc(edit.hlc, MsOf(edit.hlc) + static_cast<int64_t>(random() % 6));
    run.Append(edit.hlc, EncodeBody(edit));
  }
  const size_t bytes = EncodeRun(run).size();
  std::printf("1000 small edits take %zu bytes\n", bytes);
  EXPECT_LE(bytes, 18000u);
}

TEST(Run, EveryCutIsRefused) {
  for (const auto& run : {samples::SmallRun(), samples::LargeRun()}) {
    const std::string bytes = EncodeRun(run);
    for (size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(DecodeRun(std::string_view(bytes).substr(0, n)).ok()) << n;
    EXPECT_FALSE(DecodeRun(bytes + '\0').ok());
  }
}

TEST(Run, StampsRiseWithoutWrapping) {
  auto run = samples::SmallRun();
  run.leaves[1].hlc = run.leaves[0].hlc;
  EXPECT_EQ(WhyRefused(EncodeRun(run)), "malformed run: stamps do not rise");
  run.leaves[1].hlc = run.leaves[0].hlc - 1;  // the difference wraps
  EXPECT_EQ(WhyRefused(EncodeRun(run)), "malformed run: stamps do not rise");
}

TEST(Run, OnlyTheFirstEntryCarriesAContext) {
  auto run = samples::SmallRun();
  run.leaves[1].body = run.leaves[0].body;
  EXPECT_EQ(WhyRefused(EncodeRun(run)), "malformed run: a context inside the run");
}

TEST(Run, SequenceNumbersFitADot) {
  auto run = samples::SmallRun();
  run.first = body::kSeqMax - 2;
  EXPECT_EQ(WhyRefused(EncodeRun(run)), "accepted");
  run.first = body::kSeqMax - 1;
  EXPECT_EQ(WhyRefused(EncodeRun(run)), "malformed run: sequence number");
  run.first = 0;
  EXPECT_EQ(WhyRefused(EncodeRun(run)), "malformed run: sequence number");
}

// The declared size is judged before a byte is decompressed, and what it declares is all that may come out.
TEST(Run, ABombIsRefusedBeforeItGoesOff) {
  const auto run = samples::LargeRun();
  const std::string bytes = EncodeRun(run);
  ByteWriter front;  // all before the size
  front.Sized(run.header);
  front.Varint(run.first);
  front.Varint(run.leaves.size());
  front.U64(run.leaves[0].hlc);
  front.Raw(run.seal.view());
  front.U8(1);
  ASSERT_EQ(bytes.substr(0, front.out.size()), front.out);
  ByteReader rest(std::string_view(bytes).substr(front.out.size()));
  const uint64_t size = rest.Varint();
  const auto declare = [&](uint64_t declared) {
    ByteWriter w = front;
    w.Varint(declared);
    w.Raw(rest.rest());
    return WhyRefused(w.out);
  };
  EXPECT_EQ(declare(size), "accepted");
  EXPECT_EQ(declare(size - 1), "malformed run: compressed part");
  EXPECT_EQ(declare(size + 1), "malformed run: compressed part");
  EXPECT_EQ(declare(1ull << 62), "malformed run: larger than a run may be");
}

// A run as it is written, but with its numbers and its raw part as they are given.
struct Spoilt {
  const chancery::Run run = samples::SmallRun();
  uint64_t first = run.first, count = run.leaves.size();
  Hlc base = run.leaves[0].hlc;
  uint8_t form = 0;
  std::string raw = LeavesOf(run);
  std::optional<uint64_t> size = std::nullopt;

  std::string Why() const {
    ByteWriter w;
    w.Sized(run.header);
    w.Varint(first);
    w.Varint(count);
    w.U64(base);
    w.Raw(run.seal.view());
    w.U8(form);
    w.Varint(size.value_or(raw.size()));
    w.Raw(raw);
    return WhyRefused(w.out);
  }
};

TEST(Run, SaysWhatIsWrongWithIt) {
  const Spoilt good;
  EXPECT_EQ(good.Why(), "accepted");
  EXPECT_EQ((Spoilt{.count = 0}).Why(), "malformed run: count");
  EXPECT_EQ((Spoilt{.count = limits::kRunEntries + 1}).Why(), "malformed run: count");
  EXPECT_EQ((Spoilt{.count = limits::kRunEntries}).Why(), "malformed run: count") << "more than its bytes can hold";
  EXPECT_EQ((Spoilt{.count = 4}).Why(), "malformed run: entry");
  EXPECT_EQ((Spoilt{.count = 2}).Why(), "malformed run: length");
  EXPECT_EQ((Spoilt{.base = 0}).Why(), "malformed run: stamp");
  EXPECT_EQ((Spoilt{.form = 2}).Why(), "malformed run: length");
  EXPECT_EQ((Spoilt{.size = good.raw.size() + 1}).Why(), "malformed run: length");
  EXPECT_EQ((Spoilt{.raw = "\1" + good.raw.substr(1)}).Why(), "malformed run: stamps do not rise") << "the first is the base";
}

TEST(Run, AnEntryIsNoLargerThanItMayBe) {
  for (const size_t bytes : {limits::kEntryBytes, limits::kEntryBytes + 1}) {
    ByteWriter raw;
    raw.Varint(0);
    raw.Sized(std::string(bytes, 'x'));
    EXPECT_EQ((Spoilt{.count = 1, .raw = raw.out}).Why(), bytes == limits::kEntryBytes ? "accepted" : "malformed run: entry");
  }
}

TEST(Run, WhatDoesNotCompressIsWrittenAsItIs) {
  std::mt19937_64 random(11);
  std::string noise(3000, ' ');
  for (char& c : noise) c = static_cast<char>(random());
  chancery::Run run = samples::SmallRun();
  run.leaves.resize(1);
  run.leaves[0].body = noise;
  const std::string bytes = EncodeRun(run);
  EXPECT_NE(bytes.find(noise), std::string::npos);
  ExpectSame(run, DecodeRun(bytes).value());
}

TEST(Run, IsCutAtEitherEnd) {
  const auto left = [](const std::function<void(chancery::Run&)>& cut) {  // the first sequence number that is left, how many
    chancery::Run run = samples::SmallRun();
    cut(run);
    return std::pair(run.first, run.leaves.size());
  };
  const uint64_t first = samples::SmallRun().first;
  using Left = std::pair<uint64_t, size_t>;
  EXPECT_EQ(left([&](chancery::Run& run) { run.DropUpTo(first - 1); }), Left(first, 3));
  EXPECT_EQ(left([&](chancery::Run& run) { run.DropUpTo(first); }), Left(first + 1, 2));
  EXPECT_EQ(left([&](chancery::Run& run) { run.DropUpTo(first + 2); }), Left(first + 3, 0));
  EXPECT_EQ(left([&](chancery::Run& run) { run.DropUpTo(first + 9); }), Left(first + 3, 0));
  EXPECT_EQ(left([&](chancery::Run& run) { run.DropAfter(first + 9); }), Left(first, 3));
  EXPECT_EQ(left([&](chancery::Run& run) { run.DropAfter(first); }), Left(first, 1));
  EXPECT_EQ(left([&](chancery::Run& run) { run.DropAfter(first - 1); }), Left(first, 0));
}

TEST(Run, SurvivesRandomDamage) {
  const uint64_t seed = 4187;
  std::mt19937_64 random(seed);
  const std::string good[] = {EncodeRun(samples::SmallRun()), EncodeRun(samples::LargeRun())};
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = good[i % 2];
    for (int n = 0; n < 3; ++n) bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto run = DecodeRun(bytes);
    if (!run.ok()) continue;
    const auto again = DecodeRun(EncodeRun(*run));
    ASSERT_TRUE(again.ok()) << "seed " << seed << " step " << i;
    ExpectSame(*run, *again);
  }
}

TEST(Run, ASealNamesRegistryLaneSizeAndRoot) {
  const RegistryId registry = samples::Registry();
  const Hash256 root = IdOf("root");
  const std::string message = SealMessage(registry, 7, 9, root);
  EXPECT_EQ(message, Hex(registry.view()) + "/lane/0000000000000007\n9\nPAb5plclr2BSYfY2ZyyWINQJcx2JpFHXRV/pxK4WeCk=\n");
  EXPECT_NE(message, SealMessage(registry, 9, 7, root));
}

TEST(Run, TellsItsSizeWithoutBeingRead) {
  for (const auto& run : {samples::SmallRun(), samples::LargeRun()}) {
    const std::string bytes = EncodeRun(run);
    size_t raw = 0;
    for (const Leaf& leaf : run.leaves) raw += leaf.body.size();
    EXPECT_EQ(HeadOfRun(bytes).entries, run.leaves.size());
    EXPECT_GE(HeadOfRun(bytes).raw_bytes, raw);
    EXPECT_EQ(HeadOfRun(bytes.substr(0, 20)).entries, 0u);
  }
}

TEST(Bundle, ComesBack) {
  const Bundle bundle = samples::SmallBundle();
  const std::string bytes = EncodeBundle(bundle);
  const auto decoded = DecodeBundle(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->registry, bundle.registry);
  EXPECT_EQ(decoded->from, bundle.from);
  EXPECT_EQ(decoded->to, bundle.to);
  EXPECT_EQ(decoded->runs, bundle.runs);
  EXPECT_EQ(decoded->damaged, 0u);
}

// Where the runs of a bundle begin: all before is its head.
size_t HeadOf(const Bundle& bundle, const std::string& bytes) {
  size_t runs = 0;
  for (const std::string_view run : bundle.runs) runs += run.size();
  return bytes.size() - runs;
}

TEST(Bundle, ADamagedHeadIsDataLoss) {
  const Bundle bundle = samples::SmallBundle();
  const std::string bytes = EncodeBundle(bundle);
  for (size_t i = 8; i < HeadOf(bundle, bytes); ++i) {
    std::string bad = bytes;
    bad[i] ^= 4;
    EXPECT_EQ(DecodeBundle(bad).status().code(), absl::StatusCode::kDataLoss) << i;
    EXPECT_EQ(DecodeBundle(std::string_view(bytes).substr(0, i)).status().code(), absl::StatusCode::kDataLoss) << i;
  }
}

TEST(Bundle, CutShortItYieldsTheRunsBeforeTheCut) {
  const Bundle bundle = samples::SmallBundle();
  const std::string bytes = EncodeBundle(bundle);
  const size_t head = HeadOf(bundle, bytes);
  for (size_t size = head; size < bytes.size(); ++size) {
    const auto decoded = DecodeBundle(std::string_view(bytes).substr(0, size));
    ASSERT_TRUE(decoded.ok()) << size;
    const size_t whole = size < head + bundle.runs[0].size() ? 0 : 1;
    EXPECT_EQ(decoded->runs.size(), whole) << size;
    EXPECT_EQ(decoded->damaged, 2 - whole) << size;
  }
}

TEST(Bundle, AFlippedBitTakesOneRunAndNoMore) {
  const Bundle bundle = samples::SmallBundle();
  const std::string bytes = EncodeBundle(bundle);
  const size_t head = HeadOf(bundle, bytes);
  for (size_t i = head; i < bytes.size(); ++i) {
    std::string bad = bytes;
    bad[i] ^= 4;
    const auto decoded = DecodeBundle(bad);
    ASSERT_TRUE(decoded.ok()) << i;
    EXPECT_EQ(decoded->damaged, 1u) << i;
    ASSERT_EQ(decoded->runs.size(), 1u) << i;
    EXPECT_EQ(decoded->runs[0], bundle.runs[i < head + bundle.runs[0].size() ? 1 : 0]) << i;
  }
}

TEST(Bundle, StrangersAreInvalid) {
  EXPECT_EQ(DecodeBundle("CHBUNDL1…").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DecodeBundle("").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Bundle, AFrontierIsSorted) {
  Bundle bundle = samples::SmallBundle();
  std::swap(bundle.to[0], bundle.to[1]);
  EXPECT_EQ(DecodeBundle(EncodeBundle(bundle)).status().code(), absl::StatusCode::kInvalidArgument);
}

// The head of a bundle with a sum that fits, whatever it says.
std::string Summed(std::string_view head, std::string_view magic = "CHBUNDL4") {
  ByteWriter w;
  w.Raw(magic);
  w.U64(head.size());
  w.Raw(head);
  w.Raw(Sha256({w.out}).view());
  return w.out;
}

TEST(Bundle, AHeadThatSaysTooLittleOrTooMuchIsInvalid) {
  const std::string good = EncodeBundle(samples::SmallBundle());
  const size_t size = HeadOf(samples::SmallBundle(), good) - 16 - 32;
  const std::string head = good.substr(16, size);
  ASSERT_TRUE(DecodeBundle(Summed(head)).ok());
  for (size_t n = 0; n < head.size(); ++n)
    EXPECT_EQ(DecodeBundle(Summed(head.substr(0, n))).status().code(), absl::StatusCode::kInvalidArgument) << n;
  EXPECT_EQ(DecodeBundle(Summed(head + '\0')).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Bundle, ATreeHasOneToTwoToTheFortyEightLeaves) {
  const auto refused = [](uint64_t size) {
    Bundle bundle = samples::SmallBundle();
    bundle.from[0].size = size;
    bundle.from[0].peaks.resize(static_cast<size_t>(std::popcount(size)));
    return !DecodeBundle(EncodeBundle(bundle)).ok();
  };
  EXPECT_FALSE(refused(1));
  EXPECT_FALSE(refused(body::kSeqMax));
  EXPECT_TRUE(refused(0));
  EXPECT_TRUE(refused(body::kSeqMax + 1));
}

TEST(Bundle, OneLaneStandsInAFrontierOnce) {
  Bundle bundle = samples::SmallBundle();
  bundle.to[1] = bundle.to[0];
  EXPECT_FALSE(DecodeBundle(EncodeBundle(bundle)).ok());
}

TEST(Bundle, TellsHowFarItsRunsReach) {
  Bundle bundle = samples::SmallBundle();
  const std::string bytes = EncodeBundle(bundle);
  EXPECT_EQ(DecodeBundle(bytes)->bytes, bytes.size());
  EXPECT_EQ(DecodeBundle(bytes.substr(0, bytes.size() - 1))->bytes, bytes.size()) << "as the head has it";
  EXPECT_EQ(BundleHeadBytes(bytes), 0u) << "no documents follow";
  bundle.documents = true;
  const std::string with = EncodeBundle(bundle);
  EXPECT_TRUE(DecodeBundle(with)->documents);
  EXPECT_EQ(BundleHeadBytes(with), HeadOf(bundle, with));
  EXPECT_EQ(BundleHeadBytes(with.substr(0, 15)), 0u);
  EXPECT_EQ(BundleHeadBytes(with.substr(0, 8) + std::string(8, '\xff')), UINT64_MAX) << "too long to be true";
}

// What a head says of sizes is never added up past the largest number.
TEST(Bundle, ARunOfAnAbsurdSizeIsDamagedAndReachesToTheEnd) {
  const Bundle bundle = samples::SmallBundle();
  ByteWriter head;
  head.Raw(bundle.registry.view());
  head.Varint(0);
  head.Varint(0);
  head.Varint(2);
  for (const uint64_t size : {UINT64_MAX, uint64_t{bundle.runs[0].size()}}) {
    head.Varint(size);
    head.Raw(Sha256({bundle.runs[0]}).view());
  }
  head.Varint(0);
  const std::string bytes = Summed(head.out) + std::string(bundle.runs[0]);
  const auto decoded = DecodeBundle(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->damaged, 2u);
  EXPECT_EQ(decoded->bytes, UINT64_MAX);
}

TEST(Documents, AListComesBackOrIsNone) {
  const std::vector<BundleDocument> documents = {{Sha256({"a"}), 3}, {Sha256({"b"}), uint64_t{1} << 40}};
  const std::string list = EncodeDocumentList(documents);
  EXPECT_EQ(DocumentListBytes(list), list.size());
  EXPECT_EQ(DecodeDocumentList(list), documents);
  EXPECT_EQ(DecodeDocumentList(EncodeDocumentList({})), std::vector<BundleDocument>());
  for (size_t n = 0; n < list.size(); ++n) EXPECT_FALSE(DecodeDocumentList(list.substr(0, n))) << n;
  EXPECT_FALSE(DecodeDocumentList(list + '\0'));
  for (size_t i = 0; i < list.size(); ++i) {
    std::string bad = list;
    bad[i] ^= 4;
    EXPECT_FALSE(DecodeDocumentList(bad)) << i;
  }
  EXPECT_EQ(DocumentListBytes(std::string(8, '\xff')), UINT64_MAX);
}

}  // namespace
}  // namespace chancery
