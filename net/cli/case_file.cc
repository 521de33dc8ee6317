#include "net/cli/case_file.h"

#include <map>
#include <set>

#include "chancery/receipt.h"
#include "net/cli/receipt_screen.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

constexpr std::string_view kOpening = "{\"case_file\":";

// In the order of the file: what the case is about, what was decided, what was built on it.
std::vector<std::string> EntriesOf(const CaseView& c) {
  std::vector<std::string> names;
  for (const FactView& fact : c.facts) names.push_back(fact.entry);
  for (const ProposalView& proposal : c.proposals) names.push_back(proposal.entry);
  for (const RulingView& ruling : c.rulings) names.push_back(ruling.entry);
  names.insert(names.end(), c.dependants.begin(), c.dependants.end());
  std::vector<std::string> once;
  std::set<std::string> known;
  for (const std::string& name : names)
    if (known.insert(name).second) once.push_back(name);
  return once;
}

Literal Opening(const StatusView& status, const std::string& frontier) {
  Literal body = Literal::Object({{"registry", status.registry}, {"name", status.registry_name}});
  body.Add("site", status.site).Add("frontier", frontier).Add("docket", status.docket);
  return Literal::Object({{"case_file", std::move(body)}});
}

Literal Proof(const ReceiptFile& file) {
  Literal body = Literal::Object({{"entry", file.short_name}, {"id", file.entry}, {"strength", file.strength}});
  body.Add("file", file.proof).Add("policy", file.policy).Add("chain", file.chain);
  return Literal::Object({{"proof", std::move(body)}});
}

// What a case file says, line by line.
struct Content {
  std::map<std::string, std::string> entries;  // short form -> id: that the case names
  std::vector<Literal> proofs;
};

absl::StatusOr<Content> Read(std::string_view text) {
  Content content;
  std::set<std::string> named;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    absl::StatusOr<Literal> line = ParseJson(text.substr(0, end));
    if (!line.ok()) return absl::DataLossError("a line of it is damaged: " + std::string(line.status().message()));
    text.remove_prefix(std::min(end + 1, text.size()));
    const Literal* id = line->Find("entry");
    const Literal* name = line->Find("short");
    if (id != nullptr && name != nullptr) content.entries[name->text] = id->text;
    if (const Literal* facts = line->Find("facts"))
      for (const Literal& fact : facts->list)
        if (const Literal* entry = fact.Find("entry")) named.insert(entry->text);
    if (const Literal* proof = line->Find("proof")) content.proofs.push_back(*proof);
  }
  for (const std::string& name : named)
    if (!content.entries.contains(name)) return absl::DataLossError("the case names " + name + ", and the file does not have it");
  return content;
}

std::string TextOf(const Literal& object, const char* member) {
  const Literal* value = object.Find(member);
  return value == nullptr ? "" : value->text;
}

struct Judged {
  std::string verdict, words;
};

Judged Judge(const Literal& proof, const std::string& id, const std::string& trusted) {
  const absl::StatusOr<ReceiptView> view = VerifyReceipt(TextOf(proof, "file"), ByRegistry{trusted, TextOf(proof, "chain")});
  if (!view.ok()) return {"DISPROVEN", std::string(view.status().message())};
  if (view->verdict == "PROVEN" && view->entry.id != id) return {"DISPROVEN", "the receipt is of another entry"};
  return {view->verdict, view->verdict == "PROVEN" ? view->strength : view->reasons.empty() ? "" : view->reasons[0]};
}

int Worse(int a, const std::string& verdict) {
  if (a == kIntegrity || verdict == "DISPROVEN") return kIntegrity;
  return verdict == "PROVEN" ? a : kFindings;
}

}  // namespace

bool IsCaseFile(std::string_view text) { return text.starts_with(kOpening); }

absl::StatusOr<std::string> CaseFileOf(const Database& db, const Snapshot& now, std::string_view rule, std::string_view subject) {
  const absl::StatusOr<CaseView> found = now.Case(rule, subject);
  if (!found.ok()) return found.status();
  const absl::StatusOr<StatusView> status = now.Status();
  if (!status.ok()) return status.status();
  std::string out = Opening(*status, now.Frontier()).Json() + "\n" + ToJson(*found).Json() + "\n", proofs;
  for (const std::string& name : EntriesOf(*found)) {
    const absl::StatusOr<EntryView> entry = now.Entry(name);
    if (!entry.ok()) return entry.status();
    const absl::StatusOr<ReceiptFile> receipt = db.Prove(name);
    if (!receipt.ok()) return receipt.status();
    out += ToJson(*entry).Json() + "\n";
    proofs += Proof(*receipt).Json() + "\n";
  }
  return out + proofs;
}

int VerifyCaseFile(const Command& command, const std::string& file, std::string_view text, const std::string& trusted) {
  const absl::StatusOr<Content> content = Read(text);
  if (!content.ok()) return command.Fail(kIntegrity, file + ": " + std::string(content.status().message()), "export it again");
  std::map<std::string, Judged> judged;  // by short form
  for (const auto& [name, id] : content->entries) judged[name] = {"INCONCLUSIVE", "no receipt of it is in the file"};
  for (const Literal& proof : content->proofs) {
    const auto entry = content->entries.find(TextOf(proof, "entry"));
    if (entry != content->entries.end()) judged[entry->first] = Judge(proof, entry->second, trusted);
  }
  int code = kDone;
  std::string lines;
  for (const auto& [name, one] : judged) {
    code = Worse(code, one.verdict);
    if (command.json())
      command.Line(
          Literal::Object({{"judged", Literal::Object({{"entry", name}, {"verdict", one.verdict}, {"words", one.words}})}}));
    lines += "  " + Pad(Plain(name), 18) + Pad(one.verdict, 14) + Shorten(Plain(one.words), kColumns - 34) + "\n";
  }
  if (command.json()) return code;
  const std::string whole = code == kDone ? "PROVEN" : code == kIntegrity ? "DISPROVEN" : "INCONCLUSIVE";
  command.Print(Bold(whole) + "  " + Plain(file) + ": the entries of a case\n\n" + lines + "\n" +
                Labelled("Not said", "that these are all the entries that touch the matter, and what the law makes of them.") +
                Labelled("Trust", "All this rests on the id of the registry, " + trusted + ", and on nothing else."));
  return code;
}

}  // namespace chancery::cli
