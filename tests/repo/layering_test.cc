#include "tests/repo/layering.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

namespace fs = std::filesystem;

const Layers& OurLayers() {
  static const Layers layers = [] {
    std::ifstream in(fs::path(CHANCERY_SOURCE_DIR) / "docs/ARCHITECTURE.md");
    return ReadLayers(std::string(std::istreambuf_iterator<char>(in), {}));
  }();
  return layers;
}

void Write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

TEST(Layering, EveryIncludeIsInTheTableOfArchitecture) {
  std::string all;
  for (const std::string& broken : BrokenIncludes(OurLayers(), CHANCERY_SOURCE_DIR)) all += "  " + broken + "\n";
  EXPECT_TRUE(all.empty()) << "against docs/ARCHITECTURE.md, \"Who may know whom\":\n" << all;
}

TEST(Layering, TheTableNamesEveryFolderThatExistsAndNoOther) {
  const fs::path root = CHANCERY_SOURCE_DIR;
  for (const char* top : {"engine", "net"}) {
    for (const auto& entry : fs::directory_iterator(root / top)) {
      const std::string folder = top + ("/" + entry.path().filename().string());
      const bool needs_row = entry.is_directory() && !folder.ends_with("/include");
      EXPECT_TRUE(!needs_row || OurLayers().contains(folder)) << folder;
    }
  }
  for (const auto& [folder, names] : OurLayers())
    EXPECT_TRUE(fs::exists(root / folder) || fs::exists(root / (folder + ".cc"))) << folder;
}

TEST(Layering, APlantedIncludeIsFound) {
  TempDir dir;
  Write(dir / "engine/crdt/good.cc", "#include \"engine/crdt/good.h\"\n#include <vector>\n\n#include \"engine/base/bytes.h\"\n");
  EXPECT_EQ(BrokenIncludes(OurLayers(), dir.path()), std::vector<std::string>{});
  Write(dir / "engine/crdt/bad.cc", "// why\n#include <lmdb.h>\n  #  include \"engine/store/env.h\"\n#include HEADER\n");
  Write(dir / "net/cli/bad.h", "#include \"engine/base/status.h\"\n#include <capnp/message.h>\n");
  Write(dir / "tests/engine/crdt/bad_test.cc",
        "#include \"engine/crdt/cell.cc\"\n#include \"engine/codec/entry.h\"\n#include \"samples.h\"\n");
  EXPECT_EQ(BrokenIncludes(OurLayers(), dir.path()),
            (std::vector<std::string>{
                "engine/crdt/bad.cc:2: may not include lmdb", "engine/crdt/bad.cc:3: may not include engine/store/env.h",
                "engine/crdt/bad.cc:4: may not include include HEADER", "net/cli/bad.h:1: may not include engine/base/status.h",
                "net/cli/bad.h:2: may not include capnp", "tests/engine/crdt/bad_test.cc:1: may not include engine/crdt/cell.cc",
                "tests/engine/crdt/bad_test.cc:2: may not include engine/codec/entry.h"}));
}

TEST(Layering, ReadsTheTableUnderItsHeadingOnly) {
  const Layers layers = ReadLayers(
      "| folder | may include | x |\n|---|---|---|\n| wrong | a | |\n## Who may know whom\nWords.\n\n| folder | may include | "
      "must not know |\n"
      "|---|---|---|\n| `a/b` | std, c/d.h | e |\n| a, g | f | |\n\n## Next\n| folder | may include | x |\n|---|---|---|\n| "
      "later | "
      "a | |\n");
  EXPECT_EQ(layers, (Layers{{"a", {"f"}}, {"a/b", {"std", "c/d.h"}}, {"g", {"f"}}}));
  EXPECT_TRUE(MayInclude(layers, "a/b/x.cc", "f"));        // from the row above
  EXPECT_TRUE(MayInclude(layers, "a/b/x.cc", "a/b/y.h"));  // its own folder
  EXPECT_FALSE(MayInclude(layers, "a/x.cc", "c/d.h"));
  EXPECT_FALSE(MayInclude(layers, "a/bc/x.cc", "std"));
  EXPECT_TRUE(ReadLayers("no table").empty());
}

TEST(Layering, NamesIncludesAsTheTableDoes) {
  EXPECT_EQ(NameOf("vector", true), "std");
  EXPECT_EQ(NameOf("sys/stat.h", true), "std");
  EXPECT_EQ(NameOf("lmdb.h", true), "lmdb");
  EXPECT_EQ(NameOf("absl/status/status.h", false), "absl");
  EXPECT_EQ(NameOf("toml++/toml.h", true), "toml++");
  EXPECT_EQ(NameOf("record.capnp.h", true), "schemas");
  EXPECT_EQ(NameOf("chancery/types.h", true), "chancery/types.h");
  EXPECT_EQ(NameOf("types.h", false), "types.h");
}

}  // namespace
}  // namespace chancery
