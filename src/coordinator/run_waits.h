// The waits of one run on the board: parks them as the run orders, drops them, and brings back what they came to. A wait of a run is named
// by its run, flow and phase, so that an order that is repeated after a restart finds the wait that it made.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "board/board_host.h"
#include "run/flows.h"
#include "run/run.h"

namespace tamarack::coordinator {

// "run r-1": WaitSpec::owner of its waits.
std::string wait_owner_of(const domain::RunId& run);

class RunWaits {
 public:
  using Concluded = std::function<void(const run::WaitConcluded&)>;
  using Adapt = std::function<void(flow::WaitSpec&)>;
  // `board` outlives it. `concluded` is never called from inside begin(). `adapt` may change each spec before it is parked: what a server
  // allows, and whose mailboxes are meant; empty: nothing.
  RunWaits(io::Loop& loop, board::BoardHost& board, domain::RunId run, Concluded concluded, Adapt adapt = {});

  void begin(const domain::Plan& plan, const run::BeginWait& order);
  void drop(const run::DropWait& order);
  // Of BoardCallbacks::on_wait_over. False when it is not a wait of this run.
  bool over(const domain::WaitId& wait);
  // What it came to is in the journal of the run: the board need not say it again.
  void taken(const run::PhaseEnded& ended);

  // The run is over: what it had parked and an order about was lost with a kill.
  void drop_all(const std::string& reason);

 private:
  void conclude(std::int32_t flow, std::int32_t phase, const flow::Wait& wait);
  void refuse(std::int32_t flow, std::int32_t phase, const std::string& message);

  io::Loop& loop_;
  board::BoardHost& board_;
  domain::RunId run_;
  Concluded concluded_;
  Adapt adapt_;
  std::map<domain::WaitId, std::pair<std::int32_t, std::int32_t>> open_;  // flow and phase
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
