#include "flow/simulation.h"

#include <algorithm>

namespace tamarack::flow {

using domain::JobId;
using domain::JobStatus;
using domain::SignalId;
using domain::WaitId;
using domain::WaitOutcome;

namespace {

constexpr Millis retry_every{4'000};
constexpr Millis heartbeat{5'000};
constexpr Millis story_max{240'000};  // every deadline is before

ReadRules rules_of_story() {
  return {.field = "$.status",
          .map = {{"PENDING", Meaning::going_on},
                  {"RUNNING", Meaning::going_on},
                  {"COMPLETED", Meaning::satisfied},
                  {"FAILED", Meaning::failed}},
          .no_answer_max = Millis{120'000}};
}

}  // namespace

Simulation::Simulation(const SimulationOptions& options)
    : options_(options), random_(options.seed), board_random_(options.seed ^ 0x5eedULL), executors_(2) {
  feed(Restarted{{now_, Millis{1}, "boot-0"}});
  set_up();
}

void Simulation::object(std::string complaint) {
  if (complaint_.empty())
    complaint_ = fmt::format("seed {}, {} ms, commit {}: {}", options_.seed, (now_ - start_).count(), commits_, complaint);
}

void Simulation::at(Millis later, std::function<void()> what) {
  queue_.emplace(now_ + later, std::move(what));
}

void Simulation::set_up() {
  for (int i = 0; i < 3; ++i) {
    const Instant begins = now_ + some(20'000);
    backends_[fmt::format("b{}", i)] = {begins, begins + some(60'000), random_.chance(0.3)};
    push_soon(fmt::format("b{}", i), begins);
    push_soon(fmt::format("b{}", i), backends_[fmt::format("b{}", i)].ends);
  }
  for (int i = 0; i < 3; ++i) at(some(5'000), [this, i] { submit(i); });
  for (std::size_t i = 0; i < executors_.size(); ++i) at(some(3'000), [this, i] { beat(i); });
  const int signals = static_cast<int>(random_.below(4));
  for (int i = 0; i < signals; ++i) {
    const domain::Signal signal{.id = SignalId{fmt::format("s{}", i)}, .key = fmt::format("k{}", random_.below(2))};
    const std::int64_t copies = 1 + (options_.calm ? 0 : static_cast<std::int64_t>(random_.below(4)));
    for (std::int64_t c = 0; c < copies; ++c) at(some(60'000), [this, signal] { send(signal); });
  }
  const int waits = 1 + static_cast<int>(random_.below(4));
  for (int i = 0; i < waits; ++i) set_up_wait(i);
  if (!options_.calm && random_.chance(0.5)) at(some(100'000), [this] { die_and_come_back(); });
}

// How it goes depends on the job alone, so that a story that is disturbed has the same work in it.
Simulation::Work Simulation::work_of(const std::string& key) {
  Random own(hash_parts(options_.seed, {"work", key}));
  const Instant begins = now_ + Millis{static_cast<std::int64_t>(own.below(10'000))};
  const Instant ends = begins + Millis{static_cast<std::int64_t>(own.below(40'000))};
  return {begins, ends, own.chance(0.2), !options_.calm && own.chance(0.15)};
}

Condition Simulation::any_condition(int number) {
  Condition condition{.name = fmt::format("c{}", number)};
  switch (random_.below(3)) {
    case 0:
      condition.source = SourceKind::signal;
      condition.target = options_.calm ? fmt::format("kw{}", number) : fmt::format("k{}", random_.below(2));
      break;
    case 1:
      condition.source = SourceKind::job;
      condition.target = fmt::format("j{}", random_.below(3));  // the key; the id is filled in when the job is known
      condition.cancel_when_dropped = chance(0.2);
      break;
    default:
      condition.target = condition.request = fmt::format("b{}", random_.below(3));
      condition.host = "h";
      condition.pushed = random_.chance(0.5);
      condition.rules = rules_of_story();
      break;
  }
  return condition;
}

void Simulation::set_up_wait(int number) {
  WaitSpec spec{.name = "w", .join = random_.chance(0.5) ? Join::any : Join::all, .limit = Millis{1'000} + some(100'000)};
  const int conditions = 1 + static_cast<int>(random_.below(3));
  for (int i = 0; i < conditions; ++i) spec.conditions.push_back(any_condition(options_.calm ? number * 3 + i : i));
  // Undisturbed, every wait has its own signals and time enough: what comes out does not hang on who is first.
  if (options_.calm) spec.limit = Millis{150'000};
  for (const Condition& condition : spec.conditions)
    if (options_.calm && condition.source == SourceKind::signal)
      at(some(60'000), [this, key = condition.target] { send({.id = SignalId{"s-" + key}, .key = key}); });
  const std::string id = fmt::format("w{}", number);
  at(some(40'000), [this, id, spec] { park(id, spec); });
}

// Parked again and again until it is known to be parked; jobs must be known first.
void Simulation::park(const std::string& id, const WaitSpec& spec) {
  if (board_.waits.contains(WaitId{id})) return;
  WaitSpec filled = spec;
  for (Condition& condition : filled.conditions) {
    if (condition.source != SourceKind::job) continue;
    const auto known = jobs_of_key_.find(condition.target);
    if (known == jobs_of_key_.end()) return at(retry_every, [this, id, spec] { park(id, spec); });
    condition.target = known->second;
  }
  feed(ParkWait{WaitId{id}, filled});
  at(retry_every, [this, id, spec] { park(id, spec); });
}

void Simulation::submit(int number) {
  const std::string key = fmt::format("j{}", number);
  if (answered_.contains(key)) return;
  domain::JobRequest request{.idempotency_key = key, .digest = "d", .heartbeat_every = heartbeat};
  if (number > 0) request.processor = "p";
  // A new id every time: only the key says that it is the same.
  feed(SubmitJob{JobId{fmt::format("{}-{}", key, commits_)}, request});
  at(retry_every, [this, number] { submit(number); });
}

// What an application does about a job: it begins once, says so, beats, and says its end until the board has heard it.
void Simulation::tell_application(int number, const JobId& job, Work work) {
  const auto at_board = board_.jobs.find(job);
  if (at_board == board_.jobs.end() || is_final(at_board->second.status)) return;
  domain::JobReport report{.status = now_ < work.begins ? "QUEUED" : "RUNNING"};
  if (now_ >= work.ends) report = {.status = work.fails ? "FAILED" : "COMPLETED", .result = "1", .error = work.fails ? "boom" : ""};
  const bool silent = work.dies && now_ >= work.begins;
  const int copies = silent || chance(0.2) ? 0 : chance(0.2) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    if (chance(0.2))
      at(some(10'000), [this, job, report] { feed(ReportJob{job, report}); });  // late, out of order
    else
      feed(ReportJob{job, report});
  }
  at(Millis{2'000}, [this, number, job, work] { tell_application(number, job, work); });
}

void Simulation::start(const StartJob& order) {
  for (Executor& executor : executors_) {
    if (executor.session != order.executor || (options_.plant != "start-twice" && !executor.known.insert(order.job).second)) continue;
    ++starts_[order.job.value];
    executor.held[order.job] = work_of(order.job.value.substr(0, 2));
  }
}

void Simulation::beat(std::size_t index) {
  Executor& executor = executors_[index];
  if (executor.session.empty() || chance(0.01)) {
    // A new process: it knows nothing of what the one before had.
    const std::string gone = executor.session;
    executor = {.session = fmt::format("x{}#{}", index, executor.sessions), .sessions = executor.sessions + 1};
    if (!gone.empty() && chance(0.5)) feed(ExecutorGone{gone, "its process ended"});
  }
  ExecutorHeard heard{.executor = executor.session};
  for (auto one = executor.held.begin(); one != executor.held.end();) {
    const auto known = board_.jobs.find(one->first);
    const bool is_over = known == board_.jobs.end() || is_final(known->second.status);
    const JobId job = one->first;
    const Work work = one->second;
    one = is_over ? executor.held.erase(one) : std::next(one);
    if (is_over || work.dies) continue;
    heard.held.push_back({job, 1});
    if (now_ >= work.ends)
      feed(ReportJob{job, {.status = work.fails ? "FAILED" : "COMPLETED", .epoch = 1, .result = "1"}});
    else if (now_ >= work.begins)
      feed(ReportJob{job, {.status = "RUNNING", .epoch = 1}});
  }
  if (!chance(0.2)) feed(heard);
  if (executor.held.size() < 2) feed(ClaimJob{executor.session, {"p"}});
  at(Millis{2'500}, [this, index] { beat(index); });
}

void Simulation::send(const domain::Signal& signal) {
  feed(SendSignal{signal});
  if (!promised_.contains(signal.id.value))
    at(retry_every, [this, signal] {
      if (!promised_.contains(signal.id.value)) send(signal);
    });
}

Answer Simulation::truth(const std::string& request) const {
  const Backend& backend = backends_.at(request);
  std::string status = now_ < backend.begins ? "PENDING" : now_ < backend.ends ? "RUNNING" : backend.fails ? "FAILED" : "COMPLETED";
  return HttpAnswer{.status = 200, .body = fmt::format(R"({{"status":"{}"}})", status)};
}

void Simulation::push_soon(const std::string& request, Instant change) {
  const int copies = chance(0.4) ? 0 : chance(0.3) ? 2 : 1;
  for (int i = 0; i < copies; ++i)
    queue_.emplace(change + (chance(0.3) ? some(20'000) : Millis{0}), [this, request] { feed(Pushed{request}); });
}

void Simulation::answer(const Ask& ask) {
  if (chance(0.1)) return;  // never
  if (chance(0.05)) {
    at(some(2'000), [this, ask] { feed(Answered{ask.request, ask.number, HttpAnswer{.status = 503, .retry_after = "2"}}); });
    return;
  }
  const Millis delay = options_.calm ? Millis{20} : some(chance(0.1) ? 15'000 : 300);
  // What was true when the request arrived travels for a while.
  const Answer said = truth(ask.request);
  at(delay, [this, ask, said] { feed(Answered{ask.request, ask.number, said}); });
}

void Simulation::die_and_come_back() {
  ++deaths_;
  ++seen["deaths"];
  Board fresh;
  for (const Entry& entry : journal_) apply(fresh, entry);
  const bool new_boot = chance(0.3);
  const Millis down = options_.calm ? Millis{0} : some(chance(0.2) ? 60'000 : 3'000);
  const Millis jump = fresh.clock && chance(0.5) ? some(7'200'000) - Millis{3'600'000} : Millis{0};
  now_ += down;
  // On one boot the time since then is known whatever was done to the wall clock; on another the wall is believed, so it is true here.
  const ClockReading clock{new_boot ? now_ : now_ + jump, Millis{1} + (now_ - start_),
                           new_boot      ? fmt::format("boot-{}", deaths_)
                           : fresh.clock ? fresh.clock->reading.boot
                                         : "boot-0"};
  const Instant line = go_on(fresh.clock, fresh.latest, clock);
  if (line != std::max(now_, fresh.latest))
    object(fmt::format("the line of instants went on {} ms away from the truth", (line - now_).count()));
  board_ = std::move(fresh);
  back_ = now_;
  is_restarting_ = true;
  feed(Restarted{clock});
  is_restarting_ = false;
  if (chance(0.3)) at(some(60'000), [this] { die_and_come_back(); });
}

void Simulation::feed(const Event& event) {
  if (!complaint_.empty()) return;
  Step result = step(std::move(board_), event, now_, board_random_);
  board_ = std::move(result.board);
  const bool is_fact = !result.entries.empty();
  if (is_fact) ++commits_;
  const bool planned = is_fact && commits_ == options_.kill_at;
  const bool killed = !is_restarting_ && (planned || (is_fact && chance(0.01)));
  const bool before = planned ? options_.kill_before_commit : random_.chance(0.5);
  if (killed && before) return die_and_come_back();
  for (const Entry& entry : result.entries) journal_.push_back(entry);
  referee(result.entries);
  if (killed) return die_and_come_back();
  obey(result.effects);
}

void Simulation::obey(const std::vector<Effect>& effects) {
  for (const Effect& effect : effects) {
    if (const auto* submission = std::get_if<SubmissionAnswered>(&effect)) {
      const std::string key = submission->asked.value.substr(0, 2);
      if (!answered_.insert(key).second) continue;
      jobs_of_key_[key] = submission->job.value;
      if (key == "j0") at(Millis{0}, [this, job = submission->job, work = work_of(key)] { tell_application(0, job, work); });
    } else if (const auto* started = std::get_if<StartJob>(&effect)) {
      if (!chance(0.2)) start(*started);
    } else if (const auto* ask = std::get_if<Ask>(&effect)) {
      answer(*ask);
    } else if (const auto* over = std::get_if<WaitOver>(&effect)) {
      const WaitOutcome outcome = board_.waits.at(over->wait).outcome;
      const auto [known, is_new] = told_.emplace(over->wait.value, outcome);
      if (known->second != outcome) object(fmt::format("wait {} was told with two outcomes", over->wait.value));
      if (is_new || options_.plant == "phase-twice") ++phases_[over->wait.value];
      if (!chance(0.2)) at(Millis{10}, [this, wait = over->wait] { feed(TakeWait{wait}); });
    } else if (const auto* signal = std::get_if<SignalAnswered>(&effect)) {
      promised_[signal->id.value] = signal->key;
    }
  }
}

std::string Simulation::play() {
  while (complaint_.empty()) {
    const auto tick = next_due(board_);
    Instant next = start_ + story_max;
    if (!queue_.empty()) next = std::min(next, std::max(now_, queue_.begin()->first));
    const bool is_tick = tick && *tick <= next;
    if (is_tick) next = std::max(now_, *tick);
    if (next >= start_ + story_max) break;
    now_ = next;
    if (is_tick) {
      feed(Tick{});
      continue;
    }
    const auto what = std::move(queue_.begin()->second);
    queue_.erase(queue_.begin());
    what();
  }
  look_over();
  return complaint_;
}

std::map<std::string, std::string> Simulation::outcomes() const {
  std::map<std::string, std::string> all;
  for (const auto& [id, wait] : board_.waits) all[id.value] = wait.over ? std::string(to_string(wait.outcome)) : "parked";
  for (const auto& [id, job] : board_.jobs) all[job.request.idempotency_key] = std::string(to_string(job.status));
  return all;
}

}  // namespace tamarack::flow
