#include "config/read_config.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tamarack::config {
namespace {

constexpr const char* minimal = "version = 1\n[suite]\nframework = \"playwright\"\n";

ReadResult read(const std::string& text) {
  return read_config(text, "tamarack.toml");
}
std::string problems_of(const std::string& text) {
  return describe(read(text).problems);
}
std::string warnings_of(const std::string& text) {
  return describe(read(text).warnings);
}

TEST(ReadConfig, fills_in_defaults) {
  const ReadResult result = read_config(minimal, "/home/ada/shop/tamarack.toml");
  ASSERT_TRUE(result.config) << describe(result.problems);
  EXPECT_EQ(result.config->project, "shop");
  EXPECT_EQ(result.config->root, "/home/ada/shop");
  EXPECT_EQ(result.config->suite.framework, "playwright");
  EXPECT_EQ(result.config->run.workers, 0);
  EXPECT_EQ(result.config->run.policy, domain::Policy::dynamic);
  EXPECT_EQ(result.config->suite.discover_timeout, Millis{120'000});
  EXPECT_EQ(result.config->run.timeout, std::nullopt);
  EXPECT_TRUE(result.warnings.empty());
}

TEST(ReadConfig, reads_every_section) {
  const ReadResult result = read(R"(
version = 1
project = "shop"

[suite]
framework = "command"
dir = "e2e"
config = "a.ts"
args = ["--x", "{data}"]
env = { BASE_URL = "http://127.0.0.1:{port}" }
program = "npx playwright"
discover = "ls"
run = "sh {units}"
results = "junit:{data}/junit.xml"
discover_timeout = "30s"

[app]
start = "npm start"
dir = "server"
health = "/healthz"
health_interval = "1s"
reset = "http:/reset"
stop_timeout = "0s"
ready = { log = "listening on [0-9]+", timeout = "90s" }
[app.env]
DB = "{data}/app.db"

[run]
workers = 4
policy = "timing"
retries = 2
fail_fast = 5
timeout = "1h"
unit_timeout = "10m"
lost_max = 2

[[lock]]
name = "pay"
tag = "payment"
[[lock]]
name = "pay"
match = "billing/**"
[[cap]]
name = "up"
match = "uploads/*"
max = 2
[[together]]
match = "wizard/**"
[[order]]
before = "setup/**"
after = "reports/**"
[[quarantine]]
test = "cart"
owner = "ada"
reason = "race"
expires = "2027-01-31"

[artifacts]
watch = ["shots/**"]
settle = "1s"
bytes_max = "500MB"

[report]
junit = "out/junit.xml"
ctrf = "out/ctrf.json"
html = "out/report.html"
)");
  ASSERT_TRUE(result.config) << describe(result.problems);
  const Config& config = *result.config;
  EXPECT_EQ(config.suite.arguments, (std::vector<std::string>{"--x", "{data}"}));
  EXPECT_EQ(config.suite.env.at("BASE_URL"), "http://127.0.0.1:{port}");
  EXPECT_EQ(config.app.env.at("DB"), "{data}/app.db");
  EXPECT_EQ(config.app.ready.log, "listening on [0-9]+");
  EXPECT_EQ(config.app.ready.timeout, Millis{90'000});
  EXPECT_EQ(config.app.stop_timeout, Millis{0});
  EXPECT_EQ(config.run.workers, 4);
  EXPECT_EQ(config.run.policy, domain::Policy::timing);
  EXPECT_EQ(config.run.timeout, Millis{3'600'000});
  ASSERT_EQ(config.locks.size(), 2u);
  EXPECT_EQ(config.locks[1].match, "billing/**");
  EXPECT_EQ(config.caps.at(0).max, 2);
  EXPECT_EQ(config.together.at(0).match, "wizard/**");
  EXPECT_EQ(config.order.at(0).after, "reports/**");
  EXPECT_EQ(config.quarantine.at(0).line, 52);
  EXPECT_EQ(config.artifacts.bytes_max, 500'000'000);
  EXPECT_EQ(config.report.html, "out/report.html");
}

TEST(ReadConfig, accepts_ready_as_its_own_section) {
  const ReadResult result = read(std::string(minimal) + "[app]\nstart = \"x\"\n[app.ready]\ntcp = \"localhost:{port}\"\n");
  ASSERT_TRUE(result.config) << describe(result.problems);
  EXPECT_EQ(result.config->app.ready.tcp, "localhost:{port}");
}

TEST(Problems, are_all_reported_at_once) {
  EXPECT_EQ(
      problems_of(R"(version = 1
projekt = "shop"

[suite]
framework = "playwrite"
env = { PORT = 3000, 1A = "x", OK = "{prt}" }
args = "--headed"

[run]
worker = 4
workers = 0
retries = "2"
timeout = 30
unit_timeout = "30 sec"
policy = "replay"

[app]
health = "healthz"
ready = { http = "/", tcp = "localhost" }

[[lock]]
name = "a"
[[cap]]
name = "b"
tag = "x"
match = "y"
max = 0
[[quarantine]]
test = "cart"
expires = 2027-01-31

[runs]
x = 1
)"),
      R"(tamarack.toml:2:1: unknown key 'projekt' at the top level, expected one of version, project, suite, app, run, lock, cap, together, order, quarantine, flow, artifacts, report, workspace
  hint: did you mean 'project'?
tamarack.toml:5:13: 'framework' in [suite] must be one of "playwright", "pytest", "mocha", "ctest", "command", got string 'playwrite'
  hint: did you mean "playwright"?
tamarack.toml:6:16: 'env.PORT' in [suite] must be a string, got integer 3000
  hint: put the value in quotes
tamarack.toml:6:27: 'env.1A' in [suite] must have a name of letters, digits and '_' that does not begin with a digit
tamarack.toml:6:37: 'env.OK' in [suite] has the unknown placeholder '{prt}', expected one of {port}, {worker}, {data}, {seed}
  hint: did you mean '{port}'? for the literal text write '{{prt}}'
tamarack.toml:7:8: 'args' in [suite] must be an array of strings, got string '--headed'
  hint: put it in brackets: ["…"]
tamarack.toml:10:1: unknown key 'worker' in [run], expected one of workers, policy, retries, fail_fast, timeout, unit_timeout, lost_max, quarantine_max
  hint: did you mean 'workers'?
tamarack.toml:11:11: 'workers' in [run] must be an integer from 1 to 512 or "auto", got integer 0
tamarack.toml:12:11: 'retries' in [run] must be an integer from 0 to 10, got string '2'
  hint: write it without quotes: 2
tamarack.toml:13:11: 'timeout' in [run] must be a duration from 1s to 7d such as "1h", got integer 30
  hint: write it in quotes with its unit: "30s"
tamarack.toml:14:16: 'unit_timeout' in [run] must be a duration from 100ms to 7d such as "10m", got string '30 sec'
  hint: units are d, h, m, s and ms, for example "1h30m"
tamarack.toml:15:10: 'policy' in [run] must be one of "dynamic", "timing", "count", got string 'replay'
tamarack.toml:18:1: 'health' in [app] must be a path that begins with '/' or an http:// URL, got 'healthz'
  hint: did you mean '/healthz'?
tamarack.toml:18:1: [app] needs 'start' because it sets 'health'
  hint: add the command that starts the application, or remove [app] if it runs elsewhere
tamarack.toml:19:9: [app.ready] takes at most one of 'http', 'tcp', 'log', got 'http' and 'tcp'
  hint: keep one of them
tamarack.toml:19:23: 'tcp' in [app.ready] must be HOST:PORT, got 'localhost'
  hint: for example "127.0.0.1:{port}"
tamarack.toml:21:1: [[lock]] needs exactly one of 'tag', 'match', got none
tamarack.toml:23:1: [[cap]] needs exactly one of 'tag', 'match', got 'tag' and 'match'
  hint: keep one of them
tamarack.toml:27:7: 'max' in [[cap]] must be an integer from 1 to 512, got integer 0
tamarack.toml:28:1: missing key 'owner' in [[quarantine]]
  hint: for example owner = "team-checkout"
tamarack.toml:28:1: missing key 'reason' in [[quarantine]]
  hint: for example reason = "races with the price service"
tamarack.toml:30:11: 'expires' in [[quarantine]] must be a date such as "2027-01-31", got a date without quotes
  hint: write the date in quotes
tamarack.toml:32:2: unknown section [runs], expected one of [suite], [app], [run], [[lock]], [[cap]], [[together]], [[order]], [[quarantine]], [[flow]], [artifacts], [report], [workspace]
  hint: did you mean [run]?
)");
}

TEST(Problems, of_text_that_cannot_be_read_are_one) {
  const std::string empty =
      "tamarack.toml:1:1: the file is empty, expected at least 'version' and [suite]\n  hint: write one with: tamarack init --force\n";
  EXPECT_EQ(problems_of(""), empty);
  EXPECT_EQ(problems_of(" \n\t\n"), empty);
  EXPECT_EQ(problems_of("\xef\xbb\xbf"), empty);
  EXPECT_EQ(problems_of("version = 1\n[suite\n"), "tamarack.toml:2:7: invalid TOML: expected ']', saw '\\n'\n");
  EXPECT_EQ(problems_of("version = 1\nproject = \"äö\xff\"\n"),
            "tamarack.toml:2:14: expected UTF-8, got the invalid byte 0xff\n  hint: save the file as UTF-8\n");
  EXPECT_EQ(problems_of("version = 1\n# \xe2\x82"),
            "tamarack.toml:2:3: expected UTF-8, got the invalid byte 0xe2\n  hint: save the file as UTF-8\n");
  EXPECT_EQ(problems_of(std::string("version = 1\n\0", 13)),
            "tamarack.toml:2:1: expected text, got a NUL byte\n  hint: is this the right file, saved as UTF-8?\n");
  EXPECT_EQ(problems_of(std::string(10'000'000, 'a')),
            "tamarack.toml:1:1: file must be at most 1.0 MiB, got 9.5 MiB\n  hint: is this the right file?\n");
}

TEST(Problems, of_duplicate_keys_name_the_second_one) {
  EXPECT_EQ(problems_of("version = 1\n[run]\nworkers = 1\nworkers = 2\n"),
            "tamarack.toml:4:1: duplicate key 'workers'\n  hint: keep one of them; the rest of the file is checked once this is mended\n");
  EXPECT_EQ(problems_of("version = 1\n[run]\n[suite]\n[run]\n"),
            "tamarack.toml:4:1: duplicate key 'run'\n  hint: keep one of them; the rest of the file is checked once this is mended\n");
}

TEST(Problems, of_nesting_are_found_before_the_tree_is_built) {
  std::string dotted = "a";
  for (int i = 0; i < 200'000; ++i) dotted += ".a";
  for (const std::string& bomb :
       {"a = " + std::string(100'000, '['), "a = " + std::string(100'000, '{'), dotted + " = 1", "[" + dotted + "]"})
    EXPECT_THAT(problems_of(bomb), testing::EndsWith("nesting must be at most 32 deep, got more\n")) << bomb.substr(0, 10);
  // Brackets and dots inside strings and comments are text.
  const std::string dots(100, '.');
  const std::string brackets(100, '[');
  EXPECT_TRUE(read(std::string("# ") + brackets + "\n" + minimal + "dir = \"" + dots + "\"\nconfig = '" + brackets +
                   "'\nprogram = \"\"\"\n" + brackets + "\"\"\"\n")
                  .config);
}

TEST(Warnings, name_settings_without_effect) {
  EXPECT_EQ(warnings_of(std::string(minimal) + "specs = [\"a\"]\nbuild_dir = \"b\"\nrun = \"sh {unit}\"\n"),
            R"(tamarack.toml:4:1: 'specs' in [suite] has no effect with framework "playwright", it belongs to "mocha" and "pytest"
  hint: remove the line, or set framework = "mocha" or "pytest"
tamarack.toml:5:1: 'build_dir' in [suite] has no effect with framework "playwright", it belongs to "ctest"
  hint: remove the line, or set framework = "ctest"
tamarack.toml:6:1: 'run' in [suite] has no effect with framework "playwright", it belongs to "command"
  hint: remove the line, or set framework = "command"
)");
}

TEST(Describe, names_files_relative_to_a_folder) {
  const std::vector<Problem> problems{{"/shop/tamarack.toml", 2, 3, "broken", ""}};
  EXPECT_EQ(describe(problems), "/shop/tamarack.toml:2:3: broken\n");
  EXPECT_EQ(describe(problems, "/shop"), "tamarack.toml:2:3: broken\n");
  EXPECT_EQ(describe(problems, "/sho"), "/shop/tamarack.toml:2:3: broken\n");
}

// toml++ 3.3 has undefined behaviour on these; toml_hardened.h says more.
TEST(Problems, of_strange_names_are_errors_of_syntax) {
  EXPECT_EQ(problems_of("version = 1\n[=]\n"),
            "tamarack.toml:2:2: invalid TOML: expected bare key starting character or string delimiter, saw '='\n");
  EXPECT_EQ(problems_of("grün = 1\n"), "tamarack.toml:1:3: invalid TOML: expected '=', saw 'ü'\n");
  EXPECT_EQ(problems_of("version\xc2\xa0= 1\n"), "tamarack.toml:1:8: invalid TOML: expected space or tab, saw '\\u00A0'\n");
  EXPECT_THAT(problems_of("a = \"\"\"\\\nä\"\"\"\n"), testing::HasSubstr("unknown key 'a'"));
}

// Every result is either a configuration or at least one problem, and every problem names a place in the file.
bool is_sound(const std::string& text) {
  const ReadResult result = read(text);
  if (result.config.has_value() != result.problems.empty()) return false;
  for (const Problem& problem : result.problems)
    if (problem.line < 1 || problem.column < 1 || problem.message.empty()) return false;
  return true;
}

RC_GTEST_PROP(ReadConfig, survives_any_bytes, (const std::string& text)) {
  RC_ASSERT(is_sound(text));
}

// Random pieces of the format reach far deeper than random bytes.
RC_GTEST_PROP(ReadConfig, survives_any_sequence_of_tokens, ()) {
  const auto token = rc::gen::element<std::string>(
      "version", "suite", "app", "ready", "run", "lock", "env", "framework", "workers", "timeout", "[", "]", "[[", "]]", "{", "}", "=", "=",
      ".", ",", "\n", "\n", "\"", "'", "\"\"\"", "#", " ", "1", "-1", "0x", "1e9", "1979-05-27", "07:32:00", "true", "inf", "nan",
      "\"auto\"", "\"30s\"", "\"{port}\"", "\\u0000", "\\", "\xc3\xa4", "\r", "_", "[suite]\n", "version = 1\n", "[[quarantine]]\n",
      "[[flow]]\n", "[[flow.phase]]\n", "[flow.phase.wait]\n", "[[flow.phase.conditions]]\n", "http", "url", "needs", "capture", "until",
      "cancel", "job");
  const auto tokens = *rc::gen::container<std::vector<std::string>>(token);
  std::string text;
  for (const std::string& part : tokens) text += part;
  RC_ASSERT(is_sound(text));
  RC_ASSERT(is_sound(minimal + text));
}

}  // namespace
}  // namespace tamarack::config
