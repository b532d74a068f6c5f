#include "coordinator/agent_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "coordinator/answers.h"
#include "report/json_writer.h"

namespace tamarack::coordinator {
namespace {

constexpr std::int64_t wait_max_s = 30;
constexpr Millis parked_look{1'000};

std::string_view state_of(const AgentRow& row) {
  if (row.away) return "away";
  return row.run.empty() ? "idle" : "working";
}

void write(report::JsonWriter& out, const AgentRow& row, Instant now, bool shows_run) {
  out.begin_object();
  out.field("agent", row.said.agent.value);
  out.field("machine", row.said.machine);
  out.field("platform", row.said.platform);
  out.field("tamarack", row.said.tamarack);
  out.field("workers", row.said.workers);
  out.key("labels");
  out.begin_object();
  for (const auto& [name, value] : row.said.labels) out.field(name, value);
  out.end_object();
  out.field("state", state_of(row));
  out.field("run_id", shows_run ? row.run.value : std::string{});
  out.field("last_seen_ms", (now - row.seen).count());
  out.field("load_percent", row.said.load_percent);
  out.field("memory_free_mb", row.said.memory_free_mb);
  out.field("draining", row.draining);
  out.end_object();
}

}  // namespace

void AgentRoutes::handle(const Call& call) {
  switch (call.route->id) {
    case RouteId::agents_poll:
      return poll(call);
    case RouteId::agent_drain:
      return drain(call);
    default:
      return list(call);
  }
}

void AgentRoutes::poll(const Call& call) {
  const auto said = wire::decode<wire::AgentPoll>(call.request.body);
  if (!said) return call.exchange->answer(trouble(said.error()));
  if (said->leaving) {
    parts_.pool.left(said->agent, said->session);
    return call.exchange->answer(json_answer(encode(wire::AgentOrder{})));
  }
  const std::string reach = call.caller.token ? call.caller.token->project : std::string(domain::all_projects);
  const bool gives_up = parts_.pool.is_on(said->agent, said->session, said->gave_up) && call.reaches(parts_.pool.project_of(said->gave_up));
  const auto taken = parts_.pool.polled(*said, reach, parts_.clock.now());
  if (!taken) return call.exchange->answer(trouble(taken.error()));
  const domain::AgentId agent = said->agent;
  if (gives_up)
    parts_.host.gave_up(said->gave_up, {.agent = agent,
                                        .message = said->problem,
                                        .log_tail = said->log_tail,
                                        .is_last = parts_.pool.agents_on(said->gave_up, parts_.clock.now()) == 0});
  // A second poll under one name: whoever asked before has hung up, or is another process that will be told so.
  if (const auto former = waiting_.find(agent); former != waiting_.end())
    former->second.exchange->answer(json_answer(encode(wire::AgentOrder{})));
  const Millis patience{std::clamp<std::int64_t>(said->wait, 0, wait_max_s) * 1000};
  waiting_[agent] = {.exchange = call.exchange, .timer = parts_.loop.after(patience, [this, agent] { answer(agent, {}); })};
  call.exchange->on_gone([this, agent, which = call.exchange.get(), alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    const auto waiting = waiting_.find(agent);
    if (waiting == waiting_.end() || waiting->second.exchange.get() != which) return;
    waiting_.erase(waiting);
    parts_.pool.hung_up(agent, parts_.clock.now());
  });
  look_for_work();
}

void AgentRoutes::answer(const domain::AgentId& agent, const wire::AgentOrder& order) {
  const auto found = waiting_.find(agent);
  if (found == waiting_.end()) return;
  const Waiting waiting = std::move(found->second);
  waiting_.erase(found);
  parts_.pool.stopped_waiting(agent);
  waiting.exchange->answer(json_answer(encode(order)));
}

void AgentRoutes::look_for_work() {
  for (const AgentPool::Assignment& one : parts_.pool.assign(parts_.clock.now())) answer(one.agent, one.order);
  watch_parked_runs();
}

// For as long as there are any: they change nothing by themselves, it is the others that come to want their agents.
void AgentRoutes::watch_parked_runs() {
  if (watches_ || !parts_.pool.is_a_run_parked()) return;
  watches_ = true;
  watch_timer_ = parts_.loop.after(parked_look, [this] {
    watches_ = false;
    for (const AgentPool::Release& one : parts_.pool.releases(parts_.clock.now())) parts_.host.release(one.run, one.agent);
    watch_parked_runs();
  });
}

void AgentRoutes::send_away() {
  watch_timer_.cancel();
  for (auto& [agent, waiting] : waiting_) waiting.exchange->answer(io::problem(503, "the server stops"));
  waiting_.clear();
}

void AgentRoutes::list(const Call& call) {
  const Instant now = parts_.clock.now();
  report::JsonWriter out;
  out.begin_object();
  out.key("agents");
  out.begin_array();
  for (const AgentRow& row : parts_.pool.rows(now))
    // An agent that works for one project is nothing to those of another.
    if (row.reach == domain::all_projects || call.reaches(row.reach)) write(out, row, now, call.reaches(parts_.pool.project_of(row.run)));
  out.end_array();
  out.end_object();
  call.exchange->answer(json_answer(std::move(out).take()));
}

void AgentRoutes::drain(const Call& call) {
  const domain::AgentId agent{call.parameter("agent")};
  const AgentRow* row = parts_.pool.find(agent);
  if (row == nullptr || !call.reaches(row->reach))
    return call.exchange->answer(io::problem(404, fmt::format("there is no agent '{}'", agent.value)));
  const auto wish = wire::decode<wire::DrainWish>(call.request.body);
  if (!wish) return call.exchange->answer(trouble(wish.error()));
  parts_.pool.drain(agent, *wish);
  call.exchange->answer(no_content());
  look_for_work();
}

}  // namespace tamarack::coordinator
