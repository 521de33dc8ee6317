#include "engine/pipeline/find.h"

#include <algorithm>
#include <limits>

#include "engine/base/environment.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/register/standing.h"
#include "engine/text/value_text.h"

namespace chancery {

FindQuery& FindQuery::Where(std::string_view field, Literal value) {
  fields.push_back({std::string(field), std::move(value), "", std::nullopt, std::nullopt});
  return *this;
}

FindQuery& FindQuery::Between(std::string_view field, std::optional<Literal> at_least, std::optional<Literal> at_most) {
  fields.push_back({std::string(field), {}, "", std::move(at_least), std::move(at_most)});
  return *this;
}

namespace {

constexpr size_t kLoaded = 256;  // records that are in memory at a time

absl::Status Wrong(std::string_view message, std::string_view next = {}) {
  return Error(absl::StatusCode::kInvalidArgument, message, next);
}

// What a person writes for a value of the field: text is text, unless it is quoted as JSON is; anything else is JSON where it can
// be.
Literal Written(const FieldDef& def, const std::string& text) {
  absl::StatusOr<Literal> json = ParseJson(text);
  const bool named = def.type == FieldType::kText || def.type == FieldType::kShares || def.type == FieldType::kRanked ||
                     (def.type == FieldType::kSet && def.of == FieldType::kText);
  const bool bare = !json.ok() || (named && json->type != Literal::Type::kText && !json->null());
  return bare ? Literal(text) : *std::move(json);
}

// The type of what one of the values that stand in the field has.
FieldType TypeOf(const FieldDef& def) {
  if (def.type == FieldType::kSet) return def.of;
  if (def.type == FieldType::kShares || def.type == FieldType::kRanked) return FieldType::kText;
  return def.adds_up() || def.type == FieldType::kSerial ? FieldType::kInteger : def.type;
}

bool IsOrdered(FieldType type) {
  return type == FieldType::kInteger || type == FieldType::kRational || type == FieldType::kDate || type == FieldType::kTime ||
         type == FieldType::kText;
}

Interval From(Kind of, int64_t from, int64_t length) {
  Interval interval{of, from, std::nullopt};
  if (from <= std::numeric_limits<int64_t>::max() - length) interval.to = from + length;
  return interval;
}

// Each member of `wanted` is the same in `value`.
bool HasMembers(const Value& value, const Value& wanted) {
  const auto members = value.AsGroup();
  for (const auto& member : wanted.AsGroup())
    if (std::find(members.begin(), members.end(), member) == members.end()) return false;
  return true;
}

}  // namespace

bool Finder::Wanted::Accepts(const Value& standing) const {
  if (standing.unset() || (value && value->unset())) return value && *value == standing;
  if (sha256) return standing.kind == Kind::kBlob && Hex(standing.payload().substr(0, 32)) == *sha256;
  if (on) {
    const std::optional<Interval> interval = standing.kind == Kind::kInterval ? IntervalIn(standing.payload()) : std::nullopt;
    return interval && Overlap(*interval, *on);
  }
  if (value && value->kind == Kind::kGroup) return standing.kind == Kind::kGroup && HasMembers(standing, *value);
  if (value) return standing == *value;
  return (!at_least || (at_least->kind == standing.kind && !IsGreater(*at_least, standing))) &&
         (!at_most || (at_most->kind == standing.kind && !IsGreater(standing, *at_most)));
}

absl::StatusOr<Finder> Finder::Make(Workspace& work, Docket& docket, Reader& reader, const FindQuery& query) {
  Finder finder(work, docket, reader);
  RETURN_IF_ERROR(finder.Read(query));
  return finder;
}

absl::Status Finder::Read(const FindQuery& query) {
  ASSIGN_OR_RETURN(reg_, reader_.Register(query.reg));
  limit_ = query.limit;
  for (const FindQuery::Condition& condition : query.fields) RETURN_IF_ERROR(ReadCondition(condition));
  if (!query.on.empty()) RETURN_IF_ERROR(ReadOn(query.on));
  if (!query.refers_to.empty()) RETURN_IF_ERROR(ReadReference(query.refers_to));
  if (!query.rule.empty()) RETURN_IF_ERROR(ReadClaim(query.rule, query.claim));
  if (!query.in_case_of.empty()) RETURN_IF_ERROR(ReadCases(query.in_case_of));
  if (query.after.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Reader::Found after, reader_.Locate(query.after));
  if (after.reg != reg_) return Wrong(Cat(query.after, " is of another register than ", reg_->name));
  after_ = after.key;
  return absl::OkStatus();
}

absl::StatusOr<Value> Finder::Typed(const FieldInfo& field, const Literal& literal) {
  absl::StatusOr<Value> value = TypeValue(field.def, TypeOf(field.def), literal, field.path, *arena_);
  if (value.ok()) return value->KeptIn(*arena_);
  return Wrong(Explain(value.status()).message, "docs/reference/entry-json.md has every form");
}

absl::Status Finder::ReadCondition(const FindQuery::Condition& condition) {
  ASSIGN_OR_RETURN(const FieldInfo* field, reader_.FieldOf(*reg_, condition.field));
  Wanted wanted;
  wanted.field = field;
  if (condition.at_least || condition.at_most) {
    RETURN_IF_ERROR(ReadBounds(condition, &wanted));
  } else {
    const Literal literal = condition.written.empty() ? condition.value : Written(field->def, condition.written);
    if (literal.null()) {
      wanted.value = Value::Unset();
    } else if (field->def.type == FieldType::kBlob && literal.type == Literal::Type::kText) {
      wanted.sha256 = literal.text;
    } else {
      ASSIGN_OR_RETURN(wanted.value, Typed(*field, literal));
      NarrowByIndex(wanted);
    }
  }
  groups_.push_back({std::move(wanted)});
  return absl::OkStatus();
}

absl::Status Finder::ReadBounds(const FindQuery::Condition& condition, Wanted* wanted) {
  const FieldInfo& field = *wanted->field;
  if (!IsOrdered(TypeOf(field.def)))
    return Wrong(Cat(field.path, " has no order"), "numbers, dates, times and text lie between two values");
  if (condition.at_least) {
    ASSIGN_OR_RETURN(wanted->at_least, Typed(field, *condition.at_least));
  }
  if (condition.at_most) {
    ASSIGN_OR_RETURN(wanted->at_most, Typed(field, *condition.at_most));
  }
  return absl::OkStatus();
}

// The day, moment or number, as an interval of the field's kind; nullopt: it is none.
std::optional<Interval> Finder::Moment(const FieldDef& def, const std::string& on) {
  int64_t days = 0;
  if (def.of == FieldType::kTime && ParseDate(on, &days))
    return From(Kind::kTime, days * kDayMs, kDayMs);  // some time of that day
  const absl::StatusOr<Value> value = TypeValue(def, def.of, Literal(on), "on", *arena_);
  return value.ok() ? std::optional(From(value->kind, value->AsInteger(), 1)) : std::nullopt;
}

absl::Status Finder::ReadOn(const std::string& on) {
  Group group;
  bool any = false;
  for (const FieldInfo* field : reg_->by_name) {
    if (field->def.type != FieldType::kInterval) continue;
    any = true;
    Wanted wanted;
    wanted.field = field;
    wanted.on = Moment(field->def, on);
    if (wanted.on) group.push_back(std::move(wanted));
  }
  if (!any) return Wrong(Cat("register ", reg_->name, " has no interval"), "leave out the date");
  if (group.empty()) return Wrong(Cat("\"", on, "\" is no date"), "write it as 2026-05-03");
  groups_.push_back(std::move(group));
  return absl::OkStatus();
}

absl::Status Finder::ReadReference(const std::string& text) {
  ASSIGN_OR_RETURN(const Reader::Found target, reader_.Locate(text));
  if (target.field != nullptr) return Wrong(Cat(text, " names a field, not a record"));
  const std::string address = target.address.Text();
  Group group;
  std::vector<RecordKey> keys;
  for (const FieldInfo* field : reg_->by_name) {
    if (!field->refers() || field->def.to != target.reg->name) continue;
    Wanted wanted;
    wanted.field = field;
    wanted.value = Value(Kind::kReference, address).KeptIn(*arena_);
    group.push_back(std::move(wanted));
    for (RecordKey& key : Holders(field->hash, address)) keys.push_back(std::move(key));
  }
  if (group.empty()) return Wrong(Cat("no field of register ", reg_->name, " refers to register ", target.reg->name));
  groups_.push_back(std::move(group));
  Narrow(std::move(keys));
  return absl::OkStatus();
}

absl::Status Finder::ReadClaim(const std::string& id, const Literal& claim) {
  const RuleInfo* rule = work_.catalog().Rule(id);
  if (rule == nullptr || rule->def.kind == RuleKind::kAcyclic)
    return Wrong(Cat("no rule \"", id, "\" by which records claim something"), "unique, no-overlap and at-most are such kinds");
  if (rule->reg != reg_) return Wrong(Cat("rule ", id, " is on register ", rule->reg->name, ", not on ", reg_->name));
  claimed_.insert(claimed_.end(), rule->on.begin(), rule->on.end());
  Narrow(Holders(rule->hash, SubjectMeant(*rule, claim)));
  return absl::OkStatus();
}

absl::Status Finder::ReadCases(const std::string& rule) {
  std::vector<RecordKey> keys;
  absl::Status status;
  Docket::Each(work_.txn(), {}, [&](const CaseRow& row) {
    if (row.rule != rule || row.state == CaseState::kRuled) return true;
    const absl::StatusOr<std::vector<RecordKey>> concerned = reader_.Concerned(row);
    status = concerned.status();
    if (concerned.ok()) keys.insert(keys.end(), concerned->begin(), concerned->end());
    return status.ok();
  });
  Narrow(std::move(keys));
  return status;
}

void Finder::Narrow(std::vector<RecordKey> keys) {
  std::erase_if(keys, [&](const RecordKey& key) { return RegisterOf(key) != RegisterPart(reg_->hash); });
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  if (only_) std::erase_if(keys, [&](const RecordKey& key) { return !std::binary_search(only_->begin(), only_->end(), key); });
  only_ = std::move(keys);
}

// The rows of references, and of rules that want the value of this field alone to be unique, name every record that has it: of a
// record with more values in the field than limits::kClaimsOfARule those that a rule compares.
void Finder::NarrowByIndex(const Wanted& wanted) {
  const FieldInfo& field = *wanted.field;
  if (field.refers()) Narrow(Holders(field.hash, wanted.value->payload()));
  for (const RuleInfo* rule : field.rules) {
    if (rule->def.kind != RuleKind::kUnique || rule->on.size() != 1) continue;
    Few<const Value*, 4> values;
    values.push_back(&*wanted.value);
    Narrow(Holders(rule->hash, SubjectUnder(*rule, values)));
  }
}

std::vector<RecordKey> Finder::Holders(uint64_t rule, std::string_view subject) const {
  std::vector<RecordKey> keys;
  for (ClaimRow& row : work_.Claimants(rule, ClaimHash(subject))) keys.push_back(std::move(row.record));
  return keys;
}

absl::Status Finder::Each(const std::function<bool(const FoundView&)>& visit) {
  absl::Status status;
  const auto look = [&](std::string_view row, std::string_view stored) {
    const absl::StatusOr<bool> goes_on = Visit(row, stored, visit);
    status = goes_on.status();
    return goes_on.ok() && *goes_on;
  };
  if (!only_) {
    RETURN_IF_ERROR(reader_.Scan(reg_->name, after_, look));
    return status;
  }
  for (const RecordKey& key : *only_) {
    const bool told = key < after_ || (key == after_ && !Planted(Bug::kPageRepeats));
    if (!after_.empty() && told) continue;
    const auto stored = work_.txn().Get(Table::kRecord, key);
    if (stored && PeekField(*stored, 0).exists && !look(key, *stored)) break;
  }
  RETURN_IF_ERROR(work_.txn().status());
  return status;
}

// False: enough.
absl::StatusOr<bool> Finder::Visit(std::string_view row, std::string_view stored,
                                   const std::function<bool(const FoundView&)>& visit) {
  if (loaded_ >= kLoaded) {
    work_.Forget();
    loaded_ = 0;
  }
  for (const Group& group : groups_) {
    bool met = false;
    for (size_t i = 0; i < group.size() && !met; ++i) {
      ASSIGN_OR_RETURN(met, Meets(group[i], row, stored));
    }
    if (!met) return true;
  }
  ASSIGN_OR_RETURN(const FoundView found, Found(row, stored));
  ++loaded_;  // whoever is told will look at it
  return visit(found) && (limit_ == 0 || ++found_ < limit_);
}

// Where one write stands it is compared in its place.
absl::StatusOr<bool> Finder::Meets(const Wanted& wanted, std::string_view row, std::string_view stored) {
  if (!wanted.field->def.one_value()) return MeetsDecoded(wanted, row);
  const FieldPeek peek = PeekField(stored, wanted.field->handle);
  if (!peek.ok) return Error(absl::StatusCode::kDataLoss, Cat("record ", reg_->name, "/", KeyOf(row), " is damaged"));
  if (!peek.found) {
    const std::string& start = wanted.field->def.start;
    return wanted.Accepts(wanted.field->def.type == FieldType::kState ? Value::Text(start) : Value::Unset());
  }
  if (peek.single) return wanted.Accepts(Value(peek.kind, peek.payload));
  return MeetsDecoded(wanted, row);
}

absl::StatusOr<bool> Finder::MeetsDecoded(const Wanted& wanted, std::string_view row) {
  ++loaded_;
  ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(row, *reg_));
  bool any = false, met = false;
  RETURN_IF_ERROR(EachStanding(edit->record, *wanted.field, work_, [&](const Value& value) {
    if (!(any && Planted(Bug::kFindsTheFirst))) met = met || wanted.Accepts(value);
    any = true;
  }));
  return met || (!any && wanted.Accepts(Value::Unset()));
}

