// The newest line of a log that matches a pattern, from pieces as they are read. Pure.
#pragma once

#include <regex>
#include <string>
#include <string_view>

namespace tamarack::probe {

class LogMatcher {
 public:
  // A pattern that wire/probe_request.h has accepted. It is matched in polynomial time, and only against the first 4 KiB of a line.
  explicit LogMatcher(const std::string& pattern);

  void feed(std::string_view bytes);
  // What was not ended by a line end is dropped: another file begins.
  void start_over();
  // {"line": …, "0": the match, "1": …}; empty when no line has matched yet. Groups that took no part are left out.
  const std::string& newest() const { return newest_; }

  static constexpr std::size_t line_bytes_max = 4096;

 private:
  void take_line(std::string_view line);

  std::regex pattern_;
  std::string partial_;
  std::string newest_;
};

}  // namespace tamarack::probe
