#include "tests/model/searched.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "engine/base/strings.h"

namespace chancery::model {
namespace {

struct Question {
  FindQuery query;
  std::string words;  // for a failure
  std::vector<std::string> answer;
};

using Literals = std::vector<Literal>;

// What a field is found under.
Literals Standing(const FieldSpec& spec, const FieldView& view) {
  Literals all;
  const char* part = spec.type == Type::kShares ? "owner" : spec.type == Type::kRanked ? "id" : nullptr;
  if (spec.type == Type::kSet || part != nullptr) {
    for (const Literal& item : view.interim.list) all.push_back(part == nullptr ? item : *item.Find(part));
    if (all.empty()) all.push_back({});
  } else if (spec.one_value() && !view.values.empty()) {
    for (const StandingView& value : view.values) all.push_back(value.value);
  } else {
    all.push_back(view.interim);
  }
  return all;
}

// The bounds asked for reach from one below a standing number to it.
int64_t JustBelow(int64_t number) { return number == std::numeric_limits<int64_t>::min() ? number : number - 1; }

bool IsAsked(const Literal& standing, const Literal& asked) {
  if (asked.type != Literal::Type::kObject || asked.Find("from") != nullptr) return standing == asked;
  return std::all_of(asked.members.begin(), asked.members.end(), [&](const auto& member) {
    const Literal* found = standing.type == Literal::Type::kObject ? standing.Find(member.first) : nullptr;
    return found != nullptr && *found == member.second;
  });
}

bool HoldsOn(const Literal& interval, const Literal& at) {
  if (interval.null() || interval.Find("from")->type != at.type) return false;
  const Literal &from = *interval.Find("from"), &to = *interval.Find("to");
  if (at.type == Literal::Type::kText) return from.text <= at.text && (to.null() || at.text < to.text);
  return from.integer <= at.integer && (to.null() || at.integer < to.integer);
}

// Everything that can be asked of the records as they are.
class Questions {
 public:
  Questions(const Meaning& meaning, const std::vector<RecordView>& views) : meaning_(meaning), views_(views) {
    size_t i = 0;
    for (const auto& [address, row] : meaning.rows) AddOf(row, views[i++]);
  }
  bool empty() const { return asked_.empty(); }
  Question At(size_t at) const;
  size_t size() const { return asked_.size(); }

 private:
  enum class By { kValue, kOn, kReference, kBounds };
  struct Asked {
    By by = By::kValue;
    const Row* row = nullptr;
    uint32_t field = 0;
    Literal value;
  };
  void AddOf(const Row& row, const RecordView& view);
  bool Meets(const Asked& asked, const Row& row, const RecordView& view) const;

