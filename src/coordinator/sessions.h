// Who speaks with the coordinator, and on which link. Pure: what is heard and what time it is go in, what to send and what to tell the run
// come out; the shell owns the links. A session is one agent's process. It outlives the link it came on, and where agents live on without
// their coordinator it outlives that as well: the journal remembers how far each session was heard.
//
//   link     opened ──Hello──▶ carries a session ──closed, or the session came back on another──▶ gone
//   session  here ──two heartbeats of silence──▶ quiet (handed nothing new) ──anything heard──▶ here
//            here, quiet ──link closed, not back within one and a half──▶ away (its leases are taken back) ──Hello──▶ here
//            any ──Gone, another process of the same agent, link closed where agents may not come back──▶ gone
//   A session whose process is dead may come back once more with its last words (Hello::last_words): results are taken in, nothing is
//   handed to it, and it stands back for a living process of the same agent. One that is gone stays known by the number it was heard to.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "run/event.h"
#include "wire/delivery.h"

namespace tamarack::coordinator {

using LinkId = std::int64_t;

inline constexpr std::int64_t workers_per_agent_max = 1024;
inline constexpr std::size_t session_bytes_max = 300;

// What the shell is to do, in this order.
struct SendTo {
  LinkId link = 0;
  wire::ToAgent message;
};
struct AnnounceTo {  // the run, if it is planned
  LinkId link = 0;
};
struct CloseLink {
  LinkId link = 0;
};
struct FeedRun {
  run::Event event;
  run::Cause cause;
};
using SessionOrder = std::variant<SendTo, AnnounceTo, CloseLink, FeedRun>;
using SessionOrders = std::vector<SessionOrder>;

struct SessionRules {
  Millis heartbeat{1000};
  bool agents_may_come_back = false;  // false: a closed link is a dead agent
};

class Sessions {
 public:
  explicit Sessions(SessionRules rules) : rules_(rules) {}

  LinkId opened() { return ++last_link_; }
  [[nodiscard]] SessionOrders heard(LinkId link, const wire::AgentEnvelope& envelope, Instant now);
  // A message that cannot be read. What its session says after it is taken in all the same: one bad message is not the end of a run.
  [[nodiscard]] SessionOrders unreadable(LinkId link, std::int64_t number, const std::string& why, Instant now);
  [[nodiscard]] SessionOrders closed(LinkId link, Instant now);
  // Now and then, at least once per heartbeat: a machine that died says nothing, and a cut network says nothing either.
  [[nodiscard]] SessionOrders look_after(Instant now);

  // After a restart: what the journal holds of each session. Said again, it is known.
  void remember(std::map<std::string, std::int64_t> heard) { remembered_ = std::move(heard); }

  // Messages taken in since the last call, by session; told to the agents once they are durable.
  std::map<std::int64_t, std::int64_t> take_acknowledgements() { return std::exchange(acknowledgements_, {}); }
  bool has_acknowledgements() const { return !acknowledgements_.empty(); }

  // Where to reach them now; none while nobody listens.
  std::optional<LinkId> link_of_session(std::int64_t session) const;
  std::optional<LinkId> link_of_agent(const domain::AgentId& agent) const;
  std::optional<LinkId> link_of_worker(const domain::WorkerId& worker) const;
  std::vector<LinkId> links() const;
  // Of those who are away nobody knows whether they come back.
  bool is_anybody_there() const;

 private:
  enum class Presence { here, quiet, away };
  struct Session {
    domain::AgentId agent;
    std::string id;
    std::optional<LinkId> link;
    wire::Inbox inbox;
    Instant heard_at;
    Instant link_lost_at;
    Presence presence = Presence::here;
    bool last_words = false;
  };

  void greet(LinkId link, const wire::Hello& hello, Instant now, SessionOrders& orders);
  void attach(std::int64_t number, LinkId link);
  void detach(Session& session);
  static void welcome(LinkId link, Millis heartbeat, SessionOrders& orders);
  void begin_session(LinkId link, const wire::Hello& hello, Instant now, SessionOrders& orders);
  void come_back(std::int64_t number, LinkId link, const wire::Hello& hello, Instant now, SessionOrders& orders);
  void take(std::int64_t number, const wire::AgentEnvelope& envelope, SessionOrders& orders);
  void lose(std::int64_t number, SessionOrders& orders);

  SessionRules rules_;
  LinkId last_link_ = 0;
  std::int64_t last_session_ = 0;
  std::map<std::int64_t, Session> sessions_;  // by number, in the order of their coming
  std::map<LinkId, std::int64_t> on_link_;
  std::map<domain::AgentId, std::int64_t> of_agent_;
  std::map<std::int64_t, std::int64_t> acknowledgements_;
  std::map<std::string, std::int64_t> remembered_;  // sessions that are gone, or were before a restart
};

}  // namespace tamarack::coordinator
