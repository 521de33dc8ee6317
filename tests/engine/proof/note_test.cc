#include "engine/proof/note.h"

#include <gtest/gtest.h>

#include "engine/proof/limits.h"
#include "tests/engine/proof/support.h"

namespace chancery {
namespace {

// The key and note of the example in c2sp.org/signed-note, section "Verifier keys".
constexpr std::string_view kExampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view kExampleNote =
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

// The format's own example in c2sp.org/signed-note: a text with an empty line in it. Its key is not told.
constexpr std::string_view kPoem =
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore "
    "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";

// The example of the documentation of golang.org/x/mod/sumdb/note.
constexpr std::string_view kPeterKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kPeterNote =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

// A checkpoint of a public log of test certificates, as its witnesses cosigned it in May 2026. The first line is of type 05.
constexpr std::string_view kPublicNote =
    "arche2025h1.staging.ct.transparency.dev\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n\n"
    "— arche2025h1.staging.ct.transparency.dev "
    "zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=\n"
    "— arche2025h1.staging.ct.transparency.dev "
    "ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
    "— transparency.dev/DEV:witness-little-garden "
    "2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==\n"
    "— remora.n621.de "
    "2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n";
constexpr std::string_view kPublicLog =
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
constexpr std::string_view kPublicWitness = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

bool IsRefused(std::string_view note) { return ParseNote(note).status().code() == absl::StatusCode::kInvalidArgument; }

TEST(Note, TheExamplesOfTheSpecificationAreReadAndWrittenBack) {
  for (const std::string_view text : {kExampleNote, kPoem, kPeterNote, kPublicNote})
    EXPECT_EQ(PrintNote(Ok(ParseNote(text))), text);
  EXPECT_EQ(Ok(ParseNote(kPoem)).text, kPoem.substr(0, kPoem.find("\n—")));
  for (const std::string_view key : {kExampleKey, kPeterKey, kPublicLog, kPublicWitness})
    EXPECT_EQ(PrintVerifierKey(Ok(ParseVerifierKey(key))), key);
}

TEST(Note, TheSignaturesOfOthersHold) {
  for (const auto& [text, key] : {std::pair(kExampleNote, kExampleKey), std::pair(kPeterNote, kPeterKey)}) {
    const Note note = Ok(ParseNote(text));
    EXPECT_EQ(CheckSignature(Ok(ParseVerifierKey(key)), note.signatures[0], note.text), SignatureCheck::kGood);
    EXPECT_EQ(CheckSignature(Ok(ParseVerifierKey(key)), note.signatures[0], note.text + "!"), SignatureCheck::kBad);
  }
}

TEST(Note, ACosignedCheckpointOfAPublicLogHolds) {
  const Note note = Ok(ParseNote(kPublicNote));
  const VerifierKey log = Ok(ParseVerifierKey(kPublicLog)), witness = Ok(ParseVerifierKey(kPublicWitness));
  EXPECT_EQ(CheckSignature(log, note.signatures[0], note.text), SignatureCheck::kOtherKey);  // same name, other id
  EXPECT_EQ(CheckSignature(log, note.signatures[1], note.text), SignatureCheck::kGood);
  EXPECT_EQ(CheckSignature(witness, note.signatures[2], note.text), SignatureCheck::kOtherKey);
  EXPECT_EQ(CheckSignature(witness, note.signatures[3], note.text), SignatureCheck::kGood);
  EXPECT_EQ(CosignedAt(note.signatures[3]), 1779573024u);
  NoteSignature later = note.signatures[3];
  later.bytes[7] ^= 1;
  EXPECT_EQ(CheckSignature(witness, later, note.text), SignatureCheck::kBad);
}

// The line of the example in c2sp.org/tlog-cosignature.
TEST(Note, ACosignatureTellsItsTime) {
  const Note note = Ok(
      ParseNote("example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— witness.example.com/w1 "
                "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"));
  EXPECT_EQ(CosignedAt(note.signatures[0]), 1679315147u);
  EXPECT_EQ(note.signatures[0].key_id, 0x8d66cf3fu);
}

TEST(Note, SigningMakesTheSameBytesAsOthersDo) {
  std::string seed;
  ASSERT_TRUE(Unbase64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz", &seed));
  const KeyPair key = KeyPair::FromSeed(Hash256::From(std::string_view(seed).substr(1)));
  Note note = Ok(ParseNote(kPeterNote));
  EXPECT_EQ(SignText("PeterNeumann", key, note.text), note.signatures[0]);
  EXPECT_EQ(PrintVerifierKey(MakeVerifierKey("PeterNeumann", kEd25519, key.public_key())), kPeterKey);
}

TEST(Note, ACosignatureIsOverTheTimeTheSpecificationWrites) {
  const std::string text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
  const NoteSignature line = Cosign("tartu.example", KeyOf("tartu"), text, 1679315147);
  const Signature signature = Signature::From(std::string_view(line.bytes).substr(8));
  EXPECT_TRUE(Verify(KeyOf("tartu").public_key(), "cosignature/v1\ntime 1679315147\n" + text, signature));
  EXPECT_EQ(CheckSignature(WitnessOf("tartu").key, line, text), SignatureCheck::kGood);
}

TEST(Note, ASignatureOfOneTypeIsNotOneOfTheOther) {
  const std::string text = "text\n";
  const VerifierKey plain = MakeVerifierKey("a", kEd25519, KeyOf("a").public_key());
  const VerifierKey timed = MakeVerifierKey("a", kCosignatureV1, KeyOf("a").public_key());
  NoteSignature signature = SignText("a", KeyOf("a"), text), cosignature = Cosign("a", KeyOf("a"), text, kTime);
  EXPECT_EQ(CheckSignature(timed, signature, text), SignatureCheck::kOtherKey);
  signature.key_id = timed.id;
  cosignature.key_id = plain.id;
  EXPECT_EQ(CheckSignature(timed, signature, text), SignatureCheck::kBad);
  EXPECT_EQ(CheckSignature(plain, cosignature, text), SignatureCheck::kBad);
}

TEST(Note, ATimePast2To63IsFalse) {
  NoteSignature line = Cosign("a", KeyOf("a"), "text\n", (uint64_t{1} << 63) - 1);
  EXPECT_EQ(CosignedAt(line), (uint64_t{1} << 63) - 1);
  line.bytes[0] = static_cast<char>(0x80);
  EXPECT_EQ(CosignedAt(line), std::nullopt);
  EXPECT_EQ(CheckSignature(MakeVerifierKey("a", kCosignatureV1, KeyOf("a").public_key()), line, "text\n"), SignatureCheck::kBad);
}

TEST(Note, TypesThatAreNotKnownHereAreCarried) {
  const std::string text = Cat("post.quantum+01020304+", Base64("\x06" + std::string(1312, 'k')));
  const VerifierKey key = Ok(ParseVerifierKey(text));
  EXPECT_EQ(key.type, 6);
  EXPECT_EQ(PrintVerifierKey(key), text);
  const std::string note = Cat("text\n\n— post.quantum ", Base64("\x01\x02\x03\x04" + std::string(2420, 's')), "\n");
  EXPECT_EQ(PrintNote(Ok(ParseNote(note))), note);
  EXPECT_EQ(CheckSignature(key, Ok(ParseNote(note)).signatures[0], "text\n"), SignatureCheck::kUnchecked);
}

TEST(Note, RefusesWhatIsNoNote) {
  const std::string good = "text\n\n— a AAAAAAA=\n";
  ASSERT_TRUE(ParseNote(good).ok());
  for (const std::string_view bad : {
           "",
           "\n",
           "\n\n",
           "text\n",
           "text\n\n",
           "text\n\n\n",
           "text\n— a AAAAAAA=\n",
           "text\n\n— a AAAAAAA=",      // breaks off
           "text\n\n— a AAAAAAA=\n\n",  // an empty line behind
           "text\n\n- a AAAAAAA=\n",    // another dash
           "text\n\n—  AAAAAAA=\n",     // no name
           "text\n\n— a+b AAAAAAA=\n",
           "text\n\n— a\u00a0b AAAAAAA=\n",
           "text\n\n— a\u3000 AAAAAAA=\n",
           "text\n\n— a AAAAAAA= \n",
           "text\n\n— a  AAAAAAA=\n",
           "text\n\n— a AAAAAAA\n",
           "text\n\n— a AAAAAAB=\n",  // stray bits: the same bytes in another form
           "text\n\n— a AAAAAA==\n",  // an id, no signature
           "text\n\n— a\n",
           "te\txt\n\n— a AAAAAAA=\n",
           "te\rxt\n\n— a AAAAAAA=\n",
           "t\xff\n\n— a AAAAAAA=\n",
       })
    EXPECT_TRUE(IsRefused(bad)) << bad;
  EXPECT_TRUE(IsRefused(good.substr(0, 4) + std::string(1, '\0') + good.substr(4)));
}

TEST(Note, LimitsHold) {
  std::string note = "text\n\n";
  for (size_t i = 0; i < limits::kNoteSignatures; ++i) note += "— a AAAAAAA=\n";
  EXPECT_TRUE(ParseNote(note).ok());
  EXPECT_TRUE(IsRefused(note + "— a AAAAAAA=\n"));
  EXPECT_TRUE(IsRefused(std::string(limits::kNoteBytes, 'x') + "\n\n— a AAAAAAA=\n"));
  EXPECT_TRUE(IsRefused(Cat("text\n\n— ", std::string(256, 'a'), " AAAAAAA=\n")));
  // What has to be taken at least: 16 signatures of 5 kB.
  std::string large = "text\n\n";
  for (int i = 0; i < 16; ++i) large += Cat("— a ", Base64(std::string(5000, 's')), "\n");
  EXPECT_TRUE(ParseNote(large).ok());
}

TEST(Note, RefusesWhatIsNoVerifierKey) {
  for (const std::string_view bad : {
           "",
           "+",
           "++",
           "a",
           "a+530d903a",
           "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
           "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
           "example.com/foo+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
           "example.com/foo+530d903g+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
           "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k ",
           "example com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
           "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
           "a+00000000+",
           "a+00000000+AQ==",
           "a+00000000+AQEB",
       })
    EXPECT_EQ(ParseVerifierKey(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  EXPECT_FALSE(ParseVerifierKey("a+00000000+" + std::string(10'000, 'A')).ok());
}

// Whatever is accepted is what is printed, and nothing crashes: every byte of a note changed in every bit, and cut off
// everywhere.
TEST(Note, AcceptsOnlyWhatItPrints) {
  for (size_t i = 0; i < kPublicNote.size(); ++i) {
    const std::string_view cut = kPublicNote.substr(0, i);
    const auto read = ParseNote(cut);
    EXPECT_TRUE(!read.ok() || PrintNote(*read) == cut) << cut;
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed(kPublicNote);
      changed[i] = static_cast<char>(changed[i] ^ 1 << bit);
      const auto note = ParseNote(changed);
      ASSERT_TRUE(!note.ok() || PrintNote(*note) == changed) << changed;
    }
  }
}

}  // namespace
}  // namespace chancery
