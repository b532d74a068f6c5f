// A World with flows: each phase of tests is one unit, and the board is played by hand.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "run/flows.h"
#include "run/world.h"

namespace tamarack::run {

struct FlowWorldOptions {
  // Of each flow, phase by phase: "prepare:a,b" has the tests a and b, "backend" is a wait. Each needs the one before it, if `needs` says
  // nothing else.
  std::vector<std::vector<std::string>> flows;
  std::vector<std::string> others;  // tests of no flow, one unit each
  Options run = {};
  int workers = 1;
  Carried carried = {};
  void (*change)(domain::Plan& plan) = nullptr;
  std::string session = {};
};

inline domain::Plan flow_plan(const FlowWorldOptions& options) {
  domain::Plan plan;
  plan.workers = options.workers;
  const auto add_unit = [&](const std::string& titles) {
    domain::Unit unit{.index = domain::UnitIndex{plan.units.size()}, .title = fmt::format("unit-{}", plan.units.size())};
    for (const std::string& title : split(titles, ',')) {
      unit.tests.push_back(domain::TestIndex{plan.tests.size()});
      domain::TestCase test{.identity = {unit.title, {title}, ""}};
      test.id = domain::make_test_id(test.identity);
      plan.tests.push_back(test);
    }
    unit.estimate = Millis{1000};
    plan.units.push_back(unit);
    return unit.tests;
  };
  for (const auto& phases : options.flows) {
    domain::Flow flow{.name = fmt::format("flow-{}", plan.flows.size())};
    for (const std::string& text : phases) {
      domain::FlowPhase phase{.name = text.substr(0, text.find(':'))};
      if (!flow.phases.empty()) phase.needs = {static_cast<std::int32_t>(flow.phases.size()) - 1};
      if (text.find(':') == std::string::npos)
        phase.wish = "{}";
      else
        phase.tests = add_unit(text.substr(text.find(':') + 1));
      flow.phases.push_back(phase);
    }
    plan.flows.push_back(flow);
  }
  for (const std::string& title : options.others) add_unit(title);
  if (options.change != nullptr) options.change(plan);
  return plan;
}

class FlowWorld : public World {
 public:
  explicit FlowWorld(const FlowWorldOptions& options)
      : World(flow_plan(options), options.run, options.workers, options.carried, options.session) {}

  void capture(int w, const std::string& title, const std::vector<domain::Capture>& captures,
               domain::TestStatus status = domain::TestStatus::passed, const std::vector<domain::Annotation>& annotations = {}) {
    start(w, title);
    domain::TestReport report{.test = test(title), .status = status, .duration = Millis{200}};
    report.captures = captures;
    report.annotations = annotations;
    feed(TestEnded{worker(w), term_of(w), report});
  }
  void conclude(int phase, domain::WaitOutcome outcome, std::vector<domain::Capture> captures = {}, const std::string& message = {},
                int flow = 0) {
    feed(WaitConcluded{flow, phase, outcome, message, std::move(captures), "the last answer"});
  }

  template <class Wanted>
  std::vector<Wanted> orders() const {
    std::vector<Wanted> found;
    for (const Effect& effect : effects())
      if (const auto* one = std::get_if<Wanted>(&effect)) found.push_back(*one);
    return found;
  }
  template <class Wanted>
  std::vector<Wanted> facts() const {
    std::vector<Wanted> found;
    for (const Entry& entry : journal())
      if (const auto* one = std::get_if<Wanted>(&entry.record)) found.push_back(*one);
    return found;
  }
  const FlowState& flow(int number = 0) const { return run().flows.at(static_cast<std::size_t>(number)); }
  domain::PhaseOutcome phase(int number) const { return flow().phases.at(static_cast<std::size_t>(number)).outcome; }
};

// The flow of most stories, and its first phase.
inline const std::vector<std::string> three{"prepare:p", "backend", "validate:v"};

inline void prepare(FlowWorld& world, const std::vector<domain::Capture>& captures = {}) {
  world.capture(1, "p", captures);
  world.exit(1);
}

inline bool is_leased(const World& world, const std::string& title) {
  for (const auto& [term, lease] : world.run().leases)
    for (const schedule::Piece& piece : lease.pieces)
      if (std::find(piece.tests.begin(), piece.tests.end(), world.test(title)) != piece.tests.end()) return true;
  return false;
}

}  // namespace tamarack::run
