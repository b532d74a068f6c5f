#include "cli/run_captures.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "agent/flow_marks.h"
#include "base/text.h"
#include "cli/fetched_run.h"
#include "cli/server_asks.h"
#include "coordinator/read_run.h"
#include "domain/test_case.h"
#include "run/record.h"

namespace tamarack::cli {
namespace {

Result<domain::RunId> id_of(store::Store& store, const std::string& run) {
  if (run == "newest") {
    const auto rows = TRY(store.runs(1));
    if (rows.empty()) return make_error(ErrorCode::not_found, "no run is recorded here", "start one with `tamarack run`");
    return rows.front().run;
  }
  if (TRY(store.run(domain::RunId{run}))) return domain::RunId{run};
  return make_error(ErrorCode::not_found, fmt::format("there is no run '{}'", run),
                    "`tamarack runs` lists all runs; 'newest' is the newest");
}

// The phase that this says is over; null where the plan has none such.
const domain::Flow* flow_of(const domain::Plan& plan, const run::PhaseEnded& ended) {
  if (ended.flow < 0 || static_cast<std::size_t>(ended.flow) >= plan.flows.size()) return nullptr;
  const domain::Flow& flow = plan.flows[static_cast<std::size_t>(ended.flow)];
  return ended.phase >= 0 && static_cast<std::size_t>(ended.phase) < flow.phases.size() ? &flow : nullptr;
}

// By name and by who captured it: the last value of each counts, so a retry replaces what the try before it has left.
class Gathered {
 public:
  void take(const std::string& who, const std::vector<domain::Capture>& captures) {
    for (const domain::Capture& capture : captures) {
      if (!values_.contains(capture.name)) order_.push_back(capture.name);
      values_[capture.name][who] = capture.json;
    }
  }
  bool has(const std::string& name) const { return values_.contains(name); }
  RunCaptures captures() const {
    RunCaptures found;
    for (const std::string& name : order_) {
      std::set<std::string> different;
      for (const auto& [who, json] : values_.at(name)) different.insert(json);
      if (different.size() > 1) found.unclear.push_back(name);
      found.captures.push_back({name, *different.begin()});
    }
    return found;
  }

 private:
  std::map<std::string, std::map<std::string, std::string>> values_;
  std::vector<std::string> order_;
};

}  // namespace

RunCaptures captures_of(const std::vector<run::Entry>& journal, const std::string& test) {
  domain::Plan plan;
  Gathered gathered;
  for (const run::Entry& entry : journal) {
    if (const auto* planned = std::get_if<run::RunPlanned>(&entry.record)) plan = planned->plan;
    const auto* finished = std::get_if<run::TestFinished>(&entry.record);
    const auto* ended = std::get_if<run::PhaseEnded>(&entry.record);
    if (finished != nullptr && finished->counted && finished->report.test.value < plan.tests.size()) {
      const std::string name = domain::display_name(plan.tests[finished->report.test.value].identity);
      if (contains_ignoring_case(name, test)) gathered.take(fmt::format("test {}", finished->report.test.value), finished->report.captures);
    } else if (const domain::Flow* flow = ended == nullptr ? nullptr : flow_of(plan, *ended)) {
      const domain::FlowPhase& phase = flow->phases[static_cast<std::size_t>(ended->phase)];
      // What a phase of tests captured was told by its tests.
      if (!phase.tests.empty() || !contains_ignoring_case(fmt::format("{} › {}", flow->name, phase.name), test)) continue;
      gathered.take(fmt::format("wait {} {}", ended->flow, ended->phase), ended->captures);
    }
  }
  // What the run was given itself stands where nothing in it has replaced it.
  for (const domain::Capture& capture : plan.given)
    if (test.empty() && !gathered.has(capture.name)) gathered.take("given", {capture});
  return gathered.captures();
}

Result<RunCaptures> captures_of_run(const ProjectOptions& options, const std::string& run, const std::string& test) {
  const std::string state_dir = TRY(find_state_dir(options));
  const auto store = TRY(open_store(state_dir));
  const domain::RunId id = TRY(id_of(*store, run));
  return captures_of(TRY(coordinator::load_journal(*store, id)), test);
}

Result<> check_names_server_run(const std::string& run) {
  if (run != "newest") return {};
  return make_error(ErrorCode::invalid_argument, "which run of the server is meant?",
                    "name it, as `tamarack run --server … --detach` prints it; `tamarack runs --server …` lists them");
}

Result<RunCaptures> captures_of_ended(const std::vector<run::Entry>& journal, const std::string& run, const std::string& test) {
  const bool is_over = std::any_of(journal.begin(), journal.end(),
                                   [](const run::Entry& entry) { return std::holds_alternative<run::RunFinished>(entry.record); });
  if (is_over) return captures_of(journal, test);
  return make_error(ErrorCode::conflict, fmt::format("run '{}' has no end yet, and may capture more", run),
                    fmt::format("`tamarack attach {} --server …` waits for its end", run));
}

Result<RunCaptures> captures_of_server_run(const client::ServerAddress& server, const std::string& run, const std::string& test) {
  TRY_VOID(check_names_server_run(run));
  ServerCalls calls(server);
  const auto lines =
      good_answer(ask_server(calls, {.path = "/api/v1/runs/" + io::url_segment(run) + "/journal", .patience = Millis{30'000}}));
  if (!lines) return Error(lines.error()).in(fmt::format("the journal of run '{}' cannot be read", run));
  return captures_of_ended(TRY(read_journal_lines(lines->body)), run, test);
}

std::vector<domain::Capture> given_by(const RunCaptures& earlier) {
  std::vector<domain::Capture> given;
  for (const flow::Captured& capture : earlier.captures)
    if (std::find(earlier.unclear.begin(), earlier.unclear.end(), capture.name) == earlier.unclear.end())
      given.push_back({capture.name, capture.json});
  return given;
}

std::vector<std::string> warnings_of(const RunCaptures& earlier, const std::string& run) {
  std::vector<std::string> warnings;
  for (const std::string& name : earlier.unclear)
    if (name != agent::app_url_capture)  // each worker's, and gone with its run: nobody misses it
      warnings.push_back(fmt::format("several tests or waits of '{}' have captured different values of '{}': no test gets it", run, name));
  return warnings;
}

}  // namespace tamarack::cli
