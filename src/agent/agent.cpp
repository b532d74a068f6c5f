#include "agent/agent.h"

#include "agent/redact.h"
#include "base/check.h"

namespace tamarack::agent {
namespace {

constexpr Millis goodbye_max{2'000};  // how long a coordinator may take to close the link

}  // namespace

Agent::Agent(io::Loop& loop, const Clock& clock, AgentSettings settings, const adapter::Adapter& adapter,
             std::shared_ptr<artifact::ArtifactStore> artifacts, std::unique_ptr<io::Link> link, io::Callback on_done)
    : loop_(loop),
      clock_(clock),
      settings_(std::move(settings)),
      adapter_(adapter),
      artifacts_(std::move(artifacts)),
      on_done_(std::move(on_done)),
      inotify_(loop) {
  budget_.bytes_max = settings_.artifact_bytes_max;
  for (std::int64_t slot = 1; slot <= settings_.workers; ++slot)
    workers_.push_back(
        std::make_unique<Worker>(loop_, clock_, settings_, slot, [this](wire::FromAgent message) { say(std::move(message)); }));
  open(std::move(link));
}

void Agent::on_warning(std::function<void(const std::string&)> callback) {
  budget_.warn = std::move(callback);
}

void Agent::start() {
  greet();
}

void Agent::reconnect(std::unique_ptr<io::Link> link) {
  open(std::move(link));
  greet();
  for (std::string& text : outbox_.all()) link_->send(std::move(text));
}

void Agent::open(std::unique_ptr<io::Link> link) {
  welcomed_ = false;
  heard_at_ = clock_.now();
  link_ = std::move(link);
  link_->on_message([this](const std::string& text) { hear(text); });
  link_->on_close([this, which = link_.get(), alive = std::weak_ptr(alive_)] {
    if (alive.expired() || which != link_.get()) return;
    // Not from inside the link's own callback.
    loop_.post([this, which, alive] {
      if (alive.expired() || which != link_.get()) return;
      link_.reset();
      greet_timer_.cancel();
      if (said_goodbye_) {
        goodbye_heard_ = true;
        return be_done();
      }
      if (on_link_lost_) on_link_lost_();
    });
  });
}

// Until it is answered: on a link that loses what is said, the first words of either side may be lost as well.
void Agent::greet() {
  if (welcomed_ || !link_) return;
  link_->send(wire::encode(wire::AgentEnvelope{0, wire::Hello{.agent = settings_.id,
                                                              .version = settings_.version,
                                                              .workers = settings_.workers,
                                                              .labels = settings_.labels,
                                                              .session = settings_.session,
                                                              .next = outbox_.first_waiting()}}));
  greet_timer_ = loop_.after(heartbeat_, [this] { greet(); });
}

void Agent::hear(const std::string& text) {
  heard_at_ = clock_.now();
  const Result<wire::ToAgent> message = wire::decode_to_agent(text);
  if (!message) return;  // a newer coordinator's order we do not know; it will see that it is not obeyed
  std::visit([this](const auto& one) { handle(one); }, *message);
}

void Agent::keep_unsent(wire::OutboxDisk& disk) {
  outbox_.keep_on(disk);
  waits_to_be_heard_ = true;
}

void Agent::say(wire::FromAgent message) {
  outbox_.add(redacted(std::move(message), settings_.masker));
  say_due();
}

void Agent::say_due() {
  if (!link_) return;
  for (std::string& text : outbox_.due()) link_->send(std::move(text));
}

void Agent::handle(const wire::Welcome& message) {
  heartbeat_ = message.heartbeat;
  welcomed_ = true;
  greet_timer_.cancel();
  if (begun_) return;
  begun_ = true;
  for (const auto& worker : workers_) worker->begin();
  beat_timer_ = loop_.after(heartbeat_, [this] { beat(); });
}

void Agent::handle(const wire::Refused& message) {
  greet_timer_.cancel();
  if (on_refused_) on_refused_(message.reason);
}

void Agent::handle(const wire::RunAnnounced& message) {
  know_plan(message.plan);
}

void Agent::know_plan(domain::Plan plan) {
  if (plan_) return;
  plan_ = std::make_unique<domain::Plan>(std::move(plan));
  index_ = std::make_unique<PlanIndex>(*plan_);
  if (settings_.watch.empty()) return;
  watch_ = std::make_unique<ArtifactWatch>(loop_, inotify_, clock_, settings_, *plan_, [this](const std::string& why) {
    if (budget_.warn) budget_.warn("artifacts.watch works without events from here on: " + why);
  });
}

void Agent::handle(const wire::Lease& message) {
  Worker* worker = worker_of(message.worker);
  if (worker == nullptr || !plan_) return;
  worker->lease({loop_, inotify_, clock_, settings_, adapter_, artifacts_, *plan_, *index_, budget_, watch_.get(), endpoint_}, message);
}

void Agent::handle(const wire::Stop& message) {
  if (Worker* worker = worker_of(message.worker)) worker->stop_lease(message.term);
}

void Agent::handle(const wire::Acknowledged& message) {
  outbox_.acknowledged(message.seq);
  say_due();
}

void Agent::handle(const wire::GoHome&) {
  sent_home_ = true;
  leave();
}

void Agent::leave() {
  if (std::exchange(going_home_, true)) return;
  end_workers([this] { before_leaving_ ? before_leaving_([this] { say_goodbye(); }) : say_goodbye(); },
              [](Worker& worker, io::Callback ended) { worker.shut_down(std::move(ended)); });
}

void Agent::say_goodbye() {
  beat_timer_.cancel();
  said_goodbye_ = true;
  say(wire::Gone{"sent home"});
  if (!waits_to_be_heard_ || !link_) return be_done();
  goodbye_timer_ = loop_.after(goodbye_max, [this] { be_done(); });
}

void Agent::be_done() {
  goodbye_timer_.cancel();
  if (const auto done = std::exchange(on_done_, nullptr)) done();
}

// Every beat is acknowledged. After a cut, TCP alone would try the old connection again at ever longer intervals, long after the network is
// back; a new one is through at once.
bool Agent::link_is_dead() const {
  return on_link_lost_ && link_ && clock_.now() - heard_at_ >= 2 * heartbeat_ + heartbeat_ / 2;
}

void Agent::beat() {
  beat_timer_ = loop_.after(heartbeat_, [this] { beat(); });
  if (link_is_dead()) {
    link_.reset();
    greet_timer_.cancel();
    return on_link_lost_();
  }
  if (!welcomed_ || !link_) return;
  wire::Beat message;
  for (const auto& worker : workers_)
    for (const domain::Term term : worker->held()) message.held.push_back(term);
  for (std::string& text : outbox_.repeat()) link_->send(std::move(text));
  say(std::move(message));
}

void Agent::shut_down(io::Callback done) {
  beat_timer_.cancel();
  end_workers(std::move(done), [](Worker& worker, io::Callback ended) { worker.shut_down(std::move(ended)); });
}

void Agent::kill_now(io::Callback done) {
  beat_timer_.cancel();
  end_workers(std::move(done), [](Worker& worker, io::Callback ended) { worker.kill_now(std::move(ended)); });
}

void Agent::end_workers(io::Callback done, const std::function<void(Worker&, io::Callback)>& end) {
  if (workers_.empty()) return loop_.post(std::move(done));
  auto left = std::make_shared<std::size_t>(workers_.size());
  for (const auto& worker : workers_)
    end(*worker, [left, done] {
      if (--*left == 0) done();
    });
}

Worker* Agent::worker_of(const domain::WorkerId& id) {
  for (const auto& worker : workers_)
    if (worker->place().id == id) return worker.get();
  return nullptr;
}

}  // namespace tamarack::agent
