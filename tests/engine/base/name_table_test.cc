#include "engine/base/name_table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace chancery {
namespace {

TEST(NameTable, FindsWhatWasAddedAndNothingElse) {
  std::set<std::string> names = {"a", "ab", "abc", "abcd", "abcdefg", "abcdefgh", "abcdefghi"};
  for (int i = 0; i < 300; ++i) names.insert("field_" + std::to_string(i) + "_of_a_register");  // of many the mark is one
  NameTable<std::string> table;
  EXPECT_EQ(table.Find("a"), nullptr);
  for (const std::string& name : names) table.Add(name, &name);
  for (const std::string& name : names) {
    EXPECT_EQ(table.Find(name), &name);
    EXPECT_EQ(table.Find(name + "x"), names.contains(name + "x") ? &*names.find(name + "x") : nullptr);
  }
  EXPECT_EQ(table.Find(""), nullptr);
}

TEST(NameTable, EqualNamesHaveEqualMarks) {
  for (size_t size = 0; size < 40; ++size) EXPECT_EQ(NameMark(std::string(size, 'x')), NameMark(std::string(size, 'x')));
  EXPECT_NE(NameMark("owner"), NameMark("owners"));
  EXPECT_NE(NameMark("a"), NameMark("aa"));
}

}  // namespace
}  // namespace chancery
