#include "cli/init_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <iostream>
#include <optional>

#include "base/result.h"
#include "base/text.h"
#include "cli/outputs.h"
#include "config/read_config.h"
#include "config/scaffold.h"
#include "io/files.h"
#include "io/machine.h"

namespace tamarack::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t depth_max = 6;
constexpr std::size_t files_max = 20'000;  // what lies deeper in a huge repository does not decide how its tests are started
constexpr std::size_t text_bytes_max = 64 * 1024;

// Folders that hold other people's files, or what a build makes.
bool is_skipped(const std::string& name) {
  constexpr std::array names{
      "node_modules", ".git",   ".tamarack", ".venv", "venv",     "__pycache__", ".next",        ".nuxt",
      "dist",         "target", "vendor",    "_deps", "coverage", "CMakeFiles",  "test-results", "playwright-report"};
  return std::find(names.begin(), names.end(), name) != names.end() || name.starts_with(".cache");
}

// Empty for a file that is too large or cannot be read: then its content does not decide anything.
std::string read_text(const fs::path& path) {
  const Result<std::string> text = io::read_file(path.string(), text_bytes_max);
  return text ? to_valid_utf8(*text) : std::string{};
}

// Breadth first, so that the limit cuts off what lies deep. Links to folders are not followed: they may lead round in a circle.
config::RepositoryFacts gather_facts(const fs::path& root) {
  config::RepositoryFacts facts;
  facts.name = to_valid_utf8(root.filename().string());
  std::deque<std::pair<fs::path, std::int64_t>> folders{{root, 0}};
  while (!folders.empty() && facts.files.size() < files_max) {
    const auto [folder, depth] = folders.front();
    folders.pop_front();
    std::error_code failed;
    for (fs::directory_iterator entry(folder, fs::directory_options::skip_permission_denied, failed), end; !failed && entry != end;
         entry.increment(failed)) {
      std::error_code unknown;
      const std::string name = entry->path().filename().string();
      const fs::file_status status = entry->symlink_status(unknown);
      if (unknown || !is_valid_utf8(name)) continue;
      if (fs::is_directory(status)) {
        if (depth < depth_max && !is_skipped(name)) folders.emplace_back(entry->path(), depth + 1);
      } else if (fs::is_regular_file(entry->path(), unknown) && facts.files.size() < files_max) {
        const std::string path = entry->path().lexically_relative(root).generic_string();
        facts.files.push_back(path);
        if (config::wants_text(path)) facts.texts[path] = read_text(entry->path());
      }
    }
  }
  for (const char* python : {".venv/bin/python", "venv/bin/python"}) {
    std::error_code failed;
    if (fs::exists(root / python, failed)) facts.files.emplace_back(python);
  }
  std::sort(facts.files.begin(), facts.files.end());
  return facts;
}

// One question on the terminal; an empty line takes the default. Nothing: the input ended.
std::optional<std::string> ask(const config::Question& question) {
  while (true) {
    std::string choices;
    if (!question.choices.empty()) choices = fmt::format(" ({})", join(question.choices, ", "));
    fmt::print("{}{} [{}] ", question.text, choices, question.default_answer);
    std::fflush(stdout);
    std::string line;
    if (!std::getline(std::cin, line)) return std::nullopt;
    const std::string answer(trim(line));
    if (answer.empty()) return question.default_answer;
    if (question.choices.empty() || std::find(question.choices.begin(), question.choices.end(), answer) != question.choices.end())
      return answer;
    fmt::print("  expected one of {}, got '{}'\n", join(question.choices, ", "), answer);
  }
}

// An answer may raise the next question (an application needs a sign of readiness), so the scaffold is made anew after each.
std::optional<config::Scaffold> ask_all(const config::RepositoryFacts& facts) {
  config::Answers answers;
  while (true) {
    config::Scaffold scaffold = config::make_scaffold(facts, answers);
    if (scaffold.questions.empty()) return scaffold;
    const std::optional<std::string> answer = ask(scaffold.questions.front());
    if (!answer) return std::nullopt;
    answers.given[scaffold.questions.front().id] = *answer;
  }
}

int fail(const Error& error) {
  return complain(error);
}

Error exists_already(const fs::path& path) {
  return make_error(ErrorCode::already_exists, fmt::format("'{}' exists already", path.string()), "replace it with: tamarack init --force");
}

bool ignores_state(const fs::path& root) {
  for (const std::string& line : split_lines(read_text(root / ".gitignore")))
    if (trim(line) == ".tamarack" || trim(line) == ".tamarack/" || trim(line) == "/.tamarack/" || trim(line) == "/.tamarack") return true;
  return false;
}

void print_findings(const config::Scaffold& scaffold) {
  if (scaffold.found.empty())
    fmt::print("found nothing that is known here\n");
  else
    fmt::print("found:\n");
  for (const std::string& line : scaffold.found) fmt::print("  {}\n", line);
}

void print_next_steps(const fs::path& root, const fs::path& path, const config::Scaffold& scaffold) {
  fmt::print("\nwrote {}\n", path.string());
  if (!scaffold.notes.empty()) fmt::print("\nto look at before the first run:\n");
  for (const std::string& note : scaffold.notes) fmt::print("  - {}\n", note);
  std::error_code failed;
  fmt::print("\nnext:\n");
  if (fs::exists(root / ".git", failed) && !ignores_state(root)) fmt::print("  add .tamarack/ to .gitignore\n");
  fmt::print("  tamarack doctor   checks that everything a run needs is there\n  tamarack run      runs the suite\n");
}

}  // namespace

int init_command(const InitOptions& options) {
  std::error_code failed;
  fs::path root = fs::canonical(options.directory, failed);
  if (failed || !fs::is_directory(root, failed))
    return fail(make_error(ErrorCode::not_found, fmt::format("'{}' is not a folder", options.directory),
                           "run tamarack init in the folder of the project"));
  const fs::path path = root / "tamarack.toml";
  if (!options.force && fs::exists(fs::symlink_status(path, failed))) return fail(exists_already(path));

  const config::RepositoryFacts facts = gather_facts(root);
  const config::Scaffold proposal = config::make_scaffold(facts);
  print_findings(proposal);
  const bool interactive = !options.yes && io::is_terminal(stdin) && io::is_terminal(stdout);
  const std::optional<config::Scaffold> scaffold = interactive ? ask_all(facts) : proposal;
  if (!scaffold) {
    fmt::print("\n");
    return fail(make_error(ErrorCode::cancelled, "the questions were broken off, nothing was written",
                           "take every default with: tamarack init --yes"));
  }

  const std::string text = config::write_scaffold(*scaffold);
  const config::ReadResult read = config::read_config(text, path.string());
  if (!read.config) {
    fmt::print(stderr, "{}", config::describe(read.problems, root.string()));
    return fail(make_error(ErrorCode::invalid_config, "the answers do not give a valid configuration, nothing was written",
                           "start again: tamarack init"));
  }
  // Looked at again, because answering the questions takes a while.
  if (!options.force && io::exists(path.string())) return fail(exists_already(path));
  if (const Result<> written = io::write_file(path.string(), text); !written) return fail(written.error());
  print_next_steps(root, path, *scaffold);
  return 0;
}

}  // namespace tamarack::cli
