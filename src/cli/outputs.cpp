#include "cli/outputs.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "cli/version.h"
#include "coordinator/read_run.h"
#include "io/files.h"
#include "io/machine.h"
#include "report/cells.h"
#include "report/ctrf.h"
#include "report/github.h"
#include "report/junit.h"
#include "report/ledger_json.h"
#include "report/markdown.h"
#include "report/report_json.h"
#include "report/view_query.h"
#include "report_page.h"

namespace tamarack::cli {
namespace {

// Screenshots and traces of what failed are worth carrying inside the page; beyond this it would no longer open quickly.
constexpr std::int64_t embedded_bytes_max = 24 << 20;
constexpr std::int64_t embedded_file_bytes_max = 6 << 20;

std::string base64(const std::string& bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3), '\0');
  const void* in = bytes.data();
  void* to = out.data();
  EVP_EncodeBlock(static_cast<unsigned char*>(to), static_cast<const unsigned char*>(in), static_cast<int>(bytes.size()));
  return out;
}

bool ended_badly(const report::TestView& test) {
  return test.outcome != "passed" && test.outcome != "skipped";
}

// A name a browser and a file system can live with; the hash keeps equal names apart.
std::string file_name_of(const report::AttachmentView& attachment) {
  static constexpr std::pair<std::string_view, std::string_view> endings[] = {
      {"image/png", ".png"},  {"image/jpeg", ".jpg"},        {"video/webm", ".webm"},  {"application/zip", ".zip"},
      {"text/plain", ".txt"}, {"application/json", ".json"}, {"text/markdown", ".md"}, {"text/html", ".html"}};
  std::string name;
  for (const char c : attachment.name)
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' ? c : '-';
  name = name.substr(0, 60);
  for (const auto& [type, ending] : endings)
    if (attachment.content_type.starts_with(type) && !name.ends_with(ending)) name += ending;
  return attachment.sha256.substr(0, 12) + "-" + name;
}

Result<> export_attachments(report::ReportView& view, const std::string& folder, artifact::ArtifactStore& artifacts) {
  std::int64_t embedded = 0;
  std::set<std::string> exported;
  for (report::TestView& test : view.tests) {
    for (report::AttemptView& attempt : test.attempts) {
      for (report::AttachmentView& attachment : attempt.attachments) {
        if (attachment.sha256.empty()) continue;
        const auto source = artifacts.locate(attachment.sha256);
        if (!source) continue;  // swept by retention: the report keeps the name without the bytes
        if (exported.empty()) TRY_VOID(io::make_directories(folder + "/artifacts"));
        const std::string name = file_name_of(attachment);
        if (exported.insert(name).second) TRY_VOID(io::link_or_copy(*source, folder + "/artifacts/" + name));
        attachment.path = "artifacts/" + name;
        const bool small = attachment.size <= embedded_file_bytes_max && embedded + attachment.size <= embedded_bytes_max;
        const bool shown = attachment.content_type.starts_with("image/") || attachment.content_type == "application/zip";
        if (!ended_badly(test) || !small || !shown) continue;
        attachment.data_uri = "data:" + attachment.content_type + ";base64," + base64(TRY(io::read_file(*source)));
        embedded += attachment.size;
      }
    }
  }
  return {};
}

std::string html_of(const report::ReportView& view) {
  return report::embed_report(embedded::report_html(), view);
}

void move_links(report::ReportView& view, const std::string& to_folder) {
  for (report::TestView& test : view.tests)
    for (report::AttemptView& attempt : test.attempts)
      for (report::AttachmentView& attachment : attempt.attachments)
        if (!attachment.path.empty()) attachment.path = to_folder + attachment.path;
}

bool has_links(const report::ReportView& view) {
  for (const report::TestView& test : view.tests)
    for (const report::AttemptView& attempt : test.attempts)
      for (const report::AttachmentView& attachment : attempt.attachments)
        if (!attachment.path.empty()) return true;
  return false;
}

// `content` is what stands in `run_dir`; where it names files, the copy names the same ones as seen from its own folder.
Result<> write_copy(const report::ReportView& view, const std::string& run_dir, const std::string& target, const std::string& content,
                    std::string (*render)(const report::ReportView& view)) {
  const std::string folder = io::parent_path(target);
  TRY_VOID(io::make_directories(folder));
  if (!has_links(view)) return io::write_file(target, content);
  report::ReportView moved = view;
  move_links(moved, std::filesystem::path(run_dir).lexically_relative(std::filesystem::path(folder).lexically_normal()).string() + "/");
  return io::write_file(target, render(moved));
}

}  // namespace

