#include "net/cli/case_screen.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "net/cli/entry_words.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

constexpr size_t kLabel = 22, kColumn = 28;  // two facts side by side: 2 + 20 + 28 + 2 + 28 = 80

// "parcel/1/owner" is field owner of parcel/1; a field's name holds no slash.
std::string FieldOf(const std::string& address) { return address.substr(address.rfind('/') + 1); }

std::string Value(const std::vector<std::pair<std::string, Literal>>& values, const std::string& field) {
  for (const auto& [address, value] : values) {
    if (FieldOf(address) == field) return Words(value);
  }
  return "";
}

// The fields that the facts wrote: the one in question first.
std::vector<std::string> Fields(const CaseView& one) {
  std::set<std::string> names;
  for (const FactView& fact : one.facts) {
    for (const auto& [address, value] : fact.changed) names.insert(FieldOf(address));
  }
  std::vector<std::string> out(names.begin(), names.end());
  std::stable_partition(out.begin(), out.end(), [&](const std::string& name) { return name == one.field; });
  return out;
}

std::string Member(const std::optional<Literal>& object, std::string_view key) {
  const Literal* found = object.has_value() ? object->Find(key) : nullptr;
  return found == nullptr ? std::string() : Words(*found);
}

std::string Application(const FactView& fact) {
  std::string out = Day(Member(fact.filed, "at"));
  if (!fact.filed.has_value()) return "";
  for (const char* key : {"office", "number"}) {
    if (const std::string word = Member(fact.filed, key); !word.empty()) out += (out.empty() ? "" : " ") + word;
  }
  return out;
}

std::string ReliedOn(const FactView& fact) {
  std::string out;
  for (const std::string& premise : fact.relied_on) {
    const bool stale = std::find(fact.stale.begin(), fact.stale.end(), premise) != fact.stale.end();
    out += (out.empty() ? "" : ", ") + Plain(premise) + (stale ? " (stale)" : " (fresh)");
  }
  return out;
}

// About one entry as a whole.
bool OnEntry(const CaseView& one) { return one.kind == "premise" || one.kind == "authority" || one.kind == "orphan"; }

// How far this entry had seen the other sites of the case.
std::string Knew(const FactView& fact) {
  std::string out;
  for (const auto& [site, up_to] : fact.knew) {
    if (site == fact.site) continue;
    out += (out.empty() ? "" : ", ") + (up_to.empty() ? "nothing of " + site : up_to);
  }
  return out;
}

// What the entry says of its record.
std::string Act(const FactView& fact) {
  if (fact.act == "create") return "begins it";
  if (fact.act == "delete") return "ends it";
  return fact.act == "rule" ? "rules on it" : "changes it";
}

std::string Listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + Plain(name);
  return out;
}

struct Row {
  std::string label;
  std::vector<std::string> cells;  // one a fact
};

Row RowOf(std::string label, const CaseView& one, const std::function<std::string(const FactView&)>& cell) {
  Row row{std::move(label), {}};
  for (const FactView& fact : one.facts) row.cells.push_back(cell(fact));
  return row;
}

bool Same(const Row& row) { return std::equal(row.cells.begin() + 1, row.cells.end(), row.cells.begin()); }
bool Empty(const Row& row) {
  return std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return cell.empty(); });
}

// What else the records in question say: who they are. Fields of which one has a value, four at most.
std::vector<Row> OtherFields(const Snapshot& now, const CaseView& one) {
  std::map<std::string, Row> rows;
  for (size_t i = 0; i < one.facts.size(); ++i) {
    const absl::StatusOr<RecordView> record = now.Record(Typed(one.facts[i].record));
    if (!record.ok()) continue;
    for (const FieldView& field : record->fields) {
      if (field.interim.null() || !Value(one.facts[i].changed, field.name).empty()) continue;
      Row& row = rows.try_emplace(field.name, Row{field.name, std::vector<std::string>(one.facts.size())}).first->second;
      row.cells[i] = field.contested ? "contested" : Words(field.value);
    }
  }
  std::vector<Row> out;
  for (auto& [name, row] : rows) {
    if (out.size() < 4) out.push_back(std::move(row));
  }
  return out;
}

