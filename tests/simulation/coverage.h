// What the simulated runs went through. A simulation that never meets a fault proves nothing about it, so a long one fails when a listed
// transition was never taken.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tamarack::simulation {

// clang-format off: the list drifts to the right with every run of the formatter
#define TAMARACK_TRANSITIONS(X)                                                                                                   \
  X(run_local) X(run_remote) X(policy_count) X(policy_timing) X(policy_dynamic) X(units_share_invocation) X(units_alone)          \
  X(tests_selectable) X(tests_not_selectable) X(live_events) X(results_at_exit) X(message_lost) X(message_repeated)               \
  X(message_out_of_order) X(message_stalled) X(message_sent_again) X(inbox_refused) X(agent_killed) X(last_words_heard) X(agent_joined_late)          \
  X(agent_went_home) X(agent_quiet) X(agent_away) X(agent_back) X(link_cut) X(resumed_with_agents) X(killed_before_commit) X(killed_after_commit) X(killed_between_commits) X(commit_failed) X(resumed)         \
  X(resumed_with_results) X(resumed_with_open_lease) X(clock_jumped) X(clock_was_set_back) X(framework_killed)                    \
  X(framework_exited_early) X(framework_crashed_after_last) X(framework_hung) X(framework_reported_twice)                         \
  X(framework_ran_unplanned) X(framework_interrupted_a_test) X(framework_could_not_start) X(framework_lost_its_end)               \
  X(framework_ignored_stop) X(framework_retried) X(test_killed_its_process) X(app_never_started) X(app_died) X(app_started_again) \
  X(app_gave_up) X(reset_failed) X(lease_waited_for_app) X(worker_joined) X(worker_ready) X(worker_ended) X(worker_silent) X(worker_released) X(worker_joined_again) \
  X(worker_back_from_silence) X(lease_granted) X(lease_completed) X(lease_lost) X(lease_expired) X(lease_stopped)                 \
  X(lease_sent_again) X(lease_of_many_units) X(chain_leased_again) X(whole_unit_leased_again) X(pinned_unit_taken_over)           \
  X(waited_for_lock) X(waited_for_cap) X(waited_for_predecessor) X(result_counted) X(result_late) X(result_again)                 \
  X(result_not_final) X(chain_casualty) X(test_passed) X(test_failed) X(test_flaky) X(test_skipped) X(test_timed_out)             \
  X(test_lost) X(test_cancelled) X(test_never_ran) X(test_blamed) X(test_passed_over) X(test_requeued) X(retry_cut_off)           \
  X(disagreed) X(infrastructure_failed) X(never_ran_passed_over) X(never_ran_no_worker) X(never_ran_stopped)                      \
  X(test_in_quarantine) X(stop_by_user) X(stop_by_failure) X(stop_by_deadline) X(stop_grace_passed) X(verdict_passed)             \
  X(verdict_failed) X(verdict_timed_out) X(verdict_incomplete) X(verdict_infrastructure) X(verdict_cancelled) X(verdict_invalid)  \
  X(phase_began) X(phase_satisfied) X(phase_invalid) X(wait_began) X(wait_parked) X(wait_ordered_again) X(wait_said_twice)        \
  X(wait_dropped) X(wait_heard_again) X(wait_limit_passed) X(captures_handed_on) X(flow_passed) X(flow_failed) X(flow_flaky)      \
  X(flow_skipped) X(flow_cancelled) X(flow_timed_out) X(flow_lost) X(flow_never_ran) X(test_not_run_twice) X(test_ended_with_flow)
// clang-format on

enum class Transition {
#define TAMARACK_ENUMERATOR(name) name,
  TAMARACK_TRANSITIONS(TAMARACK_ENUMERATOR)
#undef TAMARACK_ENUMERATOR
};

inline constexpr std::array transition_names{
#define TAMARACK_NAME(name) std::string_view(#name),
    TAMARACK_TRANSITIONS(TAMARACK_NAME)
#undef TAMARACK_NAME
};

class Coverage {
 public:
  void took(Transition transition, std::int64_t times = 1) { counts_[static_cast<std::size_t>(transition)] += times; }
  void add(const Coverage& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  }
  std::int64_t count(std::size_t index) const { return counts_[index]; }

 private:
  std::array<std::int64_t, transition_names.size()> counts_{};
};

}  // namespace tamarack::simulation
