#include "tests/model/packs.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace chancery::model {
namespace {

constexpr char kLand[] = R"([pack]
name = "land"
version = 1

[register.parcel]
title = "Land parcel"

[register.parcel.fields]
address  = { type = "group", fields = { street = "text", number = "integer" } }
area     = { type = "integer", interim = "none" }
bans     = { type = "set", of = "text", wins = "remove" }
code     = { type = "text" }
next     = { type = "reference", to = "parcel", deletion = "unset", interim = "last" }
number   = { type = "text", merge = "once" }
owner    = { type = "text" }
parent   = { type = "reference", to = "parcel" }
petition = { type = "text", interim = "last" }
plot     = { type = "group", fields = { x = "integer", y = "integer" }, merge = "last" }
remark   = { type = "text", merge = "last" }
status   = { type = "state", start = "draft", moves = ["draft>filed", "draft>closed", "filed>sold", "filed>closed", "closed>filed"], confluent = [["filed", "closed"]] }
tags     = { type = "set", of = "text" }
usage    = { type = "text", outcome = "notice", officers = 1 }

[[rule]]
id = "parcel-code"
kind = "unique"
on = ["parcel.code"]
normalise = "nfkc-casefold"
same = "parcel.petition"
title = "A code names one parcel"

[[rule]]
id = "parcel-number"
kind = "unique"
on = ["parcel.number"]
officers = 1
title = "A number names one parcel"
)";

constexpr char kTrade[] = R"([pack]
name = "trade"
version = 1

[register.firm]
title = "Firm"

[register.firm.fields]
home  = { type = "reference", to = "parcel", merge = "last" }
name  = { type = "text", merge = "last" }
phase = { type = "state", start = "new", moves = ["new>live", "new>dead", "live>dead"], interim = "none" }
seat  = { type = "text", hold = true }

[[rule]]
id = "firm-name"
kind = "unique"
on = ["firm.name"]
outcome = "notice"
title = "A name names one firm"

[[rule]]
id = "firm-home"
kind = "reference"
on = ["firm.home"]
title = "Where a firm is at home there is a parcel"
)";

std::vector<PackSpec> Describe() {
  const RegisterSpec parcel{
      "parcel",
      {{.name = "address", .type = Type::kGroup, .members = {{"number", Type::kInteger}, {"street", Type::kText}}},
       {.name = "area", .type = Type::kInteger, .interim = 'n'},
       {.name = "bans", .type = Type::kSet, .remove_wins = true},
       {.name = "code"},
       {.name = "next", .type = Type::kReference, .interim = 'l', .to = "parcel", .unset_on_deletion = true},
       {.name = "number", .once = true},
       {.name = "owner"},
       {.name = "parent", .type = Type::kReference, .to = "parcel"},
       {.name = "petition", .interim = 'l'},
       {.name = "plot", .type = Type::kGroup, .last = true, .members = {{"x", Type::kInteger}, {"y", Type::kInteger}}},
       {.name = "remark", .last = true},
       {.name = "status",
        .type = Type::kState,
        .start = "draft",
        .moves = {{"draft", "filed"}, {"draft", "closed"}, {"filed", "sold"}, {"filed", "closed"}, {"closed", "filed"}},
        .confluent = {{"filed", "closed"}}},
       {.name = "tags", .type = Type::kSet},
       {.name = "usage", .notice = true, .officers = 1}}};
  const RegisterSpec firm{"firm",
                          {{.name = "home", .type = Type::kReference, .last = true, .to = "parcel", .rule = "firm-home"},
                           {.name = "name", .last = true},
                           {.name = "phase",
                            .type = Type::kState,
                            .interim = 'n',
                            .start = "new",
                            .moves = {{"new", "live"}, {"new", "dead"}, {"live", "dead"}}},
                           {.name = "seat", .hold = true}}};
  return {{PackIdOf(kLand),
           "land",
           kLand,
           {parcel},
           {{.id = "parcel-code", .reg = "parcel", .on = {"code"}, .same = "petition", .casefold = true},
            {.id = "parcel-number", .reg = "parcel", .on = {"number"}, .officers = 1}}},
          {PackIdOf(kTrade), "trade", kTrade, {firm}, {{.id = "firm-name", .reg = "firm", .on = {"name"}, .notice = true}}},
          EstatePack()};
}

}  // namespace

