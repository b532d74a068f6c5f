#include "config/quarantine.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace tamarack::config {
namespace {

// The last day itself is inside. ISO dates order as texts.
bool holds(const QuarantineRule& rule, std::string_view today) {
  return rule.expires >= today;
}

}  // namespace

bool applies_to(const QuarantineRule& rule, const domain::TestId& id, const domain::TestIdentity& identity) {
  return id.value == rule.test || display_name(identity).find(rule.test) != std::string::npos;
}

const QuarantineRule* quarantine_of(const Config& config, const domain::TestId& id, const domain::TestIdentity& identity,
                                    std::string_view today) {
  const QuarantineRule* found = nullptr;
  for (const QuarantineRule& rule : config.quarantine)
    if (holds(rule, today) && (found == nullptr || rule.expires > found->expires) && applies_to(rule, id, identity)) found = &rule;
  return found;
}

std::vector<domain::TestId> quarantined(const Config& config, std::span<const domain::TestCase> tests, std::string_view today) {
  std::vector<domain::TestId> found;
  for (const domain::TestCase& test : tests)
    if (quarantine_of(config, test.id, test.identity, today) != nullptr) found.push_back(test.id);
  return found;
}

std::vector<Problem> expired_quarantine(const Config& config, std::string_view today) {
  std::vector<Problem> expired;
  for (const QuarantineRule& rule : config.quarantine) {
    if (holds(rule, today)) continue;
    expired.push_back({config.path, std::max<std::int64_t>(rule.expires_line, rule.line), std::max<std::int64_t>(rule.expires_column, 1),
                       fmt::format("quarantine of '{}' ended on {}, the test counts again", rule.test, rule.expires),
                       fmt::format("{} owns it: repair the test, or extend 'expires' with a reason", rule.owner)});
  }
  return expired;
}

std::optional<Problem> too_many_quarantined(const Config& config, std::span<const domain::TestCase> tests, std::string_view today) {
  std::set<domain::TestId> held;
  const QuarantineRule* first_too_many = nullptr;
  for (const QuarantineRule& rule : config.quarantine) {
    if (!holds(rule, today)) continue;
    for (const domain::TestCase& test : tests)
      if (applies_to(rule, test.id, test.identity)) held.insert(test.id);
    if (first_too_many == nullptr && std::ssize(held) > config.run.quarantine_max) first_too_many = &rule;
  }
  if (first_too_many == nullptr) return std::nullopt;
  return Problem{config.path, first_too_many->line, 1,
                 fmt::format("{} of {} in quarantine, 'quarantine_max' in [run] allows {}", std::ssize(held),
                             count_of(std::ssize(tests), "test is", "tests are"), config.run.quarantine_max),
                 "repair some of them, or make entries name single tests: 'SPEC › TITLE'"};
}

}  // namespace tamarack::config
