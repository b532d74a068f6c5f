#include "agent/worker.h"

#include "io/files.h"

namespace tamarack::agent {

Worker::Worker(io::Loop& loop, const Clock& clock, const AgentSettings& settings, std::int64_t slot,
               std::function<void(wire::FromAgent)> say)
    : loop_(loop),
      clock_(clock),
      settings_(settings),
      say_(std::move(say)),
      machine_({.id = domain::WorkerId{fmt::format("{}/{}", settings.id.value, slot)},
                .has_app = !settings.app.start.empty(),
                .has_reset = !settings.app.reset.empty()}) {
  place_.id = domain::WorkerId{fmt::format("{}/{}", settings.id.value, slot)};
  place_.slot = slot;
  place_.data_dir = fmt::format("{}/workers/{}/data", settings.run_dir, slot);
}

void Worker::begin() {
  if (const auto made = io::make_directories(place_.data_dir); !made) {
    say_(wire::WorkerDown{place_.id, true, describe(made.error()), {}});
    return;
  }
  if (const auto port = io::free_port(); port) place_.port = *port;
  feed(Begin{});
}

void Worker::start_app() {
  if (!app_)
    app_ = std::make_unique<App>(
        loop_, settings_, clock_,
        AppCallbacks{.on_up = [this](Millis took) { feed(AppUp{took}); },
                     .on_down = [this](std::string message, std::string tail,
                                       bool in_time) { feed(AppDown{std::move(message), std::move(tail), in_time}); },
                     .on_reset = [this](bool succeeded, std::string message) { feed(ResetEnded{succeeded, std::move(message)}); }});
  // Each start gets a port of its own: the old one may still be lingering in the kernel.
  if (const auto port = io::free_port(); port) place_.port = *port;
  app_->start(place_);
}

void Worker::lease(const InvocationContext& context, const wire::Lease& lease) {
  if (!context_) context_.emplace(context);
  feed(LeaseGiven{lease.term, lease.pieces, lease.captures});
}

void Worker::stop_lease(domain::Term term) {
  feed(StopGiven{term});
}

void Worker::feed(const Fact& fact) {
  if (app_) {
    if (const auto* began = std::get_if<TestBegan>(&fact)) log_offsets_[began->test] = app_->log_size();
    if (const auto* ended = std::get_if<TestEnded>(&fact); ended != nullptr && !is_good(ended->report.status)) {
      TestEnded with_log = *ended;
      with_log.report.app_log = app_->log_since(log_offsets_[ended->report.test]);
      for (const Order& order : machine_.on(with_log)) obey(order);
      return;
    }
  }
  for (const Order& order : machine_.on(fact)) obey(order);
}

void Worker::obey(const Order& order) {
  if (const auto* say = std::get_if<Say>(&order)) {
    say_(say->message);
  } else if (std::holds_alternative<StartApp>(order)) {
    start_app();
  } else if (std::holds_alternative<ResetApp>(order)) {
    app_->reset();
  } else if (const auto* start = std::get_if<StartInvocation>(&order)) {
    invocation_ = std::make_unique<Invocation>(*context_, place_, *start, [this](const Fact& fact) { feed(fact); });
    invocation_->start();
  } else if (std::holds_alternative<StopInvocation>(order)) {
    if (invocation_) invocation_->stop();
  }
}

void Worker::kill_now(io::Callback done) {
  invocation_.reset();
  if (app_)
    app_->kill_now(std::move(done));
  else
    loop_.post(std::move(done));
}

void Worker::shut_down(io::Callback done) {
  invocation_.reset();
  if (app_)
    app_->stop(std::move(done));
  else
    loop_.post(std::move(done));
}

}  // namespace tamarack::agent
