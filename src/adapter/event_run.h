// What all adapters with a shim have in common when they start their framework: the environment of the event lines and the selection.
#pragma once

#include <string>
#include <vector>

#include "adapter/adapter.h"

// Only declared here: the library itself stays inside the source files.
namespace boost::json {
class object;
}  // namespace boost::json

namespace tamarack::adapter {

// TAMARACK_EVENTS and TAMARACK_MODE=discover; colours off, because what is captured is read by programs and put into reports.
// CI stays as it is: frameworks and applications behave differently by it, and that is the user's choice.
Invocation discovery_invocation(const SuiteSettings& suite, const ExecutionContext& context, std::vector<std::string> argv);
// The same for a run, with TAMARACK_SELECTION and the file it names.
Invocation execution_invocation(const SuiteSettings& suite, const Selection& selection, const ExecutionContext& context,
                                std::vector<std::string> argv);

// {"spec":…,"title_path":[…],"parameters":…}
boost::json::object identity_json(const domain::TestIdentity& identity);

// {"v":1,"tests":[{"spec":…,"title_path":[…],"parameters":…},…]}
std::string selection_json(const Selection& selection);

// All tests of a list in the same form, for SuiteSettings::listing.
std::string listing_json(const domain::Discovery& discovery);

// The spec files of the selection, each once, in its order.
std::vector<std::string> specs_of(const Selection& selection);

const domain::TestCase& test_of(const Selection& selection, domain::TestIndex test);

// `path` for a command line: one that starts with '-' must not be read as an option.
std::string path_argument(const std::string& path);

}  // namespace tamarack::adapter
