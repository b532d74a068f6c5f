// Every small ledger under every circumstance: what is green, and what it is called when it is not.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "domain/ledger.h"
#include "domain/test_case.h"

namespace tamarack::domain {
namespace {

// Up to two of each outcome, and up to one planned test without an entry.
template <class Look>
void for_every_small_ledger(Look look) {
  std::array<std::int64_t, 9> counts{};
  while (true) {
    Ledger ledger;
    ledger.passed = counts[0];
    ledger.failed = counts[1];
    ledger.flaky = counts[2];
    ledger.skipped = counts[3];
    ledger.timed_out = counts[4];
    ledger.lost = counts[5];
    ledger.cancelled = counts[6];
    ledger.never_ran = counts[7];
    ledger.planned = ledger.settled() + counts[8];
    look(ledger);
    std::size_t at = 0;
    for (; at < counts.size() && ++counts[at] > (at == 8 ? 1 : 2); ++at) counts[at] = 0;
    if (at == counts.size()) return;
  }
}

TEST(Verdict, GreenIsWhatTheRulesCallGreenAndNothingElse) {
  std::int64_t green = 0;
  for_every_small_ledger([&](const Ledger& ledger) {
    const std::int64_t bad = ledger.failed + ledger.timed_out;
    for (std::int64_t excused = 0; excused <= bad; ++excused)
      for (int flags = 0; flags < 32; ++flags) {
        const Circumstances how{.disagreements = flags & 1,
                                .quarantined_bad = excused,
                                .infrastructure_failed = (flags & 2) != 0,
                                .cancelled_by_user = (flags & 4) != 0,
                                .deadline_passed = (flags & 8) != 0,
                                .stopped_by_failure = (flags & 16) != 0};
        const bool ran = ledger.passed + ledger.flaky + bad > 0;
        const bool whole = ledger.settled() == ledger.planned && ledger.lost + ledger.cancelled + ledger.never_ran == 0;
        // A deadline that passed when everything had ended took nothing away, except from tests that it cut off.
        const bool in_time = !how.deadline_passed || ledger.timed_out == 0;
        const bool good = ran && whole && in_time && bad == excused && (flags & 7) == 0;
        ASSERT_EQ(judge(ledger, how) == Verdict::passed, good) << headline(ledger, how) << ", flags " << flags << ", excused " << excused;
        green += good ? 1 : 0;
      }
  });
  EXPECT_GT(green, 100) << "the loop looks at green ones, too";
}

TEST(Verdict, SaysWhatStoppedTheRun) {
  const auto of = [](Ledger ledger, const Circumstances& how) {
    ledger.planned = std::max(ledger.planned, ledger.settled());
    return judge(ledger, how);
  };
  EXPECT_EQ(of({.passed = 2, .timed_out = 1}, {}), Verdict::timed_out);
  EXPECT_EQ(of({.passed = 1, .failed = 1, .timed_out = 1}, {}), Verdict::failed);
  EXPECT_EQ(of({.passed = 1, .never_ran = 3}, {.deadline_passed = true}), Verdict::timed_out) << "not incomplete: the limit is the cause";
  EXPECT_EQ(of({.passed = 4}, {.deadline_passed = true}), Verdict::passed) << "it came too late to matter";
  EXPECT_EQ(of({.failed = 1, .cancelled = 2, .never_ran = 3}, {.stopped_by_failure = true}), Verdict::failed)
      << "fail-fast: what never ran is no riddle";
  EXPECT_EQ(of({.timed_out = 1, .never_ran = 3}, {.stopped_by_failure = true}), Verdict::timed_out);
  EXPECT_EQ(of({.failed = 1, .never_ran = 3}, {.cancelled_by_user = true, .stopped_by_failure = true}), Verdict::cancelled);
}

TEST(Verdict, WhatIsMisconfiguredIsToldBeforeWhatFailedOrIsMissing) {
  const auto of = [](Ledger ledger, const Circumstances& how) {
    ledger.planned = std::max(ledger.planned, ledger.settled());
    return judge(ledger, how);
  };
  EXPECT_EQ(of({.passed = 1, .failed = 1}, {.invalid = 1}), Verdict::invalid);
  EXPECT_EQ(of({.passed = 1, .failed = 3, .lost = 1}, {.invalid = 1}), Verdict::invalid);
  EXPECT_EQ(of({.failed = 1, .never_ran = 3}, {.invalid = 1, .stopped_by_failure = true}), Verdict::invalid);
  EXPECT_EQ(of({.failed = 1, .never_ran = 3}, {.invalid = 1, .deadline_passed = true}), Verdict::timed_out);
  EXPECT_EQ(of({.failed = 1, .never_ran = 3}, {.invalid = 1, .infrastructure_failed = true}), Verdict::infrastructure);
  EXPECT_EQ(of({.failed = 1, .never_ran = 3}, {.invalid = 1, .cancelled_by_user = true}), Verdict::cancelled);
  EXPECT_EQ(exit_code_of(Verdict::invalid), 5);
  const Ledger ledger{.planned = 5, .passed = 2, .failed = 2, .lost = 1};
  EXPECT_EQ(headline(ledger, {.invalid = 1}), "invalid: a wait or a capture of 1 flow is misconfigured (1 failed, 1 lost)");
  EXPECT_EQ(headline(ledger, {.invalid = 1, .drifted = 1}), "invalid: 1 flow drifted while it waited (1 failed, 1 lost)");
  EXPECT_EQ(headline(ledger, {.invalid = 2, .drifted = 1}),
            "invalid: a wait or a capture of 1 flow is misconfigured, 1 flow drifted while it waited (1 lost)");
}

// All that a headline can say, for a run of flows, of tests, and of both.
TEST(Verdict, TheHeadlineCallsEntriesWhatTheyAre) {
  const auto lines = [](Ledger ledger, Circumstances how) {
    ledger.planned = std::max(ledger.planned, ledger.settled());
    std::string text;
    for (const std::int64_t flows : {std::int64_t{0}, ledger.planned, std::int64_t{1}}) {
      how.flows = std::min(flows, ledger.planned);
      text += headline(ledger, how) + "\n";
    }
    return text;
  };
  EXPECT_EQ(lines({.passed = 40}, {}), "all 40 tests passed\nall 40 flows passed\nall 40 tests and flows passed\n");
  EXPECT_EQ(lines({.passed = 1, .skipped = 1}, {}),
            "the 1 test passed (1 skipped)\nthe 1 flow passed (1 skipped)\nthe 1 test or flow passed (1 skipped)\n");
  EXPECT_EQ(lines({.failed = 2}, {.quarantined_bad = 2}),
            "no test failed outside quarantine (2 failed in quarantine)\nno flow failed outside quarantine (2 failed in quarantine)\n"
            "no test or flow failed outside quarantine (2 failed in quarantine)\n");
  EXPECT_EQ(lines({.passed = 1, .failed = 2}, {}), "2 of 3 tests failed\n2 of 3 flows failed\n2 of 3 tests and flows failed\n");
  EXPECT_EQ(lines({.passed = 1, .timed_out = 1}, {}), "1 of 2 tests timed out\n1 of 2 flows timed out\n1 of 2 tests and flows timed out\n");
  EXPECT_EQ(lines({.planned = 3, .passed = 1}, {.deadline_passed = true}),
            "the run's time limit passed with 1 of 3 tests finished\nthe run's time limit passed with 1 of 3 flows finished\n"
            "the run's time limit passed with 1 of 3 tests and flows finished\n");
  EXPECT_EQ(lines({.passed = 1, .lost = 1}, {}),
            "incomplete: 1 of 2 tests did not run to an end (1 lost)\nincomplete: 1 of 2 flows did not run to an end (1 lost)\n"
            "incomplete: 1 of 2 tests and flows did not run to an end (1 lost)\n");
  EXPECT_EQ(lines({.skipped = 2}, {}),
            "incomplete: no test ran (2 skipped)\nincomplete: no flow ran (2 skipped)\nincomplete: no test or flow ran (2 skipped)\n");
  EXPECT_EQ(lines({.passed = 2}, {.infrastructure_failed = true}),
            "the infrastructure failed, not the tests\nthe infrastructure failed, not the flows\n"
            "the infrastructure failed, not the tests and flows\n");
  EXPECT_EQ(lines({.passed = 2}, {.cancelled_by_user = true}),
            "cancelled with 2 of 2 tests finished\ncancelled with 2 of 2 flows finished\ncancelled with 2 of 2 tests and flows finished\n");
  EXPECT_EQ(count_of_entries(0, 0, 0), "0 tests");
}

TEST(Verdict, QuarantineExcusesFailuresAndNothingElse) {
  const auto of = [](Ledger ledger, const Circumstances& how) {
    ledger.planned = std::max(ledger.planned, ledger.settled());
    return judge(ledger, how);
  };
  EXPECT_EQ(of({.failed = 1, .timed_out = 1}, {.quarantined_bad = 2}), Verdict::passed);
  EXPECT_EQ(of({.passed = 1, .failed = 2}, {.quarantined_bad = 1}), Verdict::failed) << "the other one is not excused";
  EXPECT_EQ(of({.passed = 1, .failed = 1, .never_ran = 1}, {.quarantined_bad = 1}), Verdict::incomplete);
  EXPECT_EQ(of({.passed = 1, .failed = 1}, {.disagreements = 1, .quarantined_bad = 1}), Verdict::failed);
}

// Histories, quarantines and signed names hang on these texts: they may never change.
TEST(Verdict, IdsOfTestsStayWhatTheyAre) {
  EXPECT_EQ(make_test_id({"a.spec.ts", {"adds"}, ""}).value, "384025233e2e71b5");
  EXPECT_EQ(make_test_id({"a.spec.ts", {"outer", "inner"}, "chromium"}).value, "27e35bf99b1b75b1");
}

}  // namespace
}  // namespace tamarack::domain
