// The pack of the exhaustive test: one register in which every kind of field meets every other.
#include "tests/model/packs.h"

namespace chancery::model {
namespace {

constexpr char kUnit[] = R"([pack]
name = "unit"
version = 1

[register.unit]
title = "Unit"

[register.unit.fields]
amount  = { type = "integer" }
chain   = { type = "reference", to = "unit" }
charges = { type = "ranked", classes = ["mortgage", "easement"] }
code    = { type = "text" }
group   = { type = "text", merge = "last" }
link    = { type = "reference", to = "unit" }
name    = { type = "text" }
number  = { type = "serial", start = 1, block = 1000 }
permits = { type = "escrow", max = 10 }
remark  = { type = "text", merge = "last" }
seal    = { type = "text", merge = "once" }
shares  = { type = "shares" }
stage   = { type = "ladder", steps = ["draft", "filed", "public"] }
status  = { type = "state", start = "new", moves = ["new>live", "new>dead", "live>dead"] }
survey  = { type = "group", fields = { grade = "integer", note = "text" }, merge = "last", by = "grade" }
tags    = { type = "set", of = "text" }
term    = { type = "interval", of = "integer" }
visits  = { type = "counter" }

[[rule]]
id = "unit-code"
kind = "unique"
on = ["unit.code"]
title = "A code names one unit"

[[rule]]
id = "unit-term"
kind = "no-overlap"
on = ["unit.term"]
per = ["unit.group"]
title = "A group has one term at a time"

[[rule]]
id = "unit-amount"
kind = "at-most"
on = ["unit.amount"]
per = ["unit.group"]
limit = 10
title = "A group has so much"

[[rule]]
id = "unit-chain"
kind = "acyclic"
on = ["unit.chain"]
title = "No unit leads back to itself"
)";

RegisterSpec Unit() {
  return {
      "unit",
      {{.name = "amount", .type = Type::kInteger},
       {.name = "chain", .type = Type::kReference, .to = "unit"},
       {.name = "charges", .type = Type::kRanked, .classes = {"mortgage", "easement"}},
       {.name = "code"},
       {.name = "group", .last = true},
       {.name = "link", .type = Type::kReference, .to = "unit"},
       {.name = "name"},
       {.name = "number", .type = Type::kSerial, .first_number = 1, .block = 1000},
       {.name = "permits", .type = Type::kEscrow, .max = 10},
       {.name = "remark", .last = true},
       {.name = "seal", .once = true},
       {.name = "shares", .type = Type::kShares},
       {.name = "stage", .type = Type::kLadder, .steps = {"draft", "filed", "public"}},
       {.name = "status", .type = Type::kState, .start = "new", .moves = {{"new", "live"}, {"new", "dead"}, {"live", "dead"}}},
       {.name = "survey",
        .type = Type::kGroup,
        .last = true,
        .members = {{"grade", Type::kInteger}, {"note", Type::kText}},
        .by = "grade"},
       {.name = "tags", .type = Type::kSet},
       {.name = "term", .type = Type::kInterval, .of = Type::kInteger},
       {.name = "visits", .type = Type::kCounter}}};
}

}  // namespace

PackSpec UnitPack() {
  using Kind = RuleSpec::Kind;
  return {PackIdOf(kUnit),
          "unit",
          kUnit,
          {Unit()},
          {{.id = "unit-code", .reg = "unit", .on = {"code"}},
           {.kind = Kind::kNoOverlap, .id = "unit-term", .reg = "unit", .on = {"term"}, .per = {"group"}, .shown = "no-overlap"},
           {.kind = Kind::kAtMost,
            .id = "unit-amount",
            .reg = "unit",
            .on = {"amount"},
            .per = {"group"},
            .limit = 10,
            .shown = "at-most"},
           {.kind = Kind::kAcyclic, .id = "unit-chain", .reg = "unit", .on = {"chain"}, .shown = "acyclic"}}};
}

}  // namespace chancery::model
