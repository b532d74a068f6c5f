// Mocha 9 to 12, followed by a module that is loaded with --require; the user's reporter stays the only reporter.
// What it refuses: Mocha's own parallel mode, which would hide the tests from each other.
#pragma once

#include "adapter/adapter.h"

namespace tamarack::adapter {

class MochaAdapter final : public Adapter {
 public:
  std::string_view name() const override { return "mocha"; }
  Capabilities capabilities(const SuiteSettings& suite) const override;
  Result<Invocation> discovery(const SuiteSettings& suite, const ExecutionContext& context) const override;
  Result<domain::Discovery> read_discovery(const SuiteSettings& suite, const ProcessOutput& output) const override;
  Result<Invocation> execution(const SuiteSettings& suite, const Selection& selection, const ExecutionContext& context) const override;
  FinalResults read_results(const SuiteSettings& suite, const Selection& selection, const ProcessOutput& output) const override;
  bool exit_code_means_failed_tests(std::int64_t exit_code) const override;
};

}  // namespace tamarack::adapter
