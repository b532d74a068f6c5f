#include "notify/cloud_event.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "notify/test_news.h"

namespace tamarack::notify {
namespace {

TEST(CloudEvent, of_a_run_that_began) {
  report::ReportView view = test_view(report::green_view());
  for (report::TestView& test : view.tests) test.outcome = "never_ran";  // as a report says it before the end
  view.ledger = {};
  view.run.verdict = "running";
  view.run.headline = "";
  view.run.wall_ms = 0;
  EXPECT_EQ(cloud_event(view, test_news(Event::run_started)),
            R"({"specversion":"1.0","id":"evt_e04cb393e184eb17f74368e61087171d",)"
            R"("source":"https://tamarack.example.com/projects/shop","type":"run.started","subject":"r-20261121-102418-3f9a",)"
            R"("time":"2026-11-21T10:24:32.250Z","datacontenttype":"application/json","data":{"run_id":"r-20261121-102418-3f9a",)"
            R"("url":"https://tamarack.example.com/runs/r-20261121-102418-3f9a","project":"shop","framework":"playwright",)"
            R"("started_at":"2026-11-21T10:24:18.250Z","verdict":"running","headline":"","exit_code":0,"planned":2,)"
            R"("ledger":{"passed":0,"failed":0,"flaky":0,"skipped":0,"timed_out":0,"lost":0,"cancelled":0,"never_ran":0},"pending":2,)"
            R"("workers":2,"wall_ms":0,"attempts":2,"branch":"main","commit":"9d59409acf479dfa0df1aa568182e43e43df8bbe",)"
            R"("failures_total":0,"failures":[],"ci":{"identity":"github/acme%2Fshop/1836698654/e2e",)"
            R"("url":"https://github.com/acme/shop/actions/runs/1836698654","attempt":2,"pull_request":123}}})");
}

TEST(CloudEvent, of_a_run_that_ended_tells_the_ledger_and_the_failures) {
  const boost::json::value event = parsed(cloud_event(test_view(report::mixed_view()), test_news()));
  EXPECT_EQ(at(event, "/type"), "run.finished");
  EXPECT_EQ(at(event, "/data/finished_at"), "2026-11-21T10:24:32.250Z");
  EXPECT_EQ(at(event, "/data/verdict"), "incomplete");
  EXPECT_EQ(at(event, "/data/exit_code"), "4");
  EXPECT_EQ(at(event, "/data/ledger/never_ran"), "1");
  EXPECT_EQ(at(event, "/data/failures_total"), "5");
  EXPECT_EQ(at(event, "/data/failures/0"),
            R"({"test_id":"00000000000000a2","name":"tests/checkout.spec.ts › guest › pays it's 100% [chromium]","outcome":"failed",)"
            R"x("error":"Error: expect(locator).toHaveText(expected)","quarantined":false})x");
  EXPECT_EQ(at(event, "/data/failures/4/quarantined"), "true") << "those that count come first";
}

// CloudEvents 1.0: required attributes are there and not empty, `source` and `id` together are unique, `time` is RFC 3339.
TEST(CloudEvent, keeps_the_rules_of_cloud_events) {
  report::ReportView view = test_view(report::green_view());
  view.run.project = "my shop/ü";
  News news = test_news();
  news.server_url = "";
  const boost::json::value event = parsed(cloud_event(view, news));
  EXPECT_EQ(at(event, "/source"), "/projects/my%20shop%2F%C3%BC") << "a URI reference, never empty";
  EXPECT_EQ(at(event, "/specversion"), "1.0");
  EXPECT_EQ(at(event, "/id").find('.'), std::string::npos) << "it is signed between dots";
  EXPECT_NE(event_id_of(view, Event::run_started), event_id_of(view, Event::run_finished));
  EXPECT_EQ(event_id_of(view, Event::run_finished), at(event, "/id"));
  for (const auto& member : event.as_object())
    EXPECT_EQ(std::string_view(member.key()).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789"), std::string_view::npos)
        << member.key();
}

TEST(CloudEvent, stays_small_whatever_the_tests_print) {
  const std::string body = cloud_event(failed_view(5'000, std::string(20'000, '"') + "\xff\x1b[31m"), test_news());
  EXPECT_LT(body.size(), 40'000U);
  EXPECT_TRUE(is_valid_utf8(body));
  EXPECT_EQ(at(body, "/data/failures_total"), "5000");
  EXPECT_EQ(at(body, "/data/failures/24/test_id"), "t24");
  EXPECT_EQ(at(body, "/data/failures/25"), "(nothing)");
}

}  // namespace
}  // namespace tamarack::notify