std::vector<Row> Rows(const Snapshot& now, const CaseView& one) {
  std::vector<Row> rows;
  rows.push_back(RowOf("record", one, [&](const FactView& f) { return Plain(f.record); }));
  if (Same(rows.back())) rows.clear();  // the subject says it
  if (one.kind == "existence" || one.kind == "reference") rows.push_back(RowOf("act", one, Act));
  const bool written = one.kind != "unique" && one.kind != "existence";
  for (const std::string& field : Fields(one)) {
    rows.push_back(RowOf((written ? "new " : "") + Plain(field), one,
                         [&](const FactView& f) { return f.act == "delete" ? "" : Value(f.changed, field); }));
    const std::string label = Empty(rows.back()) ? Plain(field) + " before" : "before";  // nothing says which field it is of
    Row before = RowOf(label, one, [&](const FactView& f) { return Value(f.before, field); });
    if (!Empty(before) && !Same(before)) rows.push_back(std::move(before));
  }
  if (one.kind == "unique") {
    for (Row& row : OtherFields(now, one)) rows.push_back(std::move(row));
  }
  rows.push_back(RowOf("entry", one, [](const FactView& f) { return f.entry + (f.standing ? "" : " (replaced)"); }));
  rows.push_back(RowOf("officer", one, [](const FactView& f) { return Plain(f.officer); }));
  rows.push_back(RowOf("basis", one, [](const FactView& f) { return Plain(f.basis); }));
  rows.push_back(RowOf("application stated", one, Application));
  rows.push_back(RowOf("relied on", one, ReliedOn));
  rows.push_back(RowOf("knew the other up to", one, Knew));
  std::erase_if(rows, Empty);
  return rows;
}

std::string TwoColumns(const CaseView& one, const std::vector<Row>& rows) {
  std::string out =
      std::string(2 + kLabel, ' ') + Pad(Bold(Upper(one.facts[0].site)), kColumn) + Bold(Upper(one.facts[1].site)) + "\n";
  for (const Row& row : rows) {
    const std::vector<std::string> left = Wrap(row.cells[0].empty() ? "–" : row.cells[0], kColumn - 2);
    const std::vector<std::string> right = Wrap(row.cells[1].empty() ? "–" : row.cells[1], kColumn);
    for (size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
      out += "  " + Pad(i == 0 ? row.label : "", kLabel) + Pad(i < left.size() ? left[i] : "", kColumn) +
             (i < right.size() ? right[i] : "") + "\n";
    }
  }
  return out;
}

std::string Blocks(const CaseView& one, const std::vector<Row>& rows) {
  std::string out;
  for (size_t i = 0; i < one.facts.size(); ++i) {
    out += (i == 0 ? "  " : "\n  ") + Bold(Upper(one.facts[i].site)) + "\n";
    for (const Row& row : rows) {
      if (row.cells[i].empty()) continue;
      bool first = true;
      for (const std::string& line : Wrap(row.cells[i], kColumns - 4 - kLabel)) {
        out += "    " + Pad(first ? row.label : "", kLabel) + line + "\n";
        first = false;
      }
    }
  }
  return out;
}

// The value that both acts found, where they found the same.
std::string Before(const CaseView& one) {
  if (one.kind == "unique" || one.kind == "existence") return "";
  std::string out;
  for (const std::string& field : Fields(one)) {
    const Row before = RowOf("", one, [&](const FactView& f) { return Value(f.before, field); });
    if (!Empty(before) && Same(before)) out += (out.empty() ? "" : ", ") + Plain(field) + " " + before.cells[0];
  }
  return out.empty() ? "" : "  Before: " + out + ".\n";
}

bool Knows(const FactView& a, const FactView& b) {
  const Short at = ParseShort(b.entry);
  if (ParseShort(a.entry).lane == at.lane) return ParseShort(a.entry).number > at.number;
  return std::any_of(a.knew.begin(), a.knew.end(), [&](const auto& knew) {
    const Short seen = ParseShort(knew.second);
    return seen.lane == at.lane && seen.number >= at.number;
  });
}

bool NoneKnew(const CaseView& one) {
  for (const FactView& a : one.facts) {
    for (const FactView& b : one.facts) {
      if (&a != &b && Knows(a, b)) return false;
    }
  }
  return true;
}

bool OneOffice(const CaseView& one) {
  return std::all_of(one.facts.begin(), one.facts.end(), [&](const FactView& fact) { return fact.site == one.facts[0].site; });
}

