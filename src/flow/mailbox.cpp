#include "flow/mailbox.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace tamarack::flow {

using domain::Signal;

namespace {

constexpr Instant never = Instant::max();

bool counts(const StoredSignal& stored) {
  return !stored.late && !stored.expired && stored.consumed_by.empty();
}

StoredSignal& find(Mailbox& mailbox, const domain::SignalId& id) {
  const auto at =
      std::find_if(mailbox.signals.begin(), mailbox.signals.end(), [&](const StoredSignal& one) { return one.signal.id == id; });
  CHECK(at != mailbox.signals.end(), "mailbox '{}' has no signal '{}'", mailbox.key, id.value);
  return *at;
}

bool is_late(const Mailbox& mailbox, const domain::SignalId& id) {
  return std::any_of(mailbox.signals.begin(), mailbox.signals.end(),
                     [&](const StoredSignal& one) { return one.late && one.signal.id == id; });
}

// What does not count any more makes room; a repetition of it would then be a new signal.
void forget_oldest(Mailbox& mailbox) {
  if (mailbox.signals.size() <= signals_max) return;
  const auto oldest = std::find_if(mailbox.signals.begin(), mailbox.signals.end(), [](const StoredSignal& one) { return !counts(one); });
  if (oldest == mailbox.signals.end()) return;
  mailbox.ids.erase(oldest->signal.id);
  mailbox.signals.erase(oldest);
}

}  // namespace

std::string_view to_string(SignalAnswer answer) {
  static constexpr std::array<std::string_view, 5> names{"stored", "repeated", "already_over", "full", "too_large"};
  return names.at(static_cast<std::size_t>(answer));
}

bool is_too_large(const Signal& signal) {
  return signal.data.size() > signal_bytes_max || signal.id.value.size() > signal_name_bytes_max ||
         signal.key.size() > signal_name_bytes_max;
}

SignalTaken take(const Mailbox& mailbox, const Signal& signal) {
  if (mailbox.ids.contains(signal.id)) {
    // Who sends again what was too late must not be told that it was known.
    const SignalAnswer answer = is_late(mailbox, signal.id) ? SignalAnswer::already_over : SignalAnswer::repeated;
    if (mailbox.repeats >= signal_repeats_noted_max) return {answer, {}};
    return {answer, {SignalRepeated{signal.id}}};
  }
  if (mailbox.closed) {
    if (mailbox.lates >= signal_lates_kept_max) return {SignalAnswer::already_over, {}};
    return {SignalAnswer::already_over, {SignalStored{signal, true}}};
  }
  if (mailbox.waiting >= signals_max) return {SignalAnswer::full, {}};
  return {SignalAnswer::stored, {SignalStored{signal, false}}};
}

domain::WaitId taker_of(const Mailbox& mailbox) {
  if (mailbox.closed) return mailbox.closed_by;
  for (const StoredSignal& stored : mailbox.signals)
    if (!stored.consumed_by.empty()) return stored.consumed_by;
  return {};
}

const Signal* next_signal(const Mailbox& mailbox) {
  if (mailbox.waiting == 0) return nullptr;
  for (const StoredSignal& stored : mailbox.signals)
    if (counts(stored)) return &stored.signal;
  return nullptr;
}

std::vector<Record> look_at(const Mailbox& mailbox, Instant now, bool is_waited_for) {
  std::vector<Record> records;
  std::size_t left = mailbox.waiting;
  for (const StoredSignal& stored : mailbox.signals) {
    if (!counts(stored) || now < stored.signal.received + mailbox.retention) continue;
    records.emplace_back(SignalExpired{stored.signal.id});
    --left;
  }
  if (left == 0 && !is_waited_for && now >= mailbox.newest + mailbox.retention) records.emplace_back(MailboxForgotten{});
  return records;
}

Instant next_look(const Mailbox& mailbox, bool is_waited_for) {
  if (const Signal* signal = next_signal(mailbox)) return signal->received + mailbox.retention;
  return is_waited_for ? never : mailbox.newest + mailbox.retention;
}

void apply(Mailbox& mailbox, const Record& record, Instant at) {
  if (const auto* opened = std::get_if<MailboxOpened>(&record)) {
    mailbox.key = opened->key;
    mailbox.once = opened->once;
    mailbox.retention = opened->retention;
    mailbox.newest = at;
  } else if (const auto* stored = std::get_if<SignalStored>(&record)) {
    const bool is_new = mailbox.ids.insert(stored->signal.id).second;
    CHECK(is_new, "signal '{}' is stored twice", stored->signal.id.value);
    mailbox.signals.push_back({.signal = stored->signal, .late = stored->late});
    ++(stored->late ? mailbox.lates : mailbox.waiting);
    forget_oldest(mailbox);
    mailbox.newest = at;
  } else if (std::holds_alternative<SignalRepeated>(record)) {
    ++mailbox.repeats;
  } else if (const auto* consumed = std::get_if<SignalConsumed>(&record)) {
    StoredSignal& signal = find(mailbox, consumed->id);
    CHECK(counts(signal), "signal '{}' is consumed twice, or does not count", consumed->id.value);
    signal.consumed_by = consumed->wait;
    --mailbox.waiting;
  } else if (const auto* expired = std::get_if<SignalExpired>(&record)) {
    StoredSignal& signal = find(mailbox, expired->id);
    CHECK(counts(signal), "signal '{}' expires although it does not count any more", expired->id.value);
    signal.expired = true;
    --mailbox.waiting;
  } else if (const auto* closed = std::get_if<MailboxClosed>(&record)) {
    mailbox.closed = true;
    mailbox.closed_by = closed->wait;
    mailbox.outcome = closed->outcome;
    mailbox.closed_at = at;
    mailbox.newest = at;
  }
}

}  // namespace tamarack::flow
