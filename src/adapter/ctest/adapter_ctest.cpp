#include "adapter/ctest/adapter_ctest.h"

#include <fmt/format.h>

#include "adapter/ctest/test_list.h"
#include "adapter/ctest/test_results.h"
#include "adapter/event_run.h"
#include "adapter/events_discovery.h"
#include "adapter/words.h"
#include "base/check.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

// CMake's regular expressions are compiled into at most 64 KiB; longer selections go by number.
constexpr std::size_t pattern_bytes_max = 30'000;
constexpr std::int64_t exit_tests_failed = 8;
constexpr std::string_view no_tests_hint = "check suite.build_dir, and that the project calls enable_testing() and has been built";

std::string build_dir_of(const SuiteSettings& suite) {
  std::string folder = suite.build_dir.empty() ? "build" : suite.build_dir;
  while (folder.starts_with("./")) folder.erase(0, 2);
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  if (folder == ".") return suite.root;
  return folder.starts_with('/') ? folder : suite.root + "/" + folder;
}

Result<std::vector<std::string>> ctest_command(const SuiteSettings& suite) {
  std::vector<std::string> argv = TRY(program_words(suite.program, {"ctest"}));
  argv.emplace_back("--test-dir");
  argv.push_back(build_dir_of(suite));
  return argv;
}

void append(std::vector<std::string>& argv, const std::vector<std::string>& more) {
  argv.insert(argv.end(), more.begin(), more.end());
}

std::string escape_cmake_pattern(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view("\\^$.*+?()[]|-").find(c) != std::string_view::npos) pattern.push_back('\\');
    pattern.push_back(c);
  }
  return pattern;
}

struct Names {
  std::string pattern;  // ^(a|b)$
  std::string numbers;  // 3,3,1,18: "from 3 to 3 in steps of 1, and 18"
};

Names names_of(const Selection& selection) {
  std::string names;
  std::string numbers;
  for (const Selection::Part& part : selection.parts) {
    for (const domain::TestIndex index : part.tests) {
      const domain::TestCase& test = test_of(selection, index);
      CHECK(!test.identity.title_path.empty(), "a CTest test without a name");
      names += (names.empty() ? "" : "|") + escape_cmake_pattern(test.identity.title_path.front());
      numbers += numbers.empty() ? fmt::format("{0},{0},1", test.selector) : "," + test.selector;
    }
  }
  return {fmt::format("^({})$", names), std::move(numbers)};
}

}  // namespace

Capabilities CtestAdapter::capabilities(const SuiteSettings&) const {
  return {.live_events = false, .select_tests = true, .many_units_per_invocation = true, .own_retries = false};
}

Result<Invocation> CtestAdapter::discovery(const SuiteSettings& suite, const ExecutionContext&) const {
  std::vector<std::string> argv = TRY(ctest_command(suite));
  argv.emplace_back("--show-only=json-v1");
  append(argv, suite.arguments);
  Invocation invocation;
  invocation.argv = std::move(argv);
  invocation.directory = suite.root;
  return invocation;
}

Result<domain::Discovery> CtestAdapter::read_discovery(const SuiteSettings& suite, const ProcessOutput& output) const {
  if (output.exit_code != 0 || output.signal != 0)
    return make_error(ErrorCode::invalid_config,
                      fmt::format("ctest could not list its tests: {}{}", describe_end(output), output_tail(output)),
                      fmt::format("is '{}' a build folder? tamarack needs CTest 3.21 or newer", build_dir_of(suite)));
  if (output.output_was_cut)
    return make_error(ErrorCode::limit_exceeded,
                      fmt::format("the test list of ctest is longer than the {} that are read", human_bytes(output.output.size())));
  domain::Discovery discovery = TRY(read_test_list(output.output, suite, build_dir_of(suite)));
  TRY_VOID(check_discovery(name(), discovery, no_tests_hint));
  return discovery;
}

Result<Invocation> CtestAdapter::execution(const SuiteSettings& suite, const Selection& selection, const ExecutionContext& context) const {
  Names names = names_of(selection);
  Invocation invocation;
  invocation.argv = TRY(ctest_command(suite));
  invocation.directory = suite.root;
  invocation.results_path = context.attempt_dir + "/ctest.xml";
  // One at a time, because tamarack's own workers are the parallelism. CTest cuts output in the middle from 1 KiB on by default.
  append(invocation.argv, {"-j", "1", "--no-tests=error", "--output-junit", invocation.results_path, "--test-output-size-passed", "65536",
                           "--test-output-size-failed", "65536"});
  append(invocation.argv, suite.arguments);
  if (names.pattern.size() <= pattern_bytes_max) {
    append(invocation.argv, {"-R", std::move(names.pattern)});
  } else {
    invocation.files.push_back({context.attempt_dir + "/tests.txt", std::move(names.numbers)});
    append(invocation.argv, {"-I", invocation.files.back().path});
  }
  return invocation;
}

FinalResults CtestAdapter::read_results(const SuiteSettings&, const Selection& selection, const ProcessOutput& output) const {
  return read_test_results(selection, output);
}

bool CtestAdapter::exit_code_means_failed_tests(std::int64_t exit_code) const {
  return exit_code == exit_tests_failed;
}

}  // namespace tamarack::adapter
