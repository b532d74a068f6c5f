#include "cli/import_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"

namespace tamarack::cli {
namespace {

using adapter::ResultCase;
using domain::TestCase;
using domain::TestIdentity;

constexpr std::string_view title_separator = " › ";

std::vector<std::string> split_titles(std::string_view text) {
  std::vector<std::string> titles;
  while (true) {
    const std::size_t at = text.find(title_separator);
    if (const std::string_view title = text.substr(0, at); !title.empty()) titles.emplace_back(title);
    if (at == std::string_view::npos) return titles;
    text.remove_prefix(at + title_separator.size());
  }
}

// "test_pays[a[b]]" and "pays [chromium]": the parameters begin at the first bracket of one, at the last " [" of the other.
struct Name {
  std::string title;
  std::string parameters;
};
Name split_name(const std::string& name, bool is_pytest) {
  const std::size_t at = is_pytest ? name.find('[') : name.rfind(" [");
  if (at == std::string::npos || at == 0 || !name.ends_with(']')) return {name, {}};
  const std::size_t begin = at + (is_pytest ? 1 : 2);
  return {std::string(trim(name.substr(0, at))), name.substr(begin, name.size() - 1 - begin)};
}

bool looks_like_path(std::string_view text) {
  static constexpr std::array<std::string_view, 12> endings{".ts",  ".js", ".tsx", ".jsx", ".mjs",     ".cjs",
                                                            ".mts", ".py", ".sh",  ".rb",  ".feature", ".robot"};
  if (text.find(' ') != std::string_view::npos) return false;
  return text.find('/') != std::string_view::npos || std::ranges::any_of(endings, [&](auto ending) { return text.ends_with(ending); });
}

bool is_same_path(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  return !b.empty() && a.ends_with(b) && (a.size() == b.size() || a[a.size() - b.size() - 1] == '/');
}

std::vector<std::string> places_of(const ResultCase& one) {
  std::vector<std::string> places{one.file, one.classname};
  for (std::string& part : split_titles(one.suite)) places.push_back(std::move(part));
  std::erase_if(places, [](const std::string& place) { return place.empty(); });
  return places;
}

// pytest: "tests.test_cart.TestCart" speaks of tests/test_cart.py.
bool speaks_of_module(std::string_view classname, std::string_view spec) {
  if (!spec.ends_with(".py")) return false;
  const std::string module = replace_all(std::string(spec.substr(0, spec.size() - 3)), "/", ".");
  return fmt::format(".{}.", classname).find(fmt::format(".{}.", module)) != std::string::npos;
}

class Matcher {
 public:
  explicit Matcher(const Suite& suite) : suite_(suite) {
    for (const TestCase& test : suite.tests) {
      const auto& titles = test.identity.title_path;
      if (titles.empty()) {
        by_title_[test.identity.spec].push_back(&test);
        continue;
      }
      by_title_[titles.back()].push_back(&test);
      if (titles.size() > 1) by_title_[join(titles, " ")].push_back(&test);  // mocha's reporters
    }
  }

  // Tests of the suite that the case may be: those that differ in nothing but their parameters.
  std::vector<const TestCase*> candidates(const ResultCase& one) const {
    const Name name = split_name(one.name, suite_.framework == "pytest");
    std::vector<const TestCase*> found;
    std::set<const TestCase*> seen;
    std::vector<std::string> words{one.name, name.title, one.classname};
    for (const std::string& text : {one.name, name.title})
      if (const auto titles = split_titles(text); titles.size() > 1) words.push_back(titles.back());
    for (const std::string& word : words) {
      const auto bucket = by_title_.find(word);
      if (bucket == by_title_.end()) continue;
      for (const TestCase* test : bucket->second)
        if (seen.insert(test).second && speaks_of(one, name, *test)) found.push_back(test);
    }
    keep_most_titles(found);
    return is_one_test(found) ? found : std::vector<const TestCase*>{};
  }

 private:
  // What stands in brackets are the parameters, or a part of the title.
  static bool may_have_parameters(const ResultCase& one, const Name& name, const TestIdentity& identity) {
    if (identity.parameters.empty()) return !identity.title_path.empty() && one.name.ends_with(identity.title_path.back());
    return name.parameters == identity.parameters || one.name.ends_with(fmt::format("[{}]", identity.parameters));
  }

