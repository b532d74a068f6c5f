#include "notify/notifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/masker.h"
#include "base/text.h"
#include "io/http_client.h"
#include "notify/compose.h"
#include "notify/plain.h"
#include "notify/request.h"

namespace tamarack::notify {
namespace {

constexpr std::size_t excerpt_bytes_max = 200;  // of an answer that refuses

std::string refusal(const Result<io::ClientAnswer>& answer) {
  if (!answer) return answer.error().message;
  const std::string body = cut_line(answer->body, excerpt_bytes_max);
  return body.empty() ? fmt::format("status {}", answer->status) : fmt::format("status {}: {}", answer->status, body);
}

}  // namespace

struct Notifier::Core : std::enable_shared_from_this<Core> {
  Core(io::Loop& loop, const Clock& clock, Random random, NotifierSettings settings, NotifierHooks hooks)
      : loop_(loop), clock_(clock), random_(random), settings_(std::move(settings)), hooks_(std::move(hooks)), outbox_(settings_.limits) {}

  void go_on() {
    if (closed_) return;
    for (Delivery& delivery : outbox_.take_due(clock_.now())) send(delivery);
    keep_changes();
    const std::optional<Instant> next = outbox_.next_due();
    timer_.cancel();
    if (!next) return;
    const Millis wait = std::max(Millis{0}, *next - clock_.now());
    timer_ = loop_.after(wait, [weak = weak_from_this()] {
      if (const auto core = weak.lock()) core->go_on();
    });
  }

  void send(const Delivery& delivery) {
    Result<io::ClientRequest> request =
        request_of(settings_.file, settings_.secrets, delivery, outbox_.remembered(delivery.remember), clock_.now());
    if (request) {
      io::http_call(loop_, std::move(*request), [weak = weak_from_this(), delivery](const Result<io::ClientAnswer>& answer) {
        if (const auto core = weak.lock()) core->on_answer(delivery, answer);
      });
      return;
    }
    // Never from inside go_on, which is in the middle of its list.
    const bool again = request.error().code == ErrorCode::invalid_config;
    loop_.post([weak = weak_from_this(), delivery, why = request.error().message, again] {
      if (const auto core = weak.lock(); core && !core->closed_) core->finish(delivery, {.status = again ? 0 : 404}, {}, why);
    });
  }

  void on_answer(const Delivery& delivery, const Result<io::ClientAnswer>& answer) {
    if (closed_) return;
    Reply reply;
    std::string created;
    if (answer) {
      reply = {.status = answer->status,
               .wait = wanted_wait({.retry_after = answer->field("Retry-After"),
                                    .ratelimit_remaining = answer->field("x-ratelimit-remaining"),
                                    .ratelimit_reset = answer->field("x-ratelimit-reset")},
                                   clock_.now())};
      if (!delivery.remember.empty()) created = created_id(*answer);
    }
    finish(delivery, reply, created, refusal(answer));
  }

  void finish(const Delivery& delivery, const Reply& reply, const std::string& created, const std::string& why) {
    const Tried tried{.created = delivery.created, .attempts = delivery.attempts + 1};
    const Decision decision = decide(settings_.retries, style_of(delivery.target), tried, reply, clock_.now(), random_);
    outbox_.settle(delivery, decision, decision.then == Then::done ? created : std::string());
    count(delivery, decision, why);
    go_on();
  }

  void count(const Delivery& delivery, const Decision& decision, const std::string& why) {
    if (decision.then == Then::done) {
      ++counts_.delivered;
      return;
    }
    ++counts_.attempts_failed;
    if (decision.then == Then::again) {
      // Once is enough: the next attempts say the same, and giving up is told again.
      if (delivery.attempts == 0)
        warn(fmt::format("'{}' was not reached, it is tried again in {}: {}", delivery.target, human_duration(decision.at - clock_.now()),
                         why));
      return;
    }
    ++counts_.given_up;
    warn(fmt::format("'{}' was not told of event {}, given up after {}: {}{}", delivery.target, delivery.event_id,
                     count_of(delivery.attempts + 1, "attempt"), why,
                     decision.then == Then::give_up_target ? "; nothing more is sent there until the server starts again" : ""));
  }

  // The values are read anew: a file may hold another secret than at the start.
  void warn(const std::string& text) {
    if (!hooks_.warn) return;
    hooks_.warn(Masker(secret_values(settings_.file, settings_.secrets)).mask(text));
  }

  void keep_changes() {
    for (const Change& change : outbox_.take_changes())
      if (hooks_.keep) hooks_.keep(change.key, change.json);
    if (outbox_.dropped() == told_dropped_) return;
    warn(fmt::format("{} dropped because too much waits for targets that do not answer", outbox_.dropped() - told_dropped_));
    told_dropped_ = outbox_.dropped();
  }

  io::Loop& loop_;
  const Clock& clock_;
  Random random_;
  NotifierSettings settings_;
  NotifierHooks hooks_;
  Outbox outbox_;
  io::Timer timer_;
  NotifierCounts counts_;
  std::uint64_t told_dropped_ = 0;
  bool closed_ = false;
};

Notifier::Notifier(io::Loop& loop, const Clock& clock, Random random, NotifierSettings settings, NotifierHooks hooks)
    : core_(std::make_shared<Core>(loop, clock, random, std::move(settings), std::move(hooks))) {}

Notifier::~Notifier() {
  core_->closed_ = true;
  core_->timer_.cancel();
}

void Notifier::restore(const std::vector<Kept>& kept) {
  std::size_t unreadable = 0;
  for (const Kept& one : kept) unreadable += core_->outbox_.restore(one.key, one.json) ? 0 : 1;
  if (unreadable > 0) core_->warn(fmt::format("{} of {} kept deliveries could not be read and are forgotten", unreadable, kept.size()));
  core_->outbox_.sort();
  const std::vector<std::string> known = targets_of(core_->settings_.file);
  for (const std::string& target : core_->outbox_.targets()) {
    if (std::find(known.begin(), known.end(), target) != known.end()) continue;
    const std::size_t count = core_->outbox_.drop_target(target);
    core_->warn(fmt::format("{} for '{}' dropped: it is not in the configuration any more", count, target));
  }
  core_->go_on();
}

void Notifier::tell(const report::ReportView& view, const News& news) {
  deliver(compose(core_->settings_.file, view, news));
}

void Notifier::deliver(std::vector<Delivery> deliveries) {
  core_->outbox_.add(std::move(deliveries));
  core_->go_on();
}

NotifierCounts Notifier::counts() const {
  NotifierCounts counts = core_->counts_;
  counts.waiting = core_->outbox_.size();
  counts.dropped = core_->outbox_.dropped();
  return counts;
}

}  // namespace tamarack::notify
