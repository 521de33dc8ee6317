// One office: filing, reading, a crash, a rebuild. Read this file first.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/story/story.h"

namespace chancery {
namespace {

TEST(OneSite, FilesAnEntryAndReadsItBack) {
  Site tallinn;
  Found(tallinn, "tallinn");

  const Receipt receipt = Ok(tallinn->File(Parcel("1", "Mari").Set("number", "12/345").Add("tags", "shore")));
  EXPECT_EQ(receipt.short_name(), "tallinn-3");  // after the genesis and the pack
  EXPECT_EQ(receipt.strength, "local");          // on this machine's disk, and nowhere else yet

  const RecordView parcel = Ok(tallinn.now().Record("parcel/1"));
  EXPECT_TRUE(parcel.exists);
  EXPECT_FALSE(parcel.contested);
  EXPECT_EQ(ToJson(parcel).Find("fields")->Find("owner")->Find("value")->text, "Mari");
  EXPECT_EQ(Ok(tallinn.now().Value("parcel/1/tags")).Json(), R"(["shore"])");
  EXPECT_TRUE(Ok(tallinn.now().Value("parcel/1/remark")).null());  // never set

  const EntryView entry = Ok(tallinn.now().Entry("tallinn-3"));
  EXPECT_EQ(entry.officer, "mari");
  EXPECT_EQ(entry.basis, "notary 1/2026");
  EXPECT_EQ(entry.entry, receipt.entry());
}

// The child dies by SIGKILL while it files; nothing that it was given a receipt for may be missing.
TEST(OneSite, KeepsWhatItAcknowledgedWhenItIsKilled) {
  Site tallinn;
  tallinn.env.durable = true;
  Found(tallinn, "tallinn");
  tallinn.db.reset();

  int receipts[2];
  ASSERT_EQ(pipe(receipts), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::unique_ptr<Database> db = Ok(Database::Open(tallinn.store(), tallinn.env));
    for (int i = 1;; ++i) {
      Ok(db->File(Parcel(std::to_string(i), "Mari")));
      if (write(receipts[1], "r", 1) != 1) _exit(1);
    }
  }
  close(receipts[1]);
  int acknowledged = 0;
  for (char r; acknowledged < 20 && read(receipts[0], &r, 1) == 1;) ++acknowledged;
  ASSERT_EQ(kill(child, SIGKILL), 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  for (char r; read(receipts[0], &r, 1) == 1;) ++acknowledged;
  close(receipts[0]);

  tallinn.Reopen();
  EXPECT_GE(acknowledged, 20);
  for (int i = 1; i <= acknowledged; ++i) EXPECT_EQ(tallinn.owner("parcel/" + std::to_string(i)), "Mari") << i;
  Ok(tallinn->File(Parcel("after", "Liis")));
}

// The journal is the only truth: all other tables can be thrown away and come back as they were.
TEST(OneSite, RebuildChangesNothing) {
  Site tallinn;
  Found(tallinn, "tallinn");
  Ok(tallinn->File(Parcel("1", "Mari").Set("number", "12/345").Add("tags", "shore")));
  Ok(tallinn->File(Sale("1", "Jaan").Remove("tags", "shore")));
  const std::string digests = Digests(tallinn), frontier = tallinn.now().Frontier();

  ASSERT_TRUE(tallinn->Rebuild().ok());
  EXPECT_EQ(Digests(tallinn), digests);
  EXPECT_EQ(tallinn.now().Frontier(), frontier);
  EXPECT_EQ(tallinn.owner("parcel/1"), "Jaan");
}

}  // namespace
}  // namespace chancery
