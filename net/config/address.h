// HOST:PORT, as peers are named by.
#pragma once

#include <string>

namespace chancery {

bool IsAddress(const std::string& address);

}  // namespace chancery
