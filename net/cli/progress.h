// How far a long verb is, on stderr and only if that is a terminal.
#pragma once

#include <cstdint>
#include <string>

#include "net/cli/command.h"

namespace chancery::cli {

class Progress {
 public:
  Progress(const Command& command, std::string what, uint64_t total);
  ~Progress();  // wipes the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void Show(uint64_t done);

 private:
  const std::string what_;
  const uint64_t total_;
  const bool on_;
};

}  // namespace chancery::cli
