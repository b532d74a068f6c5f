#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/read_config.h"

namespace tamarack::config {
namespace {

std::string problems_of(const std::string& text) {
  return describe(read_config(text, "tamarack.toml").problems);
}
std::string in_suite(const std::string& lines) {
  return problems_of("version = 1\n[suite]\n" + lines);
}
std::string in_command_suite(const std::string& lines) {
  return in_suite("framework = \"command\"\n" + lines);
}
std::string in_app(const std::string& lines) {
  return problems_of("version = 1\n[suite]\nframework = \"pytest\"\n[app]\n" + lines);
}

TEST(Version, must_be_there_and_known) {
  EXPECT_EQ(problems_of("[suite]\nframework = \"pytest\"\n"),
            "tamarack.toml:1:1: missing key 'version'\n  hint: for example version = 1\n");
  EXPECT_EQ(problems_of("version = \"1\"\n[suite]\nframework = \"pytest\"\n"),
            "tamarack.toml:1:11: 'version' must be 1, got string '1'\n  hint: write it without quotes: 1\n");
  EXPECT_EQ(problems_of("version = 0\n[suite]\nframework = \"pytest\"\n"), "tamarack.toml:1:11: 'version' must be 1, got integer 0\n");
}

TEST(Version, of_the_future_is_the_only_problem) {
  EXPECT_EQ(problems_of("version = 2\n[unheard_of]\nx = 1\n"),
            "tamarack.toml:1:11: 'version' must be 1, got 2: the file needs a newer tamarack\n"
            "  hint: install a tamarack that knows this version, see: tamarack --version\n");
}

TEST(Structure, is_explained_when_brackets_are_wrong) {
  EXPECT_EQ(problems_of("version = 1\n"),
            "tamarack.toml:1:1: missing section [suite]\n  hint: write a complete file with: tamarack init\n");
  EXPECT_EQ(problems_of("version = 1\n[[suite]]\nframework = \"pytest\"\n"),
            "tamarack.toml:2:3: 'suite' must be the section [suite], got an array\n  hint: write [suite] with single brackets\n");
  EXPECT_EQ(problems_of("version = 1\n[suite]\nframework = \"pytest\"\n[lock]\nname = \"a\"\n"),
            "tamarack.toml:4:2: 'lock' must be repeated sections [[lock]], got a table\n  hint: write [[lock]] with double brackets\n");
  EXPECT_EQ(problems_of("version = 1\ncap = [1]\n[suite]\nframework = \"pytest\"\n"),
            "tamarack.toml:2:8: 'cap[0]' must be a section [[cap]], got integer 1\n");
}

TEST(Structure, names_the_home_of_a_misplaced_key) {
  EXPECT_EQ(in_suite("framework = \"pytest\"\nretries = 1\n"),
            "tamarack.toml:4:1: unknown key 'retries' in [suite], expected one of framework, dir, config, args, env, program, discover, "
            "run, results, "
            "build_dir, specs, discover_timeout\n  hint: 'retries' belongs in [run]\n");
}

TEST(Framework, gets_a_hint_for_names_people_try) {
  const std::string expected = "must be one of \"playwright\", \"pytest\", \"mocha\", \"ctest\", \"command\", got string";
  EXPECT_EQ(in_suite("framework = \"cypress\"\n"), "tamarack.toml:3:13: 'framework' in [suite] " + expected +
                                                       " 'cypress'\n  hint: an adapter for Cypress is planned; until then: framework = "
                                                       "\"command\" with run = \"npx cypress run --spec {unit}\"\n");
  EXPECT_EQ(in_suite("framework = \"wdio\"\n"),
            "tamarack.toml:3:13: 'framework' in [suite] " + expected +
                " 'wdio'\n  hint: WebdriverIO used from Mocha runs as framework = \"mocha\", its own runner as \"command\"\n");
  EXPECT_EQ(in_suite("framework = \"rspec\"\n"),
            "tamarack.toml:3:13: 'framework' in [suite] " + expected +
                " 'rspec'\n  hint: anything else runs as framework = \"command\" with 'discover' and 'run'\n");
}

TEST(Command, needs_both_commands) {
  EXPECT_EQ(in_command_suite(""),
            "tamarack.toml:2:1: missing key 'discover' in [suite], framework \"command\" needs a command that prints one unit per line\n"
            "  hint: for example discover = \"ls tests/*.sh\"\n"
            "tamarack.toml:2:1: missing key 'run' in [suite], framework \"command\" needs a command with {unit} or {units}\n"
            "  hint: for example run = \"sh {unit}\"\n");
}

TEST(Command, names_units_in_exactly_one_way) {
  EXPECT_EQ(in_command_suite("discover = \"ls\"\nrun = \"make test\"\n"),
            "tamarack.toml:5:1: 'run' in [suite] must contain {unit} or {units}, got 'make test'\n"
            "  hint: {unit} starts the command once per unit, {units} once for several\n");
  EXPECT_EQ(in_command_suite("discover = \"ls\"\nrun = \"x {unit} {units}\"\n"),
            "tamarack.toml:5:1: 'run' in [suite] must contain either {unit} or {units}, got both\n"
            "  hint: {unit} starts the command once per unit, {units} once for several\n");
  EXPECT_EQ(
      in_command_suite("discover = \"ls {unit}\"\nrun = \"x {unit} {unit}\"\n"),
      "tamarack.toml:4:12: 'discover' in [suite] has the unknown placeholder '{unit}', expected one of {port}, {worker}, {data}, {seed}\n"
      "  hint: '{unit}' can stand only in suite.run and suite.results\n");
}

TEST(Command, results_have_four_forms) {
  const std::string commands = "discover = \"ls\"\nrun = \"x {unit}\"\n";
  for (const char* good : {"exit-code", "tap", "junit:out/a.xml", "ctrf:{data}/a.json"})
    EXPECT_EQ(in_command_suite(commands + "results = \"" + good + "\"\n"), "") << good;
  const std::string expected = "tamarack.toml:6:1: 'results' in [suite] must be one of exit-code, tap, junit:PATH, ctrf:PATH, got '";
  EXPECT_EQ(in_command_suite(commands + "results = \"exit_code\"\n"), expected + "exit_code'\n  hint: did you mean \"exit-code\"?\n");
  EXPECT_EQ(in_command_suite(commands + "results = \"junit\"\n"),
            expected + "junit'\n  hint: add the path of the report: \"junit:{data}/report\"\n");
  EXPECT_EQ(in_command_suite(commands + "results = \"ctrf: \"\n"),
            expected + "ctrf: '\n  hint: put the path of the report after the colon, for example \"junit:{data}/junit.xml\"\n");
}

TEST(App, without_start_is_a_mistake) {
  EXPECT_EQ(in_app(""), "");
  EXPECT_EQ(in_app("[app.ready]\nhttp = \"/\"\n"),
            "tamarack.toml:5:1: [app] needs 'start' because it sets 'ready'\n"
            "  hint: add the command that starts the application, or remove [app] if it runs elsewhere\n");
}

TEST(App, addresses_are_checked) {
  const std::string start = "start = \"serve\"\n";
  EXPECT_EQ(in_app(start + "health = \"http://127.0.0.1:{port}/ok\"\nready = { http = \"/ok\" }\nreset = \"http:/reset\"\n"), "");
  EXPECT_EQ(in_app(start + "ready = { tcp = \"127.0.0.1:{port}\" }\nreset = \"npm run reset\"\n"), "");
  EXPECT_EQ(
      in_app(start + "ready = { tcp = \"127.0.0.1:70000\" }\n"),
      "tamarack.toml:6:11: 'tcp' in [app.ready] must be HOST:PORT, got '127.0.0.1:70000'\n  hint: for example \"127.0.0.1:{port}\"\n");
  EXPECT_EQ(
      in_app(start + "health = \"https://127.0.0.1:{port}/ok\"\n"),
      "tamarack.toml:6:1: 'health' in [app] must be a path that begins with '/' or an http:// URL, got 'https://127.0.0.1:{port}/ok'\n"
      "  hint: the application is asked over plain HTTP\n");
  for (const std::string& bad : {"http:", "http:reset", "http://127.0.0.1/reset", "https:/reset"})
    EXPECT_EQ(in_app(start + "reset = \"" + bad + "\"\n"),
              "tamarack.toml:6:1: 'reset' in [app] must be a command or http:PATH, got '" + bad +
                  "'\n  hint: the path is on the worker's own application, for example \"http:/test/reset\"\n");
}

TEST(App, one_fixed_address_cannot_answer_for_several_workers) {
  const auto with_workers = [](int workers, const std::string& app) {
    return problems_of(
        fmt::format("version = 1\n[suite]\nframework = \"pytest\"\n[run]\nworkers = {}\n[app]\nstart = \"serve\"\n{}\n", workers, app));
  };
  for (const char* fixed :
       {"http://127.0.0.1:18200/", "http://localhost:18200", "http://[::1]:80/", "http://0.0.0.0:1/x", "http://app.localhost:8080/"}) {
    const std::string ready = fmt::format("ready = {{ http = \"{}\" }}", fixed);
    EXPECT_THAT(with_workers(2, ready), testing::HasSubstr("'http' in [app.ready] is one address for all 2 workers"));
    EXPECT_THAT(with_workers(2, ready), testing::HasSubstr("http://127.0.0.1:{port}/"));
    EXPECT_EQ(with_workers(1, ready), "");
  }
  EXPECT_THAT(with_workers(3, "ready = { tcp = \"127.0.0.1:18200\" }"),
              testing::HasSubstr("'tcp' in [app.ready] is one address for all 3"));
  EXPECT_THAT(with_workers(2, "health = \"http://127.0.0.1:1/\""), testing::HasSubstr("'health' in [app] is one address"));
  // Each worker's own, or on another machine.
  for (const char* good : {"http://127.0.0.1:{port}/", "/healthz", "http://staging.example.org/ok"})
    EXPECT_EQ(with_workers(2, fmt::format("ready = {{ http = \"{}\" }}", good)), "");
}

TEST(Placeholders, are_stored_without_their_escapes) {
  const ReadResult result = read_config(
      "version = 1\n[suite]\nframework = \"pytest\"\nargs = [\"{{x}}\"]\nenv = { A = \"{{y}} {port}\" }\n[app]\nstart = \"awk '{{print}}' "
      "{port}\"\n",
      "tamarack.toml");
  ASSERT_TRUE(result.config) << describe(result.problems);
  EXPECT_EQ(result.config->app.start, "awk '{print}' {port}");
  EXPECT_EQ(result.config->suite.arguments.at(0), "{x}");
  EXPECT_EQ(result.config->suite.env.at("A"), "{y} {port}");
}

TEST(App, log_pattern_is_a_regular_expression) {
  const std::string hint =
      "  hint: put a backslash before ( ) [ ] { } . * + ? ^ $ | where the character itself is meant; in a TOML string with \" write it "
      "twice\n";
  EXPECT_EQ(in_app("start = \"serve\"\nready = { log = \"ready (in [0-9]+ ms\" }\n"),
            "tamarack.toml:6:11: 'log' in [app.ready] must be a regular expression, got 'ready (in [0-9]+ ms'\n" + hint);
  // A pattern that explodes when it is compiled is refused too, quickly.
  EXPECT_THAT(in_app("start = \"serve\"\nready = { log = \"((((a{999}){999}){999}){999})\" }\n"),
              testing::HasSubstr("must be a regular expression"));
  EXPECT_THAT(in_app("start = \"serve\"\nready = { log = \"" + std::string(1001, '(') + "\" }\n"),
              testing::HasSubstr("must be at most 1000 bytes long"));
}

TEST(Rules, with_one_name_may_be_many) {
  EXPECT_EQ(in_suite("framework = \"pytest\"\n[[lock]]\nname = \"a\"\ntag = \"x\"\n[[lock]]\nname = \"a\"\nmatch = \"b/**\"\n"), "");
}

TEST(Rules, cannot_put_a_spec_before_itself) {
  EXPECT_EQ(in_suite("framework = \"pytest\"\n[[order]]\nbefore = \"a/**\"\nafter = \"a/**\"\n"),
            "tamarack.toml:6:1: 'after' in [[order]] must differ from 'before', got 'a/**' twice\n"
            "  hint: specs that match cannot end before they start; to keep them in order on one worker use [[together]]\n");
}

TEST(UnusedKeys, name_every_framework_they_belong_to) {
  const ReadResult read = read_config("version = 1\n[suite]\nframework = \"playwright\"\nspecs = [\"a\"]\n", "tamarack.toml");
  EXPECT_THAT(describe(read.warnings), testing::HasSubstr("it belongs to \"mocha\" and \"pytest\""));
  EXPECT_TRUE(read_config("version = 1\n[suite]\nframework = \"pytest\"\nspecs = [\"a\"]\n", "tamarack.toml").warnings.empty());
}

TEST(Reports, must_not_overwrite_each_other) {
  EXPECT_EQ(in_suite("framework = \"pytest\"\n[report]\njunit = \"out\"\nhtml = \"out\"\nctrf = \"dir/\"\n"),
            "tamarack.toml:5:1: 'junit' in [report] must differ from 'html', got 'out' twice\n"
            "tamarack.toml:7:1: 'ctrf' in [report] must be the path of a file, got 'dir/'\n");
}

TEST(Texts, must_not_hide_control_characters) {
  EXPECT_EQ(in_suite("framework = \"pytest\"\ndir = \"a\\u0000b\"\nconfig = \"\"\n"),
            "tamarack.toml:4:7: 'dir' in [suite] must not contain a NUL character\n"
            "tamarack.toml:5:10: 'config' in [suite] must not be empty\n  hint: leave the key out instead\n");
}

// Leaving out a key that has to be there would be the next mistake.
TEST(Texts, that_are_required_and_empty_get_no_hint_to_leave_them_out) {
  EXPECT_EQ(in_suite("framework = \"pytest\"\n[[quarantine]]\ntest = \"\"\nowner = \"\"\nreason = \"\"\nexpires = \"2027-01-31\"\n"),
            "tamarack.toml:5:8: 'test' in [[quarantine]] must not be empty\n"
            "tamarack.toml:6:9: 'owner' in [[quarantine]] must not be empty\n"
            "tamarack.toml:7:10: 'reason' in [[quarantine]] must not be empty\n");
}

TEST(Workspace, patterns_stay_in_the_project) {
  const std::string good = "version = 1\n[suite]\nframework = \"pytest\"\n[workspace]\n";
  EXPECT_EQ(problems_of(good + "include = [\"dist/**\", \"./a\"]\nexclude = [\"**/*.mp4\"]\nsetup = \"npm ci\"\n"), "");
  const std::string hint =
      "\n  hint: files outside of that folder do not travel; move tamarack.toml up to a folder that holds everything\n";
  EXPECT_EQ(problems_of(good + "include = [\"../shared/**\"]\nexclude = [\"/tmp\"]\nsetup_inputs = [\" \"]\n"),
            "tamarack.toml:5:1: 'include' in [workspace] must hold patterns relative to the folder of this file, got '../shared/**'" +
                hint + "tamarack.toml:6:1: 'exclude' in [workspace] must hold patterns relative to the folder of this file, got '/tmp'" +
                hint + "tamarack.toml:7:1: 'setup_inputs' in [workspace] must hold patterns relative to the folder of this file, got ' '" +
                hint);
}

}  // namespace
}  // namespace tamarack::config
