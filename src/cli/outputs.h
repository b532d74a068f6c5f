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

// Writes everything below `run_dir`, and the extra copies [report] asks for (relative to `root`).
Result<OutputPaths> write_outputs(report::ReportView& view, const std::string& run_dir, const config::Report& copies,
                                  const std::string& root, artifact::ArtifactStore& artifacts);

// Only where GitHub Actions is: annotations to standard output, the summary to $GITHUB_STEP_SUMMARY.
void tell_github(const report::ReportView& view, const std::string& suite_dir);

std::string json_line(const report::ReportView& view, const OutputPaths& paths);

// The view of a run in the store; `row` says when it began and ended.
Result<report::ReportView> load_view(store::Store& store, const store::RunRow& row);
Result<std::vector<run::Entry>> load_journal(store::Store& store, const domain::RunId& run);

std::string machine_name();

}  // namespace tamarack::cli
