// One process holds a store; the next one is told which.
#include <gtest/gtest.h>
#include <unistd.h>

#include "chancery/chancery.h"
#include "tests/e2e/run.h"

namespace chancery::e2e {
namespace {

TEST(Lock, NamesWhoHoldsTheStore) {
  const Land land;
  absl::StatusOr<std::unique_ptr<Database>> db = Database::Open(land / "tallinn");
  ASSERT_TRUE(db.ok()) << db.status();
  const std::string holder = "locked by pid " + std::to_string(getpid()) + ", command ";

  const Result status = land.Do({"status"});
  EXPECT_EQ(status.code, 8);
  const size_t at = status.err.find(holder);
  ASSERT_NE(at, std::string::npos) << status.err;
  EXPECT_NE(status.err.find("e2e_test", at), std::string::npos) << "this program's own name: " << status.err;
  EXPECT_NE(status.err.find("\n   try: "), std::string::npos) << status.err;

  const Result filed = land.Json({"file"}, Create("1", "Mari"));
  EXPECT_EQ(filed.code, 8);
  EXPECT_EQ(filed.Last("error").Find("code")->integer, 8);
  EXPECT_NE(filed.Last("error").Find("message")->text.find(holder), std::string::npos) << filed.out;

  db->reset();
  EXPECT_EQ(land.Do({"file"}, Create("1", "Mari")).code, 0) << "whoever comes later finds it free";
}

TEST(Lock, IsGoneWithACommandThatIsKilled) {
  const Land land;
  const Result script = RunShell(
      "mkfifo fifo; exec 3<>fifo; $CHANCERY --store tallinn file - <fifo & holder=$!; echo $holder; sleep 1;"
      "$CHANCERY --store tallinn status && exit 1; kill -9 $holder; wait; $CHANCERY -q --store tallinn status --check",
      land / "");
  EXPECT_EQ(script.code, 0) << script.err;
  const std::string pid = script.out.substr(0, script.out.find('\n'));
  EXPECT_NE(script.err.find("locked by pid " + pid + ", command "), std::string::npos) << script.err;
  EXPECT_NE(script.err.find("--store tallinn file -\n"), std::string::npos) << "the command as it was called: " << script.err;
}

}  // namespace
}  // namespace chancery::e2e
