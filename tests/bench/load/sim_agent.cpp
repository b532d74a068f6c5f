#include "sim_agent.h"

#include <fmt/format.h>

namespace tamarack::load {
namespace {

constexpr std::int64_t poll_wait_s = 25;
constexpr Millis poll_silence{60'000};

}  // namespace

SimAgent::SimAgent(Crew& crew, std::size_t number, const std::string& session)
    : crew_(crew), id_{fmt::format("load-{:04}", number)}, session_(fmt::format("{}.{}", session, number)) {
  workers_.resize(static_cast<std::size_t>(crew.workers));
  for (std::size_t slot = 0; slot < workers_.size(); ++slot)
    workers_[slot].id = domain::WorkerId{fmt::format("{}/{}", id_.value, slot + 1)};
}

void SimAgent::trouble(const std::string& message) {
  crew_.last_trouble = message;
}

// ---- finding work

void SimAgent::poll() {
  if (home_) return;
  const wire::AgentPoll said{.agent = id_,
                             .session = session_,
                             .tamarack = "load",
                             .machine = "load",
                             .platform = "linux-x86_64",
                             .workers = crew_.workers,
                             .run = run_,
                             .wait = poll_wait_s};
  crew_.api.call({.method = "POST", .path = "/api/v1/agents/poll", .body = encode(said), .silence = poll_silence},
                 [this](const Result<std::string>& body) { answered(body); });
}

void SimAgent::answered(const Result<std::string>& body) {
  const auto order = body ? wire::decode<wire::AgentOrder>(*body) : Result<wire::AgentOrder>(body.error());
  if (!order) {
    ++crew_.calls_failed;
    trouble(order.error().message);
    poll_pause_ = crew_.loop.after(client::pause_before(++failures_), [this] { poll(); });
    return;
  }
  failures_ = 0;
  if (!order->run.empty() && run_.empty()) {
    run_ = order->run;
    crew_.on_told();
    crew_.fetch_spec ? fetch_spec() : connect();
  }
  poll();
}

void SimAgent::fetch_spec() {
  crew_.api.call({.path = "/api/v1/runs/" + run_.value + "/spec", .patience = poll_silence}, [this](const Result<std::string>& body) {
    if (!body) return trouble(body.error().message);
    connect();
  });
}

// ---- the link

void SimAgent::connect() {
  if (home_) return;
  crew_.api.connect(link_path(), [this](Result<std::unique_ptr<io::Link>> link) {
    if (home_) return;
    if (link) return opened(std::move(*link));
    ++crew_.calls_failed;
    trouble(link.error().message);
    link_pause_ = crew_.loop.after(client::pause_before(1), [this] { connect(); });
  });
}

void SimAgent::opened(std::unique_ptr<io::Link> link) {
  link_ = std::move(link);
  link_->on_message([this](const std::string& text) { hear(text); });
  link_->on_close([this, which = link_.get(), alive = std::weak_ptr(alive_)] {
    // Not from inside the link's own callback.
    crew_.loop.post([this, which, alive] {
      if (!alive.expired() && which == link_.get()) link_closed();
    });
  });
  link_->send(encode(wire::AgentEnvelope{
      0, wire::Hello{.agent = id_, .version = "load", .workers = crew_.workers, .session = session_, .next = outbox_.first_waiting()}}));
  for (std::string& text : outbox_.all()) link_->send(std::move(text));
}

void SimAgent::link_closed() {
  link_.reset();
  if (going_home_) {
    home_ = true;
    beat_timer_.cancel();
    return crew_.on_home();
  }
  ++crew_.links_lost;
  trouble("a link was closed by the server");
  link_pause_ = crew_.loop.after(client::pause_before(1), [this] { connect(); });
}

void SimAgent::hear(const std::string& text) {
  const auto message = wire::decode_to_agent(text);
  if (!message) return trouble(message.error().message);
  std::visit([this](const auto& one) { handle(one); }, *message);
}

void SimAgent::say(wire::FromAgent message) {
  std::string text = outbox_.pack(std::move(message));
  if (link_) link_->send(std::move(text));
}

void SimAgent::handle(const wire::Welcome& message) {
  heartbeat_ = message.heartbeat;
  if (std::exchange(welcomed_, true)) return;
  beat_timer_ = crew_.loop.after(heartbeat_, [this] { beat(); });
  crew_.on_welcome();
}

void SimAgent::beat() {
  beat_timer_ = crew_.loop.after(heartbeat_, [this] { beat(); });
  if (!link_) return;
  wire::Beat message;
  for (const Worker& worker : workers_)
    if (worker.lease) message.held.push_back(worker.lease->term);
  for (std::string& text : outbox_.repeat()) link_->send(std::move(text));
  say(std::move(message));
}

// ---- work

SimAgent::Worker* SimAgent::worker_of(const domain::WorkerId& id) {
  for (Worker& worker : workers_)
    if (worker.id == id) return &worker;
  return nullptr;
}

void SimAgent::be_ready() {
  for (Worker& worker : workers_) {
    worker.free_since = moment();
    say(wire::WorkerUp{worker.id, Millis{0}});
  }
}

void SimAgent::handle(const wire::Lease& message) {
  Worker* worker = worker_of(message.worker);
  if (worker == nullptr || message.term.value <= worker->last.value) return;  // orders may be repeated
  (std::exchange(worker->had_lease, true) ? crew_.next_lease : crew_.first_lease).add(ms_between(worker->free_since, moment()));
  ++crew_.leases;
  worker->last = message.term;
  worker->lease = message;
  worker->tests.clear();
  for (const schedule::Piece& piece : message.pieces) worker->tests.insert(worker->tests.end(), piece.tests.begin(), piece.tests.end());
  worker->next = 0;
  go_on(*worker);
}

void SimAgent::go_on(Worker& worker) {
  while (worker.next < worker.tests.size()) {
    say(wire::TestBegan{worker.id, worker.lease->term, worker.tests[worker.next], 0, crew_.clock.now()});
    if (crew_.test_duration.count() > 0) {
      worker.timer = crew_.loop.after(crew_.test_duration, [this, &worker] {
        end_test(worker);
        go_on(worker);
      });
      return;
    }
    end_test(worker);
  }
  end_lease(worker, worker.lease->term);
}

void SimAgent::end_test(Worker& worker) {
  ++crew_.results;
  say(wire::TestEnded{worker.id,
                      worker.lease->term,
                      {.test = worker.tests[worker.next++],
                       .status = domain::TestStatus::passed,
                       .last_try = true,
                       .started = crew_.clock.now() - crew_.test_duration,
                       .duration = crew_.test_duration}});
}

void SimAgent::end_lease(Worker& worker, const domain::Term& term) {
  worker.lease.reset();
  worker.free_since = moment();
  say(wire::InvocationEnded{worker.id, term, false, {.duration = crew_.test_duration}, {}});
}

void SimAgent::handle(const wire::Stop& message) {
  Worker* worker = worker_of(message.worker);
  if (worker == nullptr) return;
  const bool holds = worker->lease && worker->lease->term == message.term;
  if (!holds && message.term.value <= worker->last.value) return;  // it has said that it is over
  worker->timer.cancel();
  worker->last = message.term;
  end_lease(*worker, message.term);
}

void SimAgent::handle(const wire::GoHome&) {
  if (std::exchange(going_home_, true)) return;
  say(wire::Gone{"sent home"});
  crew_.on_sent_home();
}

}  // namespace tamarack::load
