// The `chancery` command: parses the line, runs one verb, exits with a code of the closed set (docs/reference/command.md).
#include <unistd.h>

#include <cstdlib>
#include <new>

#include "net/cli/interrupt.h"
#include "net/cli/line.h"

namespace {

// Nothing here goes on without memory. What was acknowledged is durable; the rest was not done.
void EndWithoutMemory() {
  constexpr char kWords[] = "chancery: out of memory\n";
  if (write(STDERR_FILENO, kWords, sizeof kWords - 1) < 0) std::abort();
  std::abort();
}

}  // namespace

int main(int argc, char** argv) {
  std::set_new_handler(EndWithoutMemory);
  chancery::cli::CatchInterrupts();
  chancery::cli::Command command;
  return chancery::cli::RunLine(command, {argv + 1, argv + argc});
}
