// For messages about a name that is not there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chancery {

// `; did you mean "owner"?` where a known name is near, else `; known: a, b, c` (the first dozen), "" where nothing is known.
// known: in the order to show. Cost: one edit distance a name.
std::string Nearest(std::string_view name, const std::vector<std::string>& known);

}  // namespace chancery
