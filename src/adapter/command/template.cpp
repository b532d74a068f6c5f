#include "adapter/command/template.h"

#include <fmt/format.h>

#include <array>
#include <functional>

#include "base/text.h"

namespace tamarack::adapter {
namespace {

using Fill = std::function<std::string(std::string_view name)>;

constexpr std::array<std::string_view, 6> placeholders{"unit", "units", "port", "worker", "data", "seed"};

bool is_placeholder(std::string_view name) {
  for (const std::string_view known : placeholders)
    if (known == name) return true;
  return false;
}

std::string fill(std::string_view text, const Fill& value_of) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t end = text[at] == '{' ? text.find('}', at) : std::string_view::npos;
    const bool is_shell = at > 0 && text[at - 1] == '$';
    if (end == std::string_view::npos || is_shell || !is_placeholder(text.substr(at + 1, end - at - 1))) {
      out.push_back(text[at]);
      continue;
    }
    out += value_of(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return out;
}

std::string fill_with(std::string_view text, const std::vector<std::string>& units, const ExecutionContext& context,
                      std::string (*quote)(std::string_view)) {
  return fill(text, [&](std::string_view name) -> std::string {
    if (name == "port") return std::to_string(context.port);
    if (name == "worker") return std::to_string(context.slot);
    if (name == "seed") return std::to_string(context.seed);
    if (name == "data") return quote(context.data_dir);
    std::string words;
    for (const std::string& unit : units) {
      if (!words.empty()) words.push_back(' ');
      words += quote(unit);
    }
    return words;
  });
}

bool has_placeholder(std::string_view text, std::string_view name) {
  bool found = false;
  fill(text, [&](std::string_view seen) {
    found = found || seen == name;
    return std::string();
  });
  return found;
}

}  // namespace

Result<ResultsSetting> parse_results_setting(std::string_view setting) {
  if (setting.empty() || setting == "exit-code") return ResultsSetting{};
  if (setting == "tap") return ResultsSetting{ResultsKind::tap, ""};
  for (const auto& [prefix, kind] :
       {std::pair{std::string_view("junit:"), ResultsKind::junit}, {std::string_view("ctrf:"), ResultsKind::ctrf}}) {
    if (!setting.starts_with(prefix)) continue;
    const std::string_view path = trim(setting.substr(prefix.size()));
    if (path.empty())
      return make_error(ErrorCode::invalid_config, fmt::format("suite.results is '{}' without a path", setting),
                        fmt::format("name the report file, for example \"{}out/report-{{worker}}\"", prefix));
    return ResultsSetting{kind, std::string(path)};
  }
  return make_error(ErrorCode::invalid_config,
                    fmt::format("suite.results must be exit-code, junit:PATH, ctrf:PATH or tap, got '{}'", setting));
}

bool takes_many_units(const SuiteSettings& suite) {
  return has_placeholder(suite.run, "units") && !has_placeholder(suite.run, "unit");
}

std::string fill_command(std::string_view text, const std::vector<std::string>& units, const ExecutionContext& context) {
  return fill_with(text, units, context, shell_quote);
}

std::string fill_path(std::string_view text, const std::vector<std::string>& units, const ExecutionContext& context) {
  return fill_with(text, units, context, [](std::string_view value) { return std::string(value); });
}

}  // namespace tamarack::adapter
