#include <fmt/format.h>

#include "base/text.h"
#include "config/scaffold.h"

namespace tamarack::config {
namespace {

// A TOML basic string.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + "\"";
}

std::string comment(std::string_view text) {
  std::string out;
  for (const std::string& line : split_lines(text)) {
    std::string clean;
    for (const char c : line) clean += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    out += fmt::format("# {}\n", clean);
  }
  return out;
}

std::string table(const std::map<std::string, std::string>& values) {
  std::vector<std::string> entries;
  for (const auto& [name, value] : values) entries.push_back(fmt::format("{} = {}", name, quoted(value)));
  return "{ " + join(entries, ", ") + " }";
}

std::string list(const std::vector<std::string>& values) {
  std::vector<std::string> entries;
  for (const std::string& value : values) entries.push_back(quoted(value));
  return "[" + join(entries, ", ") + "]";
}

std::string suite_lines(const Scaffold& scaffold) {
  std::string out = "\n[suite]\n";
  out += fmt::format("framework = {}\n", quoted(scaffold.framework));
  if (scaffold.suite_dir != ".") out += fmt::format("dir = {}\n", quoted(scaffold.suite_dir));
  if (!scaffold.suite_config.empty()) out += fmt::format("config = {}\n", quoted(scaffold.suite_config));
  if (!scaffold.program.empty()) out += fmt::format("program = {}\n", quoted(scaffold.program));
  if (scaffold.framework == "command") {
    out += fmt::format("discover = {}   # prints one unit per line\n", quoted(scaffold.discover));
    out += fmt::format("run = {}   # {{unit}}: once per unit, {{units}}: once for several\n", quoted(scaffold.run));
    out += "results = \"exit-code\"   # or junit:PATH, ctrf:PATH, tap\n";
  }
  if (scaffold.framework == "ctest") out += fmt::format("build_dir = {}\n", quoted(scaffold.build_dir));
  if (!scaffold.specs.empty()) out += fmt::format("specs = {}\n", list(scaffold.specs));
  if (!scaffold.app_start.empty()) out += "# The tests find the address of their worker's application in the variable BASE_URL.\n";
  if (!scaffold.suite_env.empty()) out += fmt::format("env = {}\n", table(scaffold.suite_env));
  return out;
}

std::string app_lines(const Scaffold& scaffold) {
  if (scaffold.app_start.empty()) {
    if (scaffold.framework == "ctest") return {};
    return "\n# [app]   # if Tamarack is to start the application, one per worker\n"
           "# start = \"npm run start\"   # {port} and the variable PORT hold the worker's port\n"
           "# ready = { http = \"/healthz\" }\n";
  }
  std::string out = "\n[app]   # every worker starts its own\n";
  out += "# {port} and the variable PORT hold the worker's port, {data} a folder of its own.\n";
  out += fmt::format("start = {}\n", quoted(scaffold.app_start));
  if (scaffold.app_dir != ".") out += fmt::format("dir = {}\n", quoted(scaffold.app_dir));
  if (!scaffold.app_env.empty()) out += fmt::format("env = {}\n", table(scaffold.app_env));
  if (!scaffold.ready_http.empty()) out += fmt::format("ready = {{ http = {}, timeout = \"60s\" }}\n", quoted(scaffold.ready_http));
  if (!scaffold.ready_tcp.empty()) out += fmt::format("ready = {{ tcp = {}, timeout = \"60s\" }}\n", quoted(scaffold.ready_tcp));
  out += "# reset = \"http:/test/reset\"   # brings it back to its first state between units\n";
  return out;
}

}  // namespace

std::string write_scaffold(const Scaffold& scaffold) {
  std::string out = "# Configuration of Tamarack, first written by `tamarack init`. `tamarack doctor` checks it.\n";
  if (!scaffold.found.empty()) out += "#\n# Found here:\n";
  for (const std::string& line : scaffold.found) out += comment("- " + line);
  if (!scaffold.notes.empty()) out += "#\n# To look at before the first run:\n";
  for (const std::string& line : scaffold.notes) out += comment("- " + line);
  out += "version = 1\n";
  if (!scaffold.project.empty()) out += fmt::format("project = {}\n", quoted(scaffold.project));
  out += suite_lines(scaffold) + app_lines(scaffold);
  out +=
      "\n[run]\n"
      "# workers = 4        # default \"auto\": half the logical processors\n"
      "# retries = 1        # a test that passes on a later try is flaky\n"
      "# fail_fast = 1      # stop after this many failed tests\n"
      "# timeout = \"1h\"     # of the whole run\n";
  return out;
}

}  // namespace tamarack::config
