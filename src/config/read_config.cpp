#include "config/read_config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/text.h"
#include "config/cross_checks.h"
#include "config/flow_checks.h"
#include "config/schema.h"
#include "config/section_reader.h"
#include "config/text_checks.h"

namespace tamarack::config {
namespace {

// What a person may have meant by a framework that has no adapter.
std::string framework_hint(std::string_view framework) {
  if (lower(framework) == "cypress")
    return "an adapter for Cypress is planned; until then: framework = \"command\" with run = \"npx cypress run --spec {unit}\"";
  if (lower(framework) == "wdio" || lower(framework) == "webdriverio")
    return "WebdriverIO used from Mocha runs as framework = \"mocha\", its own runner as \"command\"";
  if (lower(framework) == "gtest" || lower(framework) == "googletest") return "GoogleTest runs as framework = \"ctest\"";
  return "anything else runs as framework = \"command\" with 'discover' and 'run'";
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string last_name(const std::string& folder) {
  return folder.substr(folder.rfind('/') + 1);
}

// Where each entry says its last day: what has ended is pointed at there.
void place_quarantine(Config& config, const Positions& positions) {
  for (std::size_t i = 0; i < config.quarantine.size(); ++i) {
    const auto found = positions.find(fmt::format("quarantine[{}].expires", i));
    if (found == positions.end()) continue;
    config.quarantine[i].expires_line = found->second.line;
    config.quarantine[i].expires_column = found->second.column;
  }
}

}  // namespace

ReadResult read_config(std::string_view text, const std::string& path) {
  ReadResult result;
  if (auto problem = check_text(text)) {
    result.problems = with_file({std::move(*problem)}, path);
    return result;
  }
  toml::table root;
  if (auto problem = parse_toml(text, root)) {
    result.problems = with_file({std::move(*problem)}, path);
    return result;
  }
  Config config;
  config.path = path;
  config.root = folder_of(path);
  config.project = last_name(config.root);
  SectionsRead read = read_sections({sections(), keys()},
                                    {.slot = [&](const Key& key) { return key.slot(config); },
                                     .append = [&](const Section& section, std::int64_t line) { section.append(config, line); },
                                     .hint =
                                         [](const Key& key, const std::string& value) {
                                           return key.section == "suite" && key.name == "framework" ? framework_hint(value) : std::string();
                                         },
                                     .missing_section_hint = "write a complete file with: tamarack init"},
                                    root);
  place_quarantine(config, read.positions);
  complete_flows(config, read.positions);
  if (read.whole) {
    CrossFindings findings = cross_check(config, read.positions);
    read.problems.insert(read.problems.end(), findings.problems.begin(), findings.problems.end());
    for (TextProblem& problem : check_flows(config, read.positions)) read.problems.push_back(std::move(problem));
    result.warnings = with_file(std::move(findings.warnings), path);
  }
  result.problems = with_file(std::move(read.problems), path);
  if (result.problems.empty()) result.config = std::move(config);
  return result;
}

std::string describe(const std::vector<Problem>& problems, std::string_view directory) {
  std::string out;
  for (const Problem& problem : problems) {
    std::string_view file = problem.file;
    if (!directory.empty() && file.size() > directory.size() && file.starts_with(directory) && file[directory.size()] == '/')
      file.remove_prefix(directory.size() + 1);
    out += fmt::format("{}:{}:{}: {}\n", file, problem.line, problem.column, problem.message);
    if (!problem.hint.empty()) out += fmt::format("  hint: {}\n", problem.hint);
  }
  return out;
}

}  // namespace tamarack::config
