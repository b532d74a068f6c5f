// What an earlier run has captured, for the {places} of a wait and for the tests of a run that continues it: commands in a row, one that
// starts the work and others that go on with it.
#pragma once

#include <string>
#include <vector>

#include "cli/project.h"
#include "client/api_client.h"
#include "flow/rules.h"
#include "run/record.h"

namespace tamarack::cli {

struct RunCaptures {
  std::vector<flow::Captured> captures;  // each name once
  // Names that several tests or waits have captured with different values: which one is meant is not known.
  std::vector<std::string> unclear;
};

// What its tests and the waits of its flows have captured, and what it was given by the run that it continued. `test`: only of tests, and
// of waits ("flow › phase"), whose name contains this; empty: all.
RunCaptures captures_of(const std::vector<run::Entry>& journal, const std::string& test);

// Of a run of this machine. `run` is its id, or "newest". Errors: `not_found`, those of the store.
Result<RunCaptures> captures_of_run(const ProjectOptions& options, const std::string& run, const std::string& test);

// Of a run of a server, by its id: `newest` may be anybody's there. `conflict` while it goes on, because more may be captured.
Result<RunCaptures> captures_of_server_run(const client::ServerAddress& server, const std::string& run, const std::string& test);
// Of a server's journal that was read already; the same `conflict`.
Result<RunCaptures> captures_of_ended(const std::vector<run::Entry>& journal, const std::string& run, const std::string& test);
// Nothing, or why this cannot name a run of a server.
Result<> check_names_server_run(const std::string& run);

// For a run that continues it. A name with several values is left out: which one is meant is not known.
std::vector<domain::Capture> given_by(const RunCaptures& earlier);
// What was left out, a sentence for each. `run` as it was asked for.
std::vector<std::string> warnings_of(const RunCaptures& earlier, const std::string& run);

}  // namespace tamarack::cli
