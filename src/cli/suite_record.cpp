#include "cli/suite_record.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>
#include <vector>

#include "base/text.h"
#include "io/files.h"

namespace tamarack::cli {
namespace {

constexpr std::size_t record_bytes_max = 4 << 20;
constexpr std::size_t value_chars_shown = 120;

// Only what decides which tests run and how; `program` may move with an installation, and env may hold secrets.
std::map<std::string, std::string> settings_of(const adapter::SuiteSettings& suite) {
  return {{"framework", suite.framework},   {"dir", suite.root}, {"config", suite.config},   {"args", join(suite.arguments, " ")},
          {"discover", suite.discover},     {"run", suite.run},  {"results", suite.results}, {"build_dir", suite.build_dir},
          {"specs", join(suite.specs, " ")}};
}

std::string shown(const std::string& value) {
  return value.size() <= value_chars_shown ? value : value.substr(0, value_chars_shown) + "…";
}

std::string path_in(const std::string& run_dir) {
  return run_dir + "/suite.json";
}

std::map<std::string, std::string> read_record(const std::string& run_dir) {
  std::map<std::string, std::string> settings;
  const Result<std::string> text = io::read_file(path_in(run_dir), record_bytes_max);
  boost::json::error_code failed;
  const boost::json::value value = text ? boost::json::parse(*text, failed) : boost::json::value{};
  const boost::json::object* object = failed ? nullptr : value.if_object();
  if (!object) return settings;
  for (const auto& [name, setting] : *object)
    if (const boost::json::string* known = setting.if_string()) settings[std::string(name)] = std::string(*known);
  return settings;
}

}  // namespace

Result<> write_suite_record(const std::string& run_dir, const adapter::SuiteSettings& suite) {
  boost::json::object object;
  for (const auto& [name, value] : settings_of(suite)) object[name] = to_valid_utf8(value);
  return io::write_file(path_in(run_dir), boost::json::serialize(object) + "\n");
}

Result<> check_suite_record(const std::string& run_dir, const std::string& planned_framework, const adapter::SuiteSettings& suite) {
  std::map<std::string, std::string> planned = read_record(run_dir);
  planned["framework"] = planned_framework;
  std::vector<std::string> differences;
  for (const auto& [name, now] : settings_of(suite)) {
    const auto before = planned.find(name);
    if (before == planned.end() || before->second == to_valid_utf8(now)) continue;
    differences.push_back(fmt::format("'{}' was '{}' and is '{}' now", name, shown(before->second), shown(to_valid_utf8(now))));
  }
  if (differences.empty()) return {};
  return make_error(ErrorCode::invalid_config, fmt::format("[suite] is not what this run was planned with: {}", join(differences, "; ")),
                    "undo the change to resume, or start a new run with `tamarack run`");
}

}  // namespace tamarack::cli
