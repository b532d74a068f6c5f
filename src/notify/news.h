// What there is to tell: something happened to a run. Beside the report, which every renderer takes as well.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tamarack::notify {

enum class Event { run_started, run_finished };
constexpr std::string_view to_string(Event event) {
  return event == Event::run_started ? "run.started" : "run.finished";
}

// Any text may be empty: then it is not known.
struct News {
  Event event = Event::run_finished;
  Instant at;               // when it happened
  std::string server_url;   // "https://tamarack.example.com"
  std::string run_url;      // the run's page
  std::string suite_dir;    // the suite's folder in its repository; puts annotations at the right file
  std::string ci_identity;  // as in domain/ci_identity.h
  std::string ci_url;
  std::int64_t ci_attempt = 0;    // 0: unknown
  std::int64_t pull_request = 0;  // 0: none
};

}  // namespace tamarack::notify
