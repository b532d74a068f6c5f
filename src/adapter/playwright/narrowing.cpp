#include "adapter/playwright/narrowing.h"

#include <fmt/format.h>

#include <set>

#include "adapter/event_run.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

// Beyond this many files the arguments cost more than the loading they save, and one day they exceed what a process may be given.
constexpr std::size_t patterns_max = 400;
// Linux refuses single arguments from 128 KiB on.
constexpr std::size_t grep_bytes_max = 100 * 1024;

// Number `index` (0-based) of a dotted version; -1 if it is not there.
std::int64_t version_part(std::string_view version, std::size_t index) {
  const std::vector<std::string> parts = split(version, '.');
  return index < parts.size() ? parse_integer(parts[index]).value_or(-1) : -1;
}

// "mobile repeat 2" -> "mobile": what the shim adds to a project's name in `parameters`.
std::string project_of(std::string_view parameters) {
  const std::size_t at = parameters.rfind(" repeat ");
  if (at != std::string_view::npos && parse_integer(parameters.substr(at + 8))) return std::string(parameters.substr(0, at));
  return parameters.starts_with("repeat ") ? std::string() : std::string(parameters);
}

// Old versions only: --grep sees "project file describe @tags title @tags", joined by blanks.
Result<std::vector<std::string>> title_arguments(const Selection& selection) {
  std::set<std::string> titles;
  std::set<std::string> projects;
  for (const Selection::Part& part : selection.parts) {
    for (const domain::TestIndex index : part.tests) {
      const domain::TestIdentity& identity = test_of(selection, index).identity;
      std::vector<std::string> path = identity.title_path;
      for (std::string& title : path) title = escape_pattern(title);
      titles.insert(join(path, "( @\\S+)* "));
      projects.insert(project_of(identity.parameters));
    }
  }
  const std::vector<std::string> alternatives(titles.begin(), titles.end());
  std::string grep = fmt::format("(^| )({})( @\\S+)*$", join(alternatives, "|"));
  if (grep.size() > grep_bytes_max)
    return make_error(
        ErrorCode::limit_exceeded,
        fmt::format("the titles of {} do not fit into one command line", count_of(static_cast<std::int64_t>(titles.size()), "test")),
        "update Playwright to 1.62 or newer, which takes the selection from a file");
  std::vector<std::string> arguments{"--grep", std::move(grep)};
  // A test without a project name belongs to a configuration without named projects, or to one that cannot be chosen by name.
  if (!projects.contains(""))
    for (const std::string& project : projects) arguments.push_back("--project=" + project);
  return arguments;
}

}  // namespace

std::string escape_pattern(std::string_view text) {
  constexpr std::string_view special = "\\^$.*+?()[]{}|/";
  std::string pattern;
  for (const char c : text) {
    if (c == '\n') {
      pattern += "\\n";
      continue;
    }
    if (special.find(c) != std::string_view::npos) pattern.push_back('\\');
    pattern.push_back(c);
  }
  return pattern;
}

std::string spec_pattern(std::string_view spec) {
  // The path as Playwright sees it may lead through other links than ours, so only its end is certain.
  while (spec.starts_with("../")) spec.remove_prefix(3);
  constexpr std::string_view special = "\\^$.*+?()[]{}|";
  std::string pattern = "/";
  for (const char c : spec) {
    if (special.find(c) != std::string_view::npos) pattern.push_back('\\');
    pattern.push_back(c);
  }
  return pattern + "$";
}

bool reporter_selects(std::string_view framework_version) {
  const std::int64_t major = version_part(framework_version, 0);
  return major > 1 || (major == 1 && version_part(framework_version, 1) >= 62);
}

Result<std::vector<std::string>> narrowing_arguments(const Selection& selection) {
  const std::vector<std::string> specs = specs_of(selection);
  const bool exact = reporter_selects(selection.plan->framework_version);
  std::vector<std::string> arguments;
  if (!exact) arguments = TRY(title_arguments(selection));
  if (exact && specs.size() > patterns_max) return arguments;
  for (const std::string& spec : specs) arguments.push_back(spec_pattern(spec));
  return arguments;
}

}  // namespace tamarack::adapter
