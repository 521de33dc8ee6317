#include "engine/store/blobs.h"

#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/base/hash_stream.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

constexpr uint64_t kHeader = ~uint64_t{0};  // where the header stands: behind every chunk

std::string KeyOf(const Hash256& hash, uint64_t chunk) {
  ByteWriter w;
  w.Raw(hash.view());
  w.U64(chunk);
  return std::move(w.out);
}

std::string Summed(std::string_view rest) {
  ByteWriter w;
  w.U64(Xxh64(rest));
  w.Raw(rest);
  return std::move(w.out);
}

uint64_t HeaderCheck(const Hash256& hash, uint64_t size) {
  ByteWriter w;
  w.Raw(hash.view());
  w.U64(size);
  return Xxh64(w.out);
}

absl::Status Damaged(const Hash256& hash, std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, Cat("the document ", Hex(hash.view()), " is damaged here: ", what),
               "file it again with {\"file\": PATH}, or apply a bundle that has it");
}

// The bytes in a chunk's row; nullopt where it does not hold.
std::optional<std::string_view> BytesIn(std::string_view row, size_t size) {
  ByteReader r(row);
  const uint64_t check = r.U64();
  if (!r.ok() || Xxh64(r.rest()) != check || r.U64() != size) return std::nullopt;
  const std::string_view bytes = r.Raw(size);
  return r.ok() ? std::optional(bytes) : std::nullopt;
}

// The chunk that begins at byte `at` of a document of `size` bytes.
absl::StatusOr<std::string_view> ChunkAt(const Txn& txn, const Hash256& hash, uint64_t at, uint64_t size) {
  const auto row = txn.Get(Table::kBlob, KeyOf(hash, at / kBlobChunk));
  RETURN_IF_ERROR(txn.status());
  const auto bytes = row ? BytesIn(*row, std::min<uint64_t>(kBlobChunk, size - at)) : std::nullopt;
  if (!bytes) return Damaged(hash, Cat("the chunk at byte ", at));
  return *bytes;
}

}  // namespace

absl::StatusOr<uint64_t> BlobSize(const Txn& txn, const Hash256& hash) {
  const auto row = txn.Get(Table::kBlob, KeyOf(hash, kHeader));
  RETURN_IF_ERROR(txn.status());
  if (!row)
    return Error(absl::StatusCode::kNotFound, Cat("the document ", Hex(hash.view()), " is not in this store"),
                 "chancery bundle export --since 0 -o FILE at a site that has it, then chancery bundle apply FILE here");
  ByteReader r(*row);
  const uint64_t size = r.U64(), check = r.U64();
  if (!r.ok() || !r.AtEnd() || check != HeaderCheck(hash, size)) return Damaged(hash, "its header");
  return size;
}

absl::Status ReadBlob(const Txn& txn, const Hash256& hash, const std::function<absl::Status(std::string_view)>& write) {
  ASSIGN_OR_RETURN(const uint64_t size, BlobSize(txn, hash));
  HashStream whole;
  for (uint64_t at = 0; at < size; at += kBlobChunk) {
    ASSIGN_OR_RETURN(const std::string_view bytes, ChunkAt(txn, hash, at, size));
    whole.Add(bytes);
    RETURN_IF_ERROR(write(bytes));
  }
  return whole.Finish() == hash ? absl::OkStatus() : Damaged(hash, "its SHA-256 is another");
}

absl::Status ReadBlobFrom(const Txn& txn, const Hash256& hash, uint64_t from,
                          const std::function<absl::Status(std::string_view)>& write) {
  ASSIGN_OR_RETURN(const uint64_t size, BlobSize(txn, hash));
  for (uint64_t at = from / kBlobChunk * kBlobChunk; at < size; at += kBlobChunk) {
    ASSIGN_OR_RETURN(std::string_view bytes, ChunkAt(txn, hash, at, size));
    if (from > at) bytes.remove_prefix(std::min<uint64_t>(from - at, bytes.size()));
    if (!bytes.empty()) RETURN_IF_ERROR(write(bytes));
  }
  return absl::OkStatus();
}

absl::Status CheckBlob(const Txn& txn, const Hash256& hash) {
  return ReadBlob(txn, hash, [](std::string_view) { return absl::OkStatus(); });
}

void PutBlobChunks(WriteTxn& txn, const Hash256& hash, uint64_t first, std::string_view bytes) {
  for (; !bytes.empty(); ++first) {
    const std::string_view chunk = bytes.substr(0, kBlobChunk);
    bytes.remove_prefix(chunk.size());
    ByteWriter rest;
    rest.U64(chunk.size());
    rest.Raw(chunk);
    rest.out.resize((rest.out.size() + 7) / 8 * 8, '\0');
    txn.Put(Table::kBlob, KeyOf(hash, first), Summed(rest.out));
  }
}

void PutBlobHeader(WriteTxn& txn, const Hash256& hash, uint64_t size) {
  ByteWriter w;
  w.U64(size);
  w.U64(HeaderCheck(hash, size));
  txn.Put(Table::kBlob, KeyOf(hash, kHeader), w.out);
}

void DropBlobHeader(WriteTxn& txn, const Hash256& hash) { txn.Delete(Table::kBlob, KeyOf(hash, kHeader)); }

void ForEachBlob(const Txn& txn, const std::function<void(const Hash256&)>& visit) {
  Cursor rows(txn, Table::kBlob);
  for (bool more = rows.Seek({}); more;) {
    if (rows.key().size() != 40) {  // damage of a page, which is told of elsewhere
      more = rows.Next();
      continue;
    }
    const Hash256 hash = Hash256::From(rows.key().substr(0, 32));
    more = rows.Seek(KeyOf(hash, kHeader));
    if (more && rows.key() == KeyOf(hash, kHeader)) {
      visit(hash);
      more = rows.Next();
    }
  }
}

}  // namespace chancery
