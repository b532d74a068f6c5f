#include "config/scaffold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "config/read_config.h"

namespace tamarack::config {
namespace {

RepositoryFacts repository(const std::map<std::string, std::string>& files) {
  RepositoryFacts facts{.name = "shop", .files = {}, .texts = {}};
  for (const auto& [path, text] : files) {
    facts.files.push_back(path);
    if (wants_text(path)) facts.texts[path] = text;
  }
  return facts;
}

struct Case {
  std::string name;
  std::map<std::string, std::string> files;
  std::string settings;  // the written file without comments, empty lines, version and project
};

// What stays of the file when all explanations are taken away.
std::string settings_of(const std::string& toml) {
  std::string out;
  std::size_t from = 0;
  while (from < toml.size()) {
    const std::size_t end = toml.find('\n', from);
    std::string line = toml.substr(from, end - from);
    from = end + 1;
    if (const std::size_t remark = line.find("   # "); remark != std::string::npos) line.resize(remark);
    if (line.empty() || line.starts_with("#") || line.starts_with("version") || line.starts_with("project")) continue;
    out += line + "\n";
  }
  return out;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> table{
      {"playwright with vite, npm",
       {{"playwright.config.ts", "export default { use: { baseURL: process.env.APP_URL ?? 'x' } }"},
        {"package.json",
         R"({"scripts": {"dev": "vite", "test": "playwright test"}, "devDependencies": {"@playwright/test": "1", "vite": "8"}})"},
        {"package-lock.json", ""}},
       "[suite]\nframework = \"playwright\"\nenv = { APP_URL = \"http://127.0.0.1:{port}\" }\n"
       "[app]\nstart = \"npm run dev -- --port {port} --strictPort --host 127.0.0.1\"\nready = { http = \"/\", timeout = \"60s\" "
       "}\n[run]\n"},
      {"playwright in a folder, server reads PORT and has a health path, pnpm",
       {{"e2e/playwright.config.ts", ""},
        {"package.json", R"({"scripts": {"start": "node server/main.js"}})"},
        {"server/main.js", "app.get('/healthz', ok); app.listen(process.env.PORT)"},
        {"pnpm-lock.yaml", ""}},
       "[suite]\nframework = \"playwright\"\ndir = \"e2e\"\n"
       "[app]\nstart = \"pnpm run start\"\nready = { http = \"/healthz\", timeout = \"60s\" }\n[run]\n"},
      {"playwright with webServer that names a script with a fixed port",
       {{"playwright.config.js", "webServer: {\n command: 'npm run preview',\n url: 'http://localhost:4173' }"},
        {"package.json", R"({"scripts": {"start": "node x.js", "preview": "vite preview --port 4173"}})"}},
       "[suite]\nframework = \"playwright\"\n"
       "[app]\nstart = \"npx vite preview --port {port}\"\nready = { http = \"/\", timeout = \"60s\" }\n[run]\n"},
      {"script that sets PORT itself, yarn",
       {{"playwright.config.ts", ""},
        {"package.json", R"({"scripts": {"start": "cross-env PORT=3000 NODE_ENV=test node x.js"}})"},
        {"yarn.lock", ""}},
       "[suite]\nframework = \"playwright\"\n"
       "[app]\nstart = \"node x.js\"\nenv = { NODE_ENV = \"test\", PORT = \"{port}\" }\nready = { tcp = \"127.0.0.1:{port}\", timeout = "
       "\"60s\" }\n[run]\n"},
      {"cypress without an application",
       {{"cypress.config.js", ""}, {"cypress/e2e/a.cy.js", ""}},
       "[suite]\nframework = \"command\"\ndiscover = \"find cypress -name '*.cy.*' | sort\"\nrun = \"npx cypress run --spec "
       "{unit}\"\nresults = \"exit-code\"\n[run]\n"},
      {"mocha with selenium",
       {{"package.json", R"({"devDependencies": {"mocha": "11", "selenium-webdriver": "4"}})"},
        {"test/e2e/login.spec.js", ""},
        {"test/e2e/cart.spec.js", ""}},
       "[suite]\nframework = \"mocha\"\nspecs = [\"test/**/*.spec.js\"]\n[run]\n"},
      {"mocha with its own configuration",
       {{".mocharc.yml", ""}, {"package.json", R"({"devDependencies": {"mocha": "11"}})"}, {"test/a.spec.js", ""}},
       "[suite]\nframework = \"mocha\"\n[run]\n"},
      {"wdio runner",
       {{"wdio.conf.ts", ""}},
       "[suite]\nframework = \"command\"\ndiscover = \"find test -name '*.e2e.*' -o -name '*.spec.*' -o -name '*.test.*' | sort\"\n"
       "run = \"npx wdio run wdio.conf.ts --spec {unit}\"\nresults = \"exit-code\"\n[run]\n"},
      {"pytest with FastAPI under uv",
       {{"pyproject.toml", "dependencies = ['fastapi', 'pytest-playwright']\n[tool.pytest.ini_options]\n"},
        {"uv.lock", ""},
        {"app/main.py", "from fastapi import FastAPI\napp = FastAPI()\n@app.get(\"/health\")\n"}},
       "[suite]\nframework = \"pytest\"\nprogram = \"uv run pytest\"\nenv = { PYTEST_BASE_URL = \"http://127.0.0.1:{port}\" }\n"
       "[app]\nstart = \"python3 -m uvicorn app.main:app --host 127.0.0.1 --port {port}\"\nready = { http = \"/health\", timeout = \"60s\" "
       "}\n[run]\n"},
      {"pytest with Django",
       {{"requirements.txt", "Django\npytest\n"}, {"manage.py", ""}, {"tests/conftest.py", ""}},
       "[suite]\nframework = \"pytest\"\n"
       "[app]\nstart = \"python3 manage.py runserver --noreload 127.0.0.1:{port}\"\nready = { tcp = \"127.0.0.1:{port}\", timeout = "
       "\"60s\" }\n[run]\n"},
      {"pytest with a Procfile",
       {{"pytest.ini", "[pytest]"}, {"Procfile", "worker: celery\nweb: gunicorn app:app --bind 127.0.0.1:$PORT --log '{level}'\n"}},
       "[suite]\nframework = \"pytest\"\n"
       "[app]\nstart = \"gunicorn app:app --bind 127.0.0.1:{port} --log '{{level}}'\"\nready = { tcp = \"127.0.0.1:{port}\", timeout = "
       "\"60s\" }\n[run]\n"},
      {"ctest",
       {{"CMakeLists.txt", "enable_testing()\n"}, {"build/debug/CTestTestfile.cmake", ""}},
       "[suite]\nframework = \"ctest\"\nbuild_dir = \"build/debug\"\n[run]\n"},
      {"nothing that is known",
       {{"README.md", ""}},
       "[suite]\nframework = \"command\"\ndiscover = \"ls tests\"\nrun = \"tests/{unit}\"\nresults = \"exit-code\"\n[run]\n"},
      {"damaged package.json",
       {{"package.json", "{\"scripts\": "}, {"playwright.config.ts", ""}},
       "[suite]\nframework = \"playwright\"\n[run]\n"},
  };
  return table;
}

TEST(Scaffold, is_what_the_repository_needs) {
  for (const Case& c : cases()) {
    const std::string toml = write_scaffold(make_scaffold(repository(c.files)));
    EXPECT_EQ(settings_of(toml), c.settings) << c.name << "\n" << toml;
  }
}

TEST(Scaffold, is_accepted_by_the_reader_without_a_warning) {
  for (const Case& c : cases()) {
    const std::string toml = write_scaffold(make_scaffold(repository(c.files)));
    const ReadResult result = read_config(toml, "/shop/tamarack.toml");
    EXPECT_TRUE(result.config) << c.name << "\n" << toml << describe(result.problems);
    EXPECT_EQ(describe(result.warnings), "") << c.name;
  }
}

TEST(Scaffold, file_explains_itself) {
  EXPECT_EQ(write_scaffold(make_scaffold(
                repository({{"cypress.config.js", ""}, {"package.json", R"({"scripts": {"start": "node x.js"}})"}, {"compose.yaml", ""}}))),
            R"(# Configuration of Tamarack, first written by `tamarack init`. `tamarack doctor` checks it.
#
# Found here:
# - cypress.config.js: cypress
# - package.json, script 'start': node x.js
#
# To look at before the first run:
# - the adapter for Cypress comes in a later version. Until then every spec runs through `cypress run` on its own, with one result per spec instead of per test
# - check that the application listens on the port in the environment variable PORT (script 'start')
# - compose.yaml: services that the application needs (databases, queues) are not started by Tamarack; start them before a run
version = 1
project = "shop"

[suite]
framework = "command"
discover = "find cypress -name '*.cy.*' | sort"   # prints one unit per line
run = "npx cypress run --spec {unit}"   # {unit}: once per unit, {units}: once for several
results = "exit-code"   # or junit:PATH, ctrf:PATH, tap
# The tests find the address of their worker's application in the variable BASE_URL.
env = { CYPRESS_BASE_URL = "http://127.0.0.1:{port}" }

[app]   # every worker starts its own
# {port} and the variable PORT hold the worker's port, {data} a folder of its own.
start = "npm run start"
ready = { tcp = "127.0.0.1:{port}", timeout = "60s" }
# reset = "http:/test/reset"   # brings it back to its first state between units

[run]
# workers = 4        # default "auto": half the logical processors
# retries = 1        # a test that passes on a later try is flaky
# fail_fast = 1      # stop after this many failed tests
# timeout = "1h"     # of the whole run
)");
}

TEST(Scaffold, asks_only_what_is_not_certain_and_follows_the_answers) {
  const RepositoryFacts facts = repository({{"playwright.config.ts", ""}, {"pytest.ini", ""}});
  const Scaffold first = make_scaffold(facts);
  ASSERT_EQ(first.questions.size(), 2u);
  EXPECT_EQ(first.questions[0].id, "framework");
  EXPECT_THAT(first.questions[0].choices, testing::ElementsAre("playwright", "pytest"));
  EXPECT_EQ(first.questions[1].default_answer, "none");

  const Scaffold second = make_scaffold(facts, {{{"framework", "pytest"}, {"app_start", "serve --port {port}"}}});
  EXPECT_EQ(second.framework, "pytest");
  ASSERT_EQ(second.questions.size(), 1u);  // an application was named, so its readiness is the next question
  EXPECT_EQ(second.questions[0].id, "app_ready");

  const Scaffold third = make_scaffold(facts, {{{"framework", "pytest"}, {"app_start", "serve --port {port}"}, {"app_ready", "/up"}}});
  EXPECT_TRUE(third.questions.empty());
  EXPECT_EQ(third.ready_http, "/up");
}

TEST(Scaffold, none_means_that_the_application_runs_elsewhere) {
  const RepositoryFacts facts = repository({{"playwright.config.ts", ""}, {"package.json", R"({"scripts": {"start": "node x.js"}})"}});
  EXPECT_EQ(make_scaffold(facts, {{{"app_start", "none"}}}).app_start, "");
}

RC_GTEST_PROP(Scaffold, survives_any_file_contents, (const std::string& text, const std::string& name)) {
  const std::map<std::string, std::string> files{
      {"package.json", text},         {"Procfile", "web: " + text},         {"pyproject.toml", text},
      {"playwright.config.ts", text}, {"app/main.py", text + "= FastAPI("}, {name, text}};
  RepositoryFacts facts = repository(files);
  facts.name = "shop";
  RC_ASSERT(!write_scaffold(make_scaffold(facts)).empty());
}

}  // namespace
}  // namespace tamarack::config
