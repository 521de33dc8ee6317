// Asks a peer where it differs.
#pragma once

#include "net/rpc/engine.h"
#include "net/sync/differ.h"
#include "sync.capnp.h"

namespace chancery::rpc {

// On the peer's side. Errors: InvalidArgument (what no honest site sends).
void Write(const sync::Parts& parts, schema::Session::PartsResults::Builder out);
absl::StatusOr<sync::Parts> Read(schema::Session::PartsResults::Reader in);

// What differs at the two, by name; none where they do not hold the same entries any more. db and engine outlive the promise.
// Errors, thrown: as Differ, and those of the link.
kj::Promise<std::shared_ptr<sync::Differ>> FindDifferences(const Database& db, Engine& engine, schema::Session::Client session);

}  // namespace chancery::rpc
