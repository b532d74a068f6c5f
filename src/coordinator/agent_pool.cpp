#include "coordinator/agent_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "coordinator/sessions.h"
#include "domain/access.h"

namespace tamarack::coordinator {
namespace {

bool reaches(const std::string& reach, const std::string& project) {
  return reach == domain::all_projects || reach == project;
}

bool has_labels(const std::map<std::string, std::string>& has, const std::map<std::string, std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto found = has.find(label.first);
    return found != has.end() && found->second == label.second;
  });
}

}  // namespace

Result<> AgentPool::polled(const wire::AgentPoll& poll, const std::string& reach, Instant now) {
  if (poll.agent.empty() || poll.session.empty()) return make_error(ErrorCode::invalid_argument, "/agent and /session: expected a name");
  if (poll.workers < 1 || poll.workers > workers_per_agent_max)
    return make_error(ErrorCode::invalid_argument, fmt::format("/workers: expected 1 to {}, got {}", workers_per_agent_max, poll.workers));
  if (superseded_.contains(poll.session))
    return make_error(
        ErrorCode::conflict,
        fmt::format("another process is agent '{}' now, on machine '{}'", poll.agent.value, agents_.at(poll.agent).row.said.machine),
        "give each agent a name of its own with --name");
  if (!agents_.contains(poll.agent) && agents_.size() >= agents_max) {
    std::erase_if(agents_, [&](const auto& one) { return now - one.second.row.seen > away_after; });
    if (agents_.size() >= agents_max) return make_error(ErrorCode::limit_exceeded, fmt::format("there are {} agents already", agents_max));
  }
  Agent& agent = agents_[poll.agent];
  AgentRow& row = agent.row;
  if (row.said.session != poll.session) {
    if (superseded_.size() >= agents_max) superseded_.clear();
    if (!row.said.session.empty()) superseded_.insert(row.said.session);
    agent.left.clear();
    row.run = {};
    row.draining = false;
  }
  // It had taken the run and comes back without: whatever kept it from working would do so again.
  if (poll.run.empty() && row.said.session == poll.session && runs_.contains(row.said.run)) agent.left.insert(row.said.run);
  if (runs_.contains(poll.gave_up)) agent.left.insert(poll.gave_up);
  row.said = poll;
  row.reach = reach;
  row.seen = now;
  row.run = poll.run;
  agent.waiting = true;
  return {};
}

void AgentPool::stopped_waiting(const domain::AgentId& agent) {
  if (const auto found = agents_.find(agent); found != agents_.end()) found->second.waiting = false;
}

void AgentPool::left(const domain::AgentId& agent, const std::string& session) {
  const auto found = agents_.find(agent);
  if (found != agents_.end() && found->second.row.said.session == session) agents_.erase(found);
}

void AgentPool::hung_up(const domain::AgentId& agent, Instant now) {
  const auto found = agents_.find(agent);
  if (found == agents_.end()) return;
  found->second.waiting = false;
  found->second.row.seen = std::min(found->second.row.seen, now - away_after + away_after_hanging_up);
}

void AgentPool::run_ended(const domain::RunId& run) {
  runs_.erase(run);
  for (auto& [id, agent] : agents_) agent.left.erase(run);
}

bool AgentPool::drain(const domain::AgentId& agent, bool draining) {
  const auto found = agents_.find(agent);
  if (found == agents_.end()) return false;
  found->second.row.draining = draining;
  return true;
}

std::int64_t AgentPool::workers_on(const domain::RunId& run, Instant now, std::int64_t& agents) const {
  std::int64_t workers = 0;
  agents = 0;
  for (const auto& [id, agent] : agents_) {
    if (agent.row.run != run || now - agent.row.seen > away_after) continue;
    workers += agent.row.said.workers;
    ++agents;
  }
  return workers;
}

std::int64_t AgentPool::agents_on(const domain::RunId& run, Instant now) const {
  std::int64_t agents = 0;
  (void)workers_on(run, now, agents);
  return agents;
}

const RunWish* AgentPool::choose(const Agent& agent, Instant now) const {
  const RunWish* best = nullptr;
  std::tuple<std::int64_t, Instant> best_rank;
  for (const auto& [id, wish] : runs_) {
    if (agent.left.contains(id) || !reaches(agent.row.reach, wish.project) || !has_labels(agent.row.said.labels, wish.labels)) continue;
    std::int64_t agents = 0;
    const std::int64_t workers = workers_on(id, now, agents);
    if (wish.workers_max > 0 && workers >= wish.workers_max) continue;
    const std::tuple rank{agents, wish.asked};
    if (best != nullptr && rank >= best_rank) continue;
    best = &wish;
    best_rank = rank;
  }
  return best;
}

std::vector<AgentPool::Assignment> AgentPool::assign(Instant now) {
  std::vector<Assignment> assignments;
  for (auto& [id, agent] : agents_) {
    if (!agent.waiting) continue;
    if (agent.row.draining) {
      // One that works is told once its run is over.
      if (!agent.row.run.empty()) continue;
      assignments.push_back({id, {.run = {}, .drain = true}});
    } else if (agent.row.run.empty()) {
      const RunWish* wish = choose(agent, now);
      if (wish == nullptr) continue;
      agent.row.run = wish->run;
      assignments.push_back({id, {.run = wish->run, .drain = false}});
    } else {
      continue;
    }
    agent.waiting = false;
  }
  return assignments;
}

std::vector<AgentRow> AgentPool::rows(Instant now) const {
  std::vector<AgentRow> rows;
  for (const auto& [id, agent] : agents_) {
    if (now - agent.row.seen > forgotten_after) continue;
    rows.push_back(agent.row);
    rows.back().away = now - agent.row.seen > away_after;
  }
  return rows;
}

const AgentRow* AgentPool::find(const domain::AgentId& agent) const {
  const auto found = agents_.find(agent);
  return found == agents_.end() ? nullptr : &found->second.row;
}

}  // namespace tamarack::coordinator
