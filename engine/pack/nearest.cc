#include "engine/pack/nearest.h"

#include <algorithm>

#include "engine/base/strings.h"

namespace chancery {
namespace {

// Letters added, dropped, changed, or swapped with the next one.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), d[i - 1][j] + 1, d[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string Nearest(std::string_view name, const std::vector<std::string>& known) {
  constexpr size_t kShownMax = 12, kLongest = 127;  // no name is longer, so no edit distance is dear
  const std::string* best = nullptr;
  size_t nearest = std::max<size_t>(1, (std::min(name.size(), kLongest) + 1) / 3) + 1;  // a letter in three may differ
  for (const std::string& candidate : known) {
    const size_t distance = Distance(name.substr(0, kLongest), candidate);
    if (distance < nearest) {
      nearest = distance;
      best = &candidate;
    }
  }
  if (best != nullptr) return Cat("; did you mean \"", *best, "\"?");
  std::string out;
  for (size_t i = 0; i < std::min(known.size(), kShownMax); ++i) absl::StrAppend(&out, i == 0 ? "; known: " : ", ", known[i]);
  if (known.size() > kShownMax) out += ", …";
  return out;
}

}  // namespace chancery
