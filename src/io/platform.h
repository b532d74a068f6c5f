// What decides whether a program built here runs there: system, processor, distribution and its version.
#pragma once

#include <string>

namespace tamarack::io {

// "Linux x86_64 debian 12"; what the machine does not say is left out.
std::string platform_name();

}  // namespace tamarack::io
