// What a finished run leaves and says, whoever ran it: files, the summary, annotations, the line of --json.
#pragma once

#include <string>
#include <vector>

#include "cli/live_display.h"
#include "cli/outputs.h"

namespace tamarack::cli {

struct ResultsPlace {
  Screen screen;
  bool json = false;
  std::string run_dir;                // absolute; empty: no files are written
  config::Report copies;              // [report]
  std::string root;                   // that they are relative to
  std::string suite_dir;              // of annotations
  std::string server;                 // whose run it is; empty: this machine's
  bool annotates = true;              // false: another machine of the CI job writes annotations and the step summary
  std::vector<std::string> warnings;  // shown below the summary: the live view would paint over them
};

// Returns the exit code: the verdict's, or that of an error of writing where the verdict was green. It is put into `view` as well.
// `artifacts` may be null where no files are written.
int tell_results(report::ReportView& view, artifact::ArtifactStore* artifacts, const ResultsPlace& place);

}  // namespace tamarack::cli
