// Random changes of fields that are more than one value.
#include "tests/model/draw.h"
#include "tests/model/ranked.h"
#include "tests/model/shares.h"
#include "tests/model/sums.h"

namespace chancery::model {

using Verbs = DraftChange::Verb;

bool Draw::AddOfKind(const Target& target) {
  switch (target.field.type) {
    case Type::kCounter:
      return AddBump(target), true;
    case Type::kEscrow:
      return Chance(60) ? AddBump(target) : AddGrant(target), true;
    case Type::kShares:
      return AddTransfer(target), true;
    case Type::kRanked:
      return AddCharge(target), true;
    default:
      return false;
  }
}

void Draw::AddBump(const Target& target) {
  const auto step = static_cast<int64_t>(1 + Below(target.field.type == Type::kEscrow ? 3 : 4));
  const int64_t by = Chance(2)                                          ? 0
                     : Chance(6) && target.field.type == Type::kCounter ? INT64_MAX - step
                     : Chance(25)                                       ? -step
                                                                        : step;
  target.Add(Chance(2) ? Verbs::kSet : Verbs::kBump, by);
}

void Draw::AddGrant(const Target& target) {
  std::vector<std::string> sites = {Chance(10) ? "nowhere" : "tallinn"};
  for (const auto& [lane, label] : target.view.book.labels) sites.push_back(label.substr(0, label.find('.')));
  target.Add(Verbs::kGrant, Literal::Object({{"to", Of(sites)}, {"amount", static_cast<int64_t>(Below(Chance(20) ? 12 : 5))}}));
}

namespace {

Literal Held(const std::string& owner, const std::string& share) { return Literal::Object({{"owner", owner}, {"share", share}}); }

}  // namespace

Literal Draw::SharesFor() {
  const std::string owner = Of<std::string>({"A", "B"});
  if (Chance(40)) return Literal::List({Held(owner, "1")});
  if (Chance(10)) return Literal::List({Held(owner, "1/2")});
  return Literal::List({Held(owner, "1/2"), Held("C", Chance(5) ? "1/3" : "1/2")});
}

// Of what somebody has, all or a part; sometimes more than that.
void Draw::AddTransfer(const Target& target) {
  const Ownership shares(target.Old(), target.ordinal);
  Amounts owned = shares.Owned();
  Literal from = Literal::List(), to = Literal::List();
  if (shares.size() == 0 || owned.empty() || Chance(4)) {
    if (Chance(5)) from = SharesFor();
    return target.Add(Verbs::kTransfer, Literal::Object({{"from", from}, {"to", SharesFor()}}));
  }
  mpq_class sum = 0;
  for (const auto& [owner, share] : owned) {
    if (!from.list.empty() && !Chance(20)) continue;
    if (from.list.empty() && owner != owned.rbegin()->first && Chance(50)) continue;
    const bool part = Chance(65) && share.get_den() < 16;
    const mpq_class some = Chance(4) ? mpq_class(1) : part ? mpq_class(share / 2) : share;
    from.list.push_back(Held(owner, some.get_str()));
    sum += some;
  }
  const std::string taker = Of<std::string>({"A", "B", "C", "D"});
  if (Chance(25) && sum.get_den() < 16 && taker != "D") {
    const mpq_class half = sum / 2;
    to = Literal::List({Held(taker, half.get_str()), Held("D", half.get_str())});
  } else {
    to = Literal::List({Held(taker, Chance(3) ? "1/7" : sum <= 1 ? sum.get_str() : "1")});
  }
  if (Chance(2)) to.list[0] = Held(taker, Of<std::string>({"0", "3/2", "1/0", "half", "-1/2"}));
  target.Add(Verbs::kTransfer, Literal::Object({{"from", from}, {"to", to}}));
}

void Draw::AddCharge(const Target& target) {
  const PriorityList list(target.Old(), target.ordinal, target.field);
  std::vector<std::string> ids;
  for (const Listed& charge : list.charges) ids.push_back(charge.id);
  const size_t kind = Below(100);
  if (ids.size() < 2 || kind < 40) {
    const std::string cls = Chance(3) ? "nowhere" : Of(target.field.classes);
    std::string id = Of<std::string>({"M1", "M2", "M3", "M4"});
    for (int i = 0; i < 3 && list.Has(id); ++i) id = "M" + std::to_string(1 + Below(5));
    return target.Add(Verbs::kFile, Literal::Object({{"id", id}, {"class", cls}, {"value", Of<std::string>({"10", "20"})}}));
  }
  if (Chance(4)) ids.push_back("M9");
  if (kind < 60) {
    std::set<std::string> struck = {Of(ids)};
    if (Chance(30)) struck.insert(Of(ids));
    for (const std::string& id : struck) target.Add(Verbs::kStrike, id);
    return;
  }
  target.Add(Verbs::kCede, Literal::Object({{"id", Of(ids)}, {"behind", Of(ids)}}));
}

}  // namespace chancery::model
