// Who may know whom: the table of docs/ARCHITECTURE.md, and whether the includes of a tree keep to it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace chancery {

// Folder (or file without its ending) -> what the column "may include" names.
using Layers = std::map<std::string, std::set<std::string>>;

// Reads the first table under the heading "## Who may know whom". Empty where there is none.
Layers ReadLayers(std::string_view markdown);

// What an include names, as the table says it: "engine/crdt/cell.h", "chancery/types.h", "schemas", "lmdb", "absl", "std".
std::string NameOf(std::string_view include, bool angle);

// Whether a file at `path` (from the root) may include `name`.
bool MayInclude(const Layers& layers, std::string_view path, std::string_view name);

// Looks at every .h and .cc under engine, net, tests and bench of `root`: "engine/crdt/x.cc:3: may not include
// engine/store/env.h", ascending.
std::vector<std::string> BrokenIncludes(const Layers& layers, const std::string& root);

}  // namespace chancery
