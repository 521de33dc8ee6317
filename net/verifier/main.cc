// chancery-verify: judges receipts by a policy. It has no store, asks no network and reads no clock: what it needs is in the
// files.
//
//   chancery-verify FILE POLICY       what does the receipt prove?
//   chancery-verify A B POLICY [GROWTH]   does the entry of A stand before that of B?
//
// Exit codes: 0 PROVEN, 3 INCONCLUSIVE, 5 DISPROVEN or damaged, 4 no such file, 2 usage.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "chancery/receipt.h"

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

int Judge(const std::string& file, const std::string& policy) {
  const absl::StatusOr<ReceiptView> view = VerifyReceipt(file, policy);
  if (!view.ok()) {
    std::fprintf(stderr, "chancery-verify: %s\n", Shown(std::string(view.status().message())).c_str());
    return absl::IsInvalidArgument(view.status()) ? kUsage : kDisproven;
  }
  std::printf("%s  %s\n", view->verdict.c_str(), view->strength.c_str());
  Print(view->entry);
  return PrintVerdict(*view);
}

int JudgeBefore(const std::string& a, const std::string& b, const std::string& policy, const std::string& growth) {
  const absl::StatusOr<BeforeView> view = VerifyBefore(a, b, policy, growth);
  if (!view.ok()) {
    std::fprintf(stderr, "chancery-verify: %s\n", Shown(std::string(view.status().message())).c_str());
    return absl::IsInvalidArgument(view.status()) ? kUsage : kDisproven;
  }
  std::printf("%s  before\n", view->verdict.c_str());
  Print(view->a.entry);
  Print(view->b.entry);
  return PrintVerdict(*view);
}

int Main(const std::vector<std::string>& paths) {
  if (paths.size() < 2 || paths.size() > 4) {
    std::fputs("usage: chancery-verify FILE POLICY | chancery-verify A B POLICY [GROWTH]\n", stderr);
    return kUsage;
  }
  std::vector<std::string> texts;
  for (const std::string& path : paths) {
    std::ifstream in(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    if (in && !in.bad()) continue;
    std::fprintf(stderr, "chancery-verify: %s cannot be read\n", Shown(path).c_str());
    return kNotFound;
  }
  if (texts.size() == 2) return Judge(texts[0], texts[1]);
  return JudgeBefore(texts[0], texts[1], texts[2], texts.size() == 4 ? texts[3] : "");
}

}  // namespace
}  // namespace chancery

int main(int argc, char** argv) { return chancery::Main({argv + 1, argv + argc}); }
