#include "agent/handed_on.h"

#include "adapter/captures.h"
#include "io/files.h"
#include "io/process.h"

namespace tamarack::agent {

Result<std::map<std::string, std::string>> hand_on(const domain::Plan& plan, const adapter::Selection& selection,
                                                   const std::vector<run::LeaseCaptures>& captures, const std::string& attempt_dir) {
  std::vector<adapter::CaptureSet> flows;
  flows.reserve(captures.size());
  for (const run::LeaseCaptures& of_flow : captures) flows.push_back({of_flow.tests, of_flow.captures});
  std::map<std::string, std::string> env;
  if (flows.empty() && plan.given.empty()) {
    // Of a Tamarack that runs this one as a test: those captures are not this suite's.
    if (!io::environment("TAMARACK_CAPTURES").empty()) env["TAMARACK_CAPTURES"] = "";
    return env;
  }
  const std::string path = attempt_dir + "/captures.json";
  TRY_VOID(io::write_file(path, adapter::captures_json(plan, flows, plan.given)));
  env = adapter::capture_environment(selection, flows, plan.given);
  env["TAMARACK_CAPTURES"] = path;
  return env;
}

}  // namespace tamarack::agent
