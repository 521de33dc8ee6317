// Before LMDB maps a file it trusts it completely: who holds the directory, and is data.mdb whole.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace chancery {

// Takes the directory for this process (advisory lock on `owner`, which then names pid and command). real_dir receives its real
// path. Errors: Unavailable (held by another process or by this one).
absl::StatusOr<int> LockDirectory(const std::string& dir, std::string* real_dir);
void UnlockDirectory(int fd, const std::string& real_dir);

// Makes the names of a directory's files durable: a synced file without a name is lost in a power cut.
// Errors: DataLoss (the disk does not say so).
absl::Status SyncNames(const std::string& dir);

// Looks at the size and both meta pages of an LMDB file without mapping it.
// Errors: DataLoss (empty, truncated, foreign).
absl::Status CheckFile(const std::string& path);

}  // namespace chancery
