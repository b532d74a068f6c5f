// The templates of the `command` adapter: suite.run and the path in suite.results, with {unit}, {units}, {port}, {worker}, {data} and
// {seed}. Anything else in braces, and everything after a dollar sign, belongs to the shell and stays.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapter/adapter.h"

namespace tamarack::adapter {

enum class ResultsKind { exit_code, junit, ctrf, tap };

struct ResultsSetting {
  ResultsKind kind = ResultsKind::exit_code;
  std::string path;  // junit and ctrf: a template, relative to the suite's root
};

// "exit-code" (also when empty), "junit:PATH", "ctrf:PATH" or "tap".
Result<ResultsSetting> parse_results_setting(std::string_view setting);

bool takes_many_units(const SuiteSettings& suite);

// For `sh -c`: every unit is one quoted shell word.
std::string fill_command(std::string_view text, const std::vector<std::string>& units, const ExecutionContext& context);
// For a file name: the unit as it is.
std::string fill_path(std::string_view text, const std::vector<std::string>& units, const ExecutionContext& context);

}  // namespace tamarack::adapter
