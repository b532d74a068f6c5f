#include "coordinator/flow_server.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "coordinator/flow_json.h"
#include "coordinator/flow_scope.h"

namespace tamarack::coordinator {
namespace {

constexpr std::array job_statuses{domain::JobStatus::pending,   domain::JobStatus::queued,    domain::JobStatus::initializing,
                                  domain::JobStatus::running,   domain::JobStatus::completed, domain::JobStatus::failed,
                                  domain::JobStatus::cancelled, domain::JobStatus::lost};
constexpr std::array outcomes{domain::WaitOutcome::satisfied, domain::WaitOutcome::failed,    domain::WaitOutcome::timed_out,
                              domain::WaitOutcome::lost,      domain::WaitOutcome::cancelled, domain::WaitOutcome::invalid};
constexpr std::array signal_answers{flow::SignalAnswer::stored, flow::SignalAnswer::repeated, flow::SignalAnswer::already_over,
                                    flow::SignalAnswer::full, flow::SignalAnswer::too_large};

}  // namespace

FlowServer::FlowServer(ServerParts& server, io::Lane& writing, Callbacks callbacks)
    : prober_(server.loop, server.stores.prober, server.settings.waits),
      desk_(server.loop, server.clock, server.stores.flow, writing, prober_, server.settings.flow, std::move(callbacks.on_broken)),
      limits_({.each_max = server.settings.open_per_caller}),
      polls_(server.loop, limits_),
      parts_{.server = server, .desk = desk_, .polls = polls_, .limits = limits_},
      jobs_(parts_, server.settings.jobs_folder),
      waits_(parts_, server.settings.waits, std::move(callbacks.project_of_run)),
      signals_(parts_),
      hooks_(parts_, server.stores.hooks, signals_),
      executors_(parts_) {
  if (callbacks.on_wait_over) desk_.when_wait_over(std::move(callbacks.on_wait_over));
}

Result<> FlowServer::restore() {
  TRY_VOID(desk_.restore());
  executors_.begin();
  return {};
}

void FlowServer::adapt_wait_of_run(flow::WaitSpec& spec, const std::string& project) const {
  const std::string whose = parts_.server.settings.open ? std::string(domain::all_projects) : project;
  std::vector<std::string> problems = problems_of(parts_.server.settings.waits, spec);
  for (const flow::Condition& condition : spec.conditions) {
    const flow::Job* job = condition.source == flow::SourceKind::job ? desk_.job(domain::JobId{condition.target}) : nullptr;
    if (job != nullptr && project_of(*job) != whose) problems.push_back(fmt::format("there is no job '{}'", condition.target));
  }
  spec.problems.insert(spec.problems.end(), problems.begin(), problems.end());
  put_into_project(spec, whose);
}

bool FlowServer::is_mine(RouteId route) {
  return route >= RouteId::job_submit && route <= RouteId::hook_call;
}

void FlowServer::handle(Call call) {
  switch (call.route->id) {
    case RouteId::executor_claim:
      return executors_.claim(call);
    case RouteId::wait_park:
    case RouteId::waits:
    case RouteId::wait:
    case RouteId::wait_cancel:
      return waits_.handle(std::move(call));
    case RouteId::signal_send:
    case RouteId::mailboxes:
      return signals_.handle(call);
    case RouteId::hooks:
    case RouteId::hook_create:
    case RouteId::hook_remove:
    case RouteId::hook_call:
      return hooks_.handle(call);
    default:
      return jobs_.handle(std::move(call));
  }
}

void FlowServer::stop() {
  desk_.let_go();
  executors_.send_away();
  polls_.send_away();
}

std::string FlowServer::metrics() const {
  std::string out;
  const auto head = [&](std::string_view name, std::string_view type, std::string_view help) {
    out += fmt::format("# HELP tamarack_{0} {1}\n# TYPE tamarack_{0} {2}\n", name, help, type);
  };
  const auto labelled = [&](std::string_view name, std::string_view label, std::string_view value, std::uint64_t count) {
    out += fmt::format("tamarack_{}{{{}=\"{}\"}} {}\n", name, label, value, count);
  };
  const auto plain = [&](std::string_view name, std::string_view type, std::string_view help, std::uint64_t count) {
    head(name, type, help);
    out += fmt::format("tamarack_{} {}\n", name, count);
  };
  std::map<domain::JobStatus, std::uint64_t> jobs;
  for (const auto& [id, job] : desk_.shown().jobs) ++jobs[job.status];
  head("jobs", "gauge", "Jobs that are remembered, by status.");
  for (const domain::JobStatus status : job_statuses) labelled("jobs", "status", domain::to_string(status), jobs[status]);
  std::uint64_t parked = 0;
  for (const auto& [id, wait] : desk_.shown().waits) parked += wait.over ? 0 : 1;
  plain("waits_parked", "gauge", "Waits that are not over.", parked);
  head("waits_over_total", "counter", "Waits that ended, by outcome.");
  for (const domain::WaitOutcome outcome : outcomes) {
    const auto found = desk_.waits_ended().find(outcome);
    labelled("waits_over_total", "outcome", domain::to_string(outcome), found == desk_.waits_ended().end() ? 0 : found->second);
  }
  plain("probes", "gauge", "Requests that waits look at; shared ones count once.", desk_.live().probes.size());
  plain("probes_in_flight", "gauge", "Of them: asked, and not answered yet.", static_cast<std::uint64_t>(desk_.live().probes.in_flight()));
  head("signals_total", "counter", "Signals, by answer.");
  for (const flow::SignalAnswer answer : signal_answers) {
    const auto found = signals_.answered().find(answer);
    labelled("signals_total", "answer", to_string(answer), found == signals_.answered().end() ? 0 : found->second);
  }
  plain("mailboxes", "gauge", "Keys under which something was left or is waited for.", desk_.shown().mailboxes.size());
  plain("webhooks_forged_total", "counter", "Requests to webhooks whose signature was wrong.", hooks_.forged());
  plain("webhooks_unknown_total", "counter", "Requests to webhooks that are not there.", hooks_.unknown());
  plain("executors", "gauge", "Executors of jobs heard of lately.", executors_.sessions());
  plain("long_polls", "gauge", "Requests that wait for a job or a wait to change.", polls_.waiting());
  return out;
}

}  // namespace tamarack::coordinator
