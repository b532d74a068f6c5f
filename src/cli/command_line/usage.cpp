#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/command_line/commands.h"
#include "report/cells.h"

namespace tamarack::cli {
namespace {

// How far the words that were typed lead into the tree of commands.
struct Typed {
  const CLI::App* command;          // the last one that exists
  std::string path = "tamarack";    // its name as it is typed
  std::optional<std::string> word;  // what stands where a command should, but is none
};

Typed find_typed(const CLI::App& app, int argc, char** argv) {
  Typed typed{.command = &app};
  for (int at = 1; at < argc && argv[at][0] != '-'; ++at) {
    const std::string word = argv[at];
    const auto commands = typed.command->get_subcommands([&](const CLI::App*) { return true; });
    if (commands.empty()) break;
    const auto found = std::find_if(commands.begin(), commands.end(), [&](const CLI::App* one) { return one->get_name() == word; });
    if (found == commands.end()) {
      typed.word = word;
      break;
    }
    typed.command = *found;
    typed.path += " " + word;
  }
  return typed;
}

// Two letters swapped, as in "rnu", are two edits, too many for a short word.
std::optional<std::string> meant_command(const std::string& word, const std::vector<std::string>& names) {
  const auto sorted = [](std::string text) {
    std::sort(text.begin(), text.end());
    return text;
  };
  for (const std::string& name : names)
    if (sorted(name) == sorted(word)) return name;
  return closest(word, names);
}

}  // namespace

int explain_usage(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (error.get_exit_code() == 0) return app.exit(error);
  const Typed typed = find_typed(app, argc, argv);
  if (!typed.word) {
    std::fprintf(stderr, "error: %s\n  hint: `%s --help` shows how it is used\n", report::printable(error.what()).c_str(),
                 typed.path.c_str());
    return usage_error;
  }
  std::vector<std::string> names;
  for (const CLI::App* command : typed.command->get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
  const std::string group = typed.path.substr(std::min(typed.path.size(), std::string("tamarack ").size()));
  const std::string word = report::printable(*typed.word);
  std::fprintf(stderr, "error: there is no command '%s'\n", (group.empty() ? word : group + " " + word).c_str());
  if (const auto meant = meant_command(*typed.word, names))
    std::fprintf(stderr, "  hint: did you mean `%s %s`?\n", typed.path.c_str(), meant->c_str());
  else
    std::fprintf(stderr, "  hint: `%s --help` lists the commands\n", typed.path.c_str());
  return usage_error;
}

}  // namespace tamarack::cli
