#include "engine/pipeline/blob_put.h"

#include <algorithm>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/store/blobs.h"

namespace chancery {
namespace {

constexpr size_t kBuffer = 1 << 20;
static_assert(limits::kBlobSlice % kBlobChunk == 0);

absl::Status Changed() {
  return Error(absl::StatusCode::kAborted, "the document changed while it was read: nothing of it is filed",
               "try again once nobody writes it");
}

// Whether the document is here. A damaged one is taken away, so that it can be stored again.
absl::StatusOr<bool> IsHere(const StoreTurns& store, const Hash256& hash) {
  {
    ASSIGN_OR_RETURN(const Txn txn, store.read());
    const absl::Status here = CheckBlob(txn, hash);
    if (here.ok() || absl::IsNotFound(here)) return here.ok();
    RETURN_IF_ERROR(txn.status());
  }
  RETURN_IF_ERROR(store.write([&](WriteTxn& txn) {
    DropBlobHeader(txn, hash);
    return txn.status();
  }));
  return false;
}

// One turn. Whoever stored the same document meanwhile has stored it whole: nothing of it is touched. Whoever began to, and whose
// source changed on the way, may have written between two turns: what was stored in several is read once more.
absl::Status PutSlice(const StoreTurns& store, const BundleDocument& document, uint64_t at, std::string_view bytes, bool last) {
  return store.write([&](WriteTxn& txn) {
    if (BlobSize(txn, document.hash).ok()) return absl::OkStatus();
    PutBlobChunks(txn, document.hash, at / kBlobChunk, bytes);
    if (last) PutBlobHeader(txn, document.hash, document.size);
    RETURN_IF_ERROR(txn.status());
    return last && at > 0 && !CheckBlob(txn, document.hash).ok() ? Changed() : absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<size_t> FillFrom(const ByteSource& source, uint64_t offset, char* at, size_t room) {
  size_t got = 0;
  while (got < room) {
    ASSIGN_OR_RETURN(const size_t n, source(offset + got, at + got, room - got));
    if (n == 0) break;
    CHECK(n <= room - got);
    got += n;
  }
  return got;
}

absl::StatusOr<bool> HashStretch(const ByteSource& source, uint64_t from, uint64_t size,
                                 std::initializer_list<HashStream*> hashes) {
  std::string buffer(std::min<uint64_t>(kBuffer, size), '\0');
  for (uint64_t at = 0; at < size;) {
    ASSIGN_OR_RETURN(const size_t n, FillFrom(source, from + at, buffer.data(), std::min<uint64_t>(buffer.size(), size - at)));
    if (n == 0) return false;
    for (HashStream* hash : hashes) hash->Add(std::string_view(buffer).substr(0, n));
    at += n;
  }
  return true;
}

absl::StatusOr<BundleDocument> NameDocument(const ByteSource& source) {
  BundleDocument document;
  HashStream hash;
  std::string buffer(kBuffer, '\0');
  for (;;) {
    ASSIGN_OR_RETURN(const size_t n, FillFrom(source, document.size, buffer.data(), buffer.size()));
    hash.Add(std::string_view(buffer).substr(0, n));
    document.size += n;
    if (document.size > limits::kBlobBytes)
      return Refuse({"limit", "", "", Cat("the document has more than ", limits::kBlobBytes >> 20, " MiB"),
                     "split it, or keep it elsewhere and file its SHA-256 as bytes"});
    if (n < buffer.size()) break;
  }
  document.hash = hash.Finish();
  return document;
}

absl::StatusOr<bool> PutDocument(const StoreTurns& store, const BundleDocument& document, const ByteSource& source) {
  ASSIGN_OR_RETURN(const bool here, IsHere(store, document.hash));
  if (here) return false;
  HashStream hash;
  std::string slice(std::min<uint64_t>(limits::kBlobSlice, document.size), '\0');
  for (uint64_t at = 0;;) {
    const uint64_t left = document.size - at;
    ASSIGN_OR_RETURN(const size_t n, FillFrom(source, at, slice.data(), std::min<uint64_t>(slice.size(), left)));
    const std::string_view bytes = std::string_view(slice).substr(0, n);
    hash.Add(bytes);
    const bool last = n == left;
    if (last) {
      char more = 0;
      ASSIGN_OR_RETURN(const size_t behind, source(document.size, &more, 1));
      if (behind > 0 || hash.Finish() != document.hash) return Changed();
    } else if (n < slice.size()) {
      return Changed();
    }
    RETURN_IF_ERROR(PutSlice(store, document, at, bytes, last));
    if (last) return true;
    at += n;
  }
}

}  // namespace chancery
