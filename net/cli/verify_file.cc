#include "net/cli/verify_file.h"

#include "chancery/receipt.h"
#include "net/cli/case_file.h"
#include "net/cli/files.h"
#include "net/cli/receipt_screen.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

int ExitOf(const std::string& verdict) {
  if (verdict == "PROVEN") return kDone;
  return verdict == "DISPROVEN" ? kIntegrity : kFindings;
}

Literal Json(const ReceiptEntry& entry) {
  Literal body = Literal::Object();
  body.Add("id", entry.id).Add("registry", entry.registry).Add("journal", entry.lane);
  body.Add("number", static_cast<int64_t>(entry.number)).Add("kind", entry.kind);
  body.Add("officer", entry.officer).Add("basis", entry.basis).Add("hlc", entry.stamp);
  return body.Add("keys", TextList(entry.keys)).Add("knew", TextList(entry.knew));
}

// What a verdict rests on.
struct Trust {
  std::string policy;    // a file's name; or
  std::string registry;  // an id
};

// What every verdict has; more is added behind it.
template <class View>
Literal Head(const std::vector<std::string>& files, const Trust& trust, const View& view) {
  Literal body = Literal::Object();
  body.Add("files", TextList(files)).Add("policy", TextOrNull(trust.policy)).Add("registry", TextOrNull(trust.registry));
  body.Add("verdict", view.verdict);
  body.Add("reasons", SentenceList(view.reasons)).Add("says", SentenceList(view.says));
  return body.Add("does_not_say", SentenceList(view.does_not_say));
}

std::string Said(const Trust& trust) {
  if (trust.registry.empty())
    return Labelled("Trust", "All this rests on the keys in " + Plain(trust.policy) +
                                 ": ask somebody whom you trust whether they are the registry's.");
  return Labelled("Trust", "All this rests on the id of the registry, " + trust.registry +
                               ", and on nothing else: the keys follow from it, epoch by epoch.");
}

template <class View>
std::string Body(const Command& command, const Trust& trust, const View& view) {
  if (view.verdict != "PROVEN") return Sentences("Because", view.reasons);
  return SaysAndNot(view.says, view.does_not_say) + (command.verbose() ? Sentences("Checked", view.reasons) : "") + Said(trust);
}

int Show(const Command& command, const std::string& file, const Trust& trust, const ReceiptView& view) {
  if (command.json()) {
    Literal body = Head({file}, trust, view);
    body.Add("epoch", view.epoch ? Literal(static_cast<int64_t>(*view.epoch)) : Literal());
    body.Add("strength", TextOrNull(view.strength)).Add("origin", view.origin);
    body.Add("index", static_cast<int64_t>(view.index)).Add("size", static_cast<int64_t>(view.size));
    body.Add("entry", view.entry.id.empty() ? Literal() : Json(view.entry));
    body.Add("not_after", TextOrNull(view.not_after)).Add("not_after_by", TextOrNull(Plain(view.not_after_by)));
    return command.Line(Literal::Object({{"verdict", std::move(body)}})), ExitOf(view.verdict);
  }
  std::string screen = Bold(view.verdict) + "  " + Plain(file) + (view.strength.empty() ? "" : ": " + view.strength) + "\n";
  if (!command.quiet() && !view.entry.id.empty())
    screen += Labelled("", WhoAndWhat(view.entry)) + Labelled("Entry", view.entry.id);
  command.Print(command.quiet() ? screen : screen + "\n" + Body(command, trust, view));
  return ExitOf(view.verdict);
}

int Show(const Command& command, const std::vector<std::string>& files, const Trust& trust, const BeforeView& view) {
  if (command.json()) {
    Literal body = Head(files, trust, view);
    const auto add = [&](const char* name, const ReceiptView& one) {
      body.Add(name, one.entry.id.empty() ? Literal() : Json(one.entry));
    };
    add("before", view.a);
    add("after", view.b);
    if (view.two_versions) body.Add("two_versions", true);
    return command.Line(Literal::Object({{"verdict", std::move(body)}})), ExitOf(view.verdict);
  }
  std::string screen = Bold(view.verdict) + "  " + Plain(files[0]) + " before " + Plain(files[1]) + "\n";
  if (!command.quiet()) screen += "\n" + Body(command, trust, view);
  if (!command.quiet() && view.verdict == "INCONCLUSIVE")
    screen += "\n" + NextBlock({"chancery checkpoint --from " + ShellWord(files[0]) + " --to " + ShellWord(files[1]) +
                                " -o FILE   # at a site; then --growth FILE"});
  command.Print(screen);
  return ExitOf(view.verdict);
}

