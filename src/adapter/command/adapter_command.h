// Any command as a test framework: `suite.discover` prints one unit per line, `suite.run` is a template that runs one ({unit}) or many
// ({units}), `suite.results` says how its outcome is read. The planned test is the unit itself; the cases of a report become its steps.
// What it refuses: a list with duplicates, a failing discovery, and a report that says less than it should.
#pragma once

#include "adapter/adapter.h"

namespace tamarack::adapter {

class CommandAdapter final : public Adapter {
 public:
  std::string_view name() const override { return "command"; }
  Capabilities capabilities(const SuiteSettings& suite) const override;
  Result<Invocation> discovery(const SuiteSettings& suite, const ExecutionContext& context) const override;
  Result<domain::Discovery> read_discovery(const SuiteSettings& suite, const ProcessOutput& output) const override;
  Result<Invocation> execution(const SuiteSettings& suite, const Selection& selection, const ExecutionContext& context) const override;
  FinalResults read_results(const SuiteSettings& suite, const Selection& selection, const ProcessOutput& output) const override;
  // The exit code is part of the result and has been judged with it.
  bool exit_code_means_failed_tests(std::int64_t exit_code) const override { return exit_code > 0; }
};

}  // namespace tamarack::adapter
