// What the exchange speaks of, as Cap'n Proto and back.
#pragma once

#include "absl/status/statusor.h"
#include "net/sync/hello.h"
#include "net/sync/party.h"
#include "sync.capnp.h"

namespace chancery::rpc {

void Write(const sync::Hello& hello, schema::Hello::Builder out);
void Write(const sync::Offer& offer, schema::Offer::Builder out);

// Errors: InvalidArgument (what no honest site sends).
absl::StatusOr<sync::Hello> Read(schema::Hello::Reader in);
absl::StatusOr<sync::Offer> Read(schema::Offer::Reader in);

}  // namespace chancery::rpc
