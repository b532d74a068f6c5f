// The members of every value that travels or is stored, for json.h. The domain itself stays free of the library. Order and names here
// are the journal's and the protocol's shapes: adding a field is compatible, renaming one is a new version.
#pragma once

#include <boost/describe.hpp>

#include "run/event.h"
#include "run/record.h"

namespace tamarack::domain {
BOOST_DESCRIBE_STRUCT(TestIdentity, (), (spec, title_path, parameters))
BOOST_DESCRIBE_STRUCT(Annotation, (), (type, description))
BOOST_DESCRIBE_STRUCT(TestCase, (), (id, identity, line, column, tags, annotations, group, serial, skip_expected, selector))
BOOST_DESCRIBE_STRUCT(Discovery, (), (framework, framework_version, tests, warnings))
BOOST_DESCRIBE_STRUCT(TestError, (), (message, stack, file, line, column, snippet))
BOOST_DESCRIBE_STRUCT(Step, (), (title, category, started, duration, failed))
BOOST_DESCRIBE_STRUCT(Attachment, (), (name, content_type, path, sha256, size))
BOOST_DESCRIBE_STRUCT(TestReport, (),
                      (test, retry, status, last_try, started, duration, errors, output, errput, app_log, annotations, attachments, steps,
                       captures))
BOOST_DESCRIBE_STRUCT(Unit, (), (index, title, spec, tests, estimate, serial, locks, caps, after, pinned_worker))
BOOST_DESCRIBE_STRUCT(Cap, (), (name, units_max))
BOOST_DESCRIBE_STRUCT(CostEstimate, (), (app_start, framework_start, from_history))
BOOST_DESCRIBE_STRUCT(Capture, (), (name, json))
BOOST_DESCRIBE_STRUCT(CaptureWish, (), (name, type))
BOOST_DESCRIBE_STRUCT(FlowPhase, (), (name, needs, tests, captures, wish, retries, never_twice, limit))
BOOST_DESCRIBE_STRUCT(Flow, (), (name, rule, limit, drift_is_invalid, phases))
BOOST_DESCRIBE_STRUCT(Plan, (),
                      (framework, framework_version, tests, units, caps, policy, workers, seed, cost, units_share_invocation,
                       can_select_tests, flows, given))
BOOST_DESCRIBE_STRUCT(Ledger, (), (planned, passed, failed, flaky, skipped, timed_out, lost, cancelled, never_ran))
BOOST_DESCRIBE_ENUM(TestStatus, passed, failed, timed_out, skipped, interrupted, lost)
BOOST_DESCRIBE_ENUM(Outcome, pending, passed, failed, flaky, skipped, timed_out, lost, cancelled, never_ran)
BOOST_DESCRIBE_ENUM(PhaseOutcome, satisfied, skipped, failed, timed_out, lost, cancelled, never_ran, invalid)
BOOST_DESCRIBE_ENUM(Verdict, passed, failed, timed_out, incomplete, invalid, infrastructure, cancelled)
BOOST_DESCRIBE_ENUM(Policy, count, timing, dynamic, replay)
}  // namespace tamarack::domain

namespace tamarack::schedule {
BOOST_DESCRIBE_STRUCT(Piece, (), (unit, tests, alone))
}  // namespace tamarack::schedule

namespace tamarack::run {
BOOST_DESCRIBE_ENUM(LeaseEnd, completed, lost, expired, stopped)
BOOST_DESCRIBE_ENUM(StopCause, user, fail_fast, deadline)
BOOST_DESCRIBE_STRUCT(Options, (), (retries, fail_fast, lost_max, lease_lifetime, timeout, no_worker_max, workers_max, quarantined))
BOOST_DESCRIBE_STRUCT(InvocationSummary, (), (exit_code, signal, timed_out, framework_start, duration, log_tail))
BOOST_DESCRIBE_STRUCT(RunPlanned, (), (run, plan, options))
BOOST_DESCRIBE_STRUCT(WorkerJoined, (), (worker, agent, slot))
BOOST_DESCRIBE_STRUCT(WorkerReady, (), (worker, app_start, session))
BOOST_DESCRIBE_STRUCT(WorkerEnded, (), (worker, reason, silent, idle, released))
BOOST_DESCRIBE_STRUCT(LeaseGranted, (), (term, worker, pieces, expires))
BOOST_DESCRIBE_STRUCT(TestStarted, (), (term, test, retry))
BOOST_DESCRIBE_STRUCT(TestFinished, (), (term, worker, report, counted, settles))
BOOST_DESCRIBE_STRUCT(ArtifactStored, (), (term, test, retry, attachment))
BOOST_DESCRIBE_STRUCT(LeaseEnded, (), (term, end, invocation))
BOOST_DESCRIBE_STRUCT(Requeued, (), (pieces, reason))
BOOST_DESCRIBE_STRUCT(TestInterrupted, (), (test, blamed))
BOOST_DESCRIBE_STRUCT(TestSettled, (), (test, outcome, reason))
BOOST_DESCRIBE_STRUCT(Disagreed, (), (term, name, message, unit))
BOOST_DESCRIBE_STRUCT(InfrastructureFailed, (), (worker, message, log_tail))
BOOST_DESCRIBE_STRUCT(StopRequested, (), (cause, reason))
BOOST_DESCRIBE_STRUCT(RunResumed, (), (leases_live_on))
BOOST_DESCRIBE_STRUCT(RunFinished, (), (verdict, ledger, headline))
BOOST_DESCRIBE_STRUCT(PhaseBegan, (), (flow, phase, deadline))
BOOST_DESCRIBE_STRUCT(PhaseEnded, (), (flow, phase, outcome, message, captures, excerpt, waited))
BOOST_DESCRIBE_STRUCT(FlowEnded, (), (flow, outcome, reason, active, waited))
BOOST_DESCRIBE_STRUCT(LeaseCaptures, (), (tests, captures))
BOOST_DESCRIBE_STRUCT(MessageRefused, (), (agent, name, message))
BOOST_DESCRIBE_STRUCT(Disagreement, (), (name, message))
}  // namespace tamarack::run
