// The words of the command line: which commands there are, which options each takes, what each does. One file per family of commands; what
// they do is in src/cli/*_command.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "cli/project.h"
#include "cli/server_options.h"

namespace tamarack::cli {

inline constexpr int usage_error = 2;

// The commands and what each does when it was the one that was typed.
class Commands {
 public:
  explicit Commands(CLI::App& app) : app_(app) {}

  // `name` may lead through a group: "token create".
  CLI::App* add(const std::string& name, const std::string& help, std::function<int()> act) {
    const std::size_t space = name.find(' ');
    CLI::App* parent = space == std::string::npos ? &app_ : app_.get_subcommand(name.substr(0, space));
    CLI::App* command = parent->add_subcommand(space == std::string::npos ? name : name.substr(space + 1), help);
    commands_.push_back({command, std::move(act)});
    return command;
  }
  void add_group(const std::string& name, const std::string& help) { app_.add_subcommand(name, help)->require_subcommand(1); }

  int act() const {
    // From the last one on: a command that has commands of its own was added before them, and counts as typed with each of them.
    for (auto at = commands_.rbegin(); at != commands_.rend(); ++at)
      if (*at->first) return at->second();
    return usage_error;
  }

 private:
  CLI::App& app_;
  std::vector<std::pair<CLI::App*, std::function<int()>>> commands_;
};

// "run", "resume", "plan"; `typed` is the whole command line, for the report.
void add_running(Commands& commands, const Clock& clock, const std::string& typed);
// "show", "runs", "report", "tests", "import".
void add_looking_back(Commands& commands, const Clock& clock);
// "init", "doctor", "schema".
void add_setting_up(Commands& commands);
// "serve", "agent", "attach", "cancel", "token".
void add_servers(Commands& commands, const Clock& clock);
// "wait", "waits", "signal", "webhook", "job".
void add_waiting(Commands& commands, const Clock& clock);

// Says what was meant; CLI11 answers a misspelled command with "A subcommand is required". Returns the exit code.
int explain_usage(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv);

// ---- options that several commands have. Checks say what is expected in plain words; the ranges are those of tamarack.toml.
inline constexpr std::int64_t second_ms = 1000;
inline constexpr std::int64_t hour_ms = 3600 * second_ms;
inline constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();  // the command itself checks it

void add_project_options(CLI::App& command, ProjectOptions& options);
// Token and certificate authority; add_server: the address as well.
void add_token_options(CLI::App& app, ServerOptions& server);
void add_server(CLI::App& app, ServerOptions& server);
// The same where the command works on this machine unless a server is named.
CLI::Option* add_other_server(CLI::App& app, ServerOptions& server, const std::string& help);
CLI::Option* add_agent_label(CLI::App& app, std::vector<std::string>& labels);
// "-o,--output": a folder for the files of a server's run.
CLI::Option* add_output(CLI::App& app, std::string& output);
CLI::Option* whole_number(CLI::Option* option, std::int64_t min, std::int64_t max);
// `target` gets milliseconds of "90s", "1h30m", "3d", as in tamarack.toml; `days`: where `90d` is a usual time the hint says so.
CLI::Option* add_time(CLI::App& app, const std::string& name, std::optional<std::int64_t>& target, const std::string& help,
                      std::int64_t min_ms, std::int64_t max_ms, bool days = false);

}  // namespace tamarack::cli
