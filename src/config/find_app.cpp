#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/repository_view.h"

namespace tamarack::config {
namespace {

struct AppCommand {
  std::string start;
  std::string dir = ".";
  std::map<std::string, std::string> env;
  bool is_web_page = false;  // answers GET / with a page
  std::string evidence;
  std::string note;
};

// How the usual development servers are told their port. They ignore PORT, so a flag is the only way.
struct ServerTool {
  std::string_view command;  // first words of the script
  std::string_view flags;
};
constexpr std::array server_tools{
    ServerTool{"vite", "--port {port} --strictPort --host 127.0.0.1"},
    ServerTool{"next", "-p {port}"},
    ServerTool{"nuxt", "--port {port}"},
    ServerTool{"astro", "--port {port}"},
    ServerTool{"ng serve", "--port {port}"},
    ServerTool{"vue-cli-service serve", "--port {port}"},
    ServerTool{"webpack serve", "--port {port}"},
    ServerTool{"webpack-dev-server", "--port {port}"},
    ServerTool{"remix", "--port {port}"},
    ServerTool{"gatsby", "-p {port}"},
    ServerTool{"parcel", "--port {port}"},
    ServerTool{"http-server", "-p {port}"},
    ServerTool{"serve", "-l {port}"},
    ServerTool{"json-server", "--port {port}"},
};

// Braces that stand in the project's own commands are not placeholders of ours.
std::string escaped(std::string_view command) {
  std::string out;
  for (std::size_t i = 0; i < command.size(); ++i) {
    std::size_t end = i + 1;
    while (end < command.size() && ((command[end] >= 'a' && command[end] <= 'z') || command[end] == '_')) ++end;
    const bool word = command[i] == '{' && end > i + 1 && end < command.size() && command[end] == '}' && (i == 0 || command[i - 1] != '$');
    if (!word) {
      out += command[i];
      continue;
    }
    out += "{" + std::string(command.substr(i, end + 1 - i)) + "}";
    i = end;
  }
  return out;
}

bool is_number(std::string_view text) {
  return parse_integer(text).has_value();
}

// A port that is written into a command: "--port 3000", "--port=3000", "-p 3000", "-l 3000". Gives the command with {port} in its place.
std::optional<std::string> with_port_placeholder(std::string_view command) {
  std::vector<std::string> words = split(command, ' ');
  bool replaced = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool flag_before =
        i > 0 && (words[i - 1] == "--port" || words[i - 1] == "-p" || words[i - 1] == "-l" || words[i - 1] == "--listen");
    if (flag_before && is_number(words[i])) {
      words[i] = "{port}";
      replaced = true;
    } else if (words[i].starts_with("--port=") && is_number(words[i].substr(7))) {
      words[i] = "--port={port}";
      replaced = true;
    }
  }
  if (!replaced) return std::nullopt;
  return join(words, " ");
}

// "PORT=3000 NODE_ENV=test node x": the assignments in front.
std::map<std::string, std::string> take_assignments(std::string_view& command) {
  std::map<std::string, std::string> env;
  command = trim(command);
  if (command.starts_with("cross-env ")) command = trim(command.substr(10));
  while (true) {
    const std::string_view word = command.substr(0, command.find(' '));
    const std::size_t equals = word.find('=');
    const bool name = equals != std::string_view::npos && equals > 0 &&
                      std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                                  [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
    if (!name || word.size() == command.size()) return env;
    env.emplace(word.substr(0, equals), word.substr(equals + 1));
    command = trim(command.substr(word.size()));
  }
}

struct PackageRunner {
  std::string run;        // "npm run"
  std::string separator;  // between script and its own flags
};

PackageRunner runner_of(const RepositoryView& view, std::string_view dir) {
  for (const std::string& folder : {std::string(dir), std::string(".")}) {  // in a workspace the lock file lies at the top
    if (view.has(path_in(folder, "pnpm-lock.yaml"))) return {"pnpm run", " "};
    if (view.has(path_in(folder, "yarn.lock"))) return {"yarn run", " "};
    if (view.has(path_in(folder, "bun.lockb")) || view.has(path_in(folder, "bun.lock"))) return {"bun run", " "};
    if (view.has(path_in(folder, "package-lock.json"))) break;
  }
  return {"npm run", " -- "};
}

bool reads_port_variable(const RepositoryView& view) {
  for (const auto& [path, text] : view.facts().texts)
    if (text.find("env.PORT") != std::string::npos || text.find("environ[\"PORT\"]") != std::string::npos ||
        text.find("environ.get(\"PORT\"") != std::string::npos || text.find("getenv(\"PORT\"") != std::string::npos)
      return true;
  return false;
}

AppCommand from_script(const RepositoryView& view, const Package& package, const std::string& name) {
  AppCommand app{.start = {}, .dir = package.dir, .env = {}, .is_web_page = false, .evidence = {}, .note = {}};
  const std::string& script = package.scripts.at(name);
  app.evidence = fmt::format("{}, script '{}': {}", path_in(package.dir, "package.json"), name, script);
  const PackageRunner runner = runner_of(view, package.dir);
  std::string_view command = script;
  const std::map<std::string, std::string> assignments = take_assignments(command);
  const bool simple = command.find_first_of("&|;<>$") == std::string_view::npos;  // not several commands
  std::string_view bare = command;
  if (bare.starts_with("npx ")) bare = trim(bare.substr(4));

  if (assignments.contains("PORT") && simple) {
    app.env = assignments;
    app.env["PORT"] = "{port}";
    for (auto& [variable, value] : app.env)
      if (variable != "PORT") value = escaped(value);
    app.start = fmt::format("npx {}", escaped(bare));
    if (bare.starts_with("node ")) app.start = escaped(bare);
    app.note = fmt::format("script '{}' sets PORT itself, so its command stands in 'start' directly", name);
    return app;
  }
  if (bare.starts_with("react-scripts start")) {
    app.start = fmt::format("{} {}", runner.run, name);
    app.env = {{"BROWSER", "none"}};
    app.is_web_page = true;
    return app;
  }
  for (const ServerTool& tool : server_tools) {
    if (!(bare == tool.command || bare.starts_with(std::string(tool.command) + " ")) || !simple) continue;
    app.is_web_page = tool.command != "json-server";
    const std::optional<std::string> replaced = with_port_placeholder(escaped(bare));
    app.start = replaced ? fmt::format("npx {}", *replaced) : fmt::format("{} {}{}{}", runner.run, name, runner.separator, tool.flags);
    if (replaced) app.note = fmt::format("script '{}' names a port, so its command stands in 'start' with {{port}} instead", name);
    return app;
  }
  app.start = fmt::format("{} {}", runner.run, name);
  app.note = reads_port_variable(view)
                 ? ""
                 : fmt::format("check that the application listens on the port in the environment variable PORT (script '{}')", name);
  return app;
}

// Playwright's own webServer is the best witness of how the application is started: webServer: { command: 'npm run start', … }.
std::string web_server_command(const RepositoryView& view) {
  const std::optional<std::string> path = view.shallowest({"playwright.config."});
  const std::string_view text = path ? view.text(*path) : std::string_view{};
  const std::size_t server = text.find("webServer");
  const std::size_t key = server == std::string_view::npos ? server : text.find("command:", server);
  if (key == std::string_view::npos) return {};
  const std::string_view rest = trim(text.substr(key + 8, 300));
  if (rest.empty() || std::string_view("'\"`").find(rest.front()) == std::string_view::npos) return {};
  const std::size_t end = rest.find(rest.front(), 1);
  return end == std::string_view::npos ? "" : std::string(rest.substr(1, end - 1));
}

std::optional<AppCommand> from_web_server(const RepositoryView& view) {
  const std::string command = web_server_command(view);
  if (command.empty() || command.find("${") != std::string::npos) return std::nullopt;
  const std::string dir = folder_of_path(*view.shallowest({"playwright.config."}));
  for (const std::string_view prefix : {"npm run ", "pnpm run ", "yarn run ", "bun run ", "pnpm ", "yarn ", "npm "}) {
    if (!command.starts_with(prefix)) continue;
    const std::string script = command.substr(prefix.size());
    for (const std::string& folder : {dir, std::string(".")})
      if (const Package* package = view.package_in(folder); package && package->scripts.contains(script))
        return from_script(view, *package, script);
  }
  AppCommand app{.start = escaped(command),
                 .dir = dir,
                 .env = {},
                 .is_web_page = true,
                 .evidence = "webServer in the Playwright configuration: " + command,
                 .note = {}};
  if (const auto replaced = with_port_placeholder(app.start))
    app.start = *replaced;
  else
    app.note = "check that the application listens on the port in the environment variable PORT";
  return app;
}

std::optional<AppCommand> from_procfile(const RepositoryView& view) {
  const std::optional<std::string> path = view.shallowest({"Procfile"});
  if (!path) return std::nullopt;
  for (const std::string& line : split_lines(view.text(*path))) {
    if (!line.starts_with("web:")) continue;
    std::string command = escaped(trim(std::string_view(line).substr(4)));
    command = replace_all(replace_all(std::move(command), "${PORT}", "{port}"), "$PORT", "{port}");
    return AppCommand{.start = command,
                      .dir = folder_of_path(*path),
                      .env = {},
                      .is_web_page = false,
                      .evidence = fmt::format("{}: {}", *path, line),
                      .note = {}};
  }
  return std::nullopt;
}

std::optional<AppCommand> from_packages(const RepositoryView& view) {
  for (const std::string_view name : {"start", "serve", "preview", "dev"})
    for (const Package& package : view.packages()) {
      const auto script = package.scripts.find(std::string(name));
      if (script == package.scripts.end()) continue;
      const bool starts_tests = contains_ignoring_case(script->second, "cypress") || contains_ignoring_case(script->second, "playwright");
      if (!starts_tests) return from_script(view, package, script->first);
    }
  return std::nullopt;
}

// "app = FastAPI(" at the start of a line: the name before '='.
std::string variable_made_by(std::string_view text, std::string_view constructor) {
  for (const std::string& line : split_lines(text)) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos || !trim(std::string_view(line).substr(equals + 1)).starts_with(constructor)) continue;
    std::string name(trim(std::string_view(line).substr(0, equals)));
    name = name.substr(0, name.find(':'));  // "app: FastAPI = FastAPI("
    const bool plain = !name.empty() && line.front() == name.front() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (plain) return name;
  }
  return {};
}

