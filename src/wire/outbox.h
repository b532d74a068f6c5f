// What an agent has said and nobody has acknowledged yet. It numbers the messages, keeps each until it is acknowledged, sends a window of
// them at a time, and with a disk behind it neither its memory nor a dead process costs a message: what is beyond `memory_max` lies on the
// disk alone, and a disk that cannot take anything means that it goes on in memory. Pure; agents and the simulation use it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "wire/message.h"

namespace tamarack::wire {

// Of one message on the link, in bytes: the server closes a link that carries a larger one. Agents cut what they say (outbox_fit.h).
inline constexpr std::size_t agent_message_max = 16 << 20;

// No agent says so much: a larger number is a torn byte or a lie.
inline constexpr std::int64_t message_number_max = INT64_C(1) << 53;

struct OutboxLimits {
  std::size_t message_max = agent_message_max;
  std::size_t window_max = 4 << 20;  // bytes on their way at a time, but always one message: far below what a link takes before it gives up
  std::size_t memory_max = 8 << 20;  // bytes of texts in memory when they lie on the disk as well
};

// Where messages survive their process. Numbers come in order, without gaps as far as nothing was acknowledged in between.
class OutboxDisk {
 public:
  virtual ~OutboxDisk() = default;
  // False: it could not be kept, and nothing of it is there.
  virtual bool keep(std::int64_t seq, const std::string& text) = 0;
  // None: it cannot be read back.
  virtual std::optional<std::string> text_of(std::int64_t seq) = 0;
  // Everything up to here was acknowledged.
  virtual void let_go(std::int64_t seq) = 0;
};

class Outbox {
 public:
  // What waits on a disk already, of a process that is dead.
  struct Kept {
    std::int64_t seq = 0;
    std::size_t bytes = 0;
  };

  explicit Outbox(OutboxLimits limits = {}) : limits_(limits) {}
  // From now on, and what waits already. It outlives the outbox.
  void keep_on(OutboxDisk& disk);
  // Goes on where that process was: `kept` without gaps, `acknowledged` the highest number nobody has to hear again.
  void restore(OutboxDisk& disk, const std::vector<Kept>& kept, std::int64_t acknowledged);

  // Keeps a message until it is acknowledged; cut where it is too large for the link. Sent by the next due().
  void add(FromAgent message);
  // What to send now, in order, each once per link: as much as the window takes.
  std::vector<std::string> due();
  // add(), and its text whatever the window says: for peers that never say much.
  std::string pack(FromAgent message);
  void acknowledged(std::int64_t seq);
  // What to send at a heartbeat: what is due, and from the beginning when the oldest was on its way at the last look already. What is new
  // does not count as progress: an agent says something at every heartbeat, and one lost message would stop the conversation for ever.
  std::vector<std::string> repeat();
  // A new link begins with everything the old one may have lost.
  std::vector<std::string> all();

  bool is_empty() const { return waiting_.empty(); }
  std::int64_t last() const { return last_; }
  std::int64_t first_waiting() const { return waiting_.empty() ? last_ + 1 : waiting_.front().seq; }
  std::size_t waiting() const { return waiting_.size(); }
  std::size_t memory_bytes() const { return memory_bytes_; }

 private:
  struct Waiting {
    std::int64_t seq = 0;
    std::size_t bytes = 0;
    std::optional<std::string> text;  // none: on the disk alone
    bool is_kept = true;              // not a goodbye: whoever delivers what a dead process has left says one of its own
  };
  void put_on_disk();
  std::string text_of(const Waiting& one);
  std::size_t place_of(std::int64_t seq) const { return static_cast<std::size_t>(seq - waiting_.front().seq); }

  OutboxLimits limits_;
  OutboxDisk* disk_ = nullptr;
  std::deque<Waiting> waiting_;  // without gaps
  std::int64_t last_ = 0;
  std::int64_t sent_ = 0;     // the last number said on this link
  std::int64_t on_disk_ = 0;  // the last number the disk has; those before it that wait are there as well
  std::size_t on_their_way_bytes_ = 0;
  std::size_t memory_bytes_ = 0;
  std::int64_t sent_at_last_look_ = 0;
  bool heard_since_last_look_ = false;
};

}  // namespace tamarack::wire
