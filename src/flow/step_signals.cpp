#include "base/check.h"
#include "flow/stepper.h"

namespace tamarack::flow {

using domain::Signal;

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
  SignalTaken taken = take(mailbox_of(signal.key), signal);
  for (Record& fact : taken.records) record(stream_of_mailbox(signal.key), std::move(fact));
  effects_.push_back(SignalAnswered{signal.id, signal.key, taken.answer});
  serve(signal.key);
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
