#include "report/style.h"

namespace tamarack::report {

std::string Style::wrap(std::string_view code, std::string_view text) const {
  if (!colour_ || text.empty()) return std::string(text);
  std::string out = "\x1b[";
  return out.append(code).append("m").append(text).append("\x1b[0m");
}

std::string Style::outcome(std::string_view word, std::string_view text) const {
  if (word == "passed") return green(text);
  if (word == "flaky" || word == "cancelled" || word == "incomplete" || word == "running" || word == "interrupted") return yellow(text);
  if (word == "skipped") return dim(text);
  return red(text);
}

std::string_view outcome_sign(std::string_view word) {
  if (word == "passed") return "✓";
  if (word == "flaky") return "~";
  if (word == "skipped") return "-";
  if (word == "lost" || word == "cancelled" || word == "never_ran" || word == "running" || word == "interrupted") return "?";
  return "✗";
}

}  // namespace tamarack::report
