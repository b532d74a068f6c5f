#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/repository_view.h"

namespace tamarack::config {
namespace {

struct Candidate {
  std::string name;  // what a person calls it; wdio and cypress run as `command`
  std::string dir;
  std::string evidence;
};

constexpr std::string_view cypress = "cypress";
constexpr std::string_view wdio = "wdio";

std::optional<Candidate> by_file(const RepositoryView& view, std::string_view name, const std::vector<std::string_view>& files) {
  const std::optional<std::string> path = view.shallowest(files);
  if (!path) return std::nullopt;
  return Candidate{std::string(name), folder_of_path(*path), *path};
}

std::optional<Candidate> by_package(const RepositoryView& view, std::string_view name, const std::vector<std::string_view>& dependencies) {
  for (const std::string_view dependency : dependencies)
    if (const Package* package = view.package_with(dependency))
      return Candidate{std::string(name), package->dir, fmt::format("{} in {}", dependency, path_in(package->dir, "package.json"))};
  return std::nullopt;
}

std::optional<Candidate> find_pytest(const RepositoryView& view) {
  if (auto found = by_file(view, "pytest", {"pytest.ini"})) return found;
  for (const auto& [path, text] : view.facts().texts) {
    const std::string name = name_of_path(path);
    const bool configured = (name == "pyproject.toml" && text.find("[tool.pytest") != std::string::npos) ||
                            (name == "setup.cfg" && text.find("[tool:pytest]") != std::string::npos) ||
                            (name == "tox.ini" && text.find("[pytest]") != std::string::npos);
    if (configured) return Candidate{"pytest", folder_of_path(path), path};
  }
  if (view.shallowest({"conftest.py"})) {
    // The tests are run from the root of their project, not from the folder of conftest.py.
    const std::optional<std::string> root = view.shallowest({"requirements.txt", "pyproject.toml", "setup.py", "Pipfile"});
    return Candidate{"pytest", root ? folder_of_path(*root) : ".", *view.shallowest({"conftest.py"})};
  }
  if (view.python_requires("pytest")) return Candidate{"pytest", ".", "pytest in the Python requirements"};
  // pytest's own naming rule; without any other sign it is the likeliest reading of such a file.
  for (const std::string& path : view.facts().files) {
    const std::string name = name_of_path(path);
    if (name.ends_with("_test.py") || (name.starts_with("test_") && name.ends_with(".py"))) return Candidate{"pytest", ".", path};
  }
  return std::nullopt;
}

std::optional<Candidate> find_ctest(const RepositoryView& view) {
  std::optional<std::string> best;
  for (const auto& [path, text] : view.facts().texts) {
    if (name_of_path(path) != "CMakeLists.txt") continue;
    for (const std::string_view sign : {"enable_testing", "add_test", "gtest_discover_tests", "include(CTest"})
      if (text.find(sign) != std::string::npos && (!best || path.size() < best->size())) best = path;
  }
  if (!best) return std::nullopt;
  return Candidate{"ctest", ".", *best};
}

// Suites that drive a browser come first: they are what takes long.
std::vector<Candidate> find_candidates(const RepositoryView& view) {
  std::vector<Candidate> candidates;
  const auto add = [&](std::optional<Candidate> candidate) {
    if (!candidate) return;
    const bool known = std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& c) { return c.name == candidate->name; });
    if (!known) candidates.push_back(std::move(*candidate));
  };
  add(by_file(view, "playwright", {"playwright.config."}));
  add(by_package(view, "playwright", {"@playwright/test"}));
  add(by_file(view, cypress, {"cypress.config.", "cypress.json"}));
  add(by_package(view, cypress, {"cypress"}));
  add(by_file(view, wdio, {"wdio.conf."}));
  add(by_package(view, wdio, {"@wdio/cli"}));
  add(by_file(view, "mocha", {".mocharc."}));
  add(by_package(view, "mocha", {"mocha"}));
  add(find_pytest(view));
  add(find_ctest(view));
  return candidates;
}

void set_playwright(const RepositoryView& view, const Candidate& candidate, Scaffold& scaffold) {
  const std::optional<std::string> path = view.shallowest({"playwright.config."});
  if (!path) return;
  scaffold.suite_dir = candidate.dir;
  if (view.text(*path).find("webServer") != std::string_view::npos)
    scaffold.notes.push_back(
        fmt::format("{} starts the application itself (webServer). With [app] Tamarack starts one per worker: take webServer out, or set "
                    "reuseExistingServer, and let baseURL read process.env.BASE_URL",
                    *path));
}

void set_cypress(const RepositoryView&, const Candidate&, Scaffold& scaffold) {
  scaffold.framework = "command";
  scaffold.discover = "find cypress -name '*.cy.*' | sort";
  scaffold.run = "npx cypress run --spec {unit}";
  scaffold.notes.push_back(
      "the adapter for Cypress comes in a later version. Until then every spec runs through `cypress run` on its own, with one result per "
      "spec "
      "instead of per test");
}

