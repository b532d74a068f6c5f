#include "plan/flow_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace tamarack::plan {
namespace {

using domain::Flow;
using domain::FlowPhase;

std::string seconds(Millis duration) {
  if (duration >= Millis{60'000}) return human_duration(duration);
  return fmt::format("{:.1f} s", static_cast<double>(duration.count()) / 1000.0);
}

// A phase needs the one before it unless the file says otherwise; only the unusual is worth a word.
std::string needs_of(const Flow& flow, std::size_t position) {
  const std::vector<std::int32_t>& needs = flow.phases[position].needs;
  if (position == 0 ? needs.empty() : needs == std::vector<std::int32_t>{static_cast<std::int32_t>(position) - 1}) return "";
  if (needs.empty()) return ", needs nothing";
  std::vector<std::string> names;
  for (const std::int32_t need : needs) names.push_back("'" + flow.phases[static_cast<std::size_t>(need)].name + "'");
  return ", needs " + join(names, ", ");
}

std::string phase_line(const Flow& flow, std::size_t position, Millis own, std::size_t width, const ExpectedWaits& waits) {
  const FlowPhase& phase = flow.phases[position];
  const bool is_wait = phase.tests.empty();
  std::string what = is_wait ? "wait" : count_of(static_cast<std::int64_t>(phase.tests.size()), "test");
  if (is_wait && !waits.contains(flow.rule + "/" + phase.name)) what += " (a guess: none is recorded yet)";
  if (phase.limit > Millis{0}) what += fmt::format(", at most {}", human_duration(phase.limit));
  return fmt::format("{:>9}    {:<{}}  {}{}\n", seconds(own), phase.name, width, what, needs_of(flow, position));
}

}  // namespace

std::string flow_text(const domain::Plan& plan, const FlowTextOptions& options) {
  if (plan.flows.empty()) return "";
  const std::vector<Millis> times_of_tests = unit_times(plan.tests.size(), plan.units);
  const std::size_t shown = options.flows_max == 0 ? plan.flows.size() : std::min(options.flows_max, plan.flows.size());
  std::string text = count_of(static_cast<std::int64_t>(plan.flows.size()), "flow") + ", waits hold no worker\n";
  Millis longest{0};
  const Flow* longest_flow = nullptr;
  for (std::size_t f = 0; f < plan.flows.size(); ++f) {
    const Flow& flow = plan.flows[f];
    const FlowTimes times = expected_times(flow, times_of_tests, options.waits);
    if (!longest_flow || times.whole > longest) longest = times.whole, longest_flow = &flow;
    if (f >= shown) continue;
    text += fmt::format("{:>9}  {}{}\n", seconds(times.whole), flow.name,
                        flow.limit > Millis{0} ? fmt::format("  (limit {})", human_duration(flow.limit)) : "");
    std::size_t width = 0;
    for (const FlowPhase& phase : flow.phases) width = std::max(width, phase.name.size());
    for (std::size_t p = 0; p < flow.phases.size(); ++p) text += phase_line(flow, p, times.own[p], width, options.waits);
  }
  if (shown < plan.flows.size()) text += fmt::format("           and {} more\n", plan.flows.size() - shown);
  text += fmt::format("the longest flow takes {} with its waits: '{}'\n", seconds(longest), longest_flow->name);
  return text;
}

}  // namespace tamarack::plan
