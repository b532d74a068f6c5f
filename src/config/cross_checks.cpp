#include "config/cross_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "base/text.h"
#include "config/placeholder.h"
#include "config/schema.h"

namespace tamarack::config {
namespace {

// An address of this machine with its port written out; "/path" and "{port}" are the worker's own.
bool is_fixed_local_address(std::string_view address) {
  if (address.empty() || address.starts_with('/') || address.find("{port}") != std::string_view::npos) return false;
  constexpr std::string_view scheme = "http://";
  if (address.starts_with(scheme)) address.remove_prefix(scheme.size());
  const std::string_view host = address.substr(0, address.starts_with('[') ? address.find(']') + 1 : address.find_first_of(":/"));
  return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "0.0.0.0" || host == "[::1]" ||
         host == "[::]";
}

class Checker {
 public:
  Checker(const Config& config, const Positions& positions) : config_(config), positions_(positions) {}

  CrossFindings run() && {
    check_command();
    check_results();
    check_unused_suite_keys();
    check_app();
    check_ready();
    check_paths();
    check_workspace();
    check_order();
    check_quarantine();
    return std::move(findings_);
  }

 private:
  bool has(const std::string& key) const { return positions_.contains(key); }

  // The position of the key, else of its section, else the start of the file.
  Position where(const std::string& key) const {
    for (const std::string& name : {key, key.substr(0, key.rfind('.'))})
      if (const auto found = positions_.find(name); found != positions_.end()) return found->second;
    return {};
  }

  void problem(const std::string& key, std::string message, std::string hint = {}) {
    findings_.problems.push_back({where(key), std::move(message), std::move(hint)});
  }

  void check_command() {
    if (config_.suite.framework != "command") return;
    // A key that is in the file but has no value was wrong by itself and is already named.
    if (!has("suite.discover"))
      problem("suite.discover", "missing key 'discover' in [suite], framework \"command\" needs a command that prints one unit per line",
              "for example discover = \"ls tests/*.sh\"");
    if (!has("suite.run")) {
      problem("suite.run", "missing key 'run' in [suite], framework \"command\" needs a command with {unit} or {units}",
              "for example run = \"sh {unit}\"");
      return;
    }
    if (config_.suite.run.empty()) return;
    const std::vector<std::string> words = placeholders_in(config_.suite.run);
    const bool one = std::find(words.begin(), words.end(), "unit") != words.end();
    const bool many = std::find(words.begin(), words.end(), "units") != words.end();
    if (!one && !many)
      problem("suite.run", fmt::format("'run' in [suite] must contain {{unit}} or {{units}}, got '{}'", config_.suite.run),
              "{unit} starts the command once per unit, {units} once for several");
    if (one && many)
      problem("suite.run", "'run' in [suite] must contain either {unit} or {units}, got both",
              "{unit} starts the command once per unit, {units} once for several");
  }

  void check_results() {
    const std::string& results = config_.suite.results;
    const bool with_path = results.starts_with("junit:") || results.starts_with("ctrf:");
    if (with_path && !trim(results.substr(results.find(':') + 1)).empty()) return;
    if (results == "exit-code" || results == "tap") return;
    const std::vector<std::string> known{"exit-code", "tap", "junit:PATH", "ctrf:PATH"};
    std::string hint = "put the path of the report after the colon, for example \"junit:{data}/junit.xml\"";
    if (!with_path) {
      const std::optional<std::string> meant = closest(results, known);
      hint = results == "junit" || results == "ctrf" ? fmt::format("add the path of the report: \"{}:{{data}}/report\"", results)
             : meant                                 ? fmt::format("did you mean \"{}\"?", *meant)
                                                     : std::string{};
    }
    problem("suite.results", fmt::format("'results' in [suite] must be one of {}, got '{}'", join(known, ", "), results), hint);
  }

