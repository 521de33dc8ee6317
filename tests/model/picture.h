// What is compared: one line for each thing that a reader of a site can see.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "chancery/chancery.h"
#include "tests/model/model.h"

namespace chancery::model {

using Lines = std::vector<std::string>;

// Records, cases and claims, as the engine shows them. addresses: every record that some entry names.
absl::StatusOr<Lines> PictureOf(const Snapshot& snapshot, const std::vector<std::string>& addresses);
Lines PictureOf(const Meaning& meaning);

// Everything that equal sites must show byte for byte: both digests and the JSON of every record and case.
absl::StatusOr<std::string> WholeOf(const Snapshot& snapshot, const std::vector<std::string>& addresses);

// What the record digest is about, and no more: two pictures that differ here must differ in digest.
std::string RecordsOf(const Lines& picture);

// The first difference in words, "" = none.
std::string Difference(const Lines& engine, const Lines& model);

}  // namespace chancery::model
