#include "config/scaffold.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/text.h"
#include "config/repository_view.h"

namespace tamarack::config {
namespace {

namespace json = boost::json;

std::int64_t depth_of(std::string_view path) {
  return std::count(path.begin(), path.end(), '/');
}

// A damaged package.json is not the matter of `init`; it counts as one without content.
Package read_package(std::string dir, std::string_view text) {
  Package package{.dir = std::move(dir), .scripts = {}, .dependencies = {}};
  json::error_code failed;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), failed);
  const json::object* object = failed ? nullptr : value.if_object();
  if (!object) return package;
  if (const json::value* scripts = object->if_contains("scripts"); scripts && scripts->is_object())
    for (const auto& member : scripts->get_object())
      if (member.value().is_string()) package.scripts[std::string(member.key())] = std::string(member.value().get_string());
  for (const char* kind : {"dependencies", "devDependencies", "optionalDependencies", "peerDependencies"})
    if (const json::value* group = object->if_contains(kind); group && group->is_object())
      for (const auto& member : group->get_object()) package.dependencies.insert(std::string(member.key()));
  return package;
}

bool is_dependency_list(std::string_view name) {
  return (name.starts_with("requirements") && name.ends_with(".txt")) || name == "pyproject.toml" || name == "Pipfile" ||
         name == "setup.cfg" || name == "setup.py" || name == "environment.yml";
}

}  // namespace

std::string folder_of_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? "." : std::string(path.substr(0, slash));
}
std::string name_of_path(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}
std::string path_in(std::string_view dir, std::string_view name) {
  return dir == "." ? std::string(name) : std::string(dir) + "/" + std::string(name);
}

bool wants_text(std::string_view path) {
  const std::string name = name_of_path(path);
  constexpr std::array named{"package.json", "Procfile", "CMakeLists.txt", "Dockerfile", "pytest.ini", "tox.ini", "manage.py"};
  if (std::find(named.begin(), named.end(), name) != named.end() || is_dependency_list(name)) return true;
  for (const std::string_view prefix : {"playwright.config.", "cypress.config.", "vite.config.", "wdio.conf.", ".mocharc", "next.config."})
    if (name.starts_with(prefix)) return true;
  if (depth_of(path) > 2) return false;
  for (const std::string_view entry : {"main.", "app.", "server.", "index.", "wsgi.", "asgi.", "__init__."})
    for (const std::string_view extension : {"js", "mjs", "cjs", "ts", "py"})
      if (name == std::string(entry) + std::string(extension)) return true;
  return false;
}

RepositoryView::RepositoryView(const RepositoryFacts& facts) : facts_(facts) {
  for (const auto& [path, text] : facts.texts)
    if (name_of_path(path) == "package.json") packages_.push_back(read_package(folder_of_path(path), text));
  std::sort(packages_.begin(), packages_.end(), [](const Package& a, const Package& b) {
    const auto rank = [](const Package& p) { return p.dir == "." ? -1 : depth_of(p.dir); };
    return std::pair(rank(a), a.dir) < std::pair(rank(b), b.dir);
  });
}

bool RepositoryView::has(std::string_view path) const {
  return std::find(facts_.files.begin(), facts_.files.end(), path) != facts_.files.end();
}

std::optional<std::string> RepositoryView::shallowest(const std::vector<std::string_view>& names) const {
  std::optional<std::string> best;
  for (const std::string& path : facts_.files) {
    const std::string name = name_of_path(path);
    const bool fits = std::any_of(names.begin(), names.end(), [&](std::string_view wanted) {
      return wanted.ends_with('.') ? name.starts_with(wanted) : name == wanted;
    });
    if (fits && (!best || std::pair(depth_of(path), path) < std::pair(depth_of(*best), *best))) best = path;
  }
  return best;
}

std::string_view RepositoryView::text(const std::string& path) const {
  const auto found = facts_.texts.find(path);
  return found == facts_.texts.end() ? std::string_view{} : std::string_view(found->second);
}

const Package* RepositoryView::package_in(std::string_view dir) const {
  for (const Package& package : packages_)
    if (package.dir == dir) return &package;
  return nullptr;
}

const Package* RepositoryView::package_with(std::string_view dependency) const {
  for (const Package& package : packages_)
    if (package.dependencies.contains(std::string(dependency))) return &package;
  return nullptr;
}

bool RepositoryView::python_requires(std::string_view name) const {
  for (const auto& [path, text] : facts_.texts)
    if (is_dependency_list(name_of_path(path)) && contains_ignoring_case(text, name)) return true;
  return false;
}

Scaffold make_scaffold(const RepositoryFacts& facts, const Answers& answers) {
  Scaffold scaffold;
  scaffold.project = facts.name;
  const RepositoryView view(facts);
  find_framework(view, answers, scaffold);
  find_app(view, answers, scaffold);
  std::erase_if(scaffold.questions, [&](const Question& question) { return answers.given.contains(question.id); });
  return scaffold;
}

}  // namespace tamarack::config
