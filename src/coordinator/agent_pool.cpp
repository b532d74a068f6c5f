#include "coordinator/agent_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"
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
  if (!is_plain_name(poll.agent.value) || poll.session.empty() || poll.session.size() > session_bytes_max)
    return make_error(ErrorCode::invalid_argument, "/agent and /session: expected plain names of at most 100 letters");
  if (poll.workers < 1 || poll.workers > workers_per_agent_max)
    return make_error(ErrorCode::invalid_argument, fmt::format("/workers: expected 1 to {}, got {}", workers_per_agent_max, poll.workers));
  const std::string hint = "give each agent a name of its own with --name";
  const auto present = agents_.find(poll.agent);
  if (superseded_.contains({poll.agent, poll.session}))
    return make_error(ErrorCode::conflict,
                      fmt::format("another process is agent '{}' now{}", poll.agent.value,
                                  present == agents_.end() ? "" : fmt::format(", on machine '{}'", present->second.row.said.machine)),
                      hint);
  // Whoever has another token is not the same agent started again.
  if (present != agents_.end() && present->second.row.reach != reach && now - present->second.row.seen <= away_after)
    return make_error(ErrorCode::conflict, fmt::format("the name '{}' is taken", poll.agent.value), hint);
  if (!agents_.contains(poll.agent) && agents_.size() >= agents_max) {
    std::erase_if(agents_, [&](const auto& one) { return now - one.second.row.seen > away_after; });
    if (agents_.size() >= agents_max) return make_error(ErrorCode::limit_exceeded, fmt::format("there are {} agents already", agents_max));
  }
  Agent& agent = agents_[poll.agent];
  AgentRow& row = agent.row;
  if (row.said.session != poll.session) {
    if (superseded_.size() >= agents_max) superseded_.clear();
    if (!row.said.session.empty()) superseded_.insert({poll.agent, row.said.session});
    agent.left.clear();
    row.run = {};
    row.draining = row.leaving = false;
  }
  // It had taken the run and comes back without: whatever kept it from working would do so again. Unless the run had sent it home.
  const bool was_sent_home = poll.sent_home == row.said.run;
  if (poll.run.empty() && !was_sent_home && row.said.session == poll.session && runs_.contains(row.said.run))
    agent.left.insert(row.said.run);
  if (runs_.contains(poll.gave_up)) agent.left.insert(poll.gave_up);
  row.said = poll;
  row.reach = reach;
  row.seen = now;
  const auto named = runs_.find(poll.run);
  if (named == runs_.end() || !reaches(reach, named->second.project)) row.said.run = {};
  row.run = row.said.run;
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

bool AgentPool::drain(const domain::AgentId& agent, const wire::DrainWish& wish) {
  const auto found = agents_.find(agent);
  if (found == agents_.end()) return false;
  found->second.row.draining = wish.drain;
  found->second.row.leaving = wish.drain && wish.leave;
  return true;
}

AgentPool::Crews AgentPool::crews(Instant now) const {
  Crews crews;
  for (const auto& [id, agent] : agents_) {
    if (agent.row.run.empty() || now - agent.row.seen > away_after) continue;
    Crew& crew = crews[agent.row.run];
    ++crew.agents;
    crew.workers += agent.row.said.workers;
  }
  return crews;
}

std::int64_t AgentPool::agents_on(const domain::RunId& run, Instant now) const {
  const Crews all = crews(now);
  const auto found = all.find(run);
  return found == all.end() ? 0 : found->second.agents;
}

bool AgentPool::is_on(const domain::AgentId& agent, const std::string& session, const domain::RunId& run) const {
  const auto found = agents_.find(agent);
  return found != agents_.end() && found->second.row.said.session == session && found->second.row.run == run && !run.empty();
}

std::string AgentPool::project_of(const domain::RunId& run) const {
  const auto found = runs_.find(run);
  return found == runs_.end() ? std::string{} : found->second.project;
}

bool AgentPool::suits(const Agent& agent, const RunWish& wish) {
  return !agent.left.contains(wish.run) && reaches(agent.row.reach, wish.project) && has_labels(agent.row.said.labels, wish.labels);
}

