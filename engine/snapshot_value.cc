// Reading one value: where it lies if nothing can contest it, else as a person is shown it.
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

// Of an address of a field in which nothing is escaped; nullopt: Address::Parse has to look.
std::optional<Parts> PlainParts(std::string_view text) {
  const size_t first = text.find('/'), second = first == text.npos ? text.npos : text.find('/', first + 1);
  if (second == text.npos || text.find('%') != text.npos) return std::nullopt;
  return Parts{text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
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

// The field as it stands, where exactly one value does and no rule, case or missing target can contest it; nullopt: look closer.
absl::StatusOr<std::optional<FieldPeek>> Snapshot::Impl::Certain(const RegisterInfo& reg, const FieldInfo& field,
                                                                 std::string_view row) {
  if (!field.unique_on.empty() || !field.def.one_value()) return std::nullopt;
  const auto stored = txn.Get(Table::kRecord, row);
  const FieldPeek peek = stored ? PeekField(*stored, field.handle) : FieldPeek{};
  if (!peek.ok || !peek.exists || !peek.single) return std::nullopt;
  if (cases == 0) return peek;
  if (field.refers() || !peek.born) return std::nullopt;
  ASSIGN_OR_RETURN(const View* opened, Open());
  const std::string address = Name(reg, row);
  if (opened->docket.Known(field.rule_id, address) || opened->docket.Known("existence", address)) return std::nullopt;
  return peek;
}

absl::StatusOr<Literal> Snapshot::Value(std::string_view text) const {
  if (const std::optional<Parts> parts = PlainParts(text)) {
    const RegisterInfo* reg = impl_->catalog->Find(parts->reg);
    const FieldInfo* field =
        reg == nullptr || parts->key.empty() || parts->key.size() > limits::kKeyBytes ? nullptr : reg->Find(parts->field);
    if (field != nullptr) {
      PutRecordKey(reg->hash, parts->key, &impl_->row);
      ASSIGN_OR_RETURN(const std::optional<FieldPeek> peek, impl_->Certain(*reg, *field, impl_->row));
      if (peek) return ShowValue({peek->kind, std::string(peek->payload)});
    }
  }
  return Shown(*this, text);
}

absl::StatusOr<ValueView> Snapshot::Value(const RecordRef& record, const FieldRef& ref) const {
  const auto* reg = static_cast<const RegisterInfo*>(ref.reg_);
  const auto* field = static_cast<const FieldInfo*>(ref.field_);
  if (field == nullptr || record.row_.empty() || RegisterOf(record.row_) != RegisterPart(reg->hash))
    return Error(absl::StatusCode::kInvalidArgument, "the field is of another register than the record");
  ASSIGN_OR_RETURN(const std::optional<FieldPeek> peek, impl_->Certain(*reg, *field, record.row_));
  ValueView view;
  if (peek && peek->kind == Kind::kText) {
    view.type = Literal::Type::kText;
    view.text = peek->payload;
    return view;
  }
  Literal literal;
  if (peek) {
    literal = ShowValue({peek->kind, std::string(peek->payload)});
  } else {
    ASSIGN_OR_RETURN(literal, Shown(*this, Cat(Name(*reg, record.row_), "/", field->def.name)));
  }
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
  return view->reader.Scan(reg, [&](std::string_view row) {
    ref.row_ = row;
    return visit(ref);
  });
}

}  // namespace chancery
