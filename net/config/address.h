// What may be listened on.
#pragma once

#include <string>

namespace chancery {

bool IsOwnMachine(const std::string& address);  // of one: nobody else can reach it

}  // namespace chancery
