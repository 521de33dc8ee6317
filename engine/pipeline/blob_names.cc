#include "engine/pipeline/blob_names.h"

#include <algorithm>
#include <map>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/register/view.h"
#include "engine/store/blobs.h"

namespace chancery {
namespace {

BundleDocument DocumentIn(const Value& value) {
  ByteReader r(value.payload());
  const std::string_view hash = r.Raw(32);
  return {Hash256::From(hash), r.Varint()};
}

using Sizes = std::map<Hash256, uint64_t>;

// What waits here may be malformed, which is looked at when its turn comes: it names nothing.
absl::Status NamesIn(std::string_view bytes, Sizes* names) {
  ASSIGN_OR_RETURN(const Run run, DecodeRun(bytes));
  ASSIGN_OR_RETURN(const Entry head, DecodeHeader(run.header));
  for (size_t i = 0; i < run.leaves.size(); ++i) {
    Entry entry;
    RETURN_IF_ERROR(DecodeBody(head, run.header.size(), run.first + i, run.leaves[i].hlc, run.leaves[i].body, &entry));
    for (const Op& op : entry.ops)
      for (const Change& change : op.changes)
        if (change.value.kind == Kind::kBlob) names->emplace(DocumentIn(change.value).hash, DocumentIn(change.value).size);
  }
  return absl::OkStatus();
}

std::vector<const FieldInfo*> DocumentFields(const RegisterInfo& reg) {
  std::vector<const FieldInfo*> fields;
  for (const FieldInfo& field : reg.fields)
    if (field.def.type == FieldType::kBlob) fields.push_back(&field);
  return fields;
}

absl::Status NoteStanding(const Workspace& work, const RegisterInfo& reg, Sizes* named) {
  const std::vector<const FieldInfo*> fields = DocumentFields(reg);
  if (fields.empty()) return absl::OkStatus();
  const std::string prefix = RecordKeyOf(reg.hash, "").substr(0, kRegisterBytes);
  Cursor rows(work.txn(), Table::kRecord);
  for (bool more = rows.Seek(prefix); more && rows.key().starts_with(prefix); more = rows.Next()) {
    ASSIGN_OR_RETURN(const Record record, DecodeRecord(rows.value()));
    if (!record.exists()) continue;
    for (const FieldInfo* field : fields) {
      const Cell* cell = record.Find(field->handle);
      if (cell == nullptr) continue;
      for (const Write* write : Visible(*cell, field->def, work.lanes))
        if (write->value.kind == Kind::kBlob) named->emplace(DocumentIn(write->value).hash, DocumentIn(write->value).size);
    }
  }
  return work.txn().status();
}

absl::StatusOr<std::vector<BlobView>> NotHere(const Txn& txn, const Sizes& named) {
  std::vector<BlobView> missing;
  for (const auto& [hash, size] : named)
    if (!BlobSize(txn, hash).ok()) missing.push_back({Hex(hash.view()), size});
  RETURN_IF_ERROR(txn.status());
  return missing;
}

}  // namespace

absl::Status CheckDocument(const Txn& txn, const Value& value, std::string_view at) {
  const BundleDocument named = DocumentIn(value);
  const absl::StatusOr<uint64_t> size = BlobSize(txn, named.hash);
  RETURN_IF_ERROR(txn.status());
  const std::string hash = Hex(named.hash.view());
  if (!size.ok())
    return Refuse({"reference", "", std::string(at), Cat(at, " names the document ", hash, ", which is not in this store"),
                   "file it with {\"file\": PATH}, or bring it here with a bundle first"});
  if (*size == named.size) return absl::OkStatus();
  return Refuse({"reference", "", std::string(at), Cat(at, ": the document ", hash, " has ", *size, " bytes, not ", named.size),
                 "file it with {\"file\": PATH}"});
}

absl::StatusOr<std::vector<BundleDocument>> DocumentsOf(const Txn& txn, absl::Span<const std::string> runs) {
  std::vector<BundleDocument> documents;
  if (txn.Count(Table::kBlob) == 0) return documents;
  Sizes names;
  for (const std::string& run : runs) NamesIn(run, &names).IgnoreError();
  for (const auto& [hash, named] : names) {
    if (!CheckBlob(txn, hash).ok()) continue;  // verify tells of damage; entries are not kept back for it
    ASSIGN_OR_RETURN(const uint64_t size, BlobSize(txn, hash));
    documents.push_back({hash, size});
  }
  RETURN_IF_ERROR(txn.status());
  return documents;
}

absl::StatusOr<std::vector<BlobView>> MissingDocuments(const Workspace& work) {
  Sizes named;
  for (const auto& [name, reg] : work.catalog().registers()) RETURN_IF_ERROR(NoteStanding(work, reg, &named));
  return NotHere(work.txn(), named);
}

absl::StatusOr<std::vector<BlobView>> MissingDocumentsOf(const Workspace& work, absl::Span<const std::string> runs) {
  Sizes named;
  const auto& registers = work.catalog().registers();
  const bool any =
      std::any_of(registers.begin(), registers.end(), [](const auto& r) { return !DocumentFields(r.second).empty(); });
  for (const std::string& run : any ? runs : absl::Span<const std::string>()) NamesIn(run, &named).IgnoreError();
  return NotHere(work.txn(), named);
}

}  // namespace chancery
