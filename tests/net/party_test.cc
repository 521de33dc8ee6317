// One exchange, without a network: what is offered, what is taken, when it ends.
#include "net/sync/party.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "net/sync/hello.h"
#include "tests/net/meet.h"

namespace chancery {
namespace {

using sync::Offer;
using sync::Party;

struct Exchange : testing::Test {
  Site tallinn = Founded("tallinn"), luxembourg = Joined("luxembourg", tallinn);
};

TEST_F(Exchange, BringsBothWhatTheOtherLacks) {
  Meet(tallinn, luxembourg);
  ASSERT_TRUE(luxembourg.status().admitted);
  Ok(tallinn->File(Parcel("1", "Mari")));
  Ok(luxembourg->File(Parcel("2", "Jaan")));
  Meet(luxembourg, tallinn);
  EXPECT_EQ(tallinn.now().Frontier(), luxembourg.now().Frontier());
  EXPECT_EQ(tallinn.digests(), luxembourg.digests());
  EXPECT_EQ(Ok(luxembourg.now().Value("parcel/1/owner")), Literal("Mari"));
  EXPECT_EQ(Ok(tallinn.now().Value("parcel/2/owner")), Literal("Jaan"));
}

TEST_F(Exchange, OnAnOpenSessionIsOneRoundAndSendsTheDifferenceAlone) {
  for (int i = 0; i < 500; ++i) Ok(tallinn->File(Parcel(std::to_string(i), "Mari")));
  Party a(*tallinn.db, 1'000'000), b(*luxembourg.db, 1'000'000);
  Meet(a, b);
  a.ForgetGains();
  for (int i = 0; i < 10; ++i) Ok(tallinn->File(Sale(std::to_string(i), "Jaan")));
  const Offer offer = Ok(a.Begin(sync::kRoomFirst));
  size_t bytes = offer.cosignatures.size();
  for (const std::string& run : offer.runs) bytes += run.size();
  EXPECT_LT(bytes, 1200u);
  Ok(a.Answer(Ok(b.Answer(offer, sync::kRoomFirst)), sync::kRoomFirst));
  EXPECT_EQ(b.gains().taken, 510u + 1u);  // and the admission
  EXPECT_EQ(tallinn.digests(), luxembourg.digests());
}

// Each site calls the other: what came in by one of the two sessions does not go back by the other.
TEST_F(Exchange, SendsNothingBackToWhoBroughtIt) {
  const auto heard = std::make_shared<sync::Heard>();
  Party a(*tallinn.db, 1'000'000), called(*luxembourg.db, 1'000'000, "", heard), calling(*luxembourg.db, 1'000'000, "", heard);
  Party b(*tallinn.db, 1'000'000);
  Meet(a, called);
  Meet(calling, b);
  for (int i = 0; i < 100; ++i) Ok(tallinn->File(Parcel(std::to_string(i), "Mari")));
  Meet(a, called);
  const Offer offer = Ok(calling.Begin(sync::kRoomFirst));
  EXPECT_TRUE(offer.runs.empty());
}

// Two neighbours of a third site: each has heard from it what the other would tell.
TEST_F(Exchange, AsksBeforeItSendsMuchThatIsOfOthers) {
  Meet(tallinn, luxembourg);
  const Site tartu = Joined("tartu", tallinn);
  Meet(tartu, tallinn);
  Party a(*tallinn.db, 1'000'000), b(*luxembourg.db, 1'000'000);
  Meet(a, b);
  for (uint64_t i = 0; i < sync::kUnaskedMost; ++i) Ok(tartu->File(Parcel(std::to_string(i), "Olev")));
  Ok(tallinn->Ingest(Ok(tartu.now().RunsSince(tallinn.now().Frontier()))));
  EXPECT_FALSE(Ok(a.Begin(sync::kRoomFirst)).runs.empty()) << "little is sent at once";
  Ok(tartu->File(Parcel("more", "Olev")));
  Ok(tallinn->Ingest(Ok(tartu.now().RunsSince(tallinn.now().Frontier()))));
  EXPECT_TRUE(Ok(a.Begin(sync::kRoomFirst)).runs.empty());
  Meet(a, b);
  EXPECT_EQ(tallinn.digests(), luxembourg.digests());
}

TEST_F(Exchange, NoOfferHoldsMoreThanItsRoomAndOneRun) {
  for (int i = 0; i < 2000; ++i)
    Ok(tallinn->File(Parcel(std::to_string(i), std::string(400, 'a' + i % 26) + std::to_string(i * 7919))));
  Party a(*luxembourg.db, 0), b(*tallinn.db, 0);
  const size_t room = 1024;
  size_t largest = 0;
  Offer offer = Ok(a.Begin(room));
  do {
    const Offer reply = Ok(b.Answer(offer, room));
    size_t before_last = 0;
    for (size_t i = 0; i + 1 < reply.runs.size(); ++i) before_last += reply.runs[i].size();
    largest = std::max(largest, before_last);
    offer = Ok(a.Answer(reply, room));
  } while (!a.Done());
  EXPECT_LT(largest, room);
  EXPECT_GT(b.gains().sent, 2u) << "one offer: nothing was tested";
  EXPECT_EQ(tallinn.digests(), luxembourg.digests());
}

TEST_F(Exchange, CutOffAtAnyOfferIsGoneOnWith) {
  for (int i = 0; i < 1500; ++i)
    Ok(tallinn->File(Parcel(std::to_string(i), std::string(300, 'a' + i % 26) + std::to_string(i * 7919))));
  uint64_t before = 0;
  for (int cut = 0; cut < 100; ++cut) {
    Party a(*luxembourg.db, 0), b(*tallinn.db, 0);
    Ok(a.Answer(Ok(b.Answer(Ok(a.Begin(1024)), 1024)), 1024));  // and its next offer is lost
    const uint64_t held = luxembourg.status().entries;
    if (held >= tallinn.status().entries) break;
    EXPECT_GT(held, before);
    before = held;
  }
  Meet(luxembourg, tallinn);
  EXPECT_EQ(tallinn.digests(), luxembourg.digests());
}

TEST_F(Exchange, CarriesTheLanesOfThirdSites) {
  Meet(tallinn, luxembourg);
  const Site tartu = Joined("tartu", tallinn);
  Meet(tartu, tallinn);
  Ok(tartu->File(Parcel("3", "Olev")));
  Meet(tartu, tallinn);
  Meet(luxembourg, tallinn);
  EXPECT_EQ(Ok(luxembourg.now().Value("parcel/3/owner")), Literal("Olev"));
}

TEST_F(Exchange, SettlesTheOrderAndComesToRest) {
  Meet(tallinn, luxembourg);
  Ok(tallinn->File(Parcel("1", "Mari")));
  Party a(*tallinn.db, 0), b(*luxembourg.db, 0);
  int rounds = 0;
  for (int i = 0; i < 10; ++i) rounds = Meet(a, b);
  EXPECT_EQ(rounds, 1);
  EXPECT_TRUE(a.gains().compared && a.gains().equal);
}

TEST_F(Exchange, EndsAlthoughBothKeepFiling) {
  Party a(*tallinn.db, 0), b(*luxembourg.db, 0);
  Meet(a, b);
  Offer offer = Ok(a.Begin(sync::kRoomFirst));
  int rounds = 0;
  do {
    Ok(tallinn->File(Parcel("t" + std::to_string(rounds), "Mari")));
    Ok(luxembourg->File(Parcel("l" + std::to_string(rounds), "Jaan")));
    offer = Ok(a.Answer(Ok(b.Answer(offer, sync::kRoomFirst)), sync::kRoomFirst));
  } while (!a.Done() && ++rounds < 200);
  EXPECT_LT(rounds, 20);
  EXPECT_GE(rounds, sync::kRoundsAfter);
}

TEST_F(Exchange, WhatWaitsIsHeldToTheRoomToo) {
  Meet(tallinn, luxembourg);
  Ok(tallinn->File(Parcel("lost", "Mari")));
  std::vector<std::string> late;
  for (const char* key : {"1", "2", "3"}) {
    const std::string before = tallinn.now().Frontier();
    Ok(tallinn->File(Parcel(key, "Jaan")));
    for (std::string& run : Ok(tallinn.now().RunsSince(before))) late.push_back(std::move(run));
  }
  ASSERT_EQ(Ok(luxembourg->Ingest(late)).waiting, 3u);
  const std::string all = luxembourg.now().Frontier();
  EXPECT_EQ(Ok(luxembourg.now().RunsSince(all)).size(), 3u);
  EXPECT_EQ(Ok(luxembourg.now().RunsSince(all, 1)).size(), 1u);
  Meet(tallinn, luxembourg);
  EXPECT_EQ(tallinn.digests(), luxembourg.digests());
}

// A peer that sends what cannot be merged yet has a share of the room for it, and no more.
TEST_F(Exchange, OfOnePeerOnlySoMuchIsKeptThatWaits) {
  Meet(tallinn, luxembourg);
  Ok(tallinn->File(Parcel("lost", "Mari")));
  Offer offer{.state = Ok(sync::ReadState(tallinn.now())), .runs = {}, .cosignatures = {}};
  for (int i = 0; i < 5; ++i) {
    const std::string before = tallinn.now().Frontier();
    Ok(tallinn->File(Parcel(std::to_string(i), "Jaan")));
    for (std::string& run : Ok(tallinn.now().RunsSince(before))) offer.runs.push_back(std::move(run));
  }
  const auto heard = std::make_shared<sync::Heard>();
  Party here(*luxembourg.db, 1'000'000, "tallinn", heard, 3);
  Ok(here.Answer(offer, sync::kRoomFirst));
  EXPECT_EQ(luxembourg.status().waiting, 3u);
  EXPECT_EQ(here.gains().left_out, 2u);
  EXPECT_EQ(here.gains().entries, 5u);
  EXPECT_EQ(sync::CostOf(offer).checks, 5u);
  Ok(here.Answer(offer, sync::kRoomFirst));
  EXPECT_EQ(luxembourg.status().waiting, 3u);
  Meet(luxembourg, tallinn);
  EXPECT_EQ(luxembourg.status().waiting, 0u);
  EXPECT_EQ(tallinn.digests(), luxembourg.digests());
}

TEST(Allowance, WhoAsksForMoreWaitsForIt) {
  sync::Allowance allowance({.bytes = 1000, .entries = 10, .checks = 1});
  const int64_t now = 1'000'000;
  EXPECT_EQ(allowance.WaitMs(now), 0);
  allowance.Spend({.bytes = 10'000}, now);
  EXPECT_EQ(allowance.WaitMs(now), 0) << "ten seconds were saved";
  allowance.Spend({.bytes = 500}, now);
  EXPECT_EQ(allowance.WaitMs(now), 500);
  allowance.Spend({.bytes = 0, .entries = 0, .checks = 12}, now);
  EXPECT_EQ(allowance.WaitMs(now), 2000) << "what there is least of";
  EXPECT_EQ(allowance.WaitMs(now + 1500), 500);
  EXPECT_EQ(allowance.WaitMs(now + 2000), 0);
  allowance.Set({.bytes = 1000, .entries = 10, .checks = 1000});
  allowance.Spend({.checks = 1000}, now + 100'000);
  EXPECT_EQ(allowance.WaitMs(now + 100'000), 0);
}

TEST_F(Exchange, TwoSalesAreOneCaseAtBoth) {
  Ok(tallinn->File(Parcel("1", "Mari")));
  Meet(tallinn, luxembourg);
  Ok(tallinn->File(Sale("1", "Jaan")));
  Ok(luxembourg->File(Sale("1", "Liis")));
  Party a(*tallinn.db, 0), b(*luxembourg.db, 0);
  Meet(a, b);
  EXPECT_EQ(a.gains().opened, 1u);
  EXPECT_EQ(b.gains().opened, 1u);
  EXPECT_EQ(tallinn.digests(), luxembourg.digests());
}

// Where the lanes stay the same: with a new one all go again, since who did not know a signer has not kept its words.
TEST_F(Exchange, ACosignatureGoesOverASessionOnce) {
  Meet(tallinn, luxembourg);
  Ok(luxembourg->File(Parcel("own", "Jaan")));
  Meet(tallinn, luxembourg);
  Party a(*tallinn.db, 0), b(*luxembourg.db, 0);
  std::map<std::string, int> sent;
  const auto note = [&sent](const Offer& offer) {
    for (size_t at = 8; at < offer.cosignatures.size(); at += 128) ++sent[offer.cosignatures.substr(at, 128)];
  };
  for (int turn = 0; turn < sync::kAgainFirst; ++turn) {
    Ok(tallinn->File(Parcel("turn" + std::to_string(turn), "Mari")));
    Offer offer = Ok(a.Begin(sync::kRoomFirst));
    do {
      const Offer reply = Ok(b.Answer(offer, sync::kRoomFirst));
      note(offer);
      note(reply);
      offer = Ok(a.Answer(reply, sync::kRoomFirst));
    } while (!a.Done());
  }
  EXPECT_EQ(Ok(tallinn.now().Cosignatures()), Ok(luxembourg.now().Cosignatures()));
  EXPECT_GE(sent.size(), size_t{sync::kAgainFirst}) << "too few: nothing was tested";
  for (const auto& [one, times] : sent) EXPECT_EQ(times, 1);
}

TEST(Cosigned, IsSentAgainOnceItWasNotKept) {
  const std::string head = "CHCOSIG1", one(128, 'a'), two = std::string(64, 'b') + std::string(64, 'c');
  sync::Cosigned cosigned;
  EXPECT_EQ(cosigned.NewIn(head + one), head + one);
  cosigned.Add(head + one);  // the offer was answered
  EXPECT_EQ(cosigned.NewIn(head + one), "");
  cosigned.Add(head + two);
  EXPECT_EQ(cosigned.NewIn(head + one + two), "");
  cosigned.Clear();
  EXPECT_EQ(cosigned.NewIn(head + one + two), head + one + two);
  cosigned.Add("rub");
  EXPECT_EQ(cosigned.NewIn(""), "");
}

TEST_F(Exchange, RubbishIsRefusedAndLosesNothing) {
  Meet(tallinn, luxembourg);
  const std::string before = tallinn.digests();
  Offer offer{.state = Ok(sync::ReadState(luxembourg.now())), .runs = {"rubbish", ""}, .cosignatures = {}};
  EXPECT_FALSE(Party(*tallinn.db, 0).Answer(offer, 1024).ok());
  offer.runs.clear();
  offer.cosignatures = "rubbish";
  EXPECT_EQ(Party(*tallinn.db, 0).Answer(offer, 1024).status().code(), absl::StatusCode::kInvalidArgument);
  offer.cosignatures.clear();
  for (const std::string& heads : {std::string("rubbish"), std::string(9, '\xff'), std::string(40, '\1')}) {
    offer.heads = heads;
    EXPECT_EQ(Party(*tallinn.db, 0).Answer(offer, 1024).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(tallinn.digests(), before);
}

// Who does not know of doubts sends the same again: then it is an error, as ever.
TEST_F(Exchange, DoubtsAreSaidOnce) {
  Meet(tallinn, luxembourg);
  Ok(tallinn->File(Parcel("1", "Mari")));
  Offer offer{.state = Ok(sync::ReadState(tallinn.now())),
              .runs = Ok(tallinn.now().RunsSince(luxembourg.now().Frontier())),
              .cosignatures = {}};
  offer.runs[0][offer.runs[0].size() / 2] ^= 1;
  Party here(*luxembourg.db, 1'000'000);
  EXPECT_TRUE(Ok(here.Answer(offer, 1024)).doubts);
  EXPECT_FALSE(here.Done());
  EXPECT_EQ(here.Answer(offer, 1024).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(Exchange, RecordsThatDifferAtEqualFrontiersAreTold) {
  Meet(tallinn, luxembourg);
  sync::State state = Ok(sync::ReadState(luxembourg.now()));
  state.digest[0] = state.digest[0] == '0' ? '1' : '0';
  Party a(*tallinn.db, 0);
  Ok(a.Answer({.state = state, .runs = {}, .cosignatures = {}}, 1024));
  EXPECT_TRUE(a.gains().compared);
  EXPECT_FALSE(a.gains().equal);
}

// Documents: what entries name goes along.
struct Papers : Exchange {
  Papers() { Meet(tallinn, luxembourg); }
  static ByteSource Source(const std::string& bytes) {
    return [bytes](uint64_t offset, char* at, size_t room) -> absl::StatusOr<size_t> {
      const size_t n = std::min<size_t>(room, bytes.size() - std::min<size_t>(offset, bytes.size()));
      return bytes.copy(at, n, n > 0 ? offset : 0);
    };
  }
  static std::string Bytes(size_t size) {
    std::string bytes(size, 0);
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 16);
    return bytes;
  }
  static std::string Put(const Site& at, const std::string& parcel, const std::string& bytes) {
    const BlobView blob = Ok(at->PutBlob(Source(bytes)));
    Ok(at->File(Parcel(parcel, "Mari").Set("plan", blob.Value())));
    return blob.sha256;
  }
  static std::string At(const Site& site, const std::string& sha256) {
    std::string bytes;
    const absl::Status read = site.now().ReadBlob(sha256, [&bytes](std::string_view more) {
      bytes += more;
      return absl::OkStatus();
    });
    return read.ok() ? bytes : "";
  }
  static int Parts(const Site& site) {
    std::error_code none;
    return static_cast<int>(std::distance(std::filesystem::directory_iterator(*site.dir / "store/incoming", none), {}));
  }
};

TEST_F(Papers, GoBothWaysInPiecesOfTheRoom) {
  const std::string large = Bytes(700'000), small = Bytes(1000);
  const std::string a = Put(tallinn, "1", large), b = Put(luxembourg, "2", small), c = Put(luxembourg, "3", "");
  Party caller(*tallinn.db, 0), called(*luxembourg.db, 0);
  Offer offer = Ok(caller.Begin(sync::kRoomMin));
  size_t most = 0;
  for (int rounds = 0; !caller.Done() && rounds < 100; ++rounds) {
    const Offer reply = Ok(called.Answer(offer, sync::kRoomMin));
    offer = Ok(caller.Answer(reply, sync::kRoomMin));
    size_t bytes = 0;
    for (const sync::Piece& piece : offer.documents.pieces) bytes += piece.bytes.size();
    most = std::max(most, bytes);
  }
  EXPECT_TRUE(caller.Done());
  EXPECT_EQ(most, sync::kRoomMin);
  EXPECT_EQ(At(luxembourg, a), large);
  EXPECT_EQ(At(tallinn, b), small);
  EXPECT_TRUE(tallinn.now().MissingBlobs()->empty()) << "the empty one too: " << c;
  EXPECT_EQ(called.gains().documents, 1u);
  EXPECT_EQ(caller.gains().documents, 2u);
  EXPECT_EQ(Parts(luxembourg) + Parts(tallinn), 0);
}

TEST_F(Papers, WhatHasComeOfOneIsGoneOnWith) {
  const std::string large = Bytes(400'000);
  const std::string name = Put(tallinn, "1", large);
  uint64_t from = 0;
  for (int cut = 0; cut < 20 && At(luxembourg, name).empty(); ++cut) {  // two offers a link, then it breaks
    Party a(*luxembourg.db, 0, "tallinn"), b(*tallinn.db, 0);
    Offer offer = Ok(a.Begin(sync::kRoomMin));
    for (int i = 0; i < 2; ++i) offer = Ok(a.Answer(Ok(b.Answer(offer, sync::kRoomMin)), sync::kRoomMin));
    if (offer.documents.wanted.empty()) continue;
    EXPECT_GT(offer.documents.wanted[0].from, from);
    from = offer.documents.wanted[0].from;
  }
  EXPECT_EQ(At(luxembourg, name), large);
  EXPECT_GT(from, 0u);
  EXPECT_EQ(Parts(luxembourg), 0);
}

TEST_F(Papers, ThatDoNotHoldAreNotStoredAndNotAskedForAgain) {
  for (const size_t size : {size_t{1000}, size_t{200'000}}) {
    const std::string name = Put(tallinn, std::to_string(size), Bytes(size));
    Party a(*luxembourg.db, 0), b(*tallinn.db, 0);
    Offer offer = Ok(a.Begin(sync::kRoomFirst));
    for (int rounds = 0; !a.Done() && rounds < 20; ++rounds) {
      Offer reply = Ok(b.Answer(offer, sync::kRoomFirst));
      for (sync::Piece& piece : reply.documents.pieces) piece.bytes[piece.bytes.size() / 2] ^= 1;
      offer = Ok(a.Answer(reply, sync::kRoomFirst));
    }
    EXPECT_TRUE(a.Done());
    EXPECT_EQ(a.gains().damaged, 1u);
    EXPECT_EQ(At(luxembourg, name), "");
    EXPECT_EQ(Parts(luxembourg), 0);
    Meet(luxembourg, tallinn);
    EXPECT_EQ(At(luxembourg, name), Bytes(size)) << "from who has it";
  }
}

// A process that ended between the last piece and the commit.
TEST_F(Papers, APartThatIsWholeAlreadyIsFetchedAnew) {
  const std::string bytes = Bytes(200'000);
  const std::string name = Put(tallinn, "1", bytes);
  std::filesystem::create_directory(*luxembourg.dir / "store/incoming");
  std::ofstream(*luxembourg.dir / ("store/incoming/tallinn." + name)) << Bytes(200'001);
  Party a(*luxembourg.db, 0, "tallinn"), b(*tallinn.db, 0);
  Meet(a, b);
  EXPECT_EQ(At(luxembourg, name), bytes);
  EXPECT_EQ(a.gains().damaged, 0u);
}

TEST_F(Papers, APieceThatIsNotAskedForIsLeft) {
  const std::string bytes = Bytes(500);
  const std::string name = Ok(tallinn->PutBlob(Source(bytes))).sha256;  // no entry names it
  Offer offer{.state = Ok(sync::ReadState(tallinn.now())), .runs = {}, .cosignatures = {}};
  offer.documents.pieces = {{name, 0, bytes}};
  Ok(Party(*luxembourg.db, 0).Answer(offer, sync::kRoomFirst));
  EXPECT_EQ(At(luxembourg, name), "");
}

TEST_F(Papers, WhatNeitherHasEndsTheExchangeAndComesByAThird) {
  const std::string name = Put(tallinn, "1", Bytes(100));
  Ok(luxembourg->Ingest(Ok(tallinn.now().RunsSince("0"))));
  const Site tartu = Joined("tartu", luxembourg);
  ASSERT_EQ(At(tartu, name), "");
  EXPECT_LT(Meet(tartu, luxembourg), 10) << "neither has it";
  Meet(luxembourg, tallinn);
  Meet(tartu, luxembourg);
  EXPECT_EQ(At(tartu, name), Bytes(100));
}

struct Greeting : Exchange {
  absl::Status At(const Site& here, const std::string& peer, const sync::Hello& hello) {
    return sync::Welcome(*here.db, peer, hello);
  }
};

TEST_F(Greeting, AMemberIsWelcomeAtBothEnds) {
  EXPECT_EQ(At(tallinn, "luxembourg", Ok(sync::OwnHello(*luxembourg.db))), absl::OkStatus());
  EXPECT_EQ(At(luxembourg, "tallinn", Ok(sync::OwnHello(*tallinn.db))), absl::OkStatus());
}

TEST_F(Greeting, AnotherRegistryIsRefused) {
  const Site other = Founded("luxembourg");
  const absl::Status refused = At(tallinn, "luxembourg", Ok(sync::OwnHello(*other.db)));
  EXPECT_NE(refused.message().find("another registry"), absl::string_view::npos) << refused;
}

TEST_F(Greeting, AnotherProtocolIsRefused) {
  sync::Hello hello = Ok(sync::OwnHello(*luxembourg.db));
  hello.protocol = hello.oldest = 9;
  const absl::Status refused = At(tallinn, "luxembourg", hello);
  EXPECT_NE(refused.message().find("protocol 9"), absl::string_view::npos) << refused;
}

TEST_F(Greeting, AnUnknownKeyAndABorrowedNameAreRefused) {
  sync::Hello hello = Ok(sync::OwnHello(*luxembourg.db));
  EXPECT_NE(At(tallinn, "tartu", hello).message().find("says that it is site luxembourg"), absl::string_view::npos);
  hello.lane = std::string(16, 'x');
  EXPECT_NE(At(tallinn, "luxembourg", hello).message().find("not admitted"), absl::string_view::npos);
  hello.lane = Ok(sync::OwnHello(*tallinn.db)).lane;
  EXPECT_NE(At(tallinn, "luxembourg", hello).message().find("a copy"), absl::string_view::npos);
}

TEST_F(Greeting, AnEndedSiteIsRefused) {
  Meet(tallinn, luxembourg);
  const Site tartu = Joined("tartu", tallinn);
  for (int i = 0; i < 8; ++i) Meet(tartu, tallinn), Meet(luxembourg, tallinn);
  Ok(tallinn->ProposeEnd("tartu"));
  for (int i = 0; i < 8; ++i) Meet(luxembourg, tallinn), Meet(tartu, tallinn);
  ASSERT_TRUE(tartu.status().ended) << "the vote has not come to an end";
  const absl::Status refused = At(tallinn, "tartu", Ok(sync::OwnHello(*tartu.db)));
  EXPECT_NE(refused.message().find("have ended the lane"), absl::string_view::npos) << refused;
}

}  // namespace
}  // namespace chancery
