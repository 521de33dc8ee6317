// Registers and their fields.
#include <algorithm>
#include <array>

#include "engine/base/limits.h"
#include "engine/pack/nearest.h"
#include "engine/pack/parse.h"

namespace chancery {
namespace {

struct TypeName {
  std::string_view name;
  FieldType type;
};
constexpr std::array<TypeName, 19> kTypes = {{{"text", FieldType::kText},
                                              {"integer", FieldType::kInteger},
                                              {"rational", FieldType::kRational},
                                              {"bool", FieldType::kBool},
                                              {"date", FieldType::kDate},
                                              {"time", FieldType::kTime},
                                              {"bytes", FieldType::kBytes},
                                              {"group", FieldType::kGroup},
                                              {"set", FieldType::kSet},
                                              {"state", FieldType::kState},
                                              {"ladder", FieldType::kLadder},
                                              {"interval", FieldType::kInterval},
                                              {"shares", FieldType::kShares},
                                              {"ranked", FieldType::kRanked},
                                              {"counter", FieldType::kCounter},
                                              {"escrow", FieldType::kEscrow},
                                              {"serial", FieldType::kSerial},
                                              {"reference", FieldType::kReference},
                                              {"blob", FieldType::kBlob}}};
constexpr size_t kPlainTypes = 7;  // the first of the list

std::vector<std::string> TypeNames(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.emplace_back(kTypes[i].name);
  return names;
}

bool CheckName(const toml::key& key, std::string_view what, Problems& problems) {
  if (IsName(key.str())) return true;
  problems.Wrong(key.source().begin,
                 Cat(what, " \"", key.str(), "\": a name is a lower-case letter, then letters, digits, - and _, 63 at most"));
  return false;
}

std::optional<FieldType> PlainType(const toml::node& node, std::string_view what, Problems& problems) {
  const auto* text = node.as_string();
  const auto end = kTypes.begin() + kPlainTypes;
  const auto found =
      text == nullptr ? end : std::find_if(kTypes.begin(), end, [&](const TypeName& t) { return t.name == text->get(); });
  if (found != end) return found->type;
  const std::string hint = Nearest(text == nullptr ? "" : text->get(), TypeNames(kPlainTypes));
  problems.Wrong(node.source().begin, Cat(what, " is a plain type", hint));
  return std::nullopt;
}

void ReadOf(TableReader& table, FieldDef& field) {
  const toml::node* of = table.Node("of");
  if (!table.Need("of")) return;
  field.of = PlainType(*of, Cat(table.what(), ": of"), table.problems()).value_or(FieldType::kText);
}

void ReadMembers(TableReader& table, FieldDef& field) {
  const toml::table* members = table.Table("fields");
  if (!table.Need("fields") || members == nullptr) return;
  if (members->empty()) table.Wrong("fields", "may not be empty");
  for (const auto& [key, node] : *members) {  // ascending by name
    const std::string what = Cat(table.what(), ": member");
    if (!CheckName(key, what, table.problems())) continue;
    const std::optional<FieldType> type = PlainType(node, Cat(what, " ", key.str()), table.problems());
    field.members.push_back({std::string(key.str()), type.value_or(FieldType::kText)});
  }
}

void ReadMerge(TableReader& table, FieldDef& field) {
  field.merge = static_cast<MergeKind>(table.OneOf("merge", {"guarded", "last", "once"}, 0));
  field.interim = static_cast<Interim>(table.OneOf("interim", {"first", "last", "none"}, 0));
  if (table.Has("interim") && field.merge == MergeKind::kLast) {
    table.Wrong("interim", "says what is shown of contested values; a field with merge = \"last\" is never contested");
  }
}

void ReadGroup(TableReader& table, FieldDef& field) {
  ReadMembers(table, field);
  ReadMerge(table, field);
  field.by = table.Text("by").value_or("");
  if (field.by.empty()) return;
  if (field.merge != MergeKind::kLast) table.Wrong("by", "stands only with merge = \"last\"");
  std::vector<std::string> names, declared;
  for (const GroupMember& member : field.members) {
    names.push_back(member.name);
    if (member.type == FieldType::kDate || member.type == FieldType::kTime) declared.push_back(member.name);
  }
  if (field.by == "declared" && declared.size() == 1) field.by = declared[0];  // whichever it is called
  if (std::find(names.begin(), names.end(), field.by) == names.end())
    table.Wrong("by", Cat("names a member of the group", Nearest(field.by, names)));
}

// Texts of a list that differ, each a name.
std::vector<std::string> Names(TableReader& table, const char* key) {
  std::vector<std::string> names;
  table.Need(key);
  for (const Item& item : table.Texts(key)) {
    if (!IsName(item.text))
      table.problems().Wrong(item.at, Cat(table.what(), ": ", key, " is a list of names; found \"", item.text, "\""));
    if (std::find(names.begin(), names.end(), item.text) != names.end()) {
      table.problems().Wrong(item.at, Cat(table.what(), ": ", key, " names \"", item.text, "\" twice"));
    }
    names.push_back(item.text);
  }
  return names;
}

// Fills in the moves; gives the states that they lead from and to.
std::vector<std::string> ReadMoves(TableReader& table, FieldDef& field) {
  std::vector<std::string> states;
  table.Need("moves");
  for (const Item& move : table.Texts("moves")) {
    const size_t arrow = move.text.find('>');
    const std::string from = move.text.substr(0, arrow), to = arrow == std::string::npos ? "" : move.text.substr(arrow + 1);
    if (!IsName(from) || !IsName(to)) {
      table.problems().Wrong(move.at, Cat(table.what(), ": a move is written \"from>to\"; found \"", move.text, "\""));
      continue;
    }
    states.push_back(from);
    states.push_back(to);
    field.moves.emplace_back(from, to);
  }
  return states;
}

void CheckState(TableReader& table, const Item& item, const std::vector<std::string>& states) {
  if (std::find(states.begin(), states.end(), item.text) != states.end()) return;
  table.problems().Wrong(item.at,
                         Cat(table.what(), ": no move leads from or to \"", item.text, "\"", Nearest(item.text, states)));
}

void ReadState(TableReader& table, FieldDef& field) {
  const std::vector<std::string> states = ReadMoves(table, field);
  field.interim = static_cast<Interim>(table.OneOf("interim", {"first", "last", "none"}, 0));
  table.Need("start");
  field.start = table.Text("start").value_or("");
  if (!field.start.empty()) CheckState(table, {field.start, table.At("start")}, states);
  const toml::array* confluent = table.Array("confluent");
  if (confluent == nullptr) return;
  for (const toml::node& node : *confluent) {
    const toml::array* pair = node.as_array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_string()) {
      table.problems().Wrong(node.source().begin, Cat(table.what(), ": confluent is a list of pairs of states"));
      continue;
    }
    for (const toml::node& state : *pair) CheckState(table, {state.as_string()->get(), state.source().begin}, states);
    field.confluent.emplace_back((*pair)[0].as_string()->get(), (*pair)[1].as_string()->get());
  }
}

void ReadReference(TableReader& table, std::string_view path, FieldDef& field, Reading& reading) {
  field.unset_on_deletion = table.OneOf("deletion", {"refuse", "unset"}, 0) == 1;
  table.Need("to");
  field.to = table.Text("to").value_or("");
  if (!field.to.empty()) reading.targets[std::string(path)] = field.to;
  ReadMerge(table, field);
}

void ReadInterval(TableReader& table, FieldDef& field) {
  ReadOf(table, field);
  if (table.Has("of") && field.of != FieldType::kDate && field.of != FieldType::kTime && field.of != FieldType::kInteger)
    table.Wrong("of", "of an interval is date, time or integer");
  field.interim = static_cast<Interim>(table.OneOf("interim", {"first", "last", "none"}, 0));
}

void ReadSerial(TableReader& table, FieldDef& field) {
  field.start_number = table.Integer("start", 0, INT64_MAX).value_or(1);
  field.block = table.Integer("block", 1, INT64_MAX).value_or(1000);
}

void ReadByType(TableReader& table, std::string_view path, FieldDef& field, Reading& reading) {
  switch (field.type) {
    case FieldType::kGroup:
      return ReadGroup(table, field);
    case FieldType::kSet:
      ReadOf(table, field);
      field.remove_wins = table.OneOf("wins", {"add", "remove"}, 0) == 1;
      return;
    case FieldType::kState:
      return ReadState(table, field);
    case FieldType::kLadder:
      field.steps = Names(table, "steps");
      return;
    case FieldType::kInterval:
      return ReadInterval(table, field);
    case FieldType::kRanked:
      field.classes = Names(table, "classes");
      field.tie_equal = table.OneOf("tie", {"case", "equal"}, 0) == 1;
      return;
    case FieldType::kEscrow:
      table.Need("max");
      field.max = table.Integer("max", 1, INT64_MAX).value_or(0);
      return;
    case FieldType::kSerial:
      return ReadSerial(table, field);
    case FieldType::kReference:
      return ReadReference(table, path, field, reading);
    case FieldType::kShares:
    case FieldType::kCounter:
      return;
    default:  // plain types and blobs
      return ReadMerge(table, field);
  }
}

FieldDef ReadField(const toml::key& key, const toml::node& node, const std::string& reg, Reading& reading) {
  FieldDef field;
  field.name = key.str();
  const std::string path = Cat(reg, ".", field.name), what = Cat("field ", path);
  if (!CheckName(key, "field", reading.problems)) return field;
  if (!node.is_table()) {
    reading.problems.Wrong(node.source().begin, Cat(what, " is a table, for example { type = \"text\" }"));
    return field;
  }
  TableReader table(*node.as_table(), what, reading.problems);
  const size_t type = table.OneOf("type", TypeNames(kTypes.size()), kTypes.size());
  if (!table.Need("type") || type == kTypes.size()) return field;
  field.type = kTypes[type].type;
  ReadByType(table, path, field, reading);
  ReadHandling(table, field);
  static constexpr Relied kRelied[] = {Relied::kEarlier, Relied::kNotice, Relied::kAny};
  field.relied = kRelied[table.OneOf("relied", {"earlier", "notice"}, 2)];
  table.Finish();
  return field;
}

void ReadFields(const toml::table& fields, RegisterDef& reg, Reading& reading) {
  if (fields.size() > limits::kFieldsPerRegister) {
    reading.problems.Wrong(fields.source().begin, absl::StrCat("register ", reg.name, " has ", fields.size(), " fields; ",
                                                               limits::kFieldsPerRegister, " are allowed"));
  }
  for (const auto& [key, node] : fields) reg.fields.push_back(ReadField(key, node, reg.name, reading));  // ascending by name
}

void CheckRegisterName(const toml::key& key, Reading& reading) {
  if (!CheckName(key, "register", reading.problems)) return;
  if (key.str() == "officer") {
    reading.problems.Wrong(key.source().begin, "register officer is built in: its records are the officers of the registry");
  }
  for (const PackDef& pack : reading.loaded) {
    if (reading.Earlier(pack) || pack.Find(key.str()) == nullptr) continue;
    reading.problems.Wrong(key.source().begin, Cat("register ", key.str(), " belongs to the pack ", pack.name, " already"));
  }
}

}  // namespace