  static bool speaks_of(const ResultCase& one, const Name& name, const TestCase& test) {
    const TestIdentity& identity = test.identity;
    if (!name.parameters.empty() && !may_have_parameters(one, name, identity)) return false;
    const std::vector<std::string> places = places_of(one);
    const bool has_path = std::ranges::any_of(places, looks_like_path);
    const bool same_path = std::ranges::any_of(places, [&](const std::string& place) { return is_same_path(place, identity.spec); });
    const bool is_python = identity.spec.ends_with(".py") && !one.classname.empty();
    if ((has_path || is_python) && !same_path && !speaks_of_module(one.classname, identity.spec)) return false;
    const std::string all = fmt::format("{} {} {}", one.suite, one.classname, one.name);
    return std::ranges::all_of(identity.title_path, [&](const std::string& title) { return all.find(title) != std::string::npos; });
  }

  static void keep_most_titles(std::vector<const TestCase*>& tests) {
    std::size_t most = 0;
    for (const TestCase* test : tests) most = std::max(most, test->identity.title_path.size());
    std::erase_if(tests, [&](const TestCase* test) { return test->identity.title_path.size() < most; });
  }

  static bool is_one_test(const std::vector<const TestCase*>& tests) {
    return std::ranges::all_of(tests, [&](const TestCase* test) {
      return test->identity.spec == tests.front()->identity.spec && test->identity.title_path == tests.front()->identity.title_path;
    });
  }

  const Suite& suite_;
  std::map<std::string, std::vector<const TestCase*>> by_title_;
};

// "tests.sub.test_cart.TestCart": the longest part that is a file; what follows are classes.
std::optional<TestIdentity> pytest_identity(const ResultCase& one, const Suite& suite) {
  const std::vector<std::string> parts = split(one.classname, '.');
  const Name name = split_name(one.name, true);
  for (std::size_t end = parts.size(); end > 0; --end) {
    const std::string path = join(std::span(parts).first(end), "/") + ".py";
    if (!suite.has_file(path)) continue;
    TestIdentity identity{.spec = path, .parameters = name.parameters};
    identity.title_path.assign(parts.begin() + static_cast<std::ptrdiff_t>(end), parts.end());
    identity.title_path.push_back(name.title);
    return identity;
  }
  return std::nullopt;
}

TestIdentity own_identity(const ResultCase& one, const Suite& suite) {
  if (suite.framework == "pytest")
    if (auto identity = pytest_identity(one, suite)) return *identity;
  const Name name = split_name(one.name, suite.framework == "pytest");
  TestIdentity identity{.title_path = split_titles(name.title), .parameters = name.parameters};
  const std::vector<std::string> places = places_of(one);
  const auto path = std::ranges::find_if(places, looks_like_path);
  identity.spec = path != places.end() ? *path : !one.classname.empty() ? one.classname : one.suite;
  std::vector<std::string> suites = split_titles(one.suite);
  std::erase_if(suites, [&](const std::string& title) { return is_same_path(title, identity.spec) || title == identity.spec; });
  const bool repeated =
      std::equal(suites.begin(), suites.end(), identity.title_path.begin(),
                 identity.title_path.begin() + static_cast<std::ptrdiff_t>(std::min(suites.size(), identity.title_path.size())));
  if (path != places.end() && !repeated) identity.title_path.insert(identity.title_path.begin(), suites.begin(), suites.end());
  if (identity.title_path.size() == 1 && identity.title_path.front() == identity.spec) identity.title_path.clear();
  return identity;
}

void tell_apart(std::vector<MatchedCase>& cases) {
  std::set<TestIdentity> taken;
  std::map<TestIdentity, int> numbers;  // the last one that was given
  for (MatchedCase& one : cases) {
    if (taken.insert(one.identity).second) continue;
    const TestIdentity said = one.identity;
    int& number = numbers.try_emplace(said, 1).first->second;
    one.known = false;
    do {
      one.identity.parameters = fmt::format("{}{}#{}", said.parameters, said.parameters.empty() ? "" : " ", ++number);
    } while (!taken.insert(one.identity).second);
  }
}

}  // namespace

std::vector<MatchedCase> match_cases(std::span<const ResultCase> cases, const Suite& suite) {
  const Matcher matcher(suite);
  std::vector<MatchedCase> matched(cases.size());
  std::map<std::vector<const TestCase*>, std::vector<std::size_t>> shared;  // candidates -> the cases that have them
  for (std::size_t i = 0; i < cases.size(); ++i) {
    matched[i].identity = own_identity(cases[i], suite);
    if (std::vector<const TestCase*> candidates = matcher.candidates(cases[i]); !candidates.empty()) shared[candidates].push_back(i);
  }
  for (const auto& [candidates, users] : shared) {
    if (candidates.size() != users.size()) continue;  // which of them is anybody's guess
    for (std::size_t i = 0; i < users.size(); ++i) matched[users[i]] = {candidates[i]->identity, true};
  }
  tell_apart(matched);
  return matched;
}

}  // namespace tamarack::cli
