#include "referee.h"

#include <algorithm>

#include "base/text.h"

namespace tamarack::simulation {

using domain::Outcome;
using domain::TestIndex;
using domain::TestStatus;

void Referee::after_step(const run::Run& live, const std::vector<run::Entry>& entries, const std::vector<run::Effect>& effects) {
  for (const run::Entry& entry : entries) {
    journal_.push_back(entry);
    judge(entry);
    run::apply(folded_, entry);
  }
  for (const run::Effect& effect : effects)
    if (const auto* grant = std::get_if<run::GrantLease>(&effect)) {
      const auto lease = folded_.leases.find(grant->term);
      require(lease != folded_.leases.end() && lease->second.worker == grant->worker && lease->second.pieces == grant->pieces,
              "an order to run lease {} was given, which is not live", grant->term.value);
      captures_hold(*grant);
      if (entries.empty()) world_.took(Transition::lease_sent_again);
    }
  if (entries.empty()) return;
  same_state(live);
  if (live.finished) return;
  every_test_in_its_place();
  nobody_idles_beside_work();
  note_waits();
}

void Referee::judge(const run::Entry& entry) {
  require(!folded_.finished || std::holds_alternative<run::ArtifactStored>(entry.record), "entry {} after the run was finished", entry.seq);
  std::visit([this](const auto& record) { rule(record); }, entry.record);
  note_counted(entry);
  if (const auto* granted = std::get_if<run::LeaseGranted>(&entry.record)) granted_at_[granted->term] = entry.seq;
}

void Referee::same_state(const run::Run& live) const {
  require(folded_.last_seq == live.last_seq, "the journal ends at {}, the state at {}", folded_.last_seq, live.last_seq);
  require(folded_.tests == live.tests, "folding the journal gives other tests than the live state has");
  require(folded_.pending_in_unit == live.pending_in_unit, "folding the journal gives other counts of pending tests");
  require(folded_.queue == live.queue, "folding the journal gives another queue than the live state has");
  require(folded_.ledger == live.ledger, "folding the journal gives another ledger than the live state has");
  require(folded_.circumstances == live.circumstances, "folding the journal gives other circumstances");
  require(folded_.stopping == live.stopping && folded_.finished == live.finished && folded_.verdict == live.verdict &&
              folded_.last_term == live.last_term && folded_.attempts == live.attempts,
          "folding the journal gives another run than the live state is");
  require(std::equal(folded_.leases.begin(), folded_.leases.end(), live.leases.begin(), live.leases.end(),
                     [](const auto& a, const auto& b) {
                       return a.first == b.first && a.second.worker == b.second.worker && a.second.pieces == b.second.pieces &&
                              a.second.in_flight == b.second.in_flight && a.second.reported == b.second.reported &&
                              a.second.granted == b.second.granted && a.second.stopping == b.second.stopping;
                     }),
          "folding the journal gives other leases than the live state has");
  require(std::equal(folded_.workers.begin(), folded_.workers.end(), live.workers.begin(), live.workers.end(),
                     [](const auto& a, const auto& b) {
                       return a.first == b.first && a.second.agent == b.second.agent && a.second.slot == b.second.slot &&
                              a.second.phase == b.second.phase;
                     }),
          "folding the journal gives other workers than the live state has");
  flows_add_up(live);
}

// A pending test waits in the queue or is held by one live lease: never both, never neither, never twice. One of a phase that has not begun
// is nowhere; one of a flow that has ended is held by a lease.
void Referee::every_test_in_its_place() {
  std::vector<std::uint8_t>& places = places_;
  places.assign(folded_.tests.size(), 0);
  for (const schedule::Piece& piece : folded_.queue.waiting)
    for (const TestIndex test : piece.tests) ++places[test.value];
  for (const auto& [term, lease] : folded_.leases)
    for (const schedule::Piece& piece : lease.pieces)
      for (const TestIndex test : piece.tests) ++places[test.value];
  for (std::size_t test = 0; test < places.size(); ++test) {
    const run::TestState& one = folded_.tests[test];
    if (one.outcome != Outcome::pending) continue;
    const bool is_to_come = one.flow >= 0 && !state(one.flow, one.phase).began;
    if (is_to_come)
      require(places[test] == 0 && !is_over(one), "test {} of phase {} of flow {}, which has not begun, is queued or leased", test,
              one.phase, one.flow);
    else
      require(places[test] == 1, "test {} is pending and is {}", test,
              places[test] == 0 ? "neither queued nor leased" : "queued or leased more than once");
  }
  Millis later{0};
  for (const domain::Unit& unit : folded_.plan.units) {
    if (unit.tests.empty() || folded_.pending_in_unit.at(unit.index.value) == 0) continue;
    const run::TestState& first = folded_.tests[unit.tests.front().value];
    if (first.flow >= 0 && !state(first.flow, first.phase).began) later += unit.estimate;
  }
  require(later == folded_.later, "{} ms are to come, and {} are counted", later.count(), folded_.later.count());
}

bool Referee::may_start(const domain::Unit& unit) const {
  const schedule::InUse use = run::in_use(folded_);
  for (const std::string& lock : unit.locks)
    if (use.locks.contains(lock)) return false;
  for (const std::string& name : unit.caps)
    for (const domain::Cap& cap : folded_.plan.caps)
      if (cap.name == name && use.caps.contains(name) && use.caps.at(name) >= cap.units_max) return false;
  return std::all_of(unit.after.begin(), unit.after.end(),
                     [&](domain::UnitIndex before) { return folded_.pending_in_unit.at(before.value) == 0; });
}

void Referee::nobody_idles_beside_work() const {
  if (folded_.stopping || folded_.queue.waiting.empty()) return;
  for (const auto& [id, worker] : folded_.workers) {
    if (worker.phase != run::WorkerPhase::idle) continue;
    for (const schedule::Piece& piece : folded_.queue.waiting) {
      const domain::Unit& unit = folded_.plan.units.at(piece.unit.value);
      const bool mine = unit.pinned_worker < 0 || unit.pinned_worker == worker.slot;
      require(!mine || !may_start(unit), "worker {} is idle although unit {} waits and may start", id.value, piece.unit.value);
    }
  }
}

void Referee::note_waits() {
  if (folded_.leases.empty() || folded_.queue.waiting.empty()) return;
  const std::string cause = schedule::why_waiting(folded_.queue, folded_.plan, run::in_use(folded_));
  if (cause.starts_with("lock")) world_.took(Transition::waited_for_lock);
  if (cause.starts_with("cap")) world_.took(Transition::waited_for_cap);
  if (cause.starts_with("after")) world_.took(Transition::waited_for_predecessor);
}

void Referee::restarted(const run::Run& folded) {
  folded_ = folded;
  journal_.resize(static_cast<std::size_t>(folded.last_seq));
  durable_seq_ = folded.last_seq;
  std::erase_if(granted_at_, [&](const auto& grant) { return grant.second > folded.last_seq; });
  std::erase_if(captures_, [&](const auto& grant) { return grant.first.value > folded.last_term; });
  counted_.clear();
  for (const run::Entry& entry : journal_) note_counted(entry);
}

void Referee::resumed(const run::Run& live, const run::Run& folded, const std::vector<run::Event>& found) {
  require(live.finished || live.leases.empty() || live.last_seq > folded.last_seq, "a resumed run still holds a lease of the dead process");
  for (const run::Event& event : found) {
    const auto* ended = std::get_if<run::TestEnded>(&event);
    if (ended == nullptr || ended->report.status != TestStatus::passed) continue;
    const run::LeaseState& lease = folded.leases.at(ended->term);
    const bool leased = std::any_of(lease.pieces.begin(), lease.pieces.end(), [&](const schedule::Piece& piece) {
      return std::find(piece.tests.begin(), piece.tests.end(), ended->report.test) != piece.tests.end();
    });
    // What a framework says about a dead application is nobody's verdict.
    if (leased && !lease.app_died && !lease.reported.contains(ended->report.test))
      require(live.tests.at(ended->report.test.value).outcome != Outcome::pending,
              "test {} had passed before the restart and is to run again", ended->report.test.value);
  }
}

void Referee::framework_starts(domain::Term term) const {
  const auto grant = granted_at_.find(term);
  require(grant != granted_at_.end() && grant->second <= durable_seq_, "lease {} is obeyed before its grant is durable", term.value);
}

}  // namespace tamarack::simulation