std::string module_of(std::string_view path) {
  std::string module = replace_all(std::string(path.substr(0, path.size() - 3)), "/", ".");
  if (module.ends_with(".__init__")) module.resize(module.size() - 9);
  return module;
}

std::optional<AppCommand> from_python(const RepositoryView& view) {
  if (const auto manage = view.shallowest({"manage.py"}))
    return AppCommand{.start = "python3 manage.py runserver --noreload 127.0.0.1:{port}",
                      .dir = folder_of_path(*manage),
                      .env = {},
                      .is_web_page = false,
                      .evidence = *manage + ": Django",
                      .note = {}};
  for (const auto& [path, text] : view.facts().texts) {
    if (!path.ends_with(".py")) continue;
    if (const std::string name = variable_made_by(text, "FastAPI("); !name.empty())
      return AppCommand{.start = fmt::format("python3 -m uvicorn {}:{} --host 127.0.0.1 --port {{port}}", module_of(path), name),
                        .dir = ".",
                        .env = {},
                        .is_web_page = false,
                        .evidence = path + ": FastAPI",
                        .note = {}};
    if (const std::string name = variable_made_by(text, "Flask("); !name.empty())
      return AppCommand{.start = fmt::format("python3 -m flask --app {}:{} run --port {{port}}", module_of(path), name),
                        .dir = ".",
                        .env = {},
                        .is_web_page = false,
                        .evidence = path + ": Flask",
                        .note = {}};
  }
  return std::nullopt;
}

