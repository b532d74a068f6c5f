// All jobs, waits and mailboxes, and the two functions that change them:
//   step(Board, Event, Instant, Random) -> {Board, entries for the journal, effects}   decides
//   apply(Board, Entry)                                                               folds one entry; step is built from it, replay is it
// Never: two outcomes for one wait, a job that moves back, a signal that was taken and is gone. The shell obeys effects only after the
// entries of the step are durable, in one transaction.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "flow/event.h"
#include "flow/job.h"
#include "flow/mailbox.h"
#include "flow/probes.h"
#include "flow/record.h"
#include "flow/wait.h"

namespace tamarack::flow {

struct BoardOptions {
  std::size_t jobs_max = 100'000;  // remembered ones included
  std::size_t waits_max = 100'000;
  std::size_t mailboxes_max = 100'000;
  ProbeLimits probes;
  Millis spread_min{5'000};  // first probes after a restart are spread over this window, or longer with many: spread_each for every one
  Millis spread_each{2};
};

// Which stream is to be looked at when.
class Agenda {
 public:
  void set(const std::string& stream, Instant at);  // Instant::max(): never
  void erase(const std::string& stream);
  std::optional<Instant> next() const;
  std::vector<std::string> take_due(Instant now);

 private:
  std::set<std::pair<Instant, std::string>> order_;
  std::map<std::string, Instant> at_;
};

struct Board {
  // From the journal:
  std::map<domain::JobId, Job> jobs;
  std::map<domain::WaitId, Wait> waits;
  std::map<std::string, Mailbox> mailboxes;
  std::optional<ClockAnchor> clock;
  std::int64_t clock_seq = 0;
  Instant latest;  // of all entries
  // Made from it by apply:
  std::map<std::string, domain::JobId> job_of_key;                                   // idempotency keys
  std::map<std::string, std::set<std::pair<Instant, domain::JobId>>> unclaimed;      // by processor, oldest first
  std::map<std::string, std::set<domain::JobId>> handed_out;                         // by executor, not ended
  std::map<domain::JobId, std::set<Subscriber>> waits_of_job;                        // open conditions
  std::map<std::string, std::set<std::pair<Instant, Subscriber>>> waits_of_mailbox;  // open conditions, oldest wait first
  // Not journaled, made again by Restarted:
  BoardOptions options;
  Probes probes;
  std::map<std::string, std::string> push_doubts;  // by request: why its push will not be heard of
  Agenda agenda;

  explicit Board(const BoardOptions& chosen = {}) : options(chosen), probes(chosen.probes) {}
};

struct Step {
  Board board;
  std::vector<Entry> entries;
  std::vector<Effect> effects;
};

Step step(Board board, const Event& event, Instant now, Random& random);

// When the next Tick is due, if ever.
std::optional<Instant> next_due(const Board& board);

// Folds one entry. Entries of one stream must come in order without gaps; streams may come in any order.
void apply(Board& board, const Entry& entry);
// Why an entry that was read from outside cannot be folded into this board; empty: it can, and apply() will not object.
std::string objection_to(const Board& board, const Entry& entry);

std::string stream_of(const domain::JobId& job);
std::string stream_of(const domain::WaitId& wait);
std::string stream_of_mailbox(const std::string& key);

}  // namespace tamarack::flow
