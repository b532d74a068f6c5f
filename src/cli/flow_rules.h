// [[flow]] of the configuration as rules for a plan, and what is wrong with its waits as wishes: config does not know what a wish means,
// wire does not know where it stands in a file.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "plan/rules.h"

namespace tamarack::cli {

std::vector<plan::FlowRule> flow_rules_of(const config::Config& config);

// Every problem of every wait with the line of its phase, as `invalid_config`; nothing when there is none.
Result<> check_waits(const config::Config& config);

// What is more for a run on a server: a wait that looks at the application of a worker, which only the worker's machine reaches, as
// `invalid_config`. Nothing is wrong with one whose address the tests capture themselves.
Result<> check_waits_of_server(const config::Config& config);

// What is more for a run without a server: a wait that only a server's signals and jobs could end, in a flow of this plan, as
// `invalid_config`. It would be parked until its time is up.
Result<> check_waits_without_server(const config::Config& config, const domain::Plan& plan);

// Waits at the application of a worker that app.reset clears between units, and with it perhaps what is waited for.
std::vector<std::string> wait_warnings(const config::Config& config);

}  // namespace tamarack::cli
