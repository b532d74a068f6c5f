#include "cli/wait_report.h"

#include <gtest/gtest.h>

#include "cli/waits_command.h"
#include "coordinator/flow_json.h"

namespace tamarack::cli {
namespace {

flow::Wait parked_wait() {
  flow::Wait wait{.id = domain::WaitId{"w-1"}};
  wait.spec = {
      .name = "report", .owner = "run r-1", .conditions = {{.name = "http", .target = "GET http://a/7", .request = "x", .host = "a"}}};
  wait.parked = from_ms(1'800'000'000'000);
  wait.deadline = wait.parked + Millis{600'000};
  wait.conditions.resize(1);
  wait.conditions[0].status = "RUNNING";
  wait.notes.push_back({wait.parked + Millis{1'200}, {.condition = 0, .what = flow::NoteKind::seen, .text = "RUNNING", .excerpt = "{}"}});
  wait.probes = 3;
  return wait;
}

flow::Wait failed_wait() {
  flow::Wait wait = parked_wait();
  wait.over = true;
  wait.outcome = domain::WaitOutcome::failed;
  wait.message = "no rows\x1b[2J";
  wait.excerpt = "{\n \"status\": \"FAILED\"\n}";
  wait.ended = wait.parked + Millis{4'000};
  wait.conditions[0].over = true;
  wait.captures = {{"id", "\"a b\""}, {"n", "7"}, {"o", "{\"x\":1}"}, {"two", "\"a\\nb\""}};
  return wait;
}

TEST(WaitReport, Lines) {
  WaitReport report = report_of(parked_wait(), parked_wait().parked + Millis{30'000});
  EXPECT_EQ(note_line(report.notes.at(0), Millis{300}), "   1.2 s  http: RUNNING; next look in 300 ms");
  EXPECT_EQ(note_line({.after = Millis{0}, .condition = "http", .what = "trouble", .text = "refused", .excerpt = ""}, {}),
            "    0 ms  http: trouble: refused");
  report.next_look = Millis{3'000};
  EXPECT_EQ(still_line(report), "  30.0 s  still http: RUNNING, 3 looks; next look in 3.0 s");
  const WaitReport failed = report_of(failed_wait(), from_ms(0));
  EXPECT_EQ(verdict_line(failed), "report: failed after 4.0 s, 3 looks: no rows");
  EXPECT_EQ(evidence_text(failed, 2), "the last answer:\n  {\n   \"status\": \"FAILED\"\n  …\n");
  EXPECT_EQ(capture_lines(failed), "id=a b\nn=7\no={\"x\":1}\ntwo=\"a\\nb\"\n");
  WaitReport satisfied = failed;
  satisfied.outcome = domain::WaitOutcome::satisfied;
  EXPECT_EQ(evidence_text(satisfied, 9), "");
}

TEST(WaitReport, TheObjectOfJson) {
  WaitReport report = report_of(failed_wait(), from_ms(0));
  report.message = "no rows";
  EXPECT_EQ(
      wait_json_line(report),
      R"({"outcome":"failed","exit_code":1,"message":"no rows","captures":{"id":"a b","n":7,"o":{"x":1},"two":"a\nb"},"waited_ms":4000,)"
      R"("probes":3,"notes":[{"after_ms":1200,"condition":"http","what":"seen","text":"RUNNING","excerpt":"{}"}],)"
      R"("excerpt":"{\n \"status\": \"FAILED\"\n}"})");
}

// What the server writes is what is read here.
TEST(WaitReport, OfAServer) {
  const flow::Wait parked = parked_wait();
  const Instant now = parked.parked + Millis{2'000};
  const auto going = read_wait_report(coordinator::wait_json(parked, {.now = now, .next_look = now + Millis{500}, .probes = 3}));
  ASSERT_TRUE(going) << going.error().message;
  EXPECT_FALSE(going->over);
  EXPECT_EQ(going->next_look, Millis{500});
  EXPECT_EQ(going->statuses, std::vector<std::string>{"http: RUNNING"});
  EXPECT_EQ(going->notes, report_of(parked, now).notes);
  const flow::Wait wait = failed_wait();
  const auto failed = read_wait_report(coordinator::wait_json(wait, {.now = now, .next_look = {}, .probes = 3}));
  ASSERT_TRUE(failed) << failed.error().message;
  EXPECT_TRUE(failed->over);
  EXPECT_EQ(failed->outcome, domain::WaitOutcome::failed);
  EXPECT_EQ(failed->waited, Millis{4'000});
  EXPECT_EQ(failed->probes, 3);
  EXPECT_EQ(failed->captures, wait.captures);
  EXPECT_EQ(failed->wait_id, "w-1");
  EXPECT_FALSE(read_wait_report("{}"));
  EXPECT_FALSE(read_wait_report("<html>"));
}

TEST(WaitReport, TableOfWaits) {
  EXPECT_EQ(waits_table({}), "");
  const WaitRow parked{.id = "w-1",
                       .owner = "run r-1",
                       .state = "parked",
                       .target = "GET http://a/7",
                       .status = "RUNNING",
                       .waited = Millis{65'000},
                       .next_look = Millis{1'500},
                       .deadline = Millis{535'000}};
  const WaitRow over{.id = "w-2",
                     .owner = "me",
                     .state = "satisfied",
                     .target = "done",
                     .status = "",
                     .waited = Millis{500},
                     .next_look = {},
                     .deadline = {}};
  EXPECT_EQ(waits_table({parked, over}),
            "WAIT  OWNER    STATE      WAITED    NEXT LOOK  DEADLINE     STATUS   TARGET\n"
            "w-1   run r-1  parked     1 m 05 s  in 1.5 s   in 8 m 55 s  RUNNING  GET http://a/7\n"
            "w-2   me       satisfied  500 ms    -          -            -        done\n"
            "2 waits; 65.5 runner-seconds saved so far\n");
}

}  // namespace
}  // namespace tamarack::cli
