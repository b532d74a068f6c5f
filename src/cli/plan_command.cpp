#include <fmt/format.h>

#include "base/text.h"
#include "board/past_waits.h"
#include "cli/discover.h"
#include "cli/inspect_commands.h"
#include "cli/outputs.h"
#include "cli/planning.h"
#include "cli/server_calls.h"
#include "coordinator/test_figures.h"
#include "io/http_message.h"
#include "io/process_tree.h"
#include "plan/plan_text.h"
#include "plan/what_if.h"
#include "schedule/chunk.h"
#include "wire/history.h"

namespace tamarack::cli {
namespace {

// What a plan is made from beside the tests: of this machine, or of a server.
struct Past {
  domain::History history;
  std::int64_t workers = 1;
  plan::ExpectedWaits waits = {};
  std::string told = {};  // a line about where it comes from; empty: this machine
};

Result<Past> past_here(store::Store& store, const Project& project) {
  TRY_VOID(coordinator::refresh_all_figures(store));
  const config::Run& run = project.config.run;
  return Past{.history = TRY(store.history(project.config.project)),
              .workers = run.workers > 0 ? run.workers : default_workers(),
              .waits = TRY(board::usual_waits(store.flow()))};
}

Result<Past> past_of_server(const RunOptions& options, const Project& project) {
  const auto labels = TRY(parse_labels(options.agent_labels, "--agent-label"));
  ServerCalls server(TRY(server_address(options.server)));
  const std::string path = "/api/v1/projects/" + io::url_segment(project.config.project) + "/history";
  const std::string history = TRY(server.get(path));
  const auto agents_there = TRY(server.read<wire::AgentList>("/api/v1/agents"));
  Past past{.history = TRY(wire::decode_history(history))};
  const Crew crew = crew_of(agents_there, labels);
  past.workers = std::max<std::int64_t>(crew.workers, 1);
  const std::string agents =
      crew.agents == 0 ? fmt::format("no agent{} is there now, so one worker is assumed", labels.empty() ? "" : " with these labels")
                       : fmt::format("{} with {}", count_of(crew.agents, "agent"), count_of(crew.workers, "worker"));
  past.told = fmt::format("history and agents of {}: {}\n", server.url(), agents);
  return past;
}

Result<Discovered> list_tests(const Project& project, const adapter::Adapter& adapter, store::Store& store,
                              const adapter::SuiteSettings& suite, bool use_cache) {
  const DiscoveryRequest request{.suite = suite,
                                 .work_dir = project.state_dir + "/discovery",
                                 .shims_dir = TRY(unpack_shims(project.state_dir)),
                                 .timeout = project.config.suite.discover_timeout.value_or(Millis{120'000}),
                                 .use_cache = use_cache};
  io::become_subreaper();
  io::Loop loop;
  Result<Discovered> found = make_error(ErrorCode::cancelled, "interrupted");
  discover(loop, adapter, store, request, [&](Result<Discovered> discovered) {
    found = std::move(discovered);
    loop.stop();
  });
  loop.run();
  return found;
}

Result<std::string> plan_text_of(const PlanCommandOptions& options, const Project& project, const adapter::Capabilities& capabilities,
                                 const domain::Discovery& discovery, const Past& past) {
  const std::int64_t workers = options.run.workers.value_or(past.workers);
  plan::PlanOptions plan_options{.filter = options.run.filter,
                                 .rules = rules_of(project.config),
                                 .policy = project.config.run.policy,
                                 .workers = workers,
                                 .failed_first = options.run.failed_first,
                                 .cost_guess = cost_guess(capabilities),
                                 .units_share_invocation = capabilities.many_units_per_invocation,
                                 .can_select_tests = capabilities.select_tests,
                                 .expected_waits = past.waits};
  const plan::ChunkRule chunks = [](Millis remaining, std::int64_t count, const domain::CostEstimate& cost) {
    return schedule::chunk_size(
        {.remaining = remaining, .workers = count, .framework_start = cost.framework_start, .estimates_known = cost.from_history});
  };
  const auto predictions = TRY(plan::what_if(discovery, past.history, plan_options, std::max(options.workers_max, workers), chunks));
  if (options.target && !options.run.workers) plan_options.workers = plan::choose_workers(predictions, *options.target).prediction.workers;
  const auto plan = TRY(plan::make_plan(discovery, past.history, plan_options));
  for (const std::string& warning : plan::flow_warnings(plan, plan_options.rules.flows))
    std::fprintf(stderr, "warning: %s\n", clean_lines(warning).c_str());
  const auto estimates = plan::explain_estimates(plan, past.history, plan_options);
  return past.told +
         plan::plan_text(plan, estimates, predictions, {.expected_waits = plan_options.expected_waits, .target = options.target});
}

}  // namespace

int plan_command(const PlanCommandOptions& options) {
  const auto project = open_project(options.run.project);
  if (!project) return complain(project.error());
  const auto store = open_store(project->state_dir);
  if (!store) return complain(store.error());
  const auto adapter = adapter::make_adapter(project->config.suite.framework);
  if (!adapter) return complain(adapter.error());
  const auto suite = suite_settings(*project);
  if (!suite) return complain(suite.error());
  // Before the tests are listed: a server that is not there, or does not know us, is known in a moment.
  const auto past = options.run.server.url.empty() ? past_here(**store, *project) : past_of_server(options.run, *project);
  if (!past) return complain(past.error());
  // Listing the tests runs somebody else's code.
  io::forget_environment("TAMARACK_TOKEN");
  const auto found = list_tests(*project, **adapter, **store, *suite, options.run.use_cache);
  if (!found) {
    complain(found.error());
    return 2;
  }
  if (const auto few = check_quarantine(project->config, found->discovery.tests); !few) return complain(few.error());
  const auto text = plan_text_of(options, *project, (*adapter)->capabilities(*suite), found->discovery, *past);
  if (!text) return complain(text.error());
  std::fputs(text->c_str(), stdout);
  return 0;
}

}  // namespace tamarack::cli
