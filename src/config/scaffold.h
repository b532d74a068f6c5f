// From what lies in a repository to a first tamarack.toml: which framework, how the application is started, how it gets its port, how one
// knows that it is ready. Pure: `tamarack init` walks the disk and asks the questions. Nothing is guessed silently: what was recognised is
// in `found` with its evidence, what a person should look at is in `notes`, and both are comments in the written file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::config {

struct RepositoryFacts {
  std::string name;                          // of the folder
  std::vector<std::string> files;            // paths relative to it, with '/', without node_modules, .git and the like
  std::map<std::string, std::string> texts;  // contents of those that wants_text() asks for
};

// Whether the content of a file helps to decide. Source files only where an entry point usually lies.
bool wants_text(std::string_view path);

struct Answers {  // by Question::id
  std::map<std::string, std::string> given;
};

struct Question {
  std::string id;  // "framework", "app_start", "app_ready"
  std::string text;
  std::vector<std::string> choices;  // empty: any text
  std::string default_answer;
};

struct Scaffold {
  std::string project;
  std::string framework;
  std::string suite_dir = ".";
  std::string suite_config;
  std::string program;
  std::string discover;
  std::string run;
  std::string build_dir;
  std::vector<std::string> specs;
  std::map<std::string, std::string> suite_env;
  std::string app_start;  // empty: no application
  std::string app_dir = ".";
  std::map<std::string, std::string> app_env;
  std::string ready_http;
  std::string ready_tcp;
  std::vector<std::string> found;   // "playwright.config.ts: Playwright"
  std::vector<std::string> notes;   // what to look at before the first run
  std::vector<Question> questions;  // not answered yet; every one has a default, so that nobody must be asked
};

Scaffold make_scaffold(const RepositoryFacts& facts, const Answers& answers = {});

// The commented file. read_config accepts it, unless an answer put something wrong into it.
std::string write_scaffold(const Scaffold& scaffold);

}  // namespace tamarack::config
