// An entry's JSON to a draft: docs/reference/entry-json.md.
#include <algorithm>
#include <array>

#include "chancery/types.h"
#include "engine/base/environment.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/text/draft_check.h"
#include "engine/text/shape.h"

namespace chancery {
namespace {

using Type = Literal::Type;
using Verb = DraftChange::Verb;

// How the argument of a verb names fields.
enum class Shape { kFields, kValues, kElements };  // ["owner"] · {"owner": VALUE} · {"tags": [ELEMENT, …]}

struct VerbForm {
  std::string_view key;
  Verb verb;
  Shape shape;
};
constexpr std::array<VerbForm, 12> kVerbs = {{{"set", Verb::kSet, Shape::kValues},
                                              {"unset", Verb::kUnset, Shape::kFields},
                                              {"add", Verb::kAdd, Shape::kElements},
                                              {"remove", Verb::kRemove, Shape::kElements},
                                              {"bump", Verb::kBump, Shape::kValues},
                                              {"move", Verb::kMove, Shape::kValues},
                                              {"transfer", Verb::kTransfer, Shape::kValues},
                                              {"file", Verb::kFile, Shape::kValues},
                                              {"strike", Verb::kStrike, Shape::kElements},
                                              {"cede", Verb::kCede, Shape::kValues},
                                              {"grant", Verb::kGrant, Shape::kValues},
                                              {"issue", Verb::kIssue, Shape::kFields}}};

// An object with exactly these keys, each a text but those marked.
absl::Status CheckParts(const Literal& v, std::string_view what, const std::vector<std::pair<std::string, Type>>& parts) {
  std::vector<std::string> keys;
  for (const auto& part : parts) keys.push_back(part.first);
  RETURN_IF_ERROR(CheckObject(v, what, keys));
  for (const auto& [key, type] : parts) {
    const Literal* part = v.Find(key);
    if (part == nullptr) return RefuseType(v, {Cat(what, " needs \"", key, "\""), "", ""});
    if (part->type == type) continue;
    const std::string_view form = type == Type::kText ? "a text" : type == Type::kInteger ? "an integer" : "a list";
    return RefuseType(*part, {Cat("\"", key, "\" of ", what, " is ", form, "; found ", Found(*part)), "", ""});
  }
  return absl::OkStatus();
}

absl::Status CheckShares(const Literal& transfer) {
  RETURN_IF_ERROR(CheckParts(transfer, "a transfer", {{"from", Type::kList}, {"to", Type::kList}}));
  for (const char* side : {"from", "to"}) {
    for (const Literal& share : transfer.Find(side)->list) {
      RETURN_IF_ERROR(CheckParts(share, "a share", {{"owner", Type::kText}, {"share", Type::kText}}));
    }
  }
  return absl::OkStatus();
}

// The shape of a verb's value, as far as it does not hang on the field's type.
absl::Status CheckValue(Verb verb, const Literal& v) {
  switch (verb) {
    case Verb::kSet:
    case Verb::kAdd:
    case Verb::kRemove:
      return v.null() ? RefuseType(v, {"null is not a value", "", "\"unset\": [FIELD] takes a value away"}) : absl::OkStatus();
    case Verb::kBump:
      return v.type == Type::kInteger ? absl::OkStatus()
                                      : RefuseType(v, {Cat("\"bump\" takes an integer; found ", Found(v)), "", ""});
    case Verb::kMove:
      return TextOf(v, "the state in \"move\"").status();
    case Verb::kStrike:
      return TextOf(v, "an id in \"strike\"").status();
    case Verb::kTransfer:
      return CheckShares(v);
    case Verb::kFile:
      return CheckParts(v, "\"file\"", {{"id", Type::kText}, {"class", Type::kText}, {"value", Type::kText}});
    case Verb::kCede:
      return CheckParts(v, "\"cede\"", {{"id", Type::kText}, {"behind", Type::kText}});
    case Verb::kGrant:
      return CheckParts(v, "\"grant\"", {{"to", Type::kText}, {"amount", Type::kInteger}});
    case Verb::kUnset:
    case Verb::kIssue:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status AddChange(DraftOp& op, Verb verb, const std::string& field, const Literal& value) {
  RETURN_IF_ERROR(CheckValue(verb, value));
  DraftChange& change = op.changes.emplace_back();
  change.verb = verb;
  change.field = field;
  change.value = value;
  return absl::OkStatus();
}

absl::Status ReadFields(const VerbForm& form, const Literal& argument, DraftOp& op) {
  if (argument.type != Type::kList) {
    return RefuseType(argument, {Cat("\"", form.key, "\" takes a list of fields; found ", Found(argument)), "", ""});
  }
  for (const Literal& name : argument.list) {
    ASSIGN_OR_RETURN(const std::string field, TextOf(name, "a field's name"));
    Literal nothing;
    nothing.line = name.line;
    nothing.column = name.column;
    RETURN_IF_ERROR(AddChange(op, form.verb, field, nothing));
  }
  return absl::OkStatus();
}

absl::Status ReadVerb(const VerbForm& form, const Literal& argument, DraftOp& op) {
  if (form.shape == Shape::kFields) return ReadFields(form, argument, op);
  if (argument.type != Type::kObject) {
    return RefuseType(argument, {Cat("\"", form.key, "\" takes an object of fields; found ", Found(argument)), "", ""});
  }
  for (const auto& [field, value] : argument.members) {
    if (form.shape == Shape::kValues) {
      RETURN_IF_ERROR(AddChange(op, form.verb, field, value));
      continue;
    }
    if (value.type != Type::kList) {
      return RefuseType(value, {Cat("\"", form.key, "\" takes a list for ", field, "; found ", Found(value)), "", ""});
    }
    for (const Literal& element : value.list) RETURN_IF_ERROR(AddChange(op, form.verb, field, element));
  }
  return absl::OkStatus();
}

absl::Status ReadOver(const Literal& over, DraftOp& op) {
  if (over.type != Type::kObject)
    return RefuseType(over, {Cat("\"over\" is an object {FIELD: ENTRY}; found ", Found(over)), "", ""});
  for (const auto& [field, entry] : over.members) {
    ASSIGN_OR_RETURN(std::string named, TextOf(entry, "the entry in \"over\""));
    const auto change =
        std::find_if(op.changes.begin(), op.changes.end(), [&f = field](const DraftChange& c) { return c.field == f; });
    if (change == op.changes.end()) {
      return RefuseType(entry, {Cat("\"over\" names ", Found(Literal(field)), ", which this operation does not write"), "", ""});
    }
    change->over = std::move(named);
  }
  return absl::OkStatus();
}

const std::vector<std::string>& OpKeys() {
  static const auto* keys = [] {
    auto* all = new std::vector<std::string>{"create", "record", "delete", "over"};
    for (const VerbForm& form : kVerbs) all->emplace_back(form.key);
    return all;
  }();
  return *keys;
}

// Which of create, record and delete the operation says, and on what.
absl::Status ReadTarget(const Literal& object, DraftOp& op) {
  constexpr std::pair<const char*, DraftOp::Verb> kTargets[] = {
      {"create", DraftOp::Verb::kCreate}, {"record", DraftOp::Verb::kRecord}, {"delete", DraftOp::Verb::kDelete}};
  const Literal* found = nullptr;
  for (const auto& [key, verb] : kTargets) {
    const Literal* address = object.Find(key);
    if (address == nullptr) continue;
    if (found != nullptr)
      return RefuseType(*address, {"an operation says one of \"create\", \"record\", \"delete\"; this one says two", "", ""});
    found = address;
    op.verb = verb;
    ASSIGN_OR_RETURN(op.record, AddressOf(*address, Cat("the record in \"", key, "\"")));
  }
  if (found == nullptr)
    return RefuseType(object, {"an operation names its record: \"create\", \"record\" or \"delete\"", "", ""});
  return absl::OkStatus();
}

absl::StatusOr<DraftOp> ReadOp(const Literal& object) {
  RETURN_IF_ERROR(CheckObject(object, "an operation", OpKeys()));
  DraftOp op;
  op.line = object.line;
  op.column = object.column;
  RETURN_IF_ERROR(ReadTarget(object, op));
  for (const auto& [key, argument] : object.members) {
    const auto form = std::find_if(kVerbs.begin(), kVerbs.end(), [&k = key](const VerbForm& f) { return f.key == k; });
    if (form != kVerbs.end()) RETURN_IF_ERROR(ReadVerb(*form, argument, op));
  }
  if (const Literal* over = object.Find("over")) RETURN_IF_ERROR(ReadOver(*over, op));
  return op;
}

absl::Status ReadFiled(const Literal& filed) {
  RETURN_IF_ERROR(CheckObject(filed, "\"filed\"", {"at", "office", "number"}));
  for (const auto& [key, value] : filed.members)
    RETURN_IF_ERROR(CheckWord(value, Cat("\"", key, "\" of \"filed\""), limits::kWordBytes));
  const Literal* at = filed.Find("at");
  int64_t ms = 0;
  if (at == nullptr || ParseTime(at->text, &ms)) return absl::OkStatus();
  return RefuseType(
      *at, {Cat("\"at\" of \"filed\" is an RFC 3339 time, for example \"2026-05-03T10:02:00Z\"; found ", Found(*at)), "", ""});
}

absl::Status CheckPremise(const Literal& premise) {
  if (premise.type == Type::kText) return AddressOf(premise, "an address in \"relied_on\"").status();
  RETURN_IF_ERROR(CheckObject(premise, "a claim in \"relied_on\"", {"rule", "value"}));
  const Literal* rule = premise.Find("rule");
  const Literal* value = premise.Find("value");
  if (rule == nullptr || value == nullptr)
    return RefuseType(premise, {"a claim in \"relied_on\" is {\"rule\": ID, \"value\": VALUE}", "", ""});
  RETURN_IF_ERROR(CheckWord(*rule, "\"rule\" of a claim", limits::kWordBytes));
  return value->null() ? RefuseType(*value, {"null is not a value", "", ""}) : absl::OkStatus();
}

absl::Status ReadReliedOn(const Literal& list, Draft& draft) {
  if (list.type != Type::kList) return RefuseType(list, {Cat("\"relied_on\" is a list; found ", Found(list)), "", ""});
  for (const Literal& premise : list.list) {
    RETURN_IF_ERROR(CheckPremise(premise));
    draft.relied_on.push_back(premise);
  }
  return absl::OkStatus();
}

absl::Status ReadOps(const Literal& list, Draft& draft) {
  if (list.type != Type::kList) return RefuseType(list, {Cat("\"ops\" is a list; found ", Found(list)), "", ""});
  if (list.list.size() > limits::kOpsPerEntry) {
    return RefuseLimit(list,
                       {absl::StrCat("an entry has at most ", limits::kOpsPerEntry, " operations; found ", list.list.size()), "",
                        "file it as several entries"});
  }
  draft.ops.reserve(list.list.size());
  for (const Literal& object : list.list) {
    ASSIGN_OR_RETURN(DraftOp op, ReadOp(object));
    draft.ops.push_back(std::move(op));
  }
  return absl::OkStatus();
}

absl::Status ReadWords(const Literal& object, Draft& draft) {
  const struct {
    const char* key;
    std::string& into;
    size_t bytes_max;
  } words[] = {{"id", draft.id, limits::kIdempotencyBytes},      {"officer", draft.officer, limits::kWordBytes},
               {"basis", draft.basis, limits::kWordBytes},       {"note", draft.note, limits::kWordBytes},
               {"corrects", draft.corrects, limits::kWordBytes}, {"reason", draft.reason, limits::kWordBytes}};
  for (const auto& word : words) {
    const Literal* value = object.Find(word.key);
    if (value == nullptr) continue;
    RETURN_IF_ERROR(CheckWord(*value, Cat("\"", word.key, "\""), word.bytes_max));
    word.into = value->text;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Draft> DraftOf(const Literal& object) {
  RETURN_IF_ERROR(
      CheckObject(object, "an entry", {"id", "officer", "basis", "filed", "relied_on", "ops", "corrects", "reason", "note"}));
  Draft draft;
  RETURN_IF_ERROR(ReadWords(object, draft));
  if (const Literal* filed = object.Find("filed")) {
    RETURN_IF_ERROR(ReadFiled(*filed));
    draft.filed = *filed;
  }
  if (const Literal* relied_on = object.Find("relied_on")) RETURN_IF_ERROR(ReadReliedOn(*relied_on, draft));
  if (const Literal* ops = object.Find("ops")) RETURN_IF_ERROR(ReadOps(*ops, draft));
  RETURN_IF_ERROR(CheckDraft(draft));
  return draft;
}

absl::StatusOr<Draft> ParseDraft(std::string_view json) {
  const absl::StatusOr<Literal> object = ParseJson(json);
  if (!object.ok()) return RefuseType(Literal(), {std::string(object.status().message()), "", ""});
  return DraftOf(*object);
}

}  // namespace chancery
