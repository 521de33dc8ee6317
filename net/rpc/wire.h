// What the exchange speaks of, as Cap'n Proto and back.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "net/sync/hello.h"
#include "net/sync/party.h"
#include "sync.capnp.h"

namespace chancery::rpc {

void Write(const sync::Hello& hello, schema::Hello::Builder out);
void Write(const sync::Offer& offer, schema::Offer::Builder out);
void Write(const std::vector<sync::LaneTip>& lanes, capnp::List<schema::Lane>::Builder out);  // as many as lanes

// Errors: InvalidArgument (what no honest site sends).
absl::StatusOr<sync::Hello> Read(schema::Hello::Reader in);
absl::StatusOr<sync::Offer> Read(schema::Offer::Reader in);
absl::StatusOr<std::vector<sync::LaneTip>> Read(capnp::List<schema::Lane>::Reader in);

}  // namespace chancery::rpc
