#include "cli/flow_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/flow_checks.h"
#include "config/flow_wish.h"
#include "config/read_config.h"
#include "io/files.h"
#include "wire/wait_wish.h"

namespace tamarack::cli {
namespace {

plan::FlowEach each_of(const std::string& word) {
  if (word == "spec") return plan::FlowEach::spec;
  return word == "all" ? plan::FlowEach::all : plan::FlowEach::describe;
}

std::int32_t position_of(const config::FlowRule& flow, const std::string& phase) {
  const auto found = std::find_if(flow.phases.begin(), flow.phases.end(), [&](const config::FlowPhase& one) { return one.name == phase; });
  return static_cast<std::int32_t>(found - flow.phases.begin());  // config knows that it is there
}

plan::FlowPhaseRule phase_rule_of(const config::FlowRule& flow, const config::FlowPhase& phase) {
  plan::FlowPhaseRule rule{
      .name = phase.name, .tag = phase.tag, .match = phase.match, .retries = phase.retries, .never_twice = phase.never_twice};
  for (const std::string& need : phase.needs) rule.needs.push_back(position_of(flow, need));
  for (const config::Capture& capture : phase.captures) rule.captures.push_back({capture.name, capture.type});
  if (!phase.is_wait()) return rule;
  rule.wish = config::wish_of(flow, phase);
  // The same that stands in the wish, for whoever shows a run and reads no wishes.
  rule.limit = phase.timeout.value_or(flow::WaitSpec{}.limit);
  return rule;
}

void check_wait(const config::Config& config, const config::FlowRule& flow, const config::FlowPhase& phase,
                std::vector<config::Problem>& problems) {
  const std::string wish = config::wish_of(flow, phase);
  const auto add = [&](const std::string& message, const std::string& hint) {
    problems.push_back({config.path, phase.line, phase.column, fmt::format("[[flow.phase]] '{}': {}", phase.name, message), hint});
  };
  const std::vector<std::string> wrong = wire::problems_of_wish(wish);
  for (const std::string& problem : wrong) add(problem, "");
  if (!wrong.empty()) return;
  for (const std::string& place : wire::places_of_wish(wish))
    for (const config::PlaceProblem& problem : config::check_place(config, flow, phase, place)) add("it " + problem.message, problem.hint);
}

// An address that begins with '/' is the application's, as {app_url} is.
bool is_of_the_app(const config::FlowProbe& probe) {
  return std::any_of(probe.texts.begin(), probe.texts.end(), [&](const auto& text) {
    const std::vector<std::string> places = config::places_in(text.second);
    return std::find(places.begin(), places.end(), "app_url") != places.end() ||
           (probe.kind == "http" && text.second.starts_with('/') && text.first != "body");
  });
}

// Of the worker that prepared it: its tests have captured no address of their own.
bool looks_at_the_app(const config::FlowRule& flow, const config::FlowPhase& phase) {
  const auto looks = [](const config::FlowCondition& one) { return is_of_the_app(one.source) || is_of_the_app(one.cancel); };
  if (std::none_of(phase.conditions.begin(), phase.conditions.end(), looks)) return false;
  const std::vector<config::KnownCapture> known = config::known_captures(flow, phase);
  return std::none_of(known.begin(), known.end(), [](const config::KnownCapture& one) { return one.capture->name == "app_url"; });
}

void check_wait_of_server(const config::Config& config, const config::FlowRule& flow, const config::FlowPhase& phase,
                          std::vector<config::Problem>& problems) {
  if (!looks_at_the_app(flow, phase)) return;
  problems.push_back({config.path, phase.line, phase.column,
                      fmt::format("[[flow.phase]] '{}' looks at the application of a worker, which a server cannot reach", phase.name),
                      "wait for the backend that does the work, or let the tests before it capture an address that the server reaches: "
                      "capture = { app_url = \"string\" }"});
}

bool needs_server(const config::FlowPhase& phase) {
  const auto is_of_server = [](const config::FlowCondition& one) { return !one.signal.empty() || !one.job.empty(); };
  if (phase.join == "any") return std::all_of(phase.conditions.begin(), phase.conditions.end(), is_of_server);
  return std::any_of(phase.conditions.begin(), phase.conditions.end(), is_of_server);
}

template <class Check>
Result<> check_each(const config::Config& config, Check check) {
  std::vector<config::Problem> problems;
  for (const config::FlowRule& flow : config.flows)
    for (const config::FlowPhase& phase : flow.phases)
      if (phase.is_wait()) check(config, flow, phase, problems);
  if (problems.empty()) return {};
  std::string text = config::describe(problems, io::absolute_path("."));
  while (text.ends_with('\n')) text.pop_back();
  return make_error(ErrorCode::invalid_config, text);
}

}  // namespace

std::vector<plan::FlowRule> flow_rules_of(const config::Config& config) {
  std::vector<plan::FlowRule> rules;
  for (const config::FlowRule& flow : config.flows) {
    plan::FlowRule rule{.name = flow.name,
                        .each = each_of(flow.each),
                        .limit = flow.limit.value_or(Millis{0}),
                        .drift_is_invalid = flow.on_drift == "invalid"};
    for (const config::FlowPhase& phase : flow.phases) rule.phases.push_back(phase_rule_of(flow, phase));
    rules.push_back(std::move(rule));
  }
  return rules;
}

Result<> check_waits(const config::Config& config) {
  return check_each(config, check_wait);
}

Result<> check_waits_of_server(const config::Config& config) {
  if (config.app.start.empty()) return {};
  return check_each(config, check_wait_of_server);
}

Result<> check_waits_without_server(const config::Config& config, const domain::Plan& plan) {
  const auto check = [&](const config::Config& of, const config::FlowRule& flow, const config::FlowPhase& phase, auto& problems) {
    const auto is_made_from = [&](const domain::Flow& made) { return made.rule == flow.name; };
    if (!needs_server(phase) || std::none_of(plan.flows.begin(), plan.flows.end(), is_made_from)) return;
    problems.push_back({of.path, phase.line, phase.column,
                        fmt::format("[[flow.phase]] '{}' waits for what only a server knows: its signals and its jobs", phase.name),
                        "run it with --server URL; tamarack serve starts one"});
  };
  return check_each(config, check);
}

std::vector<std::string> wait_warnings(const config::Config& config) {
  std::vector<std::string> warnings;
  if (config.app.start.empty() || config.app.reset.empty()) return warnings;
  const std::string file = config.path.substr(config.path.rfind('/') + 1);
  for (const config::FlowRule& flow : config.flows)
    for (const config::FlowPhase& phase : flow.phases)
      if (phase.is_wait() && looks_at_the_app(flow, phase))
        warnings.push_back(
            fmt::format("{}:{}: phase '{}' waits at the application of a worker, which app.reset clears between units: what "
                        "was begun there may be gone",
                        file, phase.line, phase.name));
  return warnings;
}

}  // namespace tamarack::cli
