#include "story.h"

#include "base/text.h"

namespace tamarack::simulation {
namespace {

std::string describe(const std::vector<schedule::Piece>& pieces) {
  std::vector<std::string> parts;
  for (const schedule::Piece& piece : pieces) {
    std::vector<std::string> tests;
    for (const domain::TestIndex test : piece.tests) tests.push_back(std::to_string(test.value));
    parts.push_back(fmt::format("unit {} (tests {})", piece.unit.value, join(tests, " ")));
  }
  return join(parts, ", ");
}

struct Line {
  std::string operator()(const run::RunPlanned& r) const {
    return fmt::format("run planned: {} in {}, {}, share_invocation={} can_select={}, retries={} fail_fast={} lost_max={}",
                       count_of(static_cast<std::int64_t>(r.plan.tests.size()), "test"),
                       count_of(static_cast<std::int64_t>(r.plan.units.size()), "unit"), to_string(r.plan.policy),
                       r.plan.units_share_invocation, r.plan.can_select_tests, r.options.retries, r.options.fail_fast, r.options.lost_max);
  }
  std::string operator()(const run::WorkerJoined& r) const { return fmt::format("worker {} joined as slot {}", r.worker.value, r.slot); }
  std::string operator()(const run::WorkerReady& r) const { return fmt::format("worker {} is ready", r.worker.value); }
  std::string operator()(const run::WorkerEnded& r) const { return fmt::format("worker {} ended: {}", r.worker.value, r.reason); }
  std::string operator()(const run::LeaseGranted& r) const {
    return fmt::format("lease {} to {}: {}", r.term.value, r.worker.value, describe(r.pieces));
  }
  std::string operator()(const run::TestStarted& r) const { return fmt::format("lease {}: test {} started", r.term.value, r.test.value); }
  std::string operator()(const run::TestFinished& r) const {
    return fmt::format("lease {}: test {} {}{}{}{}", r.term.value, r.report.test.value, to_string(r.report.status),
                       r.report.last_try ? "" : ", will be tried again", r.counted ? "" : ", not counted",
                       r.settles == domain::Outcome::pending ? "" : fmt::format(", settles as {}", to_string(r.settles)));
  }
  std::string operator()(const run::ArtifactStored& r) const {
    return fmt::format("lease {}: artifact of test {}", r.term.value, r.test.value);
  }
  std::string operator()(const run::LeaseEnded& r) const {
    return fmt::format("lease {} {}, code {}, signal {}", r.term.value, to_string(r.end), r.invocation.exit_code, r.invocation.signal);
  }
  std::string operator()(const run::Requeued& r) const { return fmt::format("requeued {}: {}", describe(r.pieces), r.reason); }
  std::string operator()(const run::TestInterrupted& r) const {
    return fmt::format("test {} was {}", r.test.value, r.blamed ? "in flight when its process died" : "passed over");
  }
  std::string operator()(const run::TestSettled& r) const {
    return fmt::format("test {} settled as {}: {}", r.test.value, to_string(r.outcome), r.reason);
  }
  std::string operator()(const run::Disagreed& r) const { return fmt::format("lease {}: {}: {}", r.term.value, r.name, r.message); }
  std::string operator()(const run::InfrastructureFailed& r) const { return fmt::format("worker {}: {}", r.worker.value, r.message); }
  std::string operator()(const run::StopRequested& r) const { return fmt::format("stop by {}: {}", to_string(r.cause), r.reason); }
  std::string operator()(const run::RunResumed&) const { return "run resumed"; }
  std::string operator()(const run::MessageRefused& r) const { return fmt::format("agent {} {}: {}", r.agent.value, r.name, r.message); }
  std::string operator()(const run::PhaseBegan& r) const { return fmt::format("flow {}: phase {} began", r.flow, r.phase); }
  std::string operator()(const run::PhaseEnded& r) const {
    return fmt::format("flow {}: phase {} {}: {}", r.flow, r.phase, to_string(r.outcome), r.message);
  }
  std::string operator()(const run::FlowEnded& r) const { return fmt::format("flow {} {}: {}", r.flow, to_string(r.outcome), r.reason); }
  std::string operator()(const run::RunFinished& r) const { return fmt::format("run finished, {}: {}", to_string(r.verdict), r.headline); }
};

}  // namespace

std::string describe(const run::Entry& entry, Instant started) {
  return fmt::format("{:>9.3f}s #{:<4} {}", static_cast<double>((entry.at - started).count()) / 1000.0, entry.seq,
                     std::visit(Line{}, entry.record));
}

std::string tell(const std::vector<run::Entry>& journal, std::size_t lines_max) {
  std::string text;
  const std::size_t from = journal.size() - std::min(journal.size(), lines_max);
  for (std::size_t i = from; i < journal.size(); ++i) text += "  " + describe(journal[i], journal.front().at) + '\n';
  return text;
}

}  // namespace tamarack::simulation
