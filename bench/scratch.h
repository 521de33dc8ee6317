// A directory for what is measured, and what it takes there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chancery::bench {

// A directory of its own, gone at the end: below $CHANCERY_BENCH_DIR, else the system's for temporary files.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  std::string operator/(std::string_view name) const { return dir_ + "/" + std::string(name); }

 private:
  std::string dir_;
};

// Blocks that the files of a directory occupy.
uint64_t BytesOnDisk(const std::string& dir);

// Says why there is no figure, and ends the process: a bench that went wrong must not print one.
[[noreturn]] void Fail(std::string_view why);

}  // namespace chancery::bench
