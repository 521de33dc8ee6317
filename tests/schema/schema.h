// The JSON Schemas of docs/reference/schema: what a program may rely on in a line that the command prints.
#pragma once

#include <string>
#include <string_view>

namespace chancery {

// "" where `line` is one JSON object that the schema of its first member's name allows; else what is wrong, in words.
std::string CheckLine(std::string_view line);

// The name of the first member, "" where it is no object.
std::string FirstKey(std::string_view line);

}  // namespace chancery
