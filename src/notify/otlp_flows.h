// The flows of a run in its trace: run → flow → phase, and below a phase of tests its units. A wait is a span of its own: it held no
// worker, and no other span would tell where that time went. Flows that never began (those that were carried among them) have none.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "notify/otlp_span.h"
#include "report/report_view.h"

namespace tamarack::notify {

struct FlowSpans {
  std::vector<Span> spans;                            // each after its parent
  std::map<std::int64_t, std::string> phase_of_unit;  // by the place of the unit: the span of its phase
  std::size_t left_out = 0;                           // flows beyond `flows_max`
};

// Bad flows first, then in the order of the plan; at most `flows_max`.
FlowSpans flow_spans(const report::ReportView& view, const std::string& run_url, std::size_t flows_max);

}  // namespace tamarack::notify
