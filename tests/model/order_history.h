// One random history of a few sites that file, exchange, settle, fall silent, join and come back with wrong clocks; and the order
// by definition: all entries there are, sorted.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace chancery::model {

using OrderTally = std::map<std::string, uint64_t>;  // what happened how often

// "" or what one site has that the definition has not. Every cosignature of the settled log that any site ever signed is compared
// with the sorted set of all entries that any site holds, at every step; at the end all links work, and everything must settle.
std::string RunOrderHistory(uint64_t seed, OrderTally& tally);

}  // namespace chancery::model
