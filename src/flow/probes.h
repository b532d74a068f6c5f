// Which request is asked next, and when. One text of a request is one probe, however many conditions look at its answers. Every host has a
// budget, so a slow peer holds up itself and nobody else. Pure: time comes in, orders go out. Nothing here is journaled: it is made again
// from the open waits after a restart.
//
//   probe   idle ──due, budget──▶ in flight ──answer──▶ idle
//           in flight ──hurried──▶ in flight, and due again with its answer (which may be older than the push)
//           in flight ──answer_max──▶ given up: idle; its answer is not looked at any more
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/wait.h"

namespace tamarack::flow {

struct ProbeLimits {
  std::int64_t in_flight_max = 256;
  std::int64_t host_in_flight_max = 4;
  Millis host_interval{100};  // one request per interval and host on average; not for the host "file", this machine's own
  std::int64_t host_burst = 10;
  Millis again_min{250};  // before one request is asked once more only because somebody new waits for it
  Millis answer_max{10'000};
  Millis slow_pause{1'000};  // after a request was given up; doubles with each in a row
  Millis slow_pause_max{60'000};
};

// One condition of one wait.
struct Subscriber {
  domain::WaitId wait;
  std::int32_t condition = 0;
  friend auto operator<=>(const Subscriber&, const Subscriber&) = default;
};

struct ProbeOrder {
  std::string request;
  std::int64_t number = 0;  // comes back with the answer; larger than every one before
};

class Probes {
 public:
  explicit Probes(const ProbeLimits& limits = {}) : limits_(limits) {}

  // True when nobody wanted this request before: its push is to be armed now. The earlier of two due times stays; where the request was
  // asked just now, the new one waits for again_min.
  bool want(const std::string& request, const std::string& host, Subscriber subscriber, Instant due);
  // True when it was the last one.
  bool leave(const std::string& request, const Subscriber& subscriber);

  // Something may have changed: due now, whatever patience was asked for this request, though not before its host may be asked.
  void hurry(const std::string& request, Instant now);
  // Idle probes only: when to look again, not before what was asked for this request.
  void plan(const std::string& request, Instant due);

  // What may be asked now; each is in flight from here on.
  std::vector<ProbeOrder> take_due(Instant now);
  // When the order was given, or nothing when nobody waits for this number any more. The probe is idle then; plan() it.
  std::optional<Instant> answered(const std::string& request, std::int64_t number);
  // The other side asked for patience: `host` as a whole, or this request alone. Only ever delays.
  void hold(const std::string& request, bool whole_host, Instant until);
  // Orders whose answer is not waited for any longer; they are idle then.
  std::vector<std::string> give_up(Instant now);

  // When take_due or give_up has something to do, if ever.
  std::optional<Instant> next_due() const;
  // When this one is to be asked next, for people; nothing while it is in flight, or when nobody wants it.
  std::optional<Instant> due_of(const std::string& request) const;
  std::vector<Subscriber> subscribers(const std::string& request) const;
  std::size_t size() const { return probes_.size(); }
  std::int64_t in_flight() const { return static_cast<std::int64_t>(flying_.size()); }

 private:
  struct Probe {
    std::string host;
    std::set<Subscriber> subscribers;
    Instant due;
    Instant floor;  // Retry-After of this request
    Instant asked;
    std::int64_t number = 0;       // 0: idle
    std::optional<Instant> again;  // in flight: when it is due after this answer, if it is
    bool is_queued = false;
  };
  struct Host {
    std::set<std::pair<Instant, std::string>> queue;
    std::int64_t in_flight = 0;
    std::int64_t slow = 0;  // given up in a row
    Instant held_until;
    Instant budget_at;             // generic cell rate algorithm: the theoretical arrival time of the next request
    std::optional<Instant> ready;  // as in ready_
    std::int64_t probes = 0;
  };

  static void again(Probe& probe, Instant due);
  void queue(const std::string& request, Probe& probe, Instant due);
  void unqueue(const std::string& request, Probe& probe);
  void land(const std::string& request, Probe& probe);
  void refresh(const std::string& name, Host& host);
  void forget_quiet_hosts(Instant now);
  Instant allowed(const Host& host) const;

  ProbeLimits limits_;
  std::map<std::string, Probe> probes_;
  std::map<std::string, Host> hosts_;
  std::set<std::pair<Instant, std::string>> ready_;   // hosts that may ask something, by when
  std::set<std::pair<Instant, std::string>> flying_;  // requests by when they are given up
  std::set<std::string> quiet_;                       // hosts without a probe, whose patience and budget are still remembered
  std::int64_t last_number_ = 0;
};

}  // namespace tamarack::flow
