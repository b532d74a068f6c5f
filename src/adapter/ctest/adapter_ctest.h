// CTest, and with it everything that add_test() and gtest_discover_tests() know. Single tests are selected by name; results come from the
// JUnit file that CTest 3.21 and newer write. What it refuses: two tests with one name, and tests that were never built.
#pragma once

#include "adapter/adapter.h"

namespace tamarack::adapter {

class CtestAdapter final : public Adapter {
 public:
  std::string_view name() const override { return "ctest"; }
  Capabilities capabilities(const SuiteSettings& suite) const override;
  Result<Invocation> discovery(const SuiteSettings& suite, const ExecutionContext& context) const override;
  Result<domain::Discovery> read_discovery(const SuiteSettings& suite, const ProcessOutput& output) const override;
  Result<Invocation> execution(const SuiteSettings& suite, const Selection& selection, const ExecutionContext& context) const override;
  FinalResults read_results(const SuiteSettings& suite, const Selection& selection, const ProcessOutput& output) const override;
  bool exit_code_means_failed_tests(std::int64_t exit_code) const override;
};

}  // namespace tamarack::adapter
