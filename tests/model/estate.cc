// The third pack: the kinds that are more than one plain value, and the rules between records.
#include "tests/model/packs.h"

namespace chancery::model {
namespace {

constexpr char kEstate[] = R"([pack]
name = "estate"
version = 1

[register.block]
title = "Block"

[register.block.fields]
cap    = { type = "integer", interim = "last" }
stage  = { type = "ladder", steps = ["draft", "filed", "public"] }
visits = { type = "counter" }
within = { type = "reference", to = "block" }

[register.estate]
title = "Estate"

[register.estate.fields]
block   = { type = "reference", to = "block" }
charges = { type = "ranked", classes = ["mortgage", "easement"] }
code    = { type = "serial", start = 100, block = 2 }
permits = { type = "escrow", max = 10 }
phase   = { type = "state", start = "bare", moves = ["bare>built", "bare>split", "built>split"], interim = "last" }
rents   = { type = "ranked", classes = ["long", "short"], tie = "equal" }
shares  = { type = "shares" }
size    = { type = "integer" }
survey  = { type = "group", fields = { grade = "integer", note = "text" }, merge = "last", by = "grade" }

[register.lease]
title = "Lease"

[register.lease.fields]
hours  = { type = "interval", of = "integer", interim = "none" }
part   = { type = "text" }
place  = { type = "reference", to = "parcel" }
rent   = { type = "integer" }
series = { type = "text", interim = "last" }
term   = { type = "interval", of = "date" }

[[rule]]
id = "block-phase"
kind = "unique"
on = ["estate.block", "estate.phase"]
title = "A block has one estate in a phase"

[[rule]]
id = "lease-series"
kind = "unique"
on = ["lease.part", "lease.series"]
normalise = "nfkc-casefold"
title = "Part and series name one lease"

[[rule]]
id = "lease-term"
kind = "no-overlap"
on = ["lease.term"]
per = ["lease.place"]
same = "lease.series"
title = "A parcel is let once at a time"

[[rule]]
id = "lease-hours"
kind = "no-overlap"
on = ["lease.hours"]
per = ["lease.place", "lease.part"]
hold = true
title = "A part of a parcel is let once at an hour"

[[rule]]
id = "rent-total"
kind = "at-most"
on = ["lease.rent"]
per = ["lease.place"]
limit = 3
title = "A parcel bears so much rent"

[[rule]]
id = "size-total"
kind = "at-most"
on = ["estate.size"]
per = ["estate.block"]
limit = "block.cap"
title = "Estates fit into their block"

[[rule]]
id = "block-within"
kind = "acyclic"
on = ["block.within"]
title = "No block lies within itself"
)";

RegisterSpec Block() {
  return {"block",
          {{.name = "cap", .type = Type::kInteger, .interim = 'l'},
           {.name = "stage", .type = Type::kLadder, .steps = {"draft", "filed", "public"}},
           {.name = "visits", .type = Type::kCounter},
           {.name = "within", .type = Type::kReference, .to = "block"}}};
}

RegisterSpec Estate() {
  return {"estate",
          {{.name = "block", .type = Type::kReference, .to = "block"},
           {.name = "charges", .type = Type::kRanked, .classes = {"mortgage", "easement"}},
           {.name = "code", .type = Type::kSerial, .first_number = 100, .block = 2},
           {.name = "permits", .type = Type::kEscrow, .max = 10},
           {.name = "phase",
            .type = Type::kState,
            .interim = 'l',
            .start = "bare",
            .moves = {{"bare", "built"}, {"bare", "split"}, {"built", "split"}}},
           {.name = "rents", .type = Type::kRanked, .classes = {"long", "short"}, .tie_equal = true},
           {.name = "shares", .type = Type::kShares},
           {.name = "size", .type = Type::kInteger},
           {.name = "survey",
            .type = Type::kGroup,
            .last = true,
            .members = {{"grade", Type::kInteger}, {"note", Type::kText}},
            .by = "grade"}}};
}

RegisterSpec Lease() {
  return {"lease",
          {{.name = "hours", .type = Type::kInterval, .interim = 'n', .of = Type::kInteger},
           {.name = "part"},
           {.name = "place", .type = Type::kReference, .to = "parcel"},
           {.name = "rent", .type = Type::kInteger},
           {.name = "series", .interim = 'l'},
           {.name = "term", .type = Type::kInterval, .of = Type::kDate}}};
}

}  // namespace

PackSpec EstatePack() {
  using Kind = RuleSpec::Kind;
  return {PackIdOf(kEstate),
          "estate",
          kEstate,
          {Block(), Estate(), Lease()},
          {{.id = "block-phase", .reg = "estate", .on = {"block", "phase"}},
           {.id = "lease-series", .reg = "lease", .on = {"part", "series"}, .casefold = true},
           {.kind = Kind::kNoOverlap,
            .id = "lease-term",
            .reg = "lease",
            .on = {"term"},
            .per = {"place"},
            .same = "series",
            .shown = "no-overlap"},
           {.kind = Kind::kNoOverlap,
            .id = "lease-hours",
            .reg = "lease",
            .on = {"hours"},
            .per = {"place", "part"},
            .hold = true,
            .shown = "no-overlap"},
           {.kind = Kind::kAtMost,
            .id = "rent-total",
            .reg = "lease",
            .on = {"rent"},
            .per = {"place"},
            .limit = 3,
            .shown = "at-most"},
           {.kind = Kind::kAtMost,
            .id = "size-total",
            .reg = "estate",
            .on = {"size"},
            .per = {"block"},
            .limit_field = "cap",
            .shown = "at-most"},
           {.kind = Kind::kAcyclic, .id = "block-within", .reg = "block", .on = {"within"}, .shown = "acyclic"}}};
}

}  // namespace chancery::model
