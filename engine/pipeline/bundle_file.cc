#include "engine/pipeline/bundle_file.h"

#include <algorithm>
#include <cstring>

#include "engine/base/limits.h"
#include "engine/base/status.h"

namespace chancery {
namespace {

constexpr size_t kBuffer = 1 << 20, kOpening = 16, kSum = 32;

// Up to `end`, or to the end of the source: no more memory than there are bytes.
absl::Status ReadUpTo(const ByteSource& source, uint64_t end, uint64_t from, std::string* bytes) {
  while (bytes->size() < end) {
    const size_t old = bytes->size(), room = std::min<uint64_t>(kBuffer, end - old);
    bytes->resize(old + room);
    ASSIGN_OR_RETURN(const size_t n, FillFrom(source, from + old, bytes->data() + old, room));
    bytes->resize(old + n);
    if (n < room) break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BundleFile> BundleFile::Of(std::string_view bytes) {
  BundleFile file;
  ASSIGN_OR_RETURN(file.bundle_, DecodeBundle(bytes));
  file.entries_ = bytes.substr(0, file.bundle_.bytes);
  file.source_ = [bytes](uint64_t offset, char* at, size_t room) -> absl::StatusOr<size_t> {
    const std::string_view piece = bytes.substr(std::min<uint64_t>(offset, bytes.size()), room);
    std::copy(piece.begin(), piece.end(), at);
    return piece.size();
  };
  return file;
}

absl::StatusOr<BundleFile> BundleFile::Read(const ByteSource& source) {
  auto kept = std::make_shared<std::string>();
  RETURN_IF_ERROR(ReadUpTo(source, kOpening, 0, kept.get()));
  if (const uint64_t head = BundleHeadBytes(*kept); head > 0) {
    RETURN_IF_ERROR(ReadUpTo(source, head, 0, kept.get()));
    ASSIGN_OR_RETURN(const Bundle named, DecodeBundle(*kept));
    RETURN_IF_ERROR(ReadUpTo(source, named.bytes, 0, kept.get()));
  } else {
    RETURN_IF_ERROR(ReadUpTo(source, ~uint64_t{0}, 0, kept.get()));
  }
  BundleFile file;
  ASSIGN_OR_RETURN(file.bundle_, DecodeBundle(*kept));
  file.entries_ = *kept;
  file.kept_ = std::move(kept);
  file.source_ = source;
  return file;
}

absl::StatusOr<bool> BundleFile::ReadList(std::vector<BundleDocument>* documents, HashStream* whole) const {
  if (entries_.size() < bundle_.bytes) return false;
  std::string list;
  RETURN_IF_ERROR(ReadUpTo(source_, kDocumentCountBytes, bundle_.bytes, &list));
  if (list.size() < kDocumentCountBytes) return false;
  RETURN_IF_ERROR(ReadUpTo(source_, DocumentListBytes(list), bundle_.bytes, &list));
  std::optional<std::vector<BundleDocument>> read = DecodeDocumentList(list);
  if (!read) return false;
  *documents = *std::move(read);
  whole->Add(entries_);
  whole->Add(list);
  return true;
}

// False: the file ends before the document does.
absl::StatusOr<bool> BundleFile::TakeOne(const StoreTurns& store, const BundleDocument& document, uint64_t at, HashStream* whole,
                                         Intake* intake) const {
  HashStream hash;
  ASSIGN_OR_RETURN(const bool there, HashStretch(source_, at, document.size, {whole, &hash}));
  if (!there || document.size > limits::kBlobBytes || hash.Finish() != document.hash) return ++intake->documents_damaged, there;
  const auto stretch = [&](uint64_t offset, char* to, size_t room) -> absl::StatusOr<size_t> {
    const uint64_t left = document.size - std::min(offset, document.size);
    return left == 0 ? absl::StatusOr<size_t>(0) : source_(at + offset, to, std::min<uint64_t>(room, left));
  };
  ASSIGN_OR_RETURN(const bool stored, PutDocument(store, document, stretch));
  intake->documents += stored ? 1 : 0;
  return true;
}

absl::StatusOr<bool> BundleFile::SumHolds(uint64_t at, HashStream* whole) const {
  std::string sum;
  RETURN_IF_ERROR(ReadUpTo(source_, kSum, at, &sum));
  return sum == whole->Finish().view();
}

absl::Status BundleFile::TakeDocuments(const StoreTurns& store, Intake* intake) const {
  if (!bundle_.documents) return absl::OkStatus();
  std::vector<BundleDocument> documents;
  HashStream whole;
  ASSIGN_OR_RETURN(const bool listed, ReadList(&documents, &whole));
  if (!listed) return ++intake->documents_damaged, absl::OkStatus();  // how many they are is not known
  uint64_t at = bundle_.bytes + EncodeDocumentList(documents).size();
  for (size_t i = 0; i < documents.size(); ++i) {
    ASSIGN_OR_RETURN(const bool there, TakeOne(store, documents[i], at, &whole, intake));
    if (!there) return intake->documents_damaged += documents.size() - i - 1, absl::OkStatus();
    at += documents[i].size;
  }
  ASSIGN_OR_RETURN(const bool holds, SumHolds(at, &whole));
  if (!holds && bundle_.damaged + intake->documents_damaged == 0) ++intake->documents_damaged;  // somewhere
  return absl::OkStatus();
}

}  // namespace chancery
