// Registers that were really kept: where their data lies, and how its files are read. The data is not part of this repository.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace chancery::histories {

// $CHANCERY_DATA, else the folder shared/data beside the checkout.
std::string DataPath(std::string_view name);
bool HasData(std::string_view name);

// The whole file, unpacked where it is gzip. Ends the test program if it cannot be read.
std::string ReadAll(const std::string& path);

// Rows of cells, without the spaces around them; empty lines are left out.
std::vector<std::vector<std::string>> ReadCsv(const std::string& path);

}  // namespace chancery::histories

// First statement of a test that needs data/NAME.
#define NEEDS_DATA(name)                                                                       \
  if (!HasData(name))                                                                          \
  GTEST_SKIP() << "NOT TESTED: the real history " << (name) << " is not at " << DataPath(name) \
               << ". Put the data into shared/data beside the checkout, or name its folder in CHANCERY_DATA."
