// What went wrong in a run, for those who list it: tests that ended badly, and flows that no such test tells of, most often because a wait
// ended them. In a list of tests alone a red run of flows would show nothing.
#pragma once

#include <string>
#include <vector>

#include "report/report_view.h"

namespace tamarack::notify {

// One of the two, and as long as its report lives.
struct Failure {
  const report::TestView* test = nullptr;
  const report::FlowView* flow = nullptr;
};

// Those that count against the run first, each kind in the order of the plan.
std::vector<Failure> failures_of(const report::ReportView& view);

bool counts_against_run(const Failure& failure);
// "cart.spec.ts › pays", or "flow " and its name.
std::string name_of(const Failure& failure);
const std::string& outcome_of(const Failure& failure);
// One line; of a flow "wait 'backend' failed: row 7 is no number".
std::string error_of(const Failure& failure);

}  // namespace tamarack::notify
