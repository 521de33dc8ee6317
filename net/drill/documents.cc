#include "net/drill/documents.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "net/drill/file_source.h"

namespace chancery::drill {
namespace {

// The path in {"file": PATH}; nullptr in any other value.
const std::string* FileIn(const DraftChange& change) {
  if (change.verb != DraftChange::Verb::kSet || change.value.type != Literal::Type::kObject) return nullptr;
  const Literal* file = change.value.Find("file");
  return file != nullptr && file->type == Literal::Type::kText && change.value.members.size() == 1 ? &file->text : nullptr;
}

bool NamesFiles(const Draft& draft) {
  return std::any_of(draft.ops.begin(), draft.ops.end(), [](const DraftOp& op) {
    return std::any_of(op.changes.begin(), op.changes.end(), [](const DraftChange& c) { return FileIn(c) != nullptr; });
  });
}

// A group may have a member of that name.
bool TakesDocuments(const std::vector<PackView>& packs, const std::string& reg, const std::string& field) {
  for (const PackView& pack : packs)
    for (const RegisterShape& shape : pack.registers)
      for (const FieldShape& one : shape.fields)
        if (shape.name == reg && one.name == field) return one.type == "blob";
  return false;
}

std::optional<ErrorView> PutOne(Database& db, const std::string& folder, const Address& record, DraftChange* change) {
  const std::string path = (std::filesystem::path(folder) / *FileIn(*change)).string();
  const std::string at = absl::StrCat(record.Shown(), "/", change->field);
  const absl::StatusOr<ByteSource> source = OpenSource(path);
  if (!source.ok()) {
    const absl::string_view why = source.status().message();
    return ErrorView{true, "type", "", at, absl::StrCat(at, " names a file: ", why), "a path is relative to where it is read", 6};
  }
  const absl::StatusOr<BlobView> stored = db.PutBlob(*source);
  if (!stored.ok()) {
    ErrorView error = Explain(stored.status());
    error.message = absl::StrCat(path, ": ", error.message);
    if (error.refused) error.at = at;
    return error;
  }
  const Literal written = std::move(change->value);
  change->value = stored->Value();
  change->value.line = written.line;
  change->value.column = written.column;
  return std::nullopt;
}

}  // namespace

std::optional<ErrorView> PutDocuments(Database& db, const std::string& folder, Draft* draft) {
  if (!NamesFiles(*draft)) return std::nullopt;
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return Explain(now.status());
  const absl::StatusOr<std::vector<PackView>> packs = now->Packs();
  if (!packs.ok()) return Explain(packs.status());
  for (DraftOp& op : draft->ops)
    for (DraftChange& change : op.changes)
      if (FileIn(change) != nullptr && TakesDocuments(*packs, op.record.reg, change.field))
        if (std::optional<ErrorView> error = PutOne(db, folder, op.record, &change)) return error;
  return std::nullopt;
}

}  // namespace chancery::drill
