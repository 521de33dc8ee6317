// The bytes of entries, runs, bundles and records, held in tests/golden/codec.txt: a change of a durable format shows here.
// To write the file and the fuzzers' first inputs anew: CHANCERY_WRITE_GOLDEN=1 codec_test --gtest_filter='Golden.*'
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "engine/base/strings.h"
#include "engine/codec/digest.h"
#include "samples.h"
#include "tests/support/figure.h"

namespace chancery {
namespace {

const std::filesystem::path kTests = std::filesystem::path(CHANCERY_SOURCE_DIR) / "tests";

using Vectors = std::map<std::string, std::string>;  // name to bytes

// What the digest is the sum of: that a record exists, its life, its fields.
std::map<std::string, Sum128> TermsOf(const Record& record, uint64_t seed) {
  const std::vector<LaneId> lanes = {0x0a, 0x0b, 0x01};
  const std::map<std::string, DigestField> fields = {
      {"active", {"active", 65535}}, {"number", {"number", 0}}, {"owner", {"owner", 200}}, {"tags", {"tags", 7}}};
  std::map<std::string, Sum128> terms = {{"exists", ExistsTerm(seed)}};
  for (const Life& mark : record.life) terms["life"] += LifeTerm(mark.live, PlaceSeed(mark.dot, mark.op, lanes, seed));
  for (const auto& [name, field] : fields) {
    Sum128& sum = terms[name];
    if (const Cell* cell = record.Find(field.handle))
      for (const Write& write : *cell) sum += WriteTerm(field, write.value, PlaceSeed(write.dot, write.op, lanes, seed));
    sum += SetTerms(field, record, lanes, seed);
  }
  return terms;
}

std::string Big(const Sum128& sum) {
  ByteWriter w;
  w.U64(static_cast<uint64_t>(sum.value >> 64));
  w.U64(static_cast<uint64_t>(sum.value));
  return w.out;
}

Vectors Computed() {
  Vectors v;
  for (const auto& [name, entry] : samples::Entries()) {
    v["entry " + name] = EncodeEntry(entry);
    v["id " + name] = IdOf(EncodeEntry(entry)).view();
  }
  v["run small"] = EncodeRun(samples::SmallRun());
  v["bundle small"] = EncodeBundle(samples::SmallBundle());
  for (const auto& [name, record] : samples::Records()) v["record " + name] = EncodeRecord(record);
  std::array<Sum128, kDigestBuckets> sums{};
  const uint64_t seed = DigestSeed(samples::Registry(), Name64("parcel"), "2341:0057");
  for (const auto& [name, sum] : TermsOf(samples::ContestedRecord(), seed)) {
    v["terms contested " + name] = Big(sum);
    sums[DigestBucket(seed)] += sum;
  }
  v["digest contested"] = DigestOf(sums).view();
  v["case parcel.owner parcel/1"] = CaseId("parcel.owner", "parcel/1").view();
  const EntryId filing = IdOf(EncodeEntry(samples::Filing())), edit = IdOf(EncodeEntry(samples::SmallEdit()));
  v["clash filing 0 small-edit 1"] = ClashId("parcel.owner", "parcel/1", filing, 0, edit, 1).view();
  return v;
}

Vectors Stored() {
  Vectors v;
  std::ifstream file(kTests / "golden" / "codec.txt");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(": ");
    if (line.empty() || line[0] == '#' || colon == std::string::npos) continue;
    EXPECT_TRUE(Unhex(line.substr(colon + 2), &v[line.substr(0, colon)])) << line;
  }
  return v;
}

void WriteBytes(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

// First inputs of the fuzzers: entries, runs and bundles as they are, records without the sum that the target puts back.
void WriteCorpus(const Vectors& vectors) {
  const std::filesystem::path corpus = kTests / "fuzz" / "corpus";
  for (const auto& [name, bytes] : vectors) {
    const std::string what = name.substr(0, name.find(' ')), which = name.substr(name.find(' ') + 1);
    if (what == "entry" || what == "run" || what == "bundle") WriteBytes(corpus / what / which, bytes);
    if (what == "record") WriteBytes(corpus / what / which, bytes.substr(8));
  }
}

void WriteGolden(Vectors vectors) {
  vectors["run large"] = EncodeRun(samples::LargeRun());  // its compressed bytes depend on the library: read, never compared
  std::ofstream file(kTests / "golden" / "codec.txt");
  file << "# Bytes that must not change: NAME: HEX. Compared and written by tests/engine/codec/golden_test.cc.\n";
  for (const auto& [name, bytes] : vectors) file << name << ": " << Hex(bytes) << "\n";
  WriteCorpus(vectors);
}

TEST(Golden, TheBytesAreThoseOfTheFile) {
  const Vectors computed = Computed();
  if (std::getenv("CHANCERY_WRITE_GOLDEN") != nullptr) WriteGolden(computed);
  Vectors stored = Stored();
  stored.erase("run large");
  EXPECT_EQ(stored.size(), computed.size());
  for (const auto& [name, bytes] : computed) EXPECT_EQ(Hex(stored[name]), Hex(bytes)) << name;
  Figure("golden.vectors", computed.size());
}

TEST(Golden, WhatWasWrittenIsStillRead) {
  const Vectors stored = Stored();
  for (const auto& [name, entry] : samples::Entries()) {
    const auto decoded = DecodeEntry(stored.at("entry " + name));
    ASSERT_TRUE(decoded.ok()) << name << ": " << decoded.status();
    EXPECT_TRUE(*decoded == entry) << name;
  }
  for (const auto& [name, record] : samples::Records())
    EXPECT_TRUE(DecodeRecord(stored.at("record " + name)).value() == record) << name;
  const auto large = DecodeRun(stored.at("run large"));
  ASSERT_TRUE(large.ok()) << large.status();
  const auto expected = samples::LargeRun();
  ASSERT_EQ(large->leaves.size(), expected.leaves.size());
  for (size_t i = 0; i < expected.leaves.size(); ++i) EXPECT_EQ(large->EntryBytes(i), expected.EntryBytes(i));
  const auto bundle = DecodeBundle(stored.at("bundle small"));
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->runs.size(), 2u);
}

}  // namespace
}  // namespace chancery
