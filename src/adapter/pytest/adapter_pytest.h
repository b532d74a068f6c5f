// pytest, with a plug-in of ours beside the user's own. Tests are selected by identity from a file, so node ids with any character are
// safe. What it refuses: a collection with errors, even if other files could be collected.
#pragma once

#include "adapter/adapter.h"

namespace tamarack::adapter {

class PytestAdapter final : public Adapter {
 public:
  std::string_view name() const override { return "pytest"; }
  Capabilities capabilities(const SuiteSettings& suite) const override;
  Result<Invocation> discovery(const SuiteSettings& suite, const ExecutionContext& context) const override;
  Result<domain::Discovery> read_discovery(const SuiteSettings& suite, const ProcessOutput& output) const override;
  Result<Invocation> execution(const SuiteSettings& suite, const Selection& selection, const ExecutionContext& context) const override;
  FinalResults read_results(const SuiteSettings& suite, const Selection& selection, const ProcessOutput& output) const override;
  bool exit_code_means_failed_tests(std::int64_t exit_code) const override;
};

}  // namespace tamarack::adapter
