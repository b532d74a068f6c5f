#include "report/held_back.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.h"
#include "base/time.h"

namespace tamarack::report {
namespace {

constexpr std::int64_t worth_saying_part = 30;  // of the wall time
constexpr std::size_t sentences_max = 5;

struct Cost {
  std::int64_t ms = 0;  // of wall time, as far as one can tell
  std::string sentence;
};

std::string human(std::int64_t ms) {
  return human_duration(Millis{ms});
}

std::int64_t length(const SpanView& span) {
  return std::max<std::int64_t>(span.end_ms - span.start_ms, 0);
}

std::int64_t time_of(const WorkerView& worker, std::string_view kind) {
  std::int64_t ms = 0;
  for (const SpanView& span : worker.spans)
    if (span.kind == kind) ms += length(span);
  return ms;
}

struct Stretch {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

// Sorted, apart from each other.
std::vector<Stretch> merged(std::vector<Stretch> stretches) {
  std::sort(stretches.begin(), stretches.end(), [](const Stretch& a, const Stretch& b) { return a.from < b.from; });
  std::vector<Stretch> out;
  for (const Stretch& one : stretches) {
    if (one.to <= one.from) continue;
    if (out.empty() || one.from > out.back().to)
      out.push_back(one);
    else
      out.back().to = std::max(out.back().to, one.to);
  }
  return out;
}

// When some worker was at something, and how much of a stretch that was not. Thousands of waits ask.
class Quiet {
 public:
  explicit Quiet(const std::vector<WorkerView>& workers) {
    std::vector<Stretch> spans;
    for (const WorkerView& worker : workers)
      for (const SpanView& span : worker.spans)
        if (span.kind != "idle" && span.kind != "waiting_lock") spans.push_back({span.start_ms, span.end_ms});
    busy_ = merged(std::move(spans));
    for (const Stretch& one : busy_) busy_before_.push_back((busy_before_.empty() ? 0 : busy_before_.back()) + one.to - one.from);
  }
  std::int64_t in(const Stretch& asked) const { return asked.to - asked.from - (busy_until(asked.to) - busy_until(asked.from)); }

 private:
  std::int64_t busy_until(std::int64_t at) const {
    const auto next = std::partition_point(busy_.begin(), busy_.end(), [&](const Stretch& one) { return one.from < at; });
    if (next == busy_.begin()) return 0;
    const auto last = static_cast<std::size_t>(next - busy_.begin()) - 1;
    return busy_before_[last] - std::max<std::int64_t>(busy_[last].to - at, 0);
  }

  std::vector<Stretch> busy_;
  std::vector<std::int64_t> busy_before_;  // up to the end of each
};

class Account {
 public:
  explicit Account(const ReportView& view) : view_(view) {
    const auto workers = static_cast<std::int64_t>(view.workers.size());
    worker_time_ = std::max<std::int64_t>(view.run.wall_ms * std::max<std::int64_t>(workers, 1), 1);
  }

  // A unit that lasts longer than a fair share keeps the others waiting at the end.
  void longest_unit() {
    if (view_.units.empty() || view_.workers.size() < 2) return;
    const auto longest = std::max_element(view_.units.begin(), view_.units.end(),
                                          [](const UnitView& a, const UnitView& b) { return a.duration_ms < b.duration_ms; });
    std::int64_t total = 0;
    for (const UnitView& unit : view_.units) total += unit.duration_ms;
    const std::int64_t fair = total / static_cast<std::int64_t>(view_.workers.size());
    if (longest->duration_ms <= fair) return;
    add(longest->duration_ms - fair,
        fmt::format("the longest unit '{}' alone took {} of {}", longest->title, human(longest->duration_ms), human(view_.run.wall_ms)));
  }

  void of_every_worker(std::string_view kind, std::string_view what) {
    std::int64_t sum = 0;
    std::int64_t spans = 0;
    std::int64_t most = 0;
    for (const WorkerView& worker : view_.workers) {
      const std::int64_t ms = time_of(worker, kind);
      sum += ms;
      most = std::max(most, ms);
      spans += std::count_if(worker.spans.begin(), worker.spans.end(), [&](const SpanView& span) { return span.kind == kind; });
    }
    if (spans == 0) return;
    const std::string times = spans == 1 ? "" : fmt::format("{} times, ", spans);
    add(most, fmt::format("{} took {} ({}{} % of the workers' time)", what, human(sum), times, percent(sum)));
  }

