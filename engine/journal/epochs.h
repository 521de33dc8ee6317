// Who votes and cosigns, and which lanes have ended: one epoch after the other, as the entries say that decided them.
// docs/reference/epoch.md
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "engine/codec/quorums.h"
#include "engine/journal/journal.h"
#include "engine/journal/lanes.h"

namespace chancery {

// Where the entries about epochs stand, in the order in which this store merged them: in table meta. Errors: DataLoss.
absl::StatusOr<std::vector<Dot>> ReadEpochDots(const Txn& txn);
void PutEpochDots(WriteTxn& txn, const std::vector<Dot>& dots);

class Epochs {
 public:
  struct Statement {
    Dot dot = 0;
    Entry entry;
  };
  struct Decided {
    Epoch epoch;
    std::vector<std::pair<Dot, Hlc>> by;  // the entries that say so; none for epoch 0, which is the founder alone
  };

  // dots: as ReadEpochDots has them. Errors: DataLoss. Cost: reads every entry about epochs, few for
  // each.
  static absl::StatusOr<Epochs> Load(const Txn& txn, const Journal& journal, const Lanes& lanes);
  static absl::StatusOr<Epochs> Load(const std::vector<Dot>& dots, const Journal& journal, const Lanes& lanes);

  const Epoch& last() const { return decided_.back().epoch; }
  const std::vector<Decided>& decided() const { return decided_; }          // by number
  const std::vector<Statement>& statements() const { return statements_; }  // votes and acceptances, in the order merged

  void Take(Dot dot, Entry entry);  // one more, whose past is here

 private:
  std::vector<Decided> decided_;
  std::vector<Statement> statements_;
};

}  // namespace chancery