  // A setting of another framework would be ignored silently; its author believes that it works.
  void check_unused_suite_keys() {
    static const std::multimap<std::string, std::string> owner{{"discover", "command"}, {"run", "command"}, {"results", "command"},
                                                               {"build_dir", "ctest"},  {"specs", "mocha"}, {"specs", "pytest"}};
    if (config_.suite.framework.empty()) return;
    for (const auto& [key, framework] : owner) {
      const auto [first, last] = owner.equal_range(key);
      const bool owned = std::any_of(first, last, [&](const auto& one) { return one.second == config_.suite.framework; });
      if (owned || !has("suite." + key) || framework != first->second) continue;
      std::vector<std::string> owners;
      for (auto one = first; one != last; ++one) owners.push_back(fmt::format("\"{}\"", one->second));
      findings_.warnings.push_back({where("suite." + key),
                                    fmt::format("'{}' in [suite] has no effect with framework \"{}\", it belongs to {}", key,
                                                config_.suite.framework, join(owners, " and ")),
                                    fmt::format("remove the line, or set framework = {}", join(owners, " or "))});
    }
  }

  void check_app() {
    if (has("app.start")) return;
    std::string first;
    for (const auto& [name, position] : positions_)
      if (name.starts_with("app") && name != "app" && (first.empty() || position < positions_.at(first))) first = name;
    if (first.empty()) return;
    problem(first, fmt::format("[app] needs 'start' because it sets '{}'", first.substr(first.find('.') + 1)),
            "add the command that starts the application, or remove [app] if it runs elsewhere");
  }

  void check_address(const std::string& key, const std::string& value, std::string_view name) {
    if (value.empty() || value.starts_with("/") || value.starts_with("http://")) return;
    problem(
        key, fmt::format("{} must be a path that begins with '/' or an http:// URL, got '{}'", name, value),
        value.find("://") != std::string::npos ? "the application is asked over plain HTTP" : fmt::format("did you mean '/{}'?", value));
  }

  void check_ready() {
    const Ready& ready = config_.app.ready;
    check_address("app.ready.http", ready.http, "'http' in [app.ready]");
    check_address("app.health", config_.app.health, "'health' in [app]");
    check_reset(config_.app.reset);
    check_tcp(ready.tcp);
    check_log(ready.log);
    if (const auto shared = shared_ready_address(config_, config_.run.workers)) problem(shared->key, shared->message, shared->hint);
  }

  void check_reset(const std::string& reset) {
    const bool is_address = reset.starts_with("http:") || reset.starts_with("https:");
    if (!is_address || (reset.starts_with("http:/") && !reset.starts_with("http://"))) return;
    problem("app.reset", fmt::format("'reset' in [app] must be a command or http:PATH, got '{}'", reset),
            "the path is on the worker's own application, for example \"http:/test/reset\"");
  }

