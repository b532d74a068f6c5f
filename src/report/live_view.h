// What a run looks like while it goes on: a few lines at the bottom of a terminal that are redrawn, and plain lines where there is
// none. Pure: the caller owns the clock, the cursor and the decision about colours. Failures are printed once, above the view, as they
// come; they are not repeated inside it. No line is ever wider than the terminal, whatever tests are called.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace tamarack::report {

struct LiveWorker {
  std::string name;        // "local/1"
  std::string doing;       // "checkout.spec.ts › pays", "starting the application", "waiting for lock 'db'"; empty: idle
  bool runs_test = false;  // false: `doing` is something else, shown dimmed
  Millis since{0};         // how long it has been doing this
  int retry = 0;           // of the test; 0: first try
  std::int64_t done = 0;   // tests finished of what it was handed
  std::int64_t total = 0;  // 0: not shown
};

// Waits of flows, which hold no worker.
struct ParkedWaits {
  std::int64_t count = 0;
  std::string first;                 // "orders › backend": the one that waits longest
  Millis since{0};                   // how long it has waited
  std::optional<Millis> deadline{};  // until the first of them times out, by its own timeout or its flow's limit; none: not known
};

struct LiveState {
  std::int64_t planned = 0;
  std::int64_t passed = 0;
  std::int64_t failed = 0;  // with timed out ones
  std::int64_t flaky = 0;
  std::int64_t skipped = 0;
  std::int64_t unfinished = 0;  // lost, cancelled, never ran
  Millis elapsed{0};
  std::optional<Millis> left;  // expected time left; none: unknown
  std::string note;            // "stopping after the first failure", "interrupted: press Ctrl-C again to stop at once"; empty: none
  std::vector<LiveWorker> workers;
  ParkedWaits parked = {};

  std::int64_t finished() const { return passed + failed + flaky + skipped + unfinished; }
};

// At most `height` lines of at most `width` cells. Workers that do not fit are counted in one line; parked waits have one of their own.
std::vector<std::string> render(const LiveState& state, int width, int height, bool colour);

struct FinishedTest {
  std::string name;     // "checkout.spec.ts › guest › pays [chromium]"
  std::string outcome;  // a word of the ledger
  Millis duration{0};
  std::int64_t attempts = 1;
  std::string error_head;  // first line of the error, or the reason; empty: none
  std::string location;    // "tests/checkout.spec.ts:12:5"
};

// "  ✓  3/34  checkout.spec.ts › pays (1.2 s)", with the first line of the error below a bad one.
std::string plain_line(const FinishedTest& test, std::int64_t finished, std::int64_t planned, bool colour);

// What is printed above the view when a test ends badly or flaky; empty for others. `width` 0: lines are not cut.
std::vector<std::string> failure_lines(const FinishedTest& test, int width, bool colour);

// A test that is going to be tried again: "  ↻  checkout.spec.ts › pays: attempt 1 failed, trying again".
std::string plain_retry_line(const std::string& name, std::int64_t attempt, const std::string& status, bool colour);

// "  · 12/34 after 1 m 04 s, about 22 s left: 1 failed": now and then, so that a silent log is known to be alive.
std::string plain_progress_line(const LiveState& state, bool colour);

}  // namespace tamarack::report
