#include "net/cli/entry_words.h"

#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

std::string Text(const Literal& object, std::string_view key) {
  const Literal* found = object.Find(key);
  return found == nullptr ? std::string() : Words(*found);
}

// "Mari 1/2, Jaan 1/2"; "nobody" of the first transfer.
std::string Parts(const Literal& shares) {
  std::string out;
  for (const Literal& share : shares.list) out += (out.empty() ? "" : ", ") + Text(share, "owner") + " " + Text(share, "share");
  return out.empty() ? "nobody" : out;
}

// "owner Mari, area_m2 1200", "tags + a, - b": the members of one operation.
std::vector<std::string> Changes(const Literal& op) {
  std::vector<std::string> out;
  for (const auto& [verb, value] : op.members) {
    if (verb == "set") {
      for (const auto& [field, to] : value.members) out.push_back(Plain(field) + " " + Words(to));
    } else if (verb == "move") {
      for (const auto& [field, to] : value.members) out.push_back(Plain(field) + " to " + Words(to));
    } else if (verb == "revive") {
      out.push_back("exists again");
    } else if (verb == "end") {
      out.push_back("ended");
    } else if (verb == "unset") {
      for (const Literal& field : value.list) out.push_back("no " + Words(field));
    } else if (verb == "withdraw") {
      for (const auto& [field, entries] : value.members) out.push_back(Plain(field) + " withdrawn");
    } else if (verb == "issue") {
      for (const auto& [field, number] : value.members) out.push_back(Plain(field) + " " + Words(number) + " issued");
    } else if (verb == "bump") {
      for (const auto& [field, by] : value.members) out.push_back(Plain(field) + (by.integer > 0 ? " + " : " ") + Words(by));
    } else if (verb == "grant") {
      for (const auto& [field, grant] : value.members)
        out.push_back(Plain(field) + " " + Text(grant, "amount") + " granted to " + Text(grant, "to"));
    } else if (verb == "transfer") {
      for (const auto& [field, transfer] : value.members)
        out.push_back(Plain(field) + " from " + Parts(*transfer.Find("from")) + " to " + Parts(*transfer.Find("to")));
    } else if (verb == "file") {
      for (const auto& [field, charge] : value.members)
        out.push_back(Plain(field) + " " + Text(charge, "id") + ", " + Text(charge, "class") + " " + Text(charge, "value"));
    } else if (verb == "strike") {
      for (const auto& [field, ids] : value.members) out.push_back(Plain(field) + " " + Words(ids) + " struck off");
    } else if (verb == "cede") {
      for (const auto& [field, move] : value.members)
        out.push_back(Plain(field) + " " + Text(move, "id") + " behind " + Text(move, "behind"));
    } else if (verb == "ahead") {
      for (const auto& [field, moves] : value.members)
        for (const Literal& move : moves.list)
          out.push_back(Plain(field) + " " + Text(move, "id") + " ahead of " + Text(move, "ahead"));
    } else if (verb == "add" || verb == "remove") {
      for (const auto& [field, items] : value.members)
        out.push_back(Plain(field) + (verb == "add" ? " + " : " - ") + Words(items));
    }
  }
  return out;
}

std::string DescribeOp(const Literal& op) {
  static constexpr std::pair<const char*, const char*> kVerbs[] = {{"create", ": new"}, {"record", ":"}, {"delete", ": deleted"}};
  std::string out;
  for (const auto& [verb, words] : kVerbs) {
    if (const std::string address = Text(op, verb); !address.empty()) out = address + words;
  }
  const std::vector<std::string> changes = Changes(op);
  for (size_t i = 0; i < changes.size(); ++i) {
    const bool first = i == 0 && out.ends_with(':');
    out += (first ? " " : ", ") + changes[i];
  }
  return out;
}

std::string DescribeRuling(const std::string& verb, const Literal& detail) {
  return verb + Text(detail, "rule") + " " + Text(detail, "subject") + ": " + Text(detail, "outcome");
}

std::string DescribeDetail(const EntryView& entry) {
  if (entry.kind == "ruling") return DescribeRuling("ruled ", entry.detail);
  if (entry.kind == "proposal") return DescribeRuling("proposed on ", entry.detail);
  if (entry.kind == "return") return "sent back " + Text(entry.detail, "returns") + ": " + Text(entry.detail, "reason");
  const char* names[] = {"registry", "pack", "site"};
  for (const char* name : names) {
    if (const std::string value = Text(entry.detail, name); !value.empty()) return entry.kind + " " + value;
  }
  return entry.kind;
}

}  // namespace

std::vector<std::string> Describe(const EntryView& entry) {
  std::vector<std::string> lines;
  if (!entry.detail.null()) lines.push_back(DescribeDetail(entry));
  for (const Literal& op : entry.ops.list) lines.push_back(DescribeOp(op));
  if (!entry.note.empty()) lines.push_back("note: " + Plain(entry.note));
  if (lines.empty()) lines.push_back(entry.kind);
  return lines;
}

}  // namespace chancery::cli
