#include "cli/remote_run.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "cli/version.h"
#include "io/files.h"
#include "report/build_view.h"
#include "report/view_query.h"
#include "run/run.h"

namespace tamarack::cli {
namespace {

// What a report on this machine carries of a run elsewhere; the rest stays on the server.
constexpr std::int64_t fetched_bytes_max = 256 << 20;

Instant end_of(const std::vector<run::Entry>& journal) {
  for (const run::Entry& entry : journal)
    if (std::holds_alternative<run::RunFinished>(entry.record)) return entry.at;
  return journal.back().at;
}

// Of tests that need a look, newest attempt or not, as far as the budget goes.
std::map<std::string, std::int64_t> wanted_artifacts(const report::ReportView& view, std::vector<std::string>& warnings) {
  std::map<std::string, std::int64_t> wanted;
  std::int64_t bytes = 0;
  bool left_out = false;
  for (const report::TestView& test : view.tests) {
    if (test.outcome == "passed" || test.outcome == "skipped") continue;
    for (const report::AttemptView& attempt : test.attempts)
      for (const report::AttachmentView& attachment : attempt.attachments) {
        if (attachment.sha256.empty() || wanted.contains(attachment.sha256)) continue;
        if (bytes + attachment.size > fetched_bytes_max) {
          left_out = true;
          continue;
        }
        wanted[attachment.sha256] = attachment.size;
        bytes += attachment.size;
      }
  }
  if (left_out)
    warnings.push_back(
        fmt::format("the report here carries {} of artifacts, the rest is on the server", human_bytes(static_cast<std::uint64_t>(bytes))));
  return wanted;
}

}  // namespace

RemoteRun::RemoteRun(io::Loop& loop, const Clock&, client::ApiClient& api, LiveDisplay& display, RemoteRunView settings)
    : loop_(loop), api_(api), display_(display), settings_(std::move(settings)) {}

void RemoteRun::follow() {
  follower_ = std::make_unique<client::RunFollower>(
      api_, settings_.run,
      client::RunFollower::Callbacks{
          .on_entry =
              [this](const run::Entry& entry) {
                journal_.push_back(entry);
                display_.take(entry);
              },
          .on_end = [this] { loop_.post([this] { fetch_artifacts(); }); },
          .on_trouble = [this](const Error& error) { display_.set_note("the server is away, trying again: " + error.message); },
          .on_broken =
              [this](const Error& error) {
                display_.close();
                leave(complain(error));
              }});
  follower_->start();
}

void RemoteRun::interrupted() {
  if (++interrupts_ > 1) {
    display_.close();
    std::fprintf(stderr, "left alone; `tamarack attach %s --server %s` goes on watching it\n", settings_.run.value.c_str(),
                 api_.address().url.c_str());
    return leave(exit_code_of(ErrorCode::cancelled));
  }
  display_.set_note("cancelling the run on the server; press Ctrl-C again to leave it alone");
  api_.call({.method = "POST", .path = "/api/v1/runs/" + settings_.run.value + "/cancel", .body = "{}", .patience = Millis{30'000}},
            [this](const Result<std::string>& answer) {
              // Over already is what was wanted.
              if (!answer && answer.error().code != ErrorCode::conflict) display_.say("warning: " + answer.error().message);
            });
}

void RemoteRun::fetch_artifacts() {
  if (journal_.empty()) return leave(complain(make_error(ErrorCode::corrupt, "the server ended a run without a journal")));
  const Instant started = settings_.whole_time ? std::min(settings_.began, journal_.front().at) : journal_.front().at;
  view_ = report::build_view(journal_, {.project = settings_.project,
                                        .started = started,
                                        .ended = end_of(journal_),
                                        .branch = settings_.branch,
                                        .commit = settings_.commit,
                                        .machine = machine_name(),
                                        .command = settings_.command,
                                        .tamarack_version = std::string(version)});
  auto opened = artifact::open_disk_store(settings_.state_dir + "/artifacts");
  if (!opened) return leave(complain(opened.error()));
  artifacts_ = std::move(*opened);
  blobs_ = std::make_unique<client::BlobClient>(api_, client::BlobClient::Settings{.project = settings_.project});
  std::vector<std::string> missing;
  for (const auto& [sha256, size] : wanted_artifacts(view_, settings_.place.warnings))
    if (!artifacts_->locate(sha256)) missing.push_back(sha256);
  if (missing.empty()) return tell();
  if (const auto made = io::make_directories(settings_.place.run_dir + "/fetched"); !made) return leave(complain(made.error()));
  artifacts_left_ = missing.size();
  for (const std::string& sha256 : missing) {
    const std::string path = settings_.place.run_dir + "/fetched/" + sha256;
    blobs_->download(sha256, path, [this, path](const Result<>& got) {
      const auto kept = got ? artifacts_->keep(path) : Result<artifact::Stored>(got.error());
      if (!kept) settings_.place.warnings.push_back("an artifact is not in the report here: " + kept.error().message);
      if (--artifacts_left_ == 0) tell();
    });
  }
}

void RemoteRun::tell() {
  if (const auto removed = io::remove_tree(settings_.place.run_dir + "/fetched"); !removed)
    settings_.place.warnings.push_back(removed.error().message);
  display_.close();
  leave(tell_results(view_, *artifacts_, settings_.place));
}

void RemoteRun::leave(int exit_code) {
  exit_code_ = exit_code;
  loop_.stop();
}

}  // namespace tamarack::cli
