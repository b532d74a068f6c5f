#include "report/view_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "domain/ledger.h"
#include "domain/test_case.h"
#include "report/cells.h"

namespace tamarack::report {
namespace {

// A message can be a dumped page of megabytes; what it is about stands at its beginning.
constexpr std::size_t head_bytes_max = 4096;

}  // namespace

std::string test_name(const TestView& test) {
  return domain::display_name({test.spec, test.title_path, test.parameters});
}

std::string test_title(const TestView& test) {
  const std::string title = domain::display_title({test.spec, test.title_path, test.parameters});
  return title.empty() ? test.spec : title;
}

bool is_bad(const TestView& test) {
  return test.outcome != "passed" && test.outcome != "flaky" && test.outcome != "skipped" && test.outcome != "pending";
}

// Quarantine forgives a failure; it does not forgive that nothing is known about a test.
bool counts_against_run(const TestView& test) {
  return is_bad(test) && !(test.quarantined && (test.outcome == "failed" || test.outcome == "timed_out"));
}

bool is_bad(const FlowView& flow) {
  return flow.outcome != "passed" && flow.outcome != "flaky" && flow.outcome != "skipped" && flow.outcome != "pending";
}

bool counts_against_run(const FlowView& flow) {
  return is_bad(flow) && !flow.quarantined;
}

std::vector<const FlowView*> bad_flows(const ReportView& view) {
  std::vector<const FlowView*> flows;
  for (const bool counts : {true, false})
    for (const FlowView& flow : view.run.flows)
      if (is_bad(flow) && counts_against_run(flow) == counts) flows.push_back(&flow);
  return flows;
}

std::vector<const FlowView*> untold_flows(const ReportView& view) {
  // A test in quarantine does not tell of a flow that is bad for another reason.
  std::vector<bool> told(view.run.flows.size(), false);
  for (const TestView* test : bad_tests(view)) {
    if (test->flow < 0) continue;
    const auto flow = static_cast<std::size_t>(test->flow);
    if (counts_against_run(*test) || !counts_against_run(view.run.flows.at(flow))) told[flow] = true;
  }
  std::vector<const FlowView*> flows;
  for (const FlowView* flow : bad_flows(view))
    if (!told[static_cast<std::size_t>(flow - view.run.flows.data())]) flows.push_back(flow);
  return flows;
}

const FlowPhaseView* ending_wait(const FlowView& flow) {
  // What a wait ended is followed by phases that never ran and by waits that were dropped.
  constexpr std::array<std::string_view, 4> ends{"failed", "timed_out", "lost", "invalid"};
  for (const FlowPhaseView& phase : flow.phases)
    if (phase.wait && std::find(ends.begin(), ends.end(), phase.outcome) != ends.end()) return &phase;
  return nullptr;
}

std::string entries(const ReportView& view, std::int64_t count) {
  return domain::count_of_entries(count, view.run.planned, std::ssize(view.run.flows));
}

std::vector<std::string> drifts_of(const FlowView& flow, const ReportView& view) {
  std::vector<std::string> drifts;
  for (const FlowPhaseView& phase : flow.phases)
    for (const std::int64_t test : phase.tests)
      for (const AnnotationView& annotation : view.tests.at(static_cast<std::size_t>(test)).annotations)
        if (annotation.type == "drifted" && std::find(drifts.begin(), drifts.end(), annotation.description) == drifts.end())
          drifts.push_back(annotation.description);
  return drifts;
}

std::string flows_line(const ReportView& view) {
  if (view.run.flows.empty()) return {};
  std::vector<std::pair<std::string, std::int64_t>> counts;
  std::int64_t waited = 0;
  std::int64_t drifted = 0;
  for (const FlowView& flow : view.run.flows) {
    waited += flow.waited_ms;
    drifted += drifts_of(flow, view).empty() ? 0 : 1;
    const std::string word = outcome_words(flow.outcome);
    const auto known = std::find_if(counts.begin(), counts.end(), [&](const auto& one) { return one.first == word; });
    if (known == counts.end())
      counts.emplace_back(word, 1);
    else
      ++known->second;
  }
  std::vector<std::string> parts;
  for (const auto& [word, count] : counts) parts.push_back(fmt::format("{} {}", count, word));
  if (drifted > 0) parts.push_back(fmt::format("{} drifted (code or application changed meanwhile)", drifted));
  const std::string line = fmt::format("{}: {}", count_of(std::ssize(view.run.flows), "flow"), join(parts, ", "));
  return waited == 0 ? line : fmt::format("{}; waited {} in all and held no worker meanwhile", line, human_duration(Millis{waited}));
}

std::string place_of(const FlowView& flow, const ReportView& view) {
  std::string spec;
  for (const FlowPhaseView& phase : flow.phases)
    for (const std::int64_t test : phase.tests) {
      const std::string& other = view.tests.at(static_cast<std::size_t>(test)).spec;
      if (!spec.empty() && other != spec) return flow.rule;
      spec = other;
    }
  return spec.empty() ? flow.rule : spec;
}

const AttemptView* deciding_attempt(const TestView& test) {
  const AttemptView* last = nullptr;
  const AttemptView* with_error = nullptr;
  for (const AttemptView& attempt : test.attempts) {
    if (!attempt.counted) continue;
    last = &attempt;
    if (!attempt.errors.empty()) with_error = &attempt;
  }
  if (with_error != nullptr) return with_error;
  if (last != nullptr) return last;
  return test.attempts.empty() ? nullptr : &test.attempts.back();
}

const ErrorView* deciding_error(const TestView& test) {
  const AttemptView* attempt = deciding_attempt(test);
  return attempt == nullptr || attempt->errors.empty() ? nullptr : &attempt->errors.front();
}

std::string error_head(const ErrorView& error) {
  for (const std::string* text : {&error.message, &error.stack})
    for (const std::string& line : split_lines(strip_ansi(std::string_view(*text).substr(0, head_bytes_max))))
      if (const std::string_view head = trim(line); !head.empty()) return std::string(head);
  return "no error message";
}

std::string failure_head(const TestView& test) {
  if (const ErrorView* error = deciding_error(test)) return error_head(*error);
  return test.reason.empty() ? outcome_words(test.outcome) : test.reason;
}

std::string location(const ErrorView& error) {
  if (error.file.empty()) return {};
  std::string place = error.file;
  if (error.line > 0) place += fmt::format(":{}", error.line);
  if (error.line > 0 && error.column > 0) place += fmt::format(":{}", error.column);
  return place;
}

std::string rerun_command(const TestView& test) {
  // A line break or a control character cannot be shown and copied: such a test is called by its id.
  const std::string name = test_name(test);
  return "tamarack run --only " + shell_quote(printable(name) == name ? name : test.id);
}

bool is_disagreement(const DisagreementView& one) {
  return one.name != "stopped" && one.name != "infrastructure" && one.name != "refused";
}

std::int64_t disagreement_count(const ReportView& view) {
  return std::count_if(view.disagreements.begin(), view.disagreements.end(), is_disagreement);
}

std::string lower_bound_words(const RunView& run) {
  if (run.lower_bound_ms < lower_bound_worth_telling_ms) return {};
  return fmt::format(", {:.2f} × the lower bound of {}", static_cast<double>(run.wall_ms) / static_cast<double>(run.lower_bound_ms),
                     human_duration(Millis{run.lower_bound_ms}));
}

std::string outcome_words(const std::string& outcome) {
  if (outcome == "timed_out") return "timed out";
  if (outcome == "never_ran") return "never ran";
  return outcome;
}

std::int64_t pending_count(const ReportView& view) {
  const auto has_none = [](const auto& entry) { return entry.outcome == "never_ran" || entry.outcome == "pending"; };
  const std::int64_t without_result =
      std::count_if(view.tests.begin(), view.tests.end(), [&](const TestView& test) { return test.flow < 0 && has_none(test); }) +
      std::count_if(view.run.flows.begin(), view.run.flows.end(), has_none);
  return std::max<std::int64_t>(without_result - view.ledger.never_ran, 0);
}

CarriedView carried(const ReportView& view) {
  CarriedView all;
  for (const TestView& test : view.tests) {
    if (test.carried_from.empty() || test.flow >= 0) continue;
    ++all.tests;
    all.from = test.carried_from;
  }
  for (const FlowView& flow : view.run.flows) {
    if (flow.carried_from.empty()) continue;
    ++all.tests;
    all.from = flow.carried_from;
  }
  return all;
}

std::string ledger_equation(const ReportView& view) {
  const LedgerView& ledger = view.ledger;
  const std::array<std::pair<std::int64_t, std::string_view>, 8> entries{{{ledger.passed, "passed"},
                                                                          {ledger.failed, "failed"},
                                                                          {ledger.flaky, "flaky"},
                                                                          {ledger.skipped, "skipped"},
                                                                          {ledger.timed_out, "timed out"},
                                                                          {ledger.lost, "lost"},
                                                                          {ledger.cancelled, "cancelled"},
                                                                          {ledger.never_ran, "never ran"}}};
  std::map<std::string, std::int64_t> carried_as;
  for (const TestView& test : view.tests)
    if (!test.carried_from.empty() && test.flow < 0) ++carried_as[outcome_words(test.outcome)];
  for (const FlowView& flow : view.run.flows)
    if (!flow.carried_from.empty()) ++carried_as[outcome_words(flow.outcome)];
  std::string from = carried(view).from;
  std::vector<std::string> parts;
  std::int64_t sum = 0;
  for (const auto& [count, word] : entries) {
    sum += count;
    if (count == 0) continue;
    parts.push_back(fmt::format("{} {}", count, word));
    const auto stands = carried_as.find(std::string(word));
    if (stands == carried_as.end()) continue;
    parts.back() += fmt::format(" ({} carried{})", stands->second, from.empty() ? "" : " from run " + std::exchange(from, {}));
  }
  const std::int64_t pending = pending_count(view);
  if (pending > 0) parts.push_back(fmt::format("{} pending", pending));
  if (parts.empty()) parts.push_back("0");
  std::string line = fmt::format("{} planned = {}", view.run.planned, join(parts, " + "));
  if (sum + pending != view.run.planned) line = fmt::format("{} planned ≠ {}", view.run.planned, join(parts, " + "));
  return line;
}

OwnWords own_words(const TestView& test, std::size_t lines_max) {
  const AttemptView* attempt = deciding_attempt(test);
  const ErrorView* error = deciding_error(test);
  if (!is_bad(test) || attempt == nullptr || error == nullptr || !error->file.empty() || !error->stack.empty()) return {};
  OwnWords words;
  // What went wrong is told on standard error by those who use it at all; the other stream stands before it.
  for (const std::string* stream : {&attempt->output, &attempt->errput})
    for (const std::string& line : split_lines(*stream))
      if (std::string shown = printable(line); !trim(shown).empty()) words.lines.push_back(std::move(shown));
  if (words.lines.size() > lines_max) {
    words.left_out = words.lines.size() - lines_max;
    words.lines.erase(words.lines.begin(), words.lines.end() - static_cast<std::ptrdiff_t>(lines_max));
  }
  return words;
}

std::vector<const TestView*> bad_tests(const ReportView& view) {
  std::vector<const TestView*> tests;
  for (const bool counts : {true, false})
    for (const TestView& test : view.tests)
      if (is_bad(test) && counts_against_run(test) == counts &&
          (test.flow < 0 || (test.outcome != "never_ran" && test.outcome != "cancelled")))
        tests.push_back(&test);
  return tests;
}

std::vector<const TestView*> flaky_tests(const ReportView& view) {
  std::vector<const TestView*> tests;
  for (const TestView& test : view.tests)
    if (test.outcome == "flaky") tests.push_back(&test);
  return tests;
}

std::vector<const UnitView*> slowest_units(const ReportView& view, std::size_t units_max) {
  std::vector<const UnitView*> units;
  for (const UnitView& unit : view.units)
    if (unit.duration_ms > 0) units.push_back(&unit);
  std::sort(units.begin(), units.end(), [](const UnitView* a, const UnitView* b) {
    return std::tie(b->duration_ms, a->title, a->index) < std::tie(a->duration_ms, b->title, b->index);
  });
  if (units.size() > units_max) units.resize(units_max);
  return units;
}

}  // namespace tamarack::report
