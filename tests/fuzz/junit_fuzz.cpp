// Any bytes as a JUnit report: a value or a named complaint, never a crash.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapter/results/junit.h"
#include "base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const tamarack::adapter::ResultReport report = tamarack::adapter::read_junit(text);
  // Whatever the bytes are, what cannot be stored must not come out: every text is valid UTF-8.
  for (const tamarack::adapter::ResultCase& result : report.cases)
    for (const std::string* part : {&result.suite, &result.classname, &result.name, &result.file, &result.output, &result.errput})
      if (!tamarack::is_valid_utf8(*part)) __builtin_trap();
  for (const std::string& problem : report.problems)
    if (problem.empty() || !tamarack::is_valid_utf8(problem)) __builtin_trap();
  return 0;
}
