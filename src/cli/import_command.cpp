#include "cli/import_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "base/parse_instant.h"
#include "base/text.h"
#include "cli/discover.h"
#include "cli/import_to_server.h"
#include "cli/outputs.h"
#include "coordinator/test_figures.h"
#include "io/process_tree.h"

namespace tamarack::cli {
namespace {

std::string minute_of(Instant instant) {
  return iso8601(instant).substr(0, 16).replace(10, 1, " ");
}

void say(const std::string& line) {
  std::fputs((clean_lines(line) + "\n").c_str(), stdout);
}

// What the framework lists today. Reports name tests loosely, and a test that is not recognised has no history.
Result<domain::Discovery> list_tests(const Project& project, store::Store& store) {
  const auto adapter = TRY(adapter::make_adapter(project.config.suite.framework));
  const adapter::SuiteSettings suite = TRY(suite_settings(project));
  const std::string shims_dir = TRY(unpack_shims(project.state_dir));
  io::become_subreaper();
  io::Loop loop;
  Result<Discovered> found = make_error(ErrorCode::cancelled, "interrupted");
  const DiscoveryRequest request{.suite = suite,
                                 .work_dir = project.state_dir + "/discovery",
                                 .shims_dir = shims_dir,
                                 .timeout = project.config.suite.discover_timeout.value_or(Millis{120'000})};
  discover(loop, *adapter, store, request, [&](Result<Discovered> discovered) {
    found = std::move(discovered);
    loop.stop();
  });
  loop.run();
  return TRY(std::move(found)).discovery;
}

class Importer {
 public:
  Importer(const ImportOptions& options, const Project& project, store::Store& store, std::optional<Instant> at, Instant now)
      : project_(project),
        store_(store),
        facts_{.project = options.name.empty() ? project.config.project : options.name,
               .framework = project.config.suite.framework,
               .branch = options.branch,
               .commit = options.commit,
               .at = at,
               .now = now} {}

  Result<> import_file(const std::string& path) {
    const std::string bytes = TRY(io::read_file(path, adapter::report_bytes_max + 1));
    const auto imported = import_report(
        store_, bytes, facts_, [this] { return known_tests(); },
        [this](const std::string& file) { return io::exists(io::join_path(project_.suite_root, file)); });
    if (!imported) return Error(imported.error()).in(fmt::format("'{}' cannot be imported", path));
    tell(path, *imported);
    return {};
  }

 private:
  // Asked for once.
  const std::vector<domain::TestCase>& known_tests() {
    if (tests_) return *tests_;
    auto listed = list_tests(project_, store_);
    if (listed) return tests_.emplace(std::move(listed->tests));
    const std::string warning =
        fmt::format("the tests of the suite cannot be listed ({}); only those of earlier runs are recognised", listed.error().message);
    std::fprintf(stderr, "warning: %s\n", clean_lines(warning).c_str());
    auto remembered = tests_in_history(store_, facts_.project);
    return tests_.emplace(remembered ? std::move(*remembered) : std::vector<domain::TestCase>{});
  }

  void tell(const std::string& path, const Imported& imported) const {
    if (!imported.is_new) return say(fmt::format("{}: imported before, as {}", path, imported.run.run.value));
    say(fmt::format("{}: {}, started {} UTC, imported as {}", path, imported.run.headline, minute_of(imported.run.started),
                    imported.run.run.value));
    if (tests_ && !tests_->empty() && imported.not_known > 0)
      say(fmt::format("  {} of {} not among the {} of the suite", imported.not_known, count_of(imported.cases, "is", "are"),
                      count_of(std::ssize(*tests_), "test")));
  }

  const Project& project_;
  store::Store& store_;
  ImportFacts facts_;
  std::optional<std::vector<domain::TestCase>> tests_;
};

Result<std::optional<Instant>> start_from(const std::string& text) {
  if (text.empty()) return std::optional<Instant>{};
  if (auto at = parse_instant(text)) return at;
  return make_error(ErrorCode::invalid_argument, fmt::format("'{}' is not a time", text),
                    "write it as 2026-11-20 or 2026-11-20T10:24:00Z; without a zone it is UTC");
}

}  // namespace

Result<std::vector<domain::TestCase>> tests_in_history(store::Store& store, const std::string& project) {
  std::vector<domain::TestCase> tests;
  store::TestFilter filter{.project = project, .sort = store::TestSort::name, .limit = store::page_max};
  do {
    const store::TestPage page = TRY(store.tests().find_tests(filter));
    for (const store::TestRow& row : page.tests) tests.push_back({.id = row.test, .identity = row.identity});
    filter.before = page.next;
  } while (!filter.before.empty());
  return tests;
}

Result<Imported> import_report(store::Store& store, std::string_view bytes, const ImportFacts& facts,
                               const std::function<std::vector<domain::TestCase>()>& tests,
                               const std::function<bool(const std::string&)>& has_file) {
  const ForeignReport report = TRY(read_report(bytes));
  const domain::RunId run = import_id(facts.project, bytes);
  Imported imported{.cases = std::ssize(report.report.cases)};
  if (auto known = TRY(store.run(run))) {
    imported.run = std::move(*known);
    return imported;
  }
  const std::vector<domain::TestCase> known_tests = tests();
  const std::vector<MatchedCase> cases =
      match_cases(report.report.cases, {.framework = facts.framework, .tests = known_tests, .has_file = has_file});
  const store::Commit commit = import_commit(run, report, cases, facts);
  TRY_VOID(store.commit(commit));
  imported.run = *commit.run_row;
  imported.is_new = true;
  imported.not_known = std::count_if(cases.begin(), cases.end(), [](const MatchedCase& one) { return !one.known; });
  return imported;
}

Result<coordinator::TakenReport> take_report(store::Store& store, std::string_view bytes, const coordinator::ReportWish& wish) {
  ImportFacts facts{.project = wish.project, .framework = {}, .branch = wish.branch, .commit = wish.commit, .at = {}, .now = wish.now};
  facts.at = TRY(start_from(wish.at));
  // Of the newest run that was no report itself: how its framework names tests.
  for (const store::RunRow& row : TRY(store.find_runs({.project = wish.project})).runs)
    if (facts.framework.empty() && !row.run.value.starts_with("i-")) facts.framework = row.framework;
  const std::vector<domain::TestCase> tests = TRY(tests_in_history(store, wish.project));
  std::set<std::string_view> files;
  for (const domain::TestCase& test : tests) files.insert(test.identity.spec);
  Imported imported =
      TRY(import_report(store, bytes, facts, [&] { return tests; }, [&](const std::string& file) { return files.contains(file); }));
  return coordinator::TakenReport{
      .run = std::move(imported.run), .is_new = imported.is_new, .cases = imported.cases, .not_known = imported.not_known};
}

int import_command(const ImportOptions& options, const Clock& clock) {
  const auto at = start_from(options.at);
  if (!at) return complain(at.error());
  if (!options.server.url.empty()) return import_to_server(options);
  const auto project = open_project(options.project);
  if (!project) return complain(project.error());
  const auto store = open_store(project->state_dir);
  if (!store) return complain(store.error());
  Importer importer(options, *project, **store, *at, clock.now());
  int code = 0;
  for (const std::string& file : options.files)
    if (const auto imported = importer.import_file(file); !imported) code = std::max(code, complain(imported.error()));
  if (const auto made = coordinator::refresh_all_figures(**store); !made) return complain(made.error());
  return code;
}

}  // namespace tamarack::cli
