#include <algorithm>

#include "flow/simulation.h"

// What must be true of every committed step, and of the whole story at its end.
namespace tamarack::flow {

using domain::JobStatus;
using domain::WaitOutcome;

namespace {

// Everything that the journal must give back: the same text for the same durable state.
std::string durable(const Board& board) {
  std::string text;
  for (const auto& [id, job] : board.jobs)
    text += fmt::format("{} {} {} {} {} {}\n", id.value, to_string(job.status), job.stage, job.executor, job.epoch, job.last_seq);
  for (const auto& [id, wait] : board.waits) {
    text += fmt::format("{} {} {} {} {}", id.value, wait.over, to_string(wait.outcome), wait.taken, wait.last_seq);
    for (const ConditionState& state : wait.conditions) text += fmt::format(" {}{}{}", state.over, state.seen, state.status);
    text += '\n';
  }
  for (const auto& [key, mailbox] : board.mailboxes) {
    text += fmt::format("{} {} {}", key, mailbox.waiting, mailbox.last_seq);
    for (const StoredSignal& stored : mailbox.signals)
      text += fmt::format(" {}>{}{}", stored.signal.id.value, stored.consumed_by.value, stored.late);
    text += '\n';
  }
  text +=
      fmt::format("{} {} {} {}", board.job_of_key.size(), board.unclaimed.size(), board.waits_of_job.size(), board.waits_of_mailbox.size());
  return text;
}

}  // namespace

void Simulation::judge_end(const Wait& wait, Instant at) {
  // A job or a signal after the deadline ends a wait as timed out, and so does the clock; nobody times out before.
  if (wait.outcome == WaitOutcome::timed_out && at < wait.deadline) object(fmt::format("wait {} timed out early", wait.id.value));
  const Instant latest = std::max(wait.deadline + last_look_max, back_);
  if (at > latest) object(fmt::format("wait {} ended {} ms after its last look", wait.id.value, (at - latest).count()));
  if (wait.outcome != WaitOutcome::satisfied && wait.outcome != WaitOutcome::failed) return;
  for (std::size_t i = 0; i < wait.conditions.size(); ++i) {
    const ConditionState& state = wait.conditions[i];
    const Condition& condition = wait.spec.conditions[i];
    if (!state.over || condition.source != SourceKind::outside) continue;
    const Backend& backend = backends_.at(condition.request);
    if (backend.ends > at) object(fmt::format("wait {} ended before the work it waits for", wait.id.value));
    const WaitOutcome truth = backend.fails ? WaitOutcome::failed : WaitOutcome::satisfied;
    if (state.outcome != truth)
      object(fmt::format("wait {} says {} of work that {}", wait.id.value, to_string(state.outcome), to_string(truth)));
  }
}

void Simulation::referee(const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    if (std::holds_alternative<WaitEnded>(entry.record)) {
      if (++ends_[entry.stream] > 1) object(fmt::format("{} ended twice", entry.stream));
      const Wait& wait = board_.waits.at(domain::WaitId{entry.stream.substr(5)});
      ++seen[std::string(to_string(wait.outcome))];
      judge_end(wait, entry.at);
    }
    if (std::holds_alternative<JobSubmitted>(entry.record)) ++seen["jobs"];
    if (std::holds_alternative<SignalConsumed>(entry.record)) ++seen["consumed"];
    if (std::holds_alternative<SignalRepeated>(entry.record)) ++seen["repeated"];
    if (const auto* ignored = std::get_if<JobReportIgnored>(&entry.record)) ++seen[std::string(to_string(ignored->why))];
    if (const auto* ended = std::get_if<JobEnded>(&entry.record)) ++seen[std::string(to_string(ended->status))];
    if (const auto* noted = std::get_if<WaitNoted>(&entry.record)) ++seen[std::string(to_string(noted->what))];
  }
  for (const auto& [id, job] : board_.jobs) {
    const auto [last, is_new] = last_status_.emplace(id.value, job.status);
    if (!is_new && last->second != job.status && !may_follow(last->second, job.status))
      object(fmt::format("job {} moved from {} to {}", id.value, to_string(last->second), to_string(job.status)));
    last->second = job.status;
  }
  std::map<std::string, int> of_key;
  for (const auto& [id, job] : board_.jobs)
    if (++of_key[job.request.idempotency_key] > 1) object(fmt::format("key {} has two jobs", job.request.idempotency_key));
  // A signal that waits and a wait that could have it never stand beside each other.
  for (const auto& [key, waits] : board_.waits_of_mailbox) {
    const auto mailbox = board_.mailboxes.find(key);
    if (mailbox == board_.mailboxes.end() || next_signal(mailbox->second) == nullptr) continue;
    object(fmt::format("a signal lies in mailbox {} while {} waits for it", key, waits.begin()->second.wait.value));
  }
}

void Simulation::look_over() {
  if (!complaint_.empty()) return;
  Board folded;
  for (const Entry& entry : journal_) {
    if (options_.plant == "lose-signal" && std::holds_alternative<SignalStored>(entry.record)) continue;
    if (options_.plant == "lose-signal" && entry.stream.starts_with("mail:")) continue;
    apply(folded, entry);
  }
  if (durable(folded) != durable(board_))
    object(fmt::format("the journal folds to another state:\n{}\nis not\n{}", durable(folded), durable(board_)));
  for (const auto& [id, wait] : board_.waits) {
    if (!wait.over) object(fmt::format("wait {} never ended", id.value));
    if (phases_[id.value] != 1 && !options_.calm && wait.taken)
      object(fmt::format("what follows wait {} was begun {} times", id.value, phases_[id.value]));
    if (phases_[id.value] > 1) object(fmt::format("what follows wait {} was begun {} times", id.value, phases_[id.value]));
  }
  for (const auto& [job, starts] : starts_)
    if (starts > 1) object(fmt::format("job {} was started {} times", job, starts));
  for (const auto& [id, job] : board_.jobs)
    if (is_begun(job.status)) object(fmt::format("job {} is {} for ever", id.value, to_string(job.status)));
  for (const auto& [signal, key] : promised_) {
    const auto& signals = board_.mailboxes.at(key).signals;
    const auto found =
        std::count_if(signals.begin(), signals.end(), [&](const StoredSignal& one) { return one.signal.id.value == signal; });
    if (found != 1) object(fmt::format("signal {} was promised and is there {} times", signal, found));
  }
  if (board_.probes.size() != 0) object(fmt::format("{} probes are left", board_.probes.size()));
}

}  // namespace tamarack::flow
