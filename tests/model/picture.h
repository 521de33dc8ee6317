// What is compared: one line for each thing that a reader of a site can see.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "chancery/chancery.h"
#include "tests/model/model.h"

namespace chancery::model {

// All that a site shows: of the engine at one moment, or of the model, which knows no status.
struct Shown {
  std::vector<RecordView> records;
  std::vector<CaseView> cases;
  std::vector<std::string> claims;
  StatusView status;
};

// addresses: every record that some entry names. values: each is read alone too, in every way there is.
absl::StatusOr<Shown> ShownBy(const Snapshot& snapshot, const std::vector<std::string>& addresses, bool values = true);
Shown ShownBy(const Meaning& meaning);

// What engine and model must agree on, in lines.
using Lines = std::vector<std::string>;
Lines PictureOf(const Shown& shown);

// Everything that equal sites must show byte for byte: both digests and the JSON of every record and case.
std::string WholeOf(const Shown& shown);

// What the record digest is about, and no more: two pictures that differ here must differ in digest.
std::string RecordsOf(const Lines& picture);

// The first differences in words, "" = none.
std::string Difference(const Lines& engine, const Lines& model);

}  // namespace chancery::model
