#include "report/junit.h"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "report/view_query.h"

namespace tamarack::report {
namespace {

// XML 1.0 has no way at all to write most control characters, U+FFFE and U+FFFF.
std::string escaped(std::string_view bytes, bool is_attribute) {
  const std::string text = to_valid_utf8(strip_ansi(bytes));
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += is_attribute ? "&quot;" : "\"";
        break;
      case '\t':
      case '\n':
        out += is_attribute ? fmt::format("&#{};", static_cast<int>(c)) : std::string(1, c);
        break;
      case '\r':
        out += "&#13;";
        break;
      default:
        if (text.compare(i, 3, "\xef\xbf\xbe") == 0 || text.compare(i, 3, "\xef\xbf\xbf") == 0) {
          i += 2;
        } else if (static_cast<unsigned char>(c) >= 0x20) {
          out += c;
        }
    }
  }
  return out;
}

std::string attribute(std::string_view name, std::string_view value) {
  return fmt::format(" {}=\"{}\"", name, escaped(value, true));
}

std::string seconds(std::int64_t ms) {
  return fmt::format("{}.{:03}", ms / 1000, ms % 1000);
}

struct Counts {
  std::int64_t tests = 0;
  std::int64_t failures = 0;
  std::int64_t errors = 0;
  std::int64_t skipped = 0;
  std::int64_t time_ms = 0;

  std::string attributes() const {
    return fmt::format(" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\"", tests, failures, errors, skipped,
                       seconds(time_ms));
  }
  void add(const Counts& other) {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
    skipped += other.skipped;
  }
};

bool is_failure(const TestView& test) {
  return test.outcome == "failed" || test.outcome == "timed_out";
}

Counts counts_of(const std::vector<const TestView*>& tests) {
  Counts counts;
  for (const TestView* test : tests) {
    ++counts.tests;
    counts.time_ms += test->duration_ms;
    if (test->outcome == "skipped" || (is_bad(*test) && !counts_against_run(*test)))
      ++counts.skipped;
    else if (is_failure(*test))
      ++counts.failures;
    else if (is_bad(*test))
      ++counts.errors;
  }
  return counts;
}

std::string details(const AttemptView& attempt) {
  std::string text;
  for (const ErrorView& error : attempt.errors) {
    if (!text.empty()) text += "\n\n";
    text += error.stack.find(error.message) != std::string::npos ? error.stack
                                                                 : error.message + (error.stack.empty() ? "" : "\n" + error.stack);
    if (!error.snippet.empty()) text += "\n\n" + error.snippet;
  }
  return text;
}

bool has_failed(const AttemptView& attempt) {
  return attempt.status == "failed" || attempt.status == "timed_out";
}

std::string head_of(const AttemptView& attempt) {
  return attempt.errors.empty() ? outcome_words(attempt.status) : error_head(attempt.errors.front());
}

std::string failed_attempt(std::string_view element, const AttemptView& attempt) {
  return fmt::format("      <{0}{1}{2}>{3}</{0}>\n", element, attribute("message", head_of(attempt)), attribute("type", attempt.status),
                     escaped(details(attempt), false));
}

// Surefire's way to tell several tries of one test: the retries that failed too, or the failures before it passed.
std::string repeated_attempts(const TestView& test, std::string_view element, const AttemptView* already_written) {
  std::string xml;
  for (const AttemptView& attempt : test.attempts) {
    if (&attempt == already_written || !attempt.counted || !has_failed(attempt)) continue;
    xml += fmt::format("      <{0}{1}{2}>\n        <stackTrace>{3}</stackTrace>\n      </{0}>\n", element,
                       attribute("message", head_of(attempt)), attribute("type", attempt.status), escaped(details(attempt), false));
  }
  return xml;
}

std::string result(const TestView& test) {
  if (test.outcome == "passed") return {};
  if (test.outcome == "skipped") return fmt::format("      <skipped{}/>\n", test.reason.empty() ? "" : attribute("message", test.reason));
  if (test.outcome == "flaky") return repeated_attempts(test, "flakyFailure", nullptr);
  if (!counts_against_run(test))
    return fmt::format("      <skipped{}/>\n", attribute("message", "failed in quarantine: " + failure_head(test)));
  const AttemptView* deciding = deciding_attempt(test);
  if (is_failure(test)) {
    AttemptView plain;
    plain.status = test.outcome;
    return failed_attempt("failure", deciding == nullptr ? plain : *deciding) + repeated_attempts(test, "rerunFailure", deciding);
  }
  return fmt::format("      <error{}{}>{}</error>\n", attribute("message", test.reason.empty() ? outcome_words(test.outcome) : test.reason),
                     attribute("type", test.outcome), deciding == nullptr ? "" : escaped(details(*deciding), false));
}

