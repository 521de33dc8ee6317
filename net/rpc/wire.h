// What the exchange speaks of, as Cap'n Proto and back.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "net/sync/differ.h"
#include "net/sync/hello.h"
#include "net/sync/party.h"
#include "sync.capnp.h"

namespace chancery::rpc {

void Write(const sync::Hello& hello, schema::Hello::Builder out);
void Write(const sync::Offer& offer, schema::Offer::Builder out);
void Write(const std::vector<sync::LaneTip>& lanes, capnp::List<schema::Lane>::Builder out);  // as many as lanes
void Write(const sync::Sums& sums, schema::Session::SumsResults::Builder out);
void Write(const sync::Parts& parts, schema::Session::PartsResults::Builder out);
sync::Sums Read(schema::Session::SumsResults::Reader in);

// Errors: InvalidArgument (what no honest site sends).
absl::StatusOr<sync::Hello> Read(schema::Hello::Reader in);
absl::StatusOr<sync::Offer> Read(schema::Offer::Reader in);
absl::StatusOr<std::vector<sync::LaneTip>> Read(capnp::List<schema::Lane>::Reader in);
absl::StatusOr<sync::Parts> Read(schema::Session::PartsResults::Reader in);

}  // namespace chancery::rpc
