// Shows a run while it goes on: redrawn lines on a terminal, plain lines elsewhere. Fed with journal entries; owns the screen and nothing
// else.
#pragma once

#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "io/loop.h"
#include "io/quiet_terminal.h"
#include "report/live_view.h"
#include "run/run.h"

namespace tamarack::cli {

struct Screen {
  std::FILE* file = nullptr;  // where people read
  bool live = false;          // a terminal that can redraw
  bool colour = false;

  std::size_t width() const;  // in cells; 0 when it is no terminal
};
// stderr when standard output is taken by --json, else stdout; NO_COLOR, TERM=dumb and CI are respected.
Screen choose_screen(bool json);

class LiveDisplay {
 public:
  LiveDisplay(io::Loop& loop, const Clock& clock, Screen screen, Instant started);
  ~LiveDisplay();

  // What happens before there is a plan: "listing tests".
  void say(const std::string& line);
  void set_note(const std::string& note);
  void take(const run::Entry& entry);
  // What an interrupted run had done before: known to the view, not told again line by line.
  void replay(const std::vector<run::Entry>& entries);
  // Clears the redrawn lines for good.
  void close();

 private:
  void handle(const run::RunPlanned& record);
  void handle(const run::WorkerJoined& record);
  void handle(const run::WorkerReady& record);
  void handle(const run::WorkerEnded& record);
  void handle(const run::LeaseGranted& record);
  void handle(const run::TestStarted& record);
  void handle(const run::TestFinished& record);
  void handle(const run::TestSettled& record);
  void handle(const run::LeaseEnded& record);
  void handle(const run::Disagreed& record);
  void handle(const run::InfrastructureFailed& record);
  void handle(const run::StopRequested& record);
  void handle(const run::PhaseBegan& record);
  void handle(const run::PhaseEnded& record);
  void handle(const run::FlowEnded& record);
  template <class Other>
  void handle(const Other&) {}

  std::string phase_title(std::int32_t flow, std::int32_t phase) const;
  void carried(const run::TestSettled& record);
  void settled(domain::TestIndex test, domain::Outcome outcome, Millis duration, const std::string& error, const std::string& location);
  void print(const std::string& lines);
  void draw();
  void erase();
  void redraw_later();
  report::LiveState state() const;
  report::ParkedWaits parked(Instant now) const;

  io::Loop& loop_;
  const Clock& clock_;
  Screen screen_;
  Instant started_;
  std::int64_t carried_ = 0;        // verdicts of an earlier run that stand
  std::set<std::string> troubles_;  // of the infrastructure, told already
  std::string last_reason_;         // of a test that was settled without running
  run::Run run_;                    // folded along, for counts and names
  Instant at_;
  struct Doing {
    std::string what;
    bool runs_test = false;
    Instant since;
    int retry = 0;
    std::int64_t done = 0;
    std::int64_t total = 0;
  };
  std::map<domain::WorkerId, Doing> workers_;
  std::map<std::pair<std::int32_t, std::int32_t>, Instant> parked_;  // waits by flow and phase, since when
  std::map<domain::Term, domain::WorkerId> terms_;
  std::map<domain::TestIndex, std::int64_t> attempts_;
  std::string note_;
  int drawn_lines_ = 0;
  io::Timer timer_;
  bool closed_ = false;
  bool replaying_ = false;
  std::unique_ptr<io::QuietTerminal> quiet_;  // while lines are redrawn
};

}  // namespace tamarack::cli
