// The keys of tamarack.toml (schema.h). Sections and lookups are in schema.cpp.
#include <string>
#include <vector>

#include "config/flow_keys.h"
#include "config/key_entry.h"
#include "config/schema.h"

namespace tamarack::config {
namespace {

std::vector<Key> top_keys() {
  return {
      key("", "version", Kind::integer, "1", "The version of this file's format.", [](Config& c) -> Slot { return &c.version; })
          .required()
          .within(1, 1),
      key("", "project", Kind::text, "\"shop\"", "The project's name in reports. Unset: the name of the folder of this file.",
          [](Config& c) -> Slot { return &c.project; })
          .within(1, 200),
  };
}

std::vector<Key> suite_keys() {
  return {
      key("suite", "framework", Kind::choice, "\"playwright\"",
          "The test framework. `command` runs anything else, with `discover` and `run`.",
          [](Config& c) -> Slot { return &c.suite.framework; })
          .required()
          .choices({"playwright", "pytest", "mocha", "ctest", "command"}),
      key("suite", "dir", Kind::text, "\"e2e\"", "The folder in which the framework runs, relative to this file.",
          [](Config& c) -> Slot { return &c.suite.dir; })
          .by_default("\".\""),
      key("suite", "config", Kind::text, "\"playwright.ci.config.ts\"",
          "The framework's own configuration file, relative to `dir`. Unset: the framework finds its own.",
          [](Config& c) -> Slot { return &c.suite.config; }),
      key("suite", "args", Kind::list, "[\"--project=chromium\"]", "Arguments that every invocation of the framework gets.",
          [](Config& c) -> Slot { return &c.suite.arguments; })
          .by_default("[]")
          .with(Placeholders::worker),
      key("suite", "env", Kind::environment, "{ BASE_URL = \"http://127.0.0.1:{port}\" }", "Environment variables of the tests.",
          [](Config& c) -> Slot { return &c.suite.env; })
          .with(Placeholders::worker),
      key("suite", "program", Kind::text, "\"poetry run pytest\"",
          "How to start the framework if not in its usual way, as words of a shell.", [](Config& c) -> Slot { return &c.suite.program; }),
      key("suite", "discover", Kind::text, "\"ls tests/*.sh\"", "For `command`: a command that prints one unit per line.",
          [](Config& c) -> Slot { return &c.suite.discover; })
          .with(Placeholders::worker),
      key("suite", "run", Kind::text, "\"sh {unit}\"", "For `command`: the command that runs one unit (`{unit}`) or several (`{units}`).",
          [](Config& c) -> Slot { return &c.suite.run; })
          .with(Placeholders::unit),
      key("suite", "results", Kind::text, "\"junit:{data}/junit.xml\"",
          "For `command`: where the results are. `exit-code` (0 is passed), `junit:PATH`, `ctrf:PATH` or `tap` (on standard "
          "output).",
          [](Config& c) -> Slot { return &c.suite.results; })
          .by_default("\"exit-code\"")
          .with(Placeholders::unit),
      key("suite", "build_dir", Kind::text, "\"build/debug\"", "For `ctest`: the build folder, relative to `dir`.",
          [](Config& c) -> Slot { return &c.suite.build_dir; })
          .by_default("\"build\""),
      key("suite", "specs", Kind::list, "[\"test/e2e/**/*.spec.js\"]",
          "For `mocha`: patterns of the spec files; for `pytest`: files and folders to collect from. Empty: what the framework's own "
          "configuration says.",
          [](Config& c) -> Slot { return &c.suite.specs; })
          .by_default("[]"),
      key("suite", "discover_timeout", Kind::duration, "\"30s\"", "How long listing the tests may take.",
          [](Config& c) -> Slot { return &c.suite.discover_timeout; })
          .by_default("\"2m\"")
          .within(second, hour),
  };
}

std::vector<Key> app_keys() {
  return {
      key("app", "start", Kind::text, "\"npm run start\"",
          "The command that starts the application and stays in the foreground. It gets the worker's port as `{port}` and as "
          "`PORT`.",
          [](Config& c) -> Slot { return &c.app.start; })
          .with(Placeholders::worker),
      key("app", "dir", Kind::text, "\"server\"", "The folder in which it starts, relative to this file.",
          [](Config& c) -> Slot { return &c.app.dir; })
          .by_default("\".\""),
      key("app", "env", Kind::environment, "{ DATABASE = \"{data}/app.db\" }", "Environment variables of the application.",
          [](Config& c) -> Slot { return &c.app.env; })
          .with(Placeholders::worker),
      key("app", "health", Kind::text, "\"/healthz\"",
          "A path on the worker's port, or a URL (`http://…`), that is asked while tests run, so that a dead application is not "
          "mistaken for failing tests. Unset: only the process is watched.",
          [](Config& c) -> Slot { return &c.app.health; })
          .with(Placeholders::worker),
      key("app", "health_interval", Kind::duration, "\"10s\"", "The pause between two health checks.",
          [](Config& c) -> Slot { return &c.app.health_interval; })
          .by_default("\"5s\"")
          .within(100, hour),
      key("app", "reset", Kind::text, "\"http:/test/reset\"",
          "What brings the application back to its first state between units: a command, or `http:PATH` for a POST to the "
          "application.",
          [](Config& c) -> Slot { return &c.app.reset; })
          .with(Placeholders::worker),
      key("app", "stop_timeout", Kind::duration, "\"3s\"",
          "How long the application may take to stop before its whole process tree is killed.",
          [](Config& c) -> Slot { return &c.app.stop_timeout; })
          .by_default("\"10s\"")
          .within(0, hour),
      key("app.ready", "http", Kind::text, "\"/healthz\"",
          "A path on the worker's port, or a URL (`http://…`), that answers with a status below 400.",
          [](Config& c) -> Slot { return &c.app.ready.http; })
          .with(Placeholders::worker),
      key("app.ready", "tcp", Kind::text, "\"127.0.0.1:{port}\"", "`HOST:PORT` that accepts connections.",
          [](Config& c) -> Slot { return &c.app.ready.tcp; })
          .with(Placeholders::worker),
      key("app.ready", "log", Kind::text, "\"listening on\"",
          "A regular expression (ECMAScript) that a line of the application's output matches.",
          [](Config& c) -> Slot { return &c.app.ready.log; })
          .within(1, 1000),
      key("app.ready", "timeout", Kind::duration, "\"90s\"", "How long the application may take until it is ready.",
          [](Config& c) -> Slot { return &c.app.ready.timeout; })
          .by_default("\"1m\"")
          .within(100, hour),
  };
}

std::vector<Key> run_keys() {
  return {
      key("run", "workers", Kind::integer_or_auto, "4",
          "How many workers run tests at the same time. `auto`: half the logical processors, at least 1.",
          [](Config& c) -> Slot { return &c.run.workers; })
          .by_default("\"auto\"")
          .within(1, 512),
      key("run", "policy", Kind::choice, "\"timing\"",
          "Who gets what: `dynamic` hands out the longest units first as workers become free, `timing` splits beforehand by "
          "recorded durations, `count` by number of specs.",
          [](Config& c) -> Slot { return &c.run.policy; })
          .by_default("\"dynamic\"")
          .choices({"dynamic", "timing", "count"}),
      key("run", "retries", Kind::integer, "1", "How often a failed test is tried again. A test that then passes is flaky.",
          [](Config& c) -> Slot { return &c.run.retries; })
          .by_default("0")
          .within(0, 10),
      key("run", "fail_fast", Kind::integer, "1", "Stop the run after this many failed tests; 0 never stops.",
          [](Config& c) -> Slot { return &c.run.fail_fast; })
          .by_default("0")
          .within(0, 1'000'000),
      key("run", "timeout", Kind::duration, "\"1h\"", "How long the whole run may take. Unset: no limit.",
          [](Config& c) -> Slot { return &c.run.timeout; })
          .within(second, 168 * hour),
      key("run", "unit_timeout", Kind::duration, "\"10m\"", "How long one invocation of the framework may take. Unset: no limit.",
          [](Config& c) -> Slot { return &c.run.unit_timeout; })
          .within(100, 168 * hour),
      key("run", "lost_max", Kind::integer, "2", "How many workers a test may take down with it before it is given up as lost.",
          [](Config& c) -> Slot { return &c.run.lost_max; })
          .by_default("3")
          .within(1, 100),
      key("run", "quarantine_max", Kind::integer, "10",
          "How many tests `[[quarantine]]` may hold. One more is a mistake in this file, so that the list cannot grow unseen.",
          [](Config& c) -> Slot { return &c.run.quarantine_max; })
          .by_default("50")
          .within(0, 1'000),
  };
}

std::vector<Key> rule_keys() {
  return {
      key("lock", "name", Kind::text, "\"payments\"", "The lock. Several rules may name the same one.",
          [](Config& c) -> Slot { return &c.locks.back().name; })
          .required()
          .within(1, 100),
      key("lock", "tag", Kind::text, "\"payment\"", "Tests with this tag, without `@`.",
          [](Config& c) -> Slot { return &c.locks.back().tag; })
          .within(1, 200),
      key("lock", "match", Kind::text, "\"billing/**\"",
          "Specs whose path matches this pattern: `*` and `?` stay inside a folder, `**` crosses folders.",
          [](Config& c) -> Slot { return &c.locks.back().match; }),
      key("cap", "name", Kind::text, "\"uploads\"", "The name under which the cap is shown.",
          [](Config& c) -> Slot { return &c.caps.back().name; })
          .required()
          .within(1, 100),
      key("cap", "tag", Kind::text, "\"upload\"", "Tests with this tag, without `@`.", [](Config& c) -> Slot { return &c.caps.back().tag; })
          .within(1, 200),
      key("cap", "match", Kind::text, "\"uploads/**\"", "Specs whose path matches this pattern.",
          [](Config& c) -> Slot { return &c.caps.back().match; }),
      key("cap", "max", Kind::integer, "2", "How many of them run at once.", [](Config& c) -> Slot { return &c.caps.back().max; })
          .required()
          .within(1, 512),
      key("together", "match", Kind::text, "\"wizard/**\"", "Specs whose path matches this pattern.",
          [](Config& c) -> Slot { return &c.together.back().match; })
          .required(),
      key("order", "before", Kind::text, "\"setup/**\"", "Specs that run first.", [](Config& c) -> Slot { return &c.order.back().before; })
          .required(),
      key("order", "after", Kind::text, "\"reports/**\"", "Specs that wait for them.",
          [](Config& c) -> Slot { return &c.order.back().after; })
          .required(),
      key("quarantine", "test", Kind::text, "\"cart.spec.ts › keeps the cart\"", "The test's id, or a part of `SPEC › TITLE`.",
          [](Config& c) -> Slot { return &c.quarantine.back().test; })
          .required(),
      key("quarantine", "owner", Kind::text, "\"team-checkout\"", "Who is going to repair it.",
          [](Config& c) -> Slot { return &c.quarantine.back().owner; })
          .required()
          .within(1, 200),
      key("quarantine", "reason", Kind::text, "\"races with the price service\"", "Why it is here, with a link if there is one.",
          [](Config& c) -> Slot { return &c.quarantine.back().reason; })
          .required(),
      key("quarantine", "expires", Kind::date, "\"2027-01-31\"",
          "The last day of the entry. Afterwards the test counts again, and every run says so.",
          [](Config& c) -> Slot { return &c.quarantine.back().expires; })
          .required(),
  };
}

std::vector<Key> output_keys() {
  return {
      key("artifacts", "watch", Kind::list, "[\"screenshots/**/*.png\"]",
          "Patterns of files to keep, relative to `suite.dir`, beside what the framework reports itself.",
          [](Config& c) -> Slot { return &c.artifacts.watch; })
          .by_default("[]"),
      key("artifacts", "settle", Kind::duration, "\"1s\"", "How long a file must stay unchanged before it is stored.",
          [](Config& c) -> Slot { return &c.artifacts.settle; })
          .by_default("\"400ms\"")
          .within(0, 60 * second),
      key("artifacts", "bytes_max", Kind::size, "\"500MB\"",
          "How much one run may store. What comes after is dropped, and the report says so.",
          [](Config& c) -> Slot { return &c.artifacts.bytes_max; })
          .by_default("\"2GB\"")
          .within(0, 1'000'000'000'000'000),
      key("report", "junit", Kind::text, "\"reports/junit.xml\"", "A copy of `junit.xml`, relative to this file.",
          [](Config& c) -> Slot { return &c.report.junit; }),
      key("report", "ctrf", Kind::text, "\"reports/ctrf.json\"", "A copy of `ctrf.json`, relative to this file.",
          [](Config& c) -> Slot { return &c.report.ctrf; }),
      key("report", "html", Kind::text, "\"reports/report.html\"", "A copy of `report.html`, relative to this file.",
          [](Config& c) -> Slot { return &c.report.html; }),
  };
}

std::vector<Key> workspace_keys() {
  return {
      key("workspace", "include", Kind::list, "[\"dist/**\"]",
          "Patterns of files that travel although git ignores them, such as a finished build. One that names or matches a folder stands "
          "for everything in it.",
          [](Config& c) -> Slot { return &c.workspace.include; })
          .by_default("[]"),
      key("workspace", "exclude", Kind::list, "[\"videos/**\"]",
          "Patterns of files that stay at home, also when git tracks them or `include` matches them.",
          [](Config& c) -> Slot { return &c.workspace.exclude; })
          .by_default("[]"),
      key("workspace", "setup", Kind::text, "\"npm ci\"",
          "A command that an agent runs in the folder after unpacking it, and again only when the command, an input or the platform "
          "has changed.",
          [](Config& c) -> Slot { return &c.workspace.setup; }),
      key("workspace", "setup_inputs", Kind::list, "[\"package-lock.json\", \"patches/**\"]",
          "Patterns of files whose content decides whether `setup` must run again, beside files that the command itself names. If "
          "nothing matches, every change counts.",
          [](Config& c) -> Slot { return &c.workspace.setup_inputs; })
          .by_default("[\"**/package-lock.json\", \"**/npm-shrinkwrap.json\", \"**/yarn.lock\", \"**/pnpm-lock.yaml\", "
                      "\"**/bun.lock\", \"**/requirements*.txt\", \"**/poetry.lock\", \"**/uv.lock\", \"**/Pipfile.lock\", "
                      "\"**/Gemfile.lock\", \"**/composer.lock\", \"**/go.sum\", \"**/Cargo.lock\"]"),
      key("workspace", "bytes_max", Kind::size, "\"500MB\"",
          "How large the files that travel may be together. Above it the run does not start, and the largest folders are named.",
          [](Config& c) -> Slot { return &c.workspace.bytes_max; })
          .by_default("\"2GB\"")
          .within(1, 1'000'000'000'000'000),
  };
}

}  // namespace

std::span<const Key> keys() {
  static const std::vector<Key> table = [] {
    std::vector<Key> all;
    for (const std::vector<Key>& part :
         {top_keys(), suite_keys(), app_keys(), run_keys(), rule_keys(), flow_keys(), output_keys(), workspace_keys()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return table;
}

}  // namespace tamarack::config
