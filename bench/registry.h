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

void Must(const absl::Status& status);
template <class T>
T Must(absl::StatusOr<T> value) {
  Must(value.status());
  return *std::move(value);
}

std::unique_ptr<Database> Found(const std::string& dir, const std::string& site);
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
