// JUnit XML as Jenkins, GitLab, Azure and Surefire's readers understand it: a testsuite per spec, a testcase per test.
//   failed, timed_out        <failure>; earlier failed attempts as <rerunFailure>
//   flaky                    passed, each failed attempt as <flakyFailure>
//   lost, cancelled, never_ran  <error type="lost"> and so on: a reader that only counts must not see green
//   failed in quarantine     <skipped> with the error's head, because the run forgives it
//   a run that is not green for another reason (a disagreement, the infrastructure): testcases of a testsuite "tamarack"
// Refuses no byte: what XML 1.0 cannot carry is left out, bad UTF-8 becomes U+FFFD.
#pragma once

#include <string>

#include "report/report_view.h"

namespace tamarack::report {

std::string to_junit(const ReportView& view);

}  // namespace tamarack::report
