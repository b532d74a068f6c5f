#include "report/report_json.h"

#include "base/check.h"
#include "report/json_writer.h"
#include "report/report_members.h"

namespace tamarack::report {
namespace {

// Whether a member may be left out. Structs inside structs are always written: all their members may be left out.
template <class T>
bool is_default(const T& content, const T& otherwise) {
  if constexpr (is_view<T>)
    return false;
  else if constexpr (requires { content.empty(); })
    return content.empty() && otherwise.empty();
  else
    return content == otherwise;
}

// Declared first, because the template of lists finds only what stands before it.
template <class View>
  requires is_view<View>
void write(JsonWriter& json, const View& view);

void write(JsonWriter& json, const std::string& text) {
  json.value(text);
}
void write(JsonWriter& json, std::int64_t number) {
  json.value(number);
}
void write(JsonWriter& json, bool truth) {
  json.value(truth);
}

template <class T>
void write(JsonWriter& json, const std::vector<T>& list) {
  json.begin_array();
  for (const T& one : list) write(json, one);
  json.end_array();
}

template <class View>
  requires is_view<View>
void write(JsonWriter& json, const View& view) {
  static const View defaults{};
  json.begin_object();
  for_each_member<View>([&](std::string_view name, auto member) {
    if (!is_outline<View> && is_default(view.*member, defaults.*member)) return;
    json.key(name);
    write(json, view.*member);
  });
  json.end_object();
}

// Bytes the texts take, roughly: a string that grows by doubling would hold a big report twice.
std::size_t expected_bytes(const ReportView& view) {
  std::size_t bytes = 4096 + view.units.size() * 160;
  for (const TestView& test : view.tests) {
    bytes += 160;
    for (const AttemptView& attempt : test.attempts) {
      bytes += 120 + attempt.output.size() + attempt.errput.size() + attempt.app_log.size() + attempt.steps.size() * 120;
      for (const ErrorView& error : attempt.errors) bytes += 200 + error.message.size() + error.stack.size() + error.snippet.size();
      for (const AttachmentView& attachment : attempt.attachments) bytes += 300 + attachment.data_uri.size();
    }
  }
  for (const WorkerView& worker : view.workers) bytes += 100 + worker.spans.size() * 64;
  return bytes;
}

constexpr std::string_view data_opening = R"(<script type="application/json" id="tamarack-report">)";
constexpr std::string_view data_closing = "</script>";

}  // namespace

std::string to_json(const ReportView& view) {
  JsonWriter json;
  json.reserve(expected_bytes(view));
  write(json, view);
  return std::move(json).take();
}

std::string to_json(const TestView& test) {
  JsonWriter json;
  write(json, test);
  return std::move(json).take();
}

std::string embed_report(std::string_view report_html_template, const ReportView& view) {
  const std::size_t opening = report_html_template.find(data_opening);
  CHECK(opening != std::string_view::npos, "the report page has no element {}", data_opening);
  const std::size_t from = opening + data_opening.size();
  const std::size_t to = report_html_template.find(data_closing, from);
  CHECK(to != std::string_view::npos, "the report page's data element is not closed");
  const std::string json = to_json(view);
  std::string page;
  page.reserve(report_html_template.size() + json.size() + json.size() / 16);
  page.append(report_html_template, 0, from);
  // Inside a script element "</script" and "<!--" end or change the element wherever they stand; JSON knows another spelling of '<'.
  std::size_t copied = 0;
  for (std::size_t at = json.find('<'); at != std::string::npos; at = json.find('<', copied)) {
    page.append(json, copied, at - copied).append("\\u003c");
    copied = at + 1;
  }
  page.append(json, copied);
  page.append(report_html_template, to);
  return page;
}

}  // namespace tamarack::report