namespace {

std::vector<PackSpec> WithBuiltIn(std::vector<PackSpec> packs) {
  packs.push_back(OfficerPack());
  return packs;
}

std::vector<PackSpec>& InUse() {
  static std::vector<PackSpec>& packs = *new std::vector<PackSpec>(WithBuiltIn(Describe()));
  return packs;
}

}  // namespace

absl::Span<const PackSpec> AllPacks() { return InUse(); }
absl::Span<const PackSpec> Packs() { return AllPacks().first(AllPacks().size() - 1); }

WithPacks::WithPacks(std::vector<PackSpec> packs) : before_(WithBuiltIn(std::move(packs))) { std::swap(before_, InUse()); }

WithPacks::~WithPacks() { std::swap(before_, InUse()); }

std::vector<PackSpec> FourEyed(absl::Span<const PackSpec> packs) {
  const std::string version = "version = 1\n";
  std::vector<PackSpec> all(packs.begin(), packs.end());
  for (PackSpec& pack : all) {
    if (pack.name == "trade") continue;
    pack.toml.insert(pack.toml.find(version) + version.size(), "officers = 2\n");
    pack.id = PackIdOf(pack.toml);
    pack.officers = 2;
  }
  return all;
}

const PackSpec& PackOf(const PackId& id) {
  for (const PackSpec& pack : AllPacks()) {
    if (pack.id == id) return pack;
  }
  std::abort();  // the tests load these packs and no other
}

const PackSpec& PackWith(const std::string& reg) {
  for (const PackSpec& pack : AllPacks()) {
    for (const RegisterSpec& known : pack.registers) {
      if (known.name == reg) return pack;
    }
  }
  std::abort();
}

const RegisterSpec& RegisterOf(const std::string& name) {
  const std::vector<RegisterSpec>& all = PackWith(name).registers;
  return *std::find_if(all.begin(), all.end(), [&](const RegisterSpec& reg) { return reg.name == name; });
}

const FieldSpec* FieldOf(const RegisterSpec& reg, const std::string& name) {
  for (const FieldSpec& field : reg.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

uint32_t OrdinalOf(const RegisterSpec& reg, const std::string& field) {
  return static_cast<uint32_t>(FieldOf(reg, field) - reg.fields.data());
}

std::vector<std::string> RegisterNames() {
  std::vector<std::string> names;
  for (const PackSpec& pack : AllPacks()) {
    for (const RegisterSpec& reg : pack.registers) names.push_back(reg.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool RuleSpec::is_on(const std::string& field) const { return std::count(on.begin(), on.end(), field) > 0; }

std::vector<RuleSpec> RulesOf(RuleSpec::Kind kind) {
  std::vector<RuleSpec> all;
  for (const PackSpec& pack : AllPacks()) {
    std::copy_if(pack.rules.begin(), pack.rules.end(), std::back_inserter(all),
                 [&](const RuleSpec& rule) { return rule.kind == kind; });
  }
  return all;
}

std::string RuleIdOf(const std::string& reg, const FieldSpec& field) {
  return field.rule.empty() ? reg + "." + field.name : field.rule;
}

namespace {

RuleSpec OwnRule(const std::string& reg, const FieldSpec& field) {
  RuleSpec rule;
  rule.kind = RuleSpec::Kind::kField;
  rule.id = RuleIdOf(reg, field);
  rule.reg = reg;
  rule.on = {field.name};
  rule.notice = field.notice;
  rule.hold = field.hold;
  rule.officers = field.officers;
  rule.shown = field.type == Type::kState       ? "state"
               : field.type == Type::kReference ? "reference"
               : field.type == Type::kShares    ? "shares"
               : field.type == Type::kRanked    ? "ranked"
               : field.once                     ? "once"
                                                : "field";
  return rule;
}

}  // namespace

RuleSpec RuleOf(const std::string& id) {
  if (id == "existence") return {.kind = RuleSpec::Kind::kExistence, .id = id, .shown = id};
  if (id == "premise") return {.kind = RuleSpec::Kind::kPremise, .id = id, .shown = id};
  if (id == "authority") return {.kind = RuleSpec::Kind::kAuthority, .id = id, .shown = id};
  for (const PackSpec& pack : AllPacks()) {
    for (const RuleSpec& rule : pack.rules) {
      if (rule.id == id) return rule;
    }
    for (const RegisterSpec& reg : pack.registers) {
      for (const FieldSpec& field : reg.fields) {
        if (RuleIdOf(reg.name, field) == id) return OwnRule(reg.name, field);
      }
    }
  }
  std::abort();
}

}  // namespace chancery::model
