// The words of an extract: what a site showed of a record, signed by its key. docs/reference/extract.md
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/base/sign.h"
#include "engine/codec/run.h"

namespace chancery {

struct ExtractWords {
  RegistryId registry;
  std::string address;   // of a record
  std::string site;      // the label of its lane
  LaneId lane = 0;       // whose key signs
  std::string at;        // RFC 3339: no entry that it shows is stamped later
  std::string frontier;  // of the entries that it shows
  std::string record;    // JSON, one line
};

// A C2SP signed note.
std::string SignExtract(const ExtractWords& words, const KeyPair& key);

// Without a look at its signature. Errors: DataLoss (it is none).
absl::StatusOr<ExtractWords> ReadExtract(std::string_view file);

}  // namespace chancery
