// What a test counted, said so that tests/figures/table finds it in whatever the run printed.
#pragma once

#include <cstdint>
#include <iostream>
#include <string>

namespace chancery {

// name: without spaces; what several tests say under one name is added up.
inline void Figure(const std::string& name, uint64_t n) { std::cout << "figure " << name << " " << n << std::endl; }

}  // namespace chancery
