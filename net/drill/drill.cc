#include "net/drill/drill.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "engine/base/file.h"

namespace chancery {
namespace drill {
namespace {

absl::StatusOr<std::string> TextIn(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  return text.ok() ? text : absl::NotFoundError(absl::StrCat("cannot read ", path));
}

// What a run prints: lines for people or objects for programs, each with the place of its statement.
class Printer {
 public:
  Printer(const Drill& drill, std::ostream& out, const DrillOptions& options) : drill_(drill), out_(out), options_(options) {
    width_ = drill.statements.empty() ? 1 : absl::StrCat(drill.statements.back().line).size();
  }

  void Print(const Statement& statement, const Step& step) {
    if (options_.json) {
      PrintObject(statement, step);
    } else if (step.end != Step::End::kHeld) {
      PrintFailure(statement, step);
    } else if (!options_.quiet) {
      const std::string line = absl::StrCat(statement.line);
      out_ << std::string(width_ - line.size(), ' ') << line << "  " << step.says << "\n";
    }
  }

  void PrintEnd() {
    if (!options_.json && !options_.quiet) out_ << drill_.origin << ": " << drill_.statements.size() << " statements, all held\n";
  }

 private:
  void PrintObject(const Statement& statement, const Step& step) {
    const bool held = step.end == Step::End::kHeld;
    if (held && options_.quiet) return;
    Literal object = Literal::Object();
    object.Add("line", statement.line).Add("statement", statement.text).Add("ok", held);
    if (held) object.Add("says", step.says);
    if (!step.entry.empty()) object.Add("entry", step.entry);
    if (!held) {
      Literal found = Literal::Object();
      for (const auto& [site, holds] : step.found) found.Add(site, holds);
      object.Add("expected", step.expected).Add("found", std::move(found));
    }
    out_ << object.Json() << "\n";
  }

  void PrintFailure(const Statement& statement, const Step& step) {
    out_ << drill_.origin << ":" << statement.line << ": " << statement.text << "\n";
    size_t width = std::string("expected").size();
    for (const auto& [site, holds] : step.found) width = std::max(width, site.size());
    const auto row = [&](const std::string& name, const std::string& words) {
      out_ << "  " << name << std::string(width - name.size(), ' ') << "  " << words << "\n";
    };
    row("expected", step.expected);
    for (const auto& [site, holds] : step.found) row(site, holds);
  }

  const Drill& drill_;
  std::ostream& out_;
  const DrillOptions& options_;
  size_t width_;
};

int Unreadable(std::ostream& err, const Drill& drill, const Statement& statement, const std::string& why) {
  err << drill.origin << ":" << statement.line << ":" << statement.column << ": " << why << "\n";
  return 2;
}

}  // namespace

int Rehearse(const Drill& drill, const Rehearsal::ReadPack& read_pack, std::ostream& out, std::ostream& err,
             const DrillOptions& options, const std::function<void(const Statement&, Sites&)>& after_each) {
  Rehearsal rehearsal(read_pack, options.folder);
  Printer printer(drill, out, options);
  bool founded = false;
  for (const Statement& statement : drill.statements) {
    const Step step = rehearsal.Run(statement);
    if (step.end == Step::End::kUnreadable) return Unreadable(err, drill, statement, step.expected);
    printer.Print(statement, step);
    if (step.end == Step::End::kFailed) return 1;
    founded |= statement.founds;
    if (founded && after_each) after_each(statement, rehearsal.sites());
  }
  printer.PrintEnd();
  return 0;
}

}  // namespace drill

int Rehearse(const std::string& path, std::ostream& out, std::ostream& err, const DrillOptions& options) {
  absl::StatusOr<std::string> text = drill::TextIn(path);
  if (!text.ok()) {
    err << text.status().message() << "\n";
    return 2;
  }
  absl::StatusOr<drill::Drill> parsed = drill::ParseDrill(*text, path);
  if (!parsed.ok()) {
    err << parsed.status().message() << "\n";
    return 2;
  }
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const auto read_pack = [&](const std::string& pack) { return drill::TextIn((folder / pack).string()); };
  DrillOptions here = options;
  here.folder = folder.string();
  return drill::Rehearse(*parsed, read_pack, out, err, here);
}

}  // namespace chancery
