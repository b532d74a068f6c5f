#include "notify/github.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "notify/failures.h"
#include "notify/plain.h"
#include "report/json_writer.h"
#include "report/markdown.h"
#include "report/view_query.h"

namespace tamarack::notify {
namespace {

constexpr std::size_t description_bytes_max = 140;
constexpr std::size_t title_bytes_max = 255;
constexpr std::size_t message_bytes_max = 2'000;  // 64 KB are allowed; a few lines are shown
constexpr std::size_t details_bytes_max = 8'000;

std::string_view status_state(const report::ReportView& view, Event event) {
  if (event == Event::run_started) return "pending";
  if (is_green(view)) return "success";
  return view.run.verdict == "failed" || view.run.verdict == "timed_out" ? "failure" : "error";
}

std::string_view conclusion(const report::ReportView& view) {
  if (is_green(view)) return "success";
  if (view.run.verdict == "cancelled") return "cancelled";
  return view.run.verdict == "timed_out" ? "timed_out" : "failure";
}

std::string headline(const report::ReportView& view, const News& news) {
  if (!view.run.headline.empty()) return view.run.headline;
  return news.event == Event::run_started ? fmt::format("{} planned", report::entries(view, view.run.planned)) : view.run.verdict;
}

// Failed tests stand where the target leads to. What a wait ended is one sentence, and often all that there is to know: the first has room.
std::string description(const report::ReportView& view, const News& news) {
  std::string text = headline(view, news);
  if (news.event != Event::run_finished) return text;
  for (const Failure& failure : failures_of(view))
    if (failure.flow != nullptr && counts_against_run(failure)) return fmt::format("{}: {}, {}", text, name_of(failure), error_of(failure));
  return text;
}

struct Annotation {
  std::string path;
  std::int64_t line = 1;
  std::string_view level;
  std::string title;
  std::string message;
  std::string details;
};

// A path of the repository; empty when it cannot be one.
std::string in_repository(const std::string& suite_dir, const std::string& file) {
  if (file.empty() || file.starts_with('/') || (suite_dir.starts_with('/'))) return {};
  std::string path = suite_dir.empty() || suite_dir == "." ? file : suite_dir + (suite_dir.ends_with('/') ? "" : "/") + file;
  while (path.starts_with("./")) path.erase(0, 2);
  for (const std::string& part : split(path, '/'))
    if (part == ".." || part == "." || part.empty()) return {};
  return is_valid_utf8(path) ? path : std::string();
}

Annotation annotation_of(const report::TestView& test, const std::string& suite_dir, std::string_view level) {
  const report::ErrorView* error = report::deciding_error(test);
  Annotation one;
  one.level = level;
  one.title = cut_line(report::outcome_words(test.outcome) + ": " + report::test_name(test), title_bytes_max);
  std::int64_t line = test.line;
  if (error != nullptr && !error->file.empty()) {
    one.path = in_repository(suite_dir, error->file);
    line = error->line;
  }
  if (one.path.empty()) {  // the error came from a library
    one.path = in_repository(suite_dir, test.spec);
    line = test.line;
  }
  one.line = std::max<std::int64_t>(1, line);
  const std::string message = error == nullptr ? report::failure_head(test) : strip_ansi(error->message);
  one.message = cut(message.empty() ? report::failure_head(test) : message, message_bytes_max);
  if (error != nullptr && !error->stack.empty()) one.details = cut(strip_ansi(error->stack), details_bytes_max);
  return one;
}

// At the first test of the flow: what that started ended badly, and no line of it is wrong.
Annotation annotation_of(const report::FlowView& flow, const report::ReportView& view, const std::string& suite_dir,
                         std::string_view level) {
  Annotation one;
  one.level = level;
  one.title = cut_line(report::outcome_words(flow.outcome) + ": " + name_of({.flow = &flow}), title_bytes_max);
  one.message = cut(error_of({.flow = &flow}), message_bytes_max);
  if (const report::FlowPhaseView* wait = report::ending_wait(flow); wait != nullptr && !wait->excerpt.empty())
    one.details = cut(strip_ansi(wait->excerpt), details_bytes_max);
  for (const report::FlowPhaseView& phase : flow.phases) {
    if (phase.tests.empty()) continue;
    const report::TestView& test = view.tests.at(static_cast<std::size_t>(phase.tests.front()));
    one.path = in_repository(suite_dir, test.spec);
    one.line = std::max<std::int64_t>(1, test.line);
    break;
  }
  return one;
}

// What counts, then what is excused, then what passed at the second try. The same place and title once: matrix jobs and retries repeat
// them.
std::vector<Annotation> annotations(const report::ReportView& view, const std::string& suite_dir) {
  std::vector<Annotation> all;
  std::set<std::string> seen;
  const auto add = [&](Annotation one) {
    if (all.size() < annotations_max && !one.path.empty() && seen.insert(fmt::format("{}:{}:{}", one.path, one.line, one.title)).second)
      all.push_back(std::move(one));
  };
  for (const Failure& failure : failures_of(view)) {
    if (all.size() == annotations_max) break;
    const std::string_view level = counts_against_run(failure) ? "failure" : "warning";
    add(failure.test != nullptr ? annotation_of(*failure.test, suite_dir, level) : annotation_of(*failure.flow, view, suite_dir, level));
  }
  for (const report::TestView* test : report::flaky_tests(view)) {
    if (all.size() == annotations_max) break;
    add(annotation_of(*test, suite_dir, "notice"));
  }
  return all;
}

void write_output(report::JsonWriter& json, const report::ReportView& view, const News& news, const std::string& summary,
                  const std::vector<Annotation>& all, std::size_t from) {
  json.key("output");
  json.begin_object();
  json.field("title", cut_line(headline(view, news), title_bytes_max));
  json.field("summary", summary);
  if (from < all.size()) {
    json.key("annotations");
    json.begin_array();
    for (std::size_t i = from; i < std::min(all.size(), from + annotations_per_request); ++i) {
      const Annotation& one = all[i];
      json.begin_object();
      json.field("path", one.path);
      json.field("start_line", one.line);
      json.field("end_line", one.line);
      json.field("annotation_level", one.level);
      json.field("title", one.title);
      json.field("message", one.message);
      if (!one.details.empty()) json.field("raw_details", one.details);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

std::string summary_of(const report::ReportView& view, const News& news) {
  if (news.event == Event::run_started) return cut_line(headline(view, news), description_bytes_max);
  return cut(report::to_markdown(view, check_summary_bytes_max), check_summary_bytes_max);
}

// GitHub takes seconds, with or without a fraction.
std::string time_of(std::int64_t ms) {
  return iso8601(from_ms(ms));
}

}  // namespace

std::string commit_status(const report::ReportView& view, const News& news, std::string_view context) {
  report::JsonWriter json;
  json.begin_object();
  json.field("state", status_state(view, news.event));
  if (!news.run_url.empty()) json.field("target_url", news.run_url);
  json.field("description", cut_line(description(view, news), description_bytes_max));
  json.field("context", cut_line(context, title_bytes_max));
  json.end_object();
  return std::move(json).take();
}

CheckRequests check_run(const report::ReportView& view, const News& news, std::string_view name) {
  const bool finished = news.event == Event::run_finished;
  const std::vector<Annotation> all = finished ? annotations(view, news.suite_dir) : std::vector<Annotation>{};
  const std::string summary = summary_of(view, news);
  CheckRequests requests;
  requests.create_members = fmt::format("\"head_sha\":\"{}\",", view.run.commit);  // is_full_commit, or nobody asks
  report::JsonWriter first;
  first.begin_object();
  first.field("name", cut_line(name, title_bytes_max));
  first.field("external_id", view.run.run_id);
  if (!news.run_url.empty()) first.field("details_url", news.run_url);
  first.field("status", finished ? "completed" : "in_progress");
  first.field("started_at", time_of(view.run.started_at_ms));
  if (finished) {
    first.field("conclusion", conclusion(view));
    first.field("completed_at", time_of(view.run.started_at_ms + view.run.wall_ms));
  }
  write_output(first, view, news, summary, all, 0);
  first.end_object();
  requests.bodies.push_back(std::move(first).take());
  for (std::size_t from = annotations_per_request; from < all.size(); from += annotations_per_request) {
    report::JsonWriter more;
    more.begin_object();
    write_output(more, view, news, summary, all, from);
    more.end_object();
    requests.bodies.push_back(std::move(more).take());
  }
  return requests;
}

}  // namespace tamarack::notify