  // By worker and by what it waited for; the label is what the scheduler said, such as "lock 'db'".
  void waiting() {
    for (const WorkerView& worker : view_.workers) {
      std::map<std::string, std::int64_t> by_label;
      for (const SpanView& span : worker.spans)
        if (span.kind == "waiting_lock") by_label[span.label.empty() ? "a lock" : span.label] += length(span);
      for (const auto& [label, ms] : by_label) add(ms, fmt::format("worker {} waited {} for {}", worker.name, human(ms), label));
    }
  }

  // While flows were parked and no worker was at anything: no schedule of tests could have filled that time.
  void parked() {
    const Quiet quiet(view_.workers);
    std::vector<Stretch> waits;
    std::int64_t last_end = -1;
    std::string last;
    for (const FlowView& flow : view_.run.flows)
      for (const FlowPhaseView& phase : flow.phases) {
        if (!phase.wait || phase.outcome.empty()) continue;
        const bool open = phase.outcome == "open";
        const Stretch wait{phase.started_ms, open ? std::max(view_.run.wall_ms, phase.started_ms) : phase.started_ms + phase.duration_ms};
        if (quiet.in(wait) <= 0) continue;
        waits.push_back(wait);
        if (wait.to <= last_end) continue;
        last_end = wait.to;
        last = fmt::format("'{}'{} {} for '{}'", flow.name, open ? " has waited" : " waited", human(wait.to - wait.from), phase.name);
      }
    if (waits.empty()) return;
    const std::size_t count = waits.size();
    std::int64_t ms = 0;
    for (const Stretch& one : merged(std::move(waits))) ms += quiet.in(one);
    add(ms, fmt::format("for {} there was nothing to do but wait: {} {}; no worker was held", human(ms),
                        count == 1 ? "flow" : "the last flow", last));
  }

  void idle() {
    const WorkerView* idlest = nullptr;
    std::int64_t most = 0;
    for (const WorkerView& worker : view_.workers)
      if (const std::int64_t ms = time_of(worker, "idle"); ms > most) {
        most = ms;
        idlest = &worker;
      }
    if (idlest != nullptr) add(most, fmt::format("worker {} had nothing to do for {}", idlest->name, human(most)));
  }

  void repeated_attempts() {
    std::int64_t ms = 0;
    std::int64_t count = 0;
    for (const TestView& test : view_.tests)
      for (std::size_t i = 0; i + 1 < test.attempts.size(); ++i) {
        ms += test.attempts[i].duration_ms;
        ++count;
      }
    const auto workers = static_cast<std::int64_t>(std::max<std::size_t>(view_.workers.size(), 1));
    if (count > 0) add(ms / workers, fmt::format("{} took {} before the one that counts", count_of(count, "earlier attempt"), human(ms)));
  }

  std::vector<std::string> sentences() && {
    std::erase_if(costs_, [&](const Cost& cost) { return cost.ms <= 0 || cost.ms * worth_saying_part < view_.run.wall_ms; });
    std::sort(costs_.begin(), costs_.end(),
              [](const Cost& a, const Cost& b) { return std::tie(b.ms, a.sentence) < std::tie(a.ms, b.sentence); });
    if (costs_.size() > sentences_max) costs_.resize(sentences_max);
    std::vector<std::string> texts;
    for (Cost& cost : costs_) texts.push_back(std::move(cost.sentence));
    return texts;
  }

 private:
  std::int64_t percent(std::int64_t ms) const { return (100 * ms + worker_time_ / 2) / worker_time_; }
  void add(std::int64_t ms, std::string sentence) { costs_.push_back({ms, std::move(sentence)}); }

  const ReportView& view_;
  std::int64_t worker_time_ = 1;
  std::vector<Cost> costs_;
};

}  // namespace

std::vector<std::string> held_back(const ReportView& view) {
  Account account(view);
  account.longest_unit();
  account.of_every_worker("app_start", "starting the application");
  account.of_every_worker("framework_start", "starting the framework");
  account.of_every_worker("app_reset", "resetting the application");
  account.of_every_worker("lost", "work that was lost with its worker");
  account.waiting();
  account.parked();
  account.idle();
  account.repeated_attempts();
  return std::move(account).sentences();
}

}  // namespace tamarack::report
