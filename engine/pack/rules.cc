// Rules: what they go on, and what each kind asks for.
#include <algorithm>
#include <array>

#include "engine/pack/nearest.h"
#include "engine/pack/parse.h"

namespace chancery {
namespace {

constexpr std::array<std::string_view, 5> kKinds = {"unique", "reference", "no-overlap", "at-most", "acyclic"};
constexpr std::array<std::string_view, 5> kReservedIds = {"existence", "premise", "authority", "orphan", "pack"};

bool IsNumber(const FieldDef& field) { return field.type == FieldType::kInteger || field.type == FieldType::kRational; }

// What may be compared for being the same: one value at a time.
bool IsComparable(const FieldDef& field) {
  return field.plain_kind() || field.type == FieldType::kState || field.type == FieldType::kReference ||
         field.type == FieldType::kSerial;
}

// One rule being read.
class RuleReader {
 public:
  RuleReader(const toml::table& table, std::string what, Reading& reading)
      : table_(table, std::move(what), reading.problems), reading_(reading) {}

  RuleDef Read() {
    ReadId();
    rule_.title = table_.Text("title").value_or("");
    const size_t kind = table_.OneOf("kind", {kKinds.begin(), kKinds.end()}, kKinds.size());
    ReadOn("on", rule_.on);
    ReadHandling(table_, rule_);
    if (!table_.Need("kind") || kind == kKinds.size()) return rule_;
    rule_.kind = static_cast<RuleKind>(kind);
    ReadByKind();
    table_.Finish();
    return rule_;
  }

 private:
  void ReadId() {
    table_.Need("id");
    rule_.id = table_.Text("id").value_or("");
    if (rule_.id.empty()) return;
    const std::string_view id = rule_.id;
    const size_t dot = id.find('.');
    const RegisterDef* reg = dot == std::string_view::npos ? nullptr : reading_.FindRegister(id.substr(0, dot));
    if (reg != nullptr && reg->Find(id.substr(dot + 1)) != nullptr) {
      table_.Wrong("id", Cat("\"", id, "\" is the rule that this field has by itself"));
    } else if (!IsName(id)) {
      table_.Wrong("id", Cat("\"", id, "\": a name is a lower-case letter, then letters, digits, - and _, 63 at most"));
    }
    if (std::find(kReservedIds.begin(), kReservedIds.end(), id) != kReservedIds.end()) {
      table_.Wrong("id", Cat("\"", id, "\" is the id of a rule that exists by itself"));
    }
    CheckIdIsNew(reading_.pack);
    for (const PackDef& pack : reading_.loaded) {
      if (!reading_.Earlier(pack)) CheckIdIsNew(pack);
    }
  }

  void CheckIdIsNew(const PackDef& pack) {
    if (std::none_of(pack.rules.begin(), pack.rules.end(), [this](const RuleDef& r) { return r.id == rule_.id; })) return;
    table_.Wrong("id", Cat("\"", rule_.id, "\" is a rule of the pack ", pack.name, " already"));
  }

  // The field that a path names; nullptr, with the problem told, where there is none.
  const FieldDef* Resolve(const Item& item, FieldPath* path) {
    const size_t dot = item.text.find('.');
    *path = {item.text.substr(0, dot), dot == std::string::npos ? "" : item.text.substr(dot + 1)};
    const RegisterDef* reg = reading_.FindRegister(path->reg);
    if (dot == std::string::npos) {
      Problem(item, "a field is written register.field");
    } else if (reg == nullptr) {
      Problem(item, Cat("there is no register \"", path->reg, "\"", Nearest(path->reg, reading_.RegisterNames())));
    } else if (const FieldDef* field = reg->Find(path->field)) {
      return field;
    } else {
      std::vector<std::string> names;
      for (const FieldDef& field : reg->fields) names.push_back(field.name);
      Problem(item, Cat("register ", reg->name, " has no field \"", path->field, "\"", Nearest(path->field, names)));
    }
    return nullptr;
  }

  void Problem(const Item& item, std::string_view why) {
    reading_.problems.Wrong(item.at, Cat(table_.what(), ": \"", item.text, "\": ", why));
  }

  void ReadOn(const char* key, std::vector<FieldPath>& paths) {
    if (!table_.Need(key)) return;
    for (const Item& item : table_.Texts(key)) {
      FieldPath path;
      if (Resolve(item, &path) == nullptr) continue;
      if (std::find(paths.begin(), paths.end(), path) != paths.end()) Problem(item, "it is named twice");
      if (!paths.empty() && paths.front().reg != path.reg) Problem(item, Cat("all fields of ", key, " are of one register"));
      paths.push_back(std::move(path));
    }
  }

  const FieldDef& FieldOf(const FieldPath& path) const { return *reading_.FindRegister(path.reg)->Find(path.field); }

  // The rule goes on one field, and it is of the right kind.
  template <class Fits>
  void CheckOnOne(Fits fits, std::string_view form) {
    if (rule_.on.empty()) return;
    if (rule_.on.size() > 1 || !fits(FieldOf(rule_.on.front()))) {
      table_.Wrong("on", Cat("of a rule of kind ", NameOf(rule_.kind), " is one ", form));
    }
  }

