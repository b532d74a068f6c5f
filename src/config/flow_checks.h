// What concerns the phases of a flow together: names, needs, and where the values in {places} come from. A place that nothing fills is
// found here, before anything runs; asked with it, a backend would answer 404 for minutes.
#pragma once

#include <string>
#include <vector>

#include "config/cross_checks.h"

namespace tamarack::config {

// `needs` where the file has none, and where each phase stands in the file.
void complete_flows(Config& config, const Positions& positions);

std::vector<TextProblem> check_flows(const Config& config, const Positions& positions);

// What is known when a phase begins: captures of the phases that it needs, theirs included, each with the phase it comes from.
struct KnownCapture {
  const Capture* capture = nullptr;
  const FlowPhase* from = nullptr;
};
std::vector<KnownCapture> known_captures(const FlowRule& flow, const FlowPhase& phase);

// Nothing when a phase that this one needs captures `place` as something that can stand in a text. {app_url} is captured by itself where
// the configuration starts the application (agent/flow_marks.h).
struct PlaceProblem {
  std::string message;  // "has the place '{jobId}', which no earlier phase captures"
  std::string hint;
};
std::vector<PlaceProblem> check_place(const Config& config, const FlowRule& flow, const FlowPhase& phase, const std::string& place);

// The names in {places} of an address or a key, as the wait reads them (flow/placeholder.h); what is no place is left out.
std::vector<std::string> places_in(std::string_view text);

}  // namespace tamarack::config
