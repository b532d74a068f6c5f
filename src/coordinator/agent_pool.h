// Which agent works on which run. Pure: polls, runs and time go in, orders come out; the shell keeps the connections that wait for them.
// An agent gives itself to one run at a time, with all its workers. A free one goes to the run that has the fewest agents, among equals to
// the oldest.
//
//   agent   free ──order──▶ working ──polls without a run──▶ free (not for that run again in this session, unless it was sent home)
//           working ──its run only waits, and another wants it, or it wants to leave──▶ released: the run sends it home
//           any ──drain──▶ takes no new run and goes on asking ──resume──▶ takes runs again
//           any ──drain and leave──▶ takes no new run, and is told to end once it has none
//           any ──not heard for away_after──▶ away (counts for no run)
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "wire/api.h"

namespace tamarack::coordinator {

struct RunWish {  // of a run that goes on
  domain::RunId run;
  std::string project;
  Instant asked;
  std::int64_t workers_max = 0;  // 0: as many as come
  std::map<std::string, std::string> labels;
  bool hands_out = true;  // something waits to be handed out
  // It only waits for its flows, from then on: nobody is sent to it, and whoever is there is released when somebody else wants it. Until
  // then it stays, so that the next phase begins at once.
  std::optional<Instant> parked_since = {};
};

struct AgentRow {  // for people
  wire::AgentPoll said;
  std::string reach;  // the project of its token; domain::all_projects
  Instant seen;
  bool draining = false;
  bool leaving = false;  // and it is to end
  bool away = false;
  domain::RunId run;  // it works on this one, or was just told to
};

class AgentPool {
 public:
  // An agent polls once per `wait`, which is at most half of this.
  static constexpr Millis away_after{75'000};
  static constexpr Millis away_after_hanging_up{10'000};
  static constexpr Millis forgotten_after{24 * 3600'000};
  static constexpr std::size_t agents_max = 10'000;
  static constexpr Millis parked_min{3'000};  // shorter waits cost nobody its application

  explicit AgentPool(Millis parked_for_release = parked_min) : parked_min_(parked_for_release) {}

  // It asks and waits from now on. A run it names counts only if the token reaches it. `conflict` when another process has taken its name
  // since, or somebody with another token has it; `invalid_argument` for an impossible poll.
  Result<> polled(const wire::AgentPoll& poll, const std::string& reach, Instant now);
  // Nobody listens for its order any more: it was answered, or has hung up.
  void stopped_waiting(const domain::AgentId& agent);

  // It said goodbye.
  void left(const domain::AgentId& agent, const std::string& session);
  // Its connection ended while it waited: unless it asks again soon, it is away.
  void hung_up(const domain::AgentId& agent, Instant now);

  // And again when its wish has changed.
  void run_began(const RunWish& wish) { runs_[wish.run] = wish; }
  void run_ended(const domain::RunId& run);
  // It was told to work on this run, or said so itself: only such a one can give it up.
  bool is_on(const domain::AgentId& agent, const std::string& session, const domain::RunId& run) const;
  // Empty when it does not go on here.
  std::string project_of(const domain::RunId& run) const;
  // False when it is not known.
  bool drain(const domain::AgentId& agent, const wire::DrainWish& wish);

  struct Assignment {
    domain::AgentId agent;
    wire::AgentOrder order;
  };
  // For those who wait, as far as there is something for them; they do not wait any more then.
  std::vector<Assignment> assign(Instant now);

  struct Release {
    domain::AgentId agent;
    domain::RunId run;
  };
  // Who is to be sent home from a run that only waits. The run decides, so they are named until they have come without it.
  std::vector<Release> releases(Instant now) const;
  bool is_a_run_parked() const;
  // Some that could work on this run are at work on others.
  bool are_agents_elsewhere(const domain::RunId& run, Instant now) const;

  // How many agents work on it, or were told to.
  std::int64_t agents_on(const domain::RunId& run, Instant now) const;
  // By name. Those not heard of for a day are left out.
  std::vector<AgentRow> rows(Instant now) const;
  const AgentRow* find(const domain::AgentId& agent) const;

 private:
  struct Agent {
    AgentRow row;
    bool waiting = false;
    std::set<domain::RunId> left;  // runs it was on and gave up while they went on
  };
  struct Crew {
    std::int64_t agents = 0;
    std::int64_t workers = 0;
  };
  using Crews = std::map<domain::RunId, Crew>;
  Crews crews(Instant now) const;
  enum class Wanted { some_time, now };  // now: there is something to hand out
  const RunWish* choose(const Agent& agent, const Crews& crews, Wanted wanted) const;
  static bool suits(const Agent& agent, const RunWish& wish);
  bool stays_somebody(const RunWish& wish, const domain::AgentId& but, const std::vector<Release>& leaving, Instant now) const;

  Millis parked_min_;
  std::map<domain::AgentId, Agent> agents_;
  std::map<domain::RunId, RunWish> runs_;
  std::set<std::pair<domain::AgentId, std::string>> superseded_;  // sessions whose name another one took
};

}  // namespace tamarack::coordinator
