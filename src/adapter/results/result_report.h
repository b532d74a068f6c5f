// What a report file of another tool says, in one shape for JUnit XML, CTRF and TAP. The readers take any bytes: what they cannot use
// becomes a named problem, never a missing test that nobody notices.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/test_report.h"

namespace tamarack::adapter {

struct ResultCase {
  std::string suite;      // titles of the enclosing suites, outermost first, joined with " › "
  std::string classname;  // JUnit only
  std::string name;
  std::string file;
  domain::TestStatus status = domain::TestStatus::passed;
  std::string reason;  // why it was skipped, if it says so
  Millis duration{0};
  std::vector<domain::TestError> errors;
  std::string output;  // the last 16 KiB
  std::string errput;  // the last 16 KiB
  friend bool operator==(const ResultCase&, const ResultCase&) = default;
};

struct ResultReport {
  std::vector<ResultCase> cases;
  // "truncated_report: …" (less than announced), "malformed_report: …" (not that format), "oversized_report: …", "bailed_out: …".
  std::vector<std::string> problems;
  friend bool operator==(const ResultReport&, const ResultReport&) = default;
};

inline constexpr std::size_t report_bytes_max = 64 * 1024 * 1024;
inline constexpr std::size_t report_cases_max = 200'000;
inline constexpr std::size_t case_text_bytes_max = 16 * 1024;

// Seconds as reports write them ("0.125", "1,234.5", "1e-3"); nothing negative, nothing that is not a number.
Millis parse_seconds(std::string_view text);

// A piece of captured text: valid UTF-8, without colours, only its end.
std::string captured_text(std::string_view text);

// A message for a person: the same cleaning, but its beginning counts.
std::string message_text(std::string_view text);

// "suite › classname › name", without empty and repeated parts.
std::string display_name(const ResultCase& result);

}  // namespace tamarack::adapter
