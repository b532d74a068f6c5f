#include "cli/inspect_commands.h"

#include <fmt/format.h>

#include "artifact/disk/disk_artifact_store.h"
#include "base/text.h"
#include "cli/at_work.h"
#include "cli/live_display.h"
#include "cli/outputs.h"
#include "cli/server_runs.h"
#include "coordinator/read_run.h"
#include "coordinator/run_json.h"
#include "report/summary.h"

namespace tamarack::cli {
namespace {

int fail(const Error& error) {
  return complain(error);
}

Result<store::RunRow> find_run(store::Store& store, const std::string& run) {
  if (!run.empty()) {
    const auto row = TRY(store.run(domain::RunId{run}));
    if (row) return *row;
    std::vector<std::string> known;
    for (const store::RunRow& one : TRY(store.runs(200))) known.push_back(one.run.value);
    const auto near = closest(run, known);
    return make_error(ErrorCode::not_found, fmt::format("there is no run '{}'", run),
                      near ? fmt::format("did you mean '{}'?", *near) : std::string("`tamarack runs` lists all runs"));
  }
  const auto rows = TRY(store.runs(1));
  if (rows.empty()) return make_error(ErrorCode::not_found, "no run is recorded here", "start one with `tamarack run`");
  return rows.front();
}

struct Opened {
  std::string state_dir;
  std::unique_ptr<store::Store> store;
  store::RunRow row;
  report::ReportView view;
};

Result<Opened> open_run(const ShowOptions& options) {
  Opened opened;
  opened.state_dir = TRY(find_state_dir(options.project));
  opened.store = TRY(open_store(opened.state_dir));
  opened.row = TRY(find_run(*opened.store, options.run));
  const bool at_work = !opened.row.finished && TRY(run_at_work(opened.state_dir, *opened.store)) == opened.row.run;
  opened.view = TRY(load_view(*opened.store, opened.row, at_work));
  return opened;
}

OutputPaths paths_of(const Opened& opened) {
  return existing_outputs(opened.state_dir + "/runs/" + opened.row.run.value);
}

}  // namespace

int show_command(const ShowOptions& options) {
  if (!options.server.url.empty()) return show_of_server(options);
  const auto opened = open_run(options);
  if (!opened) return fail(opened.error());
  if (options.json) {
    std::printf("%s\n", json_line(opened->view, paths_of(*opened)).c_str());
    return 0;
  }
  const std::string report = paths_of(*opened).report;
  const Screen screen = choose_screen(false);
  const report::SummaryOptions summary{.colour = screen.colour,
                                       .failures_max = 1000,
                                       .report_path = report.empty() ? report : io::relative_to(io::absolute_path("."), report),
                                       .width = screen.width()};
  std::fputs(report::terminal_summary(opened->view, summary).c_str(), stdout);
  return 0;
}

int report_command(const ShowOptions& options) {
  if (!options.server.url.empty()) return report_of_server(options);
  auto opened = open_run(options);
  if (!opened) return fail(opened.error());
  const auto artifacts = artifact::open_disk_store(opened->state_dir + "/artifacts");
  if (!artifacts) return fail(artifacts.error());
  const Outputs outputs =
      write_outputs(opened->view, opened->state_dir + "/runs/" + opened->row.run.value, {}, opened->state_dir, **artifacts);
  for (const Error& error : outputs.errors) fail(error);
  if (!outputs.errors.empty()) return exit_code_of(ErrorCode::io);
  std::printf("%s\n", options.json ? json_line(opened->view, outputs.paths).c_str() : outputs.paths.report.c_str());
  return 0;
}

int runs_command(const RunsOptions& options) {
  if (!options.server.url.empty()) return runs_of_server(options);
  const auto state_dir = find_state_dir(options.project);
  if (!state_dir) return fail(state_dir.error());
  const auto store = open_store(*state_dir);
  if (!store) return fail(store.error());
  auto rows = (*store)->runs(options.count);
  if (!rows) return fail(rows.error());
  const auto at_work = run_at_work(*state_dir, **store);
  if (!at_work) return fail(at_work.error());
  for (store::RunRow& row : *rows) {
    if (const auto completed = coordinator::complete_row(**store, row, row.run == *at_work); !completed) return fail(completed.error());
    if (options.json) {
      std::printf("%s\n", coordinator::run_json(row).c_str());
      continue;
    }
    std::printf("%s  %s  %-14s %8s  %s\n", row.run.value.c_str(), iso8601(row.started).substr(0, 16).replace(10, 1, " ").c_str(),
                row.verdict.c_str(), row.finished ? human_duration(row.wall).c_str() : "", row.headline.c_str());
  }
  return 0;
}

}  // namespace tamarack::cli
