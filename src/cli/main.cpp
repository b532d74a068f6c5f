// The command line. This file alone names the commands; everything they do lives in one file per command.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>

#include "base/text.h"
#include "cli/doctor_command.h"
#include "cli/init_command.h"
#include "cli/inspect_commands.h"
#include "cli/live_display.h"
#include "cli/run_command.h"
#include "cli/serve_command.h"
#include "cli/token_command.h"
#include "cli/version.h"
#include "config/generated.h"
#include "config/literal.h"
#include "config/read_config.h"
#include "io/loop.h"
#include "io/shim.h"
#include "report/cells.h"

namespace tamarack::cli {
namespace {

constexpr int usage_error = 2;

void add_project_options(CLI::App& command, ProjectOptions& options) {
  command.add_option("-c,--config", options.config_path, "Configuration file")->capture_default_str();
  command.add_option("--state-dir", options.state_dir,
                     "Folder for runs, history and artifacts (default: .tamarack beside the configuration)");
}

// Checks say what is expected in plain words; the ranges are those of tamarack.toml (config/keys.cpp).
constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t hour_ms = 3600 * second_ms;
constexpr std::int64_t seed_max = (std::int64_t{1} << 53) - 1;  // every reader of JSON keeps its digits

CLI::Option* whole_number(CLI::Option* option, std::int64_t min, std::int64_t max) {
  return option->type_name("N")->check([min, max](const std::string& text) {
    const auto number = parse_integer(text);
    if (number && *number >= min && *number <= max) return std::string{};
    return fmt::format("'{}' is not a whole number from {} to {}", report::printable(text), min, max);
  });
}

// "90s", "1h30m", as in tamarack.toml; `days` as well where `90d` is a usual time.
std::optional<Millis> parse_time(const std::string& text, bool days) {
  if (!days || !text.ends_with('d')) return config::parse_duration(text);
  constexpr std::int64_t days_max = 100'000;
  const auto count = parse_integer(std::string_view(text).substr(0, text.size() - 1));
  return count && *count <= days_max ? std::optional(Millis{*count * 24 * hour_ms}) : std::nullopt;
}

// `target` gets milliseconds.
CLI::Option* add_time(CLI::App& app, const std::string& name, std::optional<std::int64_t>& target, const std::string& help,
                      std::int64_t min_ms, std::int64_t max_ms, bool days = false) {
  const auto store = [&target, days](const std::string& text) {
    if (const auto time = parse_time(text, days)) target = time->count();
  };
  return app.add_option_function<std::string>(name, store, help)->type_name("TIME")->check([=](const std::string& text) {
    const auto time = parse_time(text, days);
    if (!time)
      return fmt::format("'{}' is not a time; write a whole number and its unit, such as {}", report::printable(text),
                         days ? "12h or 90d" : "90s, 20m or 1h30m");
    if (time->count() < min_ms || time->count() > max_ms)
      return fmt::format("'{}' is out of range, expected {} to {}", text, config::write_duration(Millis{min_ms}),
                         config::write_duration(Millis{max_ms}));
    return std::string{};
  });
}

constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();  // the command itself checks it

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
  whole_number(command.add_option("-w,--workers", options.workers, "Workers on this machine"), 1, 512);
  command.add_flag_callback(
      "--no-cache", [&options] { options.use_cache = false; }, "Ask the framework for its tests even if nothing has changed");
}

// The commands and what each does when it was the one that was typed.
class Commands {
 public:
  explicit Commands(CLI::App& app) : app_(app) {}

  // `name` may lead through a group: "token create".
  CLI::App* add(const std::string& name, const std::string& help, std::function<int()> act) {
    const std::size_t space = name.find(' ');
    CLI::App* parent = space == std::string::npos ? &app_ : app_.get_subcommand(name.substr(0, space));
    CLI::App* command = parent->add_subcommand(space == std::string::npos ? name : name.substr(space + 1), help);
    commands_.push_back({command, std::move(act)});
    return command;
  }
  void add_group(const std::string& name, const std::string& help) { app_.add_subcommand(name, help)->require_subcommand(1); }

  int act() const {
    for (const auto& [command, action] : commands_)
      if (*command) return action();
    return usage_error;
  }

