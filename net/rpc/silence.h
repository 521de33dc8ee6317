// Whether the other end of a link is still there: a cable that was pulled, or a process that stands still, closes nothing.
#pragma once

#include <functional>

#include "kj/async-io.h"
#include "kj/timer.h"

namespace chancery::rpc {

inline constexpr kj::Duration kSilence = 25 * kj::SECONDS;

// Fails once nothing has come for kSilence, and nothing of what waits to be sent has got through, although `ask` was called every
// few seconds, which makes the other end say something. As long as a slow link carries anything it is not silent. Never done.
// What it is given outlives it. Errors, thrown: Unavailable.
kj::Promise<void> Silence(kj::AsyncIoStream& stream, kj::Timer& timer, std::function<void()> ask);

}  // namespace chancery::rpc
