#include "tests/histories/data.h"

#include <csv.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace chancery::histories {
namespace {

[[noreturn]] void End(std::string_view why, const std::string& path) {
  std::cerr << why << ": " << path << "\n";
  std::abort();
}

struct Rows {
  std::vector<std::vector<std::string>> all;
  std::vector<std::string> row;
};

void Cell(void* cell, size_t size, void* rows) {
  static_cast<Rows*>(rows)->row.emplace_back(static_cast<const char*>(cell), size);
}

void RowEnd(int, void* rows) {
  auto* read = static_cast<Rows*>(rows);
  read->all.push_back(std::exchange(read->row, {}));
}

}  // namespace

std::string DataPath(std::string_view name) {
  const char* named = std::getenv("CHANCERY_DATA");
  const std::filesystem::path folder =
      named != nullptr ? std::filesystem::path(named) : std::filesystem::path(CHANCERY_SOURCE_DIR).parent_path() / "shared/data";
  return (folder / name).string();
}

bool HasData(std::string_view name) { return std::filesystem::exists(DataPath(name)); }

std::string ReadAll(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");  // reads what is not packed as it is
  if (file == nullptr) End("cannot be opened", path);
  std::string text;
  std::vector<char> piece(1 << 20);
  int size = 0;
  while ((size = gzread(file, piece.data(), static_cast<unsigned>(piece.size()))) > 0) text.append(piece.data(), size);
  if (size < 0 || gzclose(file) != Z_OK) End("cannot be read", path);
  return text;
}

std::vector<std::vector<std::string>> ReadCsv(const std::string& path) {
  const std::string text = ReadAll(path);
  csv_parser parser;
  if (csv_init(&parser, 0) != 0) End("no CSV reader", path);
  Rows rows;
  if (csv_parse(&parser, text.data(), text.size(), Cell, RowEnd, &rows) != text.size()) End("is no CSV", path);
  csv_fini(&parser, Cell, RowEnd, &rows);
  csv_free(&parser);
  return rows.all;
}

}  // namespace chancery::histories
