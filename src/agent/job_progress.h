// What the command of a job says about itself on its standard output: lines such as
//   tamarack: stage=DATA_FETCHING progress=40
// and everything else is its log, of which the end is kept. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tamarack::agent {

struct JobProgress {
  std::optional<std::string> stage;
  std::optional<std::int32_t> progress;  // percent
};
// Nothing when the line is no such line.
std::optional<JobProgress> read_progress(std::string_view line);

// The end of a stream of bytes.
class LogTail {
 public:
  explicit LogTail(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  void add(std::string_view bytes);
  std::string text() const;  // at most bytes_max, from the beginning of a line on

 private:
  std::size_t bytes_max_;
  std::string bytes_;
};

}  // namespace tamarack::agent
