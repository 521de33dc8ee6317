// A pack as a whole: syntax first, then its own table, registers, rules.
#include "engine/pack/parse.h"

#include <algorithm>

#include "engine/base/limits.h"
#include "engine/base/status.h"

namespace chancery {
namespace {

bool AllDigits(std::string_view s) {
  return !s.empty() && s.size() < 10 && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// local | settled | witnessed K, K from 1.
bool IsAck(std::string_view ack) {
  constexpr std::string_view kWitnessed = "witnessed ";
  if (ack == "local" || ack == "settled") return true;
  if (ack.substr(0, kWitnessed.size()) != kWitnessed) return false;
  const std::string_view count = ack.substr(kWitnessed.size());
  return AllDigits(count) && count.front() != '0';
}

// The shape of an IANA time zone name: "UTC", "Europe/Tallinn", "America/Argentina/Buenos_Aires", "Etc/GMT+5".
bool IsZone(std::string_view zone) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const auto inner = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+'; };
  char before = '/';
  for (const char c : zone) {
    if (before == '/' ? !letter(c) : (c != '/' && !inner(c))) return false;
    before = c;
  }
  return before != '/';
}

void ReadPackTable(const toml::table& root, Reading& reading) {
  const toml::table* pack = root["pack"].as_table();
  if (pack == nullptr) {
    const toml::node* other = root.get("pack");
    return reading.problems.Wrong(other == nullptr ? Spot{1, 1} : other->source().begin, "a pack begins with the table [pack]");
  }
  TableReader table(*pack, "[pack]", reading.problems);
  table.Need("name");
  if (const auto name = table.Text("name")) {
    reading.pack.name = *name;
    if (!IsName(*name)) table.Wrong("name", "is a lower-case letter, then letters, digits, - and _, 63 at most");
  }
  reading.pack.version = static_cast<uint64_t>(table.Integer("version", 1, INT64_MAX).value_or(1));
  reading.pack.officers = static_cast<int>(table.Integer("officers", 1, 2).value_or(1));
  reading.pack.ack = table.Text("ack").value_or("local");
  if (!IsAck(reading.pack.ack)) table.Wrong("ack", "is one of local | witnessed K | settled, for example \"witnessed 1\"");
  reading.pack.zone = table.Text("zone").value_or("");
  if (table.Has("zone") && !IsZone(reading.pack.zone))
    table.Wrong("zone", "is a time zone by name, for example \"Europe/Tallinn\"");
  table.Finish();
}

void ReadRoot(const toml::table& root, Reading& reading) {
  ReadPackTable(root, reading);
  TableReader table(root, "the pack", reading.problems);
  table.Node("pack");
  const toml::table* registers = table.Table("register");
  if (registers != nullptr) {
    ReadRegisters(*registers, reading);
    CheckReferences(*registers, reading);
  }
  if (const toml::array* rules = table.Array("rule")) ReadRules(*rules, reading);
  table.Finish();
}

}  // namespace

std::vector<std::string> Reading::RegisterNames() const {
  std::vector<std::string> names;
  for (const RegisterDef& reg : pack.registers) names.push_back(reg.name);
  for (const PackDef& other : loaded) {
    if (Earlier(other)) continue;
    for (const RegisterDef& reg : other.registers) names.push_back(reg.name);
  }
  return names;
}

const RegisterDef* Reading::FindRegister(std::string_view name) const {
  if (const RegisterDef* reg = pack.Find(name)) return reg;
  for (const PackDef& other : loaded) {
    const RegisterDef* reg = Earlier(other) ? nullptr : other.Find(name);
    if (reg != nullptr) return reg;
  }
  return BuiltInPack().Find(name);
}

absl::StatusOr<PackDef> ParsePack(std::string_view toml, std::string_view origin, const std::vector<PackDef>& loaded) {
  Reading reading{.pack = {}, .loaded = loaded, .problems = Problems(origin), .targets = {}};
  if (toml.size() > limits::kPackBytes) {
    reading.problems.Wrong({1, 1}, absl::StrCat("the pack has ", toml.size(), " bytes; ", limits::kPackBytes, " are allowed"));
    return reading.problems.Report();
  }
  try {
    ReadRoot(toml::parse(toml), reading);
  } catch (const toml::parse_error& error) {  // Debian's library speaks in exceptions: they end here
    reading.problems.Wrong(error.source().begin, std::string(error.description()));
  }
  RETURN_IF_ERROR(reading.problems.Report());
  reading.pack.toml = toml;
  reading.pack.id = PackIdOf(toml);
  return std::move(reading.pack);
}

}  // namespace chancery
