// `tamarack import`: reports of earlier runs, of whatever tool, into the history of this project.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/import_run.h"
#include "cli/project.h"
#include "cli/server_options.h"
#include "coordinator/server.h"

namespace tamarack::cli {

struct ImportOptions {
  ProjectOptions project;
  ServerOptions server;  // with a URL: into its history
  std::vector<std::string> files;
  std::string name;  // of the project; empty: as the configuration says, which a server needs none of otherwise
  std::string branch;
  std::string commit;
  std::string at;  // when the run started; empty: as the report says
};

// Every file by itself: one that cannot be read keeps no other from being imported. 2 when there was one, else 0. What would befall the
// other files as well (a server that cannot be reached, a token without the right) ends it at once and says which were not sent.
int import_command(const ImportOptions& options, const Clock& clock);

// One report into a store, for the command and for the server's route.
struct Imported {
  store::RunRow run;
  bool is_new = false;         // false: the same bytes were imported before, and nothing was written
  std::int64_t cases = 0;      // in the report
  std::int64_t not_known = 0;  // of them: named by the report alone
};
// `tests` is asked only when there is something to import. Errors: as read_report, and the store's. The figures are left to the caller
// (coordinator/test_figures.h).
Result<Imported> import_report(store::Store& store, std::string_view bytes, const ImportFacts& facts,
                               const std::function<std::vector<domain::TestCase>()>& tests,
                               const std::function<bool(const std::string&)>& has_file);

// The same on a server, where only the history knows which tests and files there are.
Result<coordinator::TakenReport> take_report(store::Store& store, std::string_view bytes, const coordinator::ReportWish& wish);

// The tests a project has in its history: whom a report speaks of where nobody can ask the framework.
Result<std::vector<domain::TestCase>> tests_in_history(store::Store& store, const std::string& project);

}  // namespace tamarack::cli
