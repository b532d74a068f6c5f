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
  std::string run_dir;                // absolute
  config::Report copies;              // [report]
  std::string root;                   // that they are relative to
  std::string suite_dir;              // of annotations
  std::vector<std::string> warnings;  // shown below the summary: the live view would paint over them
};

// Returns the exit code: the verdict's, or that of an error of writing where the verdict was green. It is put into `view` as well.
int tell_results(report::ReportView& view, artifact::ArtifactStore& artifacts, const ResultsPlace& place);

}  // namespace tamarack::cli