 private:
  CLI::App& app_;
  std::vector<std::pair<CLI::App*, std::function<int()>>> commands_;
};

// How far the words that were typed lead into the tree of commands.
struct Typed {
  const CLI::App* command;          // the last one that exists
  std::string path = "tamarack";    // its name as it is typed
  std::optional<std::string> word;  // what stands where a command should, but is none
};

Typed find_typed(const CLI::App& app, int argc, char** argv) {
  Typed typed{.command = &app};
  for (int at = 1; at < argc && argv[at][0] != '-'; ++at) {
    const std::string word = argv[at];
    const auto commands = typed.command->get_subcommands([&](const CLI::App*) { return true; });
    if (commands.empty()) break;
    const auto found = std::find_if(commands.begin(), commands.end(), [&](const CLI::App* one) { return one->get_name() == word; });
    if (found == commands.end()) {
      typed.word = word;
      break;
    }
    typed.command = *found;
    typed.path += " " + word;
  }
  return typed;
}

// Two letters swapped, as in "rnu", are two edits, too many for a short word.
std::optional<std::string> meant_command(const std::string& word, const std::vector<std::string>& names) {
  const auto sorted = [](std::string text) {
    std::sort(text.begin(), text.end());
    return text;
  };
  for (const std::string& name : names)
    if (sorted(name) == sorted(word)) return name;
  return closest(word, names);
}

// CLI11 answers a misspelled command with "A subcommand is required"; people deserve the name they meant.
int explain_usage(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (error.get_exit_code() == 0) return app.exit(error);
  const Typed typed = find_typed(app, argc, argv);
  if (!typed.word) {
    std::fprintf(stderr, "error: %s\n  hint: `%s --help` shows how it is used\n", report::printable(error.what()).c_str(),
                 typed.path.c_str());
    return usage_error;
  }
  std::vector<std::string> names;
  for (const CLI::App* command : typed.command->get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
  const std::string group = typed.path.substr(std::min(typed.path.size(), std::string("tamarack ").size()));
  const std::string word = report::printable(*typed.word);
  std::fprintf(stderr, "error: there is no command '%s'\n", (group.empty() ? word : group + " " + word).c_str());
  if (const auto meant = meant_command(*typed.word, names))
    std::fprintf(stderr, "  hint: did you mean `%s %s`?\n", typed.path.c_str(), meant->c_str());
  else
    std::fprintf(stderr, "  hint: `%s --help` lists the commands\n", typed.path.c_str());
  return usage_error;
}

// As it was typed, for the report.
std::string typed_command(int argc, char** argv) {
  std::string text = "tamarack";
  for (int i = 1; i < argc; ++i) text += " " + shell_quote(argv[i]);
  return text;
}

void add_run(Commands& commands, const Clock& clock, const std::string& typed) {
  struct Flags {
    RunOptions run;
    std::optional<std::int64_t> timeout_ms;
    std::int64_t fail_fast = -1;
  };
  const auto flags = std::make_shared<Flags>();
  flags->run.command = typed;
  CLI::App* app = commands.add("run", "Run the suite", [flags, &clock] {
    if (flags->timeout_ms) flags->run.timeout = Millis{*flags->timeout_ms};
    if (flags->fail_fast >= 0) flags->run.fail_fast = flags->fail_fast;
    return run_command(flags->run, clock);
  });
  RunOptions& run = flags->run;
  add_project_options(*app, run.project);
  add_selection(*app, run);
  app->add_option("--policy", run.policy, "How tests are dealt out: dynamic, timing or count");
  whole_number(app->add_option("--retries", run.retries, "Try a failed test again this often"), 0, 10);
  // A flag with an optional value behind '=': a bare word after it is a path, not a number.
  whole_number(app->add_flag("--fail-fast{1}", flags->fail_fast, "Stop after the first failed test; --fail-fast=N after the N-th"), 0,
               1'000'000);
  whole_number(app->add_option("--seed", run.seed, "Seed of the run (default: random, printed)"), 0, seed_max);
  add_time(*app, "--timeout", flags->timeout_ms, "Time limit of the whole run, such as 20m", second_ms, 168 * hour_ms);
  app->add_flag("--json", run.json, "Print one JSON object as the last line of standard output; progress goes to standard error");
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
  whole_number(app->add_option("--workers-max", plan->workers_max, "Longest line of the table"), 1, 512)->capture_default_str();
}

// Commands that look back at finished runs.
void add_looking_back(Commands& commands) {
  const auto show = std::make_shared<ShowOptions>();
  CLI::App* show_app = commands.add("show", "Show the summary of a run", [show] { return show_command(*show); });
  add_project_options(*show_app, show->project);
  show_app->add_option("run", show->run, "Run id (default: the newest)");
  show_app->add_flag("--json", show->json, "One JSON object");

  const auto runs = std::make_shared<RunsOptions>();
  CLI::App* runs_app = commands.add("runs", "List runs, newest first", [runs] { return runs_command(*runs); });
  add_project_options(*runs_app, runs->project);
  whole_number(runs_app->add_option("-n,--count", runs->count, "How many"), 1, 100'000)->capture_default_str();
  runs_app->add_flag("--json", runs->json, "One JSON object per line");

  const auto report = std::make_shared<ShowOptions>();
  CLI::App* report_app =
      commands.add("report", "Write the report of a run again and print its path", [report] { return report_command(*report); });
  add_project_options(*report_app, report->project);
  report_app->add_option("run", report->run, "Run id (default: the newest)");
  report_app->add_flag("--json", report->json, "One JSON object");
}

// Commands for setting a project up.
void add_setting_up(Commands& commands) {
  const auto init = std::make_shared<InitOptions>();
  CLI::App* init_app =
      commands.add("init", "Look at the repository and write a commented tamarack.toml", [init] { return init_command(*init); });
  init_app->add_option("directory", init->directory, "Where it is to stand")->capture_default_str();
  init_app->add_flag("--force", init->force, "Replace an existing file");
  init_app->add_flag("-y,--yes", init->yes, "Take every default, ask nothing");

  const auto doctor = std::make_shared<DoctorOptions>();
  CLI::App* doctor_app = commands.add("doctor", "Check everything a run needs and say what to do", [doctor] {
    doctor->colour = choose_screen(doctor->json).colour;
    return doctor_command(*doctor);
  });
  doctor_app->add_option("-c,--config", doctor->config_path, "Configuration file")->capture_default_str();
  doctor_app->add_flag("--json", doctor->json, "One JSON object");

  commands.add("schema", "Print the JSON Schema of tamarack.toml, for editors", [] {
    std::fputs(config::json_schema().c_str(), stdout);
    return 0;
  });
}

CLI::Option* add_data(CLI::App& app, std::string& data_dir) {
  return app.add_option("--data", data_dir, "Data folder of the server")->required();
}

void add_serve(Commands& commands, const Clock& clock) {
  const auto serve = std::make_shared<ServeOptions>();
  CLI::App* app =
      commands.add("serve", "Show the runs of a folder to others, over HTTP", [serve, &clock] { return serve_command(*serve, clock); });
  app->add_option("--listen", serve->listen, "HOST:PORT; port 0: any free one")->capture_default_str();
  add_data(*app, serve->data);
  app->add_option("--tls-cert", serve->tls_cert, "Certificate chain, PEM file");
  app->add_option("--tls-key", serve->tls_key, "Its private key, PEM file");
  app->add_flag("--open", serve->open, "Ask nobody for a token; only on a loopback address");
}

void add_token(Commands& commands, const Clock& clock) {
  commands.add_group("token", "Make, list, revoke and rotate the tokens of a server");

  const auto create = std::make_shared<TokenCreateOptions>();
  const auto expires_ms = std::make_shared<std::optional<std::int64_t>>();
  CLI::App* create_app =
      commands.add("token create", "Make a token and print it, this once, to standard output", [create, expires_ms, &clock] {
        if (*expires_ms) create->expires = Millis{**expires_ms};
        return token_create_command(*create, clock);
      });
  add_data(*create_app, create->data_dir);
  create_app->add_option("--project", create->project, "Project it opens, or '*' (in quotes) for all projects and the server")->required();
  create_app->add_option("--role", create->role, "viewer, runner or admin")->required();
  create_app->add_option("--label", create->label, "What it is for, in your words");
  add_time(*create_app, "--expires", *expires_ms, "How long it lives, such as 90d (default: for ever)", 0, no_limit, true);

  const auto list = std::make_shared<TokenListOptions>();
  CLI::App* list_app = commands.add("token list", "List tokens, oldest first; never their secrets",
                                    [list, &clock] { return token_list_command(*list, clock); });
  add_data(*list_app, list->data_dir);
  list_app->add_option("--project", list->project, "Only tokens of this project");
  list_app->add_flag("--json", list->json, "One JSON object per line");

  const auto revoke = std::make_shared<TokenRevokeOptions>();
  CLI::App* revoke_app =
      commands.add("token revoke", "End a token at once", [revoke, &clock] { return token_revoke_command(*revoke, clock); });
  add_data(*revoke_app, revoke->data_dir);
  revoke_app->add_option("id", revoke->id, "Id of the token, or the token itself")->required();

  const auto rotate = std::make_shared<TokenRotateOptions>();
  const auto grace_ms = std::make_shared<std::optional<std::int64_t>>();
  CLI::App* rotate_app =
      commands.add("token rotate", "Give a token a new secret and print it, this once, to standard output", [rotate, grace_ms, &clock] {
        if (*grace_ms) rotate->grace = Millis{**grace_ms};
        return token_rotate_command(*rotate, clock);
      });
  add_data(*rotate_app, rotate->data_dir);
  rotate_app->add_option("id", rotate->id, "Id of the token, or the token itself")->required();
  add_time(*rotate_app, "--grace", *grace_ms, "How long the old secret stays valid (default: 1h)", 0, no_limit, true);
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

  Commands commands(app);
  add_run(commands, clock, typed_command(argc, argv));
  add_resume(commands, clock);
  add_plan(commands);
  add_looking_back(commands);
  add_setting_up(commands);
  add_serve(commands, clock);
  add_token(commands, clock);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain_usage(app, error, argc, argv);
  }
  return commands.act();
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
