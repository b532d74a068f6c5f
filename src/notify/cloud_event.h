// What a webhook gets: a CloudEvents 1.0 event in structured mode (https://github.com/cloudevents/spec, JSON format).
//   {"specversion":"1.0","id":"evt_…","source":"https://tamarack.example.com/projects/shop","type":"run.finished","subject":"r-…",
//    "time":"2026-11-21T10:24:18.250Z","datacontenttype":"application/json","data":{…}}
// `data` is a run as GET /api/v1/runs/{run} has it, and: url, failures (at most 25, those that count first), failures_total, ci.
// It stays below 20 kB or so, as Standard Webhooks recommends; the report at the server has the rest.
#pragma once

#include <string>

#include "notify/news.h"
#include "report/report_view.h"

namespace tamarack::notify {

inline constexpr std::string_view cloud_event_type = "application/cloudevents+json; charset=utf-8";

// The same for the same event of the same run; no '.' in it.
std::string event_id_of(const report::ReportView& view, Event event);
std::string cloud_event(const report::ReportView& view, const News& news);

}  // namespace tamarack::notify
