// One span of a trace before it is written, and what all of them say in the same words. Only for otlp*.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "notify/plain.h"

namespace tamarack::notify {

inline constexpr int kind_internal = 1;
inline constexpr int kind_server = 2;
inline constexpr int status_ok = 1;
inline constexpr int status_error = 2;
inline constexpr std::size_t name_bytes_max = 300;
inline constexpr std::size_t text_bytes_max = 1'000;

struct Attribute {
  std::string key;
  std::string text;  // empty: the attribute is left out, unless it is a number
  std::int64_t number = 0;
  bool is_number = false;
};
inline Attribute text_of(std::string key, std::string_view text) {
  return {.key = std::move(key), .text = cut_line(text, text_bytes_max)};
}
inline Attribute number_of(std::string key, std::int64_t number) {
  return {.key = std::move(key), .number = number, .is_number = true};
}

struct Span {
  std::string id;
  std::string parent;
  std::string name;
  int kind = kind_internal;
  std::int64_t start_ms = 0;  // since the run's start
  std::int64_t end_ms = 0;
  std::vector<Attribute> attributes;
  int status = 0;
  std::string message;
};

// From the first beginning to the last end of what was added.
struct Stretch {
  std::int64_t start = -1;
  std::int64_t end = -1;
  void add(std::int64_t from, std::int64_t to) {
    if (start < 0 || from < start) start = from;
    end = std::max(end, to);
  }
};

// cicd.pipeline.task.run.result of an outcome: of a test, a flow or a phase.
inline std::string_view task_result(std::string_view outcome) {
  if (outcome == "passed" || outcome == "flaky" || outcome == "satisfied") return "success";
  if (outcome == "skipped" || outcome == "never_ran") return "skip";
  if (outcome == "timed_out") return "timeout";
  if (outcome == "cancelled") return "cancellation";
  return outcome == "failed" ? "failure" : "error";
}

}  // namespace tamarack::notify
