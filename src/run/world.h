// A miniature world for stories about runs: a plan, a clock turned by hand, and the journal as text. Used by the unit tests beside it.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "run/run.h"

namespace tamarack::run {

struct WorldOptions {
  std::vector<std::vector<std::string>> units;  // titles of the tests, unit by unit
  Options run;
  int workers = 1;
  bool serial = false;
  bool share_invocation = false;  // several units in one lease, all there are
  std::size_t shares = 0;         // policy count: unit u belongs to slot u modulo this
  Carried carried = {};
};

class World {
 public:
  explicit World(const WorldOptions& options) {
    domain::Plan plan;
    plan.workers = options.workers;
    plan.units_share_invocation = options.share_invocation;
    if (options.share_invocation) plan.cost = {.framework_start = Millis{60'000}, .from_history = true};
    if (options.shares > 0) plan.policy = domain::Policy::count;
    for (std::size_t u = 0; u < options.units.size(); ++u) {
      domain::Unit unit{.index = domain::UnitIndex{u}, .title = fmt::format("unit-{}", u), .serial = options.serial};
      for (const std::string& title : options.units[u]) {
        unit.tests.push_back(domain::TestIndex{plan.tests.size()});
        domain::TestCase test{.identity = {unit.title, {title}, ""}, .serial = options.serial};
        test.id = domain::make_test_id(test.identity);
        plan.tests.push_back(test);
      }
      if (options.shares > 0) unit.pinned_worker = static_cast<std::int64_t>(u % options.shares);
      unit.estimate = Millis{static_cast<std::int64_t>(1000 * unit.tests.size())};
      plan.units.push_back(unit);
    }
    begin(plan, options.run, options.workers, options.carried);
  }
  World(const domain::Plan& plan, const Options& options, int workers, const Carried& carried, std::string session = {})
      : session_(std::move(session)) {
    begin(plan, options, workers, carried);
  }

  static domain::WorkerId worker(int number) { return domain::WorkerId{fmt::format("local/{}", number)}; }

  void feed(const Event& event) {
    Step result = step(std::move(run_), event, clock_.now());
    run_ = std::move(result.run);
    for (const Entry& entry : result.entries) journal_.push_back(entry);
    effects_ = std::move(result.effects);
  }
  void advance(Millis by) {
    clock_.advance(by);
    feed(Tick{});
  }

  // Time passes, and nobody is there to see it.
  void wait(Millis by) { clock_.advance(by); }

  // Tamarack is killed and started again: only the journal is left. Without agents that live on, the workers come back by `come()`.
  void restart(bool agents_live_on = false) {
    Run folded;
    for (const Entry& entry : journal_) apply(folded, entry);
    run_ = std::move(folded);
    feed(Resumed{agents_live_on});
  }
  void come(int workers) {
    for (int w = 1; w <= workers; ++w) feed(WorkerAppeared{worker(w), domain::AgentId{"local"}});
    for (int w = 1; w <= workers; ++w) feed(WorkerBecameReady{worker(w), Millis{0}, session_});
  }

  domain::TestIndex test(const std::string& title) const {
    for (std::size_t i = 0; i < run_.plan.tests.size(); ++i)
      if (run_.plan.tests[i].identity.title_path.back() == title) return domain::TestIndex{i};
    return domain::TestIndex{run_.plan.tests.size()};
  }
  domain::Term term_of(int number) const {
    for (const auto& [term, lease] : run_.leases)
      if (lease.worker == worker(number)) return term;
    return {};
  }

  void start(int w, const std::string& title) { feed(TestBegan{worker(w), term_of(w), test(title), 0}); }
  void end(int w, const std::string& title, domain::TestStatus status, int retry = 0, bool last_try = true) {
    domain::TestReport report{.test = test(title), .retry = retry, .status = status, .last_try = last_try};
    feed(TestEnded{worker(w), term_of(w), report});
  }
  void pass(int w, const std::string& title) {
    start(w, title);
    end(w, title, domain::TestStatus::passed);
  }
  void fail(int w, const std::string& title) {
    start(w, title);
    end(w, title, domain::TestStatus::failed);
  }
  void exit(int w, int code = 0, bool lost = false, int signal = 0) {
    feed(InvocationEnded{worker(w), term_of(w), lost, {.exit_code = code, .signal = signal}, {}});
  }

  domain::Outcome outcome(const std::string& title) const { return run_.tests.at(test(title).value).outcome; }
  const Run& run() const { return run_; }
  const std::vector<Entry>& journal() const { return journal_; }
  const std::vector<Effect>& effects() const { return effects_; }

 private:
  void begin(const domain::Plan& plan, const Options& options, int workers, const Carried& carried) {
    feed(Planned{domain::RunId{"r-1"}, plan, options, carried});
    come(workers);
  }

  std::string session_;  // of the agent's process that has the workers
  Run run_;
  ManualClock clock_;
  std::vector<Entry> journal_;
  std::vector<Effect> effects_;
};

}  // namespace tamarack::run