std::string Sentence(const CaseView& one) {
  const size_t n = one.facts.size();
  if (one.kind == "premise") return "What it relied on was changed by an act that it could not know.";
  if (one.kind == "authority") return "It and a change to its officer's rights did not know of each other.";
  if (one.kind == "orphan") return "It was built on an act that has no effect any more.";
  if (n < 2) return "";
  const std::string acts = n == 2 ? "Two acts" : Count(n) + " acts";
  if (OneOffice(one)) return acts + " of one office that cannot " + (n == 2 ? "both" : "all") + " stand.";
  if (NoneKnew(one)) return acts + (n == 2 ? ", and neither knew of the other." : ", and none knew of another.");
  return acts + " that cannot " + (n == 2 ? "both" : "all") + " stand.";
}

std::string Heading(const CaseView& one) {
  const std::string state = one.notice ? "NOTICE" : Upper(one.state);
  std::string out = Sides(Bold(state) + std::string(std::max<size_t>(7, state.size() + 1) - state.size(), ' ') + Question(one),
                          Plain(one.rule)) +
                    "\n";
  if (one.kind == "unique" || one.kind == "no-overlap" || one.kind == "at-most")
    out +=
        (one.kind == "unique" ? "       The value in question: " : "       The group in question: ") + Plain(one.subject) + "\n";
  const std::string sentence = Sentence(one);
  return sentence.empty() ? out : out + "       " + sentence + "\n";
}

std::string Paragraph(const std::string& text) {
  std::string out;
  for (const std::string& line : Wrap(text, kColumns)) out += line + "\n";
  return out;
}

std::string Order(const CaseView& one) {
  if (one.facts.size() < 2 || one.kind == "orphan") return "";
  const bool stated =
      std::any_of(one.facts.begin(), one.facts.end(), [](const FactView& fact) { return fact.filed.has_value(); });
  const std::string which = one.facts.size() == 2 ? "Which of the two came first" : "Which of them came first";
  return Paragraph(which + " is not proved. Each was stamped by its own site's clock" +
                   (stated ? "; application times are what the officers stated." : "."));
}

std::string Meanwhile(const Snapshot& now, const CaseView& one) {
  if (one.state == "ruled" || one.notice) return "";
  if (OnEntry(one)) return Labelled("Meanwhile", "what " + one.subject + " wrote is shown, marked contested.");
  if (one.kind == "unique") return Labelled("Meanwhile", "every record keeps the value, marked contested.");
  if (one.kind == "existence")
    return Labelled("Meanwhile", "one record is shown, marked contested; fields that differ are cases of their own.");
  if (one.kind == "no-overlap" || one.kind == "at-most" || one.kind == "acyclic")
    return Labelled("Meanwhile", "every record keeps what it has in " + Plain(one.field) + ", marked contested.");
  if (one.kind == "pack") return Labelled("Meanwhile", "the higher version is in force, of one number the first in the order.");
  const absl::StatusOr<RecordView> record = now.Record(one.subject + "/" + one.field);
  if (!record.ok() || record->fields.empty()) return "";
  const Literal& interim = record->fields.front().interim;
  if (interim.null()) return Labelled("Meanwhile", "contested; no interim value.");
  const bool ended =
      std::any_of(one.facts.begin(), one.facts.end(), [](const FactView& fact) { return fact.act == "delete" && fact.standing; });
  if (one.kind == "reference" && ended)
    return Labelled("Meanwhile", "contested; it names " + Words(interim) + ", which does not exist.");
  return Labelled("Meanwhile", "contested; shown for now: " + Words(interim) + ". That decides nothing.");
}

std::string BuiltOn(const Command& command, const Snapshot& now, const CaseView& one) {
  std::string out;
  size_t shown = 0;
  for (const std::string& name : one.dependants) {
    if (++shown > 5 && !command.verbose()) {
      out += "           and " + Count(one.dependants.size() - 5) + " more: -v\n";
      break;
    }
    const absl::StatusOr<EntryView> entry = now.Entry(name);
    const std::string what = entry.ok() ? Describe(*entry).front() : "";
    out += (out.empty() ? "Built on   " : "           ") + Pad(name, 16) + "  " + Shorten(what, kColumns - 29) + "\n";
  }
  return out;
}

