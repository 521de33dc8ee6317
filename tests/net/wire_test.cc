// Offers as bytes: what is written is read, and what no honest site sends is refused.
#include "net/rpc/wire.h"

#include <gtest/gtest.h>

#include "capnp/message.h"
#include "tests/support/ok.h"

namespace chancery {
namespace {

const std::string kName(64, 'a'), kOther(64, 'b');

sync::Offer WithDocuments(sync::Documents documents) {
  sync::Offer offer;
  offer.state.lanes = {{std::string("\x01\xff\0"
                                    "3456789abcdef",
                                    16),
                        7}};
  offer.state.digest = offer.state.docket = std::string(32, 'a');
  offer.documents = std::move(documents);
  return offer;
}

absl::StatusOr<sync::Offer> Through(const sync::Offer& offer) {
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<schema::Offer>();
  rpc::Write(offer, out);
  return rpc::Read(out.asReader());
}

TEST(Wire, CarriesDocuments) {
  const sync::Offer sent = WithDocuments({{{kName, 7}}, {{kOther, 65536, std::string("a\0b", 3)}}, {kOther}});
  const sync::Offer read = Ok(Through(sent));
  EXPECT_EQ(read.state, sent.state);
  EXPECT_EQ(read.documents.wanted, sent.documents.wanted);
  ASSERT_EQ(read.documents.pieces.size(), 1u);
  EXPECT_EQ(read.documents.pieces[0].sha256, kOther);
  EXPECT_EQ(read.documents.pieces[0].from, 65536u);
  EXPECT_EQ(read.documents.pieces[0].bytes, sent.documents.pieces[0].bytes);
  EXPECT_EQ(read.documents.absent, sent.documents.absent);
}

TEST(Wire, RefusesDocumentsThatNoSiteNames) {
  const std::string cut(62, 'a');
  EXPECT_FALSE(Through(WithDocuments({{{cut, 0}}, {}, {}})).ok());
  EXPECT_FALSE(Through(WithDocuments({{}, {{cut, 0, "a"}}, {}})).ok());
  EXPECT_FALSE(Through(WithDocuments({{}, {}, {cut}})).ok());
  EXPECT_FALSE(Through(WithDocuments({std::vector<sync::Wanted>(sync::kWantedMost + 1, {kName, 0}), {}, {}})).ok());
  EXPECT_FALSE(Through(WithDocuments({{}, {}, std::vector<std::string>(sync::kWantedMost + 1, kName)})).ok());
  EXPECT_TRUE(Through(WithDocuments({std::vector<sync::Wanted>(sync::kWantedMost, {kName, 0}), {}, {}})).ok());
}

}  // namespace
}  // namespace chancery