  void check_tcp(const std::string& address) {
    if (address.empty()) return;
    const std::size_t colon = address.rfind(':');
    const std::string port = colon == std::string::npos ? "" : address.substr(colon + 1);
    const std::optional<std::int64_t> number = parse_integer(port);
    if (colon != std::string::npos && colon > 0 && (port == "{port}" || (number && *number >= 1 && *number <= 65'535))) return;
    problem("app.ready.tcp", fmt::format("'tcp' in [app.ready] must be HOST:PORT, got '{}'", address), "for example \"127.0.0.1:{port}\"");
  }

  void check_log(const std::string& pattern) {
    if (pattern.empty()) return;
    try {
      const std::regex compiled(pattern, std::regex::ECMAScript);
    } catch (const std::regex_error&) {  // the library's texts name its own enumerators, not the place in the pattern
      problem(
          "app.ready.log", fmt::format("'log' in [app.ready] must be a regular expression, got '{}'", pattern),
          "put a backslash before ( ) [ ] { } . * + ? ^ $ | where the character itself is meant; in a TOML string with \" write it twice");
    }
  }

  void check_paths() {
    const std::map<std::string, const std::string*> copies{
        {"junit", &config_.report.junit}, {"ctrf", &config_.report.ctrf}, {"html", &config_.report.html}};
    for (const auto& [key, path] : copies) {
      if (path->ends_with("/")) problem("report." + key, fmt::format("'{}' in [report] must be the path of a file, got '{}'", key, *path));
      for (const auto& [other, other_path] : copies)
        if (other < key && !path->empty() && *path == *other_path)
          problem("report." + key, fmt::format("'{}' in [report] must differ from '{}', got '{}' twice", key, other, *path));
    }
  }

  // A pattern that leads out of the project would silently match nothing.
  void check_workspace() {
    const std::map<std::string, const std::vector<std::string>*> lists{{"include", &config_.workspace.include},
                                                                       {"exclude", &config_.workspace.exclude},
                                                                       {"setup_inputs", &config_.workspace.setup_inputs}};
    for (const auto& [key, patterns] : lists)
      for (const std::string& pattern : *patterns) {
        const std::vector<std::string> segments = split(pattern, '/');
        const bool leads_out = std::find(segments.begin(), segments.end(), "..") != segments.end();
        if (!trim(pattern).empty() && !pattern.starts_with('/') && !leads_out) continue;
        problem("workspace." + key,
                fmt::format("'{}' in [workspace] must hold patterns relative to the folder of this file, got '{}'", key, pattern),
                "files outside of that folder do not travel; move tamarack.toml up to a folder that holds everything");
      }
  }

  void check_order() {
    for (std::size_t i = 0; i < config_.order.size(); ++i) {
      const OrderRule& rule = config_.order[i];
      if (rule.before.empty() || rule.before != rule.after) continue;
      problem(fmt::format("order[{}].after", i), fmt::format("'after' in [[order]] must differ from 'before', got '{}' twice", rule.after),
              "specs that match cannot end before they start; to keep them in order on one worker use [[together]]");
    }
  }

  // Every entry holds at least one test, or none that exists: what its texts match is known once the tests are (quarantine.h).
  void check_quarantine() {
    const auto entries = std::ssize(config_.quarantine);
    const std::int64_t max = config_.run.quarantine_max;
    if (entries <= max) return;
    problem(fmt::format("quarantine[{}]", max),
            fmt::format("[[quarantine]] has {}, 'quarantine_max' in [run] allows {}", count_of(entries, "entry", "entries"), max),
            "repair a test and take its entry out; an entry whose last day is over holds nothing any more");
  }

  const Config& config_;
  const Positions& positions_;
  CrossFindings findings_;
};

}  // namespace

std::optional<SharedAddress> shared_ready_address(const Config& config, std::int64_t workers) {
  if (workers < 2 || config.app.start.empty()) return std::nullopt;
  const std::pair<const char*, const std::string&> addresses[] = {
      {"http", config.app.ready.http}, {"tcp", config.app.ready.tcp}, {"health", config.app.health}};
  for (const auto& [key, address] : addresses) {
    if (!is_fixed_local_address(address)) continue;
    const bool is_health = std::string_view(key) == "health";
    return SharedAddress{
        .key = std::string(is_health ? "app." : "app.ready.") + key,
        .message =
            fmt::format("'{}' in {} is one address for all {} workers, each of which has an application and a port of its own, got '{}'",
                        key, is_health ? "[app]" : "[app.ready]", workers, address),
        .hint = std::string_view(key) == "tcp"
                    ? "write {port} for the number, for example \"127.0.0.1:{port}\", or run with one worker"
                    : "write only the path, or {port} for the number: \"http://127.0.0.1:{port}/\", or run with one "
                      "worker"};
  }
  return std::nullopt;
}

CrossFindings cross_check(const Config& config, const Positions& positions) {
  return Checker(config, positions).run();
}

}  // namespace tamarack::config
