#include <fmt/format.h>

#include "base/text.h"
#include "cli/command_line/commands.h"
#include "config/literal.h"
#include "report/cells.h"

namespace tamarack::cli {

void add_project_options(CLI::App& command, ProjectOptions& options) {
  command.add_option("-c,--config", options.config_path, "Configuration file")->capture_default_str();
  command.add_option("--state-dir", options.state_dir,
                     "Folder for runs, history and artifacts (default: .tamarack beside the configuration)");
}

CLI::Option* whole_number(CLI::Option* option, std::int64_t min, std::int64_t max) {
  return option->type_name("N")->check([min, max](const std::string& text) {
    const auto number = parse_integer(text);
    if (number && *number >= min && *number <= max) return std::string{};
    return fmt::format("'{}' is not a whole number from {} to {}", report::printable(text), min, max);
  });
}

CLI::Option* add_time(CLI::App& app, const std::string& name, std::optional<std::int64_t>& target, const std::string& help,
                      std::int64_t min_ms, std::int64_t max_ms, bool days) {
  const auto store = [&target](const std::string& text) {
    if (const auto time = config::parse_duration(text)) target = time->count();
  };
  return app.add_option_function<std::string>(name, store, help)->type_name("TIME")->check([=](const std::string& text) {
    const auto time = config::parse_duration(text);
    if (!time)
      return fmt::format("'{}' is not a time; write a whole number and its unit, such as {}", report::printable(text),
                         days ? "12h or 90d" : "90s, 20m or 1h30m");
    if (time->count() < min_ms || time->count() > max_ms)
      return fmt::format("'{}' is out of range, expected {} to {}", text, config::write_duration(Millis{min_ms}),
                         config::write_duration(Millis{max_ms}));
    return std::string{};
  });
}

void add_token_options(CLI::App& app, ServerOptions& server) {
  constexpr const char* group = "On a server";
  app.add_option("--token-file", server.token_file, "File that holds the token (default: the token in $TAMARACK_TOKEN)")->group(group);
  app.add_option("--ca-file", server.ca_file, "Certificate authority of the server, PEM file (default: those of the system)")->group(group);
}

void add_server(CLI::App& app, ServerOptions& server) {
  app.add_option("--server", server.url, "Address of the server, such as https://tamarack.example:8420 (default: $TAMARACK_SERVER)")
      ->group("On a server");
  add_token_options(app, server);
}

CLI::Option* add_other_server(CLI::App& app, ServerOptions& server, const std::string& help) {
  CLI::Option* url = app.add_option("--server", server.url, help + ", such as https://tamarack.example:8420");
  url->group("On a server");
  add_token_options(app, server);
  return url;
}

CLI::Option* add_agent_label(CLI::App& app, std::vector<std::string>& labels) {
  return app.add_option("--agent-label", labels, "NAME=VALUE that an agent must have (repeatable)")
      ->allow_extra_args(false)
      ->group("On a server");
}

CLI::Option* add_output(CLI::App& app, std::string& output) {
  return app
      .add_option("-o,--output", output,
                  "Folder for the run's report, junit.xml and ctrf.json (default: the state folder, if it is there already)")
      ->group("On a server");
}

}  // namespace tamarack::cli
