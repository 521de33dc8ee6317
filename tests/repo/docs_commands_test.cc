// Every command in README.md and docs does what its page shows, and every link leads somewhere.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/repo/console.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = CHANCERY_SOURCE_DIR;

std::vector<std::string> Pages() {
  std::vector<std::string> pages = {"README.md"};
  for (const auto& file : fs::recursive_directory_iterator(kRoot / "docs")) {
    if (file.path().extension() == ".md") pages.push_back(fs::relative(file.path(), kRoot).string());
  }
  std::sort(pages.begin(), pages.end());
  return pages;
}

std::string Text(const std::string& page) {
  std::ifstream in(kRoot / page);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += "    " + line + "\n";
  return out;
}

class Docs : public testing::TestWithParam<std::string> {};

// Exit codes 0 (done) and 3 (done, with findings) need no word; a page that shows another one asks for it with `echo $?`.
TEST_P(Docs, CommandsDoWhatThePageShows) {
  const std::vector<ConsoleCommand> commands = ReadConsole(Text(GetParam()));
  TempDir dir;
  const std::vector<CommandResult> results = RunConsole(commands, dir.path(), fs::path(CHANCERY_BINARY).parent_path().string());
  ASSERT_EQ(results.size(), commands.size()) << "the shell of " << GetParam() << " ended early";
  for (size_t i = 0; i < commands.size(); ++i) {
    SCOPED_TRACE(GetParam() + ":" + std::to_string(commands[i].line) + ": $ " + commands[i].text);
    EXPECT_EQ(Difference(commands[i].output, results[i].lines), "") << "printed:\n" << Joined(results[i].lines);
    const bool told = i + 1 < commands.size() && commands[i + 1].text == "echo $?";
    EXPECT_TRUE(told || results[i].exit_code == 0 || results[i].exit_code == 3) << "exit code " << results[i].exit_code;
  }
}

TEST_P(Docs, LinksLeadSomewhere) {
  const std::string text = Text(GetParam());
  const std::regex link(R"(\]\(([^)#:\s]+)(#[^)\s]*)?\))");
  for (std::sregex_iterator it(text.begin(), text.end(), link), end; it != end; ++it) {
    EXPECT_TRUE(fs::exists(kRoot / fs::path(GetParam()).parent_path() / (*it)[1].str()))
        << GetParam() << " links to " << (*it)[1];
  }
}

std::string TestName(const testing::TestParamInfo<std::string>& page) {
  std::string name = page.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Pages, Docs, testing::ValuesIn(Pages()), TestName);

TEST(DocsTest, PagesWithCommandsAreFound) {
  EXPECT_FALSE(ReadConsole(Text("README.md")).empty());
  EXPECT_GE(ReadConsole(Text("docs/tutorial.md")).size(), 10u);
}

TEST(DocsTest, ReadsCommandsWithTheirOutput) {
  const std::vector<ConsoleCommand> commands =
      ReadConsole("text\n```console\n$ cat > a <<'END'\n$ x\nEND\n$ echo b \\\n   c\nb c\n\n```\n$ not this\n");
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].line, 3);
  EXPECT_EQ(commands[0].text, "cat > a <<'END'\n$ x\nEND");
  EXPECT_TRUE(commands[0].output.empty());
  EXPECT_EQ(commands[1].text, "echo b \\\n   c");
  EXPECT_EQ(commands[1].output, std::vector<std::string>{"b c"});
}

TEST(DocsTest, ComparesWithWildcards) {
  EXPECT_EQ(Difference({"a <id> c", "…", "z"}, {"a 17 c", "x", "y", "z"}), "");
  EXPECT_EQ(Difference({"at … done"}, {"at 10:02 done"}), "");
  EXPECT_NE(Difference({"a"}, {"b"}), "");
  EXPECT_NE(Difference({"a"}, {"a", "b"}), "");
  EXPECT_NE(Difference({"a", "b"}, {"a"}), "");
  EXPECT_NE(Difference({"…", "z"}, {"x", "y"}), "");
}

TEST(DocsTest, RunsAPageInOneShell) {
  TempDir dir;
  const std::vector<CommandResult> results =
      RunConsole({{1, "x=5", {}}, {2, "echo $x; (exit 4)", {}}, {3, "echo $?", {}}}, dir.path(), "/bin");
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[1].lines, std::vector<std::string>{"5"});
  EXPECT_EQ(results[1].exit_code, 4);
  EXPECT_EQ(results[2].lines, std::vector<std::string>{"4"});
}

// What a page names as the test of a fault is one.
TEST(Faults, TheTestsThatThePageNamesAreThere) {
  std::string tests;
  for (const auto& file : fs::recursive_directory_iterator(kRoot / "tests"))
    if (file.path().extension() == ".cc") tests += Text(fs::relative(file.path(), kRoot).string());
  const std::string page = Text("docs/explanation/faults.md");
  const std::regex named(R"(`([A-Z]\w+)\.(\w+)`|`(tests/[^`]+)`)");
  int found = 0;
  for (auto at = std::sregex_iterator(page.begin(), page.end(), named); at != std::sregex_iterator(); ++at, ++found) {
    const std::string suite = (*at)[1], name = (*at)[2], path = (*at)[3];
    if (suite.empty()) {
      EXPECT_TRUE(fs::exists(kRoot / path)) << path;
    } else {
      EXPECT_TRUE(std::regex_search(tests, std::regex("TEST(_[FP])?\\(" + suite + ", " + name + "\\)"))) << suite << "." << name;
    }
  }
  EXPECT_GT(found, 90);
}

}  // namespace
}  // namespace chancery
