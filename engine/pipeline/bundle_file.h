// A bundle as it is read: its entries in memory, its documents piece by piece.
#pragma once

#include <string>

#include "engine/pipeline/blob_put.h"

namespace chancery {

class BundleFile {
 public:
  // Errors: as DecodeBundle; what the source returns.
  static absl::StatusOr<BundleFile> Read(const ByteSource& source);
  static absl::StatusOr<BundleFile> Of(std::string_view bytes);  // they outlive it

  const Bundle& bundle() const { return bundle_; }

  // Stores the documents that hold; counts them, and those that do not. Errors: as PutDocument.
  absl::Status TakeDocuments(const StoreTurns& store, Intake* intake) const;

 private:
  absl::StatusOr<bool> ReadList(std::vector<BundleDocument>* documents, HashStream* whole) const;
  absl::StatusOr<bool> TakeOne(const StoreTurns& store, const BundleDocument& document, uint64_t at, HashStream* whole,
                               Intake* intake) const;
  absl::StatusOr<bool> SumHolds(uint64_t at, HashStream* whole) const;

  std::shared_ptr<std::string> kept_;  // what `bundle_` points into, where it was read
  std::string_view entries_;           // the file up to its documents
  Bundle bundle_;
  ByteSource source_;
};

}  // namespace chancery
