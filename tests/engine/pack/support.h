// Short ways to parse a pack in a test.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/pack/pack.h"

namespace chancery {

inline PackDef Parsed(std::string_view toml, const std::vector<PackDef>& loaded = {}) {
  absl::StatusOr<PackDef> pack = ParsePack(toml, "land.toml", loaded);
  EXPECT_TRUE(pack.ok()) << pack.status().message();
  return pack.ok() ? *std::move(pack) : PackDef();
}

// The message of the refusal; every refusal of a pack has the kind `pack` and says what to try next.
inline std::string Refused(std::string_view toml, const std::vector<PackDef>& loaded = {}) {
  const absl::StatusOr<PackDef> pack = ParsePack(toml, "land.toml", loaded);
  EXPECT_FALSE(pack.ok()) << "accepted: " << toml;
  if (pack.ok()) return "";
  const std::optional<Refusal> refusal = RefusalOf(pack.status());
  EXPECT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->kind, "pack");
  EXPECT_NE(refusal->next, "");
  return refusal->message;
}

inline std::string With(std::string_view rest) { return "[pack]\nname = \"land\"\nversion = 1\n" + std::string(rest); }

// A register `r` with the fields given, from line 5 on.
inline std::string Fields(std::string_view fields, std::string_view rules = "") {
  return With("[register.r.fields]\n") + std::string(fields) + "\n" + std::string(rules);
}

}  // namespace chancery
