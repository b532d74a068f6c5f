// A miniature world for stories about jobs, waits and signals: a board, a clock turned by hand, backends that answer what the story says,
// and the journal, from which the board can be made again. Used by the unit tests beside it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "flow/board.h"

namespace tamarack::flow {

class World {
 public:
  explicit World(const BoardOptions& options = {}) : options_(options), board_(options) {
    feed(Restarted{{now_, Millis{1'000}, "boot-1"}});
  }

  // Requests and what is answered; a backend that is not there answers nothing at all.
  std::map<std::string, std::function<Answer()>> backends;
  std::map<std::string, std::int64_t> asked;  // how often

  void feed(const Event& event) {
    Step result = step(std::move(board_), event, now_, random_);
    board_ = std::move(result.board);
    for (Entry& entry : result.entries) journal_.push_back(std::move(entry));
    std::vector<Ask> asks;
    for (Effect& effect : result.effects) {
      if (const auto* ask = std::get_if<Ask>(&effect)) asks.push_back(*ask);
      effects_.push_back(std::move(effect));
    }
    for (const Ask& ask : asks) answer(ask);
  }
  // Time passes; every tick that is due on the way is heard at its instant.
  void advance(Millis by) {
    const Instant target = now_ + by;
    while (true) {
      const auto next = next_due(board_);
      if (!next || *next > target) break;
      now_ = std::max(now_, *next);
      feed(Tick{});
    }
    now_ = target;
  }
  // Nobody runs for so long, then all is made again from the journal.
  void restart(Millis down = Millis{0}, const std::string& boot = "boot-1", Millis wall_jump = Millis{0}) {
    const Millis since_boot = Millis{1'000} + (now_ - start_) + down;
    Board fresh(options_);
    for (const Entry& entry : journal_) apply(fresh, entry);
    const ClockReading reading{now_ + down + wall_jump, since_boot, boot};
    now_ = go_on(fresh.clock, fresh.latest, reading);
    board_ = std::move(fresh);
    effects_.clear();
    feed(Restarted{reading});
  }

  void park(const std::string& id, WaitSpec spec) { feed(ParkWait{domain::WaitId{id}, std::move(spec)}); }
  void submit(const std::string& id, domain::JobRequest request = {}) { feed(SubmitJob{domain::JobId{id}, std::move(request)}); }
  void report(const std::string& id, domain::JobReport report) { feed(ReportJob{domain::JobId{id}, std::move(report)}); }
  void signal(const std::string& key, const std::string& id, const std::string& data = {}) {
    feed(SendSignal{{.id = domain::SignalId{id}, .key = key, .data = data}});
  }

  const Wait& wait(const std::string& id) const { return board_.waits.at(domain::WaitId{id}); }
  const Job& job(const std::string& id) const { return board_.jobs.at(domain::JobId{id}); }
  // "parked", or the outcome and its message.
  std::string told(const std::string& id) const {
    const Wait& one = wait(id);
    return one.over ? fmt::format("{}: {}", to_string(one.outcome), one.message) : "parked";
  }
  std::string outcome(const std::string& id) const { return wait(id).over ? std::string(to_string(wait(id).outcome)) : "parked"; }
  template <class T>
  std::vector<T> ordered() const {  // since the last clear_orders()
    std::vector<T> found;
    for (const Effect& effect : effects_)
      if (const T* one = std::get_if<T>(&effect)) found.push_back(*one);
    return found;
  }
  void clear_orders() { effects_.clear(); }
  template <class T>
  std::size_t facts() const {
    std::size_t found = 0;
    for (const Entry& entry : journal_) found += std::holds_alternative<T>(entry.record) ? 1 : 0;
    return found;
  }

  const Board& board() const { return board_; }
  const std::vector<Entry>& journal() const { return journal_; }
  Instant now() const { return now_; }
  void set_now(Instant now) { now_ = now; }

 private:
  void answer(const Ask& ask) {
    ++asked[ask.request];
    const auto backend = backends.find(ask.request);
    if (backend != backends.end()) feed(Answered{ask.request, ask.number, backend->second()});
  }

  BoardOptions options_;
  Instant start_ = from_ms(1'800'000'000'000);
  Instant now_ = start_;
  Random random_{7};
  Board board_;
  std::vector<Entry> journal_;
  std::vector<Effect> effects_;
};

inline HttpAnswer json_answer(std::string body, std::int32_t status = 200) {
  return {.status = status, .content_type = "application/json", .body = std::move(body)};
}

inline ReadRules status_rules() {
  return {.field = "$.status",
          .map = {{"PENDING", Meaning::going_on},
                  {"RUNNING", Meaning::going_on},
                  {"COMPLETED", Meaning::satisfied},
                  {"FAILED", Meaning::failed}},
          .error_field = "$.error"};
}

inline Condition looked_at(const std::string& request, ReadRules rules = status_rules()) {
  return {.name = request, .target = "http://app/" + request, .request = request, .host = "http://app", .rules = std::move(rules)};
}
inline Condition on_job(const std::string& id) {
  return {.name = id, .source = SourceKind::job, .target = id};
}
inline Condition on_signal(const std::string& key) {
  return {.name = key, .source = SourceKind::signal, .target = key};
}
inline WaitSpec wait_for(Condition condition, Millis limit = Millis{600'000}) {
  return {.name = "wait", .owner = "test", .conditions = {std::move(condition)}, .limit = limit};
}

}  // namespace tamarack::flow
