// Trace and span ids of a run (W3C Trace Context, OTLP). They are made from the run's id and the test's alone: an agent can hand a test its
// `traceparent` before anything was exported, and a trace that is sent twice is the same trace.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tamarack::domain {

std::string trace_id_of(std::string_view run);  // 32 hexadecimal digits, never all zero
std::string run_span_id(std::string_view run);  // 16 hexadecimal digits, never all zero
std::string unit_span_id(std::string_view run, std::int64_t unit);
std::string flow_span_id(std::string_view run, std::string_view flow);
std::string phase_span_id(std::string_view run, std::string_view flow, std::string_view phase);
std::string test_span_id(std::string_view run, std::string_view test);
std::string attempt_span_id(std::string_view run, std::string_view test, std::int64_t attempt);

// W3C Trace Context for whoever works on it: "00-<trace>-<span>-01". What is done under a test's becomes part of that test in the trace.
std::string traceparent_of(std::string_view run, std::string_view test);
// For what belongs to no single test: a framework process with one unit, and everything else.
std::string unit_traceparent_of(std::string_view run, std::int64_t unit);
std::string traceparent_of(std::string_view run);

}  // namespace tamarack::domain
