// One process of a test framework, with everything such a process can do wrong. It mirrors agent::Invocation: facts out, stop in, and a
// folder that outlives it.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "world.h"

namespace tamarack::simulation {

class Framework : public std::enable_shared_from_this<Framework> {
 public:
  using OnFact = std::function<void(const agent::Fact&)>;
  Framework(World& world, agent::StartInvocation order, std::function<bool()> app_works, OnFact on_fact);

  void start();
  void stop();
  // Its agent was killed: nobody listens any more, and the shim kills the process a moment later.
  void orphan();

 private:
  enum class Fate { ends, is_killed, exits_early, crashes_after_last, hangs, cannot_start };

  void draw_fate();
  void next();
  void begin(domain::TestIndex test, int retry);
  void end(domain::TestIndex test, int retry);
  domain::TestStatus status_of(domain::TestIndex test, int retry) const;
  void report(domain::TestReport report);
  void tell(const agent::Fact& fact);
  void tell_only(const agent::Fact& fact);
  void exit(std::int64_t code, std::int64_t signal, bool lost);
  void later(Millis delay, void (Framework::*what)());
  bool is_chain_broken(domain::TestIndex test) const;

  World& world_;
  agent::StartInvocation order_;
  std::function<bool()> app_works_;
  OnFact on_fact_;
  AttemptFolder& folder_;
  std::vector<domain::TestIndex> tests_;
  std::set<domain::TestIndex> leased_;
  std::size_t position_ = 0;
  std::size_t fate_at_ = 0;
  Fate fate_ = Fate::ends;
  bool ignores_stop_ = false;
  bool loses_end_ = false;
  bool ended_ = false;
  bool stopping_ = false;
  bool timed_out_ = false;
  std::set<domain::TestIndex> in_flight_;
  std::set<domain::TestIndex> has_begun_;
  std::set<std::uint32_t> broken_units_;  // a test of their chain failed in this process
  bool somebody_failed_ = false;
};

}  // namespace tamarack::simulation
