#include "notify/cloud_event.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.h"
#include "notify/failures.h"
#include "notify/plain.h"
#include "report/json_writer.h"
#include "report/ledger_json.h"
#include "report/view_query.h"

namespace tamarack::notify {
namespace {

constexpr std::size_t failures_max = 25;
constexpr std::size_t name_bytes_max = 300;
constexpr std::size_t error_bytes_max = 200;
constexpr std::size_t word_bytes_max = 1000;  // branch, headline and the like

// A flow has a name instead of an id, and the wait that ended it.
void write_failure(report::JsonWriter& json, const Failure& failure) {
  json.begin_object();
  if (failure.test != nullptr) {
    json.field("test_id", failure.test->id);
    json.field("name", cut_line(report::test_name(*failure.test), name_bytes_max));
  } else {
    json.field("test_id", "");
    json.field("name", cut_line(failure.flow->name, name_bytes_max));
  }
  json.field("outcome", outcome_of(failure));
  json.field("error", cut_line(error_of(failure), error_bytes_max));
  json.field("quarantined", failure.test != nullptr ? failure.test->quarantined : failure.flow->quarantined);
  if (failure.flow != nullptr) {
    json.field("flow", true);
    const report::FlowPhaseView* wait = report::ending_wait(*failure.flow);
    json.field("wait", wait == nullptr ? std::string() : cut_line(wait->name, name_bytes_max));
    json.field("wait_outcome", wait == nullptr ? std::string() : wait->outcome);
    json.field("waited_ms", failure.flow->waited_ms);
  }
  json.end_object();
}

// While a run goes on, what has no result yet looks like never_ran: nothing is a failure before the end.
void write_failures(report::JsonWriter& json, const report::ReportView& view, Event event) {
  const std::vector<Failure> failures = event == Event::run_finished ? failures_of(view) : std::vector<Failure>{};
  json.field("failures_total", static_cast<std::int64_t>(failures.size()));
  json.key("failures");
  json.begin_array();
  for (std::size_t i = 0; i < std::min(failures.size(), failures_max); ++i) write_failure(json, failures[i]);
  json.end_array();
}

void write_ci(report::JsonWriter& json, const News& news) {
  json.key("ci");
  json.begin_object();
  json.field("identity", cut_line(news.ci_identity, word_bytes_max));
  json.field("url", news.ci_url);
  json.field("attempt", news.ci_attempt);
  json.field("pull_request", news.pull_request);
  json.end_object();
}

void write_data(report::JsonWriter& json, const report::ReportView& view, const News& news) {
  const report::RunView& run = view.run;
  json.begin_object();
  json.field("run_id", run.run_id);
  json.field("url", news.run_url);
  json.field("project", run.project);
  json.field("framework", run.framework);
  json.field("started_at", iso8601(from_ms(run.started_at_ms)));
  if (news.event == Event::run_finished) json.field("finished_at", iso8601(from_ms(run.started_at_ms + run.wall_ms)));
  json.field("verdict", run.verdict);
  json.field("headline", cut_line(run.headline, word_bytes_max));
  json.field("exit_code", run.exit_code);
  json.field("planned", run.planned);
  report::write_ledger(json, view.ledger);
  json.field("pending", report::pending_count(view));
  json.field("workers", run.workers);
  json.field("wall_ms", run.wall_ms);
  json.field("attempts", run.attempts);
  json.field("branch", cut_line(run.branch, word_bytes_max));
  json.field("commit", run.commit);
  write_failures(json, view, news.event);
  write_ci(json, news);
  json.end_object();
}

}  // namespace

std::string event_id_of(const report::ReportView& view, Event event) {
  return "evt_" + sha256_hex(fmt::format("{} {}", to_string(event), view.run.run_id)).substr(0, 32);
}

std::string cloud_event(const report::ReportView& view, const News& news) {
  report::JsonWriter json;
  json.begin_object();
  json.field("specversion", "1.0");
  json.field("id", event_id_of(view, news.event));
  json.field("source", fmt::format("{}/projects/{}", news.server_url, percent_encoded(view.run.project)));
  json.field("type", to_string(news.event));
  json.field("subject", view.run.run_id);
  json.field("time", iso8601(news.at));
  json.field("datacontenttype", "application/json");
  json.key("data");
  write_data(json, view, news);
  json.end_object();
  return std::move(json).take();
}

}  // namespace tamarack::notify
