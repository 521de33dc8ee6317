// An exchange without a network.
#pragma once

#include "net/sync/party.h"
#include "tests/net/sites.h"

namespace chancery {

// Rounds until both say that there is nothing left.
inline int Meet(sync::Party& a, sync::Party& b, size_t room = sync::kRoomFirst) {
  sync::Offer offer = Ok(a.Begin(room));
  for (int rounds = 1;; ++rounds) {
    offer = Ok(a.Answer(Ok(b.Answer(offer, room)), room));
    if (a.Done() || rounds == 500) return rounds;
  }
}

inline int Meet(const Site& a, const Site& b, size_t room = sync::kRoomFirst) {
  sync::Party from(*a.db, 0), to(*b.db, 0);
  return Meet(from, to, room);
}

}  // namespace chancery
