// The command line. This file alone names the commands; everything they do lives in one file per command.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstring>

#include "base/text.h"
#include "cli/doctor_command.h"
#include "cli/init_command.h"
#include "cli/inspect_commands.h"
#include "cli/live_display.h"
#include "cli/run_command.h"
#include "cli/version.h"
#include "config/generated.h"
#include "config/read_config.h"
#include "io/loop.h"
#include "io/shim.h"

namespace tamarack::cli {
namespace {

constexpr int usage_error = 2;

void add_project_options(CLI::App& command, ProjectOptions& options) {
  command.add_option("-c,--config", options.config_path, "Configuration file")->capture_default_str();
  command.add_option("--state-dir", options.state_dir,
                     "Folder for runs, history and artifacts (default: .tamarack beside the configuration)");
}

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
  command.add_flag("--only-failed", filter.only_failed, "Only what did not pass in the newest finished run");
  command.add_flag("--failed-first", options.failed_first, "Start with what did not pass last time");
  command.add_option("-w,--workers", options.workers, "Workers on this machine")->check(CLI::Range(1, 512));
  command.add_flag_callback(
      "--no-cache", [&options] { options.use_cache = false; }, "Ask the framework for its tests even if nothing has changed");
}

CLI::AsNumberWithUnit duration_unit() {
  return CLI::AsNumberWithUnit(std::map<std::string, std::int64_t>{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}},
                               CLI::AsNumberWithUnit::UNIT_REQUIRED, "DURATION");
}

// CLI11 answers a misspelled command with "A subcommand is required"; people deserve the name they meant.
int explain_usage(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (error.get_exit_code() == 0) return app.exit(error);
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
  const std::string typed = argc > 1 ? argv[1] : "";
  if (!typed.empty() && typed[0] != '-' && std::find(names.begin(), names.end(), typed) == names.end()) {
    std::fprintf(stderr, "error: there is no command '%s'\n", typed.c_str());
    if (const auto meant = closest(typed, names))
      std::fprintf(stderr, "  hint: did you mean `tamarack %s`?\n", meant->c_str());
    else
      std::fprintf(stderr, "  hint: `tamarack --help` lists the commands\n");
    return usage_error;
  }
  std::fprintf(stderr, "error: %s\n  hint: `tamarack%s%s --help` shows how it is used\n", error.what(),
               typed.empty() || typed[0] == '-' ? "" : " ", typed.empty() || typed[0] == '-' ? "" : typed.c_str());
  return usage_error;
}

