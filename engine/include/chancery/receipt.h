// PUBLIC. Receipts: what shows offline that a registry has taken an entry, and what it shows. std and absl only; judging one
// needs no store, no network and no clock (docs/reference/receipt.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace chancery {

// A receipt as a store makes it: three files for whoever asks, and what only the store knows beside them.
struct ReceiptFile {
  std::string entry, short_name;          // 64 hexadecimal digits, "tallinn-17"
  std::string strength;                   // accepted | witnessed K | settled
  std::string proof;                      // C2SP tlog-proof with the entry's bytes: FILE
  std::string policy;                     // C2SP tlog-policy with the members' keys, as this store knows them: FILE.policy
  std::string chain;                      // from the registry's id to those keys, epoch by epoch: FILE.chain
  uint64_t place = 0, entries = 0;        // settled: place i of N in the one order
  std::string not_before, not_before_by;  // RFC 3339, of the newest foreign entry that its author had ("tartu-4"); "" = none
  std::string halted;                     // "tallinn-13": from there on two versions of its journal exist; "" = none is known
};

// An entry, read from the bytes that a receipt carries.
struct ReceiptEntry {
  std::string id, registry, lane;  // 64, 64 and 16 hexadecimal digits
  uint64_t number = 0;             // in its lane, from 1
  std::string kind;                // filing ruling genesis pack admission beat vote acceptance epoch
  std::string officer, basis;
  std::string stamp;              // RFC 3339: by its own site's clock; evidence of no time
  std::vector<std::string> keys;  // of the records that it is about, as far as its operations go
  std::vector<std::string> knew;  // "3f9a01c25d5c7e11-4": entries of other lanes that it names as known; it came after them
};

struct ReceiptView {
  std::string verdict;                    // PROVEN | DISPROVEN | INCONCLUSIVE
  std::string strength;                   // what was asked to be proven: accepted | witnessed K | settled; "" = it cannot be told
  std::vector<std::string> reasons;       // sentences: what was shown, what is missing, what is false
  std::vector<std::string> says;          // sentences; of a proven one
  std::vector<std::string> does_not_say;  // likewise
  std::string origin;                     // of the log
  uint64_t index = 0, size = 0;           // of the leaf in the log, from 0, and of the log
  ReceiptEntry entry;                     // empty where the bytes are no entry
  std::string not_after, not_after_by;    // RFC 3339, by that witness's clock; "" = nobody but its own site has signed
  std::optional<uint64_t> epoch;          // of a verdict by the registry's id: whose members count
};

// Judges FILE by the policy. Errors: DataLoss (the file is no proof, or damaged), InvalidArgument (the policy is none).
absl::StatusOr<ReceiptView> VerifyReceipt(std::string_view file, std::string_view policy);

// Judges it by the registry's id and nothing else. Errors: DataLoss (FILE or the chain is none, or damaged), InvalidArgument (the
// id is none).
struct ByRegistry {
  std::string id;     // 64 hexadecimal digits
  std::string chain;  // FILE.chain
};
absl::StatusOr<ReceiptView> VerifyReceipt(std::string_view file, const ByRegistry& by);

// The id of a registry: its 64 digits, the bytes of its genesis entry, or a receipt that carries that. Errors: InvalidArgument.
absl::StatusOr<std::string> RegistryIn(std::string_view bytes);

// Whether the entry of A stands before that of B in one log. growth: where the two were made at different times, what
// Database::ProveGrowth gave for them, "" = nothing.
struct BeforeView {
  std::string verdict;
  std::vector<std::string> reasons, says, does_not_say;
  ReceiptView a, b;
  bool two_versions = false;  // both are proven, and are one number of one journal: whoever has its key has signed two versions
};
absl::StatusOr<BeforeView> VerifyBefore(std::string_view a, std::string_view b, std::string_view policy,
                                        std::string_view growth = {});
absl::StatusOr<BeforeView> VerifyBefore(std::string_view a, std::string_view b, const ByRegistry& by_a, std::string_view chain_b,
                                        std::string_view growth = {});

// Whether a file begins as an extract does (Database::Extract); and whether the site's key has signed it, judged as a receipt is.
// Errors: as of VerifyReceipt.
bool IsExtract(std::string_view file);
absl::StatusOr<ReceiptView> VerifyExtract(std::string_view file, std::string_view policy);
absl::StatusOr<ReceiptView> VerifyExtract(std::string_view file, const ByRegistry& by);

}  // namespace chancery