  const Meaning& meaning_;
  const std::vector<RecordView>& views_;
  std::vector<Asked> asked_;
};

void Questions::AddOf(const Row& row, const RecordView& view) {
  for (uint32_t f = 0; f < row.reg->fields.size(); ++f) {
    const FieldSpec& spec = row.spec(f);
    for (const Literal& value : Standing(spec, view.fields[f])) {
      if (!row.exists && spec.type != Type::kText) continue;  // of what is gone a little
      asked_.push_back({By::kValue, &row, f, value});
      if (value.null()) continue;
      if (spec.type == Type::kInterval) asked_.push_back({By::kOn, &row, f, *value.Find("from")});
      if (spec.type == Type::kReference) asked_.push_back({By::kReference, &row, f, value});
      if (spec.type == Type::kInteger || spec.type == Type::kCounter) asked_.push_back({By::kBounds, &row, f, value});
      if (spec.type == Type::kGroup) {
        const auto& [name, member] = value.members.front();
        asked_.push_back({By::kValue, &row, f, Literal::Object({{name, member}})});
      }
    }
  }
}

bool Questions::Meets(const Asked& asked, const Row& row, const RecordView& view) const {
  for (uint32_t f = 0; f < row.reg->fields.size(); ++f) {
    const FieldSpec& spec = row.spec(f);
    const bool every =
        (asked.by == By::kOn && spec.type == Type::kInterval) || (asked.by == By::kReference && spec.type == Type::kReference);
    if (f != asked.field && !every) continue;
    for (const Literal& value : Standing(spec, view.fields[f])) {
      if (asked.by == By::kOn       ? HoldsOn(value, asked.value)
          : asked.by == By::kBounds ? value.type == Literal::Type::kInteger && value.integer >= JustBelow(asked.value.integer) &&
                                          value.integer <= asked.value.integer
                                    : IsAsked(value, asked.value))
        return true;
    }
  }
  return false;
}

Question Questions::At(size_t at) const {
  const Asked& asked = asked_[at];
  const std::string& field = asked.row->spec(asked.field).name;
  Question question;
  question.query.reg = asked.row->reg->name;
  question.words = Cat(question.query.reg, ".", field, " ", asked.value.Json());
  switch (asked.by) {
    case By::kOn:
      question.query.on = asked.value.type == Literal::Type::kText ? asked.value.text : asked.value.Json();
      break;
    case By::kReference:
      question.query.refers_to = asked.value.text;
      break;
    case By::kBounds:
      question.query.Between(field, Literal(JustBelow(asked.value.integer)), asked.value);
      break;
    case By::kValue:
      question.query.Where(field, asked.value);
  }
  size_t i = 0;
  for (const auto& [address, row] : meaning_.rows) {
    const RecordView& view = views_[i++];
    if (!row.exists || row.reg != asked.row->reg || !Meets(asked, row, view)) continue;
    question.answer.push_back(address);
  }
  std::sort(question.answer.begin(), question.answer.end(),
            [](const std::string& a, const std::string& b) { return Address::Parse(a)->key < Address::Parse(b)->key; });
  return question;
}

std::string Shown(const std::vector<std::string>& addresses) {
  std::string out = "[";
  for (const std::string& address : addresses) out += (out.size() > 1 ? " " : "") + address;
  return out + "]";
}

absl::StatusOr<std::vector<std::string>> Pages(const Snapshot& snapshot, FindQuery query, size_t limit) {
  query.limit = limit;
  std::vector<std::string> all;
  for (;;) {
    const auto page = snapshot.Find(query);
    if (!page.ok()) return page.status();
    for (const FoundView& found : *page) all.push_back(found.address);
    if (limit == 0 || page->size() < limit) return all;
    query.after = all.back();
  }
}

// A field that is contested says so wherever it is found by.
std::string CheckContested(const Snapshot& snapshot, const Question& question, const Meaning& meaning, Tally& tally) {
  const auto found = snapshot.Find(question.query);
  for (const FoundView& one : found.ok() ? *found : std::vector<FoundView>()) {
    const RecordView view = meaning.View(meaning.rows.at(one.address));
    std::vector<std::string> disputed;
    for (const FieldView& field : view.fields)
      if (field.contested) disputed.push_back(field.name);
    if (!view.cases.empty()) disputed.push_back("existence");
    std::sort(disputed.begin(), disputed.end());
    if (!std::includes(disputed.begin(), disputed.end(), one.contested.begin(), one.contested.end()))
      return Cat(one.address, " is found as contested in ", Shown(one.contested), ", model: ", Shown(disputed));
    for (const FindQuery::Condition& condition : question.query.fields) {
      const bool wanted = std::count(disputed.begin(), disputed.end(), condition.field) > 0;
      if (wanted != (std::count(one.contested.begin(), one.contested.end(), condition.field) > 0))
        return Cat(one.address, " is found by ", question.words, ", contested: ", wanted);
      tally["found, contested"] += wanted;
    }
  }
  return "";
}

}  // namespace

std::string CheckFound(const Snapshot& snapshot, const Meaning& meaning, const std::vector<RecordView>& views,
                       SeededRandom& random, Tally& tally) {
  const Questions questions(meaning, views);
  for (int n = 0; n < 2 && !questions.empty(); ++n) {
    const Question question = questions.At(random.Below(questions.size()));
    for (const size_t limit : {0, 2}) {
      const auto found = Pages(snapshot, question.query, limit);
      if (!found.ok()) return Cat("finding ", question.words, ": ", found.status().ToString());
      if (*found != question.answer)
        return Cat("by ", question.words, " is found ", Shown(*found), ", model: ", Shown(question.answer));
    }
    if (std::string different = CheckContested(snapshot, question, meaning, tally); !different.empty()) return different;
    tally["found"] += question.answer.size();
    tally["found by an interval"] += !question.query.on.empty() && !question.answer.empty();
    tally["found by a reference"] += !question.query.refers_to.empty() && !question.answer.empty();
  }
  return "";
}

std::string CheckCasePages(const Snapshot& snapshot, Tally& tally) {
  const auto all = snapshot.Cases();
  if (!all.ok()) return all.status().ToString();
  CaseFilter filter;
  filter.limit = 2;
  size_t at = 0;
  for (;;) {
    const auto page = snapshot.Cases(filter);
    if (!page.ok()) return page.status().ToString();
    for (const CaseView& one : *page) {
      if (at == all->size() || (*all)[at].id != one.id)
        return Cat("in pages the docket has ", one.rule, " ", one.subject, " elsewhere");
      ++at;
    }
    if (page->size() < filter.limit) break;
    filter.after_rule = page->back().rule;
    filter.after_subject = page->back().subject;
    ++tally["pages of cases"];
  }
  return at == all->size() ? "" : Cat("in pages the docket has ", at, " cases, at once ", all->size());
}

std::string Follower::Take(const ChangeView& change, const Book& book) {
  const Item* item = book.Find(change.entry.short_name);
  if (item == nullptr) return "told of " + change.entry.short_name + ", which nobody filed";
  if (told_[item->entry.lane] + 1 != item->entry.seq) return Cat("told of ", change.entry.short_name, " behind ", position_);
  for (const auto& [lane, seq] : item->past)
    if (lane != item->entry.lane && seq > 0 && !Has(told_, {lane, seq}))
      return Cat("told of ", change.entry.short_name, " before its causes");
  told_[item->entry.lane] = item->entry.seq;
  position_ = change.position;
  return "";
}

std::string Follower::Look(const Snapshot& snapshot, const Book& book, const Seen& held, Tally& tally) {
  std::string wrong;
  const absl::Status told = snapshot.Changes(position_, "", [&](const ChangeView& change) {
    wrong = Take(change, book);
    ++tally["changes told"];
    return wrong.empty();
  });
  if (!told.ok()) return told.ToString();
  if (!wrong.empty()) return wrong;
  for (const auto& [lane, seq] : held)
    if (seq > 0 && !Has(told_, {lane, seq})) return Cat("a follower was not told of ", book.labels.at(lane), "-", seq);
  return position_ == snapshot.Frontier() ? "" : Cat("a follower is at ", position_, ", the site at ", snapshot.Frontier());
}

}  // namespace chancery::model
