#include "tests/support/process.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace chancery {

int64_t AnonymousBytes(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    int64_t kib = 0;
    if (word == "RssAnon:" && status >> kib) return kib << 10;
  }
  return 0;
}

int OpenFiles(pid_t pid) {
  std::error_code gone;
  const std::filesystem::directory_iterator files("/proc/" + std::to_string(pid) + "/fd", gone);
  return static_cast<int>(std::distance(begin(files), end(files)));
}

}  // namespace chancery
