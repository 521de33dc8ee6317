#include "net/sim/packs.h"

#include "absl/strings/substitute.h"

namespace chancery::sim {

const char kMarkPack[] = R"([pack]
name = "mark"
version = 1

[register.mark]
title = "Mark"

[register.mark.fields]
count  = { type = "counter" }
tokens = { type = "set", of = "text" }

[register.paper.fields]
scan = { type = "blob" }
)";

std::string UnitPack(int version) {
  return absl::Substitute(R"([pack]
name = "unit"
version = $0

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
$1
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
limit = $2
title = "A group has so much"

[[rule]]
id = "unit-chain"
kind = "acyclic"
on = ["unit.chain"]
title = "No unit leads back to itself"
)",
                          version, version > 1 ? "extra   = { type = \"text\" }\n" : "", version > 1 ? 8 : 10);
}

absl::StatusOr<std::string> PackText(const std::string& file) {
  if (file == kUnitFile) return UnitPack(1);
  if (file == kUnitHigherFile) return UnitPack(2);
  if (file == kMarkFile) return std::string(kMarkPack);
  return absl::NotFoundError(file);
}

}  // namespace chancery::sim
