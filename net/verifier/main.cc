// chancery-verify: judges receipts by a policy. It has no store, asks no network and reads no clock: what it needs is in the
// files.
//
//   chancery-verify FILE POLICY                                what does the receipt prove, by keys that are trusted?
//   chancery-verify FILE --registry ID CHAIN                   by the registry's id alone, or a file with its genesis?
//   chancery-verify A B POLICY [GROWTH]                        does the entry of A stand before that of B?
//   chancery-verify A B --registry ID CHAIN CHAIN [GROWTH]
//
// Exit codes: 0 PROVEN, 3 INCONCLUSIVE, 5 DISPROVEN or damaged, 4 no such file, 2 usage.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "chancery/receipt.h"
#include "engine/base/file.h"

namespace chancery {
namespace {

constexpr int kUsage = 2, kInconclusive = 3, kNotFound = 4, kDisproven = 5;

// What a file says is printed so that it cannot move a cursor, colour a line or turn the direction of writing.
std::string Shown(const std::string& text) {
  static constexpr const char* kUnseen[] = {"\xd8\x9c",     "\xe2\x80\x8b", "\xe2\x80\x8c", "\xe2\x80\x8d", "\xe2\x80\x8e",
                                            "\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaa", "\xe2\x80\xab",
                                            "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa7",
                                            "\xe2\x81\xa8", "\xe2\x81\xa9", "\xef\xbb\xbf"};
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool c1 = c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    bool unseen = c < 0x20 || c == 0x7f || c1;
    for (const char* mark : kUnseen) unseen |= text.compare(i, std::char_traits<char>::length(mark), mark) == 0;
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\x%02x", c);
    out += unseen ? std::string(escaped) : std::string(1, text[i]);
  }
  return out;
}

void Print(const char* label, const std::string& text) {
  if (!text.empty()) std::printf("%-10s %s\n", label, Shown(text).c_str());
}

void Print(const char* label, const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) {
    Print(label, sentence);
    label = "";
  }
}

void Print(const ReceiptEntry& entry) {
  Print("Entry", entry.id);
  Print("Registry", entry.registry);
  if (!entry.id.empty()) Print("Journal", entry.lane + ", entry " + std::to_string(entry.number) + ", " + entry.kind);
  Print("Officer", entry.officer);
  Print("Basis", entry.basis);
  Print("About", entry.keys);
}

template <class View>
int PrintVerdict(const View& view) {
  Print("Says", view.says);
  Print("Not said", view.does_not_say);
  Print(view.verdict == "PROVEN" ? "Checked" : "Because", view.reasons);
  return view.verdict == "PROVEN" ? 0 : view.verdict == "DISPROVEN" ? kDisproven : kInconclusive;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "chancery-verify: %s\n", Shown(std::string(status.message())).c_str());
  return absl::IsInvalidArgument(status) ? kUsage : kDisproven;
}

int Tell(const absl::StatusOr<ReceiptView>& view) {
  if (!view.ok()) return Fail(view.status());
  std::printf("%s  %s\n", view->verdict.c_str(), view->strength.c_str());
  Print(view->entry);
  return PrintVerdict(*view);
}

int Tell(const absl::StatusOr<BeforeView>& view) {
  if (!view.ok()) return Fail(view.status());
  std::printf("%s  before\n", view->verdict.c_str());
  Print(view->a.entry);
  Print(view->b.entry);
  return PrintVerdict(*view);
}

bool Read(const std::string& path, std::string* text) {
  absl::StatusOr<std::string> read = chancery::ReadFile(path);
  if (read.ok()) *text = *std::move(read);
  return read.ok();
}

int Usage() {
  std::fputs(
      "usage: chancery-verify FILE POLICY | chancery-verify FILE --registry ID CHAIN\n"
      "       chancery-verify A B POLICY [GROWTH] | chancery-verify A B --registry ID CHAIN CHAIN [GROWTH]\n",
      stderr);
  return kUsage;
}

int ByPolicy(const std::vector<std::string>& texts) {
  if (texts.size() < 2 || texts.size() > 4) return Usage();
  if (texts.size() == 2) return Tell(VerifyReceipt(texts[0], texts[1]));
  return Tell(VerifyBefore(texts[0], texts[1], texts[2], texts.size() == 4 ? texts[3] : ""));
}

// texts: of one receipt and its chain; of two, their chains, and what shows that the order grew.
int ByChain(const std::string& registry, const std::vector<std::string>& texts) {
  std::string genesis;
  const absl::StatusOr<std::string> id = RegistryIn(Read(registry, &genesis) ? genesis : registry);
  if (!id.ok()) return Fail(id.status());
  if (texts.size() == 2) return Tell(VerifyReceipt(texts[0], ByRegistry{*id, texts[1]}));
  if (texts.size() != 4 && texts.size() != 5) return Usage();
  return Tell(VerifyBefore(texts[0], texts[1], ByRegistry{*id, texts[2]}, texts[3], texts.size() == 5 ? texts[4] : ""));
}

int Main(std::vector<std::string> words) {
  const auto option = std::find(words.begin(), words.end(), "--registry");
  const bool by_chain = option != words.end() && option + 1 != words.end();
  const std::string registry = by_chain ? option[1] : "";
  if (by_chain) words.erase(option, option + 2);
  if (words.size() < 2) return Usage();
  std::vector<std::string> texts;
  for (const std::string& path : words) {
    if (Read(path, &texts.emplace_back())) continue;
    std::fprintf(stderr, "chancery-verify: %s cannot be read\n", Shown(path).c_str());
    return kNotFound;
  }
  return by_chain ? ByChain(registry, texts) : ByPolicy(texts);
}

}  // namespace
}  // namespace chancery

int main(int argc, char** argv) { return chancery::Main({argv + 1, argv + argc}); }
