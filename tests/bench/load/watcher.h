// A browser that follows a run's journal as server-sent events, and how old each entry is when it arrives. Cut off, it fetches what it
// missed and comes back, as client::RunFollower does; unlike that it does not read the entries, so that fifty of them cost little.
#pragma once

#include <memory>
#include <string>

#include "client/api_client.h"
#include "domain/ids.h"
#include "figures.h"
#include "io/event_stream.h"

namespace tamarack::load {

// What all watchers of a load share; outlives them.
struct Audience {
  io::Loop& loop;
  const Clock& clock;  // the server's: both processes are on one machine
  client::ApiClient& api;
  std::function<void()> on_end;  // one of them was told that the run is over

  Spans age;  // of entries that came as events
  std::int64_t cuts = 0;
  std::int64_t fetched = 0;  // entries that came with the journal after a cut
  std::int64_t gaps = 0;     // entries whose number is not the next one: there should be none
};

class Watcher {
 public:
  // The plan, entry 1, is passed over: a browser has it from the report.
  Watcher(Audience& audience, domain::RunId run) : audience_(audience), run_(std::move(run)) {}

  void start() { follow(); }
  std::int64_t last() const { return last_; }

 private:
  void follow();
  bool take_piece(std::string_view bytes);
  void take_event(const io::StreamEvent& event, Instant now);
  void catch_up();
  bool is_next(std::int64_t seq);

  Audience& audience_;
  domain::RunId run_;
  std::int64_t last_ = 1;
  bool over_ = false;
  io::EventStream stream_;
  io::Timer pause_;
};

}  // namespace tamarack::load
