#include <algorithm>

#include "base/check.h"
#include "flow/stepper.h"

namespace tamarack::flow {

using domain::Signal;
using domain::WaitId;

Mailbox& Stepper::mailbox_of(const std::string& key) {
  if (!board_.mailboxes.contains(key)) record(stream_of_mailbox(key), MailboxOpened{key, false, signal_retention});
  return board_.mailboxes.at(key);
}

void Stepper::operator()(const OpenMailbox& event) {
  if (board_.mailboxes.contains(event.key) || board_.mailboxes.size() >= board_.options.mailboxes_max) return;
  record(stream_of_mailbox(event.key), MailboxOpened{event.key, true, event.retention});
  board_.agenda.set(stream_of_mailbox(event.key), now_ + event.retention);
}

void Stepper::operator()(const SendSignal& event) {
  Signal signal = event.signal;
  signal.received = now_;
  if (is_too_large(signal)) {
    effects_.push_back(SignalAnswered{signal.id, signal.key, SignalAnswer::too_large});
    return;
  }
  if (!board_.mailboxes.contains(signal.key) && board_.mailboxes.size() >= board_.options.mailboxes_max) {
    effects_.push_back(SignalAnswered{signal.id, signal.key, SignalAnswer::full});
    return;
  }
  end_if_due(signal.key);
  SignalTaken taken = take(mailbox_of(signal.key), signal);
  const auto is_stored = [](const Record& fact) { return std::holds_alternative<SignalStored>(fact); };
  const bool is_new = std::any_of(taken.records.begin(), taken.records.end(), is_stored);
  for (Record& fact : taken.records) record(stream_of_mailbox(signal.key), std::move(fact));
  if (is_new && taken.answer == SignalAnswer::already_over) note_late(signal);
  effects_.push_back(SignalAnswered{signal.id, signal.key, taken.answer});
  serve(signal.key);
}

// The deadline of the one wait may have passed a moment before, and nobody has ticked: who sends now is too late.
void Stepper::end_if_due(const std::string& key) {
  if (!board_.waits_of_mailbox.contains(key)) return;
  const auto only = board_.waits.find(only_wait_of(key));
  if (only == board_.waits.end() || only->second.over || now_ <= only->second.deadline) return;
  end(only->second, time_out(only->second, now_));
}

WaitId Stepper::only_wait_of(const std::string& key) const {
  const auto box = board_.mailboxes.find(key);
  if (box == board_.mailboxes.end() || !box->second.once) return {};
  if (WaitId taker = taker_of(box->second); !taker.empty()) return taker;
  const auto waiting = board_.waits_of_mailbox.find(key);
  return waiting == board_.waits_of_mailbox.end() ? WaitId{} : waiting->second.begin()->second.wait;
}

std::string Stepper::why_not_for(const Condition& condition) const {
  if (condition.source != SourceKind::signal) return {};
  const WaitId only = only_wait_of(condition.target);
  if (only.empty()) return {};
  const Mailbox& mailbox = board_.mailboxes.at(condition.target);
  const std::string now =
      mailbox.closed ? fmt::format("was {} and is over: {}", only.value, to_string(mailbox.outcome)) : fmt::format("is {}", only.value);
  return fmt::format("condition '{}': its key is for the signals of one wait, and that {}", condition.name, now);
}

// With the evidence of the wait that it was meant for, as long as that is remembered.
void Stepper::note_late(const Signal& signal) {
  const auto at = board_.waits.find(board_.mailboxes.at(signal.key).closed_by);
  if (at == board_.waits.end() || at->second.notes.size() >= notes_max) return;
  const Wait& wait = at->second;
  const auto condition = std::find_if(wait.spec.conditions.begin(), wait.spec.conditions.end(),
                                      [&](const Condition& one) { return one.source == SourceKind::signal && one.target == signal.key; });
  if (condition == wait.spec.conditions.end()) return;
  record(stream_of(wait.id),
         WaitNoted{.condition = static_cast<std::int32_t>(condition - wait.spec.conditions.begin()),
                   .what = NoteKind::late_signal,
                   .text = fmt::format("the signal '{}' came {} after the end", signal.id.value, human_duration(now_ - wait.ended)),
                   .excerpt = excerpt_of(ValueAnswer{.exists = true, .body = signal.data}, excerpt_bytes_max),
                   .probes = wait.probes});
}

// Oldest signal to the oldest open wait, one each, as long as there are both.
void Stepper::serve(const std::string& key) {
  const std::string stream = stream_of_mailbox(key);
  while (true) {
    const auto box = board_.mailboxes.find(key);
    const auto waiting = board_.waits_of_mailbox.find(key);
    const bool is_waited_for = waiting != board_.waits_of_mailbox.end();
    if (box == board_.mailboxes.end()) return;
    for (Record& fact : look_at(box->second, now_, true)) record(stream, std::move(fact));
    board_.agenda.set(stream, flow::next_look(box->second, is_waited_for));
    const Signal* next = next_signal(box->second);
    if (next == nullptr || !is_waited_for) return;
    const Subscriber subscriber = waiting->second.begin()->second;
    Wait& wait = board_.waits.at(subscriber.wait);
    if (next->received > wait.deadline) {
      end(wait, time_out(wait, now_));
      continue;
    }
    const Signal signal = *next;
    const auto index = static_cast<std::size_t>(subscriber.condition);
    record(stream, SignalConsumed{signal.id, wait.id, subscriber.condition});
    Reading reading = read(wait.spec.conditions.at(index).rules, ValueAnswer{.exists = true, .body = signal.data}, now_);
    if (reading.status.empty() || reading.status == "there") reading.status = "signal " + signal.id.value;
    give(wait, index, reading, signal.data, signal.received);
  }
}

}  // namespace tamarack::flow
