// How a wait is told: lines while it goes on, captures and verdict when it is over. Of a wait in this process and of one on a server alike.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flow/wait.h"

namespace tamarack::cli {

struct WaitNote {
  Millis after{0};  // since it was parked
  std::string condition;
  std::string what;  // seen, changed, trouble, refreshed
  std::string text;
  std::string excerpt;
  friend bool operator==(const WaitNote&, const WaitNote&) = default;
};

struct WaitReport {
  std::string wait_id;  // of a server; empty: in this process
  std::string name;
  bool over = false;
  domain::WaitOutcome outcome = domain::WaitOutcome::invalid;
  std::string message;
  std::vector<flow::Captured> captures;
  Millis waited{0};
  std::int64_t probes = 0;
  std::vector<WaitNote> notes;
  std::string excerpt;
  std::optional<Millis> next_look;    // from now on
  std::vector<std::string> statuses;  // "http: RUNNING", of conditions that go on
};

WaitReport report_of(const flow::Wait& wait, Instant now);
// GET /api/v1/waits/{wait}. `corrupt` when it is something else.
Result<WaitReport> read_wait_report(std::string_view json);

// "  1.2 s  http: RUNNING; next look in 300 ms"
std::string note_line(const WaitNote& note, const std::optional<Millis>& next_look);
// "  30.0 s  still http: RUNNING after 12 looks; next look in 3.0 s"
std::string still_line(const WaitReport& report);
// "satisfied after 12.3 s, 9 looks", "failed after …: what the backend said"
std::string verdict_line(const WaitReport& report);
// What failed looked like, at most `lines_max` lines; empty where there is nothing to see.
std::string evidence_text(const WaitReport& report, std::size_t lines_max);
// "name=value", one per line, for scripts; a value that is not one line of plain text is written as JSON.
std::string capture_lines(const WaitReport& report);
// {"outcome","exit_code","message","captures":{},"waited_ms","probes","notes":[…],"excerpt","wait_id"?}
std::string wait_json_line(const WaitReport& report);

}  // namespace tamarack::cli
