#include "plan/select.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <regex>
#include <set>
#include <tuple>

#include "base/text.h"

namespace tamarack::plan {
namespace {

using domain::Discovery;
using domain::TestCase;
using Mask = std::vector<bool>;
using Matches = std::function<bool(const TestCase&)>;

constexpr std::size_t candidates_max = 5000;     // "did you mean" compares every candidate letter by letter
constexpr std::size_t searched_text_max = 4096;  // std::regex recurses once per character; longer titles are cut

bool is_glob(std::string_view pattern) {
  return pattern.find_first_of("*?") != std::string_view::npos;
}

struct PathFilter {
  std::string path;
  std::int64_t line = 0;  // 0: the whole spec
};

// Editors copy PATH:LINE:COLUMN; the column says nothing more about which test is meant.
PathFilter parse_path(std::string_view text) {
  PathFilter parsed{std::string(text), 0};
  for (int part = 0; part < 2; ++part) {
    const std::size_t colon = parsed.path.rfind(':');
    if (colon == std::string::npos || colon == 0) break;
    const auto number = parse_integer(std::string_view(parsed.path).substr(colon + 1));
    if (!number) break;
    parsed.line = *number;
    parsed.path.resize(colon);
  }
  while (parsed.path.starts_with("./")) parsed.path.erase(0, 2);
  return parsed;
}

bool spec_matches(std::string_view pattern, std::string_view spec) {
  if (is_glob(pattern)) return glob_match(pattern, spec) || glob_match("**/" + std::string(pattern), spec);
  // A path from above the suite's root, as a shell completes it, names the spec by its end.
  return spec.find(pattern) != std::string_view::npos || (!spec.empty() && pattern.ends_with("/" + std::string(spec)));
}

std::string searched_text(const TestCase& test) {
  std::string text = domain::display_name(test.identity);
  for (const std::string& tag : test.tags) text += " @" + tag;
  if (text.size() > searched_text_max) text.resize(searched_text_max);
  return text;
}

std::string_view without_at(std::string_view tag) {
  return tag.starts_with('@') ? tag.substr(1) : tag;
}

bool has_tag(const TestCase& test, std::string_view tag) {
  return std::find(test.tags.begin(), test.tags.end(), without_at(tag)) != test.tags.end();
}

// Without its parameters a name means the test under all of them.
bool is_named(const TestCase& test, std::string_view name) {
  if (test.id.value == name || domain::display_name(test.identity) == name) return true;
  return !test.identity.parameters.empty() && domain::display_name({test.identity.spec, test.identity.title_path, ""}) == name;
}

std::vector<std::string> specs_of(const Discovery& discovery) {
  std::set<std::string> specs;
  for (const TestCase& test : discovery.tests) specs.insert(test.identity.spec);
  return {specs.begin(), specs.end()};
}

// "'a', 'b', 'c' and 4 more"
std::string listing(const std::vector<std::string>& names) {
  constexpr std::size_t shown_max = 6;
  std::vector<std::string> quoted;
  for (std::size_t i = 0; i < std::min(shown_max, names.size()); ++i) quoted.push_back("'" + names[i] + "'");
  std::string text = join(quoted, ", ");
  if (names.size() > shown_max) text += fmt::format(" and {} more", names.size() - shown_max);
  return text;
}

std::string did_you_mean(std::string_view word, std::vector<std::string> candidates) {
  if (candidates.size() > candidates_max) candidates.resize(candidates_max);
  const auto meant = closest(word, candidates);
  return meant ? fmt::format("did you mean '{}'? ", *meant) : std::string();
}

Error no_match(std::string message, std::string hint) {
  return make_error(ErrorCode::invalid_argument, std::move(message), std::move(hint));
}

Error no_path(const Discovery& discovery, const PathFilter& wanted, std::string_view text) {
  const std::vector<std::string> specs = specs_of(discovery);
  if (wanted.line > 0) {
    std::set<std::int64_t> lines;
    for (const TestCase& test : discovery.tests)
      if (test.line > 0 && spec_matches(wanted.path, test.identity.spec)) lines.insert(test.line);
    std::vector<std::string> known;
    for (const std::int64_t line : lines) known.push_back(std::to_string(line));
    if (!known.empty())
      return no_match(fmt::format("no test stands at '{}'", text),
                      fmt::format("'{}' has tests at lines {}", wanted.path, join(known, ", ")));
  }
  std::vector<std::string> candidates = specs;
  for (const std::string& spec : specs) candidates.push_back(spec.substr(spec.rfind('/') + 1));
  return no_match(fmt::format("no spec matches '{}'", text),
                  fmt::format("{}there {}: {}", did_you_mean(wanted.path, candidates),
                              specs.size() == 1 ? "is 1 spec" : fmt::format("are {} specs", specs.size()), listing(specs)));
}

Error no_title(const Discovery& discovery, std::string_view text) {
  std::set<std::string> candidates;
  for (const TestCase& test : discovery.tests)
    for (const std::string& title : test.identity.title_path) {
      candidates.insert(title);
      for (const std::string& word : split(title, ' '))
        if (word.size() > 2) candidates.insert(word);
    }
  return no_match(fmt::format("no title matches '{}'", text),
                  fmt::format("{}`tamarack plan` lists the {}", did_you_mean(text, {candidates.begin(), candidates.end()}),
                              count_of(static_cast<std::int64_t>(discovery.tests.size()), "test")));
}

Error no_tag(const Discovery& discovery, std::string_view text) {
  std::set<std::string> tags;
  for (const TestCase& test : discovery.tests) tags.insert(test.tags.begin(), test.tags.end());
  const std::vector<std::string> known(tags.begin(), tags.end());
  return no_match(fmt::format("no test has the tag '{}'", without_at(text)),
                  known.empty() ? "no test of this suite has a tag"
                                : fmt::format("{}the tags are: {}", did_you_mean(without_at(text), known), listing(known)));
}

Error no_name(const Discovery& discovery, std::string_view text) {
  std::vector<std::string> names;
  for (const TestCase& test : discovery.tests) names.push_back(domain::display_name(test.identity));
  return no_match(fmt::format("no test is named '{}'", text),
                  did_you_mean(text, names) + "write the whole name as `tamarack plan` prints it, or a test id");
}

bool any_set(const Mask& mask) {
  return std::find(mask.begin(), mask.end(), true) != mask.end();
}

Mask mask_of(const Discovery& discovery, const Matches& matches) {
  Mask mask(discovery.tests.size());
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = matches(discovery.tests[i]);
  return mask;
}

// PATH:LINE means the test that starts there or the last one that starts above, in each spec and each of its parameters. Tests that a
// loop declares share a line and are all meant.
Mask mask_of_path(const Discovery& discovery, const PathFilter& wanted) {
  Mask mask = mask_of(discovery, [&](const TestCase& test) { return spec_matches(wanted.path, test.identity.spec); });
  if (wanted.line == 0) return mask;
  std::map<std::string, std::int64_t> nearest;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const TestCase& test = discovery.tests[i];
    if (!mask[i] || test.line == 0 || test.line > wanted.line) continue;
    std::int64_t& line = nearest[test.identity.spec];
    line = std::max(line, test.line);
  }
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const TestCase& test = discovery.tests[i];
    const auto found = nearest.find(test.identity.spec);
    mask[i] = mask[i] && found != nearest.end() && test.line == found->second;
  }
  return mask;
}

