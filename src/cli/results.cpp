#include "cli/results.h"

#include "io/files.h"
#include "report/summary.h"

namespace tamarack::cli {

int tell_results(report::ReportView& view, artifact::ArtifactStore* artifacts, const ResultsPlace& place) {
  const bool writes = !place.run_dir.empty() && artifacts != nullptr;
  const Outputs outputs = writes ? write_outputs(view, place.run_dir, place.copies, place.root, *artifacts) : Outputs{};
  // The verdict is in the journal; a report that cannot be written must still not pass as a run that went well.
  if (!outputs.errors.empty() && view.run.exit_code == 0) view.run.exit_code = exit_code_of(ErrorCode::io);
  const std::string& page = outputs.paths.report;
  const report::SummaryOptions options{.colour = place.screen.colour,
                                       .report_path = page.empty() ? page : io::relative_to(io::absolute_path("."), page),
                                       .server = place.server,
                                       .width = place.screen.width()};
  std::fputs(report::terminal_summary(view, options).c_str(), place.screen.file);
  std::fflush(place.screen.file);
  for (const Error& error : outputs.errors) complain(Error(error).in("a report cannot be written"));
  for (const std::string& warning : place.warnings) std::fprintf(stderr, "warning: %s\n", clean_lines(warning).c_str());
  if (place.annotates)
    tell_github(view, place.suite_dir);
  else if (is_on_github())
    std::fprintf(stderr, "annotations and the step summary are written by the machine that started %s\n", view.run.run_id.c_str());
  if (place.json) {
    std::printf("%s\n", json_line(view, outputs.paths).c_str());
    std::fflush(stdout);
  }
  return static_cast<int>(view.run.exit_code);
}

}  // namespace tamarack::cli
