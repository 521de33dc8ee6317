// What a disk may hold after a power cut, from a recording of what it was asked.
//
// The model: a write is on the disk once a later sync of its file, or its own O_DSYNC descriptor, has returned. Until then any of
// them may be there or not, whole or in sectors, in any order; a file grows by whole pages. What the disk confirmed it keeps.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/crash/recording.h"

namespace chancery::crash {

struct Image {
  enum class Kept { kFirst, kSubset, kSome, kSectors, kPages };
  size_t cut = 0;            // the power goes before this event
  Kept kept = Kept::kFirst;  // of the writes that no sync covers
  uint64_t which = 0;        // kFirst: so many. kSubset: those whose bit is set. Else: drawn from this seed
  bool grown = false;        // the files have the lengths they would have if all had been kept
  std::string Name() const;  // "431:subset:5:grown": says it all
  static std::optional<Image> Parse(std::string_view name);
};

// Every boundary between two calls with all before it kept (a killed process), every subset of unsynced writes where they are at
// most 12, else `drawn` of them; and `drawn` each with writes torn into sectors of 512 bytes and into pages.
std::vector<Image> PlanImages(const Recording& recording, size_t drawn, uint64_t seed);

// The writes that no sync covers at the cut, as indexes of events.
std::vector<size_t> Unsynced(const Recording& recording, size_t cut);

struct Files {
  std::string data, tail;
};
Files FilesOf(const Recording& recording, const Image& image);
std::set<std::string> AcknowledgedAt(const Recording& recording, size_t cut);  // entry ids

}  // namespace chancery::crash
