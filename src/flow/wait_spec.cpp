#include "flow/wait_spec.h"

#include <fmt/format.h>

#include "base/text.h"
#include "flow/placeholder.h"

namespace tamarack::flow {
namespace {

constexpr std::int32_t hold_times_max = 1'000;

void check_outside(std::vector<std::string>& problems, const std::string& in, const Condition& condition) {
  if (condition.request.empty()) problems.push_back(in + "there is nothing to ask");
  if (condition.host.empty()) problems.push_back(in + "whose budget it is is not said");
  if (const std::string value = forgotten_value(condition.target); !value.empty())
    problems.push_back(fmt::format("{}the address '{}' contains '{}': a captured field was not set", in, condition.target, value));
}

void check(std::vector<std::string>& problems, const Condition& condition) {
  const std::string in = condition.name.empty() ? std::string{} : fmt::format("condition '{}': ", condition.name);
  if (trim(condition.target).empty()) problems.push_back(in + "its target is empty");
  if (condition.source == SourceKind::outside) check_outside(problems, in, condition);
  if (condition.source == SourceKind::job && !forgotten_value(condition.target).empty())
    problems.push_back(fmt::format("{}the job id is '{}': a captured field was not set", in, condition.target));
  if (condition.hold_times < 1 || condition.hold_times > hold_times_max)
    problems.push_back(fmt::format("{}hold_times must be 1 to {}, got {}", in, hold_times_max, condition.hold_times));
  if (condition.hold_times > 1 && condition.source != SourceKind::outside)
    problems.push_back(in + "only what is probed can hold several times");
  for (const std::string& problem : problems_of(condition.rules)) problems.push_back(in + problem);
}

}  // namespace

std::string_view to_string(SourceKind kind) {
  switch (kind) {
    case SourceKind::job:
      return "job";
    case SourceKind::signal:
      return "signal";
    case SourceKind::outside:
      return "outside";
  }
  return "outside";
}

std::string_view to_string(Join join) {
  return join == Join::all ? "all" : "any";
}

std::vector<std::string> problems_of(const WaitSpec& spec) {
  std::vector<std::string> problems = spec.problems;
  if (spec.conditions.empty() && problems.empty()) problems.emplace_back("it waits for nothing");
  if (spec.conditions.size() > conditions_max)
    problems.push_back(fmt::format("at most {} conditions, got {}", conditions_max, spec.conditions.size()));
  if (spec.limit.count() <= 0 || spec.limit > wait_limit_max)
    problems.push_back(fmt::format("the time limit must be more than 0 and at most 30 days, got {}", human_duration(spec.limit)));
  if (spec.pace.min.count() <= 0 || spec.pace.max < spec.pace.min || spec.pace.net < spec.pace.min)
    problems.emplace_back("the pace must have 0 < min <= max and min <= net");
  if (!spec.pace.past.empty() && spec.pace.past.size() != 3) problems.emplace_back("past durations are three quantiles or none");
  for (const Condition& condition : spec.conditions) check(problems, condition);
  return problems;
}

}  // namespace tamarack::flow
