// What a store asked of its disk, in order: the calls of one process that change one data.mdb and the tail beside it, and the
// acknowledgements it gave.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::crash {

struct Event {
  enum class Kind : char {
    kWrite = 'W',         // may be lost until the next kSync
    kDurableWrite = 'D',  // through an O_DSYNC descriptor: on the disk when the call has returned
    kTruncate = 'T',      // to `offset` bytes; may be lost like a write
    kSync = 'S',
    kName = 'C',          // bytes: the path of a file that is there from now on; may be lost until its directory is synced
    kSyncNames = 'N',     // bytes: the directory, the store's or the one above it
    kAcknowledged = 'A',  // bytes: the id of an entry whose receipt somebody holds
  };
  enum class File : char { kData, kTail };
  Kind kind = Kind::kWrite;
  File file = File::kData;  // of a write, a truncation, a sync
  uint64_t offset = 0;
  std::string bytes;
};

using Recording = std::vector<Event>;

// On disk: kind, file, offset, size (u64 each, of this machine), bytes; an event cut short at the end is left out.
Recording ReadRecording(const std::string& path);

// In a process that has recorder.cc linked in. From now on what happens to DIR/data.mdb and DIR/tail is appended to `log`.
void RecordStore(const std::string& dir, const std::string& log);
void RecordAcknowledged(std::string_view entry);

}  // namespace chancery::crash
