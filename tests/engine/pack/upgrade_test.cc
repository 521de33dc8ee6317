#include "tests/engine/pack/support.h"

namespace chancery {
namespace {

PackDef Version(int version, std::string_view rest, std::string_view name = "land") {
  return Parsed("[pack]\nname = \"" + std::string(name) + "\"\nversion = " + std::to_string(version) + "\n" + std::string(rest));
}

constexpr std::string_view kNow =
    "[register.r.fields]\n"
    "a = { type = \"text\" }\n"
    "g = { type = \"group\", fields = { x = \"text\" } }\n"
    "s = { type = \"set\", of = \"text\" }\n"
    "[[rule]]\nid = \"one\"\nkind = \"unique\"\non = [\"r.a\"]\n";

TEST(CheckUpgrade, AllowsWhatAddsOrOnlyChangesHowCasesAreHandled) {
  const PackDef next =
      Version(2,
              "[register.q]\n[register.r]\ntitle = \"R\"\n[register.r.fields]\n"
              "a = { type = \"text\", interim = \"none\", hold = true, officers = 2 }\n"
              "b = { type = \"date\" }\n"
              "g = { type = \"group\", fields = { x = \"text\", y = \"date\" } }\n"
              "s = { type = \"set\", of = \"text\" }\n"
              "[[rule]]\nid = \"two\"\nkind = \"unique\"\non = [\"r.b\"]\n"
              "[[rule]]\nid = \"one\"\nkind = \"unique\"\non = [\"r.a\"]\noutcome = \"notice\"\ntitle = \"One\"\n");
  EXPECT_EQ(CheckUpgrade(Version(1, kNow), next).message(), "");
}

TEST(CheckUpgrade, RefusesWhatRemovesOrChangesKind) {
  std::string now(kNow);
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = now;
    const size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    return Version(2, changed);
  };
  const std::pair<PackDef, std::string> table[] = {
      {Version(1, kNow), "the pack land is at version 1; version 1 is not higher"},
      {Version(2, kNow, "other"), "the pack other is no version of the pack land"},
      {Version(2, ""), "register r is removed"},
      {with("s = { type = \"set\", of = \"text\" }\n", ""), "field r.s is removed"},
      {with("a = { type = \"text\" }", "a = { type = \"date\" }"), "field r.a: its type changes from text to date"},
      {with("a = { type = \"text\" }", "a = { type = \"text\", merge = \"last\" }"),
       "field r.a: its merge changes from guarded to last"},
      {with("of = \"text\"", "of = \"date\""), "field r.s: its elements change from text to date"},
      {with("of = \"text\"", "of = \"text\", wins = \"remove\""), "field r.s: what wins between add and remove changes"},
      {with("x = \"text\"", "y = \"text\""), "field r.g: its member x of type text is removed or changed"},
      {with("x = \"text\"", "x = \"date\""), "field r.g: its member x of type text is removed or changed"},
      {with("id = \"one\"", "id = \"two\""), "rule one is removed"},
      {with("[\"r.a\"]\n", "[\"r.a\"]\nnormalise = \"nfkc-casefold\"\n"),
       "rule one changes what it compares; add a rule with another id instead"},
  };
  for (const auto& [next, message] : table) {
    const absl::Status status = CheckUpgrade(Version(1, kNow), next);
    ASSERT_TRUE(RefusalOf(status).has_value()) << message;
    EXPECT_EQ(RefusalOf(status)->kind, "pack");
    EXPECT_EQ(RefusalOf(status)->message, message);
  }
}

}  // namespace
}  // namespace chancery