std::string Proposals(const CaseView& one) {
  std::string out;
  for (const ProposalView& proposal : one.proposals) {
    std::string text = Plain(proposal.outcome) + ", by officer " + Plain(proposal.officer) + " (" + proposal.entry +
                       "): " + Plain(proposal.reason);
    if (!proposal.returned.empty())
      text += "; sent back by " + Plain(proposal.returned_by) + ": " + Plain(proposal.returned_because);
    if (proposal.standing || !proposal.returned.empty()) out += Labelled("Proposed", text);
  }
  return out;
}

std::string Rulings(const CaseView& one) {
  std::string out;
  for (const RulingView& ruling : one.rulings) {
    std::string text =
        Plain(ruling.outcome) + ", by officer " + Plain(ruling.officer) + " (" + ruling.entry + "): " + Plain(ruling.reason);
    if (!ruling.proposed_by.empty()) text += "; proposed by " + Plain(ruling.proposed_by) + " (" + ruling.approves + ")";
    if (!ruling.note.empty()) text += "; " + Plain(ruling.note);
    if (!ruling.principle.empty()) text += "; " + Plain(ruling.principle);
    if (!ruling.effect.empty()) text += "; effect " + Plain(ruling.effect);
    if (!ruling.standing) text += " (a later ruling took its place)";
    out += Labelled("Ruled", text);
  }
  return out;
}

std::string Next(const Command& command, const CaseView& one) {
  const std::string name = one.rule + " " + ShellWord(one.subject);
  std::vector<std::string> next;
  if (one.state == "proposed") {
    next.push_back(command.Self() + " case return " + name + " --officer NAME --reason TEXT");
    next.insert(next.begin(), command.Self() + " case approve " + name + " --officer NAME");
  }
  if (one.state != "ruled" && !one.notice && !one.facts.empty()) {
    next.push_back(command.Self() + (one.officers > 1 ? " case propose " : " case rule ") + name + " --keep " +
                   one.facts.front().entry + " --officer NAME --reason TEXT");
    std::string others;
    for (size_t i = 1; i < std::min<size_t>(one.facts.size(), 3); ++i) others += "--keep " + one.facts[i].entry + " | ";
    next.push_back(others + (one.kind == "existence" || one.kind == "ranked" || one.kind == "pack" ? "" : "--set JSON | ") +
                   "--both | --none    other outcomes");
  }
  if (!one.records.empty()) next.push_back(command.Self() + " log " + ShellWord(Typed(one.records.front())));
  if (one.officers < 2 || one.state == "ruled" || one.notice) return NextBlock(next);
  return NextBlock(next) + "\n" +
         Paragraph("This register asks for two officers: a ruling takes effect when another officer approves it.");
}

}  // namespace

std::string CaseScreen(const Command& command, const Snapshot& now, const CaseView& one) {
  const std::vector<Row> rows = one.facts.empty() ? std::vector<Row>() : Rows(now, one);
  std::string out = Heading(one) + "\n";
  out += one.facts.size() == 2 ? TwoColumns(one, rows) : Blocks(one, rows);
  out += Before(one) + "\n" + Order(one) + "\n";
  out += Meanwhile(now, one) + BuiltOn(command, now, one) + Proposals(one) + Rulings(one);
  if (command.verbose()) out += "Case       " + one.id + "\n";
  return out + "\n" + Next(command, one);
}

std::string PreviewScreen(const CaseView& before, const RulingPreview& preview) {
  std::string out = Bold("PREVIEW") + "  " + Plain(before.rule) + " " + Plain(before.subject) + ": it would be " + preview.state +
                    ". Nothing is filed.\n\n";
  for (const ValueChange& change : preview.changes) {
    const auto shown = [](const Literal& value, bool contested) {
      return (value.null() ? std::string("nothing") : Words(value)) + (contested ? " (contested)" : "");
    };
    out += "  " + Pad(Shorten(Plain(change.address), 30), 32) + shown(change.before, change.contested_before) + " -> " +
           shown(change.after, change.contested_after) + "\n";
  }
  if (preview.changes.empty()) out += "  No value changes.\n";
  out += "\n";
  if (!preview.dependants.empty()) out += Labelled("Built on", Listed(preview.dependants));
  if (!preview.tell.empty()) out += Labelled("To be told", Listed(preview.tell));
  return out;
}

}  // namespace chancery::cli
