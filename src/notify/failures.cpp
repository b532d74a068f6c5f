#include "notify/failures.h"

#include <algorithm>

#include "report/view_query.h"

namespace tamarack::notify {

std::vector<Failure> failures_of(const report::ReportView& view) {
  std::vector<Failure> failures;
  for (const report::TestView* test : report::bad_tests(view)) failures.push_back({.test = test});
  for (const report::FlowView* flow : report::untold_flows(view)) failures.push_back({.flow = flow});
  std::stable_partition(failures.begin(), failures.end(), [](const Failure& one) { return counts_against_run(one); });
  return failures;
}

bool counts_against_run(const Failure& failure) {
  return failure.test != nullptr ? report::counts_against_run(*failure.test) : report::counts_against_run(*failure.flow);
}

std::string name_of(const Failure& failure) {
  return failure.test != nullptr ? report::test_name(*failure.test) : "flow " + failure.flow->name;
}

const std::string& outcome_of(const Failure& failure) {
  return failure.test != nullptr ? failure.test->outcome : failure.flow->outcome;
}

std::string error_of(const Failure& failure) {
  if (failure.test != nullptr) return report::failure_head(*failure.test);
  return failure.flow->reason.empty() ? report::outcome_words(failure.flow->outcome) : failure.flow->reason;
}

}  // namespace tamarack::notify
