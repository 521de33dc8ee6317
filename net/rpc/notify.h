// Tells systemd how this process is: sd_notify(3), the socket protocol of it.
#pragma once

#include <cstdint>
#include <string>

namespace chancery::rpc {

// "READY=1", "STOPPING=1", …, to $NOTIFY_SOCKET. Nothing where nobody asks for it.
void Notify(const std::string& state);

// Microseconds after which systemd takes this process for dead; 0 = it does not watch.
uint64_t WatchdogUs();

int64_t MonotonicUs();

}  // namespace chancery::rpc
