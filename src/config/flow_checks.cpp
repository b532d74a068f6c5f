#include "config/flow_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/text.h"

namespace tamarack::config {
namespace {

constexpr std::string_view app_url = "app_url";  // agent/flow_marks.h

const FlowPhase* find_phase(const FlowRule& flow, std::string_view name) {
  const auto found = std::find_if(flow.phases.begin(), flow.phases.end(), [&](const FlowPhase& phase) { return phase.name == name; });
  return found == flow.phases.end() ? nullptr : &*found;
}

// Phases that must have ended before this one begins, in any order; a circle of needs ends where it began.
std::vector<const FlowPhase*> phases_before(const FlowRule& flow, const FlowPhase& phase) {
  std::vector<const FlowPhase*> before;
  std::vector<const FlowPhase*> open{&phase};
  while (!open.empty()) {
    const FlowPhase* one = open.back();
    open.pop_back();
    for (const std::string& name : one->needs) {
      const FlowPhase* needed = find_phase(flow, name);
      if (!needed || std::find(before.begin(), before.end(), needed) != before.end()) continue;
      before.push_back(needed);
      open.push_back(needed);
    }
  }
  return before;
}

void add_captures_of(const FlowPhase& phase, std::vector<KnownCapture>& known) {
  for (const Capture& capture : phase.captures) known.push_back({&capture, &phase});
  for (const FlowCondition& condition : phase.conditions)
    for (const Capture& capture : condition.captures) known.push_back({&capture, &phase});
}

// Values of these types are no part of an address or a key.
bool can_fill(const Capture& capture) {
  return capture.type == "any" || capture.type == "string" || capture.type == "number" || capture.type == "integer";
}

class Checker {
 public:
  Checker(const Config& config, const Positions& positions) : config_(config), positions_(positions) {}

  std::vector<TextProblem> run() && {
    std::set<std::string> names;
    for (std::size_t f = 0; f < config_.flows.size(); ++f) {
      const FlowRule& flow = config_.flows[f];
      path_ = fmt::format("flow[{}]", f);
      if (!flow.name.empty() && !names.insert(flow.name).second)
        problem(path_ + ".name", fmt::format("'name' in [[flow]] must differ from the others, got '{}' twice", flow.name));
      check_flow(flow);
    }
    return std::move(problems_);
  }

 private:
  bool has(const std::string& key) const { return positions_.contains(key); }

  void problem(std::string key, std::string message, std::string hint = {}) {
    while (!has(key) && key.find('.') != std::string::npos) key.resize(key.rfind('.'));
    const auto found = positions_.find(key);
    problems_.push_back({found == positions_.end() ? Position{} : found->second, std::move(message), std::move(hint)});
  }

  void check_flow(const FlowRule& flow) {
    const std::string flow_path = path_;
    std::set<std::string> names;
    bool has_tests = false;
    for (std::size_t p = 0; p < flow.phases.size(); ++p) {
      const FlowPhase& phase = flow.phases[p];
      path_ = fmt::format("{}.phase[{}]", flow_path, p);
      if (!phase.name.empty() && !names.insert(phase.name).second)
        problem(path_ + ".name",
                fmt::format("'name' in [[flow.phase]] must differ from the others of its flow, got '{}' twice", phase.name));
      has_tests = has_tests || has(path_ + ".tag") || has(path_ + ".match");
      check_kind(phase);
      check_needs(flow, phase);
      check_places(flow, phase);
    }
    if (!has_tests)
      problem(flow_path, fmt::format("[[flow]] '{}' needs at least one [[flow.phase]] of tests ('tag' or 'match')", flow.name),
              "a wait alone can be had with: tamarack wait");
    if (names.size() == flow.phases.size()) check_circle(flow, flow_path);
  }

