// Everything that the journal must give back, as text: the same for the same durable state. For tests.
#pragma once

#include <string>

#include "flow/board.h"
#include "wire/flow_journal.h"

namespace tamarack::board {

inline std::string durable_text(const flow::Job& job) {
  std::string text = wire::encode_body(flow::JobSubmitted{job.id, job.request});
  text += wire::encode_body(flow::JobAdvanced{job.status, job.stage, job.progress, job.executor});
  text += wire::encode_body(flow::JobEnded{job.status, job.result, job.result_location, job.error, job.reason});
  return text + fmt::format(" {} {} {} {} {} {} {} {} {}\n", job.epoch, to_ms(job.submitted), to_ms(job.changed), to_ms(job.ended),
                            job.cancel_asked, job.cancel_reason, job.advances, job.ignored, job.last_seq);
}

inline std::string durable_text(const flow::Wait& wait) {
  std::string text = wire::encode_body(flow::WaitParked{wait.id, wait.spec, wait.deadline});
  for (const flow::ConditionState& state : wait.conditions) {
    text += fmt::format(" {} {} {} {}", state.over, state.seen, to_ms(state.seen_at), state.status);
    text += wire::encode_body(flow::ConditionEnded{0, state.outcome, state.message, state.captures, ""});
  }
  // The excerpts as they are: the codec would mend them.
  for (const flow::Note& note : wait.notes)
    text += fmt::format(" {} {} {}", to_ms(note.at), wire::encode_body(note.noted), note.noted.excerpt);
  if (wait.over)
    text += wire::encode_body(flow::WaitEnded{wait.outcome, wait.message, wait.decided_by, wait.captures, {}, wait.probes}) + wait.excerpt;
  return text + fmt::format(" {} {} {} {} {}\n", to_ms(wait.parked), wait.over, to_ms(wait.ended), wait.taken, wait.last_seq);
}

inline std::string durable_text(const flow::Mailbox& mailbox) {
  std::string text = wire::encode_body(flow::MailboxOpened{mailbox.key, mailbox.once, mailbox.retention});
  for (const flow::StoredSignal& stored : mailbox.signals)
    text += wire::encode_body(flow::SignalStored{stored.signal, stored.late}) +
            fmt::format(" {} >{}", stored.expired, stored.consumed_by.value);
  for (const domain::SignalId& id : mailbox.ids) text += " " + id.value;
  if (mailbox.closed) text += wire::encode_body(flow::MailboxClosed{mailbox.closed_by, mailbox.outcome});
  return text + fmt::format(" {} {} {} {} {} {} {}\n", mailbox.closed, to_ms(mailbox.closed_at), mailbox.waiting, mailbox.lates,
                            mailbox.repeats, to_ms(mailbox.newest), mailbox.last_seq);
}

inline std::string durable_text(const flow::Board& board) {
  std::string text;
  for (const auto& [id, job] : board.jobs) text += durable_text(job);
  for (const auto& [id, wait] : board.waits) text += durable_text(wait);
  for (const auto& [key, mailbox] : board.mailboxes) text += durable_text(mailbox);
  for (const auto& [key, job] : board.job_of_key) text += fmt::format("{}={} ", key, job.value);
  for (const auto& [processor, jobs] : board.unclaimed)
    for (const auto& [at, job] : jobs) text += fmt::format("{}?{}@{} ", processor, job.value, to_ms(at));
  for (const auto& [executor, jobs] : board.handed_out)
    for (const domain::JobId& job : jobs) text += fmt::format("{}!{} ", executor, job.value);
  for (const auto& [job, waits] : board.waits_of_job)
    for (const flow::Subscriber& one : waits) text += fmt::format("{}<{}/{} ", job.value, one.wait.value, one.condition);
  for (const auto& [key, waits] : board.waits_of_mailbox)
    for (const auto& [at, one] : waits) text += fmt::format("{}<{}/{}@{} ", key, one.wait.value, one.condition, to_ms(at));
  return text + fmt::format("{}", board.clock_seq);
}

}  // namespace tamarack::board
