#include "adapter/captures.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "adapter/event_run.h"
#include "adapter/json_fields.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

constexpr std::size_t problems_max = 20;              // of one test: a binary file must not become a thousand warnings
constexpr std::size_t environment_bytes_max = 4'096;  // of one value; 64 of them stay well below what a process can be started with
constexpr std::size_t shown_bytes = 80;               // of a line that cannot be read

std::string excerpt(std::string_view text) {
  const std::string clean = to_valid_utf8(text.substr(0, shown_bytes));
  return text.size() > shown_bytes ? clean + "…" : clean;
}

// The value as JSON text: its own words where it is JSON, so that no digit of a long number is lost.
std::string json_of(std::string_view value) {
  const std::string text = to_valid_utf8(trim(value));
  if (!text.empty() && parse_json(text)) return text;
  return boost::json::serialize(boost::json::string(to_valid_utf8(value)));
}

class OutputReader {
 public:
  explicit OutputReader(std::string_view bytes) : lines_(split_lines(bytes)) {}

  ReadCaptures read() {
    while (at_ < lines_.size()) take_line();
    return std::move(read_);
  }

 private:
  void take_line() {
    const std::string& line = lines_[at_++];
    if (trim(line).empty()) return;
    const std::size_t equals = line.find('=');
    const std::size_t mark = line.find("<<");
    if (mark < equals) return take_block(line.substr(0, mark), std::string(trim(std::string_view(line).substr(mark + 2))));
    if (equals == std::string::npos)
      return problem(fmt::format("line {} of TAMARACK_OUTPUT is no capture (name=value): '{}'", at_, excerpt(line)));
    take(line.substr(0, equals), std::string_view(line).substr(equals + 1));
  }

  void take_block(const std::string& name, const std::string& mark) {
    const std::size_t first = at_;
    if (mark.empty())
      return problem(fmt::format("line {} of TAMARACK_OUTPUT has no end mark after '<<': '{}'", at_, excerpt(lines_[at_ - 1])));
    while (at_ < lines_.size() && lines_[at_] != mark) ++at_;
    if (at_ == lines_.size())
      return problem(fmt::format("capture '{}' in TAMARACK_OUTPUT: its end mark '{}' is missing", excerpt(name), excerpt(mark)));
    take(name, join(std::span(lines_).subspan(first, at_ - first), "\n"));
    ++at_;
  }

  void take(const std::string& name, std::string_view value) {
    const std::string plain(trim(name));
    std::string json = json_of(value);
    if (std::string why = capture_problem(plain, json); !why.empty()) return problem(std::move(why));
    read_.captures.push_back({plain, std::move(json)});
  }

  void problem(std::string text) { read_.problems.push_back(std::move(text)); }

  std::vector<std::string> lines_;
  std::size_t at_ = 0;
  ReadCaptures read_;
};

boost::json::object object_of(const std::vector<domain::Capture>& captures) {
  boost::json::object object;
  for (const domain::Capture& capture : captures) {
    auto value = parse_json(capture.json);
    object[capture.name] = value ? std::move(*value) : boost::json::value(capture.json);
  }
  return object;
}

std::map<std::string, std::string> values_of(const std::vector<domain::Capture>& captures) {
  std::map<std::string, std::string> values;
  for (const domain::Capture& capture : captures) values[capture.name] = capture.json;
  return values;
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::string text_of(const std::string& json) {
  const auto value = parse_json(json);
  if (!value || !value->is_string()) return json;
  return {value->get_string().data(), value->get_string().size()};
}

}  // namespace

ReadCaptures read_output(std::string_view bytes) {
  return OutputReader(bytes).read();
}

std::string capture_problem(std::string_view name, std::string_view json) {
  if (!domain::is_capture_name(name))
    return fmt::format("capture '{}' is not kept: a name has letters, digits and '_', does not begin with a digit, and has at most {}",
                       excerpt(name), count_of(domain::capture_name_bytes_max, "character"));
  if (json.size() > domain::capture_bytes_max)
    return fmt::format("capture '{}' is not kept: it has {}, at most {} are", name, human_bytes(json.size()),
                       human_bytes(domain::capture_bytes_max));
  return {};
}

void add_captures(domain::TestReport& report, ReadCaptures read) {
  for (domain::Capture& capture : read.captures) {
    if (report.captures.size() < domain::captures_of_test_max)
      report.captures.push_back(std::move(capture));
    else
      read.problems.push_back(fmt::format("capture '{}' is not kept: a test has at most {}", capture.name, domain::captures_of_test_max));
  }
  const std::size_t shown = std::min(read.problems.size(), problems_max);
  for (std::size_t i = 0; i < shown; ++i) report.annotations.push_back({std::string(warning_annotation), std::move(read.problems[i])});
  if (read.problems.size() > shown)
    report.annotations.push_back(
        {std::string(warning_annotation), fmt::format("{} more captures are not kept", read.problems.size() - shown)});
}

std::string captures_json(const domain::Plan& plan, const std::vector<CaptureSet>& flows, const std::vector<domain::Capture>& given) {
  boost::json::array all;
  for (const CaptureSet& flow : flows) {
    boost::json::array tests;
    for (const domain::TestIndex test : flow.tests)
      if (test.value < plan.tests.size()) tests.push_back(identity_json(plan.tests[test.value].identity));
    all.push_back(boost::json::object{{"tests", std::move(tests)}, {"captures", object_of(flow.captures)}});
  }
  return boost::json::serialize(boost::json::object{{"flows", std::move(all)}, {"given", object_of(given)}});
}

std::map<std::string, std::string> capture_environment(const Selection& selection, const std::vector<CaptureSet>& flows,
                                                       const std::vector<domain::Capture>& given) {
  std::map<domain::TestIndex, std::map<std::string, std::string>> own;
  for (const CaptureSet& flow : flows) {
    std::map<std::string, std::string> values = values_of(flow.captures);
    for (const auto& [name, json] : values_of(given)) values.emplace(name, json);
    for (const domain::TestIndex test : flow.tests) own[test] = values;
  }
  const std::map<std::string, std::string> common = values_of(given);
  std::optional<std::map<std::string, std::string>> shared;
  for (const Selection::Part& part : selection.parts)
    for (const domain::TestIndex test : part.tests) {
      const auto found = own.find(test);
      const auto& values = found == own.end() ? common : found->second;
      if (shared && *shared != values) return {};
      shared = values;
    }
  std::map<std::string, std::string> environment;
  for (const auto& [name, json] : shared.value_or(std::map<std::string, std::string>{})) {
    std::string text = text_of(json);
    if (text.size() > environment_bytes_max || text.find('\0') != std::string::npos) continue;
    environment.emplace("TAMARACK_CAPTURE_" + upper(name), std::move(text));
  }
  return environment;
}

}  // namespace tamarack::adapter