  // A key of the other kind of phase would be ignored silently.
  void check_kind(const FlowPhase& phase) {
    const bool is_wait = has(path_ + ".wait") || has(path_ + ".conditions");
    if (has(path_ + ".conditions") && phase.conditions.empty())
      problem(path_ + ".conditions", "'conditions' in [[flow.phase]] must have at least one entry");
    if (is_wait)
      for (const char* key : {"capture", "retries", "never_twice"})
        if (has(path_ + "." + key))
          problem(path_ + "." + key, fmt::format("'{}' in [[flow.phase]] is for phases of tests, '{}' is a wait", key, phase.name),
                  key == std::string_view("capture")
                      ? "what a wait captures stands in its condition: wait = { …, capture = { NAME = \"$.path\" } }"
                      : "remove the line");
    if (!is_wait && has(path_ + ".pace"))
      problem(path_ + ".pace", fmt::format("'pace' in [[flow.phase]] is for waits, '{}' is a phase of tests", phase.name), "remove it");
    if (!is_wait && has(path_ + ".timeout"))
      problem(path_ + ".timeout", fmt::format("'timeout' in [[flow.phase]] is for waits, '{}' is a phase of tests", phase.name),
              "the framework has a time limit for each of its tests");
    if (!has(path_ + ".conditions") && has(path_ + ".join"))
      problem(path_ + ".join", fmt::format("'join' in [[flow.phase]] is for several 'conditions', '{}' has none", phase.name),
              "remove the line");
    if (phase.pace_min && phase.pace_max && *phase.pace_min > *phase.pace_max)
      problem(path_ + ".pace.min", "'min' in [flow.phase.pace] must not be longer than 'max'");
  }

  void check_needs(const FlowRule& flow, const FlowPhase& phase) {
    if (!has(path_ + ".needs")) return;
    for (const std::string& name : phase.needs) {
      if (name == phase.name)
        problem(path_ + ".needs", fmt::format("'needs' in [[flow.phase]] '{}' names the phase itself", phase.name));
      else if (!find_phase(flow, name))
        unknown_phase(flow, phase, name);
    }
  }

  void unknown_phase(const FlowRule& flow, const FlowPhase& phase, const std::string& name) {
    std::vector<std::string> names;
    for (const FlowPhase& other : flow.phases)
      if (&other != &phase) names.push_back(other.name);
    const auto meant = closest(name, names);
    problem(path_ + ".needs", fmt::format("'needs' in [[flow.phase]] '{}' names '{}', which is no phase of its flow", phase.name, name),
            meant ? fmt::format("did you mean \"{}\"?", *meant) : fmt::format("its phases are: {}", join(names, ", ")));
  }

  void check_circle(const FlowRule& flow, const std::string& flow_path) {
    for (std::size_t p = 0; p < flow.phases.size(); ++p) {
      const FlowPhase& phase = flow.phases[p];
      const auto before = phases_before(flow, phase);
      const bool names_itself = std::find(phase.needs.begin(), phase.needs.end(), phase.name) != phase.needs.end();
      if (names_itself || std::find(before.begin(), before.end(), &phase) == before.end()) continue;
      std::vector<std::string> members;  // of the circle: all that stand before it and after it
      for (const FlowPhase* one : before) {
        const auto further = phases_before(flow, *one);
        if (std::find(further.begin(), further.end(), &phase) != further.end()) members.push_back("'" + one->name + "'");
      }
      std::sort(members.begin(), members.end());
      return problem(fmt::format("{}.phase[{}].needs", flow_path, p),
                     fmt::format("the phases {} of [[flow]] '{}' need each other, so none could begin", join(members, ", "), flow.name),
                     "take one of them out of 'needs'");
    }
  }

  void check_text(const FlowRule& flow, const FlowPhase& phase, const std::string& key, const std::string& text) {
    for (const std::string& place : places_in(text))
      for (PlaceProblem& found : check_place(config_, flow, phase, place))
        problem(key, fmt::format("'{}' in [[flow.phase]] '{}' {}", key.substr(path_.size() + 1), phase.name, found.message),
                std::move(found.hint));
  }

  // In bodies, queries, patterns and commands braces mean other things as well: who reads the wish as a whole looks at those.
  void check_probe(const FlowRule& flow, const FlowPhase& phase, const std::string& path, const FlowProbe& probe) {
    for (const auto& [key, text] : probe.texts)
      if (key != "body" && key != "query" && key != "pattern" && key != "run")
        check_text(flow, phase, fmt::format("{}.{}", path, key), text);
  }

