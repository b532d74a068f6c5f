#include "cli/wait_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/parse_instant.h"
#include "base/text.h"
#include "domain/wait.h"
#include "flow/json_path.h"
#include "report/cells.h"
#include "report/json_writer.h"

namespace tamarack::cli {
namespace {

using boost::json::object;
using boost::json::value;

constexpr domain::WaitOutcome outcomes[] = {domain::WaitOutcome::satisfied, domain::WaitOutcome::failed,    domain::WaitOutcome::timed_out,
                                            domain::WaitOutcome::lost,      domain::WaitOutcome::cancelled, domain::WaitOutcome::invalid};

std::string text_of(const object& from, const char* key) {
  const value* found = from.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string{};
}

std::int64_t number_of(const object& from, const char* key) {
  const value* found = from.if_contains(key);
  boost::system::error_code failed;
  const auto number = found == nullptr ? 0 : found->to_number<std::int64_t>(failed);
  return failed ? 0 : number;
}

const boost::json::array& list_of(const object& from, const char* key) {
  static const boost::json::array none;
  const value* found = from.if_contains(key);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

std::string next_look_text(const std::optional<Millis>& next_look) {
  return next_look ? fmt::format("; next look in {}", human_duration(std::max(*next_look, Millis{0}))) : std::string{};
}

// The texts come from a backend: nothing in them may move a terminal's cursor.
std::string clean(const std::string& text) {
  return report::printable(text);
}

void read_conditions(const object& from, WaitReport& report, std::vector<std::string>& names) {
  for (const value& item : list_of(from, "conditions")) {
    const object* condition = item.if_object();
    if (condition == nullptr) continue;
    names.push_back(text_of(*condition, "name"));
    const value* over = condition->if_contains("over");
    const std::string status = text_of(*condition, "status");
    if (over != nullptr && over->is_bool() && !over->get_bool() && !status.empty())
      report.statuses.push_back(fmt::format("{}: {}", names.back(), status));
  }
}

void read_notes(const object& from, const std::vector<std::string>& names, WaitReport& report) {
  const auto parked = parse_instant(text_of(from, "parked_at"));
  for (const value& item : list_of(from, "notes")) {
    const object* note = item.if_object();
    if (note == nullptr) continue;
    const auto at = parse_instant(text_of(*note, "at"));
    const auto condition = static_cast<std::size_t>(number_of(*note, "condition"));
    report.notes.push_back({.after = at && parked ? *at - *parked : Millis{0},
                            .condition = condition < names.size() ? names[condition] : std::string{},
                            .what = text_of(*note, "what"),
                            .text = text_of(*note, "text"),
                            .excerpt = text_of(*note, "excerpt")});
  }
}

}  // namespace

WaitReport report_of(const flow::Wait& wait, Instant now) {
  WaitReport report{.name = wait.spec.name, .over = wait.over, .outcome = wait.outcome, .message = wait.message, .captures = wait.captures};
  report.waited = std::max((wait.over ? wait.ended : now) - wait.parked, Millis{0});
  report.probes = wait.probes;
  report.excerpt = wait.excerpt;
  for (const flow::Note& note : wait.notes)
    report.notes.push_back({.after = note.at - wait.parked,
                            .condition = wait.spec.conditions.at(static_cast<std::size_t>(note.noted.condition)).name,
                            .what = std::string(to_string(note.noted.what)),
                            .text = note.noted.text,
                            .excerpt = note.noted.excerpt});
  for (std::size_t i = 0; i < wait.conditions.size(); ++i)
    if (!wait.conditions[i].over && !wait.conditions[i].status.empty())
      report.statuses.push_back(fmt::format("{}: {}", wait.spec.conditions[i].name, wait.conditions[i].status));
  return report;
}

Result<WaitReport> read_wait_report(std::string_view json) {
  const auto document = flow::parse_document(json);
  const object* from = document ? document->if_object() : nullptr;
  const std::string state = from == nullptr ? std::string{} : text_of(*from, "state");
  if (state != "parked" && state != "over") return make_error(ErrorCode::corrupt, "the server's answer is no wait");
  WaitReport report{.wait_id = text_of(*from, "wait_id"), .name = text_of(*from, "name"), .over = state == "over"};
  const std::string outcome = text_of(*from, "outcome");
  const auto found = std::find_if(std::begin(outcomes), std::end(outcomes), [&](auto one) { return domain::to_string(one) == outcome; });
  if (report.over && found == std::end(outcomes))
    return make_error(ErrorCode::corrupt, fmt::format("the server's wait has the unknown outcome '{}'", outcome));
  if (report.over) report.outcome = *found;
  report.message = text_of(*from, "message");
  report.waited = Millis{number_of(*from, "waited_ms")};
  report.probes = number_of(*from, "probes");
  report.excerpt = text_of(*from, "excerpt");
  if (const value* captures = from->if_contains("captures"); captures != nullptr && captures->is_object())
    for (const auto& member : captures->get_object())
      report.captures.push_back({std::string(member.key()), boost::json::serialize(member.value())});
  std::vector<std::string> names;
  read_conditions(*from, report, names);
  read_notes(*from, names, report);
  // Both from the server's clock, so that ours does not matter.
  const auto parked = parse_instant(text_of(*from, "parked_at"));
  const auto next = parse_instant(text_of(*from, "next_look_at"));
  if (parked && next) report.next_look = *next - (*parked + report.waited);
  return report;
}

std::string note_line(const WaitNote& note, const std::optional<Millis>& next_look) {
  const std::string trouble = note.what == "trouble" ? "trouble: " : "";
  return fmt::format("{:>8}  {}: {}{}{}", human_duration(note.after), clean(note.condition), trouble, clean(note.text),
                     next_look_text(next_look));
}

std::string still_line(const WaitReport& report) {
  const std::string statuses = report.statuses.empty() ? "nothing seen yet" : "still " + clean(join(report.statuses, ", "));
  return fmt::format("{:>8}  {}, {}{}", human_duration(report.waited), statuses, count_of(report.probes, "look"),
                     next_look_text(report.next_look));
}

std::string verdict_line(const WaitReport& report) {
  const std::string name = report.name.empty() ? std::string{} : clean(report.name) + ": ";
  const std::string why = report.message.empty() ? std::string{} : ": " + clean(report.message);
  return fmt::format("{}{} after {}, {}{}", name, domain::to_string(report.outcome), human_duration(report.waited),
                     count_of(report.probes, "look"), why);
}

std::string evidence_text(const WaitReport& report, std::size_t lines_max) {
  if (report.outcome == domain::WaitOutcome::satisfied) return {};
  std::string text;
  std::size_t count = 0;
  for (const std::string& line : split_lines(report.excerpt)) {
    if (trim(line).empty()) continue;
    text += count == lines_max ? "  …\n" : fmt::format("  {}\n", report::fit(clean(line), 200));
    if (++count > lines_max) break;
  }
  return text.empty() ? text : "the last answer:\n" + text;
}

std::string capture_lines(const WaitReport& report) {
  std::string text;
  for (const flow::Captured& captured : report.captures) {
    const auto json = flow::parse_document(captured.json);
    const std::string plain = json ? flow::plain_text(*json) : captured.json;
    const bool is_one_line =
        std::none_of(plain.begin(), plain.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    text += fmt::format("{}={}\n", captured.name, is_one_line ? plain : captured.json);
  }
  return text;
}

std::string wait_json_line(const WaitReport& report) {
  report::JsonWriter out;
  out.begin_object();
  out.field("outcome", domain::to_string(report.outcome));
  out.field("exit_code", static_cast<std::int64_t>(domain::exit_code_of(report.outcome)));
  out.field("message", report.message);
  out.key("captures");
  out.begin_object();
  for (const flow::Captured& captured : report.captures) {
    out.key(captured.name);
    out.raw(captured.json);
  }
  out.end_object();
  out.field("waited_ms", report.waited.count());
  out.field("probes", report.probes);
  out.key("notes");
  out.begin_array();
  for (const WaitNote& note : report.notes) {
    out.begin_object();
    out.field("after_ms", note.after.count());
    out.field("condition", note.condition);
    out.field("what", note.what);
    out.field("text", note.text);
    out.field("excerpt", note.excerpt);
    out.end_object();
  }
  out.end_array();
  out.field("excerpt", report.excerpt);
  if (!report.wait_id.empty()) out.field("wait_id", report.wait_id);
  out.end_object();
  return std::move(out).take();
}

}  // namespace tamarack::cli
