#include "adapter/results/ctrf.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <optional>

#include "adapter/json_fields.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

using domain::TestStatus;

TestStatus status_of(JsonFields& test) {
  const std::string status = test.required_text("status");
  const std::string raw = lower(test.text("rawStatus"));
  if (status == "passed") return TestStatus::passed;
  if (status == "skipped" || status == "pending") return TestStatus::skipped;
  if (raw == "timedout" || raw == "timed_out" || raw == "timeout") return TestStatus::timed_out;
  if (status == "failed") return TestStatus::failed;
  // "other" is whatever the framework knows and CTRF does not. Only what plainly did not run is harmless.
  if (status == "other") return raw == "todo" || raw == "disabled" || raw == "skipped" ? TestStatus::skipped : TestStatus::failed;
  test.refuse("status", fmt::format("must be passed, failed, skipped, pending or other, got '{}'", status));
  return TestStatus::failed;
}

ResultCase case_of(JsonFields& test) {
  ResultCase result;
  result.name = test.required_text("name");
  result.suite = join(test.text_or_texts("suite"), " › ");
  result.file = test.text("filePath");
  result.status = status_of(test);
  result.duration = Millis{test.whole("duration")};
  result.output = captured_text(join(test.text_or_texts("stdout"), "\n"));
  result.errput = captured_text(join(test.text_or_texts("stderr"), "\n"));
  if (result.status != TestStatus::failed && result.status != TestStatus::timed_out) return result;
  domain::TestError error{.message = message_text(test.text("message")), .stack = captured_text(test.text("trace"))};
  error.file = result.file;
  error.line = test.whole("line");
  error.snippet = message_text(test.text("snippet"));
  if (error.message.empty()) error.message = fmt::format("{} without a message", domain::to_string(result.status));
  result.errors.push_back(std::move(error));
  return result;
}

struct Summary {
  std::optional<std::int64_t> tests;
  std::optional<std::int64_t> failed;
};

void check_summary(const Summary& summary, ResultReport& report) {
  const auto listed = static_cast<std::int64_t>(report.cases.size());
  if (summary.tests && *summary.tests > listed)
    report.problems.push_back(fmt::format("truncated_report: the CTRF summary announces {} but {} listed", count_of(*summary.tests, "test"),
                                          count_of(listed, "is", "are")));
  std::int64_t failed = 0;
  for (const ResultCase& result : report.cases) failed += result.errors.empty() ? 0 : 1;
  if (summary.failed && *summary.failed > failed)
    report.problems.push_back(fmt::format("malformed_report: the CTRF summary counts {} but {} listed as failed",
                                          count_of(*summary.failed, "failed test"), count_of(failed, "is", "are")));
}

}  // namespace

ResultReport read_ctrf(std::string_view bytes) {
  ResultReport report;
  if (bytes.size() > report_bytes_max) {
    report.problems.push_back(fmt::format("oversized_report: the CTRF report has {}, at most {} are read", human_bytes(bytes.size()),
                                          human_bytes(report_bytes_max)));
    return report;
  }
  Result<boost::json::value> parsed = parse_json(bytes);
  if (!parsed) {
    report.problems.push_back(fmt::format("{}: CTRF report: {}", is_half_document(parsed.error()) ? "truncated_report" : "malformed_report",
                                          parsed.error().message));
    return report;
  }
  const boost::json::object* object = parsed->if_object();
  if (object == nullptr) {
    report.problems.push_back("malformed_report: the CTRF report is not a JSON object");
    return report;
  }

  std::optional<Error> fault;
  Summary summary;
  bool too_many = false;
  JsonFields root(*object, "", fault);
  if (!root.has("results")) root.refuse("results", "is missing");
  root.inside("results", [&](JsonFields& results) {
    if (!results.has("tests")) results.refuse("tests", "is missing");
    results.inside("summary", [&](JsonFields& fields) {
      if (fields.has("tests")) summary.tests = fields.whole("tests");
      if (fields.has("failed")) summary.failed = fields.whole("failed");
    });
    results.each("tests", [&](JsonFields& test) {
      if (report.cases.size() >= report_cases_max) {
        too_many = true;
        return;
      }
      ResultCase result = case_of(test);
      if (!fault) report.cases.push_back(std::move(result));
    });
  });
  if (fault)
    report.problems.push_back(fmt::format("malformed_report: in the CTRF report, {}", fault->message));
  else if (too_many)
    report.problems.push_back(fmt::format("oversized_report: only the first {} tests are read", report_cases_max));
  else
    check_summary(summary, report);
  return report;
}

}  // namespace tamarack::adapter