Result<Matches> title_matcher(const std::string& text) {
  const std::size_t end = text.rfind('/');
  const bool is_regex = text.size() > 2 && text.front() == '/' && end > 0 && (end + 1 == text.size() || text.substr(end + 1) == "i");
  if (!is_regex) return Matches([needle = text](const TestCase& test) { return contains_ignoring_case(searched_text(test), needle); });
  const std::string pattern = text.substr(1, end - 1);
  auto flags = std::regex::ECMAScript | std::regex::optimize;
  if (end + 1 < text.size()) flags |= std::regex::icase;
  try {
    return Matches([regex = std::regex(pattern, flags)](const TestCase& test) { return std::regex_search(searched_text(test), regex); });
  } catch (const std::regex_error& fault) {
    return no_match(fmt::format("'{}' is not a regular expression: {}", text, fault.what()),
                    "escape ( ) [ ] { } . * + ? with a backslash, or leave the slashes away to search for plain text");
  }
}

// Keeps what any entry of one kind matches.
class Narrowing {
 public:
  explicit Narrowing(const Discovery& discovery) : mask_(discovery.tests.size(), true) {}

  void keep(const Mask& other, std::string_view kind) {
    for (std::size_t i = 0; i < mask_.size(); ++i) mask_[i] = mask_[i] && other[i];
    kinds_.push_back(fmt::format("{} ({})", kind, std::count(other.begin(), other.end(), true)));
  }
  const Mask& mask() const { return mask_; }
  std::string kinds() const { return join(kinds_, ", "); }

