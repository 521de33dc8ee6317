// What monitoring is told of a served store.
#pragma once

#include <memory>
#include <string>

#include "chancery/net.h"
#include "net/health/endpoint.h"
#include "net/rpc/pulse.h"

namespace chancery::rpc {

// Answers at `address` ("" = nowhere: nullptr) until it is destroyed. All of what it is given outlives it. Errors: Unavailable.
absl::StatusOr<std::unique_ptr<health::Endpoint>> Watched(const Database& db, const PeerBook& book, const Pulse& pulse,
                                                          const std::string& address);

}  // namespace chancery::rpc
