#include "cli/tests_command.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/text.h"
#include "cli/live_display.h"
#include "cli/outputs.h"
#include "cli/tests_table.h"
#include "config/quarantine.h"
#include "coordinator/history_json.h"
#include "coordinator/test_figures.h"
#include "store/page_cursor.h"

namespace tamarack::cli {
namespace {

constexpr int runs_looked_at = 100;
constexpr int notes_max = 3;

Result<store::TestSort> sort_named(const std::string& word) {
  if (const auto sort = store::parse_test_sort(word)) return *sort;
  const std::vector<std::string> known{"flaky", "failures", "slow", "name", "latest"};
  const auto meant = closest(word, known);
  return make_error(ErrorCode::invalid_argument, fmt::format("tests cannot be sorted by '{}', expected one of {}", word, join(known, ", ")),
                    meant ? fmt::format("did you mean --sort {}?", *meant) : std::string());
}

// Who wonders where the failures of yesterday are has to be told.
Result<> tell_set_aside(store::Store& store, const std::string& project) {
  const store::RunPage page = TRY(store.find_runs({.project = project, .limit = runs_looked_at}));
  int told = 0;
  for (const store::RunRow& run : page.runs) {
    if (run.set_aside.empty() || ++told > notes_max) continue;
    std::fprintf(stderr, "note: %s\n", clean_lines(fmt::format("run {} does not count, {}", run.run.value, run.set_aside)).c_str());
  }
  if (told > notes_max) std::fprintf(stderr, "note: so do %d more of the newest %d runs\n", told - notes_max, runs_looked_at);
  return {};
}

Result<> show_tests(const TestsOptions& options, const Clock& clock) {
  const std::string today = iso8601(clock.now()).substr(0, 10);
  const store::TestSort sort = TRY(sort_named(options.sort));
  const Project project = TRY(open_project(options.project));
  const auto store = TRY(open_store(project.state_dir));
  TRY_VOID(coordinator::refresh_all_figures(*store));
  const std::string& name = project.config.project;
  const store::TestPage page =
      TRY(store->tests().find_tests({.project = name, .text = options.text, .sort = sort, .limit = options.count}));
  const auto find_quarantine = [&](const store::TestRow& row) -> std::optional<coordinator::QuarantineNote> {
    const auto* rule = config::quarantine_of(project.config, row.test, row.identity, today);
    return rule ? std::optional(coordinator::QuarantineNote{rule->owner, rule->reason, rule->expires}) : std::nullopt;
  };
  if (options.json) {
    std::printf("%s\n", coordinator::tests_json(page, find_quarantine).c_str());
    return {};
  }
  if (page.tests.empty()) {
    std::fprintf(stderr, options.text.empty() ? "no test has a result yet: `tamarack run`, or `tamarack import` reports of earlier runs\n"
                                              : "no test's name contains that text\n");
    return {};
  }
  const Screen screen = choose_screen(false);
  std::fputs(tests_table(page.tests, find_quarantine, {.width = screen.width(), .colour = screen.colour}).c_str(), stdout);
  if (!page.next.empty()) std::fprintf(stderr, "note: there are more; -n shows more of them, a part of the name fewer\n");
  return tell_set_aside(*store, name);
}

}  // namespace

int tests_command(const TestsOptions& options, const Clock& clock) {
  const auto shown = show_tests(options, clock);
  return shown ? 0 : complain(shown.error());
}

}  // namespace tamarack::cli
