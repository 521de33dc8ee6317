// THE LIST of all tables. Keys and values are multiples of 8 bytes, no DUPSORT: then every value is 8-aligned and read in place.
#pragma once

#include <array>
#include <cstdint>

namespace chancery {

enum class Table : uint8_t {
  kMeta,      // u64 what                              -> registry, own key, digest buckets (meta.h lists them)
  kLane,      // u64 lane handle                       -> id, key, site, tip, tree peaks
  kContext,   // u64 lane handle, u64 first seq        -> the author's vector from that seq on, only where it grew
  kJournal,   // u64 lane handle, u64 first seq        -> XXH3, run, touch trailer                  (the truth; append per lane)
  kRecord,    // 7 register, key, 00, zeros to 8       -> record                                    (the one random write)
  kClaim,     // u64 rule, 16 value hash, record key   -> writers                                   (constrained fields only)
  kAct,       // 16 hash of an entry's id              -> dots of the entries that carry it
  kPremise,   // 16 hash of a scope, u64 dot           -> (empty row of 8 bytes)
  kRuling,    // 16 case id, u64 dot                   -> ruling row
  kCase,      // 16 case id, 16 clash id (0 = header)  -> case row
  kPeaks,     // u64 lane handle, u64 size             -> the lane's tree at that size, about every 1024 entries
  kInbox,     // u64 lane id, u64 first seq, 8 hash    -> XXH3, run, outline                        (stored, not merged yet)
  kIssued,    // u64 field, u64 lane handle            -> u64 numbers of a serial that the lane has issued
  kProof,     // u64 lane id                           -> XXH3, from where two versions of the lane differ, the other one's seal
  kBlob,      // 32 hash of a document, u64 chunk      -> XXH3, bytes; chunk 2^64-1: its size    (the truth; blobs.h)
  kTile,      // u64 level, u64 index                  -> up to 256 nodes of the settled log's tree  (settled_log.h)
  kRound,     // u64 round                             -> what the log was at its end               (rounds.h)
  kProposal,  // 16 case id, u64 dot                   -> proposal or return row
  kCosign,    // u64 lane id of who, u64 log, u64 size -> XXH3, a cosignature                       (cosign.h)
};
inline constexpr std::array<const char*, 19> kTableNames = {
    "meta",  "lane",  "context", "journal", "record", "claim", "act",   "premise",  "ruling", "case",
    "peaks", "inbox", "issued",  "proof",   "blob",   "tile",  "round", "proposal", "cosign"};

}  // namespace chancery
