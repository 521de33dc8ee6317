// Where KJ's exceptions end: what fails in a chain of promises is thrown and caught as absl::Status.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "kj/exception.h"

namespace chancery::rpc {

// To be thrown in a chain of promises, or over RPC to the peer: code and message arrive.
kj::Exception Thrown(const absl::Status& status);

// What a peer is told of a failure here: the same, without where the store lies.
absl::Status ForPeers(const absl::Status& status, const std::string& store);

// Errors: as thrown; Unavailable where a connection was not made or broke, else Unknown.
absl::Status Caught(const kj::Exception& exception);

}  // namespace chancery::rpc