absl::StatusOr<std::vector<std::string>> ReadAll(const std::vector<std::string>& files) {
  std::vector<std::string> texts;
  for (const std::string& file : files) {
    absl::StatusOr<std::string> text = ReadFile(file);
    if (!text.ok()) return text.status();
    texts.push_back(*std::move(text));
  }
  return texts;
}

int ByPolicy(const Command& command, const ReceiptFiles& given, const std::vector<std::string>& texts,
             const std::string& growth) {
  const Trust trust{given.policy.empty() ? given.files[0] + ".policy" : given.policy, ""};
  const absl::StatusOr<std::string> keys = ReadFile(trust.policy);
  if (!keys.ok())
    return command.Fail(absl::IsNotFound(keys.status()) ? kUsage : kFailed,
                        "whom to trust is not said: there is no " + trust.policy,
                        "--registry ID: the registry's id; or --policy FILE: the keys of its sites, from somebody you trust");
  if (texts.size() == 2) {
    const absl::StatusOr<BeforeView> view = VerifyBefore(texts[0], texts[1], *keys, growth);
    return view.ok() ? Show(command, given.files, trust, *view) : command.Fail(view.status());
  }
  const absl::StatusOr<ReceiptView> view = IsExtract(texts[0]) ? VerifyExtract(texts[0], *keys) : VerifyReceipt(texts[0], *keys);
  return view.ok() ? Show(command, given.files[0], trust, *view) : command.Fail(view.status());
}

int ByChain(const Command& command, const ReceiptFiles& given, const std::vector<std::string>& texts, const std::string& growth) {
  const absl::StatusOr<std::string> file = ReadFile(given.registry);
  const absl::StatusOr<std::string> id = RegistryIn(file.ok() ? *file : given.registry);
  if (!id.ok()) return command.Fail(id.status());
  std::vector<std::string> names = given.chains;
  for (size_t i = names.size(); i < given.files.size(); ++i) names.push_back(given.files[i] + ".chain");
  const absl::StatusOr<std::vector<std::string>> chains = ReadAll(names);
  if (!chains.ok()) return command.Fail(chains.status());
  const Trust trust{"", *id};
  if (texts.size() == 2) {
    const absl::StatusOr<BeforeView> view = VerifyBefore(texts[0], texts[1], ByRegistry{*id, (*chains)[0]}, (*chains)[1], growth);
    return view.ok() ? Show(command, given.files, trust, *view) : command.Fail(view.status());
  }
  const ByRegistry by{*id, (*chains)[0]};
  const absl::StatusOr<ReceiptView> view = IsExtract(texts[0]) ? VerifyExtract(texts[0], by) : VerifyReceipt(texts[0], by);
  return view.ok() ? Show(command, given.files[0], trust, *view) : command.Fail(view.status());
}

// Of a case file: it carries its chains.
int VerifyCase(const Command& command, const ReceiptFiles& given, const std::vector<std::string>& texts) {
  if (given.registry.empty() || texts.size() > 1)
    return command.Fail(kUsage, "a case file is judged by itself, by the id of the registry",
                        "chancery verify " + ShellWord(given.files[0]) + " --registry ID");
  const absl::StatusOr<std::string> told = ReadFile(given.registry);
  const absl::StatusOr<std::string> id = RegistryIn(told.ok() ? *told : given.registry);
  return id.ok() ? VerifyCaseFile(command, given.files[0], texts[0], *id) : command.Fail(id.status());
}

}  // namespace

int VerifyFiles(const Command& command, const ReceiptFiles& given) {
  if (!given.policy.empty() && !given.registry.empty())
    return command.Fail(kUsage, "--policy and --registry are two ways to say whom to trust", "--registry alone");
  const absl::StatusOr<std::vector<std::string>> texts = ReadAll(given.files);
  if (!texts.ok()) return command.Fail(texts.status());
  if (IsCaseFile((*texts)[0])) return VerifyCase(command, given, *texts);
  const absl::StatusOr<std::string> growth = given.growth.empty() ? std::string() : ReadFile(given.growth);
  if (!growth.ok()) return command.Fail(growth.status());
  return given.registry.empty() ? ByPolicy(command, given, *texts, *growth) : ByChain(command, given, *texts, *growth);
}

}  // namespace chancery::cli