int main_command(int argc, char** argv) {
  const io::SystemClock clock;
  CLI::App app{"Tamarack runs the end-to-end suite you have, in parallel, and proves what ran and what did not."};
  app.name("tamarack");
  app.set_version_flag("--version", std::string("tamarack ") + version);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 green, 1 tests failed, 2 usage or configuration, 3 timed out, 4 incomplete, 5 invalid, 6 infrastructure, 7 "
      "cancelled.");

  RunOptions run;
  std::optional<std::int64_t> timeout_ms;
  CLI::App* run_app = app.add_subcommand("run", "Run the suite");
  add_project_options(*run_app, run.project);
  add_selection(*run_app, run);
  run_app->add_option("--policy", run.policy, "How tests are dealt out: dynamic, timing or count");
  run_app->add_option("--retries", run.retries, "Try a failed test again this often")->check(CLI::Range(0, 100));
  // A flag with an optional value behind '=': a bare word after it is a path, not a number.
  std::int64_t fail_fast = -1;
  run_app->add_flag("--fail-fast{1}", fail_fast, "Stop after the first failed test; --fail-fast=N after the N-th")
      ->check(CLI::Range(0, 1'000'000));
  run_app->add_option("--seed", run.seed, "Seed of the run (default: random, printed)");
  run_app->add_option("--timeout", timeout_ms, "Time limit of the whole run, such as 20m")->transform(duration_unit());
  run_app->add_flag("--json", run.json, "Print one JSON object as the last line of standard output; progress goes to standard error");

  ResumeOptions resume;
  CLI::App* resume_app = app.add_subcommand("resume", "Finish an interrupted run without running finished tests again");
  add_project_options(*resume_app, resume.project);
  resume_app->add_option("run", resume.run, "Run id (default: the newest interrupted run)");
  resume_app->add_flag("--json", resume.json, "As for `tamarack run`");

  PlanCommandOptions plan;
  std::optional<std::int64_t> target_ms;
  CLI::App* plan_app = app.add_subcommand("plan", "Show order, estimates, lower bound, and what 1 to N workers would take");
  add_project_options(*plan_app, plan.run.project);
  add_selection(*plan_app, plan.run);
  plan_app->add_option("--target-time", target_ms, "Choose the number of workers for this wall time, such as 5m")
      ->transform(duration_unit());
  plan_app->add_option("--workers-max", plan.workers_max, "Longest line of the table")->check(CLI::Range(1, 512))->capture_default_str();

  ShowOptions show;
  CLI::App* show_app = app.add_subcommand("show", "Show the summary of a run");
  add_project_options(*show_app, show.project);
  show_app->add_option("run", show.run, "Run id (default: the newest)");
  show_app->add_flag("--json", show.json, "One JSON object");

  RunsOptions runs;
  CLI::App* runs_app = app.add_subcommand("runs", "List runs, newest first");
  add_project_options(*runs_app, runs.project);
  runs_app->add_option("-n,--count", runs.count, "How many")->check(CLI::Range(1, 100'000))->capture_default_str();
  runs_app->add_flag("--json", runs.json, "One JSON object per line");

  ShowOptions report;
  CLI::App* report_app = app.add_subcommand("report", "Write the report of a run again and print its path");
  add_project_options(*report_app, report.project);
  report_app->add_option("run", report.run, "Run id (default: the newest)");
  report_app->add_flag("--json", report.json, "One JSON object");

  InitOptions init;
  CLI::App* init_app = app.add_subcommand("init", "Look at the repository and write a commented tamarack.toml");
  init_app->add_option("directory", init.directory, "Where it is to stand")->capture_default_str();
  init_app->add_flag("--force", init.force, "Replace an existing file");
  init_app->add_flag("-y,--yes", init.yes, "Take every default, ask nothing");

  DoctorOptions doctor;
  CLI::App* doctor_app = app.add_subcommand("doctor", "Check everything a run needs and say what to do");
  doctor_app->add_option("-c,--config", doctor.config_path, "Configuration file")->capture_default_str();
  doctor_app->add_flag("--json", doctor.json, "One JSON object");

  CLI::App* schema_app = app.add_subcommand("schema", "Print the JSON Schema of tamarack.toml, for editors");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain_usage(app, error, argc, argv);
  }
  for (int i = 0; i < argc; ++i) run.command += (i > 0 ? " " : "") + (i == 0 ? std::string("tamarack") : shell_quote(argv[i]));
  if (timeout_ms) run.timeout = Millis{*timeout_ms};
  if (target_ms) plan.target = Millis{*target_ms};
  if (*run_app) {
    if (fail_fast >= 0) run.fail_fast = fail_fast;
    return run_command(run, clock);
  }
  if (*resume_app) return resume_command(resume, clock);
  if (*plan_app) return plan_command(plan);
  if (*show_app) return show_command(show);
  if (*runs_app) return runs_command(runs);
  if (*report_app) return report_command(report);
  if (*init_app) return init_command(init);
  if (*schema_app) {
    std::fputs(config::json_schema().c_str(), stdout);
    return 0;
  }
  doctor.colour = choose_screen(doctor.json).colour;
  return doctor_command(doctor);
}

}  // namespace
}  // namespace tamarack::cli

int main(int argc, char** argv) {
  // Before anything else: the shim is started for every process, so it must cost nothing.
  if (argc > 1 && std::strcmp(argv[1], "__shim") == 0) return tamarack::io::shim_main(argc, argv);
  // A limit of file size (ulimit -f) is then an error of the write, with a message, like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  return tamarack::cli::main_command(argc, argv);
}
