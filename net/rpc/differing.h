// Asks a peer where it differs.
#pragma once

#include "net/rpc/engine.h"
#include "net/sync/differ.h"
#include "sync.capnp.h"

namespace chancery::rpc {

// What differs at the two, by name; none where they do not hold the same entries any more. db and engine outlive the promise.
// Errors, thrown: as Differ, and those of the link.
kj::Promise<std::shared_ptr<sync::Differ>> FindDifferences(const Database& db, Engine& engine, schema::Session::Client session);

}  // namespace chancery::rpc
