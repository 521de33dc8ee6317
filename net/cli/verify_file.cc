#include "net/cli/verify_file.h"

#include "chancery/receipt.h"
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

// What every verdict has; more is added behind it.
template <class View>
Literal Head(const std::vector<std::string>& files, const std::string& policy, const View& view) {
  Literal body = Literal::Object();
  body.Add("files", TextList(files)).Add("policy", policy).Add("verdict", view.verdict);
  body.Add("reasons", SentenceList(view.reasons)).Add("says", SentenceList(view.says));
  return body.Add("does_not_say", SentenceList(view.does_not_say));
}

std::string Trust(const std::string& policy) {
  return Labelled("Trust", "All this rests on the keys in " + Plain(policy) +
                               ": ask somebody whom you trust whether they are the registry's.");
}

template <class View>
std::string Body(const Command& command, const std::string& policy, const View& view) {
  if (view.verdict != "PROVEN") return Sentences("Because", view.reasons);
  return SaysAndNot(view.says, view.does_not_say) + (command.verbose() ? Sentences("Checked", view.reasons) : "") + Trust(policy);
}

int Show(const Command& command, const std::string& file, const std::string& policy, const ReceiptView& view) {
  if (command.json()) {
    Literal body = Head({file}, policy, view);
    body.Add("strength", TextOrNull(view.strength)).Add("origin", view.origin);
    body.Add("index", static_cast<int64_t>(view.index)).Add("size", static_cast<int64_t>(view.size));
    body.Add("entry", view.entry.id.empty() ? Literal() : Json(view.entry));
    body.Add("not_after", TextOrNull(view.not_after)).Add("not_after_by", TextOrNull(Plain(view.not_after_by)));
    return command.Line(Literal::Object({{"verdict", std::move(body)}})), ExitOf(view.verdict);
  }
  std::string screen = Bold(view.verdict) + "  " + Plain(file) + (view.strength.empty() ? "" : ": " + view.strength) + "\n";
  if (!command.quiet() && !view.entry.id.empty())
    screen += Labelled("", WhoAndWhat(view.entry)) + Labelled("Entry", view.entry.id);
  command.Print(command.quiet() ? screen : screen + "\n" + Body(command, policy, view));
  return ExitOf(view.verdict);
}

int Show(const Command& command, const std::vector<std::string>& files, const std::string& policy, const BeforeView& view) {
  if (command.json()) {
    Literal body = Head(files, policy, view);
    const auto add = [&](const char* name, const ReceiptView& one) {
      body.Add(name, one.entry.id.empty() ? Literal() : Json(one.entry));
    };
    add("before", view.a);
    add("after", view.b);
    if (view.two_versions) body.Add("two_versions", true);
    return command.Line(Literal::Object({{"verdict", std::move(body)}})), ExitOf(view.verdict);
  }
  std::string screen = Bold(view.verdict) + "  " + Plain(files[0]) + " before " + Plain(files[1]) + "\n";
  if (!command.quiet()) screen += "\n" + Body(command, policy, view);
  if (!command.quiet() && view.verdict == "INCONCLUSIVE")
    screen += "\n" + NextBlock({"chancery checkpoint --from " + ShellWord(files[0]) + " --to " + ShellWord(files[1]) +
                                " -o FILE   # at a site; then --growth FILE"});
  command.Print(screen);
  return ExitOf(view.verdict);
}

}  // namespace

int VerifyFiles(const Command& command, const std::vector<std::string>& files, const std::string& policy,
                const std::string& growth) {
  const std::string keys = policy.empty() ? files[0] + ".policy" : policy;
  std::vector<std::string> texts;
  for (const std::string& file : files) {
    absl::StatusOr<std::string> text = ReadFile(file);
    if (!text.ok()) return command.Fail(text.status());
    texts.push_back(*std::move(text));
  }
  const absl::StatusOr<std::string> trusted = ReadFile(keys);
  if (!trusted.ok())
    return command.Fail(absl::IsNotFound(trusted.status()) ? kUsage : kFailed, "whom to trust is not said: there is no " + keys,
                        "--policy FILE: the keys of the registry's sites, from somebody you trust");
  if (files.size() == 2) {
    const absl::StatusOr<std::string> grown = growth.empty() ? std::string() : ReadFile(growth);
    if (!grown.ok()) return command.Fail(grown.status());
    const absl::StatusOr<BeforeView> view = VerifyBefore(texts[0], texts[1], *trusted, *grown);
    return view.ok() ? Show(command, files, keys, *view) : command.Fail(view.status());
  }
  const absl::StatusOr<ReceiptView> view = VerifyReceipt(texts[0], *trusted);
  return view.ok() ? Show(command, files[0], keys, *view) : command.Fail(view.status());
}

}  // namespace chancery::cli
