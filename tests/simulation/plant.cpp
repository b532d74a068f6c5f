#include "plant.h"

#include <algorithm>

namespace tamarack::simulation {
namespace {

using domain::Outcome;

// Folds the changed records onto the state before the step, so that journal and state agree about the wrong decision.
run::Step decide_again(run::Run before, const run::Step& right, const std::vector<run::Record>& records, Instant now) {
  run::Step wrong{.run = std::move(before), .effects = right.effects};
  for (const run::Record& record : records) {
    wrong.entries.push_back({wrong.run.last_seq + 1, now, record});
    run::apply(wrong.run, wrong.entries.back());
  }
  return wrong;
}

// Only a decision that the fold can carry is planted: it must not settle a test twice.
bool is_pending(const run::Run& run, domain::TestIndex test) {
  return run.tests.at(test.value).outcome == Outcome::pending;
}

// The tests of the first phase that needs this wait, as if it were satisfied.
std::optional<run::Record> early_phase(const run::Run& run, const run::Record& record) {
  const auto* began = std::get_if<run::PhaseBegan>(&record);
  if (began == nullptr) return std::nullopt;
  const domain::Flow& flow = run.plan.flows.at(static_cast<std::size_t>(began->flow));
  if (!flow.phases.at(static_cast<std::size_t>(began->phase)).tests.empty()) return std::nullopt;
  for (std::size_t p = 0; p < flow.phases.size(); ++p) {
    const auto& needs = flow.phases[p].needs;
    if (std::find(needs.begin(), needs.end(), began->phase) == needs.end() || flow.phases[p].tests.empty()) continue;
    return run::PhaseBegan{.flow = began->flow, .phase = static_cast<std::int32_t>(p)};
  }
  return std::nullopt;
}

// Instead of the end of a test that may not run twice: it waits to run again.
std::optional<run::Record> second_go(const run::Run& run, const run::Record& record) {
  const auto* settled = std::get_if<run::TestSettled>(&record);
  if (settled == nullptr || settled->reason.find("may not run twice") == std::string::npos) return std::nullopt;
  return run::Requeued{{{run.tests.at(settled->test.value).unit, {settled->test}}}, "planted"};
}

run::Step plant_into(Plant plant, run::Run before, run::Step right, Instant now) {
  std::vector<run::Record> records;
  bool changed = false;
  for (const run::Entry& entry : right.entries) {
    run::Record record = entry.record;
    if (auto* finished = std::get_if<run::TestFinished>(&record);
        plant == Plant::count_late && finished != nullptr && !before.leases.contains(finished->term) &&
        is_pending(before, finished->report.test) && finished->report.status == domain::TestStatus::passed && right.entries.size() == 1) {
      // Tests that wait in the queue stay there: their second execution will be the one that is not counted.
      finished->counted = true;
      finished->settles = Outcome::passed;
      changed = true;
    }
    if (plant == Plant::forget_requeue && std::holds_alternative<run::Requeued>(record)) {
      // With it goes what was decided because of it: the leases of the same step.
      changed = true;
      right.effects.clear();
      break;
    }
    if (plant == Plant::prepare_again) {
      if (auto again = second_go(before, record)) {
        record = *again;
        changed = true;
      } else if (changed && (std::holds_alternative<run::PhaseEnded>(record) || std::holds_alternative<run::FlowEnded>(record))) {
        break;
      }
    }
    records.push_back(record);
    if (plant == Plant::begin_early && before.is_planned())
      if (const auto early = early_phase(before, record)) {
        records.push_back(*early);
        changed = true;
      }
    if (const auto* granted = std::get_if<run::LeaseGranted>(&record); plant == Plant::double_lease && granted != nullptr) {
      records.push_back(run::Requeued{granted->pieces, "planted"});
      changed = true;
    }
  }
  return changed ? decide_again(std::move(before), right, records, now) : right;
}

}  // namespace

std::optional<Plant> parse_plant(std::string_view name) {
  for (const auto& [plant, known] : plants)
    if (known == name) return plant;
  return std::nullopt;
}

StepFunction step_with(Plant plant) {
  if (plant == Plant::none) return [](run::Run run, const run::Event& event, Instant now) { return run::step(std::move(run), event, now); };
  return [plant](run::Run run, const run::Event& event, Instant now) {
    run::Run before = run;
    if (const auto* ended = std::get_if<run::InvocationEnded>(&event); plant == Plant::trust_exit_code && ended != nullptr) {
      const auto lease = before.leases.find(ended->term);
      if (lease != before.leases.end() && ended->invocation.exit_code == 0 && !ended->process_lost) {
        std::vector<run::Record> records;
        for (const schedule::Piece& piece : lease->second.pieces)
          for (const domain::TestIndex test : piece.tests)
            if (is_pending(before, test))
              records.push_back(run::TestFinished{ended->term, ended->worker, {.test = test}, true, Outcome::passed});
        run::Step planted = decide_again(std::move(run), {}, records, now);
        run::Step rest = run::step(std::move(planted.run), event, now);
        rest.entries.insert(rest.entries.begin(), planted.entries.begin(), planted.entries.end());
        return rest;
      }
    }
    run::Event heard = event;
    if (auto* word = std::get_if<run::WaitConcluded>(&heard); plant == Plant::trust_wait && word != nullptr)
      word->outcome = domain::WaitOutcome::satisfied;
    run::Step right = run::step(std::move(run), heard, now);
    if (plant == Plant::forget_journal) {
      // Nor what follows it: a journal with a gap cannot be read at all.
      const auto first = std::find_if(right.entries.begin(), right.entries.end(),
                                      [](const run::Entry& entry) { return std::holds_alternative<run::TestSettled>(entry.record); });
      right.entries.erase(first, right.entries.end());
      return right;
    }
    return plant_into(plant, std::move(before), std::move(right), now);
  };
}

}  // namespace tamarack::simulation
