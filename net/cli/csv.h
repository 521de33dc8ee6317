// Files of rows, as RFC 4180 says: strict, because a register is not guessed at.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace chancery::cli {

struct CsvRow {
  int line = 0;  // of the file, where the row begins; the header is on line 1
  std::vector<std::string> cells;
};

struct CsvFile {
  std::vector<std::string> header;
  std::vector<CsvRow> rows;  // blank lines are none
};

// Cells keep their spaces; a cell in quotes may hold line ends. A byte order mark at the start is skipped.
// Errors: InvalidArgument "PATH:LINE: …" (a quote out of place, an open quote at the end, no header, a column without a name or
// named twice).
absl::StatusOr<CsvFile> ParseCsv(std::string_view bytes, const std::string& path);

// One line, quoted where it must be, with its line end.
std::string CsvLine(const std::vector<std::string>& cells);

}  // namespace chancery::cli