Outputs write_outputs(report::ReportView& view, const std::string& run_dir, const config::Report& copies, const std::string& root,
                      artifact::ArtifactStore& artifacts) {
  Outputs outputs;
  const auto note = [&](const Result<>& done) {
    if (!done) outputs.errors.push_back(done.error());
    return done.has_value();
  };
  if (!note(io::make_directories(run_dir))) return outputs;
  note(export_attachments(view, run_dir, artifacts));
  struct Kind {
    const char* name;
    const std::string& copy;
    std::string& path;
    std::string (*render)(const report::ReportView& view);
  };
  const Kind kinds[] = {{"report.html", copies.html, outputs.paths.report, html_of},
                        {"junit.xml", copies.junit, outputs.paths.junit, report::to_junit},
                        {"ctrf.json", copies.ctrf, outputs.paths.ctrf, report::to_ctrf}};
  for (const Kind& kind : kinds) {
    const std::string path = run_dir + "/" + kind.name;
    const std::string content = kind.render(view);
    if (note(io::write_file(path, content))) kind.path = path;
    if (!kind.copy.empty()) note(write_copy(view, run_dir, io::join_path(root, kind.copy), content, kind.render));
  }
  return outputs;
}

OutputPaths existing_outputs(const std::string& run_dir) {
  const auto if_there = [&](const std::string& name) { return io::exists(run_dir + name) ? run_dir + name : std::string{}; };
  return {if_there("/report.html"), if_there("/junit.xml"), if_there("/ctrf.json")};
}

std::string clean_lines(const std::string& text) {
  std::vector<std::string> lines = split_lines(text);
  for (std::string& line : lines) line = report::printable(line);
  return join(lines, "\n");
}

int complain(const Error& error) {
  std::fprintf(stderr, "error: %s\n", clean_lines(describe(error)).c_str());
  return exit_code_of(error.code);
}

bool is_on_github() {
  return io::environment("GITHUB_ACTIONS") == "true";
}

void tell_github(const report::ReportView& view, const std::string& suite_dir) {
  if (!is_on_github()) return;
  // Annotations are commands on the step's output; standard error is read for them as well and is free under --json.
  std::fputs(report::github_annotations(view, suite_dir).c_str(), stderr);
  const std::string summary = io::environment("GITHUB_STEP_SUMMARY");
  if (summary.empty()) return;
  if (const auto written = io::append_file(summary, report::to_markdown(view)); !written)
    std::fprintf(stderr, "warning: %s\n", written.error().message.c_str());
}

namespace {

// How long workers were at tests of a flow while that flow waited.
std::int64_t held_ms(const report::ReportView& view) {
  std::int64_t held = 0;
  for (std::size_t f = 0; f < view.run.flows.size(); ++f)
    for (const report::FlowPhaseView& phase : view.run.flows[f].phases) {
      if (!phase.wait) continue;
      for (const report::WorkerView& worker : view.workers)
        for (const report::SpanView& span : worker.spans) {
          if (span.test < 0 || view.tests.at(static_cast<std::size_t>(span.test)).flow != static_cast<std::int64_t>(f)) continue;
          held += std::max<std::int64_t>(
              0, std::min(span.end_ms, phase.started_ms + phase.duration_ms) - std::max(span.start_ms, phase.started_ms));
        }
    }
  return held;
}

void write_flows(report::JsonWriter& json, const report::ReportView& view) {
  std::int64_t waited = 0;
  for (const report::FlowView& flow : view.run.flows) waited += flow.waited_ms;
  json.key("flows");
  json.begin_object();
  json.field("count", std::ssize(view.run.flows));
  json.field("waited_ms", waited);
  json.field("held_ms", view.run.flows.empty() ? 0 : held_ms(view));
  json.end_object();
}

}  // namespace

std::string json_line(const report::ReportView& view, const OutputPaths& paths) {
  const report::RunView& run = view.run;
  report::JsonWriter json;
  json.begin_object();
  json.field("version", std::int64_t{1});
  json.field("run_id", run.run_id);
  json.field("project", run.project);
  json.field("verdict", run.verdict);
  json.field("headline", run.headline);
  json.field("exit_code", std::int64_t{run.exit_code});
  json.field("seed", run.seed);
  json.field("workers", run.workers);
  json.field("planned", run.planned);
  report::write_ledger(json, view.ledger);
  json.field("pending", report::pending_count(view));
  const report::CarriedView carried = report::carried(view);
  json.field("carried", carried.tests);
  json.field("carried_from", carried.from);
  json.field("wall_ms", run.wall_ms);
  json.field("lower_bound_ms", run.lower_bound_ms);
  json.field("busy_ms", run.busy_ms);
  json.field("attempts", run.attempts);
  json.field("disagreements", report::disagreement_count(view));
  write_flows(json, view);
  json.field("report", paths.report);
  json.field("junit", paths.junit);
  json.field("ctrf", paths.ctrf);
  json.end_object();
  return std::move(json).take();
}

Result<report::ReportView> load_view(store::Store& store, const store::RunRow& row, bool at_work) {
  return coordinator::load_view(store, row, {.machine = machine_name(), .version = std::string(version), .at_work = at_work});
}

std::string machine_name() {
  return io::host_name();
}

}  // namespace tamarack::cli
