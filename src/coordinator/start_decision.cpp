#include "coordinator/start_decision.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "coordinator/read_run.h"

namespace tamarack::coordinator {
namespace {

wire::RunStarted answer_of(const store::RunRow& row, wire::Started state) {
  return {.run_id = row.run, .url = page_of(row.run), .state = state, .verdict = row.verdict, .exit_code = row.exit_code};
}

Result<store::RunRow> row_of(store::Store& store, const domain::RunId& run) {
  auto row = TRY(store.run(run));
  if (!row) return make_error(ErrorCode::not_found, fmt::format("there is no run '{}'", run.value));
  return *row;
}

// A client cannot claim a verdict: what stands is computed from the earlier run's own journal.
Result<run::Carried> carried_from(store::Store& store, const domain::RunId& run, const wire::RunRequest& request) {
  const auto row = TRY(store.run(run));
  if (!row || row->project != request.project)
    return make_error(ErrorCode::not_found, fmt::format("/carry_from: there is no run '{}' in this project", run.value));
  if (!row->finished) return make_error(ErrorCode::conflict, fmt::format("/carry_from: run '{}' is not finished", run.value));
  return run::carry_forward(fold(TRY(load_journal(store, run))), request.plan);
}

// Several suites of one job share its identity unless it is told them apart: the verdict of one is none for another.
Result<> check_same_suite(const wire::RunRequest& request, const store::RequestRow& before, const store::RunRow& row) {
  const std::string config = before.config.empty() ? TRY(wire::decode<wire::RunRequest>(before.body)).config : before.config;
  if (config == request.config && row.framework == request.plan.framework) return {};
  return make_error(ErrorCode::conflict,
                    fmt::format("run '{}' of this CI job is of another suite: '{}' ({}), this one is '{}' ({})", row.run.value, config,
                                row.framework, request.config, request.plan.framework),
                    std::string(tell_apart));
}

Result<std::int64_t> attempt_of(const store::RequestRow& row) {
  return TRY(wire::decode<wire::RunRequest>(row.body)).ci_attempt;
}

}  // namespace

std::string page_of(const domain::RunId& run) {
  return "/runs/" + run.value;
}

bool holds_all(const domain::Plan& plan, const domain::Plan& wanted) {
  std::set<std::string_view> known;
  for (const domain::TestCase& test : plan.tests) known.insert(test.id.value);
  return std::all_of(wanted.tests.begin(), wanted.tests.end(), [&](const domain::TestCase& test) { return known.contains(test.id.value); });
}

run::Run fold(const std::vector<run::Entry>& journal) {
  run::Run folded;
  for (const run::Entry& entry : journal) run::apply(folded, entry);
  return folded;
}

Result<StartDecision> StartDecider::decide(const wire::RunRequest& request, const std::string& body) const {
  StartDecision decision;
  if (const auto same = TRY(store.request(request.run_id))) {
    if (!TRY(store.run(request.run_id)))
      return make_error(ErrorCode::conflict, fmt::format("run '{}' was here, was old and has been removed", request.run_id.value));
    if (same->body != body)
      return make_error(ErrorCode::conflict, fmt::format("run '{}' was asked for with another request", request.run_id.value));
    decision.known = answer_of(TRY(row_of(store, request.run_id)), wire::Started::same);
    return decision;
  }
  domain::RunId carry_from = request.carry_from;
  if (!request.identity.empty() && carry_from.empty() && !request.afresh) {
    decision.known = TRY(look_for_earlier(request, carry_from));
    if (decision.known) return decision;
  }
  if (!carry_from.empty()) {
    decision.carried = TRY(carried_from(store, carry_from, request));
    if (!run::leaves_work(decision.carried, request.plan)) {
      decision.known = answer_of(TRY(row_of(store, carry_from)), wire::Started::repeated);
      return decision;
    }
    if (decision.carried.tests.empty()) decision.carried.from = {};
  }
  for (const std::string& blob : {request.workspace, request.listing})
    if (!blob.empty() && !blobs.has(request.project, blob))
      return make_error(ErrorCode::not_found, fmt::format("blob '{}' is not here", blob), "send it before the run is started");
  decision.row = {.run = request.run_id,
                  .project = request.project,
                  .identity = request.identity,
                  .at = now,
                  .body = body,
                  .carried_from = decision.carried.from.value,
                  .config = request.config,
                  .workspace = request.workspace};
  return decision;
}

// A retried CI job: it follows the run that goes on, repeats what is green, or carries what was good into a new one.
Result<std::optional<wire::RunStarted>> StartDecider::look_for_earlier(const wire::RunRequest& request, domain::RunId& carry_from) const {
  const auto before = TRY(store.newest_request(request.project, request.identity));
  // Of one that was removed nothing can be carried, and no older one takes its place: all tests run.
  if (!before) return std::nullopt;
  const auto found = TRY(store.run(before->run));
  if (!found) return std::nullopt;
  const store::RunRow& row = *found;
  // Another commit is another question: nothing of it stands.
  if (row.commit != request.commit) return std::nullopt;
  TRY_VOID(check_same_suite(request, *before, row));
  if (!row.finished) return answer_of(row, wire::Started::joined);
  carry_from = row.run;
  // The same try of the job: a machine that comes late hears the verdict, whatever it is. Only another try runs anything again.
  const bool same_try = request.ci_attempt > 0 && TRY(attempt_of(*before)) == request.ci_attempt;
  if (row.exit_code != 0 && !same_try) return std::nullopt;
  // A verdict on other tests says nothing about these.
  if (!holds_all(fold(TRY(load_journal(store, row.run))).plan, request.plan)) return std::nullopt;
  return answer_of(row, wire::Started::repeated);
}

}  // namespace tamarack::coordinator
