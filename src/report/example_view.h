// A small run with one of everything, for the tests of this room: times are chosen so that every sentence of held_back occurs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/held_back.h"
#include "report/report_view.h"

namespace tamarack::report {

inline AttemptView attempt_view(std::int64_t number, std::string worker, std::string status, std::int64_t started_ms,
                                std::int64_t duration_ms) {
  AttemptView attempt;
  attempt.number = number;
  attempt.worker = std::move(worker);
  attempt.status = std::move(status);
  attempt.started_ms = started_ms;
  attempt.duration_ms = duration_ms;
  return attempt;
}

inline ErrorView error_view(std::string message, std::string file = {}, std::int64_t line = 0, std::int64_t column = 0) {
  ErrorView error;
  error.stack = message + "\n    at " + file;
  error.message = std::move(message);
  error.file = std::move(file);
  error.line = line;
  error.column = column;
  return error;
}

inline TestView test_view(std::string id, std::string spec, std::vector<std::string> titles, std::string outcome,
                          std::vector<AttemptView> attempts) {
  TestView test;
  test.id = std::move(id);
  test.spec = std::move(spec);
  test.title_path = std::move(titles);
  test.outcome = std::move(outcome);
  test.line = 7;
  test.attempts = std::move(attempts);
  if (!test.attempts.empty()) test.duration_ms = test.attempts.back().duration_ms;
  return test;
}

inline RunView example_run() {
  RunView run;
  run.run_id = "r-20261121-102418-3f9a";
  run.project = "shop";
  run.framework = "playwright";
  run.policy = "dynamic";
  run.seed = "81985529216486895";
  run.started_at_ms = 1'795'256'658'250;
  run.workers = 2;
  run.branch = "main";
  run.commit = "0123abcd";
  run.machine = "ci-7";
  run.command = "tamarack run";
  run.tamarack_version = "0.1.0";
  return run;
}

inline ReportView green_view() {
  ReportView view;
  view.run = example_run();
  view.run.verdict = "passed";
  view.run.headline = "all 2 tests passed";
  view.run.wall_ms = 2400;
  view.run.lower_bound_ms = 2000;
  view.run.busy_ms = 3900;
  view.run.planned = 2;
  view.run.attempts = 2;
  view.ledger.passed = 2;
  view.tests.push_back(
      test_view("0000000000000001", "cart.spec.ts", {"adds"}, "passed", {attempt_view(1, "local/1", "passed", 300, 2000)}));
  view.tests.push_back(
      test_view("0000000000000002", "login.spec.ts", {"signs in"}, "passed", {attempt_view(1, "local/2", "passed", 300, 1900)}));
  view.units = {{0, "cart.spec.ts", "cart.spec.ts", 1, 1800, 2000, "local/1"},
                {1, "login.spec.ts", "login.spec.ts", 1, 0, 1900, "local/2"}};
  return view;
}

inline ReportView mixed_view() {
  ReportView view;
  view.run = example_run();
  view.run.verdict = "incomplete";
  view.run.headline = "incomplete: 2 of 8 tests did not run to an end (2 failed, 1 flaky, 1 skipped, 1 lost, 1 never ran)";
  view.run.exit_code = 4;
  view.run.wall_ms = 14'000;
  view.run.lower_bound_ms = 9300;
  view.run.busy_ms = 16'000;
  view.run.planned = 8;
  view.run.attempts = 9;
  view.ledger = {.passed = 1, .failed = 2, .flaky = 1, .skipped = 1, .timed_out = 1, .lost = 1, .cancelled = 0, .never_ran = 1};

  TestView passed = test_view("00000000000000a1", "tests/cart.spec.ts", {"adds & <removes>"}, "passed",
                              {attempt_view(1, "local/1", "passed", 2500, 1250)});
  passed.tags = {"smoke"};

  AttemptView first = attempt_view(1, "local/1", "failed", 4000, 900);
  first.errors = {error_view("Error: first try", "tests/checkout.spec.ts", 12, 5)};
  AttemptView second = attempt_view(2, "local/1", "failed", 5000, 1100);
  second.errors = {error_view("\x1b[31mError:\x1b[0m expect(locator).toHaveText(expected)\n\nExpected: \"3\"\nReceived: \"4\"",
                              "tests/checkout.spec.ts", 14, 9)};
  second.errors[0].snippet = "  13 |\n> 14 |   await expect(total).toHaveText('3')";
  second.output = "cart opened\x01\n";
  second.errput = "warning: slow";
  second.attachments = {{"screenshot", "image/png", "artifacts/ab/cd.png", 1200, "ab", ""},
                        {"inline", "text/plain", "", 3, "", "data:text/plain;base64,YWJj"}};
  second.steps = {{"open cart", "test.step", 5000, 200, false}, {"check total", "expect", 5200, 900, true}};
  TestView failed = test_view("00000000000000a2", "tests/checkout.spec.ts", {"guest", "pays it's 100%"}, "failed", {first, second});
  failed.parameters = "chromium";
  failed.tags = {"smoke", "slow"};

  TestView quarantined =
      test_view("00000000000000a3", "tests/checkout.spec.ts", {"old"}, "failed", {attempt_view(1, "local/2", "failed", 7000, 400)});
  quarantined.attempts[0].errors = {error_view("Error: known")};
  quarantined.quarantined = true;

  TestView flaky = test_view("00000000000000a4", "tests/search.spec.ts", {"finds"}, "flaky",
                             {attempt_view(1, "local/2", "failed", 7500, 800), attempt_view(2, "local/2", "passed", 8400, 700)});
  flaky.attempts[0].errors = {error_view("Error: not yet", "tests/search.spec.ts", 8, 3)};

  TestView skipped = test_view("00000000000000a5", "tests/search.spec.ts", {"prints"}, "skipped", {});
  skipped.reason = "needs a printer";
  TestView slow =
      test_view("00000000000000a6", "tests/slow.spec.ts", {"waits"}, "timed_out", {attempt_view(1, "local/2", "timed_out", 3000, 9300)});
  slow.attempts[0].errors = {error_view("Test timeout of 9000ms exceeded.", "tests/slow.spec.ts", 3, 1)};
  TestView lost = test_view("00000000000000a7", "tests/crash.spec.ts", {"dies"}, "lost", {attempt_view(1, "local/1", "lost", 9000, 500)});
  lost.reason = "took 3 workers down with it";
  TestView never = test_view("00000000000000a8", "tests/crash.spec.ts", {"after"}, "never_ran", {});
  never.reason = "the unit was given up";
  view.tests = {passed, failed, quarantined, flaky, skipped, slow, lost, never};

  view.disagreements = {{"fewer_tests_than_planned", "the framework ended with exit code 0 after 1 of 2 tests", "tests/crash.spec.ts"}};
  view.units = {{0, "tests/slow.spec.ts", "tests/slow.spec.ts", 1, 6000, 9300, "local/2"},
                {1, "tests/checkout.spec.ts", "tests/checkout.spec.ts", 2, 2000, 2400, "local/1"},
                {2, "tests/search.spec.ts", "tests/search.spec.ts", 2, 0, 1500, "local/2"},
                {3, "tests/cart.spec.ts", "tests/cart.spec.ts", 1, 1200, 1250, "local/1"},
                {4, "tests/crash.spec.ts", "tests/crash.spec.ts", 2, 900, 500, "local/1"}};
  view.workers = {
      {"local/1",
       {{"app_start", 0, 2000, -1, ""},
        {"framework_start", 2000, 2500, -1, ""},
        {"test", 2500, 3750, 0, ""},
        {"waiting_lock", 9500, 12'600, -1, "lock 'db'"},
        {"idle", 12'600, 14'000, -1, ""}},
       4000},
      {"local/2", {{"app_start", 0, 2200, -1, ""}, {"framework_start", 2200, 3000, -1, ""}, {"test", 3000, 12'300, 5, ""}}, 12'000}};
  view.run.held_back = held_back(view);
  return view;
}

}  // namespace tamarack::report
