// Questions that every output asks about a report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "report/report_view.h"

namespace tamarack::report {

std::string test_name(const TestView& test);   // "checkout.spec.ts › guest › pays [chromium]"
std::string test_title(const TestView& test);  // the same without the spec

// Everything but passed, flaky and skipped. An unknown word is bad: what is not understood must never look green.
bool is_bad(const TestView& test);
// Bad, and held against the run.
bool counts_against_run(const TestView& test);

bool is_bad(const FlowView& flow);
bool counts_against_run(const FlowView& flow);
std::vector<const FlowView*> bad_flows(const ReportView& view);  // as bad_tests
// Those that no bad test tells of: something else ended them, most often a wait.
std::vector<const FlowView*> untold_flows(const ReportView& view);
// The wait that ended a bad flow; null: it was none.
const FlowPhaseView* ending_wait(const FlowView& flow);
// "34 tests", "40 flows", "5 tests and flows": so many entries of this run.
std::string entries(const ReportView& view, std::int64_t count);
// What has changed of its code since it began (the agent's annotation "drifted"), each once; empty: it ran from what it began with.
std::vector<std::string> drifts_of(const FlowView& flow, const ReportView& view);
// "3 flows: 2 passed, 1 failed; they waited 4 m 12 s and held no worker meanwhile"; empty without flows.
std::string flows_line(const ReportView& view);
// The spec that all of its tests are of, else the rule it was made from.
std::string place_of(const FlowView& flow, const ReportView& view);

// The attempt that explains the outcome: the last counted one with an error, else the last counted, else the last; null without any.
const AttemptView* deciding_attempt(const TestView& test);
// Its first error, else null.
const ErrorView* deciding_error(const TestView& test);

// The first line that says something, without escape sequences. Of a test without an error: its reason, else its outcome in words.
std::string error_head(const ErrorView& error);
std::string failure_head(const TestView& test);
std::string location(const ErrorView& error);     // "tests/a.spec.ts:12:5"; empty if unknown
std::string rerun_command(const TestView& test);  // by name; by id when the name cannot be typed

// The framework contradicts itself or us. A stop, a failure of the infrastructure and what an agent said in
// vain stand in the same list, but are none.
bool is_disagreement(const DisagreementView& one);
std::int64_t disagreement_count(const ReportView& view);
// Tests of an unfinished run that have no entry in the ledger yet: ledger + pending = planned.
std::int64_t pending_count(const ReportView& view);

// ", 1.25 × the lower bound of 4.0 s"; empty when the bound is so short that the ratio tells of nothing but start-ups.
inline constexpr std::int64_t lower_bound_worth_telling_ms = 100;
std::string lower_bound_words(const RunView& run);

std::string outcome_words(const std::string& outcome);  // "timed out", "never ran"

// Tests whose outcome stands from an earlier run, and its id: a run carries from one run only.
struct CarriedView {
  std::int64_t tests = 0;
  std::string from;  // empty: nothing was carried
};
CarriedView carried(const ReportView& view);

// "34 planned = 30 passed (28 carried from run r-1) + 2 failed + 1 flaky + 1 skipped", only with what occurred; the earlier run is named
// once.
std::string ledger_equation(const ReportView& view);

// The last lines of what a test that failed wrote itself, where its error has neither a place nor a stack and so cannot say why: the exit
// code of a command. Empty for others. `lines` are printable, `left_out` counts those before them.
struct OwnWords {
  std::vector<std::string> lines;
  std::size_t left_out = 0;
};
OwnWords own_words(const TestView& test, std::size_t lines_max);

// Those that count against the run first, then quarantined ones. Of flows only those that ran: the rest ended because of something else.
std::vector<const TestView*> bad_tests(const ReportView& view);
std::vector<const TestView*> flaky_tests(const ReportView& view);
std::vector<const UnitView*> slowest_units(const ReportView& view, std::size_t units_max);

}  // namespace tamarack::report
