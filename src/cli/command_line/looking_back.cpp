#include <memory>

#include "cli/command_line/commands.h"
#include "cli/import_command.h"
#include "cli/inspect_commands.h"
#include "cli/tests_command.h"

namespace tamarack::cli {
namespace {

// Single runs.
void add_runs(Commands& commands) {
  const auto show = std::make_shared<ShowOptions>();
  CLI::App* show_app = commands.add("show", "Show the summary of a run", [show] { return show_command(*show); });
  add_project_options(*show_app, show->project);
  show_app->add_option("run", show->run, "Run id (default: the newest)");
  add_other_server(*show_app, show->server, "Show a run of this server");
  show_app->add_flag("--json", show->json, "One JSON object");

  const auto runs = std::make_shared<RunsOptions>();
  CLI::App* runs_app = commands.add("runs", "List runs, newest first", [runs] { return runs_command(*runs); });
  add_project_options(*runs_app, runs->project);
  whole_number(runs_app->add_option("-n,--count", runs->count, "How many"), 1, 100'000)->capture_default_str();
  add_other_server(*runs_app, runs->server, "List the runs of this server");
  runs_app->add_flag("--json", runs->json, "One JSON object per line");

  const auto report = std::make_shared<ShowOptions>();
  CLI::App* report_app =
      commands.add("report", "Write the report of a run again and print its path", [report] { return report_command(*report); });
  add_project_options(*report_app, report->project);
  report_app->add_option("run", report->run, "Run id (default: the newest)");
  add_output(*report_app, report->output)->needs(add_other_server(*report_app, report->server, "Fetch the report of a run of this server"));
  report_app->add_flag("--json", report->json, "One JSON object");
}

// What many runs say together.
void add_history(Commands& commands, const Clock& clock) {
  const auto tests = std::make_shared<TestsOptions>();
  CLI::App* tests_app = commands.add("tests", "Show which tests are flaky, which fail, which are slow",
                                     [tests, &clock] { return tests_command(*tests, clock); });
  add_project_options(*tests_app, tests->project);
  tests_app->add_option("text", tests->text, "Only tests whose name contains this");
  tests_app->add_option("--sort", tests->sort, "flaky, failures, slow, name or latest")->capture_default_str();
  whole_number(tests_app->add_option("-n,--count", tests->count, "How many"), 1, 1000)->capture_default_str();
  tests_app->add_flag("--json", tests->json, "One JSON object, as the server's API");

  const auto imported = std::make_shared<ImportOptions>();
  CLI::App* import_app = commands.add("import", "Take JUnit XML and CTRF reports of earlier runs into the history",
                                      [imported, &clock] { return import_command(*imported, clock); });
  add_project_options(*import_app, imported->project);
  import_app->add_option("files", imported->files, "Reports; the same one twice counts once")->required();
  add_other_server(*import_app, imported->server, "Take them into the history of this server");
  import_app->add_option("--project", imported->name, "Name of the project (default: as the configuration says)");
  import_app->add_option("--branch", imported->branch, "Branch that was tested");
  import_app->add_option("--commit", imported->commit, "Commit that was tested");
  import_app->add_option("--at", imported->at, "When the run started, such as 2026-11-20T10:24:00Z (default: as the report says)");
}

}  // namespace

void add_looking_back(Commands& commands, const Clock& clock) {
  add_runs(commands);
  add_history(commands, clock);
}

}  // namespace tamarack::cli
