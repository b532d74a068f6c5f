// The members of what the journal of jobs, waits and mailboxes holds, for json.h; described.h says what a change of a shape means.
#pragma once

#include <boost/describe.hpp>

#include "domain/job.h"
#include "domain/signal.h"
#include "domain/wait.h"
#include "flow/record.h"

namespace tamarack::domain {
BOOST_DESCRIBE_ENUM(JobStatus, pending, queued, initializing, running, completed, failed, cancelled, lost)
BOOST_DESCRIBE_ENUM(WaitOutcome, satisfied, failed, timed_out, lost, cancelled, invalid)
BOOST_DESCRIBE_STRUCT(JobRequest, (), (kind, processor, owner, idempotency_key, digest, input, heartbeat_every, cancel_grace, retention))
BOOST_DESCRIBE_STRUCT(Signal, (), (id, key, type, sender, data, received))
}  // namespace tamarack::domain

namespace tamarack::flow {
BOOST_DESCRIBE_ENUM(Meaning, going_on, satisfied, failed, lost, cancelled)
BOOST_DESCRIBE_ENUM(Comparison, exists, equals, differs, below, above, contains)
BOOST_DESCRIBE_ENUM(CaptureType, any, string, number, integer, boolean, object, array)
BOOST_DESCRIBE_ENUM(SourceKind, job, signal, outside)
BOOST_DESCRIBE_ENUM(Join, all, any)
BOOST_DESCRIBE_ENUM(IgnoredReport, duplicate, out_of_order, after_end, unknown_status, wrong_epoch, too_large)
BOOST_DESCRIBE_ENUM(NoteKind, seen, changed, trouble, refreshed, not_cancelled, late_signal)
BOOST_DESCRIBE_STRUCT(MappedStatus, (), (text, meaning))
BOOST_DESCRIBE_STRUCT(Predicate, (), (path, comparison, value))
BOOST_DESCRIBE_STRUCT(CaptureRule, (), (name, path, type))
BOOST_DESCRIBE_STRUCT(Captured, (), (name, json))
BOOST_DESCRIBE_STRUCT(ReadRules, (),
                      (field, map, error_field, until, fail_when, captures, heartbeat_field, lost_after, not_found_max, no_answer_max,
                       refreshable))
BOOST_DESCRIBE_STRUCT(Pace, (), (min, max, net, past))
BOOST_DESCRIBE_STRUCT(Condition, (), (name, source, target, request, host, pushed, rules, hold_times, cancel_when_dropped, cancel_request))
BOOST_DESCRIBE_STRUCT(WaitSpec, (), (name, owner, join, conditions, limit, pace, problems))
BOOST_DESCRIBE_STRUCT(ClockStarted, (), (wall, since_boot, boot))
BOOST_DESCRIBE_STRUCT(JobSubmitted, (), (job, request))
BOOST_DESCRIBE_STRUCT(JobHandedOut, (), (executor, epoch))
BOOST_DESCRIBE_STRUCT(JobAdvanced, (), (status, stage, progress, executor))
BOOST_DESCRIBE_STRUCT(JobCancelAsked, (), (reason))
BOOST_DESCRIBE_STRUCT(JobEnded, (), (status, result, result_location, error, reason))
BOOST_DESCRIBE_STRUCT(JobReportIgnored, (), (status, why, executor))
BOOST_DESCRIBE_STRUCT(JobForgotten, (), ())
BOOST_DESCRIBE_STRUCT(WaitParked, (), (wait, spec, deadline))
BOOST_DESCRIBE_STRUCT(WaitNoted, (), (condition, what, text, excerpt, probes))
BOOST_DESCRIBE_STRUCT(ConditionEnded, (), (condition, outcome, message, captures, excerpt))
BOOST_DESCRIBE_STRUCT(WaitEnded, (), (outcome, message, condition, captures, excerpt, probes))
BOOST_DESCRIBE_STRUCT(WaitTaken, (), ())
BOOST_DESCRIBE_STRUCT(WaitForgotten, (), ())
BOOST_DESCRIBE_STRUCT(MailboxOpened, (), (key, once, retention))
BOOST_DESCRIBE_STRUCT(SignalStored, (), (signal, late))
BOOST_DESCRIBE_STRUCT(SignalRepeated, (), (id))
BOOST_DESCRIBE_STRUCT(SignalConsumed, (), (id, wait, condition))
BOOST_DESCRIBE_STRUCT(SignalExpired, (), (id))
BOOST_DESCRIBE_STRUCT(MailboxClosed, (), (wait, outcome))
BOOST_DESCRIBE_STRUCT(MailboxForgotten, (), ())
}  // namespace tamarack::flow
