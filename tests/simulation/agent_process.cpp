#include "agent_process.h"

#include "base/check.h"

namespace tamarack::simulation {

AgentProcess::AgentProcess(World& world, domain::AgentId id, int workers, std::shared_ptr<Link> link)
    : world_(world), id_(std::move(id)), link_(std::move(link)), session_(fmt::format("{}#{}", id_.value, ++world.sessions_drawn)) {
  for (int slot = 1; slot <= workers; ++slot)
    workers_.push_back({.machine = agent::WorkerMachine({.id = domain::WorkerId{fmt::format("{}/{}", id_.value, slot)},
                                                         .has_app = world_.scenario.has_app,
                                                         .has_reset = world_.scenario.has_reset})});
}

AgentProcess::AgentProcess(const AgentProcess& dead, std::shared_ptr<Link> link)
    : world_(dead.world_), id_(dead.id_), link_(std::move(link)), outbox_(dead.outbox_), session_(dead.session_), last_words_(true) {
  for (std::size_t i = 0; i < dead.workers_.size(); ++i) workers_.push_back({.machine = agent::WorkerMachine({})});
}

void AgentProcess::start() {
  open();
}

void AgentProcess::open() {
  welcomed_ = false;
  link_->agent.on_message = [weak = weak_from_this(), which = std::weak_ptr(link_)](const std::string& text) {
    if (const auto self = weak.lock(); self && self->alive_ && which.lock() == self->link_) self->hear(text);
  };
  link_->agent.on_close = [weak = weak_from_this(), which = std::weak_ptr(link_)] {
    const auto self = weak.lock();
    if (!self || !self->alive_ || which.lock() != self->link_) return;
    self->cut_off(false);
    if (self->on_hung_up) self->on_hung_up();
  };
  greet();
}

void AgentProcess::greet() {
  link_->to_coordinator(wire::encode(wire::AgentEnvelope{0, wire::Hello{.agent = id_,
                                                                        .workers = static_cast<std::int64_t>(workers_.size()),
                                                                        .session = world_.scenario.local ? std::string{} : session_,
                                                                        .next = outbox_.first_waiting(),
                                                                        .last_words = last_words_}}));
  later(heartbeat_, [this, which = std::weak_ptr(link_)] {
    if (!welcomed_ && link_ && which.lock() == link_) greet();
  });
}

void AgentProcess::cut_off(bool noticed) {
  if (link_ && noticed) link_->close_by_agent();
  if (link_) link_->agent = {};
  link_.reset();
}

void AgentProcess::reconnect(std::shared_ptr<Link> link) {
  link_ = std::move(link);
  open();
  for (std::string& text : outbox_.all()) link_->to_coordinator(std::move(text));
}

void AgentProcess::die() {
  if (!std::exchange(alive_, false)) return;
  for (Worker& worker : workers_)
    if (worker.framework) worker.framework->orphan();
  if (link_) link_->close_by_agent();
}

void AgentProcess::later(Millis delay, std::function<void()> what) {
  world_.timeline.after(delay, [self = shared_from_this(), what = std::move(what)] {
    if (self->alive_) what();
  });
}

void AgentProcess::hear(const std::string& text) {
  const Result<wire::ToAgent> message = wire::decode_to_agent(text);
  CHECK(message.has_value(), "the agent cannot read '{}'", text);
  std::visit([this](const auto& one) { handle(one); }, *message);
}

void AgentProcess::say(wire::FromAgent message, Passage passage) {
  outbox_.add(std::move(message));
  say_due(passage);
}

void AgentProcess::say_due(Passage passage) {
  if (!link_) return;
  for (std::string& text : outbox_.due()) link_->to_coordinator(std::move(text), passage);
}

void AgentProcess::handle(const wire::Welcome& message) {
  heartbeat_ = message.heartbeat;
  welcomed_ = true;
  if (std::exchange(begun_, true)) return;
  if (last_words_) return say_last_words();
  for (std::size_t i = 0; i < workers_.size(); ++i) feed(i, agent::Begin{});
  later(heartbeat_, [this] { beat(); });
}

void AgentProcess::handle(const wire::Refused& message) {
  CHECK(false, "the coordinator refuses its own agent: {}", message.reason);
}

void AgentProcess::handle(const wire::RunAnnounced&) {
  announced_ = true;
}

void AgentProcess::handle(const wire::Lease& message) {
  const auto worker = worker_of(message.worker);
  if (!worker || !announced_ || last_words_) return;
  const agent::WorkerMachine& machine = workers_[*worker].machine;
  feed(*worker, agent::LeaseGiven{message.term, message.pieces});
  if (machine.phase() == agent::WorkerMachine::Phase::starting_app && !machine.held().empty() && machine.held().back() == message.term)
    world_.took(Transition::lease_waited_for_app);
}

void AgentProcess::handle(const wire::Stop& message) {
  if (const auto worker = worker_of(message.worker); worker && !last_words_) feed(*worker, agent::StopGiven{message.term});
}

void AgentProcess::handle(const wire::Acknowledged& message) {
  outbox_.acknowledged(message.seq);
  say_due(Passage::may_fail);
}

void AgentProcess::handle(const wire::GoHome&) {
  if (last_words_) return die();
  world_.took(Transition::agent_went_home);
  say(wire::Gone{"sent home"});
  die();
  if (on_went_home) on_went_home();
}

void AgentProcess::beat() {
  later(heartbeat_, [this] { beat(); });
  if (!welcomed_ || !link_) return;
  wire::Beat message;
  for (const Worker& worker : workers_)
    for (const domain::Term term : worker.machine.held()) message.held.push_back(term);
  for (std::string& text : outbox_.repeat()) {
    world_.took(Transition::message_sent_again);
    link_->to_coordinator(std::move(text));
  }
  say(std::move(message));
}

void AgentProcess::say_last_words() {
  if (link_ && welcomed_ && outbox_.is_empty()) {
    world_.took(Transition::last_words_heard);
    say(wire::Gone{"its process had ended"}, Passage::sure);
    die();
    return on_delivered();
  }
  if (link_ && welcomed_)
    for (std::string& text : outbox_.repeat()) link_->to_coordinator(std::move(text));
  later(heartbeat_, [this] { say_last_words(); });
}

void AgentProcess::feed(std::size_t worker, const agent::Fact& fact) {
  if (!alive_) return;
  for (const agent::Order& order : workers_[worker].machine.on(fact)) obey(worker, order);
}

void AgentProcess::obey(std::size_t index, const agent::Order& order) {
  Worker& worker = workers_[index];
  if (const auto* words = std::get_if<agent::Say>(&order)) {
    if (const auto* down = std::get_if<wire::WorkerDown>(&words->message))
      world_.took(down->gone ? Transition::app_gave_up : Transition::app_started_again);
    say(words->message);
  } else if (std::holds_alternative<agent::StartApp>(order)) {
    start_app(index);
  } else if (std::holds_alternative<agent::ResetApp>(order)) {
    reset_app(index);
  } else if (const auto* start = std::get_if<agent::StartInvocation>(&order)) {
    world_.on_attempt(start->term);
    worker.framework = std::make_shared<Framework>(
        world_, *start, [works = worker.app_works] { return *works; },
        [weak = weak_from_this(), index](const agent::Fact& fact) {
          if (const auto self = weak.lock()) self->feed(index, fact);
        });
    worker.framework->start();
  } else if (std::holds_alternative<agent::StopInvocation>(order)) {
    if (worker.framework) worker.framework->stop();
  }
}

void AgentProcess::start_app(std::size_t index) {
  Worker& worker = workers_[index];
  const int start = ++worker.app_starts;
  const Millis took = world_.scenario.app_start + world_.up_to(Millis{50});
  const bool fails = world_.happens(world_.scenario.app.never_starts);
  later(took, [this, index, start, took, fails] {
    if (workers_[index].app_starts != start) return;
    if (fails) {
      world_.took(Transition::app_never_started);
      return feed(index, agent::AppDown{"the application did not become ready", "log"});
    }
    *workers_[index].app_works = true;
    feed(index, agent::AppUp{took});
    watch_app(index, start);
  });
}

// Once a second the application may die; that is noticed a moment later.
void AgentProcess::watch_app(std::size_t index, int start) {
  if (world_.scenario.app.dies == 0 || !world_.faults_on()) return;
  later(world_.up_to(Millis{1000}), [this, index, start] {
    if (workers_[index].app_starts != start) return;
    if (!world_.happens(world_.scenario.app.dies)) return watch_app(index, start);
    world_.took(Transition::app_died);
    *workers_[index].app_works = false;
    later(world_.up_to(Millis{200}), [this, index, start] {
      if (workers_[index].app_starts == start) feed(index, agent::AppDown{"the application ended", "log"});
    });
  });
}

void AgentProcess::reset_app(std::size_t index) {
  const bool fails = world_.happens(world_.scenario.app.reset_fails);
  if (fails) world_.took(Transition::reset_failed);
  later(world_.up_to(Millis{300}), [this, index, fails, start = workers_[index].app_starts] {
    if (workers_[index].app_starts == start) feed(index, agent::ResetEnded{!fails, fails ? "status 500" : ""});
  });
}

std::optional<std::size_t> AgentProcess::worker_of(const domain::WorkerId& id) const {
  for (std::size_t i = 0; i < workers_.size(); ++i)
    if (id.value == fmt::format("{}/{}", id_.value, i + 1)) return i;
  return std::nullopt;
}

}  // namespace tamarack::simulation
