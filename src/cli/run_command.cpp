#include "cli/run_command.h"

#include <algorithm>

#include "adapter/event_run.h"
#include "base/text.h"
#include "board/past_waits.h"
#include "cli/discover.h"
#include "cli/flow_rules.h"
#include "cli/local_run.h"
#include "cli/outputs.h"
#include "cli/planning.h"
#include "cli/remote_run_command.h"
#include "cli/run_captures.h"
#include "cli/suite_record.h"
#include "coordinator/read_run.h"
#include "coordinator/test_figures.h"
#include "io/machine.h"
#include "io/process_tree.h"
#include "plan/make_plan.h"
#include "run/carry.h"

namespace tamarack::cli {
namespace {

// Everything both commands need before they can begin; the order of the members is the order of their making.
struct Ground {
  Project project;
  std::unique_ptr<io::FileLock> lock;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<adapter::Adapter> adapter;
  adapter::SuiteSettings suite;
  std::string shims_dir;
};

Result<Ground> prepare_ground(const ProjectOptions& options, const std::string& what) {
  Ground ground;
  ground.project = TRY(open_project(options));
  ground.lock = TRY(io::FileLock::take(ground.project.state_dir + "/lock", fmt::format("{} (process {})", what, io::process_id())));
  ground.store = TRY(open_store(ground.project.state_dir));
  ground.adapter = TRY(adapter::make_adapter(ground.project.config.suite.framework));
  ground.suite = TRY(suite_settings(ground.project));
  ground.shims_dir = TRY(unpack_shims(ground.project.state_dir));
  return ground;
}

int fail(const Error& error) {
  return complain(error);
}

}  // namespace

namespace {

Result<std::vector<domain::Capture>> given_by(const RunOptions& options) {
  if (options.continued.empty()) return std::vector<domain::Capture>{};
  const RunCaptures earlier = TRY(captures_of_run(options.project, options.continued, {}));
  for (const std::string& warning : warnings_of(earlier, options.continued)) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  return given_by(earlier);
}

}  // namespace

int run_command(const RunOptions& options, const Clock& clock) {
  if (!options.server.url.empty()) return remote_run_command(options, clock);
  const Instant started = clock.now();
  Random random(io::random_seed());
  const domain::RunId run = new_run_id(started, random);
  auto ground = prepare_ground(options.project, "run " + run.value);
  if (!ground) return fail(ground.error());
  const auto effective = effective_settings(options, ground->project.config.run, random);
  if (!effective) return fail(effective.error());
  if (const auto possible = check_workers(ground->project.config, effective->workers); !possible) return fail(possible.error());
  run::Run earlier;
  if (options.rerun) {
    auto found = earlier_run(*ground->store, options.rerun->run);
    if (!found) return fail(found.error());
    earlier = std::move(*found);
  }
  auto given = given_by(options);
  if (!given) return fail(given.error());
  const std::string run_dir = ground->project.run_dir(run);
  ground->suite.listing = run_dir + "/listing.json";

  io::become_subreaper();
  io::Loop loop;
  LocalRun local(loop, clock, *ground->store, *ground->adapter,
                 {.project = ground->project,
                  .run = run,
                  .workers = effective->workers,
                  .seed = effective->seed,
                  .command_started = started,
                  .command = options.command,
                  .json = options.json,
                  .suite = ground->suite,
                  .shims_dir = ground->shims_dir});
  if (const auto prepared = local.prepare(); !prepared) return fail(prepared.error());
  if (const auto kept = write_suite_record(run_dir, ground->suite); !kept) return fail(kept.error());
  // The applications start while the tests are listed.
  local.start_agent();
  const DiscoveryRequest request{.suite = ground->suite,
                                 .work_dir = run_dir + "/discovery",
                                 .shims_dir = ground->shims_dir,
                                 .timeout = ground->project.config.suite.discover_timeout.value_or(Millis{120'000}),
                                 .use_cache = options.use_cache};
  std::string cached_under;
  discover(loop, *ground->adapter, *ground->store, request, [&](Result<Discovered> discovered) {
    // Whatever keeps the tests from being listed is for the user to mend before there is a run: never an empty green.
    if (!discovered) return local.give_up(discovered.error(), 2);
    if (const auto possible = check_server(*discovered, ground->project.config, effective->workers); !possible)
      return local.give_up(possible.error(), 2);
    if (const auto few = check_quarantine(ground->project.config, discovered->discovery.tests); !few) return local.give_up(few.error(), 2);
    if (discovered->from_cache) {
      cached_under = discovered->cache_key;
      const auto written = io::write_file(ground->suite.listing, adapter::listing_json(discovered->discovery));
      if (!written) return local.give_up(written.error(), exit_code_of(written.error().code));
    }
    // Runs that are set aside must not make this one's estimates.
    if (const auto made = coordinator::refresh_all_figures(*ground->store); !made)
      return local.give_up(made.error(), exit_code_of(made.error().code));
    const auto history = ground->store->history(ground->project.config.project);
    if (!history) return local.give_up(history.error(), exit_code_of(history.error().code));
    plan::PlanOptions how = plan_options(options, ground->project, ground->adapter->capabilities(ground->suite), *effective);
    auto usual = board::usual_waits(ground->store->flow());
    if (!usual) return local.give_up(usual.error(), exit_code_of(usual.error().code));
    how.expected_waits = std::move(*usual);
    if (options.rerun) narrow_to(how.filter, earlier, discovered->discovery);
    auto plan = plan::make_plan(discovered->discovery, *history, how);
    if (!plan) return local.give_up(plan.error(), 2);
    if (const auto good = check_waits_without_server(ground->project.config, *plan); !good) return local.give_up(good.error(), 2);
    plan->given = *given;
    for (const std::string& warning : warnings_of(*discovered, ground->project.config, *plan)) local.display().say("warning: " + warning);
    run::Options run_options = effective->run;
    run_options.quarantined = quarantined_tests(ground->project.config, *plan);
    const run::Carried carried = options.rerun && options.rerun->only_failed ? run::carry_forward(earlier, *plan) : run::Carried{};
    if (!run::leaves_work(carried, *plan)) {
      const std::string stands = fmt::format("nothing is left to run: the verdict of '{}' stands", earlier.id.value);
      std::fprintf(stderr, "%s\n", stands.c_str());
      return local.leave_without_run(exit_code_of(earlier.verdict));
    }
    local.begin(*plan, run_options, carried);
  });
  loop.run();
  // A run that was refused leaves nothing behind, least of all a folder that looks like a run.
  if (!local.has_run())
    if (const auto removed = io::remove_tree(ground->project.run_dir(run)); !removed)
      std::fprintf(stderr, "warning: %s\n", removed.error().message.c_str());
  // What ran was not what the cached listing said: ask the framework next time.
  if (!cached_under.empty() && local.had_disagreements())
    if (const auto forgotten = ground->store->remember(cached_under, {}); !forgotten)
      std::fprintf(stderr, "warning: %s\n", forgotten.error().message.c_str());
  return local.exit_code();
}

int resume_command(const ResumeOptions& options, const Clock& clock) {
  const Instant started = clock.now();
  auto ground = prepare_ground(options.project, options.run.empty() ? "resume" : "resume " + options.run);
  if (!ground) return fail(ground.error());
  store::RunRow row;
  const auto rows = ground->store->runs(1000);
  if (!rows) return fail(rows.error());
  for (const store::RunRow& one : *rows)
    if (row.run.empty() && (options.run.empty() ? !one.finished : one.run.value == options.run)) row = one;
  if (row.run.empty())
    return fail(options.run.empty()
                    ? make_error(ErrorCode::not_found, "no interrupted run is recorded here", "`tamarack runs` lists all runs")
                    : make_error(ErrorCode::not_found, fmt::format("there is no run '{}'", options.run), "`tamarack runs` lists all runs"));
  auto journal = coordinator::load_journal(*ground->store, row.run);
  if (!journal) return fail(journal.error());
  run::Run folded;
  for (const run::Entry& entry : *journal) run::apply(folded, entry);
  if (folded.finished) {
    // Never a fresh verdict: it repeats the one that stands.
    std::fprintf(stderr, "run '%s' is finished: %s\n", row.run.value.c_str(), row.headline.c_str());
    if (options.json) {
      const auto view = load_view(*ground->store, row);
      if (!view) return fail(view.error());
      std::printf("%s\n", json_line(*view, existing_outputs(ground->project.run_dir(row.run))).c_str());
    }
    return static_cast<int>(row.exit_code);
  }
  const std::string run_dir = ground->project.run_dir(row.run);
  if (const auto same = check_suite_record(run_dir, folded.plan.framework, ground->suite); !same) return fail(same.error());
  ground->suite.listing = run_dir + "/listing.json";
  io::become_subreaper();
  io::Loop loop;
  LocalRun local(loop, clock, *ground->store, *ground->adapter,
                 {.project = ground->project,
                  .run = row.run,
                  .workers = folded.plan.workers,
                  .seed = folded.plan.seed,
                  .command_started = std::min(started, folded.started),
                  .command = "tamarack resume " + row.run.value,
                  .json = options.json,
                  .suite = ground->suite,
                  .shims_dir = ground->shims_dir});
  if (const auto prepared = local.prepare(); !prepared) return fail(prepared.error());
  local.go_on(std::move(folded), std::move(*journal));
  local.start_agent();
  loop.run();
  return local.exit_code();
}

}  // namespace tamarack::cli
