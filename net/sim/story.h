// What a run tells: lines for who reads it, their hash for who compares two runs, marks for the picture, statements for a drill.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::sim {

struct Mark {
  enum class What : uint8_t { kFiled, kRuled, kMerged, kCases, kSettled, kWentDown, kCameBack };
  int64_t at_ms = 0;
  int site = 0;
  What what = What::kFiled;
  uint64_t count = 0;  // entries, cases not ruled, entries settled
};

// From one site, nothing reached the other.
struct Gap {
  int64_t from_ms = 0, to_ms = 0;
  int from = 0, to = 0;
};

class Story {
 public:
  // tell: gets each line as it happens; may be empty.
  explicit Story(std::function<void(const std::string&)> tell) : tell_(std::move(tell)) {}

  void Tell(int64_t at_ms, std::string_view line);
  uint64_t hash() const { return hash_; }  // of all lines, FNV-1a, 64 bits
  uint64_t lines() const { return lines_; }

  void Count(const std::string& what, uint64_t more = 1) { counts_[what] += more; }
  uint64_t CountOf(const std::string& what) const;
  const std::map<std::string, uint64_t>& counts() const { return counts_; }

  // Statements of a drill that do the same, each with the time that passes before it.
  void Act(int64_t at_ms, const std::string& statement);
  const std::vector<std::string>& acts() const { return acts_; }

  std::vector<Mark> marks;
  std::vector<Gap> gaps;

 private:
  std::function<void(const std::string&)> tell_;
  uint64_t hash_ = 0xcbf29ce484222325;
  uint64_t lines_ = 0;
  std::map<std::string, uint64_t> counts_;
  std::vector<std::string> acts_;
  int64_t acted_ms_ = 0;
};

std::string TimeText(int64_t ms);  // "0:01:12.345"

}  // namespace chancery::sim
