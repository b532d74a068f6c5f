#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "run/flows.h"

namespace tamarack::run {

using domain::Capture;
using domain::TestIndex;

namespace {

constexpr std::size_t shown_bytes_max = 60;  // of a value in a message

void need(const domain::Flow& flow, std::int32_t phase, std::vector<bool>& needed) {
  for (const std::int32_t before : flow.phases.at(static_cast<std::size_t>(phase)).needs) {
    if (needed.at(static_cast<std::size_t>(before))) continue;
    needed[static_cast<std::size_t>(before)] = true;
    need(flow, before, needed);
  }
}

std::string shown(const std::string& json) {
  if (json.size() <= shown_bytes_max) return to_valid_utf8(json);
  return to_valid_utf8(json.substr(0, shown_bytes_max)) + "…";
}

std::string names_of(const std::vector<Capture>& captures) {
  if (captures.empty()) return "nothing";
  std::vector<std::string> names;
  for (const Capture& capture : captures) names.push_back(fmt::format("'{}' ({})", capture.name, domain::kind_of_json(capture.json)));
  return "only " + join(names, ", ");
}

}  // namespace

std::vector<Capture> captures_of(const Run& run, std::int32_t flow, std::int32_t phase) {
  std::vector<Capture> captures;
  for (const Capture& capture : run.plan.given) put_capture(captures, capture);
  if (flow < 0) return captures;
  const domain::Flow& planned = run.plan.flows.at(static_cast<std::size_t>(flow));
  std::vector<bool> needed(planned.phases.size());
  need(planned, phase, needed);
  for (std::size_t p = 0; p < needed.size(); ++p) {
    if (!needed[p]) continue;
    for (const Capture& capture : run.flows.at(static_cast<std::size_t>(flow)).phases.at(p).captures) put_capture(captures, capture);
  }
  return captures;
}

std::vector<LeaseCaptures> captures_of(const Run& run, const std::vector<schedule::Piece>& pieces) {
  if (run.plan.flows.empty() && run.plan.given.empty()) return {};
  std::map<std::pair<std::int32_t, std::int32_t>, std::vector<TestIndex>> tests;
  for (const schedule::Piece& piece : pieces)
    for (const TestIndex test : piece.tests) {
      const TestState& state = run.tests.at(test.value);
      tests[{state.flow, state.phase}].push_back(test);
    }
  std::vector<LeaseCaptures> all;
  for (auto& [place, of_place] : tests) {
    std::vector<Capture> captures = captures_of(run, place.first, place.second);
    if (!captures.empty()) all.push_back({std::move(of_place), std::move(captures)});
  }
  return all;
}

domain::WaitId wait_id_of(const domain::RunId& run, std::int32_t flow, std::int32_t phase) {
  return domain::WaitId{fmt::format("{}-{}-{}", run.value, flow, phase)};
}

domain::PhaseOutcome phase_outcome_of(domain::WaitOutcome outcome) {
  switch (outcome) {
    case domain::WaitOutcome::satisfied:
      return domain::PhaseOutcome::satisfied;
    case domain::WaitOutcome::failed:
      return domain::PhaseOutcome::failed;
    case domain::WaitOutcome::timed_out:
      return domain::PhaseOutcome::timed_out;
    case domain::WaitOutcome::lost:
      return domain::PhaseOutcome::lost;
    case domain::WaitOutcome::cancelled:
      return domain::PhaseOutcome::cancelled;
    case domain::WaitOutcome::invalid:
      return domain::PhaseOutcome::invalid;
  }
  return domain::PhaseOutcome::invalid;
}

std::string problem_of(const std::vector<domain::CaptureWish>& wishes, const std::vector<Capture>& captures) {
  std::vector<std::string> problems;
  for (const domain::CaptureWish& wish : wishes) {
    const auto found = std::find_if(captures.begin(), captures.end(), [&](const Capture& one) { return one.name == wish.name; });
    const std::string wanted = fmt::format("expected its tests to capture '{}' ({})", wish.name, wish.type);
    if (found == captures.end())
      problems.push_back(fmt::format("{}, captured was {}", wanted, names_of(captures)));
    else if (!domain::is_of_type(found->json, wish.type))
      problems.push_back(fmt::format("{}, got {} {}", wanted, domain::kind_of_json(found->json), shown(found->json)));
  }
  return join(problems, "; ");
}

}  // namespace tamarack::run
