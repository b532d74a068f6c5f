// The journal of a run as the one document all outputs are made from. Attachments carry only their hash here; the shell that exports the
// report puts files beside it and fills in paths and embedded bytes.
#pragma once

#include <string>
#include <vector>

#include "report/report_view.h"
#include "run/record.h"
#include "run/run.h"

namespace tamarack::report {

struct RunFacts {  // what the journal does not know
  std::string project;
  Instant started;  // of the command, before discovery and start-up
  Instant ended;    // of the verdict
  std::string branch;
  std::string commit;
  std::string machine;
  std::string command;
  std::string tamarack_version;
  bool at_work = false;  // somebody works on a run that is not finished; otherwise it was interrupted
};

// The verdict of a finished run; "running" or "interrupted" for another.
std::string standing_of(const run::Run& run, bool at_work);
// One line for people: how it ended, how far it has come, or what finishes it.
std::string headline_of(const run::Run& run, bool at_work);
// What runs the rest of a run without an end. Of one that was being stopped a resume only writes down the end.
std::string way_on(const domain::RunId& run, bool was_stopped);

ReportView build_view(const std::vector<run::Entry>& journal, const RunFacts& facts);

}  // namespace tamarack::report
