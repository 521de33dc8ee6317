// What cannot both stand.
#include <algorithm>
#include <iterator>

#include "tests/model/model.h"
#include "tests/model/ranked.h"
#include "tests/model/relations.h"
#include "tests/model/shares.h"

namespace chancery::model {

using Kind = RuleSpec::Kind;

// A record claims every combination of what it shows in the fields of the rule.
void Meaning::FindClaims() {
  for (const RuleSpec& rule : RulesOf(Kind::kUnique)) {
    for (const auto& [address, row] : rows) {
      if (!row.exists || row.reg->name != rule.reg) continue;
      std::vector<std::vector<std::pair<std::string, std::vector<Act>>>> choices;
      for (const std::string& field : rule.on) {
        std::map<std::string, std::vector<Act>> told;
        for (const Act& write : row.Visible(OrdinalOf(*row.reg, field))) {
          if (!write.value().unset()) told[PartOf(rule, write.value())].push_back(write);
        }
        choices.emplace_back(told.begin(), told.end());
      }
      for (const auto& combination : Combinations(choices)) {
        std::vector<std::string> parts;
        std::vector<Act> writes;
        for (const auto& [part, its] : combination) {
          parts.push_back(part);
          writes.insert(writes.end(), its.begin(), its.end());
        }
        claims[{rule.id, SubjectOf(parts)}][address] = writes;
      }
    }
  }
}

void Meaning::AddClash(const std::string& rule, const std::string& subject, const Fact& a, const Fact& b, bool tie) {
  std::vector<Clash>& clashes = cases[{rule, subject}].clashes;
  const Clash clash{std::min(a, b), std::max(a, b), tie};
  const auto same = [&](const Clash& known) { return known.a == clash.a && known.b == clash.b; };
  if (std::none_of(clashes.begin(), clashes.end(), same)) clashes.push_back(clash);
}

void Meaning::FindFieldClashes(const Row& row, uint32_t f) {
  const FieldSpec& field = row.spec(f);
  if (!field.one_value() || field.last) return;
  const auto go_together = [&](const Act& a, const Act& b) {
    return std::any_of(field.confluent.begin(), field.confluent.end(), [&](const auto& pair) {
      return (a.value() == Value::Text(pair.first) && b.value() == Value::Text(pair.second)) ||
             (b.value() == Value::Text(pair.first) && a.value() == Value::Text(pair.second));
    });
  };
  const std::vector<Act> writes = row.Visible(f);
  for (const Act& a : writes) {
    for (const Act& b : writes) {
      if (a.fact() < b.fact() && a.value() != b.value() && !go_together(a, b))
        AddClash(RuleIdOf(row.reg->name, field), row.address, a.fact(), b.fact());
    }
  }
}

void Meaning::FindKeptClashes(const Row& row, uint32_t f) {
  const std::string rule = RuleIdOf(row.reg->name, row.spec(f));
  if (row.spec(f).type == Type::kShares) {
    const Ownership shares(&row, f);
    for (const auto& [a, b] : shares.rivals) AddClash(rule, row.address, shares.writes[a].fact(), shares.writes[b].fact());
  }
  if (row.spec(f).type == Type::kRanked) {
    const PriorityList list(&row, f, row.spec(f));
    for (const auto& [a, b] : list.ties) AddClash(rule, row.address, list.writes[a].fact(), list.writes[b].fact(), true);
    for (const auto& [a, b] : list.others) AddClash(rule, row.address, list.writes[a].fact(), list.writes[b].fact());
  }
}

void Meaning::FindDangling(const Row& row, uint32_t f) {
  const FieldSpec& field = row.spec(f);
  if (field.type != Type::kReference) return;
  for (const Act& write : row.Visible(f)) {
    const std::string target(write.value().payload());
    if (write.value().unset() || Exists(target)) continue;
    const std::vector<Act> ends = Find(target) == nullptr ? std::vector<Act>() : Find(target)->Standing(kNoField);
    for (const Act& end : ends) AddClash(RuleIdOf(row.reg->name, field), row.address, write.fact(), end.fact());
    if (ends.empty()) AddClash(RuleIdOf(row.reg->name, field), row.address, write.fact(), write.fact());
  }
}

void Meaning::FindLifeClashes(const Row& row) {
  const std::vector<Act> lives = row.Standing(kNoField);
  for (const Act& a : lives) {
    for (const Act& b : lives) {
      if (!(a.fact() < b.fact())) continue;
      const Entry &x = a.by->entry, &y = b.by->entry;
      const bool ruled = a.change != nullptr && b.change != nullptr;
      const bool one_document =
          (!x.basis.empty() && x.basis == y.basis) || (!x.idempotency.empty() && x.idempotency == y.idempotency);
      const bool twice = a.says(OpKind::kCreate) && b.says(OpKind::kCreate) && !one_document;
      if (twice || (a.live() != b.live() && !ruled)) AddClash("existence", row.address, a.fact(), b.fact());
    }
  }
}

namespace {

// A contribution that bursts the limit, against every other that its author did not know; against itself if he knew them all.
template <class Add>
void FindExcess(const Total& total, const Copies& copies, const Add& add) {
  mpz_class sum = 0;
  for (const Part& part : total.parts) {
    sum += part.amount;
    if (!total.limit || sum <= *total.limit) continue;
    bool alone = true;
    for (const Part& other : total.parts) {
      if (!copies.Apart(*part.write.by, *other.write.by)) continue;
      add(part.write.fact(), other.write.fact());
      alone = false;
    }
    if (alone) add(part.write.fact(), part.write.fact());
  }
}

template <class Add>
void FindPairs(const Circle& circle, const Add& add) {
  for (const Edge& a : circle.edges) {
    for (const Edge& b : circle.edges) {
      if (a.write.fact() < b.write.fact() || circle.edges.size() == 1) add(a.write.fact(), b.write.fact());
    }
  }
}

}  // namespace

void Meaning::FindClashesBetweenRecords() {
  for (const auto& [key, holders] : claims) {
    for (auto x = holders.begin(); x != holders.end(); ++x) {
      for (auto y = std::next(x); y != holders.end(); ++y) {
        if (Same(RuleOf(key.first), x->first, y->first)) continue;
        for (const Act& a : x->second) {
          for (const Act& b : y->second) AddClash(key.first, key.second, a.fact(), b.fact());
        }
      }
    }
  }
  for (const RuleSpec& rule : RulesOf(Kind::kNoOverlap)) {
    const std::vector<Stay> stays = StaysOf(*this, rule);
    for (const Stay& a : stays) {
      for (const Stay& b : stays) {
        if (Overlapping(*this, rule, a, b)) AddClash(rule.id, a.subject, a.write.fact(), b.write.fact());
      }
    }
  }
  for (const RuleSpec& rule : RulesOf(Kind::kAtMost)) {
    for (const auto& [subject, total] : TotalsOf(*this, rule))
      FindExcess(total, copies, [&, &to = subject](const Fact& a, const Fact& b) { AddClash(rule.id, to, a, b); });
  }
  for (const RuleSpec& rule : RulesOf(Kind::kAcyclic)) {
    for (const Circle& circle : CirclesOf(*this, rule))
      FindPairs(circle, [&](const Fact& a, const Fact& b) { AddClash(rule.id, circle.subject(), a, b); });
  }
}

void Meaning::FindClashes() {
  for (const auto& [address, row] : rows) {
    FindLifeClashes(row);
    for (uint32_t f = 0; f < row.reg->fields.size() && row.exists; ++f) {
      FindFieldClashes(row, f);
      FindKeptClashes(row, f);
      FindDangling(row, f);
    }
  }
  FindClashesBetweenRecords();
}

}  // namespace chancery::model
