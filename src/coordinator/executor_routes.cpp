#include "coordinator/executor_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "coordinator/answers.h"
#include "coordinator/asking.h"
#include "coordinator/flow_json.h"
#include "coordinator/flow_scope.h"

namespace tamarack::coordinator {
namespace {

constexpr Millis patience_min{50};

}  // namespace

ExecutorRoutes::ExecutorRoutes(FlowParts& parts) : parts_(parts) {
  parts_.desk.when_start([this](const flow::StartJob& order) { started(order); });
  parts_.desk.when_stop([this](const flow::StopJob& order) { stopped(order); });
  parts_.desk.when_entered([this](const flow::Entry& entry) { entered(entry); });
}

void ExecutorRoutes::begin() {
  first_silence_ = parts_.server.loop.after(executor_silent, [this] {
    std::vector<std::string> silent;
    for (const auto& [executor, jobs] : parts_.desk.live().handed_out)
      if (!sessions_.contains(executor)) silent.push_back(executor);
    for (const std::string& executor : silent)
      gone(executor, fmt::format("'{}' has not been heard of since the server was started", executor));
  });
}

Result<wire::ClaimWish> ExecutorRoutes::checked(const Call& call) {
  auto wish = wire::read_claim_wish(call.request.body);
  if (!wish) return wish.error();
  std::vector<std::string> problems;
  if (!is_plain_name(wish->executor)) problems.emplace_back("/executor: expected letters, digits, '-', '_' and '.', at most 100");
  const bool all_plain =
      std::all_of(wish->processors.begin(), wish->processors.end(), [](const std::string& one) { return is_plain_name(one); });
  if (!all_plain || wish->processors.size() > processors_max)
    problems.push_back(fmt::format("/processors: expected at most {} plain names", processors_max));
  if (wish->held.size() > held_max) problems.push_back(fmt::format("/held: at most {}", held_max));
  if (!problems.empty()) return make_error(ErrorCode::invalid_argument, join(problems, "; "));
  const auto known = sessions_.find(wish->executor);
  const bool is_of_another = known != sessions_.end() && known->second.caller != CallerLimits::name_of(call);
  // Sessions are forgotten by a restart; what stands under their names is not.
  if (is_of_another || !reaches_jobs_of(call, wish->executor))
    return make_error(ErrorCode::conflict, fmt::format("somebody with another token is '{}'", wish->executor),
                      "draw another name for the session");
  if (known == sessions_.end() && sessions_.size() >= sessions_max)
    return make_error(ErrorCode::unavailable, "there are as many executors as may be");
  return wish;
}

bool ExecutorRoutes::reaches_jobs_of(const Call& call, const std::string& executor) const {
  const auto& handed_out = parts_.desk.live().handed_out;
  const auto held = handed_out.find(executor);
  if (held == handed_out.end()) return true;
  return std::all_of(held->second.begin(), held->second.end(), [&](const domain::JobId& id) {
    const flow::Job* job = parts_.desk.job(id);
    return job == nullptr || call.reaches(project_of(*job));
  });
}

void ExecutorRoutes::claim(const Call& call) {
  const auto wish = checked(call);
  if (!wish) return call.exchange->answer(trouble(wish.error()));
  const std::string& executor = wish->executor;
  if (wish->leaving) {
    return gone(executor, fmt::format("'{}' has left", executor), [exchange = call.exchange](const auto& done) {
      exchange->answer(done ? json_answer(wire::encode(wire::ClaimAnswer{})) : board_trouble(done.error()));
    });
  }
  // A second claim of one session: nobody listens to the first any more.
  if (const auto former = sessions_.find(executor); former != sessions_.end() && former->second.exchange) answer(executor);
  Session& session = sessions_[executor];
  session.caller = CallerLimits::name_of(call);
  session.reach = call.caller.token ? call.caller.token->project : std::string(domain::all_projects);
  session.processors = wish->processors;
  flow::ExecutorHeard heard{.executor = executor, .held = {}};
  std::set<domain::JobId> held;
  for (const wire::HeldJobWish& one : wish->held) {
    heard.held.push_back({one.job, one.epoch});
    held.insert(one.job);
  }
  std::erase_if(session.told, [&](const domain::JobId& job) { return !held.contains(job); });
  wait(executor, session, call, *wish);
  const std::uint64_t number = session.number;
  parts_.desk.feed(std::move(heard));
  ask_board(executor, session);
  // After both: what they brought about is known then.
  parts_.desk.feed(flow::Tick{}, [this, executor, number, alive = std::weak_ptr(alive_)](const auto&) {
    if (!alive.expired()) settle(executor, number);
  });
}

Millis ExecutorRoutes::patience(const Call& call, const wire::ClaimWish& wish) const {
  const std::int64_t wished = wish.wait_ms >= 0 ? wish.wait_ms : preferred_wait_s(call.request.head.field("Prefer")) * 1000;
  Millis patience{std::min(wished, long_poll_max_s * 1000)};
  // It has to come back well before its silence counts.
  for (const wire::HeldJobWish& held : wish.held)
    if (const flow::Job* job = parts_.desk.job(held.job); job != nullptr && job->request.heartbeat_every.count() > 0)
      patience = std::min(patience, std::max(job->request.heartbeat_every / 2, patience_min));
  return patience;
}

void ExecutorRoutes::wait(const std::string& executor, Session& session, const Call& call, const wire::ClaimWish& wish) {
  session.exchange = call.exchange;
  session.number = ++last_number_;
  session.timer = parts_.server.loop.after(std::max(patience(call, wish), Millis{0}), [this, executor] { answer_soon(executor); });
  session.settling = true;
  session.due = false;
  call.exchange->on_gone([this, executor, number = session.number, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    const auto found = sessions_.find(executor);
    if (found == sessions_.end() || found->second.number != number || !found->second.exchange) return;
    found->second.exchange.reset();
    found->second.processors.clear();
    listen_on(executor, found->second);
  });
}

void ExecutorRoutes::settle(const std::string& executor, std::uint64_t number) {
  const auto found = sessions_.find(executor);
  if (found == sessions_.end() || found->second.number != number) return;
  found->second.settling = false;
  if (found->second.due || !found->second.start.empty() || !found->second.stop.empty()) answer(executor);
}

void ExecutorRoutes::answer_soon(const std::string& executor) {
  const auto found = sessions_.find(executor);
  if (found == sessions_.end()) return;
  if (!found->second.settling) return answer(executor);
  found->second.due = true;
}

void ExecutorRoutes::answer(const std::string& executor) {
  const auto found = sessions_.find(executor);
  if (found == sessions_.end() || !found->second.exchange) return;
  Session& session = found->second;
  wire::ClaimAnswer orders;
  for (const domain::JobId& id : std::exchange(session.start, {})) {
    const flow::Job* job = parts_.desk.job(id);
    if (job == nullptr || is_final(job->status)) continue;
    orders.start.push_back({.job = id,
                            .epoch = job->epoch,
                            .project = project_of(*job),
                            .processor = shown_name(job->request.processor),
                            .kind = job->request.kind,
                            .input = {job->request.input},
                            .heartbeat_ms = job->request.heartbeat_every.count(),
                            .cancel_grace_ms = job->request.cancel_grace.count()});
  }
  for (const domain::JobId& id : std::exchange(session.stop, {})) {
    session.told.insert(id);
    orders.stop.push_back(id);
  }
  const auto exchange = std::exchange(session.exchange, nullptr);
  session.processors.clear();
  listen_on(executor, session);
  exchange->answer(json_answer(wire::encode(orders)));
}

void ExecutorRoutes::listen_on(const std::string& executor, Session& session) {
  session.timer = parts_.server.loop.after(executor_silent, [this, executor] {
    gone(executor, fmt::format("'{}' has not been heard of for {}", executor, human_duration(executor_silent)));
  });
}

void ExecutorRoutes::gone(const std::string& executor, const std::string& reason, board::BoardHost::Fed done) {
  if (const auto found = sessions_.find(executor); found != sessions_.end()) {
    const auto exchange = std::move(found->second.exchange);
    sessions_.erase(found);
    if (exchange) exchange->answer(json_answer(wire::encode(wire::ClaimAnswer{})));
  }
  parts_.desk.feed(flow::ExecutorGone{executor, reason}, std::move(done));
}

// ---- orders

void ExecutorRoutes::started(const flow::StartJob& order) {
  const auto found = sessions_.find(order.executor);
  if (found == sessions_.end()) return;  // told again when it is heard of
  auto& start = found->second.start;
  if (std::find(start.begin(), start.end(), order.job) == start.end()) start.push_back(order.job);
  answer_soon(order.executor);
}

void ExecutorRoutes::stopped(const flow::StopJob& order) {
  const auto found = sessions_.find(order.executor);
  if (found == sessions_.end()) return;
  // It knows: telling it again at once would only make it ask again at once.
  if (found->second.told.contains(order.job)) return;
  found->second.stop.insert(order.job);
  answer_soon(order.executor);
}

void ExecutorRoutes::entered(const flow::Entry& entry) {
  if (const auto* submitted = std::get_if<flow::JobSubmitted>(&entry.record); submitted != nullptr && !submitted->request.processor.empty())
    offer_later();
  if (!std::holds_alternative<flow::JobEnded>(entry.record)) return;
  // Its place is free: it asks again at once, and says so.
  const flow::Job* job = parts_.desk.job(domain::JobId{entry.stream.substr(4)});
  if (job == nullptr || job->epoch == 0) return;
  parts_.server.loop.post([this, executor = job->executor, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) answer_soon(executor);
  });
}

