// A backup: the rows of a store at one moment, as one file, without the site's key. Byte by byte: docs/reference/backup.md.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "chancery/chancery.h"
#include "engine/base/sign.h"
#include "engine/store/env.h"

namespace chancery {

// The moment is that of `txn`. The file appears whole or not at all, and is on the disk when this returns. Errors: AlreadyExists,
// InvalidArgument (cannot be written), DataLoss (a row of the journal is damaged: no backup is made of damage).
absl::StatusOr<BackupView> WriteBackup(const Txn& txn, const std::string& file);

// Makes a store in `dir` of a backup, or of the directory of a store that lost its key or its machine; its key is `key` from the
// beginning, so that no moment of an interruption leaves a copy that could write the old lane. What `tip` in `dir` says was filed
// is noted as missing. Errors: AlreadyExists (a store in dir), NotFound, DataLoss, InvalidArgument (no backup), Unavailable
// (another format): then nothing is left behind.
struct RestoreRequest {
  std::string dir, source;
  bool durable = true;
};
absl::Status RestoreStore(const RestoreRequest& request, const KeyPair& key);

}  // namespace chancery
