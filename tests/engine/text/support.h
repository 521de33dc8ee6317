// Short ways to look at refusals in a test.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "engine/base/status.h"

namespace chancery {

// "type: message" of a refusal, "CODE: message" of another error, "" of OK.
inline std::string Said(const absl::Status& status) {
  if (status.ok()) return "";
  const std::optional<Refusal> refusal = RefusalOf(status);
  if (refusal.has_value()) return refusal->kind + ": " + refusal->message;
  return absl::StatusCodeToString(status.code()) + ": " + std::string(status.message());
}

}  // namespace chancery
