// One run of a server, as the person who asked for it sees it: the live view, Ctrl-C, and at the end the same files and words as of a run
// on this machine.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/fetched_run.h"
#include "cli/live_display.h"
#include "cli/results.h"
#include "client/run_follower.h"
#include "io/net.h"

namespace tamarack::cli {

struct RemoteRunView {
  domain::RunId run;
  std::string project;
  FilesPlace files;        // where the run's files go here
  Instant began;           // of the command
  bool whole_time = true;  // the run's time counts from `began`, not from its own start
  std::string command;
  std::string branch;
  std::string commit;
  ResultsPlace place;  // its run_dir is that of `files`
};

class RemoteRun {
 public:
  RemoteRun(io::Loop& loop, const Clock& clock, client::ApiClient& api, LiveDisplay& display, RemoteRunView settings);

  // Until the run is closed; the loop is stopped then.
  void follow();
  // The first time cancels the run, the second one leaves it alone.
  void interrupted();
  int exit_code() const { return exit_code_; }

 private:
  void take(run::Entry entry);
  void fetch_artifacts();
  void tell();
  void leave(int exit_code);

  io::Loop& loop_;
  client::ApiClient& api_;
  LiveDisplay& display_;
  RemoteRunView settings_;
  std::unique_ptr<ArtifactFetch> fetch_;
  std::unique_ptr<client::RunFollower> follower_;
  std::vector<run::Entry> journal_;
  report::ReportView view_;
  int interrupts_ = 0;
  bool was_cancelled_here_ = false;
  std::string servers_words_;  // for a cancellation that was asked for here
  int exit_code_ = 4;
};

}  // namespace tamarack::cli
