#include <algorithm>

#include "base/check.h"
#include "flow/stepper.h"

namespace tamarack::flow {

using domain::JobId;
using domain::WaitId;

void Stepper::record(const std::string& stream, Record fact) {
  std::int64_t seq = 0;
  if (stream.starts_with("job:")) {
    const auto job = board_.jobs.find(JobId{stream.substr(4)});
    seq = job == board_.jobs.end() ? 0 : job->second.last_seq;
  } else if (stream.starts_with("wait:")) {
    const auto wait = board_.waits.find(WaitId{stream.substr(5)});
    seq = wait == board_.waits.end() ? 0 : wait->second.last_seq;
  } else if (stream.starts_with("mail:")) {
    const auto mailbox = board_.mailboxes.find(stream.substr(5));
    seq = mailbox == board_.mailboxes.end() ? 0 : mailbox->second.last_seq;
  } else {
    seq = board_.clock_seq;
  }
  Entry entry{stream, seq + 1, now_, std::move(fact)};
  apply(board_, entry);
  entries_.push_back(std::move(entry));
}

// Time has come for one stream. Which look comes next is set whenever something of it changes.
void Stepper::look(const std::string& stream) {
  if (stream.starts_with("job:")) {
    const auto at = board_.jobs.find(JobId{stream.substr(4)});
    if (at == board_.jobs.end()) return;
    record_all(at->second, look_at(at->second, now_, board_.waits_of_job.contains(at->first)));
  } else if (stream.starts_with("wait:")) {
    const auto at = board_.waits.find(WaitId{stream.substr(5)});
    if (at != board_.waits.end()) look(at->second);
  } else if (stream.starts_with("mail:")) {
    const auto at = board_.mailboxes.find(stream.substr(5));
    if (at == board_.mailboxes.end()) return;
    const bool is_waited_for = board_.waits_of_mailbox.contains(at->first);
    for (Record& fact : look_at(at->second, now_, is_waited_for)) record(stream, std::move(fact));
    if (const auto left = board_.mailboxes.find(stream.substr(5)); left != board_.mailboxes.end())
      board_.agenda.set(stream, flow::next_look(left->second, is_waited_for));
  }
}

void Stepper::operator()(const Tick&) {
  for (const std::string& request : board_.probes.give_up(now_)) {
    const NoAnswer none{fmt::format("no answer within {}", human_duration(board_.options.probes.answer_max))};
    give_all(request, none, now_ - board_.options.probes.answer_max);
  }
}

void Stepper::operator()(const Restarted& event) {
  record("clock", ClockStarted{event.clock.wall, event.clock.since_boot, event.clock.boot});
  std::size_t probes = 0;
  for (const auto& [id, wait] : board_.waits)
    if (!wait.over) probes += wait.spec.conditions.size();
  const Millis window = std::max(board_.options.spread_min, board_.options.spread_each * static_cast<std::int64_t>(probes));
  for (auto& [id, job] : board_.jobs) {
    // Whoever is alive gets his two heartbeats to say so.
    job.heard = now_;
    if (job.cancel_asked && !is_final(job.status)) effects_.push_back(StopJob{id, job.executor});
    board_.agenda.set(stream_of(id), flow::next_look(job, board_.waits_of_job.contains(id)));
  }
  for (const auto& [key, mailbox] : board_.mailboxes)
    board_.agenda.set(stream_of_mailbox(key), flow::next_look(mailbox, board_.waits_of_mailbox.contains(key)));
  for (auto& [id, wait] : board_.waits) {
    board_.agenda.set(stream_of(id), next_look(wait));
    if (wait.over) {
      if (!wait.taken) repeat_orders(wait);
      continue;
    }
    const Millis left = std::clamp(wait.deadline - now_, Millis{0}, window);
    for (std::size_t i = 0; i < wait.conditions.size(); ++i)
      if (!wait.conditions[i].over && wait.spec.conditions[i].source == SourceKind::outside)
        watch(wait, i, now_ + Millis{static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(left.count()) + 1))});
  }
}

void Stepper::conclude() {
  for (const std::string& stream : board_.agenda.take_due(now_)) look(stream);
  for (const ProbeOrder& order : board_.probes.take_due(now_)) effects_.push_back(Ask{order.request, order.number});
}

Step step(Board board, const Event& event, Instant now, Random& random) {
  Step result{.board = std::move(board)};
  // The line of instants only moves forward, whatever the caller's clock does.
  Stepper stepper(result.board, std::max(now, result.board.latest), random);
  std::visit(stepper, event);
  stepper.conclude();
  result.entries = std::move(stepper.entries_);
  result.effects = std::move(stepper.effects_);
  return result;
}

std::optional<Instant> next_due(const Board& board) {
  const auto agenda = board.agenda.next();
  const auto probes = board.probes.next_due();
  if (agenda && probes) return std::min(*agenda, *probes);
  return agenda ? agenda : probes;
}

}  // namespace tamarack::flow
