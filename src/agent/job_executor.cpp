#include "agent/job_executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"

namespace tamarack::agent {
namespace {

constexpr Millis claim_silence{90'000};
constexpr Millis goodbye_silence{2'000};
constexpr Millis quick_answer{100};
constexpr int quick_max = 3;  // in a row; then it pauses, whatever the server is at
constexpr Millis quick_pause{250};

}  // namespace

JobExecutor::JobExecutor(io::Loop& loop, client::ApiClient& api, JobExecutorSettings settings, std::function<void(const Error&)> failed)
    : loop_(loop), api_(api), settings_(std::move(settings)), failed_(std::move(failed)) {}

JobExecutor::~JobExecutor() = default;

void JobExecutor::start() {
  std::vector<std::string> names;
  for (const Processor& one : settings_.processors) names.push_back(one.name);
  settings_.say("executes jobs for " + join(names, ", "));
  claim();
}

std::vector<std::string> JobExecutor::free_processors() const {
  std::vector<std::string> free;
  if (finishing_) return free;
  for (const Processor& one : settings_.processors) {
    const auto busy = std::count_if(runs_.begin(), runs_.end(), [&](const auto& run) { return run.second->order().processor == one.name; });
    if (busy < one.concurrency) free.push_back(one.name);
  }
  return free;
}

void JobExecutor::claim() {
  if (left_) return;
  wire::ClaimWish wish{.executor = settings_.executor, .processors = free_processors(), .held = {}, .wait_ms = 0};
  for (const auto& [id, run] : runs_) wish.held.push_back({id, run->order().epoch});
  wish.wait_ms = (runs_.empty() ? settings_.wait : std::min(settings_.wait, settings_.heartbeat)).count();
  const auto asked = std::chrono::steady_clock::now();
  api_.call({.method = "POST", .path = "/api/v1/executors/claim", .body = encode(wish), .silence = claim_silence},
            [this, asked, alive = std::weak_ptr(alive_)](const Result<std::string>& body) {
              if (!alive.expired() && !left_) claimed(body, std::chrono::steady_clock::now() - asked < quick_answer);
            });
}

void JobExecutor::claimed(const Result<std::string>& body, bool was_quick) {
  const auto orders = body ? wire::read_claim_answer(*body) : Result<wire::ClaimAnswer>(body.error());
  if (!orders) {
    if (!client::is_passing(orders.error())) return failed_(orders.error());
    if (++failures_ == 2) settings_.say("cannot reach the server for jobs and goes on trying: " + orders.error().message);
    pause_ = loop_.after(client::pause_before(failures_), [this] { claim(); });
    return;
  }
  if (std::exchange(failures_, 0) > 1) settings_.say("the server is back");
  for (const wire::StartOrder& order : orders->start) begin(order);
  for (const domain::JobId& id : orders->stop) {
    if (const auto run = runs_.find(id); run != runs_.end()) {
      settings_.say("ends " + id.value + " as it was asked to");
      run->second->stop();
    }
  }
  quick_ = was_quick && orders->start.empty() ? quick_ + 1 : 0;
  if (quick_ < quick_max) return claim();
  pause_ = loop_.after(quick_pause, [this] { claim(); });
}

void JobExecutor::begin(const wire::StartOrder& order) {
  if (!known_.insert(order.job).second) return;
  const auto processor = std::find_if(settings_.processors.begin(), settings_.processors.end(),
                                      [&](const Processor& one) { return one.name == order.processor; });
  if (processor == settings_.processors.end() || !is_plain_name(order.job.value)) return;
  settings_.say(fmt::format("begins {} ({})", order.job.value, order.processor));
  auto run = std::make_unique<JobRun>(loop_, api_, order,
                                      JobRunSettings{.executor = settings_.executor,
                                                     .command = processor->command,
                                                     .timeout = processor->timeout,
                                                     .folder = settings_.folder + "/" + order.job.value,
                                                     .masker = settings_.masker},
                                      [this, id = order.job] { over(id); });
  JobRun& begun = *(runs_[order.job] = std::move(run));
  begun.start();
}

// Called by the run itself, so it goes once it has returned.
void JobExecutor::over(const domain::JobId& job) {
  loop_.post([this, job, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    runs_.erase(job);
    settings_.say("is done with " + job.value);
    if (!finishing_ || !runs_.empty()) return;
    if (const auto done = std::exchange(finished_, nullptr)) done();
  });
}

void JobExecutor::finish(io::Callback done) {
  finishing_ = true;
  if (runs_.empty()) return done();
  finished_ = std::move(done);
}

void JobExecutor::leave(io::Callback done) {
  if (std::exchange(left_, true)) return;
  pause_.cancel();
  // Their processes end with them.
  runs_.clear();
  api_.call({.method = "POST",
             .path = "/api/v1/executors/claim",
             .body = encode(wire::ClaimWish{.executor = settings_.executor, .processors = {}, .held = {}, .leaving = true}),
             .silence = goodbye_silence},
            [done = std::move(done)](const Result<std::string>&) { done(); });
}

}  // namespace tamarack::agent
