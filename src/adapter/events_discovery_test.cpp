#include "adapter/events_discovery.h"

#include <gtest/gtest.h>

namespace tamarack::adapter {
namespace {

const std::string suite_line =
    R"({"type":"suite","v":1,"mode":"discover","framework":"pytest","framework_version":"7.2.1","root_dir":"/app","tests":2})"
    "\n";
const std::string one = R"({"type":"test","spec":"a.py","title_path":["one"],"line":3})"
                        "\n";
const std::string two = R"({"type":"test","spec":"a.py","title_path":["two"],"line":9})"
                        "\n";
const std::string end_line = R"({"type":"end","status":"passed","tests_finished":0})"
                             "\n";

Result<domain::Discovery> read(ProcessOutput output) {
  SuiteSettings suite;
  suite.root = "/app";
  return read_events_discovery("pytest", suite, output, "write one");
}

std::string error_of(ProcessOutput output) {
  const Result<domain::Discovery> discovery = read(std::move(output));
  return discovery ? "no error" : describe(discovery.error());
}

TEST(EventsDiscovery, KeepsTheFrameworksOrder) {
  const Result<domain::Discovery> discovery = read({.events = suite_line + two + "\n" + one + end_line});
  ASSERT_TRUE(discovery) << discovery.error().message;
  EXPECT_EQ(discovery->framework, "pytest");
  EXPECT_EQ(discovery->framework_version, "7.2.1");
  ASSERT_EQ(discovery->tests.size(), 2U);
  EXPECT_EQ(discovery->tests[0].identity.title_path.front(), "two");
  EXPECT_TRUE(discovery->warnings.empty());
}

TEST(EventsDiscovery, SaysWhatAListWasMadeFromOrNothing) {
  const std::string loaded = R"({"type":"loaded","files":["/app/a.js","/b"],"folders":["/app"],"starts_server":true})"
                             "\n";
  const auto facts = listing_facts(suite_line + one + loaded + end_line);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->files, (std::vector<std::string>{"/app/a.js", "/b"}));
  EXPECT_EQ(facts->folders, std::vector<std::string>{"/app"});
  EXPECT_TRUE(facts->starts_server);
  EXPECT_FALSE(listing_facts(suite_line + one + end_line));
  EXPECT_FALSE(listing_facts(suite_line + R"({"type":"loaded","files":)"));
  EXPECT_FALSE(listing_facts(suite_line + R"({"type":"loaded","files":[]})"
                                          "\n"));
  EXPECT_TRUE(read({.events = suite_line + two + loaded + one + end_line})) << "readers of tests ignore the line";
}

TEST(EventsDiscovery, RefusesDuplicates) {
  EXPECT_EQ(error_of({.events = suite_line + one +
                                R"({"type":"test","spec":"a.py","title_path":["one"],"line":12})"
                                "\n" +
                                end_line}),
            "two tests have the same identity 'a.py › one': one at a.py:3, one at a.py:12\n"
            "  hint: give one of them another title; results and history are kept by this name");
}

TEST(EventsDiscovery, RefusesAnEmptySuite) {
  EXPECT_EQ(error_of({.exit_code = 5, .events = end_line}), "pytest found no tests\n  hint: write one");
}

TEST(EventsDiscovery, ShowsTheCauseOfALoadFailure) {
  const std::string error =
      R"({"type":"error","error":{"message":"\u001b[31mSyntaxError\u001b[0m: bad","file":"/app/t/a.py","line":4,"column":2}})"
      "\n";
  EXPECT_EQ(error_of({.exit_code = 2,
                      .events = suite_line + one + error +
                                R"({"type":"error","error":{"message":"no such fixture"}})"
                                "\n" +
                                end_line}),
            "pytest could not load the tests: t/a.py:4:2: SyntaxError: bad\nno such fixture\n"
            "  hint: the same happens without tamarack; fix the file, then run again");
}

TEST(EventsDiscovery, FindsThePlaceOfASyntaxErrorInItsStack) {
  const auto first_line = [](const std::string& error) {
    const std::string message = error_of({.exit_code = 1, .events = suite_line + R"({"type":"error","error":)" + error + "}\n" + end_line});
    return message.substr(0, message.find('\n'));
  };
  EXPECT_EQ(
      first_line(
          R"({"message":"Unexpected identifier","stack":"/app/test/b.js:1\nsyntax error(\n\nSyntaxError: Unexpected\n    at node:internal/x:1464:18"})"),
      "pytest could not load the tests: test/b.js:1: Unexpected identifier");
  EXPECT_EQ(
      first_line(
          R"({"message":"E   SyntaxError: invalid syntax","stack":"/usr/lib/python3/ast.py:50: in parse\nE     File \"/app/t/test_bad.py\", line 7\nE       def a(:\nE   SyntaxError"})"),
      "pytest could not load the tests: t/test_bad.py:7: SyntaxError: invalid syntax");
  EXPECT_EQ(first_line(R"({"message":"No module named 'nope'","stack":"t/test_bad.py:3: in <module>\n    import nope"})"),
            "pytest could not load the tests: t/test_bad.py:3: No module named 'nope'");
  EXPECT_EQ(first_line(R"({"message":"bad","stack":"at 10:30: nothing here\nhttp://x:80"})"), "pytest could not load the tests: bad");
}

TEST(EventsDiscovery, NothingFoundIsNoErrorOfItsOwn) {
  EXPECT_EQ(error_of({.exit_code = 1,
                      .events = suite_line +
                                R"({"type":"error","error":{"message":"bad"}})"
                                "\n"
                                R"({"type":"error","error":{"message":"Error: No tests found"}})"
                                "\n" +
                                end_line}),
            "pytest could not load the tests: bad\n  hint: the same happens without tamarack; fix the file, then run again");
}

TEST(EventsDiscovery, LimitsTheNumberOfErrorsShown) {
  std::string events = suite_line;
  for (int i = 0; i < 8; ++i)
    events += R"({"type":"error","error":{"message":"bad"}})"
              "\n";
  EXPECT_EQ(error_of({.events = events + end_line}),
            "pytest could not load the tests: bad\nbad\nbad\nbad\nbad\nand 3 more errors\n"
            "  hint: the same happens without tamarack; fix the file, then run again");
}

TEST(EventsDiscovery, NamesACrash) {
  EXPECT_EQ(error_of({.exit_code = 3, .errput = "Traceback\n  boom\n", .events = suite_line + one}),
            "discovery crashed: pytest ended with exit code 3 before it had listed all tests; the end of its error output:\n"
            "  | Traceback\n  |   boom");
  EXPECT_EQ(
      error_of({.exit_code = -1, .signal = 9, .output = "collecting", .events = suite_line + one + R"({"type":"te)"}),
      "discovery crashed: pytest ended with signal 9 (SIGKILL) before it had listed all tests; the end of its output:\n  | collecting");
}

TEST(EventsDiscovery, RefusesAListThatDisagreesWithItself) {
  EXPECT_EQ(error_of({.events = suite_line + one + end_line}),
            "pytest announced 2 tests but listed 1\n  hint: another reporter or plug-in may be writing to the event file");
  EXPECT_EQ(error_of({.exit_code = 1,
                      .events = suite_line + one + two +
                                R"({"type":"end","status":"failed"})"
                                "\n"}),
            "pytest listed 2 tests but reports 'failed' (exit code 1)");
  EXPECT_EQ(error_of({.events = suite_line + "garbage\n" + end_line}),
            "failed to list the tests of pytest: line 2 of the event file: event line: not valid JSON: syntax error");
}

TEST(EventsDiscovery, WarnsAboutAnExitCodeAfterACompleteList) {
  const Result<domain::Discovery> discovery = read({.exit_code = 1, .events = suite_line + one + two + end_line});
  ASSERT_TRUE(discovery);
  EXPECT_EQ(discovery->warnings, std::vector<std::string>{"pytest listed all tests but ended with exit code 1"});
}

}  // namespace
}  // namespace tamarack::adapter
