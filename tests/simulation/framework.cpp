#include "framework.h"

namespace tamarack::simulation {
namespace {

using domain::TestIndex;
using domain::TestStatus;

constexpr Millis stop_grace{5000};  // as agent/invocation.cpp

}  // namespace

Framework::Framework(World& world, agent::StartInvocation order, std::function<bool()> app_works, OnFact on_fact)
    : world_(world),
      order_(std::move(order)),
      app_works_(std::move(app_works)),
      on_fact_(std::move(on_fact)),
      folder_(world.truth.attempts[order_.term]) {
  for (const schedule::Piece& piece : order_.pieces) {
    tests_.insert(tests_.end(), piece.tests.begin(), piece.tests.end());
    leased_.insert(piece.tests.begin(), piece.tests.end());
  }
  draw_fate();
}

void Framework::draw_fate() {
  const FrameworkFaults& faults = world_.scenario.framework;
  if (world_.happens(faults.cannot_start)) fate_ = Fate::cannot_start;
  if (world_.happens(faults.killed)) fate_ = Fate::is_killed;
  if (world_.happens(faults.exits_early)) fate_ = Fate::exits_early;
  if (world_.happens(faults.crashes_after_last)) fate_ = Fate::crashes_after_last;
  if (world_.happens(faults.hangs)) fate_ = Fate::hangs;
  fate_at_ = fate_ == Fate::crashes_after_last ? tests_.size() : world_.random.below(tests_.size() + (fate_ == Fate::hangs ? 1 : 0));
  ignores_stop_ = world_.happens(faults.ignores_stop);
  loses_end_ = world_.happens(faults.loses_end);
  if (world_.happens(faults.runs_unplanned)) {
    const TestIndex other{world_.random.below(world_.scenario.plan.tests.size())};
    tests_.insert(tests_.begin() + static_cast<std::ptrdiff_t>(world_.random.below(tests_.size() + 1)), other);
  }
}

void Framework::later(Millis delay, void (Framework::*what)()) {
  world_.timeline.after(delay, [self = shared_from_this(), what] {
    if (!self->ended_) (self.get()->*what)();
  });
}

void Framework::start() {
  if (fate_ == Fate::cannot_start) {
    world_.took(Transition::framework_could_not_start);
    ended_ = true;
    world_.timeline.after(Millis{0}, [self = shared_from_this()] { self->tell_only(agent::CouldNotStart{"no such file"}); });
    return;
  }
  if (world_.scenario.unit_timeout.count() > 0)
    world_.timeline.after(world_.scenario.unit_timeout, [self = shared_from_this()] {
      if (self->ended_) return;
      self->timed_out_ = true;
      self->stop();
    });
  later(world_.scenario.framework_start, &Framework::next);
  if (!world_.scenario.live_events && leased_.size() == 1) tell_only(agent::TestBegan{*leased_.begin(), 0, world_.timeline.now()});
}

void Framework::next() {
  if (stopping_ && !ignores_stop_) return;
  if (fate_ != Fate::ends && position_ == fate_at_) {
    switch (fate_) {
      case Fate::is_killed:
        world_.took(Transition::framework_killed);
        return exit(-1, 9, true);
      case Fate::exits_early:
        world_.took(Transition::framework_exited_early);
        return exit(world_.random.chance(0.7) ? 0 : 1, 0, false);
      case Fate::crashes_after_last:
        world_.took(Transition::framework_crashed_after_last);
        return exit(3, world_.random.chance(0.3) ? 11 : 0, false);
      case Fate::hangs:
        world_.took(Transition::framework_hung);
        return;
      case Fate::cannot_start:
      case Fate::ends:
        break;
    }
  }
  if (position_ == tests_.size()) {
    if (loses_end_)
      world_.took(Transition::framework_lost_its_end);
    else
      tell_only(agent::FrameworkEnded{});
    return exit(somebody_failed_ ? 1 : 0, 0, false);
  }
  const TestIndex test = tests_[position_++];
  if (!leased_.contains(test)) world_.took(Transition::framework_ran_unplanned);
  const bool skipped = world_.scenario.natures[test.value].nature == Nature::skips || is_chain_broken(test);
  if (skipped) {
    report({.test = test, .status = TestStatus::skipped});
    return later(Millis{1}, &Framework::next);
  }
  begin(test, 0);
}

bool Framework::is_chain_broken(TestIndex test) const {
  if (!world_.scenario.plan.tests[test.value].serial) return false;
  for (const schedule::Piece& piece : order_.pieces)
    if (std::find(piece.tests.begin(), piece.tests.end(), test) != piece.tests.end()) return broken_units_.contains(piece.unit.value);
  return false;
}

void Framework::begin(TestIndex test, int retry) {
  ++world_.truth.begun[test.value];
  // A framework that runs one of its own tests a second time, unasked, does so by itself: that is no second execution of ours.
  if (retry == 0 && leased_.contains(test) && has_begun_.insert(test).second) ++world_.truth.begun_leased[test.value];
  in_flight_.insert(test);
  tell(agent::TestBegan{test, retry, world_.timeline.now()});
  world_.timeline.after(world_.scenario.natures[test.value].duration, [self = shared_from_this(), test, retry] {
    if (!self->ended_ && !(self->stopping_ && !self->ignores_stop_)) self->end(test, retry);
  });
}

TestStatus Framework::status_of(TestIndex test, int retry) const {
  const TestNature& nature = world_.scenario.natures[test.value];
  if (!app_works_()) return TestStatus::failed;
  switch (nature.nature) {
    case Nature::passes:
      return TestStatus::passed;
    case Nature::fails:
      return TestStatus::failed;
    case Nature::fails_at_first:
      return world_.truth.begun[test.value] <= nature.failures_first ? TestStatus::failed : TestStatus::passed;
    case Nature::fails_at_random:
      return world_.random.chance(0.5) ? TestStatus::failed : TestStatus::passed;
    case Nature::times_out:
      return TestStatus::timed_out;
    case Nature::skips:
      return TestStatus::skipped;
    case Nature::kills_its_process:
      return TestStatus::failed;
    case Nature::retried_by_framework:
      return retry == 0 ? TestStatus::failed : TestStatus::passed;
  }
  return TestStatus::failed;
}

void Framework::end(TestIndex test, int retry) {
  const Nature nature = world_.scenario.natures[test.value].nature;
  if (nature == Nature::kills_its_process) {
    world_.took(Transition::test_killed_its_process);
    return exit(-1, 11, false);
  }
  if (world_.happens(world_.scenario.framework.interrupts)) {
    world_.took(Transition::framework_interrupted_a_test);
    in_flight_.erase(test);
    somebody_failed_ = true;
    report({.test = test, .retry = retry, .status = TestStatus::interrupted});
    return later(Millis{1}, &Framework::next);
  }
  const TestStatus status = status_of(test, retry);
  const bool again = nature == Nature::retried_by_framework && retry == 0 && status == TestStatus::failed;
  in_flight_.erase(test);
  domain::TestReport done{
      .test = test, .retry = retry, .status = status, .last_try = !again, .duration = world_.scenario.natures[test.value].duration};
  if (world_.scenario.natures[test.value].captures)
    done.captures = {{fmt::format("job_{}", test.value), std::to_string(world_.truth.executions[test.value].size())}};
  report(std::move(done));
  if (again) {
    world_.took(Transition::framework_retried);
    return begin(test, retry + 1);
  }
  later(Millis{1}, &Framework::next);
}

void Framework::report(domain::TestReport report) {
  if (report.status != TestStatus::interrupted)
    world_.truth.executions[report.test.value].push_back({order_.term, report.test, report.retry, report.status, report.last_try});
  if (report.last_try && !is_good(report.status)) {
    somebody_failed_ = true;
    for (const schedule::Piece& piece : order_.pieces)
      if (std::find(piece.tests.begin(), piece.tests.end(), report.test) != piece.tests.end() &&
          world_.scenario.plan.tests[report.test.value].serial)
        broken_units_.insert(piece.unit.value);
  }
  tell(agent::TestEnded{report});
  if (world_.happens(world_.scenario.framework.reports_twice)) {
    world_.took(Transition::framework_reported_twice);
    tell(agent::TestEnded{report});
  }
}

// What goes through the framework's event file, or into its results.
void Framework::tell(const agent::Fact& fact) {
  if (!world_.scenario.live_events) {
    if (const auto* ended = std::get_if<agent::TestEnded>(&fact)) folder_.results.push_back(ended->report);
    return;
  }
  folder_.lines.push_back(fact);
  tell_only(fact);
}

void Framework::tell_only(const agent::Fact& fact) {
  if (on_fact_) on_fact_(fact);
}

void Framework::stop() {
  if (ended_ || stopping_) return;
  stopping_ = true;
  if (ignores_stop_) {
    world_.took(Transition::framework_ignored_stop);
    world_.timeline.after(stop_grace, [self = shared_from_this()] {
      if (!self->ended_) self->exit(-1, 9, false);
    });
    return;
  }
  world_.timeline.after(world_.up_to(Millis{300}), [self = shared_from_this()] {
    if (self->ended_) return;
    if (self->world_.random.chance(0.5))
      for (const TestIndex test : std::set(self->in_flight_)) {
        self->in_flight_.erase(test);
        self->report({.test = test, .status = TestStatus::interrupted});
      }
    self->exit(130, 0, false);
  });
}

void Framework::orphan() {
  on_fact_ = nullptr;
  world_.timeline.after(world_.up_to(Millis{20}), [self = shared_from_this()] { self->ended_ = true; });
}

void Framework::exit(std::int64_t code, std::int64_t signal, bool lost) {
  ended_ = true;
  folder_.ended_by_itself = signal == 0;
  if (timed_out_)
    for (const TestIndex test : in_flight_) {
      world_.truth.executions[test.value].push_back({order_.term, test, 0, TestStatus::timed_out, true});
      tell_only(agent::TestEnded{{.test = test, .status = TestStatus::timed_out}});
    }
  agent::InvocationExited fact{
      .exit_code = code, .signal = signal, .lost = lost || timed_out_, .events_expected = world_.scenario.live_events};
  if (!world_.scenario.live_events && !fact.lost && signal == 0)
    for (const domain::TestReport& report : folder_.results) tell_only(agent::TestEnded{report});
  world_.timeline.after(Millis{0}, [self = shared_from_this(), fact] { self->tell_only(fact); });
}

}  // namespace tamarack::simulation
