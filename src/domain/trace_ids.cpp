#include "domain/trace_ids.h"

#include <fmt/format.h>

#include <initializer_list>

#include "base/sha256.h"

namespace tamarack::domain {
namespace {

// Parts are preceded by their length, so that ("ab", "c") and ("a", "bc") differ.
std::string id_of(std::size_t digits, std::initializer_list<std::string_view> parts) {
  std::string text = "tamarack trace 1";
  for (const std::string_view part : parts) text += fmt::format("|{}:{}", part.size(), part);
  std::string id = sha256_hex(text).substr(0, digits);
  if (id.find_first_not_of('0') == std::string::npos) id.back() = '1';  // all zero means "no id"
  return id;
}

}  // namespace

std::string trace_id_of(std::string_view run) {
  return id_of(32, {"trace", run});
}
std::string run_span_id(std::string_view run) {
  return id_of(16, {"run", run});
}
std::string unit_span_id(std::string_view run, std::int64_t unit) {
  return id_of(16, {"unit", run, std::to_string(unit)});
}
std::string flow_span_id(std::string_view run, std::string_view flow) {
  return id_of(16, {"flow", run, flow});
}
std::string phase_span_id(std::string_view run, std::string_view flow, std::string_view phase) {
  return id_of(16, {"phase", run, flow, phase});
}
std::string test_span_id(std::string_view run, std::string_view test) {
  return id_of(16, {"test", run, test});
}
std::string attempt_span_id(std::string_view run, std::string_view test, std::int64_t attempt) {
  return id_of(16, {"attempt", run, test, std::to_string(attempt)});
}

std::string traceparent_of(std::string_view run, std::string_view test) {
  return fmt::format("00-{}-{}-01", trace_id_of(run), test_span_id(run, test));
}
std::string unit_traceparent_of(std::string_view run, std::int64_t unit) {
  return fmt::format("00-{}-{}-01", trace_id_of(run), unit_span_id(run, unit));
}
std::string traceparent_of(std::string_view run) {
  return fmt::format("00-{}-{}-01", trace_id_of(run), run_span_id(run));
}

}  // namespace tamarack::domain
