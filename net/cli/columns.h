// Which column of a file fills which field, and which make the key.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "chancery/chancery.h"
#include "net/cli/csv.h"

namespace chancery::cli {

struct Column {
  size_t index = 0;         // in the row
  std::string field, type;  // the field, and its type or the member's
  std::string member;       // of a group; "" = the field itself
};

struct Columns {
  std::vector<Column> fields;
  std::vector<size_t> key;  // empty: the row's line number
};

// A column fills the field of its name (case does not count, spaces are _) or the one that `map` ("COL=FIELD",
// "COL=GROUP.MEMBER", "COL=" to leave it out) says. key: "COL[,COL]" or "@line". Errors: InvalidArgument, with the columns and
// fields there are.
absl::StatusOr<Columns> MapColumns(const std::vector<std::string>& header, const RegisterShape& reg,
                                   const std::vector<std::string>& map, const std::string& key);

// The record's key. Several cells are joined with "-"; only the last may hold one itself, so that no two rows share a key by
// chance. Errors: InvalidArgument (an empty cell, a "-" in a cell before the last).
absl::StatusOr<std::string> KeyOf(const CsvRow& row, const Columns& columns);

// What the row writes into a record that is like this (nullptr: that does not exist). No changes: it says nothing new. An empty
// cell says nothing.
std::vector<DraftChange> ChangesOf(const CsvRow& row, const Columns& columns, const RecordView* record);

}  // namespace chancery::cli
