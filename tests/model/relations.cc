#include "tests/model/relations.h"

#include <algorithm>
#include <tuple>

namespace chancery::model {
namespace {

// Visible writes that say something.
std::vector<Act> Told(const Row& row, const std::string& field) {
  std::vector<Act> out = row.Visible(OrdinalOf(*row.reg, field));
  std::erase_if(out, [](const Act& write) { return write.value().unset(); });
  return out;
}

// The groups that a record is in: a value of each `per` field, and the writes of these values.
struct Membership {
  std::string subject;
  std::vector<Act> writes;  // of all its values, the first one of each field's chosen value
};

std::vector<Membership> MembershipsOf(const Row& row, const RuleSpec& rule) {
  std::vector<std::vector<Act>> choices;
  for (const std::string& field : rule.per) {
    std::vector<Act>& distinct = choices.emplace_back();
    for (const Act& write : Told(row, field)) {
      const auto same = [&](const Act& other) { return other.value() == write.value(); };
      if (std::none_of(distinct.begin(), distinct.end(), same)) distinct.push_back(write);
    }
  }
  std::vector<Membership> all;
  for (const std::vector<Act>& writes : Combinations(choices)) {
    std::vector<std::string> parts;
    for (const Act& write : writes) parts.push_back(PartOf(rule, write.value()));
    all.push_back({SubjectOf(parts), writes});
  }
  return all;
}

size_t PositionOf(const Meaning& view, const Act& act) {
  return static_cast<size_t>(std::find(view.order.begin(), view.order.end(), act.by) - view.order.begin());
}

std::optional<mpz_class> LimitOf(const Meaning& view, const RuleSpec& rule, const Membership& in) {
  if (rule.limit_field.empty()) return mpz_class(std::to_string(rule.limit));
  const Row* row = view.Find(std::string(in.writes.front().value().payload()));
  if (row == nullptr || !row->exists) return std::nullopt;
  const Value* limit = view.Interim(*row, OrdinalOf(*row->reg, rule.limit_field));
  return limit == nullptr || limit->unset() ? std::nullopt : std::optional(mpz_class(std::to_string(limit->AsInteger())));
}

// The greatest amount that the record shows; of equal ones the first.
std::optional<Act> AmountOf(const Row& row, const RuleSpec& rule) {
  std::optional<Act> greatest;
  for (const Act& write : Told(row, rule.on[0])) {
    if (!greatest || write.value().AsInteger() > greatest->value().AsInteger()) greatest = write;
  }
  return greatest;
}

template <class Visit>
void ForEachRow(const Meaning& view, const RuleSpec& rule, const Visit& visit) {
  for (const auto& [address, row] : view.rows) {
    if (row.exists && row.reg->name == rule.reg) visit(row);
  }
}

}  // namespace

std::vector<Stay> StaysOf(const Meaning& view, const RuleSpec& rule) {
  std::vector<Stay> stays;
  ForEachRow(view, rule, [&](const Row& row) {
    for (const Membership& in : MembershipsOf(row, rule)) {
      for (const Act& write : Told(row, rule.on[0]))
        stays.push_back({in.subject, row.address, *IntervalIn(write.value().payload()), write});
    }
  });
  return stays;
}

bool Overlapping(const Meaning& view, const RuleSpec& rule, const Stay& a, const Stay& b) {
  if (a.record == b.record || a.subject != b.subject || view.Same(rule, a.record, b.record)) return false;
  const Interval &x = a.interval, &y = b.interval;
  return (!x.to || y.from < *x.to) && (!y.to || x.from < *y.to);
}

mpz_class Total::sum() const {
  mpz_class sum = 0;
  for (const Part& part : parts) sum += part.amount;
  return sum;
}

std::map<std::string, Total> TotalsOf(const Meaning& view, const RuleSpec& rule) {
  std::map<std::string, Total> totals;
  ForEachRow(view, rule, [&](const Row& row) {
    const std::optional<Act> amount = AmountOf(row, rule);
    if (!amount) return;
    for (const Membership& in : MembershipsOf(row, rule)) {
      size_t position = PositionOf(view, *amount);
      for (const Act& write : in.writes) position = std::max(position, PositionOf(view, write));
      Total& total = totals[in.subject];
      total.parts.push_back({row.address, mpz_class(std::to_string(amount->value().AsInteger())), *amount, position});
      total.limit = LimitOf(view, rule, in);
    }
  });
  for (auto& [subject, total] : totals) {
    std::sort(total.parts.begin(), total.parts.end(),
              [](const Part& a, const Part& b) { return std::tie(a.position, a.record) < std::tie(b.position, b.record); });
  }
  return totals;
}

std::vector<Circle> CirclesOf(const Meaning& view, const RuleSpec& rule) {
  std::vector<Edge> edges;
  ForEachRow(view, rule, [&](const Row& row) {
    for (const Act& write : Told(row, rule.on[0])) edges.push_back({row.address, std::string(write.value().payload()), write});
  });
  std::map<std::string, std::set<std::string>> reached;  // by one step or more
  for (bool more = true; more;) {
    more = false;
    for (const Edge& edge : edges) {
      std::set<std::string>& from = reached[edge.from];
      const size_t size = from.size();
      from.insert(edge.to);
      from.insert(reached[edge.to].begin(), reached[edge.to].end());
      more |= from.size() != size;
    }
  }
  std::map<std::set<std::string>, Circle> circles;
  for (const auto& [record, there] : reached) {
    Circle circle;
    for (const std::string& other : there) {
      if (reached[other].contains(record)) circle.records.insert(other);
    }
    if (circle.records.empty()) continue;
    const auto inside = [&](const Edge& edge) { return circle.records.contains(edge.from) && circle.records.contains(edge.to); };
    std::copy_if(edges.begin(), edges.end(), std::back_inserter(circle.edges), inside);
    circles.emplace(circle.records, circle);
  }
  std::vector<Circle> out;
  for (const auto& [records, circle] : circles) out.push_back(circle);
  return out;
}

}  // namespace chancery::model
