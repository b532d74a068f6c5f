// The program: one command line, one command (command_line/). Everything a command does lives in one file per command.
#include <csignal>
#include <cstring>
#include <string>

#include "base/text.h"
#include "cli/command_line/commands.h"
#include "cli/version.h"
#include "io/loop.h"
#include "io/shim.h"

namespace tamarack::cli {
namespace {

// As it was typed, for the report.
std::string typed_command(int argc, char** argv) {
  std::string text = "tamarack";
  for (int i = 1; i < argc; ++i) text += " " + shell_quote(argv[i]);
  return text;
}

int main_command(int argc, char** argv) {
  const io::SystemClock clock;
  CLI::App app{"Tamarack runs the end-to-end suite you have, in parallel, and proves what ran and what did not."};
  app.name("tamarack");
  app.set_version_flag("--version", std::string("tamarack ") + version);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 green, 1 tests failed, 2 usage or configuration, 3 timed out, 4 incomplete, 5 invalid, 6 infrastructure, 7 "
      "cancelled.");

  Commands commands(app);
  add_running(commands, clock, typed_command(argc, argv));
  add_looking_back(commands, clock);
  add_setting_up(commands);
  add_servers(commands, clock);
  add_waiting(commands, clock);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain_usage(app, error, argc, argv);
  }
  return commands.act();
}

}  // namespace
}  // namespace tamarack::cli

int main(int argc, char** argv) {
  // Before anything else: the shim is started for every process, so it must cost nothing.
  if (argc > 1 && std::strcmp(argv[1], "__shim") == 0) return tamarack::io::shim_main(argc, argv);
  // A limit of file size (ulimit -f) is then an error of the write, with a message, like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  return tamarack::cli::main_command(argc, argv);
}
