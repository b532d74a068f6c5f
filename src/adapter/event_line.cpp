#include "adapter/event_line.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <optional>

#include "adapter/base64.h"
#include "adapter/captures.h"
#include "adapter/json_fields.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

constexpr std::int64_t retry_max = 1000;

domain::TestIdentity identity_of(JsonFields& line) {
  domain::TestIdentity identity{line.required_text("spec"), line.texts("title_path"), line.text("parameters")};
  if (identity.title_path.empty()) line.refuse("title_path", line.has("title_path") ? "must not be empty" : "is missing");
  return identity;
}

int retry_of(JsonFields& line) {
  const std::int64_t retry = line.whole("retry");
  if (retry > retry_max) line.refuse("retry", fmt::format("must be at most {}, got {}", retry_max, retry));
  return static_cast<int>(std::min(retry, retry_max));
}

domain::TestError error_of(JsonFields& error) {
  return {.message = error.text("message"),
          .stack = error.text("stack"),
          .file = error.text("file"),
          .line = error.whole("line"),
          .column = error.whole("column"),
          .snippet = error.text("snippet")};
}

std::vector<domain::Annotation> annotations_of(JsonFields& line) {
  std::vector<domain::Annotation> annotations;
  line.each("annotations", [&](JsonFields& one) { annotations.push_back({one.text("type"), one.text("description")}); });
  return annotations;
}

SuiteLine suite_of(JsonFields& line) {
  SuiteLine suite{.version = line.whole("v", 1),
                  .mode = line.text("mode"),
                  .framework = line.text("framework"),
                  .framework_version = line.text("framework_version"),
                  .root_dir = line.text("root_dir"),
                  .tests = line.whole("tests")};
  // A newer shim may add fields but keeps version 1; another number announces that old readers would misunderstand it.
  if (suite.version != 1)
    line.refuse("v", fmt::format("must be 1, got {}; the shim belongs to another version of tamarack", suite.version));
  return suite;
}

TestLine test_of(JsonFields& line) {
  domain::TestCase test;
  test.identity = identity_of(line);
  test.id = domain::make_test_id(test.identity);
  test.line = line.whole("line");
  test.column = line.whole("column");
  test.tags = line.texts("tags");
  for (std::string& tag : test.tags)
    if (tag.starts_with('@')) tag.erase(0, 1);
  test.annotations = annotations_of(line);
  test.group = line.text("group");
  test.serial = line.flag("serial");
  const std::string expect = line.text("expect");
  if (!expect.empty() && expect != "run" && expect != "skip")
    line.refuse("expect", fmt::format("must be 'run' or 'skip', got '{}'", expect));
  test.skip_expected = expect == "skip";
  return {std::move(test)};
}

AttachmentLine attachment_of(JsonFields& line) {
  AttachmentLine attachment{.identity = identity_of(line), .retry = retry_of(line)};
  attachment.attachment.name = line.required_text("name");
  attachment.attachment.content_type = line.text("content_type");
  attachment.attachment.path = line.text("path");
  if (!attachment.attachment.path.empty()) return attachment;
  if (!line.has("body_base64")) {
    line.refuse("path", "and 'body_base64' are both missing");
    return attachment;
  }
  std::optional<std::string> body = decode_base64(line.text("body_base64"));
  if (!body) line.refuse("body_base64", "is not valid base64");
  attachment.body = std::move(body).value_or("");
  attachment.attachment.size = static_cast<std::int64_t>(attachment.body.size());
  return attachment;
}

domain::TestStatus status_of(JsonFields& line) {
  using domain::TestStatus;
  const std::string status = line.required_text("status");
  for (const TestStatus candidate :
       {TestStatus::passed, TestStatus::failed, TestStatus::timed_out, TestStatus::skipped, TestStatus::interrupted})
    if (status == domain::to_string(candidate)) return candidate;
  line.refuse("status", fmt::format("must be passed, failed, timed_out, skipped or interrupted, got '{}'", status));
  return TestStatus::failed;
}

// What is wrong with a capture is the test's fault and stands in its report; the line is good all the same.
ReadCaptures captures_of(JsonFields& line) {
  ReadCaptures read;
  line.each("captures", [&](JsonFields& one) {
    domain::Capture capture{one.text("name"), one.json("value")};
    std::string why = capture_problem(capture.name, capture.json);
    if (why.empty() && capture.json.empty()) why = fmt::format("capture '{}' is not kept: it has no value", capture.name);
    if (why.empty())
      read.captures.push_back(std::move(capture));
    else
      read.problems.push_back(std::move(why));
  });
  return read;
}

TestFinishedLine finished_of(JsonFields& line) {
  TestFinishedLine finished{.identity = identity_of(line), .report = {}};
  domain::TestReport& report = finished.report;
  report.retry = retry_of(line);
  report.status = status_of(line);
  report.last_try = line.flag("final", true);
  report.started = from_ms(line.whole("started_ms"));
  report.duration = Millis{line.whole("duration_ms")};
  line.each("errors", [&](JsonFields& error) { report.errors.push_back(error_of(error)); });
  report.output = line.text("stdout");
  report.errput = line.text("stderr");
  report.annotations = annotations_of(line);
  line.each("attachments", [&](JsonFields& one) {
    // Without a path the body came in an attachment line of its own.
    if (one.has("path"))
      report.attachments.push_back({.name = one.text("name"), .content_type = one.text("content_type"), .path = one.text("path")});
  });
  line.each("steps", [&](JsonFields& step) {
    report.steps.push_back({.title = step.text("title"),
                            .category = step.text("category"),
                            .started = from_ms(step.whole("started_ms")),
                            .duration = Millis{step.whole("duration_ms")},
                            .failed = step.flag("failed")});
  });
  add_captures(report, captures_of(line));
  finished.output_bytes = line.has("output_bytes") ? line.whole("output_bytes") : -1;
  return finished;
}

ErrorLine error_line_of(JsonFields& line) {
  ErrorLine error;
  if (!line.has("error")) line.refuse("error", "is missing");
  line.inside("error", [&](JsonFields& inner) { error.error = error_of(inner); });
  return error;
}

EventLine value_of(std::string type, JsonFields& line) {
  if (type == "suite") return suite_of(line);
  if (type == "test") return test_of(line);
  if (type == "test_started") return TestStartedLine{identity_of(line), retry_of(line), from_ms(line.whole("at_ms"))};
  if (type == "attachment") return attachment_of(line);
  if (type == "test_finished") return finished_of(line);
  if (type == "error") return error_line_of(line);
  if (type == "end") return EndLine{line.text("status"), line.whole("tests_finished")};
  return UnknownLine{std::move(type)};
}

}  // namespace

Result<EventLine> parse_event_line(std::string_view text) {
  if (text.size() > event_line_bytes_max)
    return make_error(ErrorCode::limit_exceeded, fmt::format("event line is {} long, at most {} are read", human_bytes(text.size()),
                                                             human_bytes(event_line_bytes_max)));
  Result<boost::json::value> parsed = parse_json(text);
  if (!parsed) return std::move(parsed).error().in("event line");
  const boost::json::object* object = parsed->if_object();
  if (object == nullptr) return make_error(ErrorCode::corrupt, "event line: expected a JSON object");

  std::optional<Error> fault;
  JsonFields fields(*object, "", fault);
  std::string type = fields.required_text("type");
  if (fault) return std::move(*fault).in("event line");
  EventLine line = value_of(type, fields);
  if (fault) return std::move(*fault).in(fmt::format("event line '{}'", type));
  return line;
}

}  // namespace tamarack::adapter
