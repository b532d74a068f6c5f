// One run of a server, as the person who asked for it sees it: the live view, Ctrl-C, and at the end the same files and words as of a run
// on this machine.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "artifact/disk/disk_artifact_store.h"
#include "cli/live_display.h"
#include "cli/results.h"
#include "client/blob_client.h"
#include "client/run_follower.h"
#include "io/net.h"

namespace tamarack::cli {

struct RemoteRunView {
  domain::RunId run;
  std::string project;
  std::string state_dir;   // absolute: where artifacts and the run's folder go
  Instant began;           // of the command
  bool whole_time = true;  // the run's time counts from `began`, not from its own start
  std::string command;
  std::string branch;
  std::string commit;
  ResultsPlace place;
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
  void fetch_artifacts();
  void tell();
  void leave(int exit_code);

  io::Loop& loop_;
  client::ApiClient& api_;
  LiveDisplay& display_;
  RemoteRunView settings_;
  std::unique_ptr<artifact::ArtifactStore> artifacts_;
  std::unique_ptr<client::BlobClient> blobs_;
  std::unique_ptr<client::RunFollower> follower_;
  std::vector<run::Entry> journal_;
  report::ReportView view_;
  std::size_t artifacts_left_ = 0;
  int interrupts_ = 0;
  int exit_code_ = 4;
};

}  // namespace tamarack::cli
