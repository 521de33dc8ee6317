// What a receipt says and what it does not, on a screen and as JSON.
#pragma once

#include <string>
#include <vector>

#include "chancery/receipt.h"
#include "chancery/types.h"

namespace chancery::cli {

std::string Sentences(std::string_view label, const std::vector<std::string>& sentences);  // a line or more each
std::string SaysAndNot(const std::vector<std::string>& says, const std::vector<std::string>& does_not_say);
std::string WhoAndWhat(const ReceiptEntry& entry);  // "filing by mari, notary 1204/2026: 2341:0057"

Literal TextList(const std::vector<std::string>& texts);
Literal SentenceList(const std::vector<std::string>& sentences);  // that may name what stands in a file, which need not be UTF-8
Literal TextOrNull(const std::string& text);

}  // namespace chancery::cli
