// A registry of two sites, `ours` and `theirs`, that know the same base and then file apart until they merge.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "chancery/chancery.h"
#include "net/drill/sites.h"
#include "tests/histories/data.h"

namespace chancery::histories {

// The value, or the end of the test program with what went wrong.
template <class T>
T Ok(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::cerr << "the history ends here: " << result.status().ToString() << "\n";
    std::abort();
  }
  return *std::move(result);
}

inline std::string AddressOf(const std::string& reg, const std::string& key) {
  return Address{.reg = reg, .key = key, .field = "", .member = ""}.Text();
}

class TwoSites {
 public:
  // pack: a file of this folder.
  explicit TwoSites(const std::string& pack) {
    const absl::Status founded =
        sites_.Found({"ours", "theirs"}, {{pack, ReadAll(absl::StrCat(CHANCERY_SOURCE_DIR, "/tests/histories/", pack))}});
    if (!founded.ok()) Ok<int>(founded);
  }

  Database& ours() { return *sites_.Of("ours").db; }
  Database& theirs() { return *sites_.Of("theirs").db; }

  // Each takes the other's runs. They are then equal in all that is derived.
  void Merge() {
    Ok(sites_.Sync());
    const StatusView a = Ok(Ok(ours().Read()).Status()), b = Ok(Ok(theirs().Read()).Status());
    EXPECT_EQ(a.frontier, b.frontier);
    EXPECT_EQ(a.digest, b.digest);
    EXPECT_EQ(a.docket, b.docket);
    EXPECT_EQ(b.waiting, 0u);
  }

 private:
  drill::Sites sites_;
};

// Files every draft; none may be refused.
inline std::vector<Receipt> FileEach(Database& site, const std::vector<Draft>& drafts) {
  std::vector<Receipt> receipts;
  for (absl::StatusOr<Receipt>& filed : site.FileAll(drafts)) receipts.push_back(Ok(std::move(filed)));
  return receipts;
}

// "RULE SUBJECT" of every case that waits for a person.
inline std::set<std::string> OpenCases(const Snapshot& now) {
  std::set<std::string> open;
  for (const CaseView& one : Ok(now.Cases({.open_only = true, .rule = "", .reg = ""}))) {
    open.insert(absl::StrCat(one.rule, " ", one.subject));
  }
  return open;
}

}  // namespace chancery::histories
