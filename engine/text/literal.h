// A text as JSON, without a literal between.
#pragma once

#include <string>
#include <string_view>

namespace chancery {

std::string JsonText(std::string_view text);  // in its quotes, escaped as Literal::Json does

}  // namespace chancery
