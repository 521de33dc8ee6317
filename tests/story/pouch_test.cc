// Three offices with no link at all: what each has to say travels in a pouch, as files, in whatever order and however often.
#include <algorithm>
#include <filesystem>

#include "tests/story/story.h"

namespace chancery {
namespace {

struct Pouch : testing::Test {
  Site tallinn, tartu, luxembourg;
  std::vector<std::string> pouch;

  void SetUp() override {
    Found(tallinn, "tallinn");
    Join(tartu, "tartu", tallinn);
    Join(luxembourg, "luxembourg", tallinn);
    Ok(tallinn->File(Parcel("1", "Mari")));
    Tell(tallinn, tartu);
    Tell(tallinn, luxembourg);
  }

  static std::string Export(const Site& site, const std::string& since) { return Ok(site.now().ExportBundle(since)); }

  // Five bundles of a busy week: sales apart, an office that goes on with what it has read, a ruling.
  void Fill() {
    const std::string monday = tallinn.now().Frontier();
    Ok(tallinn->File(Sale("1", "Jaan")));
    Ok(luxembourg->File(Sale("1", "Liis")));
    Ok(tartu->File(Parcel("2", "Anu")));
    pouch.push_back(Export(tallinn, monday));
    pouch.push_back(Export(luxembourg, monday));
    Ok(tartu->ApplyBundle(pouch[0]));
    Ok(tartu->File(Draft().Record("parcel/1").Set("remark", "seen in Tartu")));
    pouch.push_back(Export(tartu, monday));
    const std::string tuesday = tallinn.now().Frontier();
    Ok(tallinn->ApplyBundle(pouch[1]));
    Ok(tallinn->Rule(Keep("parcel.owner", "parcel/1", "luxembourg-1")));
    pouch.push_back(Export(tallinn, tuesday));
    Ok(luxembourg->ApplyBundle(pouch[3]));
    Ok(luxembourg->ApplyBundle(pouch[0]));
    Ok(luxembourg->File(Draft().Record("parcel/1").Set("remark", "ruled")));
    pouch.push_back(Export(luxembourg, "luxembourg-1,tallinn-6"));
  }
};

// A reader for each of the 120 orders: all of them end with the same records and cases, and then nothing is new.
TEST_F(Pouch, FiveBundlesInAnyOrderTwice) {
  const std::string start = Export(tallinn, "0");
  Fill();
  for (const std::string& bundle : pouch) {
    for (Site* site : {&tallinn, &tartu, &luxembourg}) Ok((*site)->ApplyBundle(bundle));
  }
  EXPECT_EQ(Digests(tallinn), Digests(tartu));
  EXPECT_EQ(Digests(tallinn), Digests(luxembourg));

  std::vector<size_t> order = {0, 1, 2, 3, 4};
  size_t waited = 0;
  do {
    Site reader;
    reader.db = Ok(Database::Join(reader.store(), {.site = "reader", .role = "full", .key_seed = ""}, start, reader.env));
    for (const size_t i : order) waited += Ok(reader->ApplyBundle(pouch[i])).waiting > 0;
    ASSERT_EQ(Digests(reader), Digests(tallinn)) << testing::PrintToString(order);
    ASSERT_EQ(reader.now().Frontier(), tallinn.now().Frontier());
    for (const size_t i : order) {
      const Intake again = Ok(reader->ApplyBundle(pouch[i]));
      ASSERT_EQ(again.entries + again.opened + again.waiting + again.held, 0u);
    }
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_GT(waited, 0u);  // some came before what they build on
}

}  // namespace
}  // namespace chancery
