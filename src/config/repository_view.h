// Questions to RepositoryFacts that both halves of the scaffold ask. Internal to src/config.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/scaffold.h"

namespace tamarack::config {

struct Package {    // one package.json
  std::string dir;  // "." or "web"
  std::map<std::string, std::string> scripts;
  std::set<std::string> dependencies;  // of every kind
};

class RepositoryView {
 public:
  explicit RepositoryView(const RepositoryFacts& facts);

  const RepositoryFacts& facts() const { return facts_; }
  bool has(std::string_view path) const;
  // The file with one of these names that lies least deep, or nothing. A name that ends in '.' stands for any extension.
  std::optional<std::string> shallowest(const std::vector<std::string_view>& names) const;
  std::string_view text(const std::string& path) const;
  const std::vector<Package>& packages() const { return packages_; }  // least deep first
  const Package* package_in(std::string_view dir) const;
  // The folder of the first package with this dependency.
  const Package* package_with(std::string_view dependency) const;
  // A requirements file, pyproject.toml, Pipfile or setup.cfg names it.
  bool python_requires(std::string_view name) const;

 private:
  const RepositoryFacts& facts_;
  std::vector<Package> packages_;
};

std::string folder_of_path(std::string_view path);  // "." for a name without '/'
std::string name_of_path(std::string_view path);
std::string path_in(std::string_view dir, std::string_view name);

// The two halves. The framework comes first: the application's address goes into its environment.
void find_framework(const RepositoryView& view, const Answers& answers, Scaffold& scaffold);
void find_app(const RepositoryView& view, const Answers& answers, Scaffold& scaffold);

}  // namespace tamarack::config
