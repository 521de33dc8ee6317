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
usage    = { type = "text", outcome = "notice" }

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
       {.name = "usage", .notice = true}}};
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
            {.id = "parcel-number", .reg = "parcel", .on = {"number"}}}},
          {PackIdOf(kTrade), "trade", kTrade, {firm}, {{.id = "firm-name", .reg = "firm", .on = {"name"}, .notice = true}}},
          EstatePack()};
}

}  // namespace

namespace {

std::vector<PackSpec>& InUse() {
  static std::vector<PackSpec>& packs = *new std::vector<PackSpec>(Describe());
  return packs;
}

}  // namespace

const std::vector<PackSpec>& Packs() { return InUse(); }

WithPacks::WithPacks(std::vector<PackSpec> packs) : before_(std::move(packs)) { std::swap(before_, InUse()); }

WithPacks::~WithPacks() { std::swap(before_, InUse()); }

const PackSpec& PackOf(const PackId& id) {
  for (const PackSpec& pack : Packs()) {
    if (pack.id == id) return pack;
  }
  std::abort();  // the tests load these packs and no other
}

const RegisterSpec& RegisterOf(const std::string& name) {
  for (const PackSpec& pack : Packs()) {
    for (const RegisterSpec& reg : pack.registers) {
      if (reg.name == name) return reg;
    }
  }
  std::abort();
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
  for (const PackSpec& pack : Packs()) {
    for (const RegisterSpec& reg : pack.registers) names.push_back(reg.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool RuleSpec::is_on(const std::string& field) const { return std::count(on.begin(), on.end(), field) > 0; }

std::vector<RuleSpec> RulesOf(RuleSpec::Kind kind) {
  std::vector<RuleSpec> all;
  for (const PackSpec& pack : Packs()) {
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
  for (const PackSpec& pack : Packs()) {
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
