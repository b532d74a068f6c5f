// The mailbox of one key: signals that came from outside, each kept until a wait consumes it or it expires. A signal counts however
// long before its wait it came, within the retention.
//
//   signal    stored ──consumed by one wait──▶ done        stored ──retention──▶ expired        late: stored for the record, never counts
//   mailbox   opened ──its only wait is over (once)──▶ closed        nothing left that matters ──retention──▶ forgotten
//
// A mailbox that is made for one wait is taken by the first that is parked on its key: any other is refused, also later.
#pragma once

#include <deque>
#include <set>
#include <string>
#include <vector>

#include "flow/record.h"

namespace tamarack::flow {

inline constexpr std::size_t signals_max = 1'000;            // that wait in one mailbox, and that are remembered there
inline constexpr std::size_t signal_bytes_max = 64 * 1024;   // of its data
inline constexpr std::size_t signal_name_bytes_max = 256;    // of its id, and of its key
inline constexpr std::size_t signal_repeats_noted_max = 20;  // per mailbox
inline constexpr std::size_t signal_lates_kept_max = 100;    // per mailbox; what comes later still is answered the same
inline constexpr Millis signal_retention{7LL * 86'400'000};  // of mailboxes that nobody opened with another one

struct StoredSignal {
  domain::Signal signal;
  bool late = false;
  bool expired = false;
  domain::WaitId consumed_by;  // empty: by nobody
};

struct Mailbox {
  std::string key;
  bool once = false;
  bool closed = false;                                         // once, and its wait is over
  domain::WaitId closed_by;                                    // that wait
  domain::WaitOutcome outcome = domain::WaitOutcome::invalid;  // what became of it
  Instant closed_at;
  Millis retention{signal_retention};
  std::deque<StoredSignal> signals;  // in order of arrival
  std::set<domain::SignalId> ids;
  std::size_t waiting = 0;  // stored, on time, not consumed, not expired
  std::size_t repeats = 0;
  std::size_t lates = 0;
  Instant newest;  // last thing that was stored
  std::int64_t last_seq = 0;
};

enum class SignalAnswer { stored, repeated, already_over, full, too_large };
std::string_view to_string(SignalAnswer answer);

struct SignalTaken {
  SignalAnswer answer = SignalAnswer::stored;
  std::vector<Record> records;
};
// Its data, its id or its key is longer than what is kept.
bool is_too_large(const domain::Signal& signal);
// `signal.received` is set by the caller. A new mailbox is opened by the caller before, for a signal that is not too large.
SignalTaken take(const Mailbox& mailbox, const domain::Signal& signal);

// The wait that has had a signal of it, or was the only one it was made for; empty: there is none yet.
domain::WaitId taker_of(const Mailbox& mailbox);

// The oldest signal that a wait may still consume, or nothing.
const domain::Signal* next_signal(const Mailbox& mailbox);

std::vector<Record> look_at(const Mailbox& mailbox, Instant now, bool is_waited_for);
Instant next_look(const Mailbox& mailbox, bool is_waited_for);

void apply(Mailbox& mailbox, const Record& record, Instant at);

}  // namespace tamarack::flow
