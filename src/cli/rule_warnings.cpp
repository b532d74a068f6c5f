#include "cli/rule_warnings.h"

#include <fmt/format.h>

#include <algorithm>

#include "plan/rules.h"

namespace tamarack::cli {
namespace {

class Warnings {
 public:
  Warnings(const config::Config& config, const std::vector<domain::TestCase>& tests) : config_(config), tests_(tests) {}

  std::vector<std::string> collect() && {
    for (const config::LockRule& rule : config_.locks) check(rule.line, fmt::format("[[lock]] '{}'", rule.name), rule.tag, rule.match);
    for (const config::CapRule& rule : config_.caps) check(rule.line, fmt::format("[[cap]] '{}'", rule.name), rule.tag, rule.match);
    for (const config::TogetherRule& rule : config_.together) check(rule.line, "[[together]]", "", rule.match);
    for (const config::OrderRule& rule : config_.order) {
      check(rule.line, "'before' in [[order]]", "", rule.before);
      check(rule.line, "'after' in [[order]]", "", rule.after);
    }
    for (const config::FlowRule& flow : config_.flows)
      for (const config::FlowPhase& phase : flow.phases)
        if (!phase.is_wait()) check(phase.line, fmt::format("phase '{}' of [[flow]] '{}'", phase.name, flow.name), phase.tag, phase.match);
    for (const config::QuarantineRule& rule : config_.quarantine) {
      const bool applies = std::any_of(tests_.begin(), tests_.end(), [&](const domain::TestCase& test) {
        return test.id.value == rule.test || display_name(test.identity).find(rule.test) != std::string::npos;
      });
      if (!applies) warn(rule.line, "[[quarantine]]", fmt::format("test '{}'", rule.test));
    }
    return std::move(warnings_);
  }

 private:
  // The plan itself decides what a rule applies to.
  void check(std::int64_t line, const std::string& rule, const std::string& tag, const std::string& match) {
    plan::Rules one;
    one.locks.push_back({"any", tag, match});
    const bool applies = std::any_of(tests_.begin(), tests_.end(),
                                     [&](const domain::TestCase& test) { return !plan::constraints_of(test, one).locks.empty(); });
    if (applies) return;
    warn(line, rule,
         tag.empty()     ? fmt::format("match '{}'", match)
         : match.empty() ? fmt::format("tag '{}'", tag)
                         : fmt::format("tag '{}', match '{}'", tag, match));
  }

  void warn(std::int64_t line, const std::string& rule, const std::string& pattern) {
    const std::string file = config_.path.substr(config_.path.rfind('/') + 1);
    warnings_.push_back(fmt::format("{}:{}: {} applies to no test of the suite ({})", file, line, rule, pattern));
  }

  const config::Config& config_;
  const std::vector<domain::TestCase>& tests_;
  std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> unmatched_rules(const config::Config& config, const std::vector<domain::TestCase>& tests) {
  return Warnings(config, tests).collect();
}

}  // namespace tamarack::cli
