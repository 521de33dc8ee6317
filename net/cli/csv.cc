#include "net/cli/csv.h"

#include <csv.h>

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"

namespace chancery::cli {
namespace {

int NoSpace(unsigned char) { return 0; }  // libcsv trims what this calls space; cells are kept as they are

class Reader {
 public:
  Reader() {
    csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_space_func(&parser_, NoSpace);
  }
  ~Reader() { csv_free(&parser_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // One physical line at a time: so a row knows on which line it began.
  bool Feed(std::string_view line) {
    ++line_;
    if (!in_row_) row_line_ = line_;
    in_row_ = in_row_ || line.find_first_not_of("\r\n") != std::string_view::npos;
    return csv_parse(&parser_, line.data(), line.size(), OnCell, OnRow, this) == line.size();
  }
  bool Finish() { return csv_fini(&parser_, OnCell, OnRow, this) == 0; }

  int line() const { return line_; }
  int row_line() const { return row_line_; }
  std::vector<CsvRow>& rows() { return rows_; }

 private:
  static void OnCell(void* text, size_t size, void* self) {
    static_cast<Reader*>(self)->cells_.emplace_back(static_cast<const char*>(text), size);
  }
  static void OnRow(int, void* self) {
    auto& reader = *static_cast<Reader*>(self);
    reader.rows_.push_back({reader.row_line_, std::move(reader.cells_)});
    reader.cells_.clear();
    reader.in_row_ = false;
  }

  csv_parser parser_;
  int line_ = 0, row_line_ = 0;
  bool in_row_ = false;
  std::vector<std::string> cells_;
  std::vector<CsvRow> rows_;
};

absl::Status CheckHeader(const std::vector<std::string>& header, const std::string& path) {
  std::set<std::string> seen;
  for (const std::string& name : header) {
    if (name.empty()) return absl::InvalidArgumentError(path + ":1: a column has no name");
    if (!seen.insert(name).second) return absl::InvalidArgumentError(path + ":1: two columns are named " + name);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CsvFile> ParseCsv(std::string_view bytes, const std::string& path) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  Reader reader;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    if (!reader.Feed(bytes.substr(0, end))) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ":", reader.line(), ": a quote stands where none may be; a quote inside a cell is doubled, in quotes"));
    }
    bytes.remove_prefix(end);
  }
  if (!reader.Finish())
    return absl::InvalidArgumentError(absl::StrCat(path, ":", reader.row_line(), ": a quote opens and never closes"));
  if (reader.rows().empty()) return absl::InvalidArgumentError(path + ": no header row");
  CsvFile file;
  file.header = std::move(reader.rows().front().cells);
  file.rows.assign(std::make_move_iterator(reader.rows().begin() + 1), std::make_move_iterator(reader.rows().end()));
  if (absl::Status status = CheckHeader(file.header, path); !status.ok()) return status;
  return file;
}

std::string CsvLine(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) {
    if (&cell != &cells.front()) line += ',';
    if (cell.find_first_of(",\"\r\n") == std::string::npos) {
      line += cell;
      continue;
    }
    std::string quoted(2 * cell.size() + 2, 0);
    quoted.resize(csv_write(quoted.data(), quoted.size(), cell.data(), cell.size()));
    line += quoted;
  }
  return line + "\n";
}

}  // namespace chancery::cli
