// A ruling's JSON: docs/reference/entry-json.md#rulings.
#include "chancery/types.h"
#include "engine/base/environment.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/text/shape.h"

namespace chancery {
namespace {

using Type = Literal::Type;

absl::Status ReadSet(const Literal& set, RulingDraft& ruling) {
  if (set.type != Type::kObject || set.members.empty()) {
    return RefuseType(set, {Cat("\"set\" of a ruling is an object {ADDRESS: VALUE}; found ", Found(set)), "", ""});
  }
  for (const auto& [text, value] : set.members) {
    Literal written(text);
    written.line = value.line;
    written.column = value.column;
    ASSIGN_OR_RETURN(const Address address, AddressOf(written, "an address in \"set\""));
    if (address.field.empty() || !address.member.empty()) {
      return RefuseType(value,
                        {Cat("\"set\" of a ruling names fields, written register/key/field; found ", Found(written)), "", ""});
    }
    if (value.null())
      return RefuseType(value, {"null is not a value", address.Shown(), "the outcome \"none\" withdraws every value"});
  }
  ruling.set = set;
  return absl::OkStatus();
}

absl::Status ReadTrue(const Literal& literal, std::string_view key, bool* out) {
  *out = literal.type == Type::kBool && literal.truth;
  return *out ? absl::OkStatus()
              : RefuseType(literal, {Cat("\"", key, "\" is true or left out; found ", Found(literal)), "", ""});
}

absl::Status ReadOutcome(const Literal& object, RulingDraft& ruling) {
  int outcomes = 0;
  for (const auto& [key, value] : object.members) {
    outcomes += key == "keep" || key == "set" || key == "both" || key == "none";
    if (key == "keep") {
      RETURN_IF_ERROR(CheckWord(value, "the entry in \"keep\"", limits::kWordBytes));
      ruling.keep = value.text;
    }
    if (key == "set") RETURN_IF_ERROR(ReadSet(value, ruling));
    if (key == "both") RETURN_IF_ERROR(ReadTrue(value, key, &ruling.both));
    if (key == "none") RETURN_IF_ERROR(ReadTrue(value, key, &ruling.none));
  }
  if (outcomes == 1) return absl::OkStatus();
  return RefuseType(
      object, {absl::StrCat("a ruling has exactly one of \"keep\", \"set\", \"both\", \"none\"; found ", outcomes), "", ""});
}

absl::Status ReadTell(const Literal& tell, RulingDraft& ruling) {
  if (tell.type != Type::kList) return RefuseType(tell, {Cat("\"tell\" is a list of names; found ", Found(tell)), "", ""});
  if (tell.list.size() > limits::kTold) {
    return RefuseLimit(tell,
                       {absl::StrCat("a ruling tells at most ", limits::kTold, " names; found ", tell.list.size()), "", ""});
  }
  for (const Literal& name : tell.list) {
    RETURN_IF_ERROR(CheckWord(name, "a name in \"tell\"", limits::kWordBytes));
    ruling.tell.push_back(name.text);
  }
  return absl::OkStatus();
}

absl::Status ReadReasons(const Literal& object, RulingDraft& ruling) {
  const struct {
    const char* key;
    std::string& into;
    bool needed;
  } words[] = {{"officer", ruling.officer, true},
               {"reason", ruling.reason, true},
               {"principle", ruling.principle, false},
               {"effect", ruling.effect, false}};
  for (const auto& word : words) {
    const Literal* value = object.Find(word.key);
    if (value == nullptr && word.needed) return RefuseType(object, {Cat("a ruling needs \"", word.key, "\""), "", ""});
    if (value == nullptr) continue;
    RETURN_IF_ERROR(CheckWord(*value, Cat("\"", word.key, "\""), limits::kWordBytes));
    word.into = value->text;
  }
  int64_t days = 0;
  if (ruling.effect.empty() || ParseDate(ruling.effect, &days)) return absl::OkStatus();
  const Literal& effect = *object.Find("effect");
  return RefuseType(effect, {Cat("\"effect\" is a date, for example \"2026-01-31\"; found ", Found(effect)), "", ""});
}

}  // namespace

absl::StatusOr<ApprovalDraft> ParseApproval(std::string_view json) {
  const absl::StatusOr<Literal> object = ParseJson(json);
  if (!object.ok()) return RefuseType(Literal(), {std::string(object.status().message()), "", ""});
  RETURN_IF_ERROR(CheckObject(*object, "an approval", {"officer", "reason", "proposal"}));
  ApprovalDraft approval;
  const std::pair<const char*, std::string*> words[] = {
      {"officer", &approval.officer}, {"reason", &approval.reason}, {"proposal", &approval.proposal}};
  for (const auto& [key, into] : words) {
    const Literal* value = object->Find(key);
    if (value == nullptr) continue;
    RETURN_IF_ERROR(CheckWord(*value, Cat("\"", key, "\""), limits::kWordBytes));
    *into = value->text;
  }
  if (approval.officer.empty()) return RefuseType(*object, {"an approval needs \"officer\"", "", ""});
  return approval;
}

absl::StatusOr<RulingDraft> ParseRuling(std::string_view json) {
  const absl::StatusOr<Literal> object = ParseJson(json);
  if (!object.ok()) return RefuseType(Literal(), {std::string(object.status().message()), "", ""});
  RETURN_IF_ERROR(
      CheckObject(*object, "a ruling", {"keep", "set", "both", "none", "officer", "reason", "principle", "effect", "tell"}));
  RulingDraft ruling;
  RETURN_IF_ERROR(ReadOutcome(*object, ruling));
  RETURN_IF_ERROR(ReadReasons(*object, ruling));
  if (const Literal* tell = object->Find("tell")) RETURN_IF_ERROR(ReadTell(*tell, ruling));
  return ruling;
}

}  // namespace chancery
