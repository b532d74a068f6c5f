// From the event file of a discovery to a Discovery. A list that is incomplete, empty or ambiguous is an error with its cause: a run
// must never be planned on less than the whole suite.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapter/adapter.h"

namespace tamarack::adapter {

// `framework` names it in messages. `no_tests_hint` says what to do when it found none.
Result<domain::Discovery> read_events_discovery(std::string_view framework, const SuiteSettings& suite, const ProcessOutput& output,
                                                std::string_view no_tests_hint);

// What a list was made from, as far as the framework's shim can know it.
struct ListingFacts {
  std::vector<std::string> files;    // absolute: the configuration, spec files, and modules they loaded (installed packages aside)
  std::vector<std::string> folders;  // absolute: where spec files are looked for
  bool starts_server = false;        // the framework's own configuration starts a server for each invocation (Playwright's webServer)
};
// Nothing when no shim said it: what the list depends on is unknown.
std::optional<ListingFacts> listing_facts(std::string_view events);

// No tests, or two tests with one identity: refused whatever the framework.
Result<void> check_discovery(std::string_view framework, const domain::Discovery& discovery, std::string_view no_tests_hint);

// "exit code 3" or "signal 9 (SIGKILL)".
std::string describe_end(const ProcessOutput& output);

// The last lines of stderr, or of stdout when stderr is silent, as an indented block for the end of a message; "" if there are none.
std::string output_tail(const ProcessOutput& output);

}  // namespace tamarack::adapter