 private:
  Mask mask_;
  std::vector<std::string> kinds_;
};

void widen(Mask& mask, const Mask& other) {
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] || other[i];
}

Result<Mask> failed_mask(const Discovery& discovery, const domain::History& history) {
  if (!history.has_run) return no_match("no earlier run is recorded, so nothing is known to have failed", "run once without --only-failed");
  if (history.failed_when_last_run.empty()) return no_match("no test failed when it last ran", "run without --only-failed");
  const std::set<domain::TestId> failed(history.failed_when_last_run.begin(), history.failed_when_last_run.end());
  Mask mask = mask_of(discovery, [&](const TestCase& test) { return failed.contains(test.id); });
  if (!any_set(mask))
    return no_match(fmt::format("{} failed when last run, and none of them exists any more",
                                count_of(static_cast<std::int64_t>(failed.size()), "test")),
                    "they were renamed or removed; run without --only-failed");
  return mask;
}

// Playwright and others skip the rest of a serial group after a failure, so a part of one proves nothing by itself.
std::int64_t complete_serial_groups(const Discovery& discovery, const Mask& excluded, Mask& mask) {
  using Key = std::tuple<std::string_view, std::string_view, std::string_view>;
  const auto key_of = [](const TestCase& test) { return Key{test.identity.spec, test.identity.parameters, test.group}; };
  std::set<Key> touched;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const TestCase& test = discovery.tests[i];
    if (mask[i] && test.serial && !test.group.empty()) touched.insert(key_of(test));
  }
  std::int64_t added = 0;
  if (touched.empty()) return added;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const TestCase& test = discovery.tests[i];
    // What a tag leaves out on purpose stays out.
    if (mask[i] || excluded[i] || !test.serial || !touched.contains(key_of(test))) continue;
    mask[i] = true;
    ++added;
  }
  return added;
}

}  // namespace

Result<Selection> select(const Discovery& discovery, const domain::History& history, const Filter& filter) {
  Narrowing narrowing(discovery);
  const Mask nothing(discovery.tests.size(), false);

  if (!filter.paths.empty()) {
    Mask any = nothing;
    for (const std::string& text : filter.paths) {
      const PathFilter wanted = parse_path(text);
      const Mask mask = mask_of_path(discovery, wanted);
      if (!any_set(mask)) return no_path(discovery, wanted, text);
      widen(any, mask);
    }
    narrowing.keep(any, "path");
  }
  if (!filter.titles.empty()) {
    Mask any = nothing;
    for (const std::string& text : filter.titles) {
      const Mask mask = mask_of(discovery, TRY(title_matcher(text)));
      if (!any_set(mask)) return no_title(discovery, text);
      widen(any, mask);
    }
    narrowing.keep(any, "title");
  }
  if (!filter.tags.empty()) {
    Mask any = nothing;
    for (const std::string& tag : filter.tags) {
      const Mask mask = mask_of(discovery, [&](const TestCase& test) { return has_tag(test, tag); });
      if (!any_set(mask)) return no_tag(discovery, tag);
      widen(any, mask);
    }
    narrowing.keep(any, "tag");
  }
  if (!filter.only.empty()) {
    Mask any = nothing;
    for (const std::string& name : filter.only) {
      const Mask mask = mask_of(discovery, [&](const TestCase& test) { return is_named(test, name); });
      if (!any_set(mask)) return no_name(discovery, name);
      widen(any, mask);
    }
    narrowing.keep(any, "name");
  }
  if (filter.only_failed) narrowing.keep(TRY(failed_mask(discovery, history)), "failed when last run");

  Mask excluded = nothing;
  if (!filter.not_tags.empty()) {
    for (const std::string& tag : filter.not_tags)
      widen(excluded, mask_of(discovery, [&](const TestCase& test) { return has_tag(test, tag); }));
    Mask kept = excluded;
    kept.flip();
    narrowing.keep(kept, "without the tag");
  }

  Mask chosen = narrowing.mask();
  if (!any_set(chosen) && !discovery.tests.empty())
    return no_match(
        fmt::format("the filters together select none of the {}", count_of(static_cast<std::int64_t>(discovery.tests.size()), "test")),
        fmt::format("each alone selects some, but no test is in all: {}", narrowing.kinds()));

  Selection selection;
  selection.added_for_serial = complete_serial_groups(discovery, excluded, chosen);
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i]) selection.tests.push_back(discovery.tests[i]);
  return selection;
}

}  // namespace tamarack::plan
