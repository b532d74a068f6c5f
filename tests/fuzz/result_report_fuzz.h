// What every reader of a report file promises, whatever bytes it gets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapter/results/result_report.h"
#include "base/text.h"

// What cannot be stored must not come out: every text is valid UTF-8, and no problem is without words. Traps if not; returns 0.
inline int check_result_reader(tamarack::adapter::ResultReport (*read)(std::string_view), const std::uint8_t* data, std::size_t size) {
  const tamarack::adapter::ResultReport report = read(std::string_view(reinterpret_cast<const char*>(data), size));
  for (const tamarack::adapter::ResultCase& result : report.cases)
    for (const std::string* part : {&result.suite, &result.classname, &result.name, &result.file, &result.output, &result.errput})
      if (!tamarack::is_valid_utf8(*part)) __builtin_trap();
  for (const std::string& problem : report.problems)
    if (problem.empty() || !tamarack::is_valid_utf8(problem)) __builtin_trap();
  return 0;
}
