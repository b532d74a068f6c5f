#include "cli/outputs.h"

#include <openssl/evp.h>

#include <cstdio>
#include <set>

#include "base/text.h"
#include "cli/version.h"
#include "io/files.h"
#include "io/machine.h"
#include "report/build_view.h"
#include "report/ctrf.h"
#include "report/github.h"
#include "report/junit.h"
#include "report/markdown.h"
#include "report/report_json.h"
#include "report_page.h"
#include "wire/journal.h"

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

void append_json(std::string& out, std::string_view name, std::int64_t value) {
  out += fmt::format(",\"{}\":{}", name, value);
}
void append_json(std::string& out, std::string_view name, const std::string& value) {
  std::string escaped;
  for (const char c : to_valid_utf8(value)) {
    if (c == '"' || c == '\\') escaped += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      escaped += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      escaped += c;
  }
  out += fmt::format(",\"{}\":\"{}\"", name, escaped);
}

}  // namespace

Result<OutputPaths> write_outputs(report::ReportView& view, const std::string& run_dir, const config::Report& copies,
                                  const std::string& root, artifact::ArtifactStore& artifacts) {
  TRY_VOID(io::make_directories(run_dir));
  TRY_VOID(export_attachments(view, run_dir, artifacts));
  const OutputPaths paths{run_dir + "/report.html", run_dir + "/junit.xml", run_dir + "/ctrf.json"};
  const std::string html = report::embed_report(embedded::report_html(), view);
  const std::string junit = report::to_junit(view);
  const std::string ctrf = report::to_ctrf(view);
  TRY_VOID(io::write_file(paths.report, html));
  TRY_VOID(io::write_file(paths.junit, junit));
  TRY_VOID(io::write_file(paths.ctrf, ctrf));
  for (const auto& [copy, content] : {std::pair(copies.html, &html), std::pair(copies.junit, &junit), std::pair(copies.ctrf, &ctrf)}) {
    if (copy.empty()) continue;
    const std::string target = io::join_path(root, copy);
    TRY_VOID(io::make_directories(io::parent_path(target)));
    TRY_VOID(io::write_file(target, *content));
  }
  return paths;
}

void tell_github(const report::ReportView& view, const std::string& suite_dir) {
  if (io::environment("GITHUB_ACTIONS") != "true") return;
  // Annotations are commands on the step's output; standard error is read for them as well and is free under --json.
  std::fputs(report::github_annotations(view, suite_dir).c_str(), stderr);
  const std::string summary = io::environment("GITHUB_STEP_SUMMARY");
  if (summary.empty()) return;
  if (const auto written = io::append_file(summary, report::to_markdown(view)); !written)
    std::fprintf(stderr, "warning: %s\n", written.error().message.c_str());
}

std::string json_line(const report::ReportView& view, const OutputPaths& paths) {
  const report::RunView& run = view.run;
  const report::LedgerView& ledger = view.ledger;
  std::string out = "{\"version\":1";
  append_json(out, "run_id", run.run_id);
  append_json(out, "project", run.project);
  append_json(out, "verdict", run.verdict);
  append_json(out, "headline", run.headline);
  append_json(out, "exit_code", run.exit_code);
  append_json(out, "seed", run.seed);
  append_json(out, "workers", run.workers);
  append_json(out, "planned", run.planned);
  out += fmt::format(
      R"(,"ledger":{{"passed":{},"failed":{},"flaky":{},"skipped":{},"timed_out":{},"lost":{},"cancelled":{},"never_ran":{}}})",
      ledger.passed, ledger.failed, ledger.flaky, ledger.skipped, ledger.timed_out, ledger.lost, ledger.cancelled, ledger.never_ran);
  append_json(out, "wall_ms", run.wall_ms);
  append_json(out, "lower_bound_ms", run.lower_bound_ms);
  append_json(out, "busy_ms", run.busy_ms);
  append_json(out, "attempts", run.attempts);
  append_json(out, "disagreements", static_cast<std::int64_t>(view.disagreements.size()));
  append_json(out, "report", paths.report);
  append_json(out, "junit", paths.junit);
  append_json(out, "ctrf", paths.ctrf);
  return out + "}";
}

Result<std::vector<run::Entry>> load_journal(store::Store& store, const domain::RunId& run) {
  const std::vector<store::JournalRow> rows = TRY(store.journal(run));
  std::vector<run::Entry> entries;
  entries.reserve(rows.size());
  for (const store::JournalRow& row : rows) {
    auto record = wire::decode_record(row.kind, row.body);
    if (!record) return Error(record.error()).in(fmt::format("journal entry {} of run '{}' cannot be read", row.seq, run.value));
    entries.push_back({row.seq, row.at, std::move(*record)});
  }
  return entries;
}

Result<report::ReportView> load_view(store::Store& store, const store::RunRow& row) {
  const std::vector<run::Entry> journal = TRY(load_journal(store, row.run));
  if (journal.empty()) return make_error(ErrorCode::corrupt, fmt::format("run '{}' has no journal", row.run.value));
  const Instant ended = row.finished.value_or(journal.back().at);
  const Instant started = row.wall.count() > 0 ? std::min(row.started, ended - row.wall) : row.started;
  report::ReportView view = report::build_view(journal, {.project = row.project,
                                                         .started = started,
                                                         .ended = ended,
                                                         .branch = row.branch,
                                                         .commit = row.commit,
                                                         .machine = machine_name(),
                                                         .command = "tamarack run",
                                                         .tamarack_version = version});
  if (row.wall.count() > 0) view.run.wall_ms = row.wall.count();
  return view;
}

std::string machine_name() {
  return io::host_name();
}

}  // namespace tamarack::cli
