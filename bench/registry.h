// A chancery store that holds the workload.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "bench/scratch.h"
#include "bench/workload.h"
#include "chancery/chancery.h"

namespace chancery::bench {

// Eight fields, owner and status guarded; the others are as a pack has them by default.
inline constexpr const char* kPack = R"([pack]
name = "cadastre"
version = 1

[register.parcel]
title = "Parcel"
fields.owner = { type = "text" }
fields.shares = { type = "text" }
fields.area = { type = "integer" }
fields.address = { type = "text" }
fields.status = { type = "text" }
fields.updated = { type = "integer" }
fields.zone = { type = "text" }
fields.note = { type = "text" }
)";

// The same fields among thirty, of every kind.
inline const std::string kThirtyFields = std::string(kPack) + R"(fields.borders = { type = "bytes" }
fields.charges = { type = "ranked", classes = ["mortgage", "easement"] }
fields.code = { type = "serial", start = 1 }
fields.deed = { type = "text", merge = "once" }
fields.heated = { type = "bool" }
fields.kind = { type = "ladder", steps = ["draft", "filed", "public"] }
fields.leased = { type = "interval", of = "date" }
fields.measured = { type = "date" }
fields.owners = { type = "shares" }
fields.parent = { type = "reference", to = "parcel" }
fields.part = { type = "rational" }
fields.permits = { type = "escrow", max = 10 }
fields.phase = { type = "state", start = "draft", moves = ["draft>filed", "filed>public"] }
fields.place = { type = "group", fields = { town = "text", street = "text" } }
fields.plan = { type = "blob" }
fields.price = { type = "integer", merge = "last" }
fields.remarks = { type = "set", of = "text" }
fields.seen = { type = "time" }
fields.storeys = { type = "integer" }
fields.tenant = { type = "text", interim = "last" }
fields.visits = { type = "counter" }
fields.whole = { type = "reference", to = "parcel", deletion = "unset" }
)";

// Two rules: on fields that the workload files, or on others.
inline std::string NoteAndArea(const std::string& note, const std::string& area, const std::string& per) {
  return R"(
[[rule]]
id = "note"
kind = "unique"
on = ["parcel.)" +
         note + R"("]
normalise = "nfkc-casefold"
[[rule]]
id = "area"
kind = "at-most"
on = ["parcel.)" +
         area + R"("]
per = ["parcel.)" +
         per + R"("]
limit = 1000000000
)";
}

// The other eight, one of them on what the workload files.
inline constexpr const char* kEightRules = R"(
[[rule]]
id = "address"
kind = "unique"
on = ["parcel.address"]
[[rule]]
id = "deed-tenant"
kind = "unique"
on = ["parcel.deed", "parcel.tenant"]
[[rule]]
id = "code"
kind = "unique"
on = ["parcel.code"]
[[rule]]
id = "storeys"
kind = "at-most"
on = ["parcel.storeys"]
per = ["parcel.whole"]
limit = "parcel.storeys"
[[rule]]
id = "lease"
kind = "no-overlap"
on = ["parcel.leased"]
per = ["parcel.address", "parcel.tenant"]
[[rule]]
id = "within"
kind = "acyclic"
on = ["parcel.parent"]
[[rule]]
id = "part-of"
kind = "acyclic"
on = ["parcel.whole"]
[[rule]]
id = "parent"
kind = "reference"
on = ["parcel.parent"]
)";

// Thirty fields and ten rules, of which one or three are on what is filed.
inline const std::string kWidePack = kThirtyFields + NoteAndArea("deed", "price", "tenant") + kEightRules;
inline const std::string kWidePackThree = kThirtyFields + NoteAndArea("note", "area", "address") + kEightRules;

void Must(const absl::Status& status);
template <class T>
T Must(absl::StatusOr<T> value) {
  Must(value.status());
  return *std::move(value);
}

std::unique_ptr<Database> Found(const std::string& dir, const std::string& site, const char* pack = kPack);
// A second site of the registry of `db`, admitted; both have the same entries.
std::unique_ptr<Database> JoinTo(Database& db, const std::string& dir, const std::string& site);

std::vector<Draft> Creations(absl::Span<const Parcel> parcels);
std::vector<Draft> Changes(absl::Span<const Edit> edits);
std::string AddressOf(const std::string& key);  // "parcel/P000000000000017"

// One entry a draft, a durable commit every kACommit. Every one must be accepted.
void FileAll(Database& db, absl::Span<const Draft> drafts);
// The same, with few drafts in memory at a time.
void Load(Database& db, uint32_t parcels);
void Update(Database& db, absl::Span<const Edit> edits);

// Everything that `to` lacks of `from`, in one durable commit. Returns the bytes that were carried.
size_t Carry(const Database& from, Database& to);

// A store that holds the workload and is made when it is first asked for: for benches that may share one.
Database& Loaded();

}  // namespace chancery::bench
