// A document on its way into a store: named, then stored in slices, each a durable commit of its own.
#pragma once

#include <functional>

#include "chancery/chancery.h"
#include "engine/base/hash_stream.h"
#include "engine/codec/run.h"
#include "engine/store/env.h"

namespace chancery {

// How the store is reached between other writers' turns.
struct StoreTurns {
  std::function<absl::StatusOr<Txn>()> read;
  std::function<absl::Status(const std::function<absl::Status(WriteTxn&)>&)> write;  // one durable commit
};

// Reads the source to its end. Errors: refusal `limit`; what the source returns.
absl::StatusOr<BundleDocument> NameDocument(const ByteSource& source);

// Stores the document of that name, unless it is here and whole: then false, and the source is not read. Errors: Aborted (the
// source is another document: nothing is here that was not), what a commit or the source returns.
absl::StatusOr<bool> PutDocument(const StoreTurns& store, const BundleDocument& document, const ByteSource& source);

// As much as there is, up to `room`.
absl::StatusOr<size_t> FillFrom(const ByteSource& source, uint64_t offset, char* at, size_t room);

// `size` bytes of the source from `from` on, added to all of `hashes`. False: it ends before.
absl::StatusOr<bool> HashStretch(const ByteSource& source, uint64_t from, uint64_t size,
                                 std::initializer_list<HashStream*> hashes);

}  // namespace chancery
