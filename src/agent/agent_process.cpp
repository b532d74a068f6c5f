#include "agent/agent_process.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tamarack::agent {
namespace {

constexpr std::int64_t wait_s = 25;
constexpr Millis poll_silence{60'000};
constexpr Millis goodbye_silence{2'000};
constexpr Millis late_files_patience{10 * 60'000};  // after their run is over

}  // namespace

AgentProcess::AgentProcess(io::Loop& loop, const Clock& clock, client::ApiClient& api, Workspaces& workspaces,
                           artifact::ContentStore& contents, artifact::ArtifactStore& artifacts, AgentProcessSettings settings,
                           std::function<void(Result<>)> done)
    : loop_(loop),
      clock_(clock),
      api_(api),
      workspaces_(workspaces),
      contents_(contents),
      artifacts_(artifacts),
      settings_(std::move(settings)),
      done_(std::move(done)),
      idle_since_(clock.now()) {}

void AgentProcess::start() {
  left_behind_ = std::make_unique<LeftBehind>(
      loop_, api_, artifacts_,
      LeftBehindSettings{.folder = settings_.run.folder, .version = settings_.run.version, .say = settings_.run.say},
      [this](std::unique_ptr<Outgoing> outgoing) { keep_sending(std::move(outgoing)); },
      [this] {
        idle_since_ = clock_.now();
        poll();
      });
  left_behind_->start();
}

void AgentProcess::poll() {
  if (over_) return;
  // A new word is not kept waiting behind an old question.
  const std::uint64_t number = ++poll_number_;
  wire::AgentPoll said{.agent = settings_.run.agent,
                       .session = settings_.session,
                       .tamarack = settings_.run.version,
                       .machine = settings_.machine,
                       .platform = settings_.platform,
                       .workers = settings_.run.workers,
                       .labels = settings_.run.labels,
                       .run = working_on_,
                       .wait = wait_s,
                       .load_percent = settings_.load_percent(),
                       .memory_free_mb = settings_.memory_free_mb(),
                       .sent_home = sent_home_};
  if (settings_.exit_when_idle) said.idle_max_ms = settings_.exit_when_idle->count();
  if (const auto idle = settings_.exit_when_idle; idle && !run_)
    said.wait = std::clamp<std::int64_t>((*idle - (clock_.now() - idle_since_)).count() / 1000, 0, wait_s);
  if (trouble_) {
    said.gave_up = trouble_->first;
    said.problem = trouble_->second.message;
    said.log_tail = trouble_->second.log_tail;
  }
  api_.call({.method = "POST", .path = "/api/v1/agents/poll", .body = encode(said), .silence = poll_silence},
            [this, number, alive = std::weak_ptr(alive_)](const Result<std::string>& body) {
              if (alive.expired() || over_ || number != poll_number_) return;
              answered(body);
            });
}

void AgentProcess::answered(const Result<std::string>& body) {
  const auto order = body ? wire::decode<wire::AgentOrder>(*body) : Result<wire::AgentOrder>(body.error());
  if (order) {
    if (std::exchange(failures_, 0) > 1) settings_.run.say("the server is back");
    trouble_.reset();
    sent_home_ = {};
    return obey(*order);
  }
  // Rights, a name that another process has, another version: asking again would not mend it.
  if (!client::is_passing(order.error())) {
    if (!run_) return end(order.error());
    over_ = true;
    return run_->kill_now([this, error = order.error()] { done_(error); });
  }
  if (++failures_ == 2) settings_.run.say("cannot reach the server and goes on trying: " + order.error().message);
  pause_ = loop_.after(client::pause_before(failures_), [this] { poll(); });
}

void AgentProcess::obey(const wire::AgentOrder& order) {
  // What it is about to finish it finishes.
  if (order.drain && run_) {
    leaving_ = true;
    return;
  }
  if (order.drain) {
    settings_.run.say("was drained and leaves");
    return end({});
  }
  if (!order.run.empty() && !run_ && !leaving_) return begin(order.run);
  const auto idle = settings_.exit_when_idle;
  if (!run_ && idle && clock_.now() - idle_since_ >= *idle) {
    settings_.run.say(fmt::format("had nothing to do for {} and leaves", human_duration(*idle)));
    return end({});
  }
  poll();
}

void AgentProcess::begin(const domain::RunId& run) {
  settings_.run.say("works on " + run.value);
  working_on_ = run;
  RemoteRunSettings settings = settings_.run;
  settings.run = run;
  // It may come to a run twice, and counts what it says from one each time.
  settings.session = fmt::format("{}-{}", settings_.session, ++stays_);
  run_ = std::make_unique<RemoteRun>(loop_, clock_, api_, workspaces_, contents_, artifacts_, std::move(settings),
                                     [this](const std::optional<RunTrouble>& trouble) { run_over(trouble); });
  run_->start();
  poll();
}

void AgentProcess::run_over(const std::optional<RunTrouble>& trouble) {
  if (over_) return;
  const domain::RunId run = std::exchange(working_on_, {});
  std::unique_ptr<Outgoing> outgoing = run_->take_outgoing();
  if (run_->was_sent_home()) sent_home_ = run;
  run_.reset();
  if (outgoing) keep_sending(std::move(outgoing));
  idle_since_ = clock_.now();
  if (trouble) {
    const Masker& masker = settings_.masker;
    trouble_.emplace(run, RunTrouble{masker.mask(trouble->message), masker.mask(trouble->log_tail)});
    settings_.run.say(fmt::format("could not begin to work on {}: {}", run.value, trouble_->second.message));
  } else {
    settings_.run.say("is done with " + run.value);
  }
  if (leaving_) return end({});
  poll();
}

void AgentProcess::keep_sending(std::unique_ptr<Outgoing> outgoing) {
  // What nobody heard, or has no time to be sent any more, is for the next process on this folder.
  if (outgoing->has_session() || (told_to_leave_ && outgoing->files_owed() > 0)) return say_what_is_kept(*outgoing);
  if (outgoing->files_owed() > 0)
    settings_.run.say(fmt::format("goes on sending {} of {}", count_of(static_cast<std::int64_t>(outgoing->files_owed()), "artifact"),
                                  outgoing->run().value));
  late_.push_back(std::move(outgoing));
  late_.back()->finish(late_files_patience, [this, which = late_.back().get(), alive = std::weak_ptr(alive_)] {
    // Not from inside its own callback.
    if (alive.expired()) return;
    loop_.post([this, which, alive] {
      if (alive.expired()) return;
      std::erase_if(late_, [which](const auto& one) { return one.get() == which; });
      if (over_) end_when_sent();
    });
  });
}

void AgentProcess::say_what_is_kept(const Outgoing& outgoing) {
  settings_.run.say(fmt::format("keeps on its disk what it still owes the server of {}; `tamarack agent` on the same folder delivers it",
                                outgoing.run().value));
}

void AgentProcess::leave() {
  if (std::exchange(told_to_leave_, true)) return;
  leaving_ = true;
  if (over_) return end_when_sent();
  if (!run_) return end({});
  run_->leave();
}

void AgentProcess::kill_now(io::Callback done) {
  over_ = true;
  if (run_) return run_->kill_now(std::move(done));
  loop_.post(std::move(done));
}

void AgentProcess::end(const Result<>& outcome) {
  if (std::exchange(over_, true)) return;
  left_behind_.reset();
  if (!outcome) return loop_.post([done = std::move(done_), outcome] { done(outcome); });
  // Nobody is to wait for it, or count on it. That the server cannot be told is no reason to stay.
  wire::AgentPoll said{.agent = settings_.run.agent, .session = settings_.session, .leaving = true};
  api_.call({.method = "POST", .path = "/api/v1/agents/poll", .body = encode(said), .silence = goodbye_silence},
            [this, alive = std::weak_ptr(alive_)](const Result<std::string>&) {
              if (!alive.expired()) end_when_sent();
            });
}

// It leaves by itself: files of its last run are given their time. A person does not wait for them.
void AgentProcess::end_when_sent() {
  if (!done_ || (!late_.empty() && !told_to_leave_)) return;
  for (const auto& one : late_)
    if (one->files_owed() > 0) say_what_is_kept(*one);
  std::exchange(done_, nullptr)({});
}

}  // namespace tamarack::agent
