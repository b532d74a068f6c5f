#include "cli/wait_display.h"

#include <cstdio>

namespace tamarack::cli {

namespace {
constexpr std::size_t evidence_lines_max = 12;
}

void WaitDisplay::say(const std::string& line) {
  std::fprintf(stderr, "%s\n", line.c_str());
}

void WaitDisplay::note(const WaitNote& note, const std::optional<Millis>& next_look) {
  say(note_line(note, next_look));
  arm();
}

void WaitDisplay::arm() {
  timer_ = loop_.after(still_interval, [this] {
    say(still_line(report_()));
    arm();
  });
}

int tell_outcome(const WaitReport& report, bool json) {
  WaitDisplay::say(verdict_line(report));
  std::fputs(evidence_text(report, evidence_lines_max).c_str(), stderr);
  const std::string text = json ? wait_json_line(report) + "\n" : capture_lines(report);
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  return domain::exit_code_of(report.outcome);
}

}  // namespace tamarack::cli
