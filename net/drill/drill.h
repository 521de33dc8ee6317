// `chancery rehearse`: a partition drill in one process, in virtual time. The language: docs/reference/drill.md.
//
// Rehearse runs a file. Random drills use the parts below: ParseDrill (statement.h) and Rehearse over a Drill, which also gives
// the sites back while they are open.
#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "net/drill/rehearsal.h"
#include "net/drill/statement.h"

namespace chancery {

struct DrillOptions {
  bool json = false;        // one object a statement
  bool quiet = false;       // nothing but the failure
  std::string folder = {};  // files that `file` names are looked for there; a drill's own path says it
};

// Runs the drill in the file `path`; its packs are found relative to it. What happened goes to `out`, one line a statement, the
// same bytes at every run; why a drill cannot be run goes to `err`. Returns product's exit code: 0 all held, 1 a statement did
// not hold (the run ends there), 2 unreadable.
int Rehearse(const std::string& path, std::ostream& out, std::ostream& err, const DrillOptions& options = {});

namespace drill {

// The same for a drill in memory. read_pack gives the TOML of a pack by its path. after_each, if given, sees the sites after
// every statement that held and was run by an open registry.
int Rehearse(const Drill& drill, const Rehearsal::ReadPack& read_pack, std::ostream& out, std::ostream& err,
             const DrillOptions& options = {}, const std::function<void(const Statement&, Sites&)>& after_each = {});

}  // namespace drill
}  // namespace chancery
