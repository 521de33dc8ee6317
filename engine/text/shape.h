// Checks on the shape of what people write, and the refusals that say where it is wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "chancery/types.h"
#include "engine/base/status.h"

namespace chancery {

// "line L, column C: " of a literal that was parsed, "" of one made in code.
std::string Where(const Literal& literal);

// The literal as a message shows it: short, and never invalid text.
std::string Found(const Literal& literal);

// Refusals of kind `type` and `limit` about a literal. at: the address concerned, or "". The message begins with Where(literal).
struct Wrong {
  std::string message, at, next;
};
CHANCERY_COLD absl::Status RefuseType(const Literal& literal, Wrong wrong);
CHANCERY_COLD absl::Status RefuseLimit(const Literal& literal, Wrong wrong);

// Errors (all below): a refusal of kind `type`, or `limit`. what: the thing being read, for the message.
absl::Status CheckObject(const Literal& literal, std::string_view what, const std::vector<std::string>& known_keys);
absl::StatusOr<std::string> TextOf(const Literal& literal, std::string_view what);
absl::Status CheckWord(const Literal& literal, std::string_view what, size_t bytes_max);
absl::StatusOr<Address> AddressOf(const Literal& literal, std::string_view what);

}  // namespace chancery
