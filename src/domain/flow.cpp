#include "domain/flow.h"

#include <fmt/format.h>

#include <set>

#include "domain/plan.h"

namespace tamarack::domain {
namespace {

constexpr std::size_t phases_max = 64;
constexpr Millis limit_max = std::chrono::days{3650};
constexpr std::int64_t retries_max = 1000;

class Check {
 public:
  explicit Check(const Plan& plan) : plan_(plan), phase_of_(plan.tests.size()) {}

  std::vector<std::string> problems() {
    std::set<std::string_view> names;
    for (std::size_t f = 0; f < plan_.flows.size(); ++f) {
      const Flow& flow = plan_.flows[f];
      const std::string at = fmt::format("/flows/{}", f);
      if (flow.name.empty() || !names.insert(flow.name).second) complain("{}/name: '{}' is empty or stands there twice", at, flow.name);
      check_limit(at, flow.limit);
      check_phases(flow, at);
    }
    for (std::size_t u = 0; u < plan_.units.size(); ++u) check_unit(plan_.units[u], u);
    for (const Capture& capture : plan_.given)
      if (!is_capture_name(capture.name)) complain("/given: '{}' is no name of a capture", capture.name);
    return std::move(problems_);
  }

 private:
  template <class... Values>
  void complain(fmt::format_string<Values...> text, Values&&... values) {
    problems_.push_back(fmt::format(text, std::forward<Values>(values)...));
  }

  void check_limit(const std::string& at, Millis limit) {
    if (limit.count() < 0 || limit > limit_max) complain("{}/limit: expected 0 to {} ms, got {}", at, limit_max.count(), limit.count());
  }

  void check_phases(const Flow& flow, const std::string& at) {
    if (flow.phases.empty() || flow.phases.size() > phases_max)
      complain("{}/phases: expected 1 to {}, got {}", at, phases_max, flow.phases.size());
    std::set<std::string_view> names;
    bool has_tests = false;
    for (std::size_t p = 0; p < flow.phases.size(); ++p) {
      const FlowPhase& phase = flow.phases[p];
      const std::string here = fmt::format("{}/phases/{}", at, p);
      if (phase.name.empty() || !names.insert(phase.name).second)
        complain("{}/name: '{}' is empty or stands there twice in the flow", here, phase.name);
      has_tests = has_tests || !phase.tests.empty();
      check_phase(phase, here, static_cast<std::int32_t>(flow.phases.size()), static_cast<std::int32_t>(p));
    }
    if (!flow.phases.empty() && !has_tests) complain("{}/phases: none has tests", at);
  }

  void check_phase(const FlowPhase& phase, const std::string& at, std::int32_t phases, std::int32_t self) {
    ++phases_seen_;
    if (phase.tests.empty() == phase.wish.empty()) complain("{}: expected tests or a wish, and not both", at);
    check_limit(at, phase.limit);
    if (phase.retries < -1 || phase.retries > retries_max)
      complain("{}/retries: expected -1 to {}, got {}", at, retries_max, phase.retries);
    for (const std::int32_t need : phase.needs)
      if (need < 0 || need >= phases || need == self) complain("{}/needs: {} is no other phase of the flow", at, need);
    for (const TestIndex test : phase.tests) {
      if (test.value >= plan_.tests.size() || phase_of_[test.value] != 0)
        complain("{}/tests: {} is no test of the plan, or is in a phase already", at, test.value);
      else
        phase_of_[test.value] = phases_seen_;
    }
    if (phase.tests.empty() && !phase.captures.empty()) complain("{}/captures: a wait says in its wish what it captures", at);
    for (const CaptureWish& wish : phase.captures) {
      if (!is_capture_name(wish.name)) complain("{}/captures: '{}' is no name of a capture", at, wish.name);
      if (!is_capture_type(wish.type)) complain("{}/captures: '{}' is no type", at, wish.type);
    }
  }

  void check_unit(const Unit& unit, std::size_t place) {
    const auto phase_of = [&](TestIndex test) { return test.value < phase_of_.size() ? phase_of_[test.value] : 0; };
    for (const TestIndex test : unit.tests)
      if (phase_of(test) != phase_of(unit.tests.front())) return complain("/units/{}/tests: they are of several phases", place);
  }

  const Plan& plan_;
  std::vector<std::size_t> phase_of_;  // by test: which of all phases, from 1; 0: none
  std::size_t phases_seen_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> problems_of_flows(const Plan& plan) {
  if (plan.flows.empty() && plan.given.empty()) return {};
  return Check(plan).problems();
}

}  // namespace tamarack::domain
