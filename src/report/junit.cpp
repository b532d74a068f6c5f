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

// An entry of the ledger: a test, or a flow with all of its tests.
struct Case {
  const TestView* test = nullptr;
  const FlowView* flow = nullptr;
};

template <class Entry>
bool is_failure(const Entry& entry) {
  return entry.outcome == "failed" || entry.outcome == "timed_out";
}

template <class Entry>
void count(Counts& counts, const Entry& entry, std::int64_t time_ms) {
  ++counts.tests;
  counts.time_ms += time_ms;
  if (entry.outcome == "skipped" || (is_bad(entry) && !counts_against_run(entry)))
    ++counts.skipped;
  else if (is_failure(entry))
    ++counts.failures;
  else if (is_bad(entry))
    ++counts.errors;
}

Counts counts_of(const std::vector<Case>& cases) {
  Counts counts;
  for (const Case& one : cases)
    if (one.test != nullptr)
      count(counts, *one.test, one.test->duration_ms);
    else
      count(counts, *one.flow, one.flow->active_ms);
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

// ---- flows

std::vector<const TestView*> tests_of(const FlowView& flow, const ReportView& view) {
  std::vector<const TestView*> tests;
  for (const FlowPhaseView& phase : flow.phases)
    for (const std::int64_t test : phase.tests) tests.push_back(&view.tests.at(static_cast<std::size_t>(test)));
  return tests;
}

std::string flow_properties(const FlowView& flow, const ReportView& view) {
  std::string list;
  if (flow.outcome != "passed") list += property("outcome", flow.outcome);
  if (flow.quarantined) list += property("quarantined", "true");
  if (!flow.carried_from.empty()) list += property("carried_from", flow.carried_from);
  if (!flow.rule.empty()) list += property("flow", flow.rule);
  list += property("active_seconds", seconds(flow.active_ms)) + property("waited_seconds", seconds(flow.waited_ms));
  for (const FlowPhaseView& phase : flow.phases)
    list += property("phase", phase.name + ": " + (phase.outcome.empty() ? "never began" : phase.outcome));
  for (const std::string& drift : drifts_of(flow, view)) list += property("drifted", drift);
  return "      <properties>\n" + list + "      </properties>\n";
}

// The errors of its tests, and what the backend said last.
std::string flow_details(const FlowView& flow, const ReportView& view) {
  std::string text = flow.reason;
  for (const TestView* test : tests_of(flow, view)) {
    const AttemptView* attempt = deciding_attempt(*test);
    if (is_bad(*test) && attempt != nullptr && !attempt->errors.empty()) text += "\n\n" + test_name(*test) + "\n" + details(*attempt);
  }
  for (const FlowPhaseView& phase : flow.phases)
    if (!phase.excerpt.empty() && phase.outcome != "satisfied") text += "\n\nthe last answer to '" + phase.name + "':\n" + phase.excerpt;
  return text;
}

std::string flow_result(const FlowView& flow, const ReportView& view) {
  if (flow.outcome == "passed") return {};
  if (flow.outcome == "skipped") return fmt::format("      <skipped{}/>\n", attribute("message", flow.reason));
  if (flow.outcome == "flaky") {
    std::string xml;
    for (const TestView* test : tests_of(flow, view)) xml += repeated_attempts(*test, "flakyFailure", nullptr);
    return xml;
  }
  if (!counts_against_run(flow)) return fmt::format("      <skipped{}/>\n", attribute("message", "failed in quarantine: " + flow.reason));
  return fmt::format("      <{0}{1}{2}>{3}</{0}>\n", is_failure(flow) ? "failure" : "error",
                     attribute("message", flow.reason.empty() ? outcome_words(flow.outcome) : flow.reason), attribute("type", flow.outcome),
                     escaped(flow_details(flow, view), false));
}

std::string flow_outputs(const FlowView& flow, const ReportView& view) {
  std::string out;
  for (const FlowPhaseView& phase : flow.phases) {
    out += fmt::format("{} '{}' {}", phase.wait ? "wait" : "phase", phase.name, phase.outcome.empty() ? "never began" : phase.outcome);
    if (phase.duration_ms > 0) out += fmt::format(" after {} s", seconds(phase.duration_ms));
    out += (phase.message.empty() ? "" : ": " + phase.message) + "\n";
    for (const std::int64_t test : phase.tests) {
      const TestView& one = view.tests.at(static_cast<std::size_t>(test));
      out += fmt::format("  {} {} ({} s)\n", test_name(one), outcome_words(one.outcome), seconds(one.duration_ms));
      for (const AttemptView& attempt : one.attempts)
        for (const AttachmentView& attachment : attempt.attachments)
          if (!attachment.path.empty()) out += "[[ATTACHMENT|" + attachment.path + "]]\n";
    }
  }
  return "      <system-out>" + escaped(out, false) + "</system-out>\n";
}

std::string testcase(const FlowView& flow, const ReportView& view, const std::string& place) {
  return "    <testcase" + attribute("name", flow.name) + attribute("classname", place) +
         fmt::format(" time=\"{}\">\n", seconds(flow.active_ms)) + flow_properties(flow, view) + flow_result(flow, view) +
         flow_outputs(flow, view) + "    </testcase>\n";
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
  std::vector<std::pair<std::string, std::vector<Case>>> suites;
  std::map<std::string, std::size_t> known;
  const auto add = [&](const std::string& suite, Case one) {
    const auto [at, is_new] = known.emplace(suite, suites.size());
    if (is_new) suites.push_back({suite, {}});
    suites[at->second].second.push_back(one);
  };
  for (const TestView& test : view.tests)
    if (test.flow < 0) add(test.spec, {.test = &test});
  for (const FlowView& flow : view.run.flows) add(place_of(flow, view), {.flow = &flow});
  Counts total;
  for (const auto& [suite, cases] : suites) total.add(counts_of(cases));
  const bool needs_a_case = view.run.exit_code != 0 && total.failures + total.errors == 0;
  if (needs_a_case) total.add({.tests = 1, .errors = 1});
  total.time_ms = view.run.wall_ms;

  const std::string timestamp = iso8601(from_ms(view.run.started_at_ms));
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + attribute("name", view.run.project) + total.attributes() +
                    attribute("timestamp", timestamp) + ">\n";
  const std::string suite_properties =
      "    <properties>\n" + property("run_id", view.run.run_id, 6) + property("seed", view.run.seed, 6) + "    </properties>\n";
  for (const auto& [suite, cases] : suites) {
    xml += "  <testsuite" + attribute("name", suite) + counts_of(cases).attributes() + attribute("timestamp", timestamp);
    if (!view.run.machine.empty()) xml += attribute("hostname", view.run.machine);
    xml += ">\n" + suite_properties;
    for (const Case& one : cases) xml += one.test != nullptr ? testcase(*one.test) : testcase(*one.flow, view, suite);
    xml += "  </testsuite>\n";
  }
  xml += run_suite(view, needs_a_case, timestamp);
  return xml + "</testsuites>\n";
}

}  // namespace tamarack::report
