// Many filers share commits; readers see whole entries only, and never wait.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <thread>

#include "chancery/chancery.h"

namespace chancery {
namespace {

constexpr char kPack[] = R"([pack]
name = "pairs"
version = 1

[register.pair]
title = "Two fields that are always filed as one value"

[register.pair.fields]
left = { type = "integer" }
right = { type = "integer" }
)";

TEST(Threads, FileAtTheSameTimeAndEachEntryIsWhole) {
  const std::filesystem::path dir = std::filesystem::temp_directory_path() / ("chancery-threads-" + std::to_string(getpid()));
  std::filesystem::remove_all(dir);
  Environment env;
  env.reserve_bytes = 0;
  const auto db = *Database::Found(dir, {"tallinn", "", {{"pairs.toml", kPack}}, "t"}, env);
  ASSERT_TRUE(db->File(Draft().By("mari").Create("pair/shared").Set("left", 0).Set("right", 0)).ok());

  constexpr int kFilers = 8, kEach = 20;
  std::atomic<bool> filing{true};
  std::atomic<int> torn{0}, failed{0}, reads{0};
  std::vector<std::string> names[kFilers];
  std::vector<std::thread> threads;
  for (int f = 0; f < kFilers; ++f)
    threads.emplace_back([&, f] {
      for (int i = 0; i < kEach; ++i) {
        const int value = f * kEach + i;
        const auto receipt = db->File(Draft().By("mari").Record("pair/shared").Set("left", value).Set("right", value));
        if (!receipt.ok()) ++failed;
        if (receipt.ok()) names[f].push_back(receipt->short_name());
      }
    });
  std::thread reader([&] {
    while (filing) {
      const auto snapshot = db->Read();
      const auto left = snapshot->Value("pair/shared/left"), right = snapshot->Value("pair/shared/right");
      if (!left.ok() || !right.ok() || !(*left == *right)) ++torn;
      ++reads;
    }
  });
  for (std::thread& thread : threads) thread.join();
  filing = false;
  reader.join();

  EXPECT_EQ(failed, 0);
  EXPECT_EQ(torn, 0);
  EXPECT_GT(reads, 0);
  std::set<std::string> distinct;
  for (const auto& list : names) distinct.insert(list.begin(), list.end());
  EXPECT_EQ(distinct.size(), static_cast<size_t>(kFilers * kEach));
  EXPECT_EQ(db->Read()->Status()->entries, static_cast<uint64_t>(3 + kFilers * kEach));
  const std::string digest = db->Read()->Status()->digest;
  EXPECT_TRUE(db->Rebuild().ok());
  EXPECT_EQ(db->Read()->Status()->digest, digest);
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace chancery
