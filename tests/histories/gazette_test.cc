// The Estonian State Gazette: the wordings of laws that came into force in 2022, filed by two sites apart.
#include <openssl/sha.h>

#include <map>
#include <optional>
#include <sstream>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "tests/histories/two_sites.h"

namespace chancery::histories {
namespace {

using Texts = std::map<std::string, std::string>;  // "ACT § N" -> what is in force

struct Wording {
  std::string act, title, source_id, effective_from;
  Literal ops;  // [["set", "§ 5", TEXT], ["del", "§ 6"], …]
};

// Which of the two sites filed it: by a property of its name that has nothing to do with what it says.
bool IsOurs(const Wording& wording) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(wording.source_id.data()), wording.source_id.size(), digest);
  return digest[0] % 2 == 0;
}

std::set<std::string> ActsWithWordingsOf(std::string_view year) {
  std::set<std::string> acts;
  const std::vector<std::vector<std::string>> rows = ReadCsv(DataPath("gazette-ee/versions.csv"));
  EXPECT_EQ(rows.at(0).at(3), "effective_from");
  for (const std::vector<std::string>& row : rows) {
    if (row.at(3).starts_with(year)) acts.insert(row.at(0));
  }
  return acts;
}

// A line begins {"act": "ACT",
std::string ActOf(const std::string& line) {
  const size_t begin = line.find(": \"") + 3;
  return line.substr(begin, line.find('"', begin) - begin);
}

// Wordings of these acts, those of one act in the order in which each was made from the one before.
std::vector<Wording> ReadWordings(const std::set<std::string>& acts) {
  std::vector<Wording> wordings;
  std::istringstream lines(ReadAll(DataPath("gazette-ee/redactions.jsonl.gz")));
  for (std::string line; std::getline(lines, line);) {
    if (!acts.contains(ActOf(line))) continue;  // lines are long: only those needed are parsed
    Literal read = Ok(ParseJson(line));
    const auto word = [&read](const char* name) { return read.Find(name)->text; };
    wordings.push_back({word("act"), word("title"), word("source_id"), word("effective_from"), *read.Find("ops")});
  }
  return wordings;
}

std::string KeyOf(const Wording& wording, const Literal& op) { return absl::StrCat(wording.act, " ", op.list.at(1).text); }

void Apply(const Wording& wording, Texts& texts) {
  for (const Literal& op : wording.ops.list) {
    const std::string key = KeyOf(wording, op);
    if (op.list[0].text == "set") {
      texts[key] = op.list.at(2).text;
    } else {
      EXPECT_EQ(op.list[0].text, "del");
      EXPECT_EQ(texts.erase(key), 1u) << key;
    }
  }
}

// One wording as the entry of a site that has `texts` before it. The act notes it too, also where no paragraph changes.
Draft EntryOf(const Wording& wording, const Texts& texts, bool new_act) {
  Draft draft = Draft().By("editor", absl::StrCat("RT ", wording.source_id));
  const std::string act = AddressOf("act", wording.act);
  if (new_act) {
    draft.Create(act).Set("title", wording.title);
  } else {
    draft.Record(act);
  }
  draft.Add("wordings", wording.source_id);
  for (const Literal& op : wording.ops.list) {
    const std::string key = KeyOf(wording, op), address = AddressOf("paragraph", key);
    if (op.list[0].text == "del") {
      draft.Delete(address);
    } else {
      (texts.contains(key) ? draft.Record(address) : draft.Create(address)).Set("text", op.list.at(2).text);
    }
  }
  return draft;
}

// The acts and their paragraphs as they stood, in entries of a size that a site takes.
std::vector<Draft> BaseEntries(const std::map<std::string, std::string>& titles, const Texts& texts) {
  std::vector<Draft> drafts(1);
  for (const auto& [act, title] : titles) drafts.back().Create(AddressOf("act", act)).Set("title", title);
  size_t bytes = 0;
  for (const auto& [key, text] : texts) {
    bytes += key.size() + text.size();
    if (bytes > 512 << 10 || drafts.back().ops.size() >= 4000) {
      drafts.emplace_back();
      bytes = key.size() + text.size();
    }
    drafts.back().Create(AddressOf("paragraph", key)).Set("text", text);
  }
  return drafts;
}

std::optional<std::string> Find(const Texts& texts, const std::string& key) {
  const auto found = texts.find(key);
  return found == texts.end() ? std::nullopt : std::optional(found->second);
}