  void check_places(const FlowRule& flow, const FlowPhase& phase) {
    for (std::size_t c = 0; c < phase.conditions.size(); ++c) {
      const FlowCondition& condition = phase.conditions[c];
      const std::string path = has(path_ + ".wait") ? path_ + ".wait" : fmt::format("{}.conditions[{}]", path_, c);
      check_text(flow, phase, path + ".job", condition.job);
      check_text(flow, phase, path + ".signal", condition.signal);
      check_probe(flow, phase, path + "." + condition.source.kind, condition.source);
      if (!condition.cancel.kind.empty()) check_probe(flow, phase, path + ".cancel", condition.cancel);
    }
  }

  const Config& config_;
  const Positions& positions_;
  std::string path_;  // of the flow or the phase that is looked at
  std::vector<TextProblem> problems_;
};

}  // namespace

void complete_flows(Config& config, const Positions& positions) {
  for (std::size_t f = 0; f < config.flows.size(); ++f) {
    std::vector<FlowPhase>& phases = config.flows[f].phases;
    for (std::size_t p = 0; p < phases.size(); ++p) {
      const std::string path = fmt::format("flow[{}].phase[{}]", f, p);
      if (p > 0 && !positions.contains(path + ".needs") && !phases[p - 1].name.empty()) phases[p].needs = {phases[p - 1].name};
      for (const char* key : {"", ".wait", ".conditions"})
        if (const auto found = positions.find(path + key); found != positions.end()) {
          phases[p].line = found->second.line;
          phases[p].column = found->second.column;
        }
    }
  }
}

std::vector<TextProblem> check_flows(const Config& config, const Positions& positions) {
  return Checker(config, positions).run();
}

std::vector<KnownCapture> known_captures(const FlowRule& flow, const FlowPhase& phase) {
  std::vector<KnownCapture> known;
  for (const FlowPhase* before : phases_before(flow, phase))
    if (before != &phase) add_captures_of(*before, known);
  return known;
}

std::vector<PlaceProblem> check_place(const Config& config, const FlowRule& flow, const FlowPhase& phase, const std::string& place) {
  const std::vector<KnownCapture> known = known_captures(flow, phase);
  const auto found = std::find_if(known.begin(), known.end(), [&](const KnownCapture& one) { return one.capture->name == place; });
  if (found != known.end()) {
    if (can_fill(*found->capture)) return {};
    return {{fmt::format("has the place '{{{}}}', which phase '{}' captures as {}", place, found->from->name, found->capture->type),
             "only strings and numbers can stand in a text"}};
  }
  if (place == app_url && !config.app.start.empty()) {
    const auto before = phases_before(flow, phase);
    if (std::any_of(before.begin(), before.end(), [](const FlowPhase* one) { return !one->is_wait(); })) return {};
  }
  std::vector<std::string> names;
  for (const KnownCapture& one : known) names.push_back(one.capture->name);
  std::string hint = names.empty() ? "no phase before it captures anything; add to that one: capture = { " + place + " = \"string\" }"
                                   : "captured are: " + join(names, ", ");
  if (const auto meant = closest(place, names)) hint = fmt::format("did you mean '{{{}}}'?", *meant);
  for (const FlowPhase& other : flow.phases) {
    std::vector<KnownCapture> own;
    add_captures_of(other, own);
    if (std::any_of(own.begin(), own.end(), [&](const KnownCapture& one) { return one.capture->name == place; }))
      hint = &other == &phase
                 ? "it captures that itself, which is too late"
                 : fmt::format("phase '{}' captures it, but '{}' does not need that phase: add it to 'needs'", other.name, phase.name);
  }
  return {{fmt::format("has the place '{{{}}}', which no earlier phase captures", place), std::move(hint)}};
}

std::vector<std::string> places_in(std::string_view text) {
  std::vector<std::string> places;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if ((c == '{' || c == '}') && at + 1 < text.size() && text[at + 1] == c) {
      ++at;
      continue;
    }
    if (c != '{') continue;
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) break;
    const std::string name(text.substr(at + 1, end - at - 1));
    if (!is_plain_name(name)) continue;
    if (std::find(places.begin(), places.end(), name) == places.end()) places.push_back(name);
    at = end;
  }
  return places;
}

}  // namespace tamarack::config
