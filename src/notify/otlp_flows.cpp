#include "notify/otlp_flows.h"

#include <fmt/format.h>

#include <algorithm>

#include "domain/trace_ids.h"
#include "report/view_query.h"

namespace tamarack::notify {
namespace {

using report::FlowPhaseView;
using report::FlowView;

bool has_begun(const FlowPhaseView& phase) {
  return !phase.outcome.empty() && phase.outcome != "never_ran";
}

class Flows {
 public:
  Flows(const report::ReportView& view, const std::string& run_url) : view_(view), run_url_(run_url) {}

  FlowSpans spans(std::size_t flows_max) && {
    std::vector<std::size_t> begun;
    for (std::size_t i = 0; i < view_.run.flows.size(); ++i) {
      const std::vector<FlowPhaseView>& phases = view_.run.flows[i].phases;
      if (std::any_of(phases.begin(), phases.end(), has_begun)) begun.push_back(i);
    }
    std::stable_partition(begun.begin(), begun.end(), [&](std::size_t i) { return report::is_bad(view_.run.flows[i]); });
    const std::size_t shown = std::min(begun.size(), flows_max);
    found_.left_out = begun.size() - shown;
    for (std::size_t i = 0; i < shown; ++i) add(begun[i]);
    return std::move(found_);
  }

 private:
  void add(std::size_t number) {
    const FlowView& flow = view_.run.flows[number];
    Stretch stretch;
    for (const FlowPhaseView& phase : flow.phases)
      if (has_begun(phase)) stretch.add(phase.started_ms, end_of(phase));
    Span span{.id = domain::flow_span_id(view_.run.run_id, flow.name),
              .parent = domain::run_span_id(view_.run.run_id),
              .name = cut_line(flow.name, name_bytes_max),
              .start_ms = stretch.start,
              .end_ms = stretch.end};
    span.attributes = task(flow.name, fmt::format("{}/f{}", view_.run.run_id, number), "test", flow.outcome);
    span.attributes.push_back(text_of("tamarack.flow.rule", flow.rule));
    span.attributes.push_back(number_of("tamarack.flow.active_ms", flow.active_ms));
    span.attributes.push_back(number_of("tamarack.flow.waited_ms", flow.waited_ms));
    span.attributes.push_back(text_of("tamarack.reason", flow.reason));
    if (flow.quarantined) span.attributes.push_back(text_of("tamarack.quarantined", "true"));
    if (report::is_bad(flow)) blame(span, flow.outcome, flow.reason, report::counts_against_run(flow));
    found_.spans.push_back(std::move(span));
    for (std::size_t p = 0; p < flow.phases.size(); ++p)
      if (has_begun(flow.phases[p])) add_phase(number, p);
  }

  void add_phase(std::size_t number, std::size_t place) {
    const FlowView& flow = view_.run.flows[number];
    const FlowPhaseView& phase = flow.phases[place];
    Span span{.id = domain::phase_span_id(view_.run.run_id, flow.name, phase.name),
              .parent = domain::flow_span_id(view_.run.run_id, flow.name),
              .name = cut_line(phase.name, name_bytes_max),
              .start_ms = phase.started_ms,
              .end_ms = end_of(phase)};
    span.attributes =
        task(phase.name, fmt::format("{}/f{}/p{}", view_.run.run_id, number, place), phase.wait ? "wait" : "test", phase.outcome);
    span.attributes.push_back(text_of("tamarack.reason", phase.message));
    if (phase.wait) {
      span.attributes.push_back(text_of("tamarack.wait.source", phase.source));
      // From its beginning, as it was at work: the smaller of its own and of what the flow's limit left.
      if (phase.deadline_ms > 0) span.attributes.push_back(number_of("tamarack.wait.timeout_ms", phase.deadline_ms - phase.started_ms));
    }
    if (phase.outcome != "satisfied" && phase.outcome != "skipped")
      blame(span, phase.outcome, phase.message, report::counts_against_run(flow));
    for (const std::int64_t test : phase.tests)
      if (test >= 0 && static_cast<std::size_t>(test) < view_.tests.size())
        found_.phase_of_unit[view_.tests[static_cast<std::size_t>(test)].unit] = span.id;
    found_.spans.push_back(std::move(span));
  }

  std::vector<Attribute> task(const std::string& name, const std::string& id, std::string_view type, const std::string& outcome) const {
    return {text_of("cicd.pipeline.task.name", name),
            text_of("cicd.pipeline.task.run.id", id),
            text_of("cicd.pipeline.task.run.url.full", run_url_),
            text_of("cicd.pipeline.task.type", type),
            text_of("cicd.pipeline.task.run.result", task_result(outcome)),
            text_of("tamarack.outcome", outcome)};
  }

  static void blame(Span& span, const std::string& outcome, const std::string& reason, bool counts) {
    span.attributes.push_back(text_of("error.type", outcome));
    if (!counts) return;
    span.status = status_error;
    span.message = reason;
  }

  // One that was cut off with the run lasted until its end.
  std::int64_t end_of(const FlowPhaseView& phase) const {
    return phase.outcome == "open" ? std::max(view_.run.wall_ms, phase.started_ms) : phase.started_ms + phase.duration_ms;
  }

  const report::ReportView& view_;
  const std::string& run_url_;
  FlowSpans found_;
};

}  // namespace

FlowSpans flow_spans(const report::ReportView& view, const std::string& run_url, std::size_t flows_max) {
  return Flows(view, run_url).spans(flows_max);
}

}  // namespace tamarack::notify
