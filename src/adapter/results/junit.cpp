#include "adapter/results/junit.h"

#include <fmt/format.h>

#include <pugixml.hpp>

#include "base/text.h"

namespace tamarack::adapter {
namespace {

using domain::TestStatus;

// Suites inside suites: real reports have three levels; a thousand are an attack on the stack.
constexpr int suite_depth_max = 32;

std::string text_of(const pugi::xml_attribute& attribute) {
  return to_valid_utf8(attribute.value());
}

// All text below a node; CDATA sections may be split into several.
std::string text_of(const pugi::xml_node& node) {
  std::string text;
  for (const pugi::xml_node child : node.children())
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
  return text;
}

domain::TestError error_of(const pugi::xml_node& failure) {
  domain::TestError error;
  error.message = message_text(failure.attribute("message").value());
  error.stack = captured_text(text_of(failure));
  if (error.message.empty()) {
    const std::string_view body = trim(error.stack);
    error.message = message_text(body.substr(0, body.find('\n')));
  }
  if (error.message.empty()) error.message = text_of(failure.attribute("type"));
  if (error.message.empty()) error.message = "failed without a message";
  return error;
}

// The element that was still open when the document broke off: its last descendants are all unfinished.
bool is_open_end(pugi::xml_node node) {
  for (; node.parent(); node = node.parent())
    if (node.next_sibling()) return false;
  return true;
}

class JunitReader {
 public:
  explicit JunitReader(ResultReport& report) : report_(report) {}

  // `broken`: the document ended early, so the last test case has not been read to its end.
  void read(const pugi::xml_node& node, const std::string& titles, int depth, bool broken) {
    std::int64_t cases = 0;
    bool has_suites = false;
    for (const pugi::xml_node child : node.children()) {
      const std::string_view kind = child.name();
      if (kind == "testcase") {
        if (broken && is_open_end(child)) continue;
        ++cases;
        if (report_.cases.size() < report_cases_max)
          report_.cases.push_back(case_of(child, titles, node));
        else
          too_many_ = true;
      } else if (kind == "testsuite") {
        has_suites = true;
        if (depth >= suite_depth_max) {
          report_.problems.push_back(fmt::format("malformed_report: test suites are nested deeper than {} levels", suite_depth_max));
          continue;
        }
        const std::string title = text_of(child.attribute("name"));
        read(child, titles.empty() ? title : title.empty() ? titles : titles + " › " + title, depth + 1, broken);
      }
    }
    if (std::string_view(node.name()) == "testsuite" && !has_suites && !broken) check_count(node, cases);
  }

  bool too_many() const { return too_many_; }

 private:
  ResultCase case_of(const pugi::xml_node& node, const std::string& titles, const pugi::xml_node& suite) const {
    ResultCase result;
    result.suite = titles;
    result.classname = text_of(node.attribute("classname"));
    result.name = text_of(node.attribute("name"));
    result.file = text_of(node.attribute("file"));
    if (result.file.empty()) result.file = text_of(suite.attribute("file"));
    result.duration = parse_seconds(node.attribute("time").value());
    result.status = status_of(node, result.errors);
    if (result.status == TestStatus::skipped) result.reason = message_text(node.child("skipped").attribute("message").value());
    result.output = captured_text(text_of(node.child("system-out")));
    result.errput = captured_text(text_of(node.child("system-err")));
    return result;
  }

  static TestStatus status_of(const pugi::xml_node& node, std::vector<domain::TestError>& errors) {
    for (const char* kind : {"failure", "error"})
      for (const pugi::xml_node failure : node.children(kind)) errors.push_back(error_of(failure));
    if (!errors.empty()) return TestStatus::failed;
    const std::string status = lower(node.attribute("status").value());
    if (node.child("skipped") || status == "notrun" || status == "disabled" || status == "skipped") return TestStatus::skipped;
    if (status != "fail" && status != "failed" && status != "error") return TestStatus::passed;
    errors.push_back({.message = fmt::format("status '{}' without a failure element", status)});
    return TestStatus::failed;
  }

  void check_count(const pugi::xml_node& suite, std::int64_t cases) {
    const std::int64_t announced = suite.attribute("tests").as_llong(0);
    // mocha-junit-reporter counts pending tests but leaves them out, so skipped ones may be missing.
    const std::int64_t left_out = suite.attribute("skipped").as_llong(0) + suite.attribute("disabled").as_llong(0);
    if (announced <= cases || announced - cases <= left_out) return;
    report_.problems.push_back(fmt::format("truncated_report: test suite '{}' announces {} but contains {}",
                                           text_of(suite.attribute("name")), count_of(announced, "test"), cases));
  }

  ResultReport& report_;
  bool too_many_ = false;
};

}  // namespace

ResultReport read_junit(std::string_view bytes) {
  ResultReport report;
  if (bytes.size() > report_bytes_max) {
    report.problems.push_back(fmt::format("oversized_report: the JUnit report has {}, at most {} are read", human_bytes(bytes.size()),
                                          human_bytes(report_bytes_max)));
    return report;
  }
  pugi::xml_document document;
  // pugixml knows no document type and expands no entities but the five of XML, so there is nothing to blow up.
  const pugi::xml_parse_result parsed = document.load_buffer(bytes.data(), bytes.size(), pugi::parse_default, pugi::encoding_auto);
  const pugi::xml_node root = document.document_element();
  const std::string_view kind = root.name();
  if (kind != "testsuites" && kind != "testsuite") {
    const std::string got = trim(bytes).empty() ? "an empty file"
                            : kind.empty()      ? "no XML element"
                                                : fmt::format("<{}>", to_valid_utf8(kind));
    report.problems.push_back(fmt::format("malformed_report: expected <testsuites> or <testsuite>, got {}", got));
    return report;
  }
  const bool broken = parsed.status != pugi::status_ok;
  JunitReader reader(report);
  reader.read(kind == "testsuite" ? document : root, "", 0, broken);
  if (broken)
    report.problems.push_back(fmt::format("truncated_report: the JUnit report breaks off after {} ({} at byte {} of {})",
                                          count_of(static_cast<std::int64_t>(report.cases.size()), "test case"),
                                          lower(parsed.description()), parsed.offset, bytes.size()));
  if (reader.too_many())
    report.problems.push_back(fmt::format("oversized_report: only the first {} test cases are read", report_cases_max));
  return report;
}

}  // namespace tamarack::adapter