std::string_view NameOf(FieldType type) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(), [type](const TypeName& t) { return t.type == type; });
  return found->name;
}

std::string_view NameOf(MergeKind merge) {
  return merge == MergeKind::kGuarded ? "guarded" : merge == MergeKind::kLast ? "last" : "once";
}

void ReadRegisters(const toml::table& registers, Reading& reading) {
  for (const auto& [key, node] : registers) {  // ascending by name
    CheckRegisterName(key, reading);
    RegisterDef reg;
    reg.name = key.str();
    if (node.is_table()) {
      TableReader table(*node.as_table(), Cat("register ", reg.name), reading.problems);
      reg.title = table.Text("title").value_or("");
      if (const toml::table* fields = table.Table("fields")) ReadFields(*fields, reg, reading);
      table.Finish();
    } else {
      reading.problems.Wrong(node.source().begin, Cat("register ", reg.name, " is a table: [register.", reg.name, "]"));
    }
    reading.pack.registers.push_back(std::move(reg));
  }
}

void CheckReferences(const toml::table& registers, Reading& reading) {
  for (const auto& [path, target] : reading.targets) {
    if (reading.FindRegister(target) != nullptr) continue;
    const size_t dot = path.find('.');
    const auto to = registers[path.substr(0, dot)]["fields"][path.substr(dot + 1)]["to"];
    reading.problems.Wrong(to.node()->source().begin, Cat("field ", path, ": there is no register \"", target, "\"",
                                                          Nearest(target, reading.RegisterNames())));
  }
}

}  // namespace chancery
