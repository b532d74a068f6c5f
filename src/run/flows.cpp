// When phases of flows begin and end, and with what. A flow ends with the first phase that does not end well; what is left of it is settled
// at once, but for tests that a worker is at.
//
//   what ended a phase of tests                 the phase          what ended a wait    the phase
//   a test failed / timed out                   failed, timed_out  as the board says    the same word
//   a test was lost, cancelled, never ran       the same word      the run stops        cancelled; at its time limit timed_out
//   a test was skipped                          skipped
//   all passed, a capture is missing            invalid
//   one drifted, if that is invalid             invalid
#include "run/flows.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.h"
#include "run/stepper.h"

namespace tamarack::run {

using domain::Outcome;
using domain::PhaseOutcome;
using domain::TestIndex;

namespace {

struct Word {
  PhaseOutcome phase;
  Outcome outcome;  // of the flow; and of the tests that end a phase so
  std::string_view said;
};
// The worst first.
constexpr std::array words{
    Word{PhaseOutcome::invalid, Outcome::failed, "is invalid"},         Word{PhaseOutcome::failed, Outcome::failed, "failed"},
    Word{PhaseOutcome::timed_out, Outcome::timed_out, "timed out"},     Word{PhaseOutcome::lost, Outcome::lost, "was lost"},
    Word{PhaseOutcome::cancelled, Outcome::cancelled, "was cancelled"}, Word{PhaseOutcome::never_ran, Outcome::never_ran, "never ran"},
    Word{PhaseOutcome::skipped, Outcome::skipped, "was skipped"}};

bool is_wait(const domain::FlowPhase& phase) {
  return phase.tests.empty();
}

// The worst that its tests ended with, and its words; satisfied: all passed.
std::pair<PhaseOutcome, std::string> end_of(const Run& run, const domain::FlowPhase& planned) {
  for (const Word& word : words) {
    if (word.phase == PhaseOutcome::invalid) continue;
    std::vector<TestIndex> so;
    for (const TestIndex test : planned.tests)
      if (run.tests.at(test.value).outcome == word.outcome) so.push_back(test);
    if (so.empty()) continue;
    const domain::TestIdentity& first = run.plan.tests.at(so.front().value).identity;
    const std::string title =
        first.title_path.empty() ? first.spec : display_title(first);  // a unit of the `command` adapter has no titles
    return {word.phase, so.size() == 1
                            ? fmt::format("test '{}' {}", title, word.said)
                            : fmt::format("{} of {} tests {}, the first is '{}'", so.size(), planned.tests.size(), word.said, title)};
  }
  return {PhaseOutcome::satisfied, {}};
}

// "drifted: " and what its tests say that has changed, each thing once; empty: nothing has.
std::string drift_of(const PhaseState& state) {
  constexpr std::size_t bytes_max = 2'000;  // a test may have written the annotation itself
  std::vector<std::string> said;
  for (const auto& [test, what] : state.drifted)
    if (std::find(said.begin(), said.end(), what) == said.end()) said.push_back(what);
  if (said.empty()) return {};
  return std::string(domain::drifted_message) + to_valid_utf8(join(said, "; ").substr(0, bytes_max));
}

bool is_parked(const domain::FlowPhase& planned, const PhaseState& state) {
  return is_wait(planned) && state.is_open();
}

}  // namespace

std::int64_t Stepper::retries_of(const TestState& state) const {
  if (state.flow < 0) return run_.options.retries;
  const std::int64_t own = plan_of(state.flow).phases.at(static_cast<std::size_t>(state.phase)).retries;
  return own < 0 ? run_.options.retries : own;
}

bool Stepper::never_twice(const TestState& test) const {
  return test.flow >= 0 && plan_of(test.flow).phases.at(static_cast<std::size_t>(test.phase)).never_twice;
}

void Stepper::operator()(const WaitConcluded& event) {
  if (event.flow < 0 || event.phase < 0 || static_cast<std::size_t>(event.flow) >= run_.flows.size()) return;
  const std::vector<PhaseState>& phases = state_of(event.flow).phases;
  const auto place = static_cast<std::size_t>(event.phase);
  // Said again, or of a wait that was dropped meanwhile.
  if (place >= phases.size() || !is_parked(plan_of(event.flow).phases[place], phases[place])) return;
  PhaseEnded ended{.flow = event.flow,
                   .phase = event.phase,
                   .outcome = phase_outcome_of(event.outcome),
                   .message = event.message,
                   .captures = {},
                   .excerpt = event.excerpt,
                   .waited = std::max(now_ - phases[place].began_at, Millis{0})};
  for (const domain::Capture& capture : event.captures) put_capture(ended.captures, capture);
  record(std::move(ended));
  look_at(event.flow);
}

bool Stepper::advance_flows() {
  const std::size_t before = entries_.size();
  if (run_.flows.empty()) return false;
  for (; looked_at_ < entries_.size(); ++looked_at_) {
    const Record& entry = entries_[looked_at_].record;
    const auto* finished = std::get_if<TestFinished>(&entry);
    const auto* settled = std::get_if<TestSettled>(&entry);
    std::int32_t flow = -1;
    if (finished != nullptr && finished->settles != Outcome::pending) flow = run_.tests.at(finished->report.test.value).flow;
    if (settled != nullptr) flow = run_.tests.at(settled->test.value).flow;
    const bool all = std::holds_alternative<RunPlanned>(entry) || std::holds_alternative<StopRequested>(entry);
    if (flow >= 0) look_at(flow);
    for (std::int32_t f = 0; all && f < std::ssize(run_.flows); ++f) look_at(f);
  }
  return entries_.size() > before;
}

void Stepper::look_at(std::int32_t flow) {
  if (state_of(flow).outcome != Outcome::pending) return;
  end_phases(flow);
  const std::vector<PhaseState>& phases = state_of(flow).phases;
  const auto ended_badly = [](const PhaseState& phase) { return phase.ended && phase.outcome != PhaseOutcome::satisfied; };
  if (std::any_of(phases.begin(), phases.end(), ended_badly)) return end_badly(flow);
  if (std::all_of(phases.begin(), phases.end(), [](const PhaseState& phase) { return phase.ended; })) return end_well(flow);
  if (!run_.stopping) {
    if (begin_phases(flow)) end_badly(flow);
    return;
  }
  bool is_waiting = false;
  bool is_running = false;
  for (std::size_t p = 0; p < phases.size(); ++p) {
    if (!phases[p].is_open()) continue;
    (is_wait(plan_of(flow).phases[p]) ? is_waiting : is_running) = true;
  }
  if (is_running && !is_waiting) return;  // its tests are accounted for when their leases end
  const Outcome begun = run_.stopping == StopCause::deadline ? Outcome::timed_out : Outcome::cancelled;
  cut_off(flow, state_of(flow).has_begun ? begun : Outcome::never_ran, fmt::format("the run was stopped ({})", to_string(*run_.stopping)));
}

void Stepper::end_phases(std::int32_t flow) {
  const std::vector<PhaseState>& phases = state_of(flow).phases;
  for (std::size_t p = 0; p < phases.size(); ++p)
    if (phases[p].is_open() && !is_wait(plan_of(flow).phases[p]) && phases[p].pending == 0)
      record(end_of_tests(flow, static_cast<std::int32_t>(p)));
}

PhaseEnded Stepper::end_of_tests(std::int32_t flow, std::int32_t phase) const {
  const domain::FlowPhase& planned = plan_of(flow).phases.at(static_cast<std::size_t>(phase));
  PhaseEnded ended{.flow = flow, .phase = phase, .outcome = PhaseOutcome::satisfied, .message = {}, .captures = {}, .excerpt = {}};
  const PhaseState& state = state_of(flow).phases.at(static_cast<std::size_t>(phase));
  for (const auto& [test, capture] : state.made) put_capture(ended.captures, capture);
  std::tie(ended.outcome, ended.message) = end_of(run_, planned);
  // Before what its tests say: of code or an application that the flow did not begin with, neither good nor bad is to be believed.
  if (const std::string drift = drift_of(state); plan_of(flow).drift_is_invalid && !drift.empty()) {
    ended.outcome = PhaseOutcome::invalid;
    ended.message = ended.message.empty() ? drift : drift + "; " + ended.message;
    return ended;
  }
  if (ended.outcome != PhaseOutcome::satisfied) return ended;
  ended.message = problem_of(planned.captures, ended.captures);
  if (!ended.message.empty()) ended.outcome = PhaseOutcome::invalid;
  return ended;
}

bool Stepper::begin_phases(std::int32_t flow) {
  const domain::Flow& planned = plan_of(flow);
  bool ended = false;
  for (std::size_t p = 0; p < planned.phases.size(); ++p) {
    const std::vector<PhaseState>& phases = state_of(flow).phases;
    const std::vector<std::int32_t>& needs = planned.phases[p].needs;
    const bool may = !phases[p].began && std::all_of(needs.begin(), needs.end(), [&](std::int32_t need) {
      const PhaseState& before = phases.at(static_cast<std::size_t>(need));
      return before.ended && before.outcome == PhaseOutcome::satisfied;
    });
    if (!may) continue;
    PhaseBegan began{.flow = flow, .phase = static_cast<std::int32_t>(p)};
    if (!is_wait(planned.phases[p])) {
      record(began);
      continue;
    }
    const bool is_first = std::none_of(phases.begin(), phases.end(), [](const PhaseState& other) { return other.began; });
    const Instant of_flow = !is_first ? state_of(flow).deadline : planned.limit.count() > 0 ? now_ + planned.limit : no_deadline;
    const Millis own = planned.phases[p].limit;
    began.deadline = own.count() > 0 ? std::min(of_flow, now_ + own) : of_flow;
    record(began);
    if (began.deadline > now_) {
      begin_wait(flow, began.phase);
      continue;
    }
    record(PhaseEnded{.flow = flow,
                      .phase = began.phase,
                      .outcome = PhaseOutcome::timed_out,
                      .message = fmt::format("the flow's limit of {} had passed before it began", human_duration(planned.limit)),
                      .captures = {},
                      .excerpt = {}});
    ended = true;
  }
  return ended;
}

void Stepper::begin_wait(std::int32_t flow, std::int32_t phase) {
  const Instant deadline = state_of(flow).phases.at(static_cast<std::size_t>(phase)).deadline;
  const Millis left = deadline == no_deadline ? Millis{0} : std::max(deadline - now_, Millis{1});
  effects_.push_back(BeginWait{flow, phase, captures_of(run_, flow, phase), left});
}

void Stepper::end_badly(std::int32_t flow) {
  const domain::Flow& planned = plan_of(flow);
  const std::vector<PhaseState>& phases = state_of(flow).phases;
  for (const Word& word : words)
    for (std::size_t p = 0; p < phases.size(); ++p) {
      if (!phases[p].ended || phases[p].outcome != word.phase) continue;
      const bool wait = is_wait(planned.phases[p]);
      const std::string how = wait || word.phase == PhaseOutcome::invalid ? fmt::format(" {}", word.said) : std::string{};
      const std::string& message = phases[p].message;
      Outcome outcome = word.outcome;
      // A flow that has begun was not passed over: it was cut off.
      if (outcome == Outcome::never_ran && run_.stopping && state_of(flow).has_begun)
        outcome = run_.stopping == StopCause::deadline ? Outcome::timed_out : Outcome::cancelled;
      if (outcome == Outcome::skipped)
        for (const domain::FlowPhase& phase : planned.phases)
          for (const TestIndex test : phase.tests)
            if (const Outcome other = run_.tests.at(test.value).outcome; other == Outcome::failed || other == Outcome::timed_out)
              outcome = other;
      return end_flow(
          flow, outcome,
          fmt::format("{} '{}'{}{}{}", wait ? "wait" : "phase", planned.phases[p].name, how, message.empty() ? "" : ": ", message));
    }
}

void Stepper::end_well(std::int32_t flow) {
  Outcome outcome = Outcome::passed;
  for (const domain::FlowPhase& phase : plan_of(flow).phases)
    for (const TestIndex test : phase.tests)
      if (run_.tests.at(test.value).outcome == Outcome::flaky) outcome = Outcome::flaky;
  end_flow(flow, outcome, {});
}

void Stepper::cut_off(std::int32_t flow, Outcome outcome, const std::string& reason) {
  const domain::Flow& planned = plan_of(flow);
  std::vector<std::string> parked;
  for (std::size_t p = 0; p < planned.phases.size(); ++p)
    if (is_parked(planned.phases[p], state_of(flow).phases[p])) parked.push_back("'" + planned.phases[p].name + "'");
  end_flow(flow, outcome, parked.empty() ? reason : fmt::format("it waited for {}: {}", join(parked, ", "), reason));
}

void Stepper::cut_off_all(const std::string& reason) {
  for (std::int32_t flow = 0; flow < std::ssize(run_.flows); ++flow) {
    look_at(flow);
    if (state_of(flow).outcome == Outcome::pending) cut_off(flow, Outcome::never_ran, reason);
  }
}

void Stepper::end_flow(std::int32_t flow, Outcome outcome, const std::string& reason) {
  const domain::Flow& planned = plan_of(flow);
  const FlowState& state = state_of(flow);
  bool may_be_leased = false;
  for (std::size_t p = 0; p < planned.phases.size(); ++p) {
    if (!state.phases[p].is_open()) continue;
    const auto phase = static_cast<std::int32_t>(p);
    const bool wait = is_wait(planned.phases[p]);
    may_be_leased = may_be_leased || !wait;
    if (wait) effects_.push_back(DropWait{flow, phase, reason});
    record(PhaseEnded{.flow = flow,
                      .phase = phase,
                      .outcome = outcome == Outcome::timed_out && run_.stopping ? PhaseOutcome::timed_out : PhaseOutcome::cancelled,
                      .message = reason,
                      .captures = {},
                      .excerpt = {},
                      .waited = wait ? std::max(now_ - state.phases[p].began_at, Millis{0}) : Millis{0}});
  }
  std::set<TestIndex> leased;
  if (may_be_leased)
    for (const auto& [term, lease] : run_.leases)
      for (const schedule::Piece& piece : lease.pieces) leased.insert(piece.tests.begin(), piece.tests.end());
  const std::string why = fmt::format("flow '{}': {}", planned.name, reason);
  Millis active{0};
  for (const domain::FlowPhase& phase : planned.phases)
    for (const TestIndex test : phase.tests) {
      const TestState& one = run_.tests.at(test.value);
      active += one.duration;
      if (one.outcome != Outcome::pending || leased.contains(test)) continue;
      if (one.failures > 0)
        give_up_waiting(test, why);
      else
        record(TestSettled{test, outcome == Outcome::skipped ? Outcome::skipped : Outcome::never_ran, why});
    }
  record(FlowEnded{flow, outcome, reason, active, state.waited});
  stop_if_too_many_failed();
}

// After the flow had ended, a worker was still at it.
void Stepper::settle_with_flow(TestIndex test, bool in_flight) {
  const TestState& state = run_.tests.at(test.value);
  const std::string why = fmt::format("flow '{}' had ended: {}", plan_of(state.flow).name, state_of(state.flow).reason);
  if (state.failures > 0) return give_up_waiting(test, why);
  const bool skipped = state_of(state.flow).outcome == Outcome::skipped;
  record(TestSettled{test, in_flight ? Outcome::cancelled : skipped ? Outcome::skipped : Outcome::never_ran, why});
}

// After a restart. Orders may have been lost with the old process; entries cannot, but a journal that was cut is gone on with, too.
void Stepper::go_on_with_flows() {
  for (std::int32_t flow = 0; flow < std::ssize(run_.flows); ++flow) {
    for (std::size_t p = 0; p < plan_of(flow).phases.size(); ++p) {
      const PhaseState& phase = state_of(flow).phases[p];
      if (!is_wait(plan_of(flow).phases[p]) || !phase.began) continue;
      const auto place = static_cast<std::int32_t>(p);
      if (phase.is_open() && !run_.stopping) begin_wait(flow, place);
      if (phase.ended && phase.outcome != PhaseOutcome::satisfied) effects_.push_back(DropWait{flow, place, phase.message});
    }
    look_at(flow);
  }
}

}  // namespace tamarack::run
