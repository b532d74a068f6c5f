// What a run leaves for people and machines: report.html with its artifacts, junit.xml, ctrf.json, GitHub's annotations and step summary,
// the JSON line of --json.
#pragma once

#include <string>
#include <vector>

#include "artifact/artifact_store.h"
#include "config/config.h"
#include "report/report_view.h"
#include "run/record.h"
#include "store/store.h"

namespace tamarack::cli {

struct OutputPaths {
  std::string report;  // absolute
  std::string junit;
  std::string ctrf;
};

struct Outputs {
  OutputPaths paths;          // of the run's own files; empty when a file could not be written
  std::vector<Error> errors;  // one for each file that could not be written, copies too
};

// Writes everything below `run_dir`, and the extra copies [report] asks for (relative to `root`): their links lead to the same artifacts. A
// copy that cannot be written takes nothing from the run's own files.
Outputs write_outputs(report::ReportView& view, const std::string& run_dir, const config::Report& copies, const std::string& root,
                      artifact::ArtifactStore& artifacts);

// Where the files of a run lie that exist.
OutputPaths existing_outputs(const std::string& run_dir);

// Line by line without anything a terminal would obey.
std::string clean_lines(const std::string& text);

// Says an error on standard error, cleaned. Returns its exit code.
int complain(const Error& error);

bool is_on_github();
// Only where GitHub Actions is: annotations to standard error, which it reads as well, the summary to $GITHUB_STEP_SUMMARY.
void tell_github(const report::ReportView& view, const std::string& suite_dir);

// The last line of --json.
std::string json_line(const report::ReportView& view, const OutputPaths& paths);

// The view of a run in the store, with this machine and this version in it.
Result<report::ReportView> load_view(store::Store& store, const store::RunRow& row, bool at_work = false);

std::string machine_name();

}  // namespace tamarack::cli
