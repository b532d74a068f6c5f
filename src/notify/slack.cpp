#include "notify/slack.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "notify/failures.h"
#include "notify/plain.h"
#include "report/json_writer.h"
#include "report/view_query.h"

namespace tamarack::notify {
namespace {

constexpr std::size_t header_bytes_max = 150;
constexpr std::size_t section_bytes_max = 2'900;  // of 3,000
constexpr std::size_t failures_max = 15;
constexpr std::size_t name_bytes_max = 150;
constexpr std::size_t error_bytes_max = 150;
constexpr std::size_t line_bytes_max = 700;  // a name full of '&' grows fivefold
constexpr std::size_t failures_bytes_max = 7'000;
constexpr std::size_t fact_bytes_max = 400;

std::string escaped(std::string_view text) {
  return replace_all(replace_all(replace_all(std::string(text), "&", "&amp;"), "<", "&lt;"), ">", "&gt;");
}

// Inside backticks nothing is formatted, so a backtick is all that must not be there.
std::string as_code(std::string_view text) {
  return "`" + escaped(replace_all(std::string(text), "`", "'")) + "`";
}

std::string_view icon(const report::ReportView& view, Event event) {
  if (event == Event::run_started) return ":hourglass_flowing_sand:";
  if (is_green(view)) return ":white_check_mark:";
  return view.run.verdict == "failed" || view.run.verdict == "timed_out" ? ":x:" : ":warning:";
}

std::string title(const report::ReportView& view, const News& news) {
  const std::string what = news.event == Event::run_started
                               ? fmt::format("run started, {} planned", report::entries(view, view.run.planned))
                               : view.run.headline;
  return fmt::format("{}: {}", view.run.project, what);
}

// Lines of which none was torn in an escape: one that grew too long is rebuilt from less text.
std::string failure_line(const Failure& failure) {
  const std::string outcome = report::outcome_words(outcome_of(failure));
  for (std::size_t part = 1; part <= 8; part *= 2) {
    const std::string line = fmt::format("• {} {}: {}", as_code(cut_line(name_of(failure), name_bytes_max / part)), outcome,
                                         escaped(cut_line(error_of(failure), error_bytes_max / part)));
    if (line.size() <= line_bytes_max) return line;
  }
  return fmt::format("• {} {}", failure.test != nullptr ? as_code(failure.test->id) : std::string("a flow"), outcome);
}

// In sections, as many as fit.
std::vector<std::string> failure_sections(const report::ReportView& view) {
  std::vector<Failure> failures = failures_of(view);
  std::erase_if(failures, [](const Failure& one) { return !counts_against_run(one); });
  std::vector<std::string> sections;
  std::size_t bytes = 0;
  std::size_t shown = 0;
  for (; shown < std::min(failures.size(), failures_max); ++shown) {
    const std::string line = failure_line(failures[shown]);
    if (bytes + line.size() > failures_bytes_max) break;
    bytes += line.size();
    if (sections.empty() || sections.back().size() + line.size() + 1 > section_bytes_max)
      sections.push_back(line);
    else
      sections.back() += "\n" + line;
  }
  if (shown < failures.size())
    sections.push_back(fmt::format("… and {}", count_of(static_cast<std::int64_t>(failures.size() - shown), "more failure")));
  return sections;
}

std::string facts(const report::ReportView& view, const News& news) {
  std::vector<std::string> parts;
  const auto add = [&](std::string_view name, std::string_view text) {
    if (!text.empty()) parts.push_back(fmt::format("{} {}", name, as_code(cut_line(text, fact_bytes_max / 5))));
  };
  add("branch", view.run.branch);
  add("commit", std::string_view(view.run.commit).substr(0, 12));
  if (news.pull_request > 0) parts.push_back(fmt::format("pull request #{}", news.pull_request));
  if (news.event == Event::run_finished) {
    parts.push_back(human_duration(Millis{view.run.wall_ms}) + " on " + count_of(view.run.workers, "worker"));
    parts.push_back(escaped(report::ledger_equation(view)));
  }
  if (!news.run_url.empty()) parts.push_back(fmt::format("<{}|open the run>", escaped(replace_all(news.run_url, "|", "%7C"))));
  if (!news.ci_url.empty() && news.ci_url.size() <= fact_bytes_max)
    parts.push_back(fmt::format("<{}|CI job>", escaped(replace_all(news.ci_url, "|", "%7C"))));
  return join(parts, "  ·  ");
}

void write_section(report::JsonWriter& json, const std::string& markdown) {
  json.begin_object();
  json.field("type", "section");
  json.key("text");
  json.begin_object();
  json.field("type", "mrkdwn");
  json.field("text", markdown);
  json.end_object();
  json.end_object();
}

}  // namespace

std::string slack_message(const report::ReportView& view, const News& news) {
  const std::vector<std::string> failures = news.event == Event::run_finished ? failure_sections(view) : std::vector<std::string>{};
  const std::string head = cut_line(title(view, news), header_bytes_max - 30);  // room for the icon
  report::JsonWriter json;
  json.begin_object();
  std::string text = fmt::format("{} {}", icon(view, news.event), escaped(head));
  if (!failures.empty()) text += "\n" + failures.front();
  if (!news.run_url.empty()) text += "\n" + escaped(news.run_url);
  json.field("text", text);
  json.key("blocks");
  json.begin_array();
  json.begin_object();
  json.field("type", "header");
  json.key("text");
  json.begin_object();
  json.field("type", "plain_text");
  json.field("text", fmt::format("{} {}", icon(view, news.event), head));
  json.field("emoji", true);
  json.end_object();
  json.end_object();
  for (const std::string& section : failures) write_section(json, section);
  if (const std::string line = facts(view, news); !line.empty()) write_section(json, line);
  json.end_array();
  json.end_object();
  return std::move(json).take();
}

}  // namespace tamarack::notify
