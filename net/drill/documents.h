// Documents that filings name by a file.
#pragma once

#include <optional>
#include <string>

#include "chancery/chancery.h"

namespace chancery::drill {

// Puts into the store what values {"file": PATH} of blob fields name, and writes instead what the register keeps: {"sha256",
// "bytes"}. Paths are relative to `folder` ("" = the current directory). nullopt: done. What went wrong: a refusal `type` (a file
// that cannot be read), or as PutBlob; documents that are stored by then stay.
std::optional<ErrorView> PutDocuments(Database& db, const std::string& folder, Draft* draft);

}  // namespace chancery::drill
