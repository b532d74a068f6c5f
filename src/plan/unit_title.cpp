#include "plan/unit_title.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"

namespace tamarack::plan {
namespace {

using domain::TestCase;
using domain::Unit;

// The describe titles that all tests of the unit share.
std::vector<std::string> common_titles(const Unit& unit, std::span<const TestCase> tests) {
  std::vector<std::string> common = tests[unit.tests.front().value].identity.title_path;
  if (!common.empty()) common.pop_back();
  for (const domain::TestIndex index : unit.tests) {
    const std::vector<std::string>& path = tests[index.value].identity.title_path;
    const std::size_t describes = path.empty() ? 0 : path.size() - 1;
    common.resize(std::min(common.size(), describes));
    const auto differs = std::mismatch(common.begin(), common.end(), path.begin()).first;
    common.erase(differs, common.end());
  }
  return common;
}

bool stands_under(const TestCase& test, const std::vector<std::string>& titles) {
  const std::vector<std::string>& path = test.identity.title_path;
  return path.size() > titles.size() && std::equal(titles.begin(), titles.end(), path.begin());
}

// A describe title names a piece only when no other piece has tests under it.
bool is_alone_under(const std::vector<std::string>& titles, const Unit& unit, std::span<Unit*> pieces, std::span<const TestCase> tests) {
  for (const Unit* other : pieces) {
    if (other == &unit) continue;
    for (const domain::TestIndex index : other->tests)
      if (stands_under(tests[index.value], titles)) return false;
  }
  return true;
}

}  // namespace

void name_pieces(std::span<Unit*> pieces, std::span<const TestCase> tests) {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    Unit& unit = *pieces[i];
    const domain::TestIdentity& first = tests[unit.tests.front().value].identity;
    const std::string parameters = first.parameters.empty() ? "" : " [" + first.parameters + "]";
    unit.spec = first.spec;
    if (pieces.size() == 1) {
      unit.title = first.spec + parameters;
    } else if (unit.tests.size() == 1) {
      unit.title = domain::display_name(first);
    } else if (const auto titles = common_titles(unit, tests); !titles.empty() && is_alone_under(titles, unit, pieces, tests)) {
      unit.title = first.spec + " › " + join(titles, " › ") + parameters;
    } else {
      unit.title = fmt::format("{}{} (part {} of {})", first.spec, parameters, i + 1, pieces.size());
    }
  }
}

void name_together(Unit& unit, std::span<const TestCase> tests) {
  unit.spec = tests[unit.tests.front().value].identity.spec;
  std::vector<std::string> others;
  for (const domain::TestIndex index : unit.tests) {
    const std::string& spec = tests[index.value].identity.spec;
    if (spec != unit.spec && std::find(others.begin(), others.end(), spec) == others.end()) others.push_back(spec);
  }
  unit.title = unit.spec;
  if (others.size() == 1) unit.title += " + " + others.front();
  if (others.size() > 1) unit.title += fmt::format(" + {} more", others.size());
}

void make_titles_unique(std::vector<Unit>& units) {
  std::set<std::string> taken;
  for (Unit& unit : units) {
    std::string title = unit.title;
    for (int number = 2; !taken.insert(title).second; ++number) title = fmt::format("{} #{}", unit.title, number);
    unit.title = std::move(title);
  }
}

}  // namespace tamarack::plan