std::string outputs(const TestView& test) {
  std::string out;
  std::string err;
  for (const AttemptView& attempt : test.attempts) {
    out += attempt.output;
    if (!out.empty() && out.back() != '\n') out += '\n';
    err += attempt.errput;
    if (!err.empty() && err.back() != '\n') err += '\n';
    for (const AttachmentView& attachment : attempt.attachments)
      if (!attachment.path.empty()) out += "[[ATTACHMENT|" + attachment.path + "]]\n";
  }
  std::string xml;
  if (!out.empty()) xml += "      <system-out>" + escaped(out, false) + "</system-out>\n";
  if (!err.empty()) xml += "      <system-err>" + escaped(err, false) + "</system-err>\n";
  return xml;
}

std::string property(std::string_view name, std::string_view value, std::size_t indent = 8) {
  return std::string(indent, ' ') + "<property" + attribute("name", name) + attribute("value", value) + "/>\n";
}

std::string properties(const TestView& test) {
  std::string list;
  if (test.outcome != "passed") list += property("outcome", test.outcome);
  if (test.quarantined) list += property("quarantined", "true");
  if (!test.carried_from.empty()) list += property("carried_from", test.carried_from);
  for (const std::string& tag : test.tags) list += property("tag", tag);
  for (const AnnotationView& annotation : test.annotations) list += property(annotation.type, annotation.description);
  return list.empty() ? "" : "      <properties>\n" + list + "      </properties>\n";
}

std::string testcase(const TestView& test) {
  std::string xml =
      "    <testcase" + attribute("name", test_title(test)) + attribute("classname", test.spec) + attribute("file", test.spec);
  if (test.line > 0) xml += fmt::format(" line=\"{}\"", test.line);
  xml += fmt::format(" time=\"{}\"", seconds(test.duration_ms));
  const std::string body = properties(test) + result(test) + outputs(test);
  return xml + (body.empty() ? "/>\n" : ">\n" + body + "    </testcase>\n");
}

std::string troubles(const ReportView& view) {
  std::string text;
  for (const DisagreementView& one : view.disagreements)
    text += one.name + (one.unit.empty() ? "" : " in " + one.unit) + ": " + one.message + "\n";
  return text;
}

// What happened to the run and to no test of it. It is told, not counted: the cases are the planned tests. Only a run that is red without
// any red case gets one more, "the run", so that no reader takes it for green.
std::string run_suite(const ReportView& view, bool needs_a_case, const std::string& timestamp) {
  const std::string trouble = troubles(view);
  if (!needs_a_case && trouble.empty()) return {};
  const std::int64_t cases = needs_a_case ? 1 : 0;
  const Counts counts{.tests = cases, .errors = cases};
  std::string xml = "  <testsuite name=\"tamarack\"" + counts.attributes() + attribute("timestamp", timestamp) + ">\n";
  if (needs_a_case)
    xml += "    <testcase name=\"the run\" classname=\"tamarack\" time=\"0.000\">\n      <error" + attribute("message", view.run.headline) +
           attribute("type", view.run.verdict) + "/>\n    </testcase>\n";
  if (!trouble.empty()) xml += "    <system-err>" + escaped(trouble, false) + "</system-err>\n";
  return xml + "  </testsuite>\n";
}

}  // namespace

std::string to_junit(const ReportView& view) {
  std::vector<std::pair<std::string_view, std::vector<const TestView*>>> suites;
  std::map<std::string_view, std::size_t> known;
  for (const TestView& test : view.tests) {
    const auto [at, is_new] = known.emplace(test.spec, suites.size());
    if (is_new) suites.push_back({test.spec, {}});
    suites[at->second].second.push_back(&test);
  }
  Counts total;
  for (const auto& [spec, tests] : suites) total.add(counts_of(tests));
  const bool needs_a_case = view.run.exit_code != 0 && total.failures + total.errors == 0;
  if (needs_a_case) total.add({.tests = 1, .errors = 1});
  total.time_ms = view.run.wall_ms;

  const std::string timestamp = iso8601(from_ms(view.run.started_at_ms));
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + attribute("name", view.run.project) + total.attributes() +
                    attribute("timestamp", timestamp) + ">\n";
  const std::string suite_properties =
      "    <properties>\n" + property("run_id", view.run.run_id, 6) + property("seed", view.run.seed, 6) + "    </properties>\n";
  for (const auto& [spec, tests] : suites) {
    xml += "  <testsuite" + attribute("name", spec) + counts_of(tests).attributes() + attribute("timestamp", timestamp);
    if (!view.run.machine.empty()) xml += attribute("hostname", view.run.machine);
    xml += ">\n" + suite_properties;
    for (const TestView* test : tests) xml += testcase(*test);
    xml += "  </testsuite>\n";
  }
  xml += run_suite(view, needs_a_case, timestamp);
  return xml + "</testsuites>\n";
}

}  // namespace tamarack::report
