// A chancery store that holds the workload, and a directory for what is measured.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "bench/workload.h"
#include "chancery/chancery.h"

namespace chancery::bench {

// A directory of its own, gone at the end: below $CHANCERY_BENCH_DIR, else the system's for temporary files.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  std::string operator/(std::string_view name) const { return dir_ + "/" + std::string(name); }

 private:
  std::string dir_;
};

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

inline constexpr size_t kACommit = 1000;  // entries

// Ends the process with the status where it is not OK: a bench that went wrong has no figure.
void Must(const absl::Status& status);
template <class T>
T Must(absl::StatusOr<T> value) {
  Must(value.status());
  return *std::move(value);
}

std::unique_ptr<Database> Found(const std::string& dir, const std::string& site, const Environment& env = {});
// A second site of the registry of `db`, admitted, with everything that `db` has; both have the same.
std::unique_ptr<Database> JoinTo(Database& db, const std::string& dir, const std::string& site);

std::vector<Draft> Creations(const std::vector<Parcel>& parcels);
std::vector<Draft> Changes(const std::vector<Edit>& edits);

// One entry a draft, a durable commit every kACommit. Every one must be accepted.
void FileAll(Database& db, absl::Span<const Draft> drafts);

// Everything that `to` lacks of `from`. Returns the bytes that were carried.
size_t Carry(const Database& from, Database& to);

uint64_t BytesOnDisk(const std::string& dir);

}  // namespace chancery::bench
