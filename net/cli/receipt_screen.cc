#include "net/cli/receipt_screen.h"

#include "net/cli/screen.h"

namespace chancery::cli {

std::string Sentences(std::string_view label, const std::vector<std::string>& sentences) {
  std::string out;
  for (const std::string& sentence : sentences) out += Labelled(out.empty() ? label : "", Plain(sentence));
  return out;
}

std::string SaysAndNot(const std::vector<std::string>& says, const std::vector<std::string>& does_not_say) {
  return Sentences("Says", says) + Sentences("Not said", does_not_say);
}

std::string WhoAndWhat(const ReceiptEntry& entry) {
  std::string out = entry.kind;
  if (!entry.officer.empty()) out += " by " + entry.officer;
  if (!entry.basis.empty()) out += ", " + entry.basis;
  for (size_t i = 0; i < entry.keys.size(); ++i) out += (i == 0 ? ": " : ", ") + entry.keys[i];
  return Plain(out);
}

Literal TextList(const std::vector<std::string>& texts) {
  Literal list = Literal::List();
  for (const std::string& text : texts) list.list.emplace_back(text);
  return list;
}

Literal SentenceList(const std::vector<std::string>& sentences) {
  Literal list = Literal::List();
  for (const std::string& sentence : sentences) list.list.emplace_back(Plain(sentence));
  return list;
}

Literal TextOrNull(const std::string& text) { return text.empty() ? Literal() : Literal(text); }

}  // namespace chancery::cli
