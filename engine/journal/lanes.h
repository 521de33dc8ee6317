// The lanes a store knows: who they are, how far they reach. A few rows, held in memory for the length of a transaction.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/codec/entry.h"
#include "engine/journal/tree.h"
#include "engine/store/env.h"

namespace chancery {

inline constexpr uint64_t kNoEnd = UINT64_MAX;

struct Lane {
  uint16_t handle = 0;  // from 0, private to the store
  LaneId id = 0;
  PublicKey key;
  std::string site;
  uint64_t incarnation = 1;
  Role role = Role::kFull;
  std::vector<Dot> admitted_by;  // ascending; one card may be admitted at several members. None: the founder's, by the genesis
  Place first_admission;         // of those the first in canonical order: name, incarnation and role are as it says
  Hlc admitted_hlc = 0;          // of that one
  Hlc above = 0;                 // its entries are stamped above this
  Hlc tip_hlc = 0;               // of its last entry
  Vector context;                // what its last entry's author had seen of foreign lanes
  Tree tree;                     // of all its entries but the last `unhashed`
  uint64_t unhashed = 0;         // see Journal::AppendOwn; 0 at the end of a batch
  uint64_t fork = 0;             // from here on two versions of the lane exist: nothing more of it is taken; 0 = none is known
  uint64_t end = kNoEnd;         // an epoch ended the lane: its last entry that counts
  Hlc counts_above = 0;          // what is stamped at or below this does not count: admissions that came before are void
  bool namesake = false;         // another lane has the same site and incarnation: admitted apart. Not stored

  uint64_t tip() const { return tree.size() + unhashed; }
  bool ended() const { return end != kNoEnd; }
  bool over() const { return ended() || counts_above == UINT64_MAX; }                  // nothing that it may file yet counts
  bool Void(uint64_t seq, Hlc hlc) const { return seq > end || hlc <= counts_above; }  // kept, and without effect
  bool placed() const { return role != Role::kWitness; }                               // its entries stand in the order
  bool AdmittedIn(const Vector& past) const;  // an author with that past had seen an admission of it
  std::string Label() const;                  // "tallinn", "tallinn.2"; of namesakes "tallinn.2.3f9a01c2", by their ids
};

class Lanes {
 public:
  static absl::StatusOr<Lanes> Load(const Txn& txn);
  void Store(WriteTxn& txn);  // changed lanes only

  // nullptr where unknown. Edit marks the lane as changed.
  const Lane* Find(LaneId id) const;
  const Lane* FindLabel(std::string_view label) const;
  // The lane that a dot in a row names. Of a handle that no lane has, as damaged rows may name, a lane without entries: "?".
  const Lane& At(uint16_t handle) const { return handle < lanes_.size() ? lanes_[handle] : Unknown(); }
  Lane& Edit(uint16_t handle);
  Lane& Add(Lane lane);                                                      // gives it the next handle
  void Halt(uint16_t handle, uint64_t fork) { lanes_[handle].fork = fork; }  // its proof is stored by PutProof
  void Admit(uint16_t handle, Dot by, const Entry& entry);                   // notes one more admission of a lane
  size_t size() const { return lanes_.size(); }
  const std::vector<LaneId>& ids() const { return ids_; }  // by handle
  const std::deque<Lane>& all() const { return lanes_; }
  // The key of the site's latest lane that is not `own`: highest incarnation, then id. nullopt: it has none.
  std::optional<PublicKey> LastKeyOf(std::string_view site, const PublicKey& own) const;
  uint64_t Incarnations(std::string_view site) const;  // the highest that the site has; 0 = there is no such site

  Place PlaceOf(Dot d) const { return {At(HandleOf(d)).id, SeqOf(d)}; }
  std::optional<Dot> DotOf(Place p) const;  // nullopt: unknown lane
  std::string Short(Dot d) const;           // "tallinn-17"
  Vector Tips() const;                      // all that is held
  Frontier Reached() const;
  Hlc HighestHlc() const;  // over all tips and admissions

  // "tallinn-17,luxembourg-4" ascending by label, "0" for nothing; and back.
  std::string FrontierText() const;
  std::string FrontierText(const Vector& frontier) const;
  enum class Beyond { kCut, kKept };  // what a frontier says of a lane beyond its tip here
  absl::StatusOr<Vector> ParseFrontier(std::string_view text, Beyond beyond = Beyond::kCut) const;
  // Labels and numbers as the text has them. Errors: InvalidArgument (no frontier).
  static absl::StatusOr<std::vector<std::pair<std::string_view, uint64_t>>> NamedIn(std::string_view text);

 private:
  static const Lane& Unknown();

  std::deque<Lane> lanes_;
  std::vector<LaneId> ids_;
  std::vector<bool> changed_;
  std::vector<uint64_t> marks_;  // peaks that are stored, counted in stretches of kPeaksEvery

  void FindNamesakes();
};

}  // namespace chancery
