// What an agent says that cannot be true. An agent that was silent for a while reports honestly under leases that were taken from it, and a
// framework runs tests that its lease does not hold: neither is refused, neither counts. Nor is a result under a lease of which the worker
// had said that it was over: around a restart of the server an honest agent says some of it twice.
#include <algorithm>

#include "base/text.h"
#include "run/stepper.h"

namespace tamarack::run {

using domain::AgentId;
using domain::Term;
using domain::TestIndex;
using domain::WorkerId;

namespace {

// In the journal; a flood of them fills nothing.
constexpr std::int64_t refused_of_agent_max = 10;
constexpr std::size_t refused_of_run_max = 100;
constexpr std::size_t lines_max = 10;

AgentId agent_of(const WorkerId& worker) {
  return AgentId{worker.value.substr(0, worker.value.rfind('/'))};
}

}  // namespace

bool Stepper::refuses_test(const WorkerId& worker, TestIndex test) {
  if (test.value < run_.tests.size()) return false;
  refuse(worker, "unknown_test", fmt::format("speaks of test {}, the plan has {}", test.value, run_.tests.size()));
  return true;
}

// Leases are given to workers, but one that is told to stop what it never heard of says so for its neighbour on the same agent.
bool Stepper::refuses_holder(const WorkerId& worker, Term term) {
  if (term.value == 0 || term.value > run_.holders.size()) {
    refuse(worker, "unknown_lease", fmt::format("speaks of lease {}, which nobody was given", term.value));
    return true;
  }
  const WorkerId& holder = run_.joined.at(run_.holders[term.value - 1].worker);
  if (holder == worker || agent_of(holder) == agent_of(worker)) return false;
  refuse(worker, "foreign_lease", fmt::format("speaks of lease {}, which is worker {}'s", term.value, holder.value));
  return true;
}

bool Stepper::refuses_result(const WorkerId& worker, Term term, TestIndex test) {
  if (refuses_test(worker, test) || refuses_holder(worker, term)) return true;
  if (const WorkerId& whose = run_.joined.at(run_.holders[term.value - 1].worker); whose != worker) {
    refuse(worker, "foreign_lease", fmt::format("reports a result under lease {}, which is worker {}'s", term.value, whose.value));
    return true;
  }
  return false;
}

// They settle when they settle: also after the end of their lease.
bool Stepper::refuses_artifact(const WorkerId& worker, Term term, TestIndex test) {
  return refuses_test(worker, test) || refuses_holder(worker, term);
}

bool Stepper::refuses_end(const WorkerId& worker, Term term) {
  return refuses_holder(worker, term);
}

void Stepper::operator()(const AgentLied& event) {
  refuse(event.agent, event.name, event.message);
}

void Stepper::refuse(const WorkerId& worker, std::string name, std::string message) {
  refuse(agent_of(worker), std::move(name), std::move(message));
}

void Stepper::refuse(const AgentId& agent, std::string name, std::string message) {
  const auto before =
      std::count_if(run_.refused.begin(), run_.refused.end(), [&](const MessageRefused& other) { return other.agent == agent; });
  const bool has_room = before < refused_of_agent_max && run_.refused.size() < refused_of_run_max;
  if (has_room && !agent.empty() && run_.is_planned()) record(MessageRefused{agent, std::move(name), std::move(message)});
  effects_.push_back(RefuseMessage{agent, !has_room || before + 1 == refused_of_agent_max});
}

std::vector<std::string> refused_lines(const Run& run) {
  std::vector<std::string> lines;
  const std::size_t shown = run.refused.size() > lines_max ? lines_max - 1 : run.refused.size();
  for (std::size_t i = 0; i < shown; ++i) lines.push_back(fmt::format("agent '{}' {}", run.refused[i].agent.value, run.refused[i].message));
  if (shown < run.refused.size()) lines.push_back(fmt::format("and {} more", run.refused.size() - shown));
  return lines;
}

}  // namespace tamarack::run
