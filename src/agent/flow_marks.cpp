#include "agent/flow_marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"
#include "io/crypto.h"
#include "io/files.h"

namespace tamarack::agent {
namespace {

constexpr std::size_t spec_bytes_max = 64 << 20;
constexpr std::size_t note_bytes_max = 16 << 20;
constexpr std::size_t commit_chars_shown = 12;
constexpr std::size_t specs_shown = 3;
constexpr std::string_view no_file = "-";  // a spec that is no file, such as a unit of the `command` adapter; or a commit that is not known

// "commit" first, then each spec file; values are one word.
using Code = std::vector<std::pair<std::string, std::string>>;

Code code_of(const domain::Plan& plan, const domain::Flow& flow, const FlowPlace& place) {
  std::set<std::string> specs;
  for (const domain::FlowPhase& phase : flow.phases)
    for (const domain::TestIndex test : phase.tests) specs.insert(plan.tests.at(test.value).identity.spec);
  Code code{{"commit", place.commit.empty() ? std::string(no_file) : place.commit}};
  for (const std::string& spec : specs) {
    const auto content = io::read_file(io::join_path(place.suite_dir, spec), spec_bytes_max);
    code.emplace_back(spec, content ? io::sha256_text(*content) : std::string(no_file));
  }
  return code;
}

std::string to_text(const Code& code) {
  std::string text;
  for (const auto& [name, value] : code) text += fmt::format("{} {}\n", value, name);
  return text;
}

Code from_text(std::string_view text) {
  Code code;
  for (const std::string& line : split_lines(text))
    if (const std::size_t space = line.find(' '); space != std::string::npos)
      code.emplace_back(line.substr(space + 1), line.substr(0, space));
  return code;
}

// "a.spec.ts has changed and b.spec.ts is gone since the flow began; it began at commit 1a2b3c4d5e6f, now it is 0f9e8d7c6b5a".
std::string difference(const Code& before, const Code& now) {
  std::vector<std::string> changed;
  std::string commits;
  for (const auto& [name, value] : now) {
    const auto known = std::find_if(before.begin(), before.end(), [&, &spec = name](const auto& one) { return one.first == spec; });
    if (known == before.end() || known->second == value) continue;
    if (name != "commit") {
      changed.push_back(name + (value == no_file ? " is gone" : " has changed"));
      continue;
    }
    if (known->second != no_file && value != no_file)
      commits = fmt::format("it began at commit {}, now it is {}", known->second.substr(0, commit_chars_shown),
                            value.substr(0, commit_chars_shown));
  }
  if (changed.size() > specs_shown) {
    const std::size_t more = changed.size() - specs_shown;
    changed.resize(specs_shown);
    changed.push_back(fmt::format("{} more have", more));
  }
  std::vector<std::string> parts;
  if (!changed.empty()) parts.push_back(join(changed, ", ") + " since the flow began");
  if (!commits.empty()) parts.push_back(commits);
  return replace_all(join(parts, "; "), "\n", " ");  // whatever a file is called
}

// Why the flow's code is not what was noted of it; nothing was noted: it is noted now.
Result<std::string> drift_of(const domain::Plan& plan, const domain::Flow& flow, const FlowPlace& place) {
  const Code now = code_of(plan, flow, place);
  const std::string path = io::join_path(place.notes_dir, io::sha256_text(flow.name) + ".code");
  if (!io::exists(path)) {
    TRY_VOID(io::make_directories(place.notes_dir));
    TRY_VOID(io::write_file(path, to_text(now)));
    return std::string{};
  }
  return difference(from_text(TRY(io::read_file(path, note_bytes_max))), now);
}

std::string kept_path(const std::string& attempt_dir) {
  return attempt_dir + "/flow-marks.txt";
}

// JSON has line ends between its values only, where they say nothing.
std::string in_one_line(std::string json) {
  return replace_all(std::move(json), "\n", " ");
}

std::string shown(const std::string& json) {
  constexpr std::size_t bytes_max = 60;
  return json.size() <= bytes_max ? json : to_valid_utf8(json.substr(0, bytes_max)) + "…";
}

// Of several captures of the name the last counts.
std::string app_version_in(const std::vector<domain::Capture>& captures) {
  std::string version;
  for (const domain::Capture& capture : captures)
    if (capture.name == app_version_capture) version = in_one_line(capture.json);
  return version;
}

std::string app_version_for(domain::TestIndex test, const std::vector<run::LeaseCaptures>& handed_on) {
  for (const run::LeaseCaptures& some : handed_on)
    if (std::find(some.tests.begin(), some.tests.end(), test) != some.tests.end()) return app_version_in(some.captures);
  return {};
}

bool begins_alone(const domain::Flow& flow, const domain::FlowPhase& phase) {
  if (phase.tests.size() != 1) return false;
  std::vector<std::int32_t> open = phase.needs;
  std::set<std::int32_t> seen;
  while (!open.empty()) {
    const std::int32_t need = open.back();
    open.pop_back();
    if (!seen.insert(need).second) continue;
    const domain::FlowPhase& before = flow.phases.at(static_cast<std::size_t>(need));
    if (!before.tests.empty()) return false;
    open.insert(open.end(), before.needs.begin(), before.needs.end());
  }
  return true;
}

}  // namespace

Result<FlowMarks> FlowMarks::look(const adapter::Selection& selection, const FlowPlace& place,
                                  const std::vector<run::LeaseCaptures>& handed_on) {
  FlowMarks marks;
  marks.app_url_ = place.app_url;
  const domain::Plan& plan = *selection.plan;
  if (plan.flows.empty()) return marks;
  std::set<domain::TestIndex> selected;
  for (const adapter::Selection::Part& part : selection.parts) selected.insert(part.tests.begin(), part.tests.end());
  for (const domain::Flow& flow : plan.flows) {
    std::optional<std::string> drift;
    for (const domain::FlowPhase& phase : flow.phases)
      for (const domain::TestIndex test : phase.tests) {
        if (!selected.contains(test)) continue;
        if (!drift) drift = TRY(drift_of(plan, flow, place));
        marks.marks_[test] = {*drift, begins_alone(flow, phase), app_version_for(test, handed_on)};
      }
  }
  return marks;
}

// The address, then a line for each test: "INDEX 1 what has changed"; 1: it begins its flow alone. "INDEX v JSON" is its app_version.
Result<> FlowMarks::keep(const std::string& attempt_dir) const {
  if (marks_.empty()) return {};
  std::string text = app_url_ + "\n";
  for (const auto& [test, mark] : marks_) {
    text += fmt::format("{} {} {}\n", test.value, mark.begins_alone ? 1 : 0, mark.drift);
    if (!mark.app_version.empty()) text += fmt::format("{} v {}\n", test.value, mark.app_version);
  }
  return io::write_file(kept_path(attempt_dir), text);
}

FlowMarks FlowMarks::kept(const std::string& attempt_dir) {
  FlowMarks marks;
  const auto text = io::read_file(kept_path(attempt_dir), note_bytes_max);
  if (!text) return marks;
  const std::vector<std::string> lines = split_lines(*text);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t space = lines[i].find(' ');
    const auto test = parse_integer(lines[i].substr(0, space));
    if (!test || *test < 0 || space == std::string::npos || lines[i].size() < space + 3) continue;
    Mark& mark = marks.marks_[domain::TestIndex{static_cast<std::size_t>(*test)}];
    const std::string rest = lines[i].substr(space + 3);
    if (lines[i][space + 1] == 'v') {
      mark.app_version = rest;
      continue;
    }
    mark.drift = rest;
    mark.begins_alone = lines[i][space + 1] == '1';
  }
  if (!lines.empty()) marks.app_url_ = lines.front();
  return marks;
}

void FlowMarks::add_to(domain::TestReport& report) const {
  const auto mark = marks_.find(report.test);
  if (mark == marks_.end()) return;
  if (!mark->second.drift.empty()) report.annotations.push_back({domain::drifted_annotation, mark->second.drift});
  const std::string& before = mark->second.app_version;
  if (const std::string now = app_version_in(report.captures); !before.empty() && !now.empty() && now != before)
    report.annotations.push_back({domain::drifted_annotation, fmt::format("app_version was {}, now it is {}", shown(before), shown(now))});
  if (app_url_.empty() || (report.captures.empty() && !mark->second.begins_alone)) return;
  const bool has_own =
      std::any_of(report.captures.begin(), report.captures.end(), [](const domain::Capture& one) { return one.name == app_url_capture; });
  if (!has_own && report.captures.size() < domain::captures_of_test_max)
    report.captures.push_back({app_url_capture, fmt::format("\"{}\"", app_url_)});
}

}  // namespace tamarack::agent