// A path for health checks that some server file names.
std::string health_path(const RepositoryView& view) {
  for (const std::string_view path : {"/healthz", "/api/healthz", "/health", "/api/health", "/livez", "/readyz"})
    for (const auto& [file, text] : view.facts().texts)
      for (const char quote : {'"', '\'', '`'})
        if (text.find(fmt::format("{}{}{}", quote, path, quote)) != std::string::npos) return std::string(path);
  return {};
}

// The variable from which the tests take the application's address: what the framework's configuration reads, else a usual name.
std::string address_variable(const RepositoryView& view, const Scaffold& scaffold) {
  if (scaffold.run.find("cypress") != std::string::npos) return "CYPRESS_BASE_URL";
  if (scaffold.framework == "pytest" && (view.python_requires("pytest-playwright") || view.python_requires("pytest-base-url")))
    return "PYTEST_BASE_URL";
  if (const auto path = view.shallowest({"playwright.config."})) {
    const std::string_view text = view.text(*path);
    const std::size_t key = text.find("baseURL");
    const std::string_view line = key == std::string_view::npos ? "" : text.substr(key, text.find('\n', key) - key);
    constexpr std::string_view access = "process.env.";
    if (const std::size_t at = line.find(access); at != std::string_view::npos) {
      std::string name;
      for (std::size_t i = at + access.size();
           i < line.size() && ((line[i] >= 'A' && line[i] <= 'Z') || (line[i] >= '0' && line[i] <= '9') || line[i] == '_'); ++i)
        name += line[i];
      if (!name.empty()) return name;
    }
  }
  return "BASE_URL";
}

