#include "net/cli/columns.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_join.h"

namespace chancery::cli {
namespace {

std::string FieldName(const std::string& column) {
  std::string out = column;
  for (char& c : out) c = c == ' ' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string FieldNames(const RegisterShape& reg) {
  std::vector<std::string> names;
  for (const FieldShape& field : reg.fields) {
    if (field.members.empty()) names.push_back(field.name);
    for (const auto& [member, type] : field.members) names.push_back(field.name + "." + member);
  }
  return absl::StrJoin(names, ", ");
}

absl::Status Wrong(const std::string& what, const std::vector<std::string>& header, const RegisterShape& reg) {
  return absl::InvalidArgumentError(what + ". Columns: " + absl::StrJoin(header, ", ") + ". Fields of " + reg.name + ": " +
                                    FieldNames(reg));
}

absl::StatusOr<size_t> Find(const std::string& name, const std::vector<std::string>& header, const RegisterShape& reg) {
  const auto exact = std::find(header.begin(), header.end(), name);
  if (exact != header.end()) return static_cast<size_t>(exact - header.begin());
  const auto like =
      std::find_if(header.begin(), header.end(), [&](const std::string& one) { return FieldName(one) == FieldName(name); });
  if (like == header.end()) return Wrong("no column " + name, header, reg);
  return static_cast<size_t>(like - header.begin());
}

// Column index to the field that --map names.
absl::StatusOr<std::map<size_t, std::string>> Mapped(const std::vector<std::string>& header, const RegisterShape& reg,
                                                     const std::vector<std::string>& map) {
  std::map<size_t, std::string> out;
  for (const std::string& one : map) {
    const size_t equals = one.rfind('=');
    if (equals == std::string::npos) return absl::InvalidArgumentError("--map takes COL=FIELD, not " + one);
    const absl::StatusOr<size_t> index = Find(one.substr(0, equals), header, reg);
    if (!index.ok()) return index.status();
    out[*index] = one.substr(equals + 1);
  }
  return out;
}

bool FromText(const std::string& type) {
  static const std::set<std::string> kTypes = {"text", "integer", "rational", "bool", "date", "time", "bytes", "reference"};
  return kTypes.count(type) != 0;
}

// "address.street", or a field by its name.
absl::StatusOr<Column> Target(size_t index, const std::string& name, const std::vector<std::string>& header,
                              const RegisterShape& reg) {
  const std::string field = name.substr(0, name.find('.'));
  const std::string member = field.size() < name.size() ? name.substr(field.size() + 1) : "";
  const auto found = std::find_if(reg.fields.begin(), reg.fields.end(), [&](const FieldShape& one) { return one.name == field; });
  if (found == reg.fields.end())
    return Wrong("column " + header[index] + " goes to " + name + ", which is no field", header, reg);
  if (member.empty()) {
    if (!FromText(found->type)) return Wrong("a column cannot fill " + field + ", a " + found->type, header, reg);
    return Column{index, field, found->type, ""};
  }
  for (const auto& [one, type] : found->members) {
    if (one == member) return Column{index, field, type, member};
  }
  return Wrong(field + " has no member " + member, header, reg);
}

absl::Status CheckOnce(const std::vector<Column>& columns, const std::vector<std::string>& header, const RegisterShape& reg) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const Column& column : columns) {
    if (!seen.emplace(column.field, column.member).second) return Wrong("two columns fill " + column.field, header, reg);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<size_t>> KeyColumns(const std::string& key, const std::vector<std::string>& header,
                                               const RegisterShape& reg) {
  std::vector<size_t> out;
  if (key == "@line") return out;
  for (size_t at = 0; at <= key.size();) {
    const size_t comma = std::min(key.find(',', at), key.size());
    const absl::StatusOr<size_t> index = Find(key.substr(at, comma - at), header, reg);
    if (!index.ok()) return index.status();
    out.push_back(*index);
    at = comma + 1;
  }
  return out;
}

Literal CellValue(const std::string& type, const std::string& cell) {
  if (type == "bool" && (FieldName(cell) == "true" || FieldName(cell) == "false")) return Literal(FieldName(cell) == "true");
  return Literal(cell);  // the engine reads numbers and dates from text
}

// Whether a field shows what the cell says.
bool Shows(const Literal& shown, const Literal& cell) {
  if (shown == cell) return true;
  return shown.type == Literal::Type::kInteger && cell.type == Literal::Type::kText && std::to_string(shown.integer) == cell.text;
}

const Literal* Shown(const RecordView* record, const std::string& field) {
  if (record == nullptr) return nullptr;
  for (const FieldView& view : record->fields) {
    if (view.name == field) return view.contested ? &view.interim : &view.value;
  }
  return nullptr;
}

// A group is one value: the members that no column fills stay as they are.
Literal GroupValue(const CsvRow& row, const Columns& columns, const std::string& field, const Literal* shown, bool* differs) {
  Literal group = shown != nullptr && !shown->null() ? *shown : Literal::Object();
  for (const Column& column : columns.fields) {
    if (column.field != field || row.cells[column.index].empty()) continue;
    const Literal value = CellValue(column.type, row.cells[column.index]);
    const auto member =
        std::find_if(group.members.begin(), group.members.end(), [&](const auto& one) { return one.first == column.member; });
    if (member == group.members.end()) {
      group.Add(column.member, value);
      *differs = true;
    } else if (!Shows(member->second, value)) {
      member->second = value;
      *differs = true;
    }
  }
  return group;
}

}  // namespace

absl::StatusOr<Columns> MapColumns(const std::vector<std::string>& header, const RegisterShape& reg,
                                   const std::vector<std::string>& map, const std::string& key) {
  const auto mapped = Mapped(header, reg, map);
  if (!mapped.ok()) return mapped.status();
  const auto keys = KeyColumns(key, header, reg);
  if (!keys.ok()) return keys.status();
  Columns out{{}, *keys};
  for (size_t i = 0; i < header.size(); ++i) {
    const auto named = mapped->find(i);
    if (named != mapped->end() && named->second.empty()) continue;
    const std::string target = named != mapped->end() ? named->second : FieldName(header[i]);
    absl::StatusOr<Column> column = Target(i, target, header, reg);
    if (column.ok()) {
      out.fields.push_back(*std::move(column));
    } else if (named != mapped->end() || std::find(keys->begin(), keys->end(), i) == keys->end()) {
      return column.status();
    }
  }
  const absl::Status once = CheckOnce(out.fields, header, reg);
  return once.ok() ? absl::StatusOr<Columns>(std::move(out)) : once;
}

absl::StatusOr<std::string> KeyOf(const CsvRow& row, const Columns& columns) {
  if (columns.key.empty()) return std::to_string(row.line);
  std::string key;
  for (const size_t index : columns.key) {
    const std::string& cell = row.cells[index];
    if (cell.empty()) return absl::InvalidArgumentError("a key cell is empty");
    if (index != columns.key.back() && cell.find('-') != std::string::npos) {
      return absl::InvalidArgumentError("key cells are joined with -, and " + cell + " holds one itself");
    }
    key += (index == columns.key.front() ? "" : "-") + cell;
  }
  return key;
}

std::vector<DraftChange> ChangesOf(const CsvRow& row, const Columns& columns, const RecordView* record) {
  std::vector<DraftChange> out;
  std::set<std::string> groups;
  for (const Column& column : columns.fields) {
    if (row.cells[column.index].empty()) continue;
    const Literal* shown = Shown(record, column.field);
    if (column.member.empty()) {
      Literal value = CellValue(column.type, row.cells[column.index]);
      if (shown == nullptr || !Shows(*shown, value))
        out.push_back({.field = column.field, .value = std::move(value), .over = {}});
    } else if (groups.insert(column.field).second) {
      bool differs = false;
      Literal value = GroupValue(row, columns, column.field, shown, &differs);
      if (differs) out.push_back({.field = column.field, .value = std::move(value), .over = {}});
    }
  }
  return out;
}

}  // namespace chancery::cli
