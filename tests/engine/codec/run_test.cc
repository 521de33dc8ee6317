#include <gtest/gtest.h>
#include <zstd.h>

#include <random>

#include "engine/base/limits.h"
#include "engine/base/strings.h"
#include "engine/codec/body.h"
#include "samples.h"
#include "tests/support/forever.h"

namespace chancery {
namespace {

void ExpectSame(const Run& a, const Run& b) {
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

}  // namespace
}  // namespace chancery
