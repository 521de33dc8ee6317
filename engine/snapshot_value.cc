// Reading one value: where it lies if nothing can contest it, else as a person is shown it.
#include <atomic>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/register/keys.h"
#include "engine/snapshot.h"
#include "engine/text/value_text.h"

namespace chancery {
namespace {

struct Parts {
  std::string_view reg, key, field;
};

// Of an address of a field whose key stands as it is. Any other key that is wrong names no record: Address::Parse then says why.
std::optional<Parts> PlainParts(std::string_view text) {
  const size_t first = text.find('/'), second = first == text.npos ? text.npos : text.find('/', first + 1);
  if (second == text.npos) return std::nullopt;
  const std::string_view key = text.substr(first + 1, second - first - 1);
  const bool plain = !key.empty() && key.size() <= limits::kKeyBytes && key.find('%') == key.npos && key.find('\0') == key.npos;
  return plain ? std::optional(Parts{text.substr(0, first), key, text.substr(second + 1)}) : std::nullopt;
}

// Made in its place: a literal is large.
absl::StatusOr<Literal> ShowPeek(const FieldPeek& peek) {
  if (peek.kind == Kind::kText) return absl::StatusOr<Literal>(absl::in_place, std::string(peek.payload));
  return ShowValue({peek.kind, peek.payload});
}

std::string Name(const RegisterInfo& reg, std::string_view row) {
  return Address{reg.name, std::string(KeyOf(row)), {}, {}}.Text();
}

// As a person is shown it. Errors: as Snapshot::Value.
absl::StatusOr<Literal> Shown(const Snapshot& now, std::string_view text) {
  ASSIGN_OR_RETURN(const Address address, Address::Parse(text));
  if (address.field.empty())
    return Error(absl::StatusCode::kInvalidArgument, Cat(text, " names no field"), "write register/key/field");
  ASSIGN_OR_RETURN(const RecordView record, now.Record(text));
  if (!record.exists) return Error(absl::StatusCode::kNotFound, Cat("no such record: ", record.address));
  if (!record.cases.empty())
    return Refuse({"contested", "existence", std::string(text), Cat("whether ", record.address, " exists is contested"),
                   Cat("chancery case show ", record.cases[0])});
  const FieldView& shown = record.fields[0];
  if (shown.contested)
    return Refuse({"contested", "", std::string(text), Cat(text, " is contested: no value is certain"),
                   Cat("chancery case show ", shown.cases[0])});
  return shown.value;
}

}  // namespace

std::string_view RecordRef::key() const { return KeyOf(row_); }

uint64_t Snapshot::Impl::NextNumber() {
  static std::atomic<uint64_t> last = 0;
  return ++last;
}

Snapshot::Impl::Named Snapshot::Impl::FindField(std::string_view reg, std::string_view field) {
  if (last.field != nullptr && last.field->def.name == field && last.reg->name == reg) return last;
  Named found;
  found.reg = catalog->Find(reg);
  found.field = found.reg == nullptr ? nullptr : found.reg->Find(field);
  if (found.field != nullptr) last = found;
  return found;
}

// Nothing can contest what a peek found in that row: exactly one value stands, and no rule, case or missing target is in its way.
// false: look closer.
absl::StatusOr<bool> Snapshot::Impl::IsCertain(const RegisterInfo& reg, const FieldInfo& field, std::string_view row,
                                               const FieldPeek& peek) {
  if (!peek.single || !peek.exists || !field.rules.empty() || !field.def.one_value()) return false;
  if (cases == 0) return true;
  if (field.refers() || peek.born == 0) return false;
  ASSIGN_OR_RETURN(const View* opened, Open());
  for (const Dot dot : {peek.born, peek.dot}) {
    if (opened->work->sums.disputed == 0) break;
    ASSIGN_OR_RETURN(const std::vector<chancery::Case> about, opened->docket.OfEntry(dot));
    if (!about.empty()) return false;
  }
  const std::string address = Name(reg, row);
  return !opened->docket.Known(field.rule_id, address) && !opened->docket.Known("existence", address);
}

absl::StatusOr<Literal> Snapshot::Value(std::string_view text) const {
  const std::optional<Parts> parts = PlainParts(text);
  const auto [reg, field] = parts ? impl_->FindField(parts->reg, parts->field) : Impl::Named();
  if (field == nullptr) return Shown(*this, text);
  const ShortRecordKey row(reg->hash, parts->key);
  const auto stored = impl_->txn.Get(Table::kRecord, row.view());
  const FieldPeek peek = stored ? PeekField(*stored, field->handle) : FieldPeek();
  ASSIGN_OR_RETURN(const bool certain, impl_->IsCertain(*reg, *field, row.view(), peek));
  return certain ? ShowPeek(peek) : Shown(*this, text);
}

absl::StatusOr<ValueView> Snapshot::Value(const RecordRef& record, const FieldRef& ref) const {
  if (ref.field_ == nullptr || record.snapshot_ == 0 || record.register_ != RegisterPart(ref.reg_->hash))
    return Error(absl::StatusCode::kInvalidArgument, "the field is of another register than the record");
  const RegisterInfo& reg = *ref.reg_;
  const auto stored =
      record.snapshot_ == impl_->number ? std::optional(record.stored_) : impl_->txn.Get(Table::kRecord, record.row_);
  const FieldPeek peek = stored ? PeekField(*stored, ref.field_->handle) : FieldPeek();
  ASSIGN_OR_RETURN(const bool certain, impl_->IsCertain(reg, *ref.field_, record.row_, peek));
  ValueView view;
  if (certain && peek.kind == Kind::kText) {
    view.type = Literal::Type::kText;
    view.text = peek.payload;
    return view;
  }
  ASSIGN_OR_RETURN(Literal literal,
                   certain ? ShowPeek(peek) : Shown(*this, Cat(Name(reg, record.row_), "/", ref.field_->def.name)));
  view.type = literal.type;
  view.truth = literal.truth;
  view.integer = literal.integer;
  if (literal.type == Literal::Type::kNull || literal.type == Literal::Type::kBool || literal.type == Literal::Type::kInteger)
    return view;
  view.literal = std::make_shared<const Literal>(std::move(literal));
  view.text = view.literal->text;
  return view;
}

absl::StatusOr<FieldRef> Snapshot::Field(std::string_view path) const {
  const size_t dot = path.find('.');
  if (dot == path.npos)
    return Error(absl::StatusCode::kInvalidArgument, Cat("\"", path, "\" is no field"), "write register.field, as parcel.owner");
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  ASSIGN_OR_RETURN(const Reader::Found found, view->reader.Locate(Cat(path.substr(0, dot), "/x/", path.substr(dot + 1))));
  FieldRef ref;
  ref.reg_ = found.reg;
  ref.field_ = found.field;
  return ref;
}

absl::Status Snapshot::Scan(std::string_view reg, const std::function<bool(const RecordRef&)>& visit) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  RecordRef ref;
  ref.snapshot_ = impl_->number;
  return view->reader.Scan(reg, {}, [&](std::string_view row, std::string_view stored) {
    ref.row_ = row;
    ref.register_ = chancery::RegisterOf(row);
    ref.stored_ = stored;
    return visit(ref);
  });
}

}  // namespace chancery