absl::StatusOr<bool> Finder::IsDisputed(const RecordKey& key, const RecordEdit& edit, const FieldInfo& field) const {
  if (!field.def.one_value() && !field.clashes()) return false;
  ASSIGN_OR_RETURN(const std::vector<Case> cases, docket_.OfField(key, edit, field));
  return std::any_of(cases.begin(), cases.end(), [](const Case& c) { return !c.notice; });
}

absl::StatusOr<FoundView> Finder::Found(std::string_view row, std::string_view stored) {
  FoundView found;
  const RecordKey key(row);
  found.address = work_.AddressOf(key);
  if (work_.txn().Count(Table::kCase) == 0) return found;
  std::vector<const FieldInfo*> asked = claimed_;
  for (const Group& group : groups_)
    for (const Wanted& wanted : group) {
      ASSIGN_OR_RETURN(const bool met, Meets(wanted, row, stored));
      if (met) asked.push_back(wanted.field);
    }
  ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(row, *reg_));
  for (const FieldInfo* field : asked) {
    ASSIGN_OR_RETURN(const bool disputed, IsDisputed(key, *edit, *field));
    if (disputed) found.contested.push_back(field->def.name);
  }
  ASSIGN_OR_RETURN(const std::vector<Case> cases, docket_.OfExistence(key, *edit));
  if (!cases.empty()) found.contested.push_back("existence");
  std::sort(found.contested.begin(), found.contested.end());
  found.contested.erase(std::unique(found.contested.begin(), found.contested.end()), found.contested.end());
  return found;
}

}  // namespace chancery
