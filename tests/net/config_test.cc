// chancery.toml: what is read of it, what is refused, what is changed in it.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "chancery/net.h"
#include "tests/support/ok.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

const std::string kKey(32, 'a');
const std::string kShown = "aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa";

TEST(Config, ReadsPeersInTheOrderOfTheirNames) {
  const NetConfig config =
      Ok(ParseNetConfig("[serve]\nlisten = \"[::]:7420\"\n[peer.tartu]\naddress = \"t.example:1\"\nkey = \"" + kShown +
                            "\"\n[peer.riga]\naddress = \"10.0.0.1:65535\"\nkey = \"" + std::string(32, 'b') + "\"\n",
                        "x"));
  EXPECT_EQ(config.listen, "[::]:7420");
  ASSERT_EQ(config.peers.size(), 2u);
  EXPECT_EQ(config.peers[0].name, "riga");
  EXPECT_EQ(config.peers[1], (PeerConfig{"tartu", "t.example:1", kShown}));
}

TEST(Config, ReadsLimits) {
  const NetConfig config = Ok(ParseNetConfig("[limits]\npeer_entries = 7\nall_bytes = 8\npeer_kept = 9\n", "x"));
  EXPECT_EQ(config.limits.peer.entries, 7u);
  EXPECT_EQ(config.limits.all.bytes, 8u);
  EXPECT_EQ(config.limits.kept, 9u);
  EXPECT_EQ(config.limits.peer.bytes, NetLimits().peer.bytes) << "as it was";
}

TEST(Config, RefusesWithTheLine) {
  const std::string good = "address = \"a:1\"\nkey = \"" + kKey + "\"\n";
  const std::pair<std::string, const char*> kBad[] = {
      {"[serve]\nlisten = 1\n", "line 2"},
      {"[serve]\nlisten = \"a\"\n", "line 2"},
      {"[serve]\nlisten = \"a:70000\"\n", "line 2"},
      {"[serv]\n", "unknown key serv"},
      {"[serve]\n\nmetrics = \"0.0.0.0:9420\"\n", "line 3"},
      {"peer = 1\n", "peer is a table"},
      {"\n[peer.a]\nadress = \"a:1\"\n", "line 3"},
      {"[peer.a]\nkey = \"" + kKey + "\"\n", "needs address"},
      {"[peer.a]\naddress = \"a:1\"\nkey = \"abc\"\n", "needs key"},
      {"[peer.A]\n" + good, "no site's name"},
      {"[peer.a]\n" + good + "[peer.b]\n" + good, "have one key"},
      {"[peer.a\n", "line 1"},
      {"[limits]\npeer_byte = 1\n", "unknown key limits.peer_byte"},
      {"[limits]\n\nall_checks = 0\n", "line 3"},
      {"[limits]\npeer_kept = \"1\"\n", "line 2"},
  };
  for (const auto& [toml, why] : kBad) {
    const absl::Status status = ParseNetConfig(toml, "chancery.toml").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << toml;
    EXPECT_NE(status.message().find(why), absl::string_view::npos) << toml << status;
    EXPECT_TRUE(status.message().find("chancery.toml: line ") == 0) << status;
  }
}

std::string Text(const TempDir& dir) {
  std::ifstream file(dir / "chancery.toml");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(Config, AddingAndRemovingLeavesWhatAPersonWrote) {
  const TempDir dir;
  const std::string written = "# ours\n[serve]\nlisten = \"127.0.0.1:1\"   # why\n";
  std::ofstream(dir / "chancery.toml") << written;
  EXPECT_EQ(Ok(AddPeer(dir.path(), {"tartu", "t:1", kKey})).key, kShown);
  Ok(AddPeer(dir.path(), {"riga", "r:1", std::string(32, 'b')}));
  EXPECT_EQ(AddPeer(dir.path(), {"riga", "r:2", std::string(32, 'c')}).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(RemovePeer(dir.path(), "tartu"), absl::OkStatus());
  EXPECT_EQ(RemovePeer(dir.path(), "tartu").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Ok(ReadNetConfig(dir.path())).peers.size(), 1u);
  EXPECT_EQ(RemovePeer(dir.path(), "riga"), absl::OkStatus());
  EXPECT_EQ(Text(dir).rfind(written, 0), 0u) << Text(dir);
  EXPECT_TRUE(Ok(ReadNetConfig(dir.path())).peers.empty());
}

TEST(Config, TellsWhereEachSettingStands) {
  const TempDir dir;
  std::ofstream(dir / "chancery.toml") << "[serve]\n# for the collector\nmetrics = \"127.0.0.1:9420\"\n";
  Ok(AddPeer(dir.path(), {"tartu", "t:1", kKey}));
  std::string told;
  for (const ConfigValue& value : Ok(ReadConfigValues(dir.path())))
    told += value.key + " " + std::to_string(value.line) + " " + value.value + "\n";
  EXPECT_EQ(
      told,
      "serve.listen 0 127.0.0.1:7420\nlimits.peer_bytes 0 33554432\nlimits.peer_entries 0 100000\nlimits.peer_checks 0 5000\n"
      "limits.peer_kept 0 100000\nlimits.all_bytes 0 67108864\nlimits.all_entries 0 200000\nlimits.all_checks 0 "
      "10000\nserve.metrics 3 127.0.0.1:9420\npeer.tartu.address 6 t:1\npeer.tartu.key 7 " +
          kShown + "\n");
}

TEST(Config, APeerThatCannotBeIsNotAdded) {
  const TempDir dir;
  EXPECT_FALSE(AddPeer(dir.path(), {"ta\"rtu", "t:1", kKey}).ok());
  EXPECT_FALSE(AddPeer(dir.path(), {"tartu", "t:1\"\nx = 1", kKey}).ok());
  EXPECT_FALSE(AddPeer(dir.path(), {"tartu", "t:1", "key"}).ok());
  EXPECT_EQ(Text(dir), "");
}

TEST(Config, WhatNoLineCanBeTakenOutOfIsLeftToAPerson) {
  const TempDir dir;
  const std::string written = "peer = { tartu = { address = \"t:1\", key = \"" + kKey + "\" } }\n";
  std::ofstream(dir / "chancery.toml") << written;
  EXPECT_EQ(RemovePeer(dir.path(), "tartu").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Text(dir), written);
}

}  // namespace
}  // namespace chancery
