// A run of a server as this machine sees it: the view made from its journal, where files of it may go, and the artifacts they need.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "artifact/disk/disk_artifact_store.h"
#include "cli/project.h"
#include "client/blob_client.h"
#include "report/build_view.h"

namespace tamarack::cli {

// When the run had its verdict, or what was last heard of it. `journal` is not empty.
Instant end_of(const std::vector<run::Entry>& journal);

// NDJSON as GET /api/v1/runs/{run}/journal answers it. `corrupt` when a line cannot be read.
Result<std::vector<run::Entry>> read_journal_lines(const std::string& lines);

// Where the files of a server's run go on this machine.
struct FilesPlace {
  std::string run_dir;             // report.html, junit.xml, ctrf.json, artifacts/; empty: nothing is written
  std::string artifacts;           // bytes by content
  bool artifacts_pass_by = false;  // they are removed when the files are written
};
// Into `output` where it is named; else into the state folder, where it is named or is here already. Nothing is made for somebody who only
// wants to look.
FilesPlace files_place(const ProjectOptions& project, const std::string& output, const std::string& run);

// Fetches what a report here shows of tests that need a look, as far as the budget goes; the rest stays on the server.
class ArtifactFetch {
 public:
  ArtifactFetch(client::ApiClient& api, const std::string& project, FilesPlace place);

  // Opens the store. Afterwards `done` comes once, on the loop or at once.
  Result<> start(const report::ReportView& view, std::function<void()> done);
  artifact::ArtifactStore& artifacts() { return *artifacts_; }
  // When the files are written.
  void clean_up();
  // What is missing in the report, and why.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::vector<std::string> wanted(const report::ReportView& view);
  std::string scratch() const { return place_.run_dir + "/fetched"; }

  FilesPlace place_;
  client::BlobClient blobs_;
  std::unique_ptr<artifact::ArtifactStore> artifacts_;
  std::vector<std::string> warnings_;
  std::size_t left_ = 0;
};

}  // namespace tamarack::cli
