// One act that was filed apart: under one id, with one content. The first of its entries in canonical order counts; to have seen
// any of them is to have seen the act.
#include <algorithm>
#include <map>
#include <memory>

#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/register/content.h"
#include "engine/register/view.h"
#include "engine/register/workspace.h"

namespace chancery {
namespace {

std::vector<Dot> DotsIn(std::string_view row) {
  std::vector<Dot> dots;
  for (ByteReader r(row); !r.AtEnd();) dots.push_back(r.U64());
  return dots;
}

std::string KeyOfId(std::string_view id) { return std::string(HashParts({id}).view()); }

bool MayBeCopied(const Entry& entry) {
  return entry.kind == EntryKind::kFiling && !entry.idempotency.empty() && !Planted(Bug::kActsCountTwice);
}

}  // namespace

std::vector<Dot> Workspace::Acts(std::string_view id) const {
  const std::string key = KeyOfId(id);
  std::vector<Dot> dots = DotsIn(txn_.Get(Table::kAct, key).value_or(std::string_view()));
  if (const auto it = acts_.find(key); it != acts_.end()) dots.insert(dots.end(), it->second.begin(), it->second.end());
  return dots;
}

std::string Workspace::RowOfCopies() { return std::string(HashParts({"copies"}).view()) + Key64(1); }

absl::StatusOr<std::vector<Dot>> Workspace::CopiesOf(Dot dot) const {
  if (!copies_here_ || dot == in_hand_.first) return std::vector<Dot>{dot};
  if (whole_ != nullptr) {
    ASSIGN_OR_RETURN(std::vector<Dot> copies, whole_->CopiesOf(dot));
    std::erase_if(copies, [&](Dot copy) { return !frontier_->Has(copy); });
    return copies;
  }
  if (const auto known = copies_.find(dot); known != copies_.end()) return *known->second;
  ASSIGN_OR_RETURN(const Entry entry, journal.EntryAt(dot));
  if (!MayBeCopied(entry)) return std::vector<Dot>{dot};
  // Those of this batch are met when it is flushed: until then the journal may lack them.
  const std::vector<Dot> acts = DotsIn(txn_.Get(Table::kAct, KeyOfId(entry.idempotency)).value_or(std::string_view()));
  if (std::find(acts.begin(), acts.end(), dot) == acts.end() || acts.size() < 2) return std::vector<Dot>{dot};
  RETURN_IF_ERROR(FindCopies(acts));
  return *copies_.at(dot);
}

// Of entries with one id those with one content, each in canonical order.
absl::Status Workspace::FindCopies(const std::vector<Dot>& acts) const {
  std::map<std::string, std::vector<std::pair<Hlc, Dot>>> by_content;
  for (const Dot dot : acts) {
    ASSIGN_OR_RETURN(const Entry entry, journal.EntryAt(dot));
    by_content[MayBeCopied(entry) ? ContentOf(entry, *catalog_, lanes) : Key64(dot)].emplace_back(entry.hlc, dot);
  }
  for (auto& [content, copies] : by_content) {
    const auto before = [&](const auto& a, const auto& b) { return Before(lanes, a.first, a.second, b.first, b.second); };
    if (!Planted(Bug::kCopiesByArrival)) std::sort(copies.begin(), copies.end(), before);
    const auto group = std::make_shared<std::vector<Dot>>();
    for (const auto& [hlc, dot] : copies) group->push_back(dot);
    for (const Dot dot : *group) copies_[dot] = group;
  }
  return absl::OkStatus();
}

absl::StatusOr<Dot> Workspace::FirstOf(Dot dot) const {
  ASSIGN_OR_RETURN(const std::vector<Dot> copies, CopiesOf(dot));
  return copies.empty() ? dot : copies.front();
}

absl::StatusOr<bool> Workspace::Saw(const Vector& past, Dot dot) const {
  if (past.Has(dot) || !copies_here_ || Planted(Bug::kCopyNotSeen)) return past.Has(dot);
  ASSIGN_OR_RETURN(const std::vector<Dot> copies, CopiesOf(dot));
  return std::any_of(copies.begin(), copies.end(), [&](Dot copy) { return past.Has(copy); });
}

absl::StatusOr<bool> Workspace::IsDuplicate(const Entry& entry, Dot dot) const {
  if (!copies_here_ || !MayBeCopied(entry)) return false;
  ASSIGN_OR_RETURN(const Dot first, FirstOf(dot));
  return first != dot;
}

absl::Status Workspace::FindSeenElsewhere(const Act& act, const Record& record) {
  seen_elsewhere_.clear();
  if (!copies_here_) return absl::OkStatus();
  std::vector<Dot> unseen;
  const auto look = [&](Dot dot) {
    if (dot != act.dot && !act.seen->Has(dot)) unseen.push_back(dot);
  };
  for (const Dot dot : record.edits) look(dot);
  for (const Life& mark : record.life) look(mark.dot);
  for (const Slot& slot : record.slots)
    for (const Write& write : slot.cell)
      if (write.value.kind != Kind::kTally) look(write.dot);  // a sum is of many entries
  for (const Element& element : record.elements)
    for (const Mark& mark : element.marks) look(mark.dot);
  std::sort(unseen.begin(), unseen.end());
  unseen.erase(std::unique(unseen.begin(), unseen.end()), unseen.end());
  for (const Dot dot : unseen) {
    ASSIGN_OR_RETURN(const bool saw, Saw(*act.seen, dot));
    if (saw) seen_elsewhere_.push_back(dot);
  }
  return absl::OkStatus();
}

bool Workspace::SeenHere(const Vector& seen, Dot dot) const {
  return seen.Has(dot) || (!seen_elsewhere_.empty() && std::binary_search(seen_elsewhere_.begin(), seen_elsewhere_.end(), dot));
}

// Once all that came is told: which entries say the same.
absl::Status Workspace::FlushActs(WriteTxn& txn) {
  std::vector<std::vector<Dot>> again;
  for (const auto& [key, dots] : std::exchange(acts_, {})) {
    if (dots.empty()) continue;
    std::string row(txn.Get(Table::kAct, key).value_or(std::string_view()));
    for (const Dot dot : dots) row += Key64(dot);
    txn.Put(Table::kAct, key, row);
    if (row.size() > sizeof(Dot)) again.push_back(DotsIn(row));
  }
  if (again.empty()) return absl::OkStatus();
  copies_here_ = true;
  copies_.clear();
  premises_.insert(RowOfCopies());
  for (const std::vector<Dot>& acts : again) {
    RETURN_IF_ERROR(FindCopies(acts));
    for (const Dot dot : acts)
      if (copies_.at(dot)->size() > 1) RETURN_IF_ERROR(MeetCopy(dot));
  }
  return txn.status();
}

// What was said of an act that has other copies now is looked at again.
void Workspace::NoteCopied(const Entry& entry, Dot dot) {
  if (!entry.relied_on.empty()) NoteScope({.type = Scope::Type::kPremise, .entry = dot});
  if (!entry.officer.empty() && officers_here_) NoteScope({.type = Scope::Type::kAuthority, .entry = dot});
  if (voids_here_) NoteScope({.type = Scope::Type::kOrphan, .entry = dot});
}

absl::Status Workspace::TakeBackCopies(std::string_view key) {
  const std::string row(txn_.Get(Table::kAct, key).value_or(std::string_view()));
  for (const Dot dot : DotsIn(row)) {
    ASSIGN_OR_RETURN(const Entry entry, journal.EntryAt(dot));
    NoteCopied(entry, dot);
  }
  return txn_.status();
}

// With it, its records are folded anew.
absl::Status Workspace::MeetCopy(Dot dot) {
  ASSIGN_OR_RETURN(const Entry entry, journal.EntryAt(dot));
  NoteCopied(entry, dot);
  for (const Op& op : entry.ops) {
    const Ordinals* ordinals = catalog_->Resolve(entry.packs[op.pack], op.reg);
    if (ordinals == nullptr) continue;
    ASSIGN_OR_RETURN(RecordEdit * edit, Load(RecordKeyOf(ordinals->reg->hash, op.key), *ordinals->reg));
    edit->anew = edit->dirty = edit->stale = true;
  }
  return absl::OkStatus();
}

}  // namespace chancery