const RunWish* AgentPool::choose(const Agent& agent, const Crews& crews, Wanted wanted) const {
  const RunWish* best = nullptr;
  std::tuple<std::int64_t, Instant> best_rank;
  for (const auto& [id, wish] : runs_) {
    if (wish.parked_since || (wanted == Wanted::now && !wish.hands_out) || !suits(agent, wish)) continue;
    const auto found = crews.find(id);
    const Crew crew = found == crews.end() ? Crew{} : found->second;
    if (wish.workers_max > 0 && crew.workers >= wish.workers_max) continue;
    const std::tuple rank{crew.agents, wish.asked};
    if (best != nullptr && rank >= best_rank) continue;
    best = &wish;
    best_rank = rank;
  }
  return best;
}

std::vector<AgentPool::Assignment> AgentPool::assign(Instant now) {
  std::vector<Assignment> assignments;
  Crews crews = this->crews(now);
  for (auto& [id, agent] : agents_) {
    if (!agent.waiting) continue;
    if (agent.row.draining) {
      // One that works is told once its run is over. One that may be asked for again just goes on asking.
      if (!agent.row.run.empty() || !agent.row.leaving) continue;
      assignments.push_back({id, {.run = {}, .drain = true}});
    } else if (agent.row.run.empty()) {
      const RunWish* wish = choose(agent, crews, Wanted::some_time);
      if (wish == nullptr) continue;
      agent.row.run = wish->run;
      ++crews[wish->run].agents;
      crews[wish->run].workers += agent.row.said.workers;
      assignments.push_back({id, {.run = wish->run, .drain = false}});
    } else {
      continue;
    }
    agent.waiting = false;
  }
  return assignments;
}

std::vector<AgentPool::Release> AgentPool::releases(Instant now) const {
  std::vector<Release> releases;
  Crews crews = this->crews(now);
  for (const auto& [id, agent] : agents_) {
    const auto run = runs_.find(agent.row.run);
    if (run == runs_.end() || !run->second.parked_since || now - agent.row.seen > away_after) continue;
    const Millis parked = now - *run->second.parked_since;
    if (parked < parked_min_) continue;
    const std::int64_t idle_max_ms = agent.row.said.idle_max_ms;
    const bool has_idled = idle_max_ms >= 0 && parked.count() >= idle_max_ms;
    const bool wants_to_leave = agent.row.draining || (has_idled && stays_somebody(run->second, id, releases, now));
    const RunWish* other = agent.row.draining ? nullptr : choose(agent, crews, Wanted::now);
    if (other == nullptr && !wants_to_leave) continue;
    if (other != nullptr) {
      ++crews[other->run].agents;
      crews[other->run].workers += agent.row.said.workers;
    }
    releases.push_back({id, run->first});
  }
  return releases;
}

// Besides this one, and those that are let go at this moment.
bool AgentPool::stays_somebody(const RunWish& wish, const domain::AgentId& but, const std::vector<Release>& leaving, Instant now) const {
  return std::any_of(agents_.begin(), agents_.end(), [&](const auto& one) {
    const auto& [id, agent] = one;
    const bool leaves = id == but || agent.row.draining || now - agent.row.seen > away_after ||
                        std::any_of(leaving.begin(), leaving.end(), [&](const Release& release) { return release.agent == id; });
    return !leaves && suits(agent, wish);
  });
}

bool AgentPool::is_a_run_parked() const {
  return std::any_of(runs_.begin(), runs_.end(), [](const auto& one) { return one.second.parked_since.has_value(); });
}

bool AgentPool::are_agents_elsewhere(const domain::RunId& run, Instant now) const {
  const auto wish = runs_.find(run);
  if (wish == runs_.end()) return false;
  return std::any_of(agents_.begin(), agents_.end(), [&](const auto& one) {
    const AgentRow& row = one.second.row;
    const bool works_elsewhere = !row.run.empty() && row.run != run && runs_.contains(row.run);
    return works_elsewhere && !row.draining && now - row.seen <= away_after && suits(one.second, wish->second);
  });
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
