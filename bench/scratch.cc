#include "bench/scratch.h"

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace chancery::bench {

namespace fs = std::filesystem;

Scratch::Scratch() {
  const char* below = std::getenv("CHANCERY_BENCH_DIR");
  dir_ = (below != nullptr ? std::string(below) : fs::temp_directory_path().string()) + "/chancery-bench-XXXXXX";
  if (mkdtemp(dir_.data()) == nullptr) Fail("no directory can be made at " + dir_);
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(dir_, ignored);
}

uint64_t BytesOnDisk(const std::string& dir) {
  uint64_t blocks = 0;
  for (const fs::directory_entry& file : fs::recursive_directory_iterator(dir)) {
    struct stat info {};
    if (file.is_regular_file() && stat(file.path().c_str(), &info) == 0) blocks += static_cast<uint64_t>(info.st_blocks);
  }
  return blocks * 512;
}

void Fail(std::string_view why) {
  std::fprintf(stderr, "bench: %.*s\n", static_cast<int>(why.size()), why.data());
  std::exit(1);
}

}  // namespace chancery::bench
