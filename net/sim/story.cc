#include "net/sim/story.h"

#include <cstdio>

namespace chancery::sim {

std::string TimeText(int64_t ms) {
  char text[40];
  std::snprintf(text, sizeof text, "%d:%02d:%02d.%03d", static_cast<int>(ms / 3'600'000), static_cast<int>(ms / 60'000 % 60),
                static_cast<int>(ms / 1000 % 60), static_cast<int>(ms % 1000));
  return text;
}

void Story::Tell(int64_t at_ms, std::string_view line) {
  const std::string text = TimeText(at_ms) + "  " + std::string(line);
  for (const unsigned char byte : text) hash_ = (hash_ ^ byte) * 0x100000001b3;
  hash_ = (hash_ ^ '\n') * 0x100000001b3;
  ++lines_;
  if (tell_) tell_(text);
}

uint64_t Story::CountOf(const std::string& what) const {
  const auto at = counts_.find(what);
  return at == counts_.end() ? 0 : at->second;
}

void Story::Act(int64_t at_ms, const std::string& statement) {
  if (at_ms > acted_ms_) acts_.push_back("tick " + std::to_string(at_ms - acted_ms_) + "ms");
  acted_ms_ = at_ms;
  acts_.push_back(statement);
}

}  // namespace chancery::sim
