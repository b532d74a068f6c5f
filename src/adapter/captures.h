// What tests hand on to the tests and waits after them: the lines of $TAMARACK_OUTPUT, the `captures` of event lines, and captures.json,
// which tells them back. Everything is bounded, and what is refused is said in the test's report; nothing is dropped in silence.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapter/adapter.h"
#include "domain/capture.h"
#include "domain/test_report.h"

namespace tamarack::adapter {

inline constexpr std::size_t output_bytes_max = 8 * 1024 * 1024;  // read of $TAMARACK_OUTPUT for one test
inline constexpr std::string_view warning_annotation = "warning";

struct ReadCaptures {
  std::vector<domain::Capture> captures;  // in the order in which they were made; a name may come twice
  std::vector<std::string> problems;      // each names the line or the capture
};

// Lines "name=value", and for values of several lines
//   name<<MARK
//   …
//   MARK
// A value that is JSON is taken as it is, any other is a text. Empty lines are skipped. Any bytes give a value.
ReadCaptures read_output(std::string_view bytes);

// Why it cannot be kept; empty: it can. `json` is the value as JSON text.
std::string capture_problem(std::string_view name, std::string_view json);

// Adds what was read, within the bounds (domain/capture.h); each problem becomes an annotation of the type "warning".
void add_captures(domain::TestReport& report, ReadCaptures read);

// Captures for the tests of one invocation: by flow, and `given` to all.
struct CaptureSet {
  std::vector<domain::TestIndex> tests;
  std::vector<domain::Capture> captures;
};
// {"flows":[{"tests":[{"spec","title_path","parameters"}],"captures":{name: value}}],"given":{name: value}}
std::string captures_json(const domain::Plan& plan, const std::vector<CaptureSet>& flows, const std::vector<domain::Capture>& given);

// TAMARACK_CAPTURE_<NAME> as far as every selected test gets the same: texts without their quotes, everything else as JSON. Values that
// are too long for an environment (4 KiB), or have a NUL, are only in captures.json.
std::map<std::string, std::string> capture_environment(const Selection& selection, const std::vector<CaptureSet>& flows,
                                                       const std::vector<domain::Capture>& given);

}  // namespace tamarack::adapter
