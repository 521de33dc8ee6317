// What a store must show after a crash, whatever the crash.
#pragma once

#include <set>
#include <string>

namespace chancery::crash {

// "" where the store in `dir` keeps the promise; else one sentence about what it breaks. With nothing acknowledged a store may
// refuse to open, in words. Opens the store, rebuilds it, and files into it.
std::string CheckStore(const std::string& dir, const std::set<std::string>& acknowledged);

}  // namespace chancery::crash
