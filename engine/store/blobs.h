// Documents as they lie in table blob: whole, named by their SHA-256, in chunks. The header row is written last: a document is
// here when its header is. Chunks without one were left by a put that was interrupted; the next put of the document writes over
// them.
#pragma once

#include <functional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/hash.h"
#include "engine/store/env.h"

namespace chancery {

inline constexpr size_t kBlobChunk = 64 << 10;  // bytes of every chunk but the last

// How long the document is. One look-up. Errors: NotFound (not here), DataLoss (its header is damaged).
absl::StatusOr<uint64_t> BlobSize(const Txn& txn, const Hash256& hash);

// Hands on the document, chunk by chunk, each checked before. Errors: as BlobSize; DataLoss (a chunk is damaged; or all are whole
// and are another document: then everything was handed on); what `write` returns.
absl::Status ReadBlob(const Txn& txn, const Hash256& hash, const std::function<absl::Status(std::string_view)>& write);

// The same from byte `from` on: each chunk is checked, the whole is not.
absl::Status ReadBlobFrom(const Txn& txn, const Hash256& hash, uint64_t from,
                          const std::function<absl::Status(std::string_view)>& write);

absl::Status CheckBlob(const Txn& txn, const Hash256& hash);  // ReadBlob for nobody

// `bytes` from chunk `first` on; all but the last are whole.
void PutBlobChunks(WriteTxn& txn, const Hash256& hash, uint64_t first, std::string_view bytes);
void PutBlobHeader(WriteTxn& txn, const Hash256& hash, uint64_t size);
void DropBlobHeader(WriteTxn& txn, const Hash256& hash);  // it is not here any more

// The documents that have a header, ascending. O(documents), not of their bytes.
void ForEachBlob(const Txn& txn, const std::function<void(const Hash256&)>& visit);

}  // namespace chancery
