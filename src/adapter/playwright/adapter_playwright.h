// Playwright Test. Tests are listed and reported by our reporter beside the user's own; single tests are chosen by identity, so any
// character in a title is safe. What it refuses: versions before 1.35, which cannot load a reporter beside the configured ones.
#pragma once

#include <memory>

#include "adapter/adapter.h"

namespace tamarack::adapter {

class PlaywrightAdapter final : public Adapter {
 public:
  std::string_view name() const override { return "playwright"; }
  Capabilities capabilities(const SuiteSettings& suite) const override;
  Result<Invocation> discovery(const SuiteSettings& suite, const ExecutionContext& context) const override;
  Result<domain::Discovery> read_discovery(const SuiteSettings& suite, const ProcessOutput& output) const override;
  Result<Invocation> execution(const SuiteSettings& suite, const Selection& selection, const ExecutionContext& context) const override;
  FinalResults read_results(const SuiteSettings& suite, const Selection& selection, const ProcessOutput& output) const override;
  bool exit_code_means_failed_tests(std::int64_t exit_code) const override { return exit_code == 1; }
};

}  // namespace tamarack::adapter