  void ReadPer() {
    ReadOn("per", rule_.per);
    if (!rule_.per.empty() && !rule_.on.empty() && rule_.per.front().reg != rule_.on.front().reg) {
      table_.Wrong("per", "names fields of the register that the rule goes on");
    }
    for (const FieldPath& path : rule_.per) {
      if (!IsComparable(FieldOf(path)))
        table_.Wrong("per", Cat("names plain fields and references; ", path.Text(), " is a ", NameOf(FieldOf(path).type)));
    }
  }

  void ReadByKind() {
    const auto is_reference = [](const FieldDef& f) { return f.type == FieldType::kReference; };
    switch (rule_.kind) {
      case RuleKind::kUnique:
        return ReadUnique();
      case RuleKind::kReference:
        CheckOnOne(is_reference, "reference field");
        return CheckIsOnlyOne();
      case RuleKind::kAcyclic:
        CheckOnOne(is_reference, "reference field");
        if (rule_.on.size() == 1 && is_reference(FieldOf(rule_.on[0])) && FieldOf(rule_.on[0]).to != rule_.on[0].reg)
          table_.Wrong("on", Cat("refers to another register: nothing leads back from there to ", rule_.on[0].reg));
        return;
      case RuleKind::kNoOverlap:
        CheckOnOne([](const FieldDef& f) { return f.type == FieldType::kInterval; }, "interval field");
        ReadPer();
        return ReadSame();
      case RuleKind::kAtMost:
        CheckOnOne(IsNumber, "integer or rational field");
        ReadPer();
        return ReadLimit();
    }
  }

  // A rule of kind reference takes the place of the one that the field has by itself: there is one such place.
  void CheckIsOnlyOne() {
    const auto check = [this](const PackDef& pack) {
      for (const RuleDef& other : pack.rules)
        if (other.kind == RuleKind::kReference && other.on == rule_.on)
          table_.Wrong("on", Cat("is the field of rule ", other.id, " already"));
    };
    check(reading_.pack);
    for (const PackDef& pack : reading_.loaded)
      if (!reading_.Earlier(pack)) check(pack);
  }

  void ReadUnique() {
    rule_.casefold = table_.OneOf("normalise", {"none", "nfkc-casefold"}, 0) == 1;
    for (const FieldPath& path : rule_.on) {
      const FieldDef& field = FieldOf(path);
      if (!IsComparable(field)) table_.Wrong("on", Cat("names fields of one value; ", path.Text(), " is a ", NameOf(field.type)));
      if (rule_.casefold && field.type != FieldType::kText) {
        table_.Wrong("normalise", Cat("is for text; ", path.Text(), " is of type ", NameOf(field.type)));
      }
    }
    ReadSame();
  }

  void ReadSame() {
    const std::optional<std::string> text = table_.Text("same");
    FieldPath path;
    const FieldDef* field = text.has_value() ? Resolve({*text, table_.At("same")}, &path) : nullptr;
    if (field == nullptr) return;
    if (!rule_.on.empty() && path.reg != rule_.on.front().reg)
      table_.Wrong("same", "is a field of the register that the rule goes on");
    if (!field->plain_kind()) table_.Wrong("same", Cat("is a plain field; ", path.Text(), " is a ", NameOf(field->type)));
    rule_.same = std::move(path);
  }

  // A number, or a numeric field of the record that the one `per` reference names.
  void ReadLimit() {
    const toml::node* limit = table_.Node("limit");
    if (!table_.Need("limit")) return;
    if (limit->is_integer()) {
      rule_.limit = limit->as_integer()->get();
      return;
    }
    if (!limit->is_string()) return table_.Wrong("limit", "is an integer or a field, for example \"block.area_m2\"");
    FieldPath path;
    const FieldDef* field = Resolve({limit->as_string()->get(), limit->source().begin}, &path);
    if (field == nullptr) return;
    if (!IsNumber(*field)) table_.Wrong("limit", Cat("is a number; ", path.Text(), " is of type ", NameOf(field->type)));
    if (rule_.per.size() != 1 || FieldOf(rule_.per.front()).to != path.reg) {
      table_.Wrong("limit", Cat("names a field of ", path.reg, ", so per is one reference to ", path.reg));
    }
    rule_.limit_field = std::move(path);
  }

  TableReader table_;
  Reading& reading_;
  RuleDef rule_;
};

std::string WhatOf(const toml::table& table, size_t index) {
  const auto* id = table["id"].as_string();
  return id == nullptr ? absl::StrCat("rule number ", index + 1) : absl::StrCat("rule ", id->get());
}

}  // namespace

std::string_view NameOf(RuleKind kind) { return kKinds[static_cast<size_t>(kind)]; }

void ReadRules(const toml::array& rules, Reading& reading) {
  for (size_t i = 0; i < rules.size(); ++i) {
    const toml::table* table = rules[i].as_table();
    if (table == nullptr) {
      reading.problems.Wrong(rules[i].source().begin, "rule is a list of tables: [[rule]]");
      continue;
    }
    reading.pack.rules.push_back(RuleReader(*table, WhatOf(*table, i), reading).Read());
  }
}

}  // namespace chancery
