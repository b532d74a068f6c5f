#include "cli/remote_run.h"

#include <utility>

#include "base/text.h"
#include "cli/version.h"
#include "io/files.h"
#include "report/build_view.h"
#include "report/view_query.h"
#include "run/run.h"

namespace tamarack::cli {
namespace {

constexpr const char* own_words = "cancelled by you (Ctrl-C)";

}  // namespace

RemoteRun::RemoteRun(io::Loop& loop, const Clock&, client::ApiClient& api, LiveDisplay& display, RemoteRunView settings)
    : loop_(loop), api_(api), display_(display), settings_(std::move(settings)) {}

void RemoteRun::follow() {
  follower_ = std::make_unique<client::RunFollower>(
      api_, settings_.run,
      client::RunFollower::Callbacks{
          .on_entry = [this](const run::Entry& entry) { take(entry); },
          .on_end = [this] { loop_.post([this] { fetch_artifacts(); }); },
          .on_trouble = [this](const Error& error) { display_.set_note("the server is away, trying again: " + error.message); },
          .on_broken =
              [this](const Error& error) {
                display_.close();
                leave(complain(error));
              }});
  follower_->start();
}

void RemoteRun::take(run::Entry entry) {
  // The server knows a token, not that its owner is the one who reads this. Tests that did not run repeat the words.
  if (auto* stop = std::get_if<run::StopRequested>(&entry.record)) {
    if (was_cancelled_here_ && stop->cause == run::StopCause::user) servers_words_ = std::exchange(stop->reason, own_words);
  } else if (auto* settled = std::get_if<run::TestSettled>(&entry.record); settled != nullptr && !servers_words_.empty()) {
    settled->reason = replace_all(settled->reason, servers_words_, own_words);
  }
  display_.take(entry);
  journal_.push_back(std::move(entry));
}

void RemoteRun::interrupted() {
  if (++interrupts_ > 1) {
    display_.close();
    std::fprintf(stderr, "left alone; `tamarack attach %s --server %s` goes on watching it\n", settings_.run.value.c_str(),
                 api_.address().url.c_str());
    return leave(exit_code_of(ErrorCode::cancelled));
  }
  was_cancelled_here_ = true;
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
  if (settings_.files.run_dir.empty()) return tell();
  fetch_ = std::make_unique<ArtifactFetch>(api_, settings_.project, settings_.files);
  if (const auto fetched = fetch_->start(view_, [this] { tell(); }); !fetched) leave(complain(fetched.error()));
}

void RemoteRun::tell() {
  display_.close();
  settings_.place.run_dir = settings_.files.run_dir;
  settings_.place.server = api_.address().url;
  if (fetch_) settings_.place.warnings.insert(settings_.place.warnings.end(), fetch_->warnings().begin(), fetch_->warnings().end());
  const int exit_code = tell_results(view_, fetch_ ? &fetch_->artifacts() : nullptr, settings_.place);
  if (fetch_) fetch_->clean_up();
  leave(exit_code);
}

void RemoteRun::leave(int exit_code) {
  exit_code_ = exit_code;
  loop_.stop();
}

}  // namespace tamarack::cli