void add_service_notes(const RepositoryView& view, Scaffold& scaffold) {
  if (const auto compose = view.shallowest({"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}))
    scaffold.notes.push_back(fmt::format(
        "{}: services that the application needs (databases, queues) are not started by Tamarack; start them before a run", *compose));
  if (scaffold.app_start.empty())
    if (const auto docker = view.shallowest({"Dockerfile"}))
      scaffold.notes.push_back(
          fmt::format("{}: an image can be started with [app] start = \"docker run --rm -p {{port}}:PORT IMAGE\"", *docker));
}

std::string given(const Answers& answers, const std::string& id, std::string otherwise) {
  const auto found = answers.given.find(id);
  if (found == answers.given.end()) return otherwise;
  return found->second == "none" ? std::string{} : found->second;
}

}  // namespace

void find_app(const RepositoryView& view, const Answers& answers, Scaffold& scaffold) {
  if (scaffold.framework == "ctest") return;  // unit tests of a native project bring what they need
  std::optional<AppCommand> app = from_web_server(view);
  for (const auto& look : {from_procfile, from_packages, from_python})
    if (!app) app = look(view);
  scaffold.questions.push_back({"app_start", "How is the application started? (none: it runs elsewhere)", {}, app ? app->start : "none"});
  scaffold.app_start = given(answers, "app_start", app ? app->start : "");
  if (scaffold.app_start.empty()) return add_service_notes(view, scaffold);

  if (app) {
    scaffold.app_dir = app->dir;
    scaffold.app_env = app->env;
    scaffold.found.push_back(app->evidence);
    if (!app->note.empty() && scaffold.app_start == app->start) scaffold.notes.push_back(app->note);
  }
  const std::string health = health_path(view);
  std::string ready = !health.empty() ? health : app && app->is_web_page ? "/" : "tcp";
  scaffold.questions.push_back({"app_ready", "Which path answers when it is ready? (tcp: an open port is enough)", {}, ready});
  ready = given(answers, "app_ready", ready);
  if (ready.starts_with('/'))
    scaffold.ready_http = ready;
  else
    scaffold.ready_tcp = "127.0.0.1:{port}";
  // BASE_URL is set by every worker anyway.
  if (const std::string variable = address_variable(view, scaffold); variable != "BASE_URL")
    scaffold.suite_env[variable] = "http://127.0.0.1:{port}";
  add_service_notes(view, scaffold);
}

}  // namespace tamarack::config
