#include "config/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace tamarack::config {
namespace {

Config shop() {
  Config config;
  config.path = "/shop/tamarack.toml";
  config.root = "/shop";
  config.suite.framework = "playwright";
  config.suite.dir = "e2e";
  config.app.start = "npm run start";
  config.app.ready.http = "/healthz";
  config.run.workers = 2;
  return config;
}

ProjectFacts good_project() {
  ProjectFacts facts;
  facts.framework = {{"node", "/usr/bin/node", "20.19.2", "", "install Node.js"},
                     {"@playwright/test", "/shop/e2e/node_modules/@playwright/test", "1.65.1", "", "npm install"}};
  facts.browser = BrowserFact{.executable = "/usr/bin/chromium", .executable_runs = true, .installed_in = ""};
  facts.app_program = "npm";
  return facts;
}

MachineFacts good_machine() {
  MachineFacts facts;
  facts.processors = 4;
  facts.ports_wanted = facts.ports_bound = 2;
  facts.state_dir = ".tamarack";
  facts.disk_free = 50ULL << 30;
  facts.inotify_watches = 65'536;
  facts.inotify_instances = 128;
  facts.files_max = 1024;
  facts.git = {
      .program_found = true, .repository = true, .commit = "0123456789abcdef0123456789abcdef01234567", .branch = "main", .changed = true};
  facts.today = "2026-11-21";
  return facts;
}

std::vector<Check> checks_of(const Config& config, const ProjectFacts& project, const MachineFacts& machine) {
  std::vector<Check> checks = diagnose_file({.config = config, .problems = {}, .warnings = {}}, "tamarack.toml");
  for (const auto& part : {diagnose_project(config, project), diagnose_machine(config, machine)})
    checks.insert(checks.end(), part.begin(), part.end());
  return checks;
}

// The lines that are not ✓.
std::string complaints(const std::vector<Check>& checks) {
  std::vector<Check> bad;
  for (const Check& check : checks)
    if (check.state != CheckState::ok) bad.push_back(check);
  const std::string text = write_checks(bad, false);
  return text.substr(0, text.rfind("\n\n") + 1);
}

std::string project_complaints(const ProjectFacts& facts, const Config& config = shop()) {
  return complaints(diagnose_project(config, facts));
}
std::string machine_complaints(const MachineFacts& facts, const Config& config = shop()) {
  return complaints(diagnose_machine(config, facts));
}

TEST(Diagnosis, of_a_good_project_reads_well) {
  const std::vector<Check> checks = checks_of(shop(), good_project(), good_machine());
  EXPECT_EQ(write_checks(checks, false),
            R"(✓ tamarack.toml is valid
✓ playwright suite in 'e2e'
✓ node 20.19.2 (/usr/bin/node)
✓ @playwright/test 1.65.1 (/shop/e2e/node_modules/@playwright/test)
✓ browser /usr/bin/chromium
✓ application starts with 'npm run start'
✓ 2 workers on 4 processors
✓ 2 ports can be bound on 127.0.0.1
✓ .tamarack is writable
✓ 50.0 GiB free on the disk
✓ inotify allows 65536 watches
✓ 1024 open files are allowed
✓ commit 0123456789ab on branch main, with uncommitted changes

ready to run
)");
  EXPECT_EQ(exit_code_of(checks), 0);
}

TEST(Diagnosis, of_a_broken_file_is_all_its_problems) {
  const ReadResult read = read_config("version = 1\n[suite]\nframework = \"pytest\"\nx = 1\ny = 2\n", "tamarack.toml");
  const std::vector<Check> checks = diagnose_file(read, "tamarack.toml");
  EXPECT_EQ(checks.size(), 2u);
  EXPECT_THAT(write_checks(checks, false), testing::HasSubstr("✗ tamarack.toml:4:1: unknown key 'x' in [suite]"));
  EXPECT_THAT(write_checks(checks, false), testing::EndsWith("\nnot ready to run: 2 problems\n"));
  EXPECT_EQ(exit_code_of(checks), 2);
}

TEST(Diagnosis, names_missing_programs_and_how_to_get_them) {
  ProjectFacts facts = good_project();
  facts.framework[0] = {"node", "", "", "", "install Node.js"};
  facts.framework[1].trouble = "exit code 1: broken";
  facts.app_program_found = false;
  EXPECT_EQ(project_complaints(facts),
            "✗ node was not found\n    → install Node.js\n"
            "✗ /shop/e2e/node_modules/@playwright/test does not answer: exit code 1: broken\n    → npm install\n"
            "✗ program 'npm' of app.start was not found\n    → install it, or correct 'start' in [app]\n");
  EXPECT_EQ(exit_code_of(diagnose_project(shop(), facts)), 2);
}

TEST(Diagnosis, names_what_is_not_where_the_file_says) {
  ProjectFacts facts = good_project();
  facts.app_script_missing = "start";
  facts.browser->executable_runs = false;
  EXPECT_EQ(project_complaints(facts),
            "✗ executablePath '/usr/bin/chromium' in the Playwright configuration is not an executable file\n"
            "    → correct the path, or remove it and run: npx playwright install chromium\n"
            "✗ package.json has no script 'start' for app.start 'npm run start'\n    → correct 'start' in [app], or add the script\n");
  facts = good_project();
  facts.suite_dir_exists = false;
  facts.app_dir_exists = false;
  EXPECT_THAT(project_complaints(facts), testing::HasSubstr("✗ folder 'e2e' of [suite] does not exist\n"));
  EXPECT_THAT(project_complaints(facts), testing::HasSubstr("✗ folder '.' of [app] does not exist\n"));
  facts = good_project();
  facts.suite_config_exists = false;
  EXPECT_THAT(project_complaints(facts), testing::HasSubstr("'config' in [suite]"));
  facts = good_project();
  facts.build_dir_has_tests = false;
  EXPECT_THAT(project_complaints(facts), testing::HasSubstr("has no CTestTestfile.cmake"));
}

TEST(Diagnosis, only_warns_where_a_run_may_still_go_well) {
  ProjectFacts facts = good_project();
  facts.browser = BrowserFact{};
  Config config = shop();
  config.app.ready = {};
  EXPECT_EQ(project_complaints(facts, config),
            "! no browser of Playwright was found\n"
            "    → run: npx playwright install chromium, unless the configuration chooses an installed one (channel, executablePath)\n"
            "! [app] says neither how it is ready nor how it gets its port\n"
            "    → add ready = { http = \"/\" }, and {port} to 'start' if the application does not read PORT\n");
  EXPECT_EQ(exit_code_of(diagnose_project(config, facts)), 0);
}

TEST(Diagnosis, of_a_poor_machine_names_every_limit) {
  MachineFacts facts = good_machine();
  facts.processors = 1;
  facts.inotify_watches = 1000;
  facts.files_max = 300;
  facts.git = {};
  facts.disk_free = 1'500'000'000;
  Config config = shop();
  config.run.workers = 8;
  config.quarantine.push_back(
      {.test = "cart", .owner = "ada", .reason = "race", .expires = "2026-11-20", .line = 12, .expires_line = 16, .expires_column = 11});
  EXPECT_EQ(machine_complaints(facts, config),
            "! 8 workers on 1 processor\n    → tests slow each other down; lower 'workers' in [run]\n"
            "! 1.4 GiB free on the disk, artifacts of one run may take 1.9 GiB\n    → make room, or lower 'bytes_max' in [artifacts]\n"
            "! inotify allows 1000 watches in 128 instances\n    → raise them: sysctl fs.inotify.max_user_watches=65536 "
            "fs.inotify.max_user_instances=128\n"
            "! 300 open files are allowed, 8 workers may need 768\n    → raise the limit: ulimit -n 1536\n"
            "! git was not found\n    → install git, so that runs record which commit they tested\n"
            "! /shop/tamarack.toml:16:11: quarantine of 'cart' ended on 2026-11-20, the test counts again\n"
            "    → ada owns it: repair the test, or extend 'expires' with a reason\n");
  EXPECT_EQ(exit_code_of(diagnose_machine(config, facts)), 0);
}

TEST(Diagnosis, of_a_machine_that_cannot_run_anything_fails_with_its_own_code) {
  MachineFacts facts = good_machine();
  facts.ports_bound = 1;
  facts.ports_error = "permission denied";
  facts.state_dir_error = "read-only file system";
  facts.disk_free = 10'000'000;
  EXPECT_EQ(machine_complaints(facts),
            "✗ only 1 of 2 ports could be bound on 127.0.0.1: permission denied\n    → check the loopback interface and limits of this "
            "environment\n"
            "✗ .tamarack is not writable: read-only file system\n    → give the user who runs the tests write permission there\n"
            "✗ 9.5 MiB free on the disk, a run needs at least 95.4 MiB\n    → make room\n");
  EXPECT_EQ(exit_code_of(diagnose_machine(shop(), facts)), 6);
  // The project is what its author can repair, so it decides when both are wrong.
  ProjectFacts project = good_project();
  project.app_program_found = false;
  EXPECT_EQ(exit_code_of(checks_of(shop(), project, facts)), 2);
}

TEST(Diagnosis, of_the_list_says_what_a_run_would) {
  const auto said = [](const ListingFact& fact, std::int64_t workers, const Config& config = shop()) {
    return write_checks(diagnose_listing(config, fact, workers), false);
  };
  EXPECT_EQ(said({.tests = 12}, 2), "✓ 12 tests found\n\nready to run\n");
  EXPECT_EQ(said({.error = "pytest found no tests", .hint = "write one"}, 2),
            "✗ pytest found no tests\n    → write one\n\nnot ready to run: 1 problem\n");
  EXPECT_THAT(said({.tests = 1, .starts_server = true}, 1),
              testing::HasSubstr("! 'webServer' in the Playwright configuration is started beside"));
  Config config = shop();
  config.app = {};
  EXPECT_EQ(exit_code_of(diagnose_listing(config, {.tests = 1, .starts_server = true}, 2)), 2);
  EXPECT_EQ(said({.tests = 1, .starts_server = true}, 1, config), "✓ 1 test found\n\nready to run\n");
  config = shop();
  config.app.ready.http = "http://localhost:3000/";
  EXPECT_THAT(said({.tests = 1}, 2, config), testing::HasSubstr("✗ 'http' in [app.ready] is one address for all 2 workers"));
}

TEST(Diagnosis, of_git_is_honest_about_what_is_recorded) {
  MachineFacts facts = good_machine();
  facts.git.repository = false;
  EXPECT_THAT(machine_complaints(facts), testing::HasSubstr("not in a git repository\n    → run: git init"));
  facts.git = {.program_found = true, .repository = true, .commit = "", .branch = "main", .changed = false};
  EXPECT_THAT(machine_complaints(facts), testing::HasSubstr("has no commit"));
}

TEST(Diagnosis, has_colours_only_when_asked) {
  const std::vector<Check> checks{
      {"a", CheckState::ok, "fine", "", 0}, {"b", CheckState::warning, "hm", "look", 0}, {"c", CheckState::failed, "no", "do", 6}};
  EXPECT_EQ(
      write_checks(checks, true),
      "\x1b[32m✓\x1b[0m fine\n\x1b[33m!\x1b[0m hm\n    → look\n\x1b[31m✗\x1b[0m no\n    → do\n\nnot ready to run: 1 problem, 1 warning\n");
}

TEST(Diagnosis, is_json_for_programs) {
  const std::vector<Check> checks{{"a", CheckState::ok, "fine", "", 0}, {"c", CheckState::failed, "bytes \xff", "do", 6}};
  EXPECT_EQ(
      checks_as_json(checks),
      R"({"ready":false,"exit_code":6,"checks":[{"name":"a","state":"ok","message":"fine","next_step":""},{"name":"c","state":"failed","message":"bytes �","next_step":"do"}]})");
}

TEST(Diagnosis, counts_workers_as_a_run_does) {
  Config config;
  EXPECT_EQ(workers_of(config, 1), 1);
  EXPECT_EQ(workers_of(config, 9), 4);
  config.run.workers = 7;
  EXPECT_EQ(workers_of(config, 2), 7);
}

}  // namespace
}  // namespace tamarack::config
