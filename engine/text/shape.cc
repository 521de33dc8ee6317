#include "engine/text/shape.h"

#include <algorithm>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pack/nearest.h"

namespace chancery {
namespace {

absl::Status RefuseAs(std::string_view kind, const Literal& literal, Wrong wrong) {
  if (wrong.next.empty()) wrong.next = "correct it and file again; docs/reference/entry-json.md has every form";
  return Refuse({.kind = std::string(kind),
                 .rule = "",
                 .at = std::move(wrong.at),
                 .message = Where(literal) + wrong.message,
                 .next = std::move(wrong.next)});
}

}  // namespace

std::string Where(const Literal& literal) {
  return literal.line > 0 ? absl::StrCat("line ", literal.line, ", column ", literal.column, ": ") : "";
}

std::string Found(const Literal& literal) {
  constexpr size_t kShownMax = 60;
  if (literal.type == Literal::Type::kList) return "a list";
  if (literal.type == Literal::Type::kObject) return "an object";
  if (literal.type == Literal::Type::kText && !IsText(literal.text)) return "a text that is not UTF-8 without U+0000";
  if (literal.type == Literal::Type::kText && literal.text.size() > kShownMax)
    return absl::StrCat("a text of ", literal.text.size(), " bytes");
  return literal.Json();
}

absl::Status RefuseType(const Literal& literal, Wrong wrong) { return RefuseAs("type", literal, std::move(wrong)); }
absl::Status RefuseLimit(const Literal& literal, Wrong wrong) { return RefuseAs("limit", literal, std::move(wrong)); }

absl::Status CheckObject(const Literal& literal, std::string_view what, const std::vector<std::string>& known_keys) {
  if (literal.type != Literal::Type::kObject)
    return RefuseType(literal, {Cat(what, " is an object; found ", Found(literal)), "", ""});
  for (const auto& [key, value] : literal.members) {
    if (std::find(known_keys.begin(), known_keys.end(), key) != known_keys.end()) continue;
    return RefuseType(value, {Cat("unknown key ", Literal(key).Json(), " in ", what, Nearest(key, known_keys)), "", ""});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TextOf(const Literal& literal, std::string_view what) {
  if (literal.type != Literal::Type::kText) return RefuseType(literal, {Cat(what, " is a text; found ", Found(literal)), "", ""});
  if (!IsText(literal.text)) return RefuseType(literal, {Cat(what, " is not valid UTF-8 without U+0000"), "", ""});
  if (literal.text.empty()) return RefuseType(literal, {Cat(what, " is empty; leave it out instead"), "", ""});
  return literal.text;
}

absl::Status CheckWord(const Literal& literal, std::string_view what, size_t bytes_max) {
  RETURN_IF_ERROR(TextOf(literal, what).status());
  if (literal.text.size() <= bytes_max) return absl::OkStatus();
  return RefuseLimit(literal, {Cat(what, " has ", literal.text.size(), " bytes; ", bytes_max, " are allowed"), "", "shorten it"});
}

absl::StatusOr<Address> AddressOf(const Literal& literal, std::string_view what) {
  ASSIGN_OR_RETURN(const std::string text, TextOf(literal, what));
  absl::StatusOr<Address> address = Address::Parse(text);
  if (address.ok()) return address;
  return RefuseType(literal, {Cat(what, ": ", S(address.status().message())), "", NextOf(address.status())});
}

}  // namespace chancery
