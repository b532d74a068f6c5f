// One wait as the journal knows it, and what readings mean to it over time: seen before or not, how long nobody has answered, how often it
// held. Who asks what when is the board's; what one answer means stands in reading.h.
//
//   parked ──a condition ends──▶ parked ──all of them, or any──▶ over ──taken──▶ over and quiet ──retention──▶ forgotten
//   parked ──deadline──▶ last look at what is outside (last_look_max) ──▶ over
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flow/reading.h"
#include "flow/record.h"

namespace tamarack::flow {

inline constexpr Millis last_look_max{5'000};  // an answer this long after the deadline still counts: the deadline asked for it
inline constexpr std::size_t notes_max = 100;  // of one wait
inline constexpr std::size_t excerpt_bytes_max = 4'096;
inline constexpr Millis wait_retention{7LL * 86'400'000};  // after its end

struct ConditionState {
  // From the journal:
  bool over = false;
  bool seen = false;
  Instant seen_at;
  domain::WaitOutcome outcome = domain::WaitOutcome::invalid;  // once it is over
  std::string message;
  std::vector<Captured> captures;
  std::string status;  // as noted last

  // Not journaled; after a restart these begin anew, which can only make the wait more patient:
  bool in_trouble = false;
  bool refreshed = false;     // new credentials were asked for, and nothing has been accepted since
  bool push_doubted = false;  // it is looked at as if there were no push
  bool looked_last = false;
  std::int32_t held = 0;
  std::optional<Instant> not_found_since;
  std::optional<Instant> no_answer_since;
  std::string heartbeat;
  Instant heartbeat_changed;
  std::int32_t heartbeat_same = 0;
};

struct Note {
  Instant at;
  WaitNoted noted;
};

struct Wait {
  domain::WaitId id;
  WaitSpec spec;
  Instant parked;
  Instant deadline;
  std::vector<ConditionState> conditions;  // as spec.conditions
  std::vector<Note> notes;                 // the evidence, in order
  bool over = false;
  domain::WaitOutcome outcome = domain::WaitOutcome::invalid;  // once it is over
  std::string message;
  std::int32_t decided_by = -1;
  std::vector<Captured> captures;
  std::string excerpt;
  Instant ended;
  bool taken = false;
  std::int64_t last_seq = 0;

  std::int64_t probes = 0;       // answers heard; what is journaled of it is in the notes
  bool is_looking_last = false;  // not journaled
};

// What one reading brings about: notes, the end of the condition, or nothing; conclude() comes after. `asked` is when the look began.
struct Heard {
  std::vector<Record> records;
  bool refresh_credentials = false;
};
Heard hear(Wait& wait, std::size_t condition, const Reading& reading, const std::string& excerpt, Instant asked, Instant now);

// The end of the whole wait, if what its conditions say is enough.
std::optional<WaitEnded> conclude(const Wait& wait);
WaitEnded time_out(const Wait& wait, Instant now);

// How long this condition may be left alone, before jitter.
Millis gap_of(const Wait& wait, std::size_t condition, Instant now);

void apply(Wait& wait, const Record& record, Instant at);

}  // namespace tamarack::flow
