// What `pack check` prints: what can clash, and what merges in silence.
#include <algorithm>
#include <tuple>

#include "engine/base/strings.h"
#include "engine/pack/pack.h"

namespace chancery {
namespace {

// How a case of this field or rule is handled, after what opens it.
template <class Def>
std::string Handling(const Def& def, const PackDef& pack) {
  if (def.notice) return "are a notice, which waits for nobody";
  const int officers = def.officers > 0 ? def.officers : pack.officers;
  return Cat("are a case", officers > 1 ? " that two officers rule on" : "",
             def.hold ? "; until then the site holds back entries on the record" : "");
}

std::string Meanwhile(const FieldDef& field) {
  if (field.interim == Interim::kNone) return "no value is shown meanwhile";
  return Cat("the ", field.interim == Interim::kFirst ? "first" : "last", " is shown meanwhile, which decides nothing");
}

std::string Clash(const FieldDef& field, const PackDef& pack) {
  if (field.type == FieldType::kState) {
    std::string apart = Cat("moves to different states, made apart, ", Handling(field, pack), "; ", Meanwhile(field));
    for (const auto& [a, b] : field.confluent) apart += Cat("; ", a, " and ", b, " go together");
    return apart;
  }
  if (field.type == FieldType::kShares)
    return Cat("two transfers of one share, made apart, ", Handling(field, pack),
               "; the first counts meanwhile, and all still add up to 1");
  if (field.type == FieldType::kRanked) {
    const std::string tie = field.tie_equal ? "are of equal rank, a notice, which waits for nobody" : Handling(field, pack);
    return Cat("charges of one class filed apart ", tie, "; one id given to two charges, and cessions that cannot all hold, ",
               Handling(field, pack));
  }
  if (field.type == FieldType::kSerial)
    return Cat("two numbers issued apart to one record ", Handling(field, pack), "; no two records ever get one number");
  const std::string_view whole = field.type == FieldType::kGroup ? ", compared as a whole," : "";
  const std::string_view written = field.merge == MergeKind::kOnce ? "set once: different values" : "different values";
  return Cat(written, whole, " written apart ", Handling(field, pack), "; ", Meanwhile(field));
}

// Def: the field itself, or the [[rule]] that takes its place.
template <class Def>
std::string Dangling(const Def& def, std::string_view target, const PackDef& pack) {
  return Cat("a reference and, apart from it, the deletion of the ", target, " that it names ", Handling(def, pack));
}

std::string Joined(const std::vector<FieldPath>& paths) {
  std::string out;
  for (const FieldPath& path : paths) absl::StrAppend(&out, out.empty() ? "" : ", ", path.Text());
  return out;
}

std::string Breach(const RuleDef& rule) {
  switch (rule.kind) {
    case RuleKind::kNoOverlap:
      return Cat("stretches of two records that meet, for one ", Joined(rule.per), ",");
    case RuleKind::kAtMost:
      return Cat("what adds up, for one ", Joined(rule.per), ", to more than ",
                 rule.limit_field ? rule.limit_field->Text() : absl::StrCat(rule.limit), ",");
    case RuleKind::kAcyclic:
      return "references that lead back to where they began";
    default:
      return Cat("two records with one value", rule.on.size() > 1 ? Cat(" of ", Joined(rule.on)) : "",
                 rule.casefold ? ", compared without case and form (NFKC, case folded)," : "");
  }
}

std::string Clash(const RuleDef& rule, const PackDef& pack) {
  std::string out = Cat(Breach(rule), " ", Handling(rule, pack));
  if (rule.same.has_value()) out += Cat("; not where both have one and the same ", rule.same->Text(), ": that is one filing");
  return out;
}

// "" where the field does not merge in silence.
std::string Silence(const FieldDef& field) {
  if (field.type == FieldType::kSet)
    return field.remove_wins ? "an element added and removed apart is out" : "an element added and removed apart stays in";
  if (field.type == FieldType::kLadder) return "of steps taken apart the highest stays";
  if (field.type == FieldType::kCounter) return "what is counted apart adds up";
  if (field.type == FieldType::kEscrow) return "each site uses what it was granted; all together never more than there is";
  if (!field.by.empty())
    return Cat("of values written apart the one with the greatest ", field.by, " stays; the other is gone without a case");
  if (field.merge == MergeKind::kLast) return "of values written apart the later stamp stays; the other is gone without a case";
  return "";
}

const RuleDef* ReferenceRule(const PackDef& pack, const FieldPath& path) {
  for (const RuleDef& rule : pack.rules)
    if (rule.kind == RuleKind::kReference && rule.on.front() == path) return &rule;
  return nullptr;
}

void AddField(const FieldPath& path, const FieldDef& field, const PackDef& pack, PackReport& report) {
  const std::string where = path.Text();
  const RuleDef* rule = ReferenceRule(pack, path);
  const std::string id = rule == nullptr ? where : rule->id;
  if (field.type == FieldType::kReference) {
    std::string dangling = rule == nullptr ? Dangling(field, field.to, pack) : Dangling(*rule, field.to, pack);
    if (field.unset_on_deletion) dangling += "; a deletion that knows the reference unsets it";
    report.clashes.push_back({id, where, std::move(dangling)});
  }
  if (const std::string silence = Silence(field); silence.empty()) {
    report.clashes.push_back({id, where, Clash(field, pack)});
  } else {
    report.silent.push_back({"", where, silence});
  }
}

void Sort(std::vector<PackLine>& lines) {
  std::stable_sort(lines.begin(), lines.end(),
                   [](const PackLine& a, const PackLine& b) { return std::tie(a.where, a.rule) < std::tie(b.where, b.rule); });
}

}  // namespace

PackReport Report(const PackDef& pack) {
  PackReport report;
  for (const RegisterDef& reg : pack.registers) {
    const RuleDef existence;  // the rule that exists by itself has the ground rules of the pack
    report.clashes.push_back({"existence", reg.name,
                              Cat("two creations of one address apart ", Handling(existence, pack),
                                  "; not where both have one basis or id: that is one document")});
    report.clashes.push_back({"existence", reg.name,
                              Cat("a deletion and, apart from it, any other operation on the record ", Handling(existence, pack),
                                  "; until then the record exists")});
    for (const FieldDef& field : reg.fields) AddField({reg.name, field.name}, field, pack, report);
  }
  for (const RuleDef& rule : pack.rules) {
    if (rule.kind != RuleKind::kReference) report.clashes.push_back({rule.id, Joined(rule.on), Clash(rule, pack)});
    if (rule.kind == RuleKind::kReference && pack.Find(rule.on.front().reg) == nullptr)  // on a field of an earlier pack
      report.clashes.push_back({rule.id, Joined(rule.on), Dangling(rule, "record", pack)});
  }
  Sort(report.clashes);
  Sort(report.silent);
  return report;
}

}  // namespace chancery
