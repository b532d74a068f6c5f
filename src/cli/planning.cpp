#include "cli/planning.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/flow_rules.h"
#include "cli/rule_warnings.h"
#include "config/cross_checks.h"

namespace tamarack::cli {
namespace {

Result<domain::Policy> parse_policy(const std::string& text) {
  for (const domain::Policy policy : {domain::Policy::count, domain::Policy::timing, domain::Policy::dynamic})
    if (to_string(policy) == text) return policy;
  return make_error(ErrorCode::invalid_argument, fmt::format("unknown policy '{}', expected count, timing or dynamic", text));
}

}  // namespace

Result<Effective> effective_settings(const RunOptions& options, const config::Run& file, Random& random) {
  Effective effective;
  effective.workers = options.workers.value_or(file.workers > 0 ? file.workers : default_workers());
  effective.policy = options.policy ? TRY(parse_policy(*options.policy)) : file.policy;
  // Below 2^53, so that JavaScript and JSON readers keep every digit.
  effective.seed = options.seed.value_or(random.next() >> 11);
  effective.run = {.retries = options.retries.value_or(file.retries),
                   .fail_fast = options.fail_fast.value_or(file.fail_fast),
                   .lost_max = file.lost_max,
                   .timeout = options.timeout.value_or(file.timeout.value_or(Millis{0}))};
  return effective;
}

// Only frameworks with live events let their start-up be measured; for the others it is part of their tests' own durations.
plan::CostGuess cost_guess(const adapter::Capabilities& capabilities) {
  plan::CostGuess guess;
  if (!capabilities.live_events) guess.framework_start = Millis{0};
  return guess;
}

plan::PlanOptions plan_options(const RunOptions& options, const Project& project, const adapter::Capabilities& capabilities,
                               const Effective& effective) {
  return {.filter = options.filter,
          .rules = rules_of(project.config),
          .policy = effective.policy,
          .workers = effective.workers,
          .seed = effective.seed,
          .failed_first = options.failed_first,
          .cost_guess = cost_guess(capabilities),
          .units_share_invocation = capabilities.many_units_per_invocation,
          .can_select_tests = capabilities.select_tests};
}

// Every invocation starts Playwright's webServer: several at a time fight for its port, or all test the one that came first.
Result<> check_server(const Discovered& discovered, const config::Config& config, std::int64_t workers) {
  if (!discovered.starts_server || workers < 2 || !config.app.start.empty()) return {};
  return make_error(
      ErrorCode::invalid_config,
      fmt::format("'webServer' in the Playwright configuration would be started by each of {} workers at the same address", workers),
      "let tamarack start one application per worker: move its command to 'start' in [app] (docs/adapters/playwright.md), "
      "or run with one worker: -w 1");
}

std::vector<std::string> warnings_of(const Discovered& discovered, const config::Config& config, const domain::Plan& plan) {
  std::vector<std::string> warnings = discovered.discovery.warnings;
  if (discovered.starts_server && !config.app.start.empty())
    warnings.push_back("'webServer' in the Playwright configuration is started beside [app]: remove one of them");
  for (std::string& unmatched : unmatched_rules(config, discovered.discovery.tests)) warnings.push_back(std::move(unmatched));
  for (std::string& partial : plan::flow_warnings(plan, flow_rules_of(config))) warnings.push_back(std::move(partial));
  for (std::string& cleared : wait_warnings(config)) warnings.push_back(std::move(cleared));
  return warnings;
}

// What the command line said about workers can make a valid file wrong.
Result<> check_workers(const config::Config& config, std::int64_t workers) {
  const auto shared = config::shared_ready_address(config, workers);
  return shared ? Result<>(make_error(ErrorCode::invalid_config, shared->message, shared->hint)) : Result<>();
}

}  // namespace tamarack::cli