// What the data says of one paragraph, without chancery.
struct Paragraph {
  std::optional<std::string> base, ours, theirs;  // nullopt: not there
  bool differs() const { return ours != base && theirs != base && ours != theirs; }
  const std::optional<std::string>& merged() const { return ours != base ? ours : theirs; }
};

std::map<std::string, Paragraph> ThreeWays(const Texts& base, const Texts& ours, const Texts& theirs) {
  std::map<std::string, Paragraph> paragraphs;
  for (const Texts* texts : {&base, &ours, &theirs}) {
    for (const auto& [key, text] : *texts) paragraphs[key] = {Find(base, key), Find(ours, key), Find(theirs, key)};
  }
  return paragraphs;
}

struct History {
  std::map<std::string, std::string> titles;  // of acts that are older than the year
  Texts base;
  std::vector<Wording> ours, theirs;
};

History ReadHistory(std::string_view year) {
  History history;
  for (Wording& wording : ReadWordings(ActsWithWordingsOf(year))) {
    if (wording.effective_from.starts_with(year)) {
      (IsOurs(wording) ? history.ours : history.theirs).push_back(std::move(wording));
    } else if (wording.effective_from < year) {
      history.titles[wording.act] = wording.title;
      Apply(wording, history.base);
    }
  }
  return history;
}

// Files a branch; returns what is in force for the site that filed it.
Texts FileBranch(Database& site, const History& history, const std::vector<Wording>& wordings) {
  Texts texts = history.base;
  std::set<std::string> made;
  std::vector<Draft> drafts;
  for (const Wording& wording : wordings) {
    const bool new_act = !history.titles.contains(wording.act) && made.insert(wording.act).second;
    drafts.push_back(EntryOf(wording, texts, new_act));
    Apply(wording, texts);
  }
  FileEach(site, drafts);
  return texts;
}

void ExpectOneValue(const RecordView& record, const Paragraph& paragraph) {
  EXPECT_FALSE(record.contested);
  EXPECT_EQ(record.exists, paragraph.merged().has_value());
  if (record.exists && paragraph.merged()) {
    EXPECT_EQ(record.fields.at(0).value, Literal(*paragraph.merged()));
  }
}

void ExpectBothValues(const RecordView& record, const Paragraph& paragraph) {
  EXPECT_TRUE(record.contested);
  std::set<std::string> values;
  for (const StandingView& standing : record.fields.at(0).values) values.insert(standing.value.text);
  EXPECT_EQ(values, (std::set<std::string>{paragraph.ours.value(), paragraph.theirs.value()}));
}

TEST(Gazette, LeavesToAPersonWhatBothSitesChangedDifferently) {
  NEEDS_DATA("gazette-ee");
  const History history = ReadHistory("2022");
  EXPECT_EQ(history.ours.size(), 91u);
  EXPECT_EQ(history.theirs.size(), 83u);
  EXPECT_EQ(history.titles.size(), 60u);
  EXPECT_EQ(history.base.size(), 8467u);

  TwoSites sites("gazette.toml");
  FileEach(sites.ours(), BaseEntries(history.titles, history.base));
  sites.Merge();
  const Texts ours = FileBranch(sites.ours(), history, history.ours);
  const Texts theirs = FileBranch(sites.theirs(), history, history.theirs);
  sites.Merge();

  const Snapshot now = Ok(sites.theirs().Read());
  std::set<std::string> expected;
  int both = 0, added = 0, removed = 0, unasked = 0;
  for (const auto& [key, paragraph] : ThreeWays(history.base, ours, theirs)) {
    SCOPED_TRACE(key);
    const std::string address = AddressOf("paragraph", key);
    const RecordView record = Ok(now.Record(address));
    if (!paragraph.differs()) {
      ExpectOneValue(record, paragraph);
      unasked += paragraph.ours != paragraph.base || paragraph.theirs != paragraph.base;
      removed += !paragraph.merged().has_value();
      continue;
    }
    ++both;
    ExpectBothValues(record, paragraph);
    expected.insert("paragraph.text " + address);
    if (!paragraph.base) {
      ++added;  // both sites gave the number to a paragraph of their own: whether these are one is asked too
      expected.insert("existence " + address);
    }
  }
  EXPECT_EQ(OpenCases(now), expected);
  EXPECT_EQ(both, 41);
  EXPECT_EQ(added, 5);
  EXPECT_EQ(unasked, 1068);
  EXPECT_EQ(removed, 6);

  size_t noted = 0;
  for (const std::string& act : Ok(now.Keys("act"))) noted += Ok(now.Value(AddressOf("act", act) + "/wordings")).list.size();
  EXPECT_EQ(noted, 174u);
}

}  // namespace
}  // namespace chancery::histories
