// The site's key on disk: `site.key`, mode 0600, beside the store and in no backup.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "engine/base/sign.h"

namespace chancery {

absl::Status WriteKeyFile(const std::string& dir, const KeyPair& key);  // durable when it returns
absl::StatusOr<KeyPair> ReadKeyFile(const std::string& dir);            // Errors: DataLoss (missing or no key)
void RemoveStoreFiles(const std::string& dir);                          // after a founding or joining that failed

}  // namespace chancery
