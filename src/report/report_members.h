// The members of every struct of report_view.h, once: the JSON is written from this list and its schema is made from it, so the two
// cannot drift. A member that is missing here does not compile.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <boost/pfr.hpp>

#include "report/report_view.h"

namespace tamarack::report {

BOOST_DESCRIBE_STRUCT(LedgerView, (), (passed, failed, flaky, skipped, timed_out, lost, cancelled, never_ran))
BOOST_DESCRIBE_STRUCT(ErrorView, (), (message, stack, file, line, column, snippet))
BOOST_DESCRIBE_STRUCT(AttachmentView, (), (name, content_type, path, size, sha256, data_uri))
BOOST_DESCRIBE_STRUCT(StepView, (), (title, category, started_ms, duration_ms, failed))
BOOST_DESCRIBE_STRUCT(AnnotationView, (), (type, description))
BOOST_DESCRIBE_STRUCT(AttemptView, (),
                      (number, worker, status, started_ms, duration_ms, errors, output, errput, app_log, attachments, steps, counted))
BOOST_DESCRIBE_STRUCT(TestView, (),
                      (id, spec, title_path, parameters, line, tags, annotations, outcome, reason, carried_from, quarantined, duration_ms,
                       unit, flow, attempts))
BOOST_DESCRIBE_STRUCT(UnitView, (), (index, title, spec, tests, estimate_ms, duration_ms, worker))
BOOST_DESCRIBE_STRUCT(SpanView, (), (kind, start_ms, end_ms, test, label))
BOOST_DESCRIBE_STRUCT(WorkerView, (), (name, spans, busy_ms))
BOOST_DESCRIBE_STRUCT(DisagreementView, (), (name, message, unit))
BOOST_DESCRIBE_STRUCT(FlowPhaseView, (), (name, wait, source, outcome, message, excerpt, started_ms, duration_ms, deadline_ms, tests))
BOOST_DESCRIBE_STRUCT(FlowView, (), (name, rule, outcome, reason, carried_from, quarantined, active_ms, waited_ms, phases))
BOOST_DESCRIBE_STRUCT(RunView, (),
                      (run_id, project, framework, policy, verdict, headline, exit_code, seed, started_at_ms, wall_ms, lower_bound_ms,
                       busy_ms, workers, planned, attempts, held_back, branch, commit, machine, command, tamarack_version, flows))
BOOST_DESCRIBE_STRUCT(ReportView, (), (version, run, ledger, disagreements, tests, units, workers))

template <class View>
using MembersOf = boost::describe::describe_members<View, boost::describe::mod_public>;

template <class T>
inline constexpr bool is_view = boost::describe::has_describe_members<T>::value;

// Whether the members of a view are written even when they hold their defaults: those of the document itself are its outline, by
// which a reader tells a report from something else.
template <class View>
inline constexpr bool is_outline = std::is_same_v<View, ReportView>;

// Calls `visit(name, pointer to member)` for each member, in the order of report_view.h.
template <class View, class Visit>
void for_each_member(Visit visit) {
  static_assert(boost::mp11::mp_size<MembersOf<View>>::value == boost::pfr::tuple_size_v<View>,
                "a member of this struct is not in its list above");
  boost::mp11::mp_for_each<MembersOf<View>>([&](auto member) { visit(member.name, member.pointer); });
}

}  // namespace tamarack::report
