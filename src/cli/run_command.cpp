#include "cli/run_command.h"

#include <algorithm>
#include <optional>

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

Result<std::vector<domain::Capture>> given_by(const RunOptions& options) {
  if (options.continued.empty()) return std::vector<domain::Capture>{};
  const RunCaptures earlier = TRY(captures_of_run(options.project, options.continued, {}));
  for (const std::string& warning : warnings_of(earlier, options.continued)) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  return given_by(earlier);
}

// What a new run knows before its tests are listed.
struct Beginning {
  Ground ground;
  Effective effective;
  run::Run earlier;  // with `rerun` only
  std::vector<domain::Capture> given;
};

Result<Beginning> begin_with(const RunOptions& options, const domain::RunId& run, Random& random) {
  Beginning from;
  from.ground = TRY(prepare_ground(options.project, "run " + run.value));
  const config::Config& config = from.ground.project.config;
  from.effective = TRY(effective_settings(options, config.run, random));
  TRY_VOID(check_workers(config, from.effective.workers));
  if (options.rerun) from.earlier = TRY(earlier_run(*from.ground.store, options.rerun->run));
  from.given = TRY(given_by(options));
  from.ground.suite.listing = from.ground.project.run_dir(run) + "/listing.json";
  return from;
}

struct Refusal {
  Error error;
  int exit_code = 0;
};

// Why there cannot be a run, or none.
using Refused = std::optional<Refusal>;
Refused by_the_user(const Error& error) {
  return Refusal{error, 2};
}
Refused by_the_machine(const Error& error) {
  return Refusal{error, exit_code_of(error.code)};
}

// The listed tests as a plan. Whatever keeps them from being run is for the user to mend before there is a run: never an empty green.
Refused plan_run(const RunOptions& options, const Beginning& from, const Discovered& discovered, domain::Plan& planned) {
  const Ground& ground = from.ground;
  const config::Config& config = ground.project.config;
  if (const auto possible = check_server(discovered, config, from.effective.workers); !possible) return by_the_user(possible.error());
  if (const auto few = check_quarantine(config, discovered.discovery.tests); !few) return by_the_user(few.error());
  if (discovered.from_cache)
    if (const auto written = io::write_file(ground.suite.listing, adapter::listing_json(discovered.discovery)); !written)
      return by_the_machine(written.error());
  // Runs that are set aside must not make this one's estimates.
  if (const auto made = coordinator::refresh_all_figures(*ground.store); !made) return by_the_machine(made.error());
  const auto history = ground.store->history(config.project);
  if (!history) return by_the_machine(history.error());
  auto usual = board::usual_waits(ground.store->flow());
  if (!usual) return by_the_machine(usual.error());
  plan::PlanOptions how = plan_options(options, ground.project, ground.adapter->capabilities(ground.suite), from.effective);
  how.expected_waits = std::move(*usual);
  if (options.rerun) narrow_to(how.filter, from.earlier, discovered.discovery);
  auto plan = plan::make_plan(discovered.discovery, *history, how);
  if (!plan) return by_the_user(plan.error());
  if (const auto good = check_waits_without_server(config, *plan); !good) return by_the_user(good.error());
  planned = std::move(*plan);
  planned.given = from.given;
  return {};
}

void begin_or_repeat(const RunOptions& options, const Beginning& from, const domain::Plan& plan, LocalRun& local) {
  run::Options run_options = from.effective.run;
  run_options.quarantined = quarantined_tests(from.ground.project.config, plan);
  const run::Carried carried = options.rerun && options.rerun->only_failed ? run::carry_forward(from.earlier, plan) : run::Carried{};
  if (run::leaves_work(carried, plan)) return local.begin(plan, run_options, carried);
  std::fprintf(stderr, "nothing is left to run: the verdict of '%s' stands\n", from.earlier.id.value.c_str());
  local.leave_without_run(exit_code_of(from.earlier.verdict));
}

void warn_of(const Result<>& outcome) {
  if (!outcome) std::fprintf(stderr, "warning: %s\n", outcome.error().message.c_str());
}

}  // namespace

int run_command(const RunOptions& options, const Clock& clock) {
  if (!options.server.url.empty()) return remote_run_command(options, clock);
  const Instant started = clock.now();
  Random random(io::random_seed());
  const domain::RunId run = new_run_id(started, random);
  const auto from = begin_with(options, run, random);
  if (!from) return fail(from.error());
  const Ground& ground = from->ground;
  const config::Config& config = ground.project.config;
  const std::string run_dir = ground.project.run_dir(run);

  io::become_subreaper();
  io::Loop loop;
  LocalRun local(loop, clock, *ground.store, *ground.adapter,
                 {.project = ground.project,
                  .run = run,
                  .workers = from->effective.workers,
                  .seed = from->effective.seed,
                  .command_started = started,
                  .command = options.command,
                  .json = options.json,
                  .suite = ground.suite,
                  .shims_dir = ground.shims_dir});
  if (const auto prepared = local.prepare(); !prepared) return fail(prepared.error());
  if (const auto kept = write_suite_record(run_dir, ground.suite); !kept) return fail(kept.error());
  // The applications start while the tests are listed.
  local.start_agent();
  const DiscoveryRequest request{.suite = ground.suite,
                                 .work_dir = run_dir + "/discovery",
                                 .shims_dir = ground.shims_dir,
                                 .timeout = config.suite.discover_timeout.value_or(Millis{120'000}),
                                 .use_cache = options.use_cache};
  std::string cached_under;
  discover(loop, *ground.adapter, *ground.store, request, [&](const Result<Discovered>& discovered) {
    if (!discovered) return local.give_up(discovered.error(), 2);
    if (discovered->from_cache) cached_under = discovered->cache_key;
    domain::Plan plan;
    if (const Refused refused = plan_run(options, *from, *discovered, plan); refused)
      return local.give_up(refused->error, refused->exit_code);
    for (const std::string& warning : warnings_of(*discovered, config, plan)) local.display().say("warning: " + warning);
    begin_or_repeat(options, *from, plan, local);
  });
  loop.run();
  // A run that was refused leaves nothing behind, least of all a folder that looks like a run.
  if (!local.has_run()) warn_of(io::remove_tree(run_dir));
  // What ran was not what the cached listing said: ask the framework next time.
  if (!cached_under.empty() && local.had_disagreements()) warn_of(ground.store->remember(cached_under, {}));
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
