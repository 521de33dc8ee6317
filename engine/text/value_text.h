// Values as people write and read them: a literal to the typed, canonical value and back: docs/reference/entry-json.md.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "chancery/types.h"
#include "engine/crdt/value.h"
#include "engine/pack/pack.h"

namespace chancery {

// The value of a field (`type` = def.type) or of an element of a set (`type` = def.of). at: the address, for messages.
// Errors: a refusal `type` that names the address, the expected form and an example, or `limit` (a value over 768 KiB).
// Cost: nothing is allocated for a value that stands in the literal as it is: it borrows from it. Others lie in `arena`.
absl::StatusOr<Value> TypeValue(const FieldDef& def, FieldType type, const Literal& literal, std::string_view at, Arena& arena);

// A text that is the value of a text field as it stands.
bool IsShortText(const Literal& literal);

// Unset is null; members of groups ascending by name; a reference is its address with the key decoded.
Literal ShowValue(const Value& value);

// ShowValue as compact JSON: what values are sorted by, and the subject of a unique case.
std::string ShowJson(const Value& value);

}  // namespace chancery
