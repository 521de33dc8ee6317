#include "engine/extracts.h"

#include <functional>
#include <map>
#include <set>

#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/resolve.h"

namespace chancery {
namespace {

// What a record's JSON says of a field.
struct FieldWords {
  std::string interim;  // JSON
  bool contested = false;
  std::string words() const { return (interim == "null" ? "nothing" : interim) + (contested ? ", contested" : ""); }
  bool operator==(const FieldWords&) const = default;
};

std::map<std::string, FieldWords> FieldsOf(const Literal& record) {
  std::map<std::string, FieldWords> fields;
  const Literal* all = record.Find("fields");
  for (const auto& [name, field] : all == nullptr ? decltype(all->members)() : all->members) {
    const Literal *interim = field.Find("interim"), *contested = field.Find("contested");
    if (interim != nullptr && contested != nullptr) fields[name] = {interim->Json(), contested->truth};
  }
  return fields;
}

bool Exists(const Literal& record) {
  const Literal* exists = record.Find("exists");
  return exists != nullptr && exists->truth;
}

// Where `then` shows another thing than was handed out.
std::vector<std::string> Differences(const Literal& shown, const Literal& then, std::string_view because) {
  std::vector<std::string> out;
  if (Exists(shown) != Exists(then)) out.push_back(Cat(because, "it ", Exists(then) ? "exists" : "does not exist"));
  const std::map<std::string, FieldWords> was = FieldsOf(shown);
  for (const auto& [name, is] : FieldsOf(then)) {
    const auto old = was.find(name);
    if (old != was.end() && !(old->second == is))
      out.push_back(Cat(name, ": ", old->second.words(), " was shown; ", because, is.words()));
  }
  return out;
}

// What was shown and is one of several values by now.
std::vector<std::string> Disputed(const Literal& shown, const RecordView& is) {
  std::vector<std::string> out;
  const std::map<std::string, FieldWords> was = FieldsOf(shown);
  for (const FieldView& field : is.fields) {
    const auto old = was.find(field.name);
    if (!field.contested || old == was.end() || old->second.contested) continue;
    const auto same = [&](const StandingView& one) { return one.value.Json() == old->second.interim; };
    if (std::any_of(field.values.begin(), field.values.end(), same))
      out.push_back(Cat(field.name, ": ", old->second.words(), " was shown; it is contested now"));
  }
  return out;
}

// The last ruling on the record that came after the extract; "" = none did.
absl::StatusOr<std::string> RuledSince(const ExtractWords& words, const Snapshot& now) {
  ASSIGN_OR_RETURN(const std::vector<EntryView> log, now.Log(words.address));
  std::string last;
  for (const EntryView& entry : log)
    if (entry.kind == "ruling" && entry.hlc > words.at) last = entry.short_name;
  return last;
}

// What a merge or a ruling has made otherwise since.
absl::StatusOr<std::vector<std::string>> ChangedSince(const ExtractWords& words, const Snapshot& now) {
  ASSIGN_OR_RETURN(const Literal shown, ParseJson(words.record));
  const absl::StatusOr<RecordView> is = now.Record(words.address);
  if (is.ok() && ToJson(*is).Json() == words.record) return std::vector<std::string>();
  ASSIGN_OR_RETURN(const Snapshot then, now.AsOf(words.at));
  ASSIGN_OR_RETURN(const RecordView was, then.Record(words.address));
  std::vector<std::string> changed = Differences(shown, ToJson(was), "of then it is known now: ");
  if (!changed.empty() || !is.ok()) return changed;
  if (changed = Disputed(shown, *is); !changed.empty()) return changed;
  ASSIGN_OR_RETURN(const std::string ruling, RuledSince(words, now));
  if (ruling.empty()) return changed;
  return Differences(shown, ToJson(*is), Cat("since the ruling ", ruling, " it is: "));
}

std::string RecordIn(std::string_view address) {
  const absl::StatusOr<Address> parsed = Address::Parse(address);
  return parsed.ok() ? Address{parsed->reg, parsed->key, {}, {}}.Text() : "";
}

// What the entry writes, and what it relied on.
std::set<std::string> RecordsOf(const EntryView& entry) {
  std::set<std::string> records;
  for (const Literal& op : entry.ops.list)
    for (const char* verb : {"create", "record", "delete"})
      if (const Literal* address = op.Find(verb)) records.insert(RecordIn(address->text));
  for (const std::string& premise : entry.relied_on) records.insert(RecordIn(premise));
  records.erase("");
  return records;
}

// Facts of the case that stood when the receipt was made and no more when the ruling was. Of one that was kept the ruling itself
// says what it said.
absl::StatusOr<std::set<std::string>> DemotedBy(const EntryView& ruling, const CaseView& now_known, const std::string& at,
                                                const Snapshot& now) {
  ASSIGN_OR_RETURN(const Snapshot then, now.AsOf(at));
  ASSIGN_OR_RETURN(const Snapshot ruled, now.AsOf(ruling.hlc));
  const absl::StatusOr<CaseView> was = then.Case(now_known.id, ""), is = ruled.Case(now_known.id, "");
  std::set<std::string> demoted;
  for (const FactView& fact : is.ok() ? is->facts : std::vector<FactView>())
    if (!fact.standing) demoted.insert(fact.entry);
  for (const FactView& fact : was.ok() ? was->facts : std::vector<FactView>())
    if (!fact.standing) demoted.erase(fact.entry);
  constexpr std::string_view kKeep = "keep ";
  if (const Literal* outcome = ruling.detail.Find("outcome"); outcome != nullptr && outcome->text.starts_with(kKeep))
    demoted.erase(outcome->text.substr(kKeep.size()));
  return demoted;
}

// Whether the entry knew another, by its short form.
using KnewOf = std::function<absl::StatusOr<bool>(const std::string& other)>;

// Which rulings since `at` took from the entry, or from one that it knew and that is about the same records, what stood then.
absl::StatusOr<std::vector<std::string>> DemotedSince(const EntryView& entry, const std::string& at, const Snapshot& now,
                                                      const KnewOf& knew) {
  std::vector<std::string> sentences;
  std::set<std::string> told;  // rulings
  for (const std::string& record : RecordsOf(entry)) {
    ASSIGN_OR_RETURN(const std::vector<EntryView> log, now.Log(record));
    for (const EntryView& ruling : log) {
      if (ruling.kind != "ruling" || ruling.hlc <= at || !told.insert(ruling.entry).second) continue;
      const Literal *rule = ruling.detail.Find("rule"), *subject = ruling.detail.Find("subject");
      if (rule == nullptr || subject == nullptr) continue;
      ASSIGN_OR_RETURN(const CaseView c, now.Case(rule->text, subject->text));
      ASSIGN_OR_RETURN(const std::set<std::string> demoted, DemotedBy(ruling, c, at, now));
      const std::string by = Cat("since the ruling ", ruling.short_name, " on ", c.rule, " ", c.subject);
      for (const std::string& fact : demoted) {
        ASSIGN_OR_RETURN(const bool built_on, knew(fact));
        if (fact == entry.short_name)
          sentences.push_back(Cat(by, " it does not stand"));
        else if (built_on)
          sentences.push_back(Cat(by, " ", fact, ", which it was built on, does not stand"));
      }
    }
  }
  return sentences;
}

}  // namespace

ExtractView ViewOf(const ExtractWords& words, std::string_view text) {
  ExtractView view;
  view.kind = "extract";
  view.id = Hex(Sha256({text}).view()).substr(0, 16);
  view.address = words.address;
  view.site = words.site;
  view.at = words.at;
  view.frontier = words.frontier;
  return view;
}

absl::StatusOr<ExtractView> ExtractSince(const std::string& text, const Snapshot& now) {
  ASSIGN_OR_RETURN(const ExtractWords words, ReadExtract(text));
  ExtractView view = ViewOf(words, text);
  ASSIGN_OR_RETURN(view.changed, ChangedSince(words, now));
  return view;
}

absl::StatusOr<ExtractView> ReceiptSince(const HandedOut& receipt, const Snapshot& now, Workspace& work) {
  ASSIGN_OR_RETURN(const EntryView entry, now.Entry(receipt.receipt));
  ASSIGN_OR_RETURN(const Dot dot, ResolveEntry(work, receipt.receipt));
  ASSIGN_OR_RETURN(const Vector past, work.PastOf(dot));
  const KnewOf knew = [&](const std::string& other) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(const Dot one, ResolveEntry(work, other));
    return past.Has(one);
  };
  ExtractView view;
  view.kind = "receipt";
  view.id = receipt.receipt.substr(0, 16);
  view.address = entry.short_name;
  view.site = work.Own() == nullptr ? "" : work.Own()->Label();
  view.at = receipt.at;
  ASSIGN_OR_RETURN(view.changed, DemotedSince(entry, receipt.at, now, knew));
  return view;
}

}  // namespace chancery
