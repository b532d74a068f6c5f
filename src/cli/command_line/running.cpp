#include <memory>

#include "cli/command_line/commands.h"
#include "cli/inspect_commands.h"
#include "cli/run_command.h"

namespace tamarack::cli {
namespace {

constexpr std::int64_t seed_max = (std::int64_t{1} << 53) - 1;  // every reader of JSON keeps its digits

void add_selection(CLI::App& command, RunOptions& options) {
  plan::Filter& filter = options.filter;
  command.add_option("paths", filter.paths, "Specs to run: part of the path, a glob, or PATH:LINE");
  command
      .add_option("-g,--grep", filter.titles,
                  "Only tests whose name contains this text or matches this /regular expression/ (repeatable: any of them)")
      ->allow_extra_args(false);
  command.add_option("-t,--tag", filter.tags, "Only tests with this tag (repeatable: any of them)")->allow_extra_args(false);
  command.add_option("--not-tag", filter.not_tags, "Leave out tests with this tag (repeatable)")->allow_extra_args(false);
  command.add_option("--only", filter.only, "Exactly this test: 'SPEC › TITLE' or its id (repeatable)")->allow_extra_args(false);
  command.add_flag("--only-failed", filter.only_failed, "Only tests that did not pass when they last ran");
  command.add_flag("--failed-first", options.failed_first, "Start with what did not pass last time");
  whole_number(
      command.add_option("-w,--workers", options.workers, "Workers on this machine; with --server, of all agents together at most"), 1,
      512);
  command.add_flag_callback(
      "--no-cache", [&options] { options.use_cache = false; }, "Ask the framework for its tests even if nothing has changed");
}

struct RunFlags {
  RunOptions run;
  std::optional<std::int64_t> timeout_ms;
  std::int64_t fail_fast = -1;

  int act(const Clock& clock) {
    if (timeout_ms) run.timeout = Millis{*timeout_ms};
    if (fail_fast >= 0) run.fail_fast = fail_fast;
    return run_command(run, clock);
  }
};

// How it runs, and where.
void add_ways(CLI::App& app, RunFlags& flags) {
  RunOptions& run = flags.run;
  app.add_option("--policy", run.policy, "How tests are dealt out: dynamic, timing or count");
  whole_number(app.add_option("--retries", run.retries, "Try a failed test again this often"), 0, 10);
  // A flag with an optional value behind '=': a bare word after it is a path, not a number.
  whole_number(app.add_flag("--fail-fast{1}", flags.fail_fast, "Stop after the first failed test; --fail-fast=N after the N-th"), 0,
               1'000'000);
  whole_number(app.add_option("--seed", run.seed, "Seed of the run (default: random, printed)"), 0, seed_max);
  add_time(app, "--timeout", flags.timeout_ms, "Time limit of the whole run, such as 20m", second_ms, 168 * hour_ms);
  app.add_flag("--json", run.json, "Print one JSON object as the last line of standard output; progress goes to standard error");
  constexpr const char* server = "On a server";
  CLI::Option* url =
      app.add_option("--server", run.server.url, "Have a server and its agents run the suite, such as https://tamarack.example:8420");
  url->group(server);
  add_token_options(app, run.server);
  app.add_flag("--detach", run.detach, "Start the run and leave; `tamarack attach` watches it")->needs(url)->group(server);
  add_agent_label(app, run.agent_labels)->needs(url);
}

void add_run(Commands& commands, const Clock& clock, const std::string& typed) {
  const auto flags = std::make_shared<RunFlags>();
  flags->run.command = typed;
  CLI::App* app = commands.add("run", "Run the suite", [flags, &clock] { return flags->act(clock); });
  RunOptions& run = flags->run;
  add_project_options(*app, run.project);
  add_selection(*app, run);
  add_ways(*app, *flags);
  app->add_option("--continue", run.continued, "Hand the captures of this earlier run to the tests: the second half of a flow")
      ->type_name("RUN");
  app->add_option("--suite", run.suite_name, "Tells several suites of one CI job apart (default: $TAMARACK_SUITE)")
      ->needs(app->get_option("--server"))
      ->group("On a server");
  app->add_flag("--dry-run", run.dry_run, "List the files that would be sent, the largest first, and what the server lacks; start nothing")
      ->needs(app->get_option("--server"))
      ->excludes(app->get_option("--detach"))
      ->group("On a server");
  app->add_flag("--afresh", run.afresh, "Run everything, although an earlier try of this CI job has left verdicts")
      ->needs(app->get_option("--server"))
      ->group("On a server");
}

void add_rerun(Commands& commands, const Clock& clock, const std::string& typed) {
  const auto flags = std::make_shared<RunFlags>();
  flags->run.command = typed;
  flags->run.rerun = RerunWish{};
  CLI::App* app =
      commands.add("rerun", "Run the tests of an earlier run again, in a new run", [flags, &clock] { return flags->act(clock); });
  RunOptions& run = flags->run;
  add_project_options(*app, run.project);
  app->add_option("run", run.rerun->run, "Run id (default: the newest finished one; on a server it must be named)");
  app->add_flag("--failed", run.rerun->only_failed, "Only what was not good; the rest keeps its verdict, in one complete ledger");
  whole_number(app->add_option("-w,--workers", run.workers, "Workers on this machine"), 1, 512);
  add_ways(*app, *flags);
}

void add_resume(Commands& commands, const Clock& clock) {
  const auto resume = std::make_shared<ResumeOptions>();
  CLI::App* app = commands.add("resume", "Finish an interrupted run without running finished tests again",
                               [resume, &clock] { return resume_command(*resume, clock); });
  add_project_options(*app, resume->project);
  app->add_option("run", resume->run, "Run id (default: the newest interrupted run)");
  app->add_flag("--json", resume->json, "As for `tamarack run`");
}

void add_plan(Commands& commands) {
  const auto plan = std::make_shared<PlanCommandOptions>();
  const auto target_ms = std::make_shared<std::optional<std::int64_t>>();
  CLI::App* app = commands.add("plan", "Show order, estimates, lower bound, and what 1 to N workers would take", [plan, target_ms] {
    if (*target_ms) plan->target = Millis{**target_ms};
    return plan_command(*plan);
  });
  add_project_options(*app, plan->run.project);
  add_selection(*app, plan->run);
  add_time(*app, "--target-time", *target_ms, "Choose the number of workers for this wall time, such as 5m", 1, 168 * hour_ms);
  CLI::Option* url = add_other_server(*app, plan->run.server, "Plan with the history and the agents of this server");
  add_agent_label(*app, plan->run.agent_labels)->needs(url);
  whole_number(app->add_option("--workers-max", plan->workers_max, "Longest line of the table"), 1, 512)->capture_default_str();
}

}  // namespace

void add_running(Commands& commands, const Clock& clock, const std::string& typed) {
  add_run(commands, clock, typed);
  add_rerun(commands, clock, typed);
  add_resume(commands, clock);
  add_plan(commands);
}

}  // namespace tamarack::cli
