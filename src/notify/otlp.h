// A finished run as a trace in OTLP/HTTP JSON (opentelemetry-proto, ExportTraceServiceRequest): run → unit → test, and below a test that
// was tried more than once its attempts; of flows run → flow → phase → unit → test (otlp_flows.h). Ids are hexadecimal, 64-bit integers are
// texts, enums are numbers, as the JSON encoding wants it. Names follow OpenTelemetry's semantic conventions where there are any (all of
// them "development"): cicd.pipeline.*, cicd.pipeline.task.*, test.case.name, test.case.result.status, test.suite.name, vcs.ref.head.*,
// vcs.change.id, code.file.path, error.type. Ours begin with "tamarack.". `passed`, `flaky` and quarantined failures leave the status unset
// or ok; what counts against the run is an error.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "notify/news.h"
#include "report/report_view.h"

namespace tamarack::notify {

struct OtlpLimits {
  std::size_t spans_per_request = 500;
  std::size_t request_bytes = 1 << 20;  // a request ends after the span that reaches it; receivers take 4 MiB and more
  std::size_t tests_max = 10'000;       // and as many flows; those that failed first. The run's span says how many were left out
};

// Bodies of POST /v1/traces, in order; the run's own span is in the first.
std::vector<std::string> otlp_traces(const report::ReportView& view, const News& news, const OtlpLimits& limits = {});

}  // namespace tamarack::notify
