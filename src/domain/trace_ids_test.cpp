#include "domain/trace_ids.h"

#include <gtest/gtest.h>

namespace tamarack::domain {
namespace {

TEST(TraceIds, are_known_before_anything_was_exported) {
  const std::string traceparent = traceparent_of("r-1", "00000000000000a2");
  EXPECT_EQ(traceparent, "00-" + trace_id_of("r-1") + "-" + test_span_id("r-1", "00000000000000a2") + "-01");
  EXPECT_EQ(traceparent.size(), 55U) << "W3C Trace Context, version 00";
  EXPECT_EQ(traceparent, "00-c265161be35e386107a395455deeed3b-9e95dc47037626d6-01") << "stored traces hold it: it must never change";
  EXPECT_NE(trace_id_of("r-1"), trace_id_of("r-2"));
  EXPECT_NE(test_span_id("r-1", "a"), test_span_id("r-2", "a"));
  EXPECT_NE(attempt_span_id("r-1", "a", 11), attempt_span_id("r-1", "a1", 1));
  EXPECT_EQ(traceparent_of("r-1"), "00-" + trace_id_of("r-1") + "-" + run_span_id("r-1") + "-01");
  EXPECT_EQ(unit_traceparent_of("r-1", 3), "00-" + trace_id_of("r-1") + "-" + unit_span_id("r-1", 3) + "-01");
  EXPECT_NE(unit_span_id("r-1", 3), unit_span_id("r-1", 4));
  EXPECT_NE(flow_span_id("r-1", "analysis › a"), flow_span_id("r-1", "analysis › b"));
  EXPECT_NE(phase_span_id("r-1", "f", "ab"), phase_span_id("r-1", "fa", "b"));
  EXPECT_NE(phase_span_id("r-1", "f", "p"), phase_span_id("r-2", "f", "p"));
}

}  // namespace
}  // namespace tamarack::domain
