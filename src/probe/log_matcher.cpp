#include "probe/log_matcher.h"

#include <boost/json.hpp>

#include "base/text.h"

namespace tamarack::probe {

// The algorithm without backtracking, an extension of libstdc++: a line takes no exponential time and no deep stack, whatever the pattern.
LogMatcher::LogMatcher(const std::string& pattern) : pattern_(pattern, std::regex::ECMAScript | std::regex_constants::__polynomial) {}

void LogMatcher::start_over() {
  partial_.clear();
}

void LogMatcher::feed(std::string_view bytes) {
  while (true) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    partial_ += piece.substr(0, line_bytes_max - std::min(line_bytes_max, partial_.size()));
    if (end == std::string_view::npos) return;
    take_line(partial_);
    partial_.clear();
    bytes.remove_prefix(end + 1);
  }
}

void LogMatcher::take_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::match_results<std::string_view::const_iterator> match;
  if (!std::regex_search(line.begin(), line.end(), match, pattern_)) return;
  boost::json::object found;
  found["line"] = to_valid_utf8(line);
  for (std::size_t i = 0; i < match.size(); ++i)
    if (match[i].matched) found[std::to_string(i)] = to_valid_utf8(match[i].str());
  newest_ = boost::json::serialize(found);
}

}  // namespace tamarack::probe