void set_wdio(const RepositoryView& view, const Candidate& candidate, Scaffold& scaffold) {
  scaffold.framework = "command";
  const std::optional<std::string> path = view.shallowest({"wdio.conf."});
  const std::string config = path && folder_of_path(*path) == candidate.dir ? name_of_path(*path) : "wdio.conf.js";
  scaffold.discover = "find test -name '*.e2e.*' -o -name '*.spec.*' -o -name '*.test.*' | sort";
  scaffold.run = fmt::format("npx wdio run {} --spec {{unit}}", config);
  scaffold.notes.push_back(
      "WebdriverIO's own runner gives one result per spec file. Suites that call webdriverio from Mocha can use framework = \"mocha\" and "
      "get one "
      "result per test");
}

bool is_javascript_test(std::string_view name) {
  for (const std::string_view kind : {".spec.", ".test.", ".e2e."})
    for (const std::string_view extension : {"js", "mjs", "cjs", "ts"})
      if (name.ends_with(std::string(kind) + std::string(extension))) return true;
  return false;
}

void set_mocha(const RepositoryView& view, const Candidate& candidate, Scaffold& scaffold) {
  if (view.shallowest({".mocharc."})) return;  // says where the specs are
  const std::string prefix = candidate.dir == "." ? "" : candidate.dir + "/";
  std::vector<std::string> patterns;
  for (const std::string& path : view.facts().files) {
    if (!path.starts_with(prefix) || !is_javascript_test(path)) continue;
    const std::string inside = path.substr(prefix.size());
    const std::string top = inside.substr(0, inside.find('/'));
    const std::string name = name_of_path(path);
    const std::size_t kind = name.rfind('.', name.rfind('.') - 1);
    const std::string pattern = top == inside ? "*" + name.substr(kind) : top + "/**/*" + name.substr(kind);
    if (std::find(patterns.begin(), patterns.end(), pattern) == patterns.end()) patterns.push_back(pattern);
  }
  std::sort(patterns.begin(), patterns.end());
  constexpr std::size_t patterns_max = 8;
  if (patterns.size() > patterns_max) {
    patterns.resize(patterns_max);
    scaffold.notes.push_back("there are spec files in more folders than [suite] specs names");
  }
  scaffold.specs = std::move(patterns);
}

void set_pytest(const RepositoryView& view, const Candidate& candidate, Scaffold& scaffold) {
  const std::vector<std::pair<std::string, std::string>> starters{{"uv.lock", "uv run pytest"},
                                                                  {"poetry.lock", "poetry run pytest"},
                                                                  {"Pipfile.lock", "pipenv run pytest"},
                                                                  {".venv/bin/python", ".venv/bin/python -m pytest"},
                                                                  {"venv/bin/python", "venv/bin/python -m pytest"}};
  for (const auto& [file, program] : starters) {
    if (!view.has(path_in(candidate.dir, file))) continue;
    scaffold.program = program;
    scaffold.found.push_back(fmt::format("{}: started as `{}`", path_in(candidate.dir, file), program));
    return;
  }
}

void set_ctest(const RepositoryView& view, const Candidate&, Scaffold& scaffold) {
  const std::optional<std::string> built = view.shallowest({"CTestTestfile.cmake"});
  scaffold.build_dir = built ? folder_of_path(*built) : "build";
  if (!built) scaffold.notes.push_back("no build folder with CTestTestfile.cmake was found: configure and build the project before a run");
}

void set_nothing(Scaffold& scaffold) {
  scaffold.framework = "command";
  scaffold.discover = "ls tests";
  scaffold.run = "tests/{unit}";
  scaffold.notes.push_back(
      "no test framework was recognised: write into 'discover' a command that prints one unit per line, and into 'run' the one that runs "
      "it");
}

void set_framework(const RepositoryView& view, const Candidate& candidate, Scaffold& scaffold) {
  scaffold.framework = candidate.name;
  scaffold.suite_dir = candidate.dir;
  if (candidate.name == "playwright")
    set_playwright(view, candidate, scaffold);
  else if (candidate.name == cypress)
    set_cypress(view, candidate, scaffold);
  else if (candidate.name == wdio)
    set_wdio(view, candidate, scaffold);
  else if (candidate.name == "mocha")
    set_mocha(view, candidate, scaffold);
  else if (candidate.name == "pytest")
    set_pytest(view, candidate, scaffold);
  else if (candidate.name == "ctest")
    set_ctest(view, candidate, scaffold);
}

}  // namespace

void find_framework(const RepositoryView& view, const Answers& answers, Scaffold& scaffold) {
  const std::vector<Candidate> candidates = find_candidates(view);
  if (candidates.empty()) return set_nothing(scaffold);
  const Candidate* chosen = &candidates.front();
  Question question{"framework", "Which suite do you want to run?", {}, chosen->name};
  for (const Candidate& candidate : candidates) {
    scaffold.found.push_back(fmt::format("{}: {}", candidate.evidence, candidate.name));
    question.choices.push_back(candidate.name);
    if (const auto given = answers.given.find("framework"); given != answers.given.end() && given->second == candidate.name)
      chosen = &candidate;
  }
  if (candidates.size() > 1) scaffold.questions.push_back(std::move(question));
  set_framework(view, *chosen, scaffold);
}

}  // namespace tamarack::config
