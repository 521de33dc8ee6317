// Every limit in one table. All are checked at filing and again on bytes from outside, never at merge.
#pragma once

#include <cstddef>
#include <cstdint>

namespace chancery::limits {

inline constexpr size_t kKeyBytes = 255;         // a record's key
inline constexpr size_t kNameBytes = 63;         // register, field, site, rule
inline constexpr size_t kIdempotencyBytes = 64;  // an entry's id
inline constexpr size_t kOpsPerEntry = 4096;
inline constexpr size_t kEntryBytes = 1 << 20;    // canonical bytes of one entry
inline constexpr size_t kValueBytes = 768 << 10;  // one value (the State Gazette has a wording of 512 KB)
inline constexpr size_t kWordBytes = 4096;        // officer, basis, office, number, reason, note: 4096 each
inline constexpr size_t kPremises = 256;          // relied_on
inline constexpr size_t kTold = 256;              // names to tell in a ruling
inline constexpr size_t kPackBytes = 512 << 10;   // a pack's TOML
inline constexpr size_t kFieldsPerRegister = 250;
inline constexpr size_t kRunEntries = 1024;             // entries of one run
inline constexpr size_t kRunBytes = 256 << 10;          // of raw run bytes, unless one entry is larger
inline constexpr size_t kLanes = 65535;                 // lanes a store can name
inline constexpr size_t kCosignaturesKept = 64;         // of one member on one log: the latest
inline constexpr size_t kClaimsOfARule = 1024;          // of one record, where many values stand in several fields
inline constexpr uint64_t kSerialLanes = 64;            // that have blocks of numbers next to each other; each has more behind
inline constexpr size_t kGroupDrafts = 1024;            // filings of one group commit
inline constexpr uint64_t kReserveBytes = 64ull << 20;  // filings are refused below this much free disk
inline constexpr size_t kInboxBytes = 256 << 20;        // of runs that are stored and not merged yet: all in all,
inline constexpr size_t kInboxRuns = 65536;        // and how many; those that cannot be checked yet take at most half of both
inline constexpr int64_t kRunSpanMs = 60'000;      // from the first to the last stamp of a run that grows by single filings
inline constexpr size_t kEntriesACommit = 20000;   // about: what one transaction takes of the tail, or releases of the inbox
inline constexpr size_t kEntriesASlice = 1 << 16;  // about: what one transaction takes of what others send, however long it is,
inline constexpr size_t kBytesASlice = 32 << 20;   // and of raw run bytes
inline constexpr size_t kEntriesABusySlice = 1 << 12;  // while others file
inline constexpr size_t kOpsABatch = 1 << 18;          // operations that a rebuild holds in memory, about 100 MiB
inline constexpr size_t kTailBytes = 4 << 20;          // of the file of filings that are durable and not in LMDB yet
inline constexpr size_t kTailDrafts = 64;  // a group of so many filings goes to LMDB at once, unless its rows lie scattered
inline constexpr uint64_t kBlobBytes = 256ull << 20;  // a document
inline constexpr size_t kBlobSlice = 8 << 20;         // of a document: what one transaction stores

}  // namespace chancery::limits
