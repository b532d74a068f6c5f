#include "cli/server_runs.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "cli/fetched_run.h"
#include "cli/live_display.h"
#include "cli/outputs.h"
#include "cli/server_calls.h"
#include "cli/version.h"
#include "config/read_config.h"
#include "io/http_message.h"
#include "report/cells.h"
#include "report/summary.h"

namespace tamarack::cli {
namespace {

constexpr int page_max = 1000;

// In a project's folder its runs are meant; elsewhere all that the token reaches.
std::string project_here(const ProjectOptions& options) {
  const std::string path = io::absolute_path(options.config_path);
  if (!io::exists(path)) return {};
  const auto text = io::read_file(path, config::file_bytes_max);
  const config::ReadResult read = text ? config::read_config(*text, path) : config::ReadResult{};
  return read.config ? read.config->project : std::string{};
}

std::string list_path(const std::string& project, std::int64_t limit, const std::string& before) {
  std::string path = fmt::format("/api/v1/runs?limit={}", limit);
  if (!project.empty()) path += "&project=" + io::url_segment(project);
  if (!before.empty()) path += "&before=" + io::url_segment(before);
  return path;
}

std::string path_of(const std::string& run) {
  return "/api/v1/runs/" + io::url_segment(run);
}

Result<wire::RunFacts> find_run(ServerCalls& server, const ShowOptions& options) {
  if (!options.run.empty()) return server.read<wire::RunFacts>(path_of(options.run));
  const std::string project = project_here(options.project);
  const auto newest = TRY(server.read<wire::RunList>(list_path(project, 1, {})));
  if (newest.runs.empty())
    return make_error(ErrorCode::not_found,
                      project.empty() ? "the server shows no run to this token" : fmt::format("the server has no run of '{}'", project),
                      "start one with `tamarack run --server " + shell_quote(server.url()) + "`");
  return newest.runs.front();
}

struct FetchedRun {
  std::string id;
  std::string project;
  report::ReportView view;
};

Result<FetchedRun> fetch_run(ServerCalls& server, const ShowOptions& options) {
  const wire::RunFacts row = TRY(find_run(server, options));
  const std::string id = options.run.empty() ? row.run_id.value : options.run;
  if (!is_plain_name(id)) return make_error(ErrorCode::corrupt, fmt::format("the server calls a run '{}'", id));
  const std::string lines = TRY(server.get(path_of(id) + "/journal"));
  const std::vector<run::Entry> journal = TRY(read_journal_lines(lines));
  if (journal.empty()) return make_error(ErrorCode::corrupt, fmt::format("the server has no journal of run '{}'", id));
  return FetchedRun{.id = id,
                    .project = row.project,
                    .view = report::build_view(journal, {.project = row.project,
                                                         .started = journal.front().at,
                                                         .ended = end_of(journal),
                                                         .branch = row.branch,
                                                         .commit = row.commit,
                                                         .machine = machine_name(),
                                                         .command = "tamarack run",
                                                         .tamarack_version = std::string(version),
                                                         .at_work = row.verdict == "running"})};
}

void print_row(const wire::RunFacts& row, bool with_project) {
  const std::string when = row.started_at.size() < 16 ? row.started_at : row.started_at.substr(0, 16).replace(10, 1, " ");
  const bool is_over = row.verdict != "running" && row.verdict != "interrupted";
  const std::string line =
      fmt::format("{}  {}  {:<14} {:>8}  {}{}", row.run_id.value, when, row.verdict,
                  is_over ? human_duration(Millis{row.wall_ms}) : std::string{}, with_project ? row.project + ": " : "", row.headline);
  std::printf("%s\n", report::printable(line).c_str());
}

// Each run as the server wrote it, with fields that this version does not know.
Result<> print_objects(const std::string& body) {
  boost::json::error_code failed;
  const boost::json::value page = boost::json::parse(body, failed);
  const boost::json::object* object = failed ? nullptr : page.if_object();
  const boost::json::value* runs = object != nullptr ? object->if_contains("runs") : nullptr;
  if (runs == nullptr || !runs->is_array()) return make_error(ErrorCode::corrupt, "the server's list of runs cannot be read");
  for (const boost::json::value& run : runs->get_array()) std::printf("%s\n", boost::json::serialize(run).c_str());
  return {};
}

Result<> list_runs(ServerCalls& server, const RunsOptions& options) {
  const std::string project = project_here(options.project);
  std::int64_t left = options.count;
  for (std::string before; left > 0;) {
    const std::string body = TRY(server.get(list_path(project, std::min<std::int64_t>(left, page_max), before)));
    const auto page = TRY(wire::decode<wire::RunList>(body));
    if (options.json) TRY_VOID(print_objects(body));
    if (!options.json)
      for (const wire::RunFacts& row : page.runs) print_row(row, project.empty());
    if (page.next.empty() || page.runs.empty()) break;
    left -= std::ssize(page.runs);
    before = page.next;
  }
  return {};
}

}  // namespace

int show_of_server(const ShowOptions& options) {
  const auto address = server_address(options.server);
  if (!address) return complain(address.error());
  ServerCalls server(*address);
  const auto run = fetch_run(server, options);
  if (!run) return complain(run.error());
  const FilesPlace files = files_place(options.project, {}, run->id);
  const OutputPaths paths = files.run_dir.empty() ? OutputPaths{} : existing_outputs(files.run_dir);
  if (options.json) {
    std::printf("%s\n", json_line(run->view, paths).c_str());
    return 0;
  }
  const Screen screen = choose_screen(false);
  const report::SummaryOptions summary{
      .colour = screen.colour,
      .failures_max = 1000,
      .report_path = paths.report.empty() ? server.url() + "/runs/" + run->id : io::relative_to(io::absolute_path("."), paths.report),
      .server = server.url(),
      .width = screen.width()};
  std::fputs(report::terminal_summary(run->view, summary).c_str(), stdout);
  return 0;
}

int report_of_server(const ShowOptions& options) {
  const auto address = server_address(options.server);
  if (!address) return complain(address.error());
  ServerCalls server(*address);
  auto run = fetch_run(server, options);
  if (!run) return complain(run.error());
  FilesPlace files = files_place(options.project, options.output, run->id);
  // Somebody who asks for a report wants one.
  if (files.run_dir.empty()) files = files_place(options.project, run->id, run->id);
  ArtifactFetch fetch(server.api(), run->project, files);
  bool is_there = false;
  const auto started = fetch.start(run->view, [&] {
    is_there = true;
    server.loop().stop();
  });
  if (!started) return complain(started.error());
  if (!is_there) server.loop().run();
  const Outputs outputs = write_outputs(run->view, files.run_dir, {}, files.run_dir, fetch.artifacts());
  fetch.clean_up();
  for (const std::string& warning : fetch.warnings()) std::fprintf(stderr, "warning: %s\n", clean_lines(warning).c_str());
  for (const Error& error : outputs.errors) complain(error);
  if (!outputs.errors.empty()) return exit_code_of(ErrorCode::io);
  std::printf("%s\n", options.json ? json_line(run->view, outputs.paths).c_str() : outputs.paths.report.c_str());
  return 0;
}

int runs_of_server(const RunsOptions& options) {
  const auto address = server_address(options.server);
  if (!address) return complain(address.error());
  ServerCalls server(*address);
  const auto listed = list_runs(server, options);
  return listed ? 0 : complain(listed.error());
}

}  // namespace tamarack::cli
