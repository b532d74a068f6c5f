// CHECK: an invariant of our own code, on in release too. A broken one prints the values and aborts; the journal makes the restart safe.
// Never used on input from outside.
#pragma once

#include <fmt/format.h>

#include <string>

namespace tamarack {

[[noreturn]] void check_failed(const char* file, int line, const char* condition, const std::string& values);

}  // namespace tamarack

#define CHECK(condition, ...)                                                                  \
  do {                                                                                         \
    if (!(condition)) [[unlikely]]                                                             \
      ::tamarack::check_failed(__FILE__, __LINE__, #condition, ::fmt::format("" __VA_ARGS__)); \
  } while (false)
