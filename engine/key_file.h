// The site's key on disk: `site.key`, mode 0600, beside the store and in no backup. A new key is first staged as `site.key.new`,
// then named by the store's head in a commit, then adopted: so whenever the machine stops, one of the two files is the key of the
// store. The key before it is set aside as `site.key.LANE`: it signs nothing any more.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "engine/base/sign.h"

namespace chancery {

absl::Status WriteKeyFile(const std::string& dir, const KeyPair& key);  // of a new store; durable when it returns

// The key of a store whose head names `wanted`; adopts a staged one. Errors: DataLoss (missing, damaged or another).
absl::StatusOr<KeyPair> FindKeyFile(const std::string& dir, const PublicKey& wanted);

absl::Status StageKeyFile(const std::string& dir, const KeyPair& key);  // durable when it returns
absl::Status AdoptKeyFile(const std::string& dir);                      // the same; sets aside the one before, if there is one

void RemoveStoreFiles(const std::string& dir);  // after a founding or joining that failed

}  // namespace chancery
