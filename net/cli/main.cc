// The `chancery` command: parses the line, runs one verb, exits with a code of the closed set (docs/reference/command.md).
#include "net/cli/interrupt.h"
#include "net/cli/line.h"

int main(int argc, char** argv) {
  chancery::cli::CatchInterrupts();
  chancery::cli::Command command;
  return chancery::cli::RunLine(command, {argv + 1, argv + argc});
}
