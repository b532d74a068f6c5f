#include "cli/fetched_run.h"

#include <fmt/format.h>

#include <set>

#include "base/sha256.h"
#include "base/text.h"
#include "wire/journal.h"

namespace tamarack::cli {
namespace {

// What a report on this machine carries of a run elsewhere; the rest stays on the server.
constexpr std::int64_t fetched_bytes_max = 256 << 20;

}  // namespace

Instant end_of(const std::vector<run::Entry>& journal) {
  for (const run::Entry& entry : journal)
    if (std::holds_alternative<run::RunFinished>(entry.record)) return entry.at;
  return journal.back().at;
}

Result<std::vector<run::Entry>> read_journal_lines(const std::string& lines) {
  std::vector<run::Entry> journal;
  for (const std::string& line : split_lines(lines))
    if (!line.empty()) journal.push_back(TRY(wire::decode_entry(line)));
  return journal;
}

FilesPlace files_place(const ProjectOptions& project, const std::string& output, const std::string& run) {
  if (!output.empty()) {
    const std::string folder = io::absolute_path(output);
    return {.run_dir = folder, .artifacts = folder + "/.fetched", .artifacts_pass_by = true};
  }
  const std::string state_dir = project.state_dir.empty() ? io::parent_path(io::absolute_path(project.config_path)) + "/.tamarack"
                                                          : io::absolute_path(project.state_dir);
  if (project.state_dir.empty() && !io::is_directory(state_dir)) return {};
  return {.run_dir = state_dir + "/runs/" + run, .artifacts = state_dir + "/artifacts"};
}

ArtifactFetch::ArtifactFetch(client::ApiClient& api, const std::string& project, FilesPlace place)
    : place_(std::move(place)), blobs_(api, {.project = project}) {}

// Of tests that need a look, newest attempt or not, as far as the budget goes.
std::vector<std::string> ArtifactFetch::wanted(const report::ReportView& view) {
  std::set<std::string> known;
  std::vector<std::string> missing;
  std::int64_t bytes = 0;
  bool left_out = false;
  for (const report::TestView& test : view.tests) {
    if (test.outcome == "passed" || test.outcome == "skipped") continue;
    for (const report::AttemptView& attempt : test.attempts)
      for (const report::AttachmentView& attachment : attempt.attachments) {
        if (!is_sha256(attachment.sha256) || known.contains(attachment.sha256)) continue;
        if (bytes + attachment.size > fetched_bytes_max) {
          left_out = true;
          continue;
        }
        bytes += attachment.size;
        known.insert(attachment.sha256);
        if (!artifacts_->locate(attachment.sha256)) missing.push_back(attachment.sha256);
      }
  }
  if (left_out)
    warnings_.push_back(
        fmt::format("the report here carries {} of artifacts, the rest is on the server", human_bytes(static_cast<std::uint64_t>(bytes))));
  return missing;
}

Result<> ArtifactFetch::start(const report::ReportView& view, std::function<void()> done) {
  artifacts_ = TRY(artifact::open_disk_store(place_.artifacts));
  const std::vector<std::string> missing = wanted(view);
  if (missing.empty()) {
    done();
    return {};
  }
  TRY_VOID(io::make_directories(scratch()));
  left_ = missing.size();
  for (const std::string& sha256 : missing) {
    const std::string path = scratch() + "/" + sha256;
    blobs_.download(sha256, path, [this, path, done](const Result<>& got) {
      const auto kept = got ? artifacts_->keep(path) : Result<artifact::Stored>(got.error());
      if (!kept) warnings_.push_back("an artifact is not in the report here: " + kept.error().message);
      if (--left_ == 0) done();
    });
  }
  return {};
}

void ArtifactFetch::clean_up() {
  std::vector<std::string> folders{scratch()};
  if (place_.artifacts_pass_by) folders.push_back(place_.artifacts);
  for (const std::string& folder : folders)
    if (const auto removed = io::remove_tree(folder); !removed) warnings_.push_back(removed.error().message);
}

}  // namespace tamarack::cli