void ExecutorRoutes::offer_later() {
  if (std::exchange(offering_, true)) return;
  parts_.server.loop.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    offering_ = false;
    offer();
  });
}

// To those who wait, who has waited longest first.
void ExecutorRoutes::offer() {
  std::map<std::uint64_t, std::string> waiting;
  for (const auto& [executor, session] : sessions_)
    if (session.exchange && !session.processors.empty() && !session.asked) waiting[session.number] = executor;
  for (const auto& [number, executor] : waiting) ask_board(executor, sessions_.at(executor));
}

bool ExecutorRoutes::ask_board(const std::string& executor, Session& session) {
  if (session.asked || session.processors.empty()) return false;
  std::vector<std::string> names;
  for (const auto& [processor, jobs] : parts_.desk.live().unclaimed) {
    const auto known = unscoped(processor);
    const bool is_reached = known && (session.reach == domain::all_projects || session.reach == known->project);
    if (is_reached && std::find(session.processors.begin(), session.processors.end(), known->name) != session.processors.end())
      names.push_back(processor);
  }
  if (names.empty()) return false;
  session.asked = true;
  parts_.desk.feed(flow::ClaimJob{executor, std::move(names)}, [this, executor, alive = std::weak_ptr(alive_)](const auto&) {
    if (alive.expired()) return;
    if (const auto found = sessions_.find(executor); found != sessions_.end()) found->second.asked = false;
  });
  return true;
}

void ExecutorRoutes::send_away() {
  for (auto& [executor, session] : sessions_)
    if (const auto exchange = std::exchange(session.exchange, nullptr)) exchange->answer(busy("the server stops", 1));
  sessions_.clear();
}

}  // namespace tamarack::coordinator
