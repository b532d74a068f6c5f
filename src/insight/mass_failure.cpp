#include "insight/mass_failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

namespace tamarack::insight {
namespace {

// Whether `part` is at least `percent` of `whole`, without rounding.
bool is_share(std::int64_t part, std::int64_t whole, std::int64_t percent) {
  return part * 100 >= whole * percent;
}

struct Commonest {
  std::string error;  // as the first of its kind was written
  std::int64_t tests = 0;
};

Commonest commonest_error(const domain::RunFailures& failures) {
  std::map<std::string, Commonest> kinds;
  for (const auto& [error, count] : failures.errors) {
    const auto [kind, is_new] = kinds.try_emplace(error_kind(error), Commonest{error, 0});
    kind->second.tests += count;
  }
  Commonest found;
  for (const auto& [kind, one] : kinds)
    if (one.tests > found.tests) found = one;
  return found;
}

}  // namespace

std::string error_kind(std::string_view error) {
  std::string kind;
  for (const char c : error) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit)
      kind += c;
    else if (kind.empty() || kind.back() != '#')
      kind += '#';
  }
  return kind;
}

std::string why_set_aside(const domain::RunFailures& failures) {
  if (failures.verdict == domain::Verdict::infrastructure) return "infrastructure: the application or a worker could not be kept running";
  if (failures.failed < mass_failures_min) return {};
  if (is_share(failures.failed, failures.ran, mass_share_percent))
    return fmt::format("infrastructure: {} of {} tests failed", failures.failed, failures.ran);
  const Commonest common = commonest_error(failures);
  if (is_share(failures.failed, failures.ran, same_error_share_percent) &&
      is_share(common.tests, failures.failed, same_error_agree_percent))
    return fmt::format("infrastructure: {} of {} failed tests say '{}'", common.tests, failures.failed, common.error);
  return {};
}

}  // namespace tamarack::insight
