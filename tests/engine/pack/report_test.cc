#include "tests/engine/pack/support.h"

namespace chancery {
namespace {

std::string Print(const std::vector<PackLine>& lines) {
  std::string out;
  for (const PackLine& line : lines) out += line.where + " | " + line.rule + " | " + line.what + "\n";
  return out;
}

TEST(Report, SaysWhatCanClashAndWhatMergesInSilence) {
  const PackDef pack = Parsed(R"([pack]
name = "land"
officers = 2
[register.parcel.fields]
number  = { type = "text", merge = "once", officers = 1 }
address = { type = "group", fields = { street = "text" }, interim = "none" }
remark  = { type = "text", merge = "last" }
owner   = { type = "text", interim = "last", hold = true }
since   = { type = "date", outcome = "notice" }
tags    = { type = "set", of = "text" }
closed  = { type = "set", of = "text", wins = "remove" }
petition = { type = "text", merge = "last" }
[[rule]]
id = "parcel-number"
kind = "unique"
on = ["parcel.number"]
normalise = "nfkc-casefold"
same = "parcel.petition"
)");
  const PackReport report = Report(pack);
  EXPECT_EQ(Print(report.clashes),
            "parcel | existence | two creations of one address apart are a case that two officers rule on; not where both have "
            "one basis or "
            "id: that is one document\n"
            "parcel | existence | a deletion and, apart from it, any other operation on the record are a case that two officers "
            "rule on; until then the record exists\n"
            "parcel.address | parcel.address | different values, compared as a whole, written apart are a case that two officers "
            "rule on; no "
            "value is shown meanwhile\n"
            "parcel.number | parcel-number | two records with one value, compared without case and form (NFKC, case folded), are "
            "a case that "
            "two officers rule on; not where both have one and the same parcel.petition: that is one filing\n"
            "parcel.number | parcel.number | set once: different values written apart are a case; the first is shown meanwhile, "
            "which decides "
            "nothing\n"
            "parcel.owner | parcel.owner | different values written apart are a case that two officers rule on; until then the "
            "site holds back "
            "entries on the record; the last is shown meanwhile, which decides nothing\n"
            "parcel.since | parcel.since | different values written apart are a notice, which waits for nobody; the first is "
            "shown meanwhile, "
            "which decides nothing\n");
  EXPECT_EQ(Print(report.silent),
            "parcel.closed |  | an element added and removed apart is out\n"
            "parcel.petition |  | of values written apart the later stamp stays; the other is gone without a case\n"
            "parcel.remark |  | of values written apart the later stamp stays; the other is gone without a case\n"
            "parcel.tags |  | an element added and removed apart stays in\n");
}

TEST(Report, SaysWhenReferencesDangleAndWhichStatesGoTogether) {
  const PackDef pack = Parsed(R"([pack]
name = "land"
[register.parcel.fields]
parent = { type = "reference", to = "parcel" }
block  = { type = "reference", to = "parcel", deletion = "unset", merge = "last" }
status = { type = "state", start = "draft", moves = ["draft>filed", "draft>closed"], confluent = [["filed", "closed"]] }
[[rule]]
id = "parent-exists"
kind = "reference"
on = ["parcel.parent"]
outcome = "notice"
)");
  const PackReport report = Report(pack);
  const std::string clashes = Print(report.clashes);
  EXPECT_NE(
      clashes.find("parcel.block | parcel.block | a reference and, apart from it, the deletion of the parcel that it names are "
                   "a case; a deletion that knows the reference unsets it\n"),
      std::string::npos);
  EXPECT_NE(
      clashes.find("parcel.parent | parent-exists | a reference and, apart from it, the deletion of the parcel that it names "
                   "are a notice, which waits for nobody\n"),
      std::string::npos);
  EXPECT_NE(clashes.find("filed and closed go together"), std::string::npos);
  EXPECT_EQ(Print(report.silent),
            "parcel.block |  | of values written apart the later stamp stays; the other is gone without a case\n");
}

}  // namespace
}  // namespace chancery
