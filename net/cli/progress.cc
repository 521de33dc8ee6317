#include "net/cli/progress.h"

#include <unistd.h>

#include <cstdio>

#include "net/cli/screen.h"

namespace chancery::cli {

Progress::Progress(const Command& command, std::string what, uint64_t total)
    : what_(std::move(what)), total_(total), on_(!command.quiet() && isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (on_) std::fputs("\r\x1b[K", stderr);
}

void Progress::Show(uint64_t done) {
  if (on_) std::fprintf(stderr, "\r\x1b[K%s of %s %s", Count(done).c_str(), Count(total_).c_str(), what_.c_str());
}

}  // namespace chancery::cli
